from datetime import date, datetime, time, timedelta
from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from odoo.tests import tagged

from ...engine.health.signals import Reader
from ...engine.health.warnings import Signal, gone, read_warnings
from ...engine.reading import make
from ..common import ClientHealthCommon

# A Friday in the middle of a month, so that no window of months moves.
TODAY = date(2026, 5, 15)


@tagged("post_install", "-at_install")
class TestWarnings(ClientHealthCommon):
    """What each rule finds in Odoo's own records, and what it leaves alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rule = cls.env["client.health.warning.rule"]
        cls.contact, cls.other_contact = cls.env["res.partner"].create(
            [{"name": name, "parent_id": cls.client_partner.id} for name in ("Ann", "Bob")]
        )
        cls.project = cls.env["project.project"].create(
            {"name": "Site", "partner_id": cls.client_partner.id}
        )
        cls.task = cls.env["project.task"].create({"name": "Talk", "project_id": cls.project.id})
        employee = cls.env["hr.employee"].create({"name": "Worker", "hourly_cost": 45})
        cls.employee_id = employee.id
        cls.relationship.date_start = TODAY - timedelta(days=800)

    def _read(self, code, as_of=TODAY, relationships=None):
        """Return {client: Reading} of one rule."""
        relationships = relationships or self.relationship
        rule = self.Rule._get_rules()[code]._to_engine()
        self.env.flush_all()
        with Reader(self.env, relationships, as_of, []) as reader:
            found, _near, errors = read_warnings(
                reader, self.Rule._get_warnings(), [rule], relationships
            )
        self.assertFalse(errors)
        return {key: readings[code] for key, readings in found.items()}

    def _warns(self, code, as_of=TODAY):
        return self.relationship.id in self._read(code, as_of)

    def _date(self, records, day, *fnames):
        """Let records be of a day: when they were made, and these fields."""
        self.env.flush_all()
        moment = datetime.combine(day, time(9))
        for name in ("create_date", *fnames):
            self.cr.execute(
                f'UPDATE {records._table} SET "{name}" = %s WHERE id IN %s',
                (moment, tuple(records.ids)),
            )
        records.invalidate_recordset()

    def _mail(self, days, contact=None):
        """Let the client write so many days ago, each a number."""
        for ago in days:
            message = self.env["mail.message"].create(
                {
                    "model": "project.task",
                    "res_id": self.task.id,
                    "author_id": (contact or self.contact).id,
                    "message_type": "email",
                    "subtype_id": self.env.ref("mail.mt_comment").id,
                    "body": "<p>Hello</p>",
                }
            )
            self._date(message, TODAY - timedelta(days=ago), "date")

    def _work(self, days, hours=4):
        lines = self.env["account.analytic.line"].create(
            [
                {
                    "name": "Work",
                    "project_id": self.project.id,
                    "task_id": self.task.id,
                    "employee_id": self.employee_id,
                    "unit_amount": hours,
                    "date": TODAY - timedelta(days=ago),
                }
                for ago in days
            ]
        )
        self._date(lines, TODAY - timedelta(days=700))

    def _earn(self, revenues, cost=50, hours=20):
        """Fill the ledger with the months before, the last first; ``hours``: of each, or of all."""
        self.env.flush_all()
        worked = hours if isinstance(hours, list) else [hours] * len(revenues)
        for number, (revenue, hours) in enumerate(zip(revenues, worked, strict=True), start=1):
            self.cr.execute(
                "INSERT INTO client_profitability (company_id, partner_id, relationship_id, date,"
                " revenue, labour_cost, other_cost, hours, billable_hours, uncosted_hours)"
                " VALUES (%s, %s, %s, %s, %s, %s, 0, %s, 0, 0)",
                (
                    self.company.id, self.client_partner.id, self.relationship.id,
                    TODAY.replace(day=1) - relativedelta(months=number), revenue, cost, hours,
                ),
            )  # fmt: skip

    # Silence

    def test_silent_against_its_own_rhythm(self):
        self._mail(range(30, 200, 7))
        self._work(range(0, 200, 7))
        reading = self._read("silent")[self.relationship.id]
        self.assertEqual(reading.date, TODAY - timedelta(days=30))
        self.assertEqual(reading.detail, {"days": 30, "usual": 7, "longest": 7})
        self.assertFalse(self._warns("silent", TODAY - timedelta(days=12)), "18 days: a holiday")

    def test_rare_mails_are_no_silence(self):
        self._mail(range(30, 330, 28))
        self._work(range(0, 330, 7))
        self.assertFalse(self._warns("silent"))

    def test_quiet_on_both_sides_is_no_warning(self):
        self._mail(range(30, 200, 7))
        self.assertFalse(self._warns("silent"), "We don't work")
        self._work(range(30, 200, 7))
        self.assertFalse(self._warns("silent"), "We stopped as well")
        self._work([2])
        self.assertFalse(self._warns("silent"), "We have just begun again")

    def test_retainer_is_work(self):
        self._mail(range(30, 200, 7))
        agreement = self.env["client.agreement"].create(
            {"relationship_id": self.relationship.id, "hours_month": 10}
        )
        self._date(agreement, TODAY - timedelta(days=300))
        self.assertFalse(self._warns("silent"), "A draft is none")
        self._date(agreement, TODAY - timedelta(days=300), "accepted_on")
        self.assertTrue(self._warns("silent"))

    def test_fading(self):
        self._mail(range(60, 360, 4))
        self._mail([20, 50])
        self._work(range(0, 360, 7))
        reading = self._read("fading")[self.relationship.id]
        self.assertEqual((reading.detail["now"], reading.detail["weeks"]), (2, 8))
        self._mail(range(1, 56, 5))
        self.assertFalse(self._warns("fading"))

    def test_less_work_makes_less_contact(self):
        self._mail(range(60, 360, 4))
        self._mail([20, 50])
        self._work(range(60, 360, 7))
        self.assertFalse(self._warns("fading"))

    def test_main_contact_is_silent(self):
        self._mail(range(40, 300, 7))
        self._work(range(0, 300, 7))
        self.assertTrue(self._warns("supporter"))
        self._mail(range(1, 40, 6), self.other_contact)
        self.assertFalse(self._warns("supporter"), "A colleague took over")

    def test_main_contact_left(self):
        self._mail(range(40, 300, 7))
        self.contact.active = False
        self.env.flush_all()
        self.cr.execute(
            "UPDATE res_partner SET write_date = %s WHERE id = %s",
            (TODAY - timedelta(days=39), self.contact.id),
        )
        reading = self._read("supporter")[self.relationship.id]
        self.assertTrue(reading.detail["gone"])
        self.assertGreaterEqual(reading.value, self.Rule._get_rules()["supporter"].severe)

    # What clients say

    def _complain(self, ago, **vals):
        feedback = self.env["client.feedback"].create(
            {"relationship_id": self.relationship.id, "kind": "complaint", "text": "Bad"}
        )
        self._date(feedback, TODAY - timedelta(days=ago), "date")
        for name, days in vals.items():
            self._date(feedback, TODAY - timedelta(days=ago))
            self.cr.execute(
                f"UPDATE client_feedback SET {name} = %s WHERE id = %s",
                (TODAY - timedelta(days=days), feedback.id),
            )
        return feedback

    def test_one_complaint_is_none_two_are(self):
        self._complain(10)
        self.assertFalse(self._warns("complaints"))
        self.assertTrue(self._warns("complaints", TODAY + timedelta(days=4)), "Two weeks ignored")
        self._complain(5)
        self.assertEqual(self._read("complaints")[self.relationship.id].value, 2)
        self.assertFalse(self._warns("complaints", TODAY - timedelta(days=4)), "Not known then")

    def test_settled_complaints_are_none(self):
        for ago in (5, 12, 19, 26):
            self._complain(ago, answered_date=ago - 1, resolved_date=ago - 2)
        self.assertFalse(self._warns("complaints"))

    def test_answered_is_not_solved(self):
        for ago in (30, 40):
            self._complain(ago, answered_date=ago - 1)
        self.assertTrue(self._warns("complaints"))
        self.assertFalse(self._warns("complaints", TODAY - timedelta(days=15)), "It has its time")

    def test_severe_issue_is_severe(self):
        issue = self.env["client.issue"].create(
            {"relationship_id": self.relationship.id, "name": "Data lost", "severity": "3"}
        )
        self._date(issue, TODAY - timedelta(days=1), "date")
        severe = self.Rule._get_rules()["complaints"].severe
        self.assertEqual(self._read("complaints")[self.relationship.id].value, severe)
        issue.severity = "2"
        self.assertFalse(self._warns("complaints"))

    def test_price_pressure(self):
        for ago in (20, 50):
            feedback = self._complain(ago)
            feedback.kind = "price_pressure"
        self.assertEqual(self._read("price")[self.relationship.id].value, 2)
        for ago in (150, 200, 260, 300):
            self._complain(ago).kind = "price_pressure"
        self.assertFalse(self._warns("price"), "It has always been like that")

    # Money

    def test_loss_of_three_months(self):
        self._earn([40] * 3 + [200] * 9, cost=50)
        self.assertEqual(self._read("loss")[self.relationship.id].value, -25)
        self.assertFalse(self._warns("loss_year"))
        self.assertTrue(self._warns("margin_falling"))

    def test_month_is_looked_at_once_it_is_closed(self):
        self._earn([40] * 3 + [200] * 9, cost=50)
        self.company.client_closing_lag = 10
        self.assertTrue(self._warns("loss"))
        found = self._read("loss", TODAY.replace(day=9))
        self.assertFalse(found, "Its invoices still come")

    def test_work_that_nothing_pays_for_is_unknown(self):
        """What was never invoiced, and our own projects."""
        self._earn([0] * 12)
        for code in ("loss", "margin_falling", "revenue_falling", "loss_year"):
            self.assertFalse(self._warns(code), code)

    def test_milestones_are_no_fall(self):
        """What pays for a month is a guess: a loss of a quarter counts beside another warning."""
        self._earn([0, 90, 0, 0, 600, 0, 0, 900, 0, 0, 700, 0], cost=60)
        for code in ("margin_falling", "revenue_falling", "loss_year"):
            self.assertFalse(self._warns(code), code)
        loss = self._read("loss").get(self.relationship.id)
        self.assertTrue(loss is None or loss.detail["weak"])

    def test_revenue_falling(self):
        self._earn([90] * 3 + [200] * 9, cost=50)
        reading = self._read("revenue_falling")[self.relationship.id]
        self.assertAlmostEqual(reading.value, 55)
        self.assertNotIn("weak", reading.detail)

    def test_season_is_no_fall(self):
        year = [90] * 3 + [200] * 9
        self._earn(year * 2, cost=50)
        self.cr.execute("UPDATE client_profitability SET hours = revenue / 10")
        self.assertFalse(self._warns("revenue_falling"))

    def test_less_of_all_never_counts_alone(self):
        self._earn([90] * 3 + [200] * 21, cost=50)
        self.cr.execute("UPDATE client_profitability SET hours = revenue / 10")
        self.assertTrue(self._read("revenue_falling")[self.relationship.id].detail["weak"])

    # Work

    def _plan(self, ago, hours=20):
        task = self.env["project.task"].create(
            {
                "name": "Late",
                "project_id": self.project.id,
                "allocated_hours": hours,
                "date_deadline": datetime.combine(TODAY - timedelta(days=ago), time(12)),
            }
        )
        self._date(task, TODAY - timedelta(days=60), "date_last_stage_update")

    def test_one_late_task_is_none(self):
        self._work(range(0, 150, 7))
        self._plan(20, hours=200)
        self.assertFalse(self._warns("late_work"))
        self._plan(3)
        self.assertFalse(self._warns("late_work"), "Three days are no delay")
        self._plan(9)
        self.assertEqual(self._read("late_work")[self.relationship.id].detail["tasks"], 2)

    def test_small_things_are_none(self):
        self._work(range(0, 150, 7))
        for _task in range(3):
            self._plan(20, hours=2)
        self.assertFalse(self._warns("late_work"))

    # The client's part

    def _owe(self, ago, **vals):
        duty = self.env["client.duty"].create(
            {
                "relationship_id": self.relationship.id,
                "name": "Photographs",
                "date_deadline": TODAY - timedelta(days=ago),
                **vals,
            }
        )
        self._date(duty, TODAY - timedelta(days=100))
        return duty

    def test_their_part_is_overdue(self):
        first = self._owe(20)
        self.assertFalse(self._warns("client_input"), "one is an anecdote")
        self._owe(5, is_shared=False)
        self.assertFalse(self._warns("client_input"), "the client cannot see it")
        second = self._owe(3)
        reading = self._read("client_input")[self.relationship.id]
        self.assertEqual((reading.value, reading.date), (20, TODAY - timedelta(days=20)))
        self.assertEqual(reading.detail["records"]["client.duty"], [first.id, second.id])
        rule = self.Rule._get_rules()["client_input"]
        text = rule._get_text(reading.value, reading.detail)
        self.assertEqual(text, "We wait for their part: overdue for 20 days")
        self.assertFalse(rule.proposes, "a call does more than a stage")

    def test_their_part_as_it_was(self):
        """A day of the past is told what was known then."""
        first, second = self._owe(30), self._owe(29)
        # sudo: evidence, which only the portal and the methods of the duty write
        done = datetime.combine(TODAY - timedelta(days=2), time(12))
        first.sudo().write({"state": "done", "done_date": done})
        self.assertFalse(self._warns("client_input"))
        self.assertTrue(self._warns("client_input", TODAY - timedelta(days=5)))
        self.assertFalse(self._warns("client_input", TODAY - timedelta(days=25)), "not yet so late")
        first.sudo().write({"state": "open", "done_date": False})
        self.assertTrue(self._warns("client_input"))
        second.sudo().write({"state": "dropped", "dropped_date": done})
        self.assertFalse(self._warns("client_input"))

    # Gone

    def test_hours_over_the_usual_ones(self):
        self._earn([200] * 12, hours=[40] * 3 + [20] * 9)
        reading = self._read("over_agreed")[self.relationship.id]
        expected = 60 + 2 * 60**0.5
        self.assertAlmostEqual(reading.value, 100 * (120 / expected - 1), places=2)
        self.assertEqual(reading.detail["yardstick"], "own")
        self.assertTrue(reading.detail["weak"], "It never counts alone")
        rule = self.Rule._get_rules()["over_agreed"]
        self.assertEqual(
            rule._get_text(reading.value, reading.detail), "120 hours in three months, usually 60"
        )

    def test_hours_that_are_paid_for_are_none(self):
        self._earn([400] * 3 + [200] * 9, hours=[40] * 3 + [20] * 9)
        self.assertFalse(self._warns("over_agreed"))

    def test_hours_as_a_year_ago_are_none(self):
        self._earn([200] * 24, hours=([40] * 3 + [20] * 9) * 2)
        self.assertFalse(self._warns("over_agreed"), "The same peak every year")

    def test_hours_without_a_habit_are_none(self):
        self._earn([200] * 8, hours=[40] * 3 + [20] * 5)
        self.assertFalse(self._warns("over_agreed"), "Five months say little")

    def test_a_lumpy_client_has_no_usual_revenue(self):
        self._earn([0, 0, 0, 900] * 3, hours=[40] * 3 + [20] * 9)
        self.assertFalse(self._warns("over_agreed"))

    def test_gone(self):
        self._make_gone(self.relationship)
        today = date.today()
        self.assertEqual(
            [*gone.read_gone(self.env, self.relationship, today)], [self.relationship.id]
        )
        before = today - timedelta(days=60)
        self.assertFalse(gone.read_gone(self.env, self.relationship, before))

    def test_new_and_empty_clients_are_not_gone(self):
        clients = self._create_clients(2)
        clients[0].date_start = date.today() - timedelta(days=900)
        self.assertFalse(gone.read_gone(self.env, clients, date.today()))

    # From another addon

    def test_rule_of_another_addon(self):
        """A record, and what reads it by inheriting a method; nothing of ours is changed."""
        self.Rule.create(
            {
                "code": "orders",
                "name": "No order",
                "dimension_id": self.env.ref("client_health.client_health_dimension_results").id,
                "limit": 90,
                "severe": 180,
                "unit": "days",
            }
        )
        Rule = self.registry["client.health.warning.rule"]
        ours = Rule._get_warnings
        signal = Signal(
            lambda _env, rels, _as_of, rule: {key: make(120, TODAY) for key in rels.ids}
        )
        with patch.object(Rule, "_get_warnings", lambda rule: ours(rule) | {"orders": signal}):
            self.assertEqual(self._read("orders")[self.relationship.id].value, 120)
            self.env["client.health.run"]._run_night(
                {self.company: self.relationship.ids}, date.today()
            )
        warning = self.relationship.health_warning_ids
        self.assertEqual(warning.rule_id.code, "orders")
        self.assertEqual(warning.text, "No order: 120 days")

    def test_queries_do_not_grow_with_the_clients(self):
        counts = []
        for number in (5, 50):
            clients = self._create_clients(number)
            rules = [rule._to_engine() for rule in self.Rule._get_rules().values()]
            self.env.flush_all()
            before = self.cr.sql_log_count
            with Reader(self.env, clients, TODAY, []) as reader:
                read_warnings(reader, self.Rule._get_warnings(), rules, clients)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(*counts)
