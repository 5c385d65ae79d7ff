from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import Command, fields
from odoo.tests import HttpCase, tagged

from ..engine.clock import get_today
from .health.common_voice import VoiceCommon
from .overview.test_client_finding import FindingCommon
from .overview.test_today import TodayCommon
from .review.common_review import open_book, read_table


class ToursCommon(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client_partner, cls.supplier = cls.env["res.partner"].create(
            [
                {"name": "Seagull Line", "is_company": True},
                {"name": "Paper Supplies", "is_company": True},
            ]
        )

    def _create_move(self, partner, move_type):
        today = get_today(self.env.company) - relativedelta(months=1)
        move = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": partner.id,
                "invoice_date": today,
                "date": today,
                "invoice_line_ids": [Command.create({"name": "Work", "price_unit": 100})],
            }
        )
        move.action_post()

    def _work(self, project, hours, hourly_cost):
        employee = self.env["hr.employee"].create({"name": "Kim", "hourly_cost": hourly_cost})
        self.env["account.analytic.line"].create(
            {
                "name": "Work",
                "project_id": project.id,
                "employee_id": employee.id,
                "unit_amount": hours,
                "date": get_today(self.env.company) - relativedelta(months=1),
            }
        )


@tagged("post_install", "-at_install")
class TestTours(ToursCommon):
    def test_spine(self):
        self._create_move(self.client_partner, "out_invoice")
        self._create_move(self.supplier, "out_invoice")
        self._create_move(self.supplier, "in_invoice")
        self._create_move(self.supplier, "in_invoice")
        self.start_tour("/odoo", "client_health_setup", login="admin")
        job = self.env.ref("client_health.ir_cron_client_setup")
        self.assertIs(job.method_direct_trigger(), True)
        self.start_tour("/odoo/clients", "client_health_board", login="admin")
        relationship = self.env["client.relationship"].search(
            [("partner_id", "=", self.client_partner.id)]
        )
        self.assertEqual(relationship.phase, "at_risk")
        self.assertEqual(relationship.client_revenue, 100, "The set-up made the figures")
        declined = (
            self.env["client.relationship"]
            .with_context(active_test=False)
            .search([("partner_id", "=", self.supplier.id)])
        )
        self.assertFalse(declined.active)
        export = self.env["client.review.export"].search([], limit=1, order="id desc")
        self.authenticate("admin", "admin")
        response = self.url_open(export.action_export()["url"])
        rows = read_table(open_book(response.content)["Clients"])
        cells = next(row for row in rows if row["Client"] == "Seagull Line")
        self.assertEqual(cells["Stage"], "At risk")
        self.assertEqual(cells["Revenue"], relationship.client_revenue)


@tagged("post_install", "-at_install", "slow")
class TestDayOne(ToursCommon):
    def test_day_one(self):
        """From the installation to three true findings in four clicks."""
        projects = self.env["project.project"].create(
            [
                {"name": "Timetable", "partner_id": self.client_partner.id},
                {"name": "Attic"},
            ]
        )
        self._create_move(self.client_partner, "out_invoice")
        self._work(projects[0], 20, 50)
        self._work(projects[0], 1, 0)
        self._work(projects[1], 30, 50)
        self.start_tour("/odoo", "client_health_day_one", login="admin")
        self.env.ref("client_health.ir_cron_client_setup").method_direct_trigger()
        self.start_tour("/odoo/client-today", "client_health_day_one_truth", login="admin")


@tagged("post_install", "-at_install", "slow")
class TestDailyRound(TodayCommon, HttpCase):
    """The walk of a salesperson: each day, from the first page of the app and back to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # never asked of the user again: the tour looks at nothing but the page
        cls.owner.odoobot_state = "disabled"
        cls.project.message_subscribe(cls.owner.partner_id.ids)
        cls.red, cls.promised = cls._create_clients(2)
        cls.red.partner_id.name = "Red Bridge"
        cls.promised.partner_id.name = "Quiet Mill"
        cls._set_health(cls.red, "risk", attention=90, trend=0)
        cls.activity = cls._agree_in_meeting(cls.relationship)
        cls.draft = cls._draft(cls.promised)
        cls.draft.recipient_ids = cls._create_contact("Mia Mill", cls.promised.partner_id)
        cls.draft.body = "<p>All is on time.</p>"

    def test_daily_round(self):
        self._receive("Could you call me?", days=2)
        before = self._read()["client_ids"]
        self.start_tour("/odoo", "client_health_daily_round", login=self.owner.login, timeout=180)
        self.env.invalidate_all()
        self.assertEqual(set(before), set((self.relationship + self.red + self.promised).ids))
        self.assertEqual(self._read()["client_ids"], self.red.ids)
        answer = self.task.message_ids.sorted("id")[-1]
        self.assertEqual(answer.author_id, self.owner.partner_id)
        self.assertIn("I call you at ten", answer.body)
        self.assertTrue(self.activity.date_done)
        self.assertRecordValues(self.draft, [{"state": "sent", "promise": "kept"}])
        self.assertEqual(self.draft.sent_by_id, self.owner)
        self.assertRecordValues(
            self.red.feedback_ids,
            [{"kind": "concern", "text": "Nobody tells us what happens next", "state": "open"}],
        )
        talk = self.red.activity_ids.filtered("client_conversation_topic")
        self.assertEqual(talk.user_id, self.owner)
        self.assertRecordValues(
            self.red.goal_ids,
            [
                {
                    "name": "A report every Friday",
                    "benefit_client": "They know where they are",
                    "benefit_us": "Fewer calls in between",
                }
            ],
        )


@tagged("post_install", "-at_install", "slow")
class TestMonday(FindingCommon, VoiceCommon, HttpCase):
    """The walk of a manager: all clients, what they bring in, and one decision."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.odoobot_state = "disabled"
        cls._move(cls.rel, "at_risk")
        cls.other.user_id = False
        cls._place(cls.rel, 20, "risk", -3000, 9000)
        cls._place(cls.other, 90, "healthy", 6000, 10000)
        elena = cls._create_contact("Elena Marsh", cls.client)
        # a Wednesday: both in the hours of work
        asked = fields.Datetime.now().replace(hour=9, minute=0, second=0, microsecond=0)
        asked -= timedelta(days=7 + (asked.weekday() - 2) % 7)
        for author, moment in ((elena, asked), (cls.owner.partner_id, asked + timedelta(hours=2))):
            message = cls._say(author, cls.project, date=moment)
            cls.env.cr.execute(
                "UPDATE mail_message SET create_date = %s WHERE id = %s", (moment, message.id)
            )
        cls.env["client.pulse"].with_user(cls.owner).create(
            {"relationship_id": cls.rel.id, "value": "3", "strain": "5", "comment": "Calls daily"}
        )
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _place(cls, client, score, band, margin, revenue):
        """Let the night have found these figures."""
        cls.env.flush_all()
        cls.env.cr.execute(
            """
            UPDATE client_relationship
               SET health_known = TRUE, health_score = %(score)s, health_score_shared = %(score)s,
                   health_band = %(band)s, health_band_shared = %(band)s, health_trend = 0,
                   health_attention = 100 - %(score)s, health_attention_shared = 100 - %(score)s,
                   client_revenue = %(revenue)s, client_margin = %(margin)s, client_hours = 100,
                   client_margin_rate = 100.0 * %(margin)s / %(revenue)s,
                   client_margin_state = 'known', client_margin_band = %(margin_band)s
             WHERE id = %(id)s
            """,
            {
                "id": client.id,
                "score": score,
                "band": band,
                "margin": margin,
                "revenue": revenue,
                "margin_band": "loss" if margin < 0 else "profit",
            },
        )
        cls.env.invalidate_all()

    def test_monday(self):
        self.start_tour("/odoo", "client_health_monday", login=self.manager.login, timeout=180)
        self.env.invalidate_all()
        self.assertTrue(self.company.client_findings_dismissed)
        self.assertEqual(self.rel.phase, "reboot")
        self.assertEqual(self.rel.stage_reason, "At a loss for a year: we start afresh")
        self.assertEqual(self.rel.reboot_id.reason, self.rel.stage_reason)
        self.authenticate(self.manager.login, self.manager.login)
        export = self.env["client.review.export"].with_user(self.manager)
        response = self.url_open(export.action_export_client(self.rel)["url"])
        words = {
            cell
            for sheet in open_book(response.content)
            for line in sheet.iter_rows(values_only=True)
            for cell in line
        }
        self.assertIn("Reboot (At a loss for a year: we start afresh)", words)
