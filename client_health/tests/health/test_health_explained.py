import json

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...engine.health import scoring
from ...engine.reading import Reading
from ..review.common_review import open_book, read_table
from .common_health import HealthCommon

MONEY = ("margin_rate", "rate_trend", "overdue_habit")


@tagged("post_install", "-at_install")
class TestHealthExplained(HealthCommon):
    """What people read about a score, and what they don't."""

    def setUp(self):
        super().setUp()
        self._set_points(80)
        self._night(30)
        self._set_points(10, codes=(*MONEY, "contact_gap"))
        self._night(0)
        self.margin = self.measures.filtered(lambda measure: measure.code == "margin_rate")

    def _explain(self, user):
        return self.relationship.with_user(user).get_health_explanation()

    def _get_measures(self, explained):
        return {
            row["code"]: row
            for dimension in explained["dimensions"]
            for row in dimension["measures"]
        }

    def test_every_measure_is_shown(self):
        explained = self._explain(self.manager)
        measures = self._get_measures(explained)
        self.assertEqual(len(measures), 25)
        contact = measures["contact_gap"]
        self.assertEqual(contact["points"], 10)
        self.assertEqual(contact["sources"][0]["model"], "res.partner")
        self.assertTrue(contact["date"])
        self.assertIn("×", contact["value"])
        weights = sum(dimension["weight"] for dimension in explained["dimensions"])
        self.assertAlmostEqual(weights, 100, delta=3)
        self.assertEqual(explained["score"], scoring.get_shown(self.relationship.health_score))

    def test_sentences_add_up_for_everybody(self):
        for user in (self.manager, self.owner):
            period = next(
                period for period in self._explain(user)["changes"] if period["sentences"]
            )
            total = sum(row["points"] for row in period["sentences"])
            self.assertEqual(total, period["new"] - period["old"])
            self.assertLess(total, -10)

    def test_causes_are_named_before_signs(self):
        """Unless a sign costs three times as much."""
        self.measures.filtered(lambda m: m.code == "owner_pulse").is_cause = False
        self._set_points(100)
        self._set_points(40, codes=("owner_pulse",))
        self._set_points(60, codes=("contact_gap",))
        self._night()
        reasons = self.relationship.health_reasons.split(" · ")
        self.assertEqual([reason.split(":")[0] for reason in reasons],
                         ["Last two-way contact", "Salesperson's judgement"])  # fmt: skip
        self._set_points(0, codes=("owner_pulse",))
        self._set_points(90, codes=("contact_gap",))
        self._night()
        self.env.invalidate_all()
        self.assertIn("Salesperson's judgement", self.relationship.health_reasons.split(" · ")[0])

    def test_yardstick_in_words(self):
        explanation = self.env["client.health.explanation"]
        measure = self.measures.filtered(lambda m: m.code == "contact_gap")
        own = Reading(3, self.today, {"yardstick": "own", "usual": 7, "days": 21})
        self.assertEqual(explanation._get_yardstick(measure, own), "every 7 days, its own past")
        self.assertEqual(
            explanation._get_reason_text(measure, own), "No contact for 21 days, usually every 7"
        )
        self.assertFalse(explanation._get_yardstick(self.margin, Reading(3, self.today)))

    def test_money_only_for_the_money_group(self):
        for user, sees in ((self.manager, True), (self.owner, False), (self.seller, False)):
            explained = self._explain(user)
            text = json.dumps(explained)
            self.assertEqual("margin_rate" in text, sees, user.login)
            self.assertEqual(self.margin.name in text, sees, user.login)
            sentences = [
                row["text"] for period in explained["changes"] for row in period["sentences"]
            ]
            self.assertEqual("Money" in sentences, not sees)
            money = explained["dimensions"][0]
            points = 10 if sees else 25  # the middle of its band
            self.assertEqual((money["name"], money["points"]), ("Money", points))
            reasons = self.relationship.with_user(user).health_reasons
            self.env.invalidate_all()
            self.assertIn("Money" if not sees else "Margin rate", reasons)

    def test_two_scores_are_told(self):
        """The same client has another score for colleagues who see no money."""
        scores = set()
        for user, word in ((self.manager, "With the"), (self.owner, "Without the")):
            explained = self._explain(user)
            self.assertRegex(explained["readers"], f"^{word} money figures. Colleagues .* another")
            scores.add(explained["score"])
        self.assertEqual(len(scores), 2)

    def test_money_readings_by_rpc(self):
        snapshot = self.Snapshot.search([], limit=1)
        for fname in ("money_readings", "margin_rate"):
            with self.assertRaises(AccessError):
                snapshot.with_user(self.owner).read([fname])
            with self.assertRaises(AccessError):
                self.Snapshot.with_user(self.owner).search([(fname, "!=", False)])
            self.assertTrue(snapshot.with_user(self.manager).read([fname])[0][fname] is not None)
        self.assertFalse(set(MONEY) & set(snapshot.with_user(self.owner).readings))

    def test_who_reads_a_score(self):
        for user in (self.owner, self.seller, self.controller, self.manager):
            reads = user != self.controller
            found = self.Snapshot.with_user(user).search(
                [("relationship_id", "=", self.relationship.id)]
            )
            self.assertEqual(bool(found), reads, user.login)
        for user in (self.colleague, self.portal):
            with self.assertRaises(AccessError):
                self._explain(user)
        with self.assertRaises(AccessError):
            self.Snapshot.with_user(self.portal).search([])
        self.relationship.message_subscribe(self.colleague.partner_id.ids)
        self.assertTrue(self._explain(self.colleague)["known"])

    def test_nobody_writes_a_score(self):
        snapshot = self.Snapshot.search([], limit=1)
        for user in (self.owner, self.manager):
            for vals in ({"health_score": 99}, {"health_band": "healthy"}):
                with self.assertRaises(AccessError):
                    self.relationship.with_user(user).write(vals)
            with self.assertRaises(AccessError):
                snapshot.with_user(user).write({"score": 99})
            with self.assertRaises(AccessError):
                self.Snapshot.with_user(user).create(
                    {"relationship_id": self.relationship.id, "date": "2020-01-01"}
                )
            with self.assertRaises(AccessError):
                snapshot.with_user(user).unlink()

    def test_score_now(self):
        self._set_points(90)
        with self.assertRaises(AccessError):
            self.relationship.with_user(self.colleague).action_take_snapshot()
        self.relationship.with_user(self.owner).action_take_snapshot()
        self.assertEqual(self.relationship.health_score, 90)

    def test_sources_that_the_reader_may_not_see(self):
        self.values["reply_hours"] = 1
        snapshot = self._night()
        readings = {**snapshot.readings}
        readings["reply_hours"]["x"] = {"records": {"ir.cron": [1], "no.such.model": [1]}}
        snapshot.readings = readings
        measures = self._get_measures(self._explain(self.owner))
        self.assertEqual(measures["reply_hours"]["sources"], [])

    def _explain_records(self, records):
        """Return the sources of a reading that names these records."""
        self.values["reply_hours"] = 1
        snapshot = self._night()
        readings = {**snapshot.readings}
        readings["reply_hours"]["x"] = {"records": {records._name: records.ids}}
        snapshot.readings = readings
        return self._get_measures(self._explain(self.owner))["reply_hours"]["sources"]

    def test_messages_lead_to_where_they_stand(self):
        """Three words on one contact and one on another are two contacts."""
        contacts = self.env["res.partner"].create([{"name": "One"}, {"name": "Two"}])
        messages = self.env["mail.message"].create(
            [
                {"model": "res.partner", "res_id": contact.id, "message_type": "comment"}
                for contact in (contacts[0], contacts[0], contacts[1], contacts[0])
            ]
        )
        [source] = self._explain_records(messages)
        self.assertEqual((source["model"], source["count"]), ("res.partner", 2))
        self.assertEqual(sorted(source["ids"]), contacts.ids)
        self.assertFalse(source["more"])

    def test_a_reading_names_ten_records(self):
        """That there may be more behind it is told."""
        contacts = self.env["res.partner"].create([{"name": f"{n}"} for n in range(10)])
        [source] = self._explain_records(contacts)
        self.assertEqual((source["count"], source["more"]), (10, True))
        [source] = self._explain_records(contacts[:9])
        self.assertEqual((source["count"], source["more"]), (9, False))

    def test_changed_settings_are_told(self):
        self._set_points(80)
        self._night(1)
        self._night(0)
        self.measures.write({"weight": 1})
        self.measures.filtered(lambda m: m.dimension == "voice").dimension_id.weight = 1
        for measure in self.measures:
            measure.floor = measure.floor - (measure.target - measure.floor)
        self._night(0)
        period = self._explain(self.manager)["changes"][0]
        self.assertEqual(
            [row["text"] for row in period["sentences"]],
            ["The settings of the score were changed"],
        )
        self.assertEqual(period["sentences"][0]["points"], 10)

    def test_not_scored_yet(self):
        client = self._create_clients(1)
        explained = client.with_user(self.owner).get_health_explanation()
        self.assertFalse(explained["known"])
        self.assertEqual(explained["dimensions"], [])
        self.assertFalse(client.health_reasons)

    def test_reasons_in_few_queries(self):
        few, many = self._create_clients(5), self._create_clients(50)
        self._night(0, few | many)
        counts = []
        for clients in (few, many):
            self.env.invalidate_all()
            clients.mapped("health_score")
            before = self.cr.sql_log_count
            self.assertTrue(all(clients.mapped("health_reasons")))
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_review_has_the_health(self):
        client = self._create_clients(1, self.owner)
        clients = self.relationship | client
        review = self.env["client.review"].with_user(self.owner)
        content = review._get_workbook(clients.with_user(self.owner))
        known, unknown = read_table(open_book(content)["Clients"])
        self.assertNotIn("Health", known)
        shared = scoring.get_shown(self.relationship.health_score_shared)
        self.assertEqual(known["Health without Money Figures"], shared)
        self.assertEqual(known["Health Band without Money Figures"], "Yellow")
        trend = scoring.round_half_up(self.relationship.health_trend_shared)
        self.assertEqual(known["Change"], trend)
        self.assertIn("Money", known["Main Reasons"])
        self.assertIsNone(unknown["Health without Money Figures"])
        self.assertIsNone(unknown["Change"])
        self.assertEqual(unknown["Health Band without Money Figures"], "Not enough data")
        review = review.with_user(self.manager)
        content = review._get_workbook(clients.with_user(self.manager))
        known = read_table(open_book(content)["Clients"])[0]
        self.assertEqual(known["Health"], scoring.get_shown(self.relationship.health_score))
        self.assertNotIn("Health without Money Figures", known)
