from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools import format_day
from .common_health import HealthCommon


@tagged("post_install", "-at_install")
class TestHealthJudgement(HealthCommon):
    """The pulse and the override: what people say, who may, and that it ends."""

    def _give(self, user, value="4", **vals):
        return (
            self.env["client.pulse"]
            .with_user(user)
            .create({"relationship_id": self.relationship.id, "value": value, **vals})
        )

    def _override(self, user=None, band="healthy", days=30, **vals):
        return (
            self.env["client.health.override"]
            .with_user(user or self.manager)
            .create(
                {
                    "relationship_id": self.relationship.id,
                    "band": band,
                    "reason": "Their new manager starts soon",
                    "date_end": self.today + timedelta(days=days),
                    **vals,
                }
            )
        )

    def test_pulse_below_green_needs_a_word(self):
        for value in ("1", "2", "3"):
            for comment in (False, "  "):
                with self.assertRaises(ValidationError):
                    self._give(self.owner, value, comment=comment)
        self._give(self.owner, "3", comment="They don't answer")
        self._give(self.owner, "4")

    def test_pulse_expires_sooner_when_not_green(self):
        green = self._give(self.owner, "5")
        worried = self._give(self.owner, "2", comment="Silence")
        self.assertEqual(green.date_end, self.today + timedelta(days=30))
        self.assertEqual(worried.date_end, self.today + timedelta(days=14))

    def test_nobody_judges_for_another_or_another_day(self):
        later = self.today + timedelta(days=60)
        for forged in ({"user_id": self.seller.id}, {"date": later}):
            with self.assertRaises(AccessError):
                self._give(self.owner, **forged)
        for forged in ({"user_id": self.seller.id}, {"date_start": later}):
            with self.assertRaises(AccessError):
                self._override(**forged)
        self.assertRecordValues(
            self._give(self.owner), [{"user_id": self.owner.id, "date": self.today}]
        )

    def test_how_demanding_stays_until_it_is_said_anew(self):
        self.assertFalse(self.relationship.owner_strain)
        self._give(self.owner, strain="5")
        self._give(self.owner, "5")
        self.assertEqual(self.relationship.owner_strain, "5", "The last one says nothing of it")
        self._give(self.owner, strain="2")
        self.assertEqual(self.relationship.owner_strain, "2")
        with self.assertRaises(AccessError):
            self.relationship.with_user(self.manager).owner_strain = "1"

    def test_who_carries_demanding_clients(self):
        """Per salesperson, and without the clients that a reader may not read."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "client_health.client_relationship_action_strain"
        )
        self._give(self.owner, strain="5")
        domain = [("owner_strain", "=", "5"), ("id", "=", self.relationship.id)]
        Client = self.env["client.relationship"]
        found = Client.with_user(self.manager)._read_group(domain, ["user_id"], ["__count"])
        self.assertEqual(found, [(self.owner, 1)])
        self.assertFalse(Client.with_user(self.colleague).search(domain))
        self.assertIn("owner_strain", action["domain"])

    def test_what_hangs_on_a_client(self):
        """An issue and a warning say who came through them, as far as the reader may know."""
        contact = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.client_partner.id}
        )
        friend = self._create_clients(1, self.seller)
        friend.referred_by_id = contact
        issue = self.env["client.issue"].create(
            {"relationship_id": self.relationship.id, "name": "Late"}
        )
        self.env.flush_all()
        self.assertEqual(issue.with_user(self.manager).referred_names, friend.partner_id.name)
        self.assertFalse(issue.with_user(self.owner).referred_names, "A client of a colleague")
        with self.assertRaises(AccessError):
            issue.with_user(self.owner).read(["client_revenue_share"])

    def test_pulses_are_a_history(self):
        pulse = self._give(self.owner)
        for user in (self.owner, self.seller, self.manager):
            with self.assertRaises(AccessError):
                pulse.with_user(user).value = "5"
            with self.assertRaises(AccessError):
                pulse.with_user(user).unlink()

    def test_who_gives_a_pulse(self):
        for user in (self.owner, self.seller, self.manager):
            self.assertTrue(self._give(user))
        for user in (self.colleague, self.portal):
            with self.assertRaises(AccessError):
                self._give(user)
        self.relationship.message_subscribe(self.colleague.partner_id.ids)
        self.assertTrue(self.env["client.pulse"].with_user(self.colleague).search([]))
        with self.assertRaises(AccessError):
            self._give(self.colleague)

    def test_who_overrides(self):
        self.assertTrue(self._override(self.manager))
        for user in (self.owner, self.seller, self.controller, self.colleague, self.portal):
            with self.assertRaises(AccessError):
                self._override(user)
        override = self.relationship.health_override_id
        self.assertTrue(override.with_user(self.owner).reason, "Everybody on it reads why")
        for user in (self.owner, self.manager):
            with self.assertRaises(AccessError):
                override.with_user(user).reason = "Something else"
        with self.assertRaises(UserError):
            override.with_user(self.owner).action_end()

    def test_override_shows_and_ends(self):
        self._set_points(30)
        self._night()
        override = self._override(band="watch")
        self.assertRecordValues(
            self.relationship,
            [{"health_band": "watch", "health_overridden": True, "health_score": 30}],
        )
        self.assertIn("Their new manager", self.relationship.message_ids[0].body)
        explained = self.relationship.with_user(self.owner).get_health_explanation()
        self.assertEqual(explained["override"]["reason"], "Their new manager starts soon")
        date = format_day(self.env, override.date_end)
        told = f"Yellow until {date}: Their new manager starts soon"
        self.assertEqual(override.display_name, told)
        self.assertIn(f"overridden until {date}: Yellow", self.relationship.message_ids[0].body)
        override.action_end()
        self.assertRecordValues(
            self.relationship, [{"health_band": "risk", "health_overridden": False}]
        )
        self.assertTrue(override.date_ended, "It stays in the history")

    def test_new_override_replaces_the_old(self):
        self._set_points(30)
        self._night()
        first = self._override(band="watch")
        self._override(band="healthy")
        self.assertTrue(first.date_ended)
        self.assertEqual(self.relationship.health_band, "healthy")

    def test_override_expires_by_night(self):
        self._set_points(30)
        self._night(1)
        override = self._override(band="healthy")
        self.env.flush_all()
        self.cr.execute(
            "UPDATE client_health_override SET date_start = %s, date_end = %s WHERE id = %s",
            (self.today - timedelta(days=5), self.today - timedelta(days=1), override.id),
        )
        self.env.invalidate_all()
        self._night(0)
        self.assertRecordValues(
            self.relationship, [{"health_band": "risk", "health_overridden": False}]
        )
        self.assertFalse(self.relationship.health_override_id)

    def test_override_needs_reason_and_end(self):
        for values, words in (
            ({"reason": "  "}, "“Reason” says too little"),
            ({"days": -1}, "“Until” is in the past"),
            ({"days": 181}, "within the next 180 days"),
        ):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, words):
                self._override(**values)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._override(date_end=False)

    def test_override_holds_proposals_until_its_end(self):
        self._nights([(3, 60), (2, 60)])
        self._override()
        self.env["client.issue"].create(
            {"relationship_id": self.relationship.id, "name": "Data lost", "severity": "3"}
        )
        self._nights([(1, 20), (0, 20)])
        self.assertFalse(self.relationship.health_proposed_stage_id)
        self.relationship.health_override_ids.with_user(self.manager).action_end()
        self._night()
        self.assertTrue(self.relationship.health_proposed_stage_id)

    def _get_reminders(self, name):
        kind = self.env.ref(f"client_health.mail_activity_type_{name}")
        return self.relationship.activity_ids.filtered(
            lambda activity: activity.activity_type_id == kind
        )

    def test_reminders_before_they_expire(self):
        self._set_points(80)
        pulse = self._give(self.seller)
        override = self._override(self.manager, days=8)
        self._night()
        self.assertFalse(self._get_reminders("pulse") | self._get_reminders("override"))
        self.env.flush_all()
        soon = self.today + timedelta(days=2)
        self.cr.execute("UPDATE client_pulse SET date_end = %s", (soon,))
        self.cr.execute("UPDATE client_health_override SET date_end = %s", (soon,))
        self.env.invalidate_all()
        for _night in range(2):
            self._night()
            self.assertRecordValues(
                self._get_reminders("pulse"),
                [{"user_id": self.owner.id, "date_deadline": pulse.date_end}],
            )
            self.assertRecordValues(
                self._get_reminders("override"),
                [{"user_id": override.user_id.id, "date_deadline": soon}],
            )
        self._give(self.owner)
        self.assertFalse(self._get_reminders("pulse"), "Nobody is reminded of what he did")

    def test_reminders_fall_to_the_responsible(self):
        self._set_points(80)
        self._give(self.owner)
        self._override(self.manager, days=8)
        team = self.env["crm.team"].create({"name": "Harbour", "user_id": self.seller.id})
        self.relationship.team_id = team
        (self.owner | self.manager).active = False
        self.env.flush_all()
        soon = self.today + timedelta(days=2)
        self.cr.execute("UPDATE client_pulse SET date_end = %s", (soon,))
        self.cr.execute("UPDATE client_health_override SET date_end = %s", (soon,))
        self.env.invalidate_all()
        self._night()
        self.assertEqual(self._get_reminders("pulse").user_id, self.seller)
        self.assertEqual(self._get_reminders("override").user_id, self.seller)

    def test_pulse_given_again_needs_no_reminder(self):
        self._set_points(80)
        self._give(self.owner)
        self.env.flush_all()
        self.cr.execute("UPDATE client_pulse SET date_end = %s", (self.today,))
        self.env.invalidate_all()
        self._give(self.owner, "5")
        self._night()
        self.assertFalse(self._get_reminders("pulse"))
