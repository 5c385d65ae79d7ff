from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import freeze_time, tagged

from ..builders import build
from ..stories import STORIES
from .common import DemoCommon

KEYS = tuple(client.key for client in STORIES)
# Models whose records the builder makes; a second run must not add to any of them.
BUILT = (
    "account.analytic.line", "account.move", "account.payment", "calendar.event",
    "client.feedback.request", "client.contact", "client.duty", "client.relationship", "crm.lead",
    "mail.activity", "mail.message", "product.pricelist", "project.milestone", "project.project",
    "project.task", "project.task.type", "project.update", "res.currency.rate", "sale.order",
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestDemo(DemoCommon):
    """Every story must be readable from the records alone, as a user would read it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()
        cls.month = cls.today.replace(day=1)
        cls.clients = {key: cls.env.ref(f"client_health_demo.demo_client_{key}") for key in KEYS}
        cls.partners = cls.relationships.partner_id

    def _get_projects(self, key):
        projects = self.env["project.project"].with_context(active_test=False)
        return projects.search([("partner_id", "=", self.clients[key].id)])

    def _get_lines(self, key, month=None):
        """Return the analytic lines of a client's projects, of one month or all."""
        domain = [("account_id", "in", self._get_projects(key).account_id.ids)]
        if month is not None:
            start = self.month - relativedelta(months=month)
            domain += [("date", ">=", start), ("date", "<", start + relativedelta(months=1))]
        return self.env["account.analytic.line"].search(domain)

    def _get_invoices(self, key, *domain):
        return self.env["account.move"].search(
            [
                ("commercial_partner_id", "=", self.clients[key].id),
                ("move_type", "in", ("out_invoice", "out_refund")),
                *domain,
            ],
            order="invoice_date, id",
        )

    def _get_messages(self, key):
        projects = self._get_projects(key)
        return self.env["mail.message"].search(
            [
                ("message_type", "in", ("email", "comment")),
                ("subtype_id", "=", self.env.ref("mail.mt_comment").id),
                "|",
                "&", ("model", "=", "project.project"), ("res_id", "in", projects.ids),
                "&", ("model", "=", "project.task"), ("res_id", "in", projects.task_ids.ids),
            ],
            order="date, id",
        )  # fmt: skip

    def _get_unanswered(self, key):
        """Return the messages of a client after which nobody of us wrote in the same place."""
        waiting = defaultdict(lambda: self.env["mail.message"])
        for message in self._get_messages(key):
            place = message.model, message.res_id
            if message.author_id.partner_share:
                waiting[place] += message
            else:
                waiting.pop(place, None)
        return self.env["mail.message"].union(*waiting.values())

    def test_twelve_clients_in_every_phase(self):
        self.assertEqual(len(self.relationships), 12)
        phases = {rel.phase for rel in self.relationships}
        self.assertEqual(phases, {"healthy", "at_risk", "reboot", "offboard", "ended"})
        for rel in self.relationships:
            self.assertTrue(rel.user_id.active and not rel.user_id.share)
            self.assertIn("example.com", rel.partner_id.email)
            self.assertTrue(1 <= len(rel.partner_id.child_ids) <= 3)

    def test_nobody_is_in_a_stage_without_a_reason_and_a_past(self):
        moved = [rel for rel in self.relationships if rel.phase != "healthy"]
        self.assertEqual(len(moved), 6)
        for rel in moved:
            self.assertTrue(rel.stage_reason.endswith("."), rel.stage_reason)
            self.assertGreater(rel.stage_days, 9)
            durations = rel.duration_tracking
            self.assertGreater(durations[str(rel.stage_id.id)], 9 * 86400)
            self.assertEqual(sum(durations.values()) // 86400,
                             (fields.Datetime.now() - rel.create_date).days)  # fmt: skip

    def test_thousands_of_hours_and_nobody_works_day_and_night(self):
        people = self.env["hr.employee"].search([("user_id.login", "in", ("tom", "sam", "ravi"))])
        days = self.env["account.analytic.line"]._read_group(
            [("employee_id", "in", people.ids)], ["employee_id", "date:day"], ["unit_amount:sum"]
        )
        self.assertTrue(all(day.weekday() < 5 for _person, day, _hours in days))
        self.assertLess(max(hours for *_rest, hours in days), 10)
        lines = sum(len(self._get_lines(key).filtered("project_id")) for key in KEYS)
        self.assertGreater(lines, 3000)

    def test_star_pays_early_and_sends_us_others(self):
        star = self.clients["blue_harbour"]
        referred = [rel for rel in self.relationships if rel.referred_by_id == star]
        self.assertEqual(len(referred), 2)
        paid = self._get_invoices("blue_harbour", ("payment_state", "=", "paid"))
        self.assertGreater(len(paid), 20)
        days = [self._get_days_late(move) for move in paid]
        self.assertLess(sum(days) / len(days), 0)
        user = self.env.ref("client_health_demo.demo_user_harbour")
        self.assertTrue(user.share)
        self.assertEqual(user.commercial_partner_id, star)
        tasks = self.env["project.task"].with_user(user).search([])
        self.assertGreater(len(tasks), 10)
        self.assertNotIn("Account management", tasks.mapped("name"))

    def _get_days_late(self, move):
        lines = move.line_ids.filtered(lambda l: l.account_id.account_type == "asset_receivable")
        return (max(lines.matched_credit_ids.mapped("max_date")) - move.invoice_date_due).days

    def test_long_standing_client_gets_the_same_every_month(self):
        rel = self._get_client("northlight")
        self.assertLess(rel.date_start, self.today - relativedelta(years=8))
        amounts = set(self._get_invoices("northlight").mapped("amount_untaxed"))
        self.assertEqual(amounts, {4400.0})
        self.assertGreater(
            len(self._get_projects("northlight").task_ids.mapped("name")),
            len(set(self._get_projects("northlight").task_ids.mapped("name"))),
        )

    def test_breaks_even_and_asks_for_cheaper(self):
        lines = self.env["account.analytic.line"]
        for month in range(1, 13):
            lines += self._get_lines("fernhill", month)
        revenue = sum(lines.filtered(lambda l: l.category == "invoice").mapped("amount"))
        rate = sum(lines.mapped("amount")) / revenue
        self.assertTrue(0 <= rate <= 0.05, rate)
        last = self._get_invoices("fernhill", ("move_type", "=", "out_invoice"))[-1]
        self.assertEqual(max(last.invoice_line_ids.mapped("discount")), 12)
        self.assertTrue(self._get_invoices("fernhill", ("move_type", "=", "out_refund")))
        asked = [m for m in self._get_messages("fernhill") if "% off" in m.body or "75" in m.body]
        self.assertGreaterEqual(len(asked), 2)

    def test_pays_later_and_later(self):
        paid = self._get_invoices("copperkettle", ("payment_state", "=", "paid"))
        days = [self._get_days_late(move) for move in paid]
        first, last = days[:5], days[-5:]
        self.assertLess(sum(first) / 5, 5)
        self.assertGreater(sum(last) / 5, 30)
        self.assertLess(sum(days[5:10]), sum(days[10:15]))
        overdue = self._get_invoices(
            "copperkettle",
            ("payment_state", "=", "not_paid"),
            ("invoice_date_due", "<", self.today),
        )
        self.assertGreaterEqual(len(overdue), 1)

    def test_three_months_of_loss_from_work_nobody_ordered(self):
        results = [sum(self._get_lines("marigold", month).mapped("amount")) for month in (3, 2, 1)]
        self.assertTrue(all(result < 0 for result in results), results)
        self.assertGreater(sum(self._get_lines("marigold", 4).mapped("amount")), 0)
        free = self._get_lines("marigold").filtered(
            lambda line: line.timesheet_invoice_type == "non_billable" and line.task_id.description
        )
        self.assertGreater(sum(free.mapped("unit_amount")), 180)

    def test_only_one_client_waits_for_an_answer(self):
        limit = fields.Datetime.now() - timedelta(days=8)
        for key in KEYS:
            unanswered = self._get_unanswered(key)
            if key == "kestrel":
                self.assertLess(min(unanswered.mapped("date")), limit)
                self.assertGreaterEqual(len(unanswered), 3)
            else:
                self.assertFalse(unanswered, key)

    def test_one_client_pays_in_another_currency(self):
        moves = self._get_invoices("kestrel", ("state", "=", "posted"))
        self.assertEqual(moves.currency_id.name, "EUR")
        rates = {-move.amount_untaxed_signed / move.amount_untaxed for move in moves}
        self.assertGreater(len(rates), 5)

    def test_half_of_the_hours_have_no_cost(self):
        lines = self._get_lines("larkspur").filtered("project_id")
        free = lines.filtered(lambda line: not line.amount)
        share = sum(free.mapped("unit_amount")) / sum(lines.mapped("unit_amount"))
        self.assertGreater(share, 0.4)

    def test_reboot_has_its_session_on_the_calendar(self):
        rel = self._get_client("granite_owl")
        self.assertEqual(rel.phase, "reboot")
        meetings = self.env["calendar.event"].search(
            [
                ("partner_ids", "in", self.clients["granite_owl"].child_ids.ids),
                ("start", ">", fields.Datetime.now()),
            ]
        )
        self.assertEqual(len(meetings), 1)
        late = self._get_projects("granite_owl").milestone_ids.filtered(
            lambda milestone: not milestone.is_reached and milestone.deadline < self.today
        )
        self.assertEqual(len(late), 2)

    def test_leaving_client_has_notice_and_an_open_handover(self):
        rel = self._get_client("quillfeather")
        self.assertEqual(rel.phase, "offboard")
        self.assertTrue(rel.activity_ids)
        self.assertTrue(
            self._get_projects("quillfeather").task_ids.filtered(
                lambda task: "Handover" in task.name and not task.is_closed
            )
        )

    def test_ended_client_left_in_peace(self):
        rel = self._get_client("sundial")
        self.assertEqual(rel.phase, "ended")
        self.assertTrue(150 < rel.stage_days < 200)
        self.assertFalse(rel.activity_ids)
        self.assertEqual(set(self._get_invoices("sundial").mapped("payment_state")), {"paid"})
        last_work = max(self._get_lines("sundial").mapped("date"))
        self.assertLess(last_work, self.today - timedelta(days=150))

    def test_scores_from_the_first_day_to_the_last(self):
        """Nobody is scored before or after, and the client that left has scores before it left."""
        snapshots = self.env["client.health.snapshot"].search([])
        self.assertFalse(
            snapshots.filtered(lambda night: night.date < night.relationship_id.date_start)
        )
        left = self._get_client("sundial")
        last = max(snapshots.filtered(lambda night: night.relationship_id == left).mapped("date"))
        self.assertTrue(timedelta() <= left.date_last_stage_update.date() - last < timedelta(7))
        page = self.env["client.health.calibration"].browse(
            self.env["client.health.calibration"].action_open()["res_id"]
        )
        line = page.line_ids.filtered(lambda line: line.relationship_id == left)
        self.assertTrue(all((line.band_30, line.band_60, line.band_90)))

    def test_one_client_is_proposed_to_be_at_risk_and_the_next_night_moves_nobody(self):
        """For a reason that a person would accept."""
        proposed = self.env["client.relationship"].search(
            [("health_proposed_stage_id", "!=", False)]
        )
        self.assertEqual(proposed, self._get_client("blue_harbour"))
        self.assertEqual(proposed.health_proposed_stage_id.phase, "at_risk")
        self.assertEqual(proposed.health_proposal_reason, "Too many hours")
        stages = {rel: rel.stage_id for rel in self.relationships}
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self.env["client.health.run"]._run_night(
                {proposed.company_id: [rel.id for rel in stages if rel.phase != "ended"]},
                self.today + timedelta(days=1),
            )
        self.assertEqual({rel: rel.stage_id for rel in stages}, stages)
        self.assertEqual(proposed.health_proposed_stage_id.phase, "at_risk")

    def test_young_client_has_little_data(self):
        lines = self._get_lines("juniper")
        self.assertGreaterEqual(min(lines.mapped("date")), self.today - timedelta(days=40))
        self.assertEqual(len(self._get_invoices("juniper")), 1)

    def test_fixed_price_by_milestones_only(self):
        line = (
            self.env["sale.order"]
            .search([("partner_id", "=", self.clients["orchard_lane"].id)])
            .order_line.filtered(lambda line: not line.is_downpayment)
        )
        self.assertEqual(line.product_id.service_type, "milestones")
        self.assertAlmostEqual(line.qty_invoiced, 0.7)
        moves = self._get_invoices("orchard_lane", ("state", "=", "posted"))
        self.assertAlmostEqual(sum(moves.mapped("amount_untaxed")), 0.7 * 86000)
        deduction = moves.invoice_line_ids.filtered(lambda line: line.price_subtotal < 0)
        self.assertEqual(len(deduction), 1)

    def test_some_hours_are_not_invoiced_and_some_invoices_are_drafts(self):
        open_hours = self._get_lines("blue_harbour").filtered(
            lambda line: (
                line.timesheet_invoice_type == "billable_time" and not line.timesheet_invoice_id
            )
        )
        self.assertTrue(open_hours)
        partners = self.partners.ids
        domain = [("commercial_partner_id", "in", partners), ("state", "=", "draft")]
        self.assertEqual(self.env["account.move"].search_count(domain), 2)

    def test_some_revenue_has_no_project(self):
        lines = (
            self.env["account.move.line"]
            .search(
                [
                    ("move_id.commercial_partner_id", "in", self.partners.ids),
                    ("move_id.move_type", "=", "out_invoice"),
                    ("display_type", "=", "product"),
                    ("price_subtotal", ">", 0),
                ]
            )
            .filtered(lambda line: not line.analytic_distribution)
        )
        self.assertTrue(4 <= len(lines) <= 12, len(lines))

    def test_nothing_happened_in_the_future(self):
        now = fields.Datetime.now()
        for key in KEYS:
            projects = self._get_projects(key).with_context(active_test=False)
            self.assertLessEqual(max(self._get_lines(key).mapped("date")), self.today)
            self.assertLessEqual(max(self._get_invoices(key).mapped("invoice_date")), self.today)
            messages = self._get_messages(key)
            self.assertLessEqual(max(messages.mapped("date"), default=now), now)
            self.assertLessEqual(max(projects.task_ids.mapped("create_date")), now)
            reached = projects.milestone_ids.filtered("is_reached")
            self.assertLessEqual(
                max(reached.mapped("reached_date"), default=self.today), self.today
            )
            rel = self._get_client(key)
            self.assertLessEqual(rel.date_last_stage_update, now)
            done = rel.with_context(active_test=False).activity_ids.filtered("date_done")
            self.assertLessEqual(max(done.mapped("date_done"), default=self.today), self.today)
        payments = self.env["account.payment"].search([("partner_id", "in", self.partners.ids)])
        self.assertLess(max(payments.mapped("date")), self.today)

    def test_invoice_numbers_follow_the_calendar(self):
        moves = self.env["account.move"].search(
            [
                ("commercial_partner_id", "in", self.partners.ids),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                # Down payments come from the order, before the rest.
                ("invoice_line_ids.sale_line_ids.is_downpayment", "=", False),
            ],
            order="journal_id, sequence_prefix, sequence_number",
        )
        for before, after in pairwise(moves):
            if before.sequence_prefix == after.sequence_prefix:
                self.assertLessEqual(before.invoice_date, after.invoice_date, after.name)

    def test_each_role_has_somebody_to_log_in_with(self):
        Users = self.env["res.users"]
        roles = {
            "ana": ("client_health.group_client_user", "client_health.group_client_user_all"),
            "leo": (
                "client_health.group_client_user_all",
                "client_health.group_client_profitability",
            ),
            "mia": (
                "client_health.group_client_profitability",
                "client_health.group_client_manager",
            ),
        }
        for login, (has, lacks) in roles.items():
            user = Users.search([("login", "=", login)])
            self.assertTrue(user.has_group(has), login)
            self.assertFalse(user.has_group(lacks), login)

    def test_demo_customers_of_odoo_are_left_alone(self):
        others = self.env["client.relationship"].search(
            [("partner_id", "not in", self.all_relationships.partner_id.ids)]
        )
        self.assertFalse(others.filtered(lambda rel: rel.user_id.login in ("ana", "leo")))
        self.assertFalse(
            self.env["account.move"].search_count(
                [
                    ("invoice_user_id.login", "in", ("ana", "leo")),
                    ("commercial_partner_id", "not in", self.all_relationships.partner_id.ids),
                    ("move_type", "=", "out_invoice"),
                ]
            )
        )

    def test_second_run_adds_nothing(self):
        before = self._count_all()
        build(self.env)
        self.env.flush_all()
        self.assertEqual(self._count_all(), before)

    def _count_all(self):
        env = self.env(su=True, context={**self.env.context, "active_test": False})
        return {model: env[model].search_count([]) for model in BUILT}
