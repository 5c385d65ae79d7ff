from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..health.common_voice import VoiceCommon

FIGURES = [
    "answered_count:sum",
    "first_hours:median",
    "hours:median",
    "hours_longest:max",
    "waiting_count:sum",
]


@tagged("post_install", "-at_install")
class TestReplyTime(VoiceCommon):
    """The report of how long clients waited, per client, salesperson and month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # a firm that works day and night: its hours are those of the clock
        calendar = cls.env["resource.calendar"].create(
            {
                "name": "Day and night",
                "tz": "UTC",
                "attendance_ids": [
                    (0, 0, {"name": "x", "dayofweek": str(day), "hour_from": 0, "hour_to": 24,
                            "day_period": "morning"})
                    for day in range(7)
                ],
            }
        )  # fmt: skip
        cls.company.resource_calendar_id = calendar

    def _reply(self, days, hours, author=None, record=None):
        """A client asks, and is answered after some hours."""
        asked = self._say(author or self.elena, record, days=days)
        self._say(self.owner.partner_id, record, days=days - hours / 24)
        return asked

    def _open(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        model = self.env["client.reply.time"].with_user(user or self.owner)
        return model.search(model.action_open()["domain"])

    def _read(self, rows, groupby=("relationship_id",)):
        found = rows._read_group([("id", "in", rows.ids)], groupby, FIGURES)
        return {line[: len(groupby)]: line[len(groupby) :] for line in found}

    def _assert_figures(self, figures, expected):
        self.assertEqual(len(figures), len(expected))
        for found, wanted in zip(figures, expected, strict=True):
            self.assertAlmostEqual(found, wanted, places=2)

    def test_median_and_longest(self):
        """First replies are those to what the client began; the others are replies as well."""
        self._reply(40, 2)
        self._reply(38, 10)  # two days after our answer: goes on
        self._reply(10, 5)  # after four weeks: a new beginning
        self._say(self.otis, self.project, days=1)
        rows = self._open()
        self.assertEqual(len(rows), 4)
        self._assert_figures(self._read(rows)[self.relationship,], (3, 3.5, 5, 10, 1))
        waiting = rows.filtered("waiting_count")
        self.assertFalse(waiting.answered or waiting.hours_known)
        self.assertEqual(waiting.received.date(), (self.now - timedelta(days=1)).date())

    def test_months_and_salespeople(self):
        other = self._create_relationship(self.stranger, self.colleague)
        self._reply(40, 2)
        self._reply(10, 6, self.stranger, self.other_project)
        rows = self._open(self.seller)
        by_user = self._read(rows, ["user_id"])
        self._assert_figures(by_user[self.owner,], (1, 2, 2, 2, 0))
        self._assert_figures(by_user[self.colleague,], (1, 6, 6, 6, 0))
        months = self._read(rows, ["received:month", "relationship_id"])
        self.assertEqual({key[1] for key in months}, {self.relationship, other})
        self.assertEqual(len({key[0] for key in months}), 2)
        nested = rows.formatted_read_grouping_sets(
            [("id", "in", rows.ids)], [["user_id"], []], FIGURES
        )
        self.assertEqual(nested[1][0]["hours:median"], 4, "of two and six hours")

    def test_unknown_is_no_zero(self):
        """Without working hours, and while it waits, there is no median."""
        self._reply(10, 5)
        self.company.resource_calendar_id = False
        rows = self._open()
        self.assertEqual(self._read(rows)[self.relationship,], (1, False, False, False, 0))
        self.assertFalse(rows.hours_known)

    def test_what_asks_for_no_answer_is_no_reply(self):
        asked = self._reply(10, 5)
        asked.client_no_answer = "thanks"
        self.assertFalse(self._open())

    def test_the_row_leads_to_the_message(self):
        self._reply(10, 5)
        self.project.privacy_visibility = "followers"
        row = self._open()
        with self.assertRaisesRegex(UserError, "can't open"):
            row.action_open_message()
        self.project.message_subscribe(self.owner.partner_id.ids)
        self.owner.group_ids |= self.env.ref("project.group_project_user")
        action = row.action_open_message()
        self.assertEqual((action["res_model"], action["res_id"]), ("project.task", self.task.id))

    def test_own_clients_and_own_rows_only(self):
        self._create_relationship(self.stranger, self.colleague)
        self._reply(10, 5)
        self._reply(10, 6, self.stranger, self.other_project)
        rows = self._open()
        self.assertEqual(rows.relationship_id, self.relationship)
        self.assertEqual(len(self._open(self.seller)), 2)
        theirs = rows.with_user(self.seller)
        self.assertFalse(theirs.search([("id", "in", rows.ids)]))
        with self.assertRaises(AccessError):
            theirs.action_open_message()
        with self.assertRaises(AccessError):
            rows.hours = 1
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            self._open(self.portal)

    def test_other_company(self):
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        there = self._create_relationship(
            self.stranger, self.env["res.users"], company_id=sister.id
        )
        project = self.env["project.project"].create(
            {"name": "There", "partner_id": self.stranger.id, "company_id": sister.id}
        )
        self._reply(10, 5, self.stranger, project)
        self._reply(10, 3)
        abroad = new_test_user(
            self.env,
            "ch_abroad",
            groups="base.group_user,client_health.group_client_manager",
            company_id=sister.id,
            company_ids=[(6, 0, sister.ids)],
        )
        self.assertEqual(self._open(abroad).relationship_id, there)
        abroad.company_ids |= self.company
        self.env.flush_all()
        model = self.env["client.reply.time"].with_user(abroad)
        model = model.with_context(allowed_company_ids=(sister | self.company).ids)
        rows = model.search(model.action_open()["domain"])
        self.assertIn(self.relationship, rows.relationship_id)
        self.assertIn(there, rows.relationship_id)

    def test_queries(self):
        """Five clients or fifty; Odoo inserts a hundred rows at once."""
        counts = []
        for count in (5, 45):
            for client in self._create_clients(count):
                self._reply(10, 5, client.partner_id, self._create_project(client))
            self._open()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows = self._open()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertGreaterEqual(len(rows), count)
        self.assertEqual(*counts)

    def _create_project(self, client):
        return self.env["project.project"].create(
            {"name": "P", "partner_id": client.partner_id.id, "company_id": self.company.id}
        )

    def test_kept_for_an_hour(self):
        self._reply(10, 5)
        row = self._open()
        old = fields.Datetime.now() - timedelta(hours=5)
        self.env.cr.execute(
            "UPDATE client_reply_time SET create_date = %s, write_date = %s WHERE id IN %s",
            (old, old, tuple(row.ids)),
        )
        self.env["client.reply.time"]._transient_vacuum()
        self.assertFalse(row.exists())
