from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .test_accomplishment import PROOF, AccomplishmentCommon

ASK = "client_health.mail_activity_type_ask_value"


@tagged("post_install", "-at_install")
class TestValue(AccomplishmentCommon):
    def _say(self, words="They answer at once", days=0, source="meeting", **vals):
        return self.env["client.value"]._record(
            self.relationship,
            self.contact,
            source,
            words=words,
            date=self._days(-days),
            **vals,
        )

    def _find(self, state):
        return self.env["client.relationship"].search(
            [("value_state", "=", state), ("id", "=", self.relationship.id)]
        )

    def test_words_grow_stale(self):
        for days, state in ((None, "never"), (400, "stale"), (300, "fresh")):
            if days:
                self._say(f"Said {days} days ago", days)
            with self.subTest(days=days):
                self.assertEqual(self.relationship.value_state, state)
                for other in ("never", "stale", "fresh"):
                    self.assertEqual(bool(self._find(other)), other == state)
        self.assertEqual(self.relationship.value_words, "Said 300 days ago")
        self.assertEqual(self.relationship.value_contact_id, self.contact)
        self.assertEqual(len(self.relationship.value_ids), 2, "History is kept")

    def test_only_the_client_itself_confirms(self):
        self._say(days=10)
        self.assertFalse(self.relationship.value_confirmed_date, "Our note of a talk")
        self._say(days=500, source="portal")
        self.assertEqual(self.relationship.value_confirmed_date, self._days(-500))
        self._say(days=40, source="mail", proof=PROOF)
        self.assertEqual(self.relationship.value_confirmed_date, self._days(-40))
        self.assertEqual(self.relationship.value_confirmed_age, "40 days")

    def test_age_in_years(self):
        text = self.relationship._get_age_text(self.today - relativedelta(years=2, months=3))
        self.assertEqual(text, "2 years and 3 months")
        text = self.relationship._get_age_text(self.today - relativedelta(months=13))
        self.assertEqual(text, "1 year and 1 months")

    def test_bad_input(self):
        with self.assertRaisesRegex(UserError, "client's words"):
            self._say(" \n")
        with self.assertRaisesRegex(ValidationError, "in the future"):
            self._say(days=-2)
        text = "<img src=x onerror=alert(1)>" + "y" * 40000
        said = self._say(text)
        said.invalidate_recordset()
        self.assertEqual(said.words, text)

    def test_context_forges_nothing(self):
        said = (
            self.env["client.value"]
            .with_user(self.owner)
            .with_context(default_is_own=True, default_amount=9, default_verdict="yes")
            ._record(self.relationship, self.contact, "call", words="Fine")
        )
        self.assertFalse(said.is_own or said.verdict or said.amount)
        self.env["ir.default"].set("client.value", "is_own", True, user_id=self.owner.id)
        said = (
            self.env["client.value"]
            .with_user(self.owner)
            ._record(self.relationship, self.contact, "call", words="Fine again")
        )
        self.assertFalse(said.is_own)

    def test_note_by_the_form(self):
        action = self.relationship.with_user(self.owner).action_note_value()
        note = self.env["client.value.note"].with_context(**action["context"])
        vals = {"contact_id": self.contact.id, "words": "Same-day answers", "source": "call"}
        note.with_user(self.owner).create(vals).action_note()
        self.assertEqual(self.relationship.value_words, "Same-day answers")
        self.assertEqual(self.relationship.value_source, "call")
        with self.assertRaises(AccessError):
            note.with_user(self.colleague).create(vals).action_note()

    def test_belief_keeps_its_history(self):
        relationship = self.relationship.with_context(tracking_disable=False)
        relationship.value_estimate = "The design"
        self.cr.precommit.run()
        relationship.value_estimate = "The speed"
        self.cr.precommit.run()
        tracked = relationship.message_ids.sudo().tracking_value_ids.filtered(
            lambda value: value.field_id.name == "value_estimate"
        )
        self.assertIn("The design", tracked.mapped("old_value_text"))

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("client_health.ir_cron_client_ask_value").method_direct_trigger()
        self.env.invalidate_all()

    def _get_reminders(self, relationships):
        return relationships.activity_search([ASK])

    def test_cron_asks_once_a_year(self):
        self.relationship.date_start = self._days(-800)
        self._say(days=400)
        self._run_cron()
        reminder = self._get_reminders(self.relationship)
        self.assertEqual(reminder.user_id, self.owner)
        self.assertEqual(self.relationship.value_asked_date, self.today)
        self._run_cron()
        self.assertEqual(self._get_reminders(self.relationship), reminder)
        reminder.unlink()
        self._run_cron()
        self.assertFalse(self._get_reminders(self.relationship), "Asked this year already")
        self.relationship.value_asked_date = self._days(-370)
        self._run_cron()
        self.assertTrue(self._get_reminders(self.relationship), "A year later again")
        self._say("New words", source="portal")
        self.assertFalse(self._get_reminders(self.relationship), "Nothing to ask any more")

    def test_cron_leaves_alone(self):
        fresh, young, ended = self._create_clients(3)
        old = {"date_start": self._days(-800)}
        (fresh | ended).write(old)
        contact = self.env["res.partner"].create({"name": "C", "parent_id": fresh.partner_id.id})
        self.env["client.value"]._record(fresh, contact, "portal", words="Fine")
        self._move(ended, "offboard", "ended")
        self._run_cron()
        self.assertFalse(self._get_reminders(fresh | young | ended))

    def test_cron_finds_the_responsible(self):
        self.env.ref("client_health.group_client_manager").user_ids = self.manager
        left, unowned = self._create_clients(2)
        (left | unowned).date_start = self._days(-800)
        team = self.env["crm.team"].create({"name": "Harbour", "user_id": self.seller.id})
        left.team_id = team
        unowned.write({"user_id": False, "team_id": False})
        self.owner.active = False
        self._run_cron()
        self.assertEqual(self._get_reminders(left).user_id, self.seller)
        self.assertEqual(self._get_reminders(unowned).user_id, self.manager)

    def test_cron_does_not_flood(self):
        clients = self._create_clients(50)
        clients.date_start = self._days(-800)
        self._run_cron()
        self.assertEqual(len(self._get_reminders(clients)), 3)
        self._run_cron()
        self.assertEqual(len(self._get_reminders(clients)), 3)
        self._get_reminders(clients)[0].action_feedback()
        self._run_cron()
        self.assertEqual(len(self._get_reminders(clients)), 3, "One done, one more")

    def test_cron_queries_do_not_grow(self):
        users = [self._create_user(f"seller_{number}", "client_health.group_client_user")
                 for number in range(2)]  # fmt: skip
        counts = []
        for user, count in zip(users, (5, 50), strict=True):
            clients = self._create_clients(count, user)
            clients.date_start = self._days(-800)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            clients._get_to_ask()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)
