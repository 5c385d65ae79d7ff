from datetime import date

from dateutil.relativedelta import relativedelta

from odoo.tests import tagged

from .common import DemoCommon


@tagged("post_install", "-at_install")
class TestMoneyDemo(DemoCommon):
    """What bookkeepers of agencies meet, in the books and in what we say of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.month = date.today().replace(day=1)
        cls.client = cls._get_client(cls, "blue_harbour")

    def _get_project(self, name):
        return self.env["project.project"].search([("name", "=", name)])

    def _get_rows(self, *domain):
        return self.env["client.profitability"].search(
            [("company_id", "=", self.company.id), *domain], order="date"
        )

    def _get_kinds(self, *domain):
        findings = self.env["client.profitability.finding"].search([*domain])
        return set(findings.mapped("kind"))

    def test_a_year_in_advance_is_earned_month_by_month(self):
        project = self._get_project("Care of the hotel websites")
        invoices = (
            self.env["account.move.line"]
            .search([("move_id.move_type", "=", "out_invoice")])
            .filtered(lambda line: str(project.account_id.id) in (line.analytic_distribution or {}))
        )
        self.assertEqual(invoices.mapped("price_subtotal"), [12000, 12000])
        rows = self._get_rows(("project_id", "=", project.id), ("date", "<", self.month))
        self.assertGreaterEqual(len(rows), 12)
        self.assertEqual(set(rows.mapped("revenue")), {1000})
        self.assertFalse(rows.filtered(lambda row: row.margin < 0))

    def test_media_is_passed_on_and_only_the_fee_is_ours(self):
        rows = self._get_rows(("pass_through", "!=", 0))
        self.assertEqual(rows.partner_id, self.client.partner_id)
        self.assertEqual(set(rows.mapped("pass_through")), {6000})
        self.assertEqual(set(rows.mapped("pass_through_cost")), {6000})
        bills = self.env["account.move"].search(
            [
                ("partner_id", "=", self.env.ref("client_health_demo.demo_vendor_beacon").id),
                ("move_type", "=", "in_invoice"),
            ]
        )
        self.assertEqual(len(bills), 3)
        for row in rows:
            items = self.env["account.analytic.line"].search(
                [
                    ("account_id", "=", row.project_id.account_id.id),
                    ("date", ">=", row.date),
                    ("date", "<", row.date + relativedelta(months=1)),
                    ("general_account_id.account_type", "=", "income"),
                ]
            )
            self.assertAlmostEqual(row.revenue, sum(items.mapped("amount")))
            self.assertIn(900, items.mapped("amount"))

    def test_what_is_written_off_costs_the_client_its_margin(self):
        quillfeather = self._get_client("quillfeather")
        [row] = self._get_rows(
            ("partner_id", "=", quillfeather.partner_id.id), ("project_id", "=", False)
        )
        self.assertEqual((row.revenue, row.margin), (-1450, -1450))
        self.assertEqual(row.date, self.month - relativedelta(months=4))
        self.assertIn("written_off", self._get_kinds(("date", "=", row.date)))

    def test_a_project_that_changed_hands_leaves_the_past_where_it_was(self):
        project = self._get_project("Audio walks through the city")
        self.assertEqual(project.partner_id, self.client.partner_id)
        museum = self._get_client("sundial").partner_id
        rows = self._get_rows(("project_id", "=", project.id))
        day = self.month - relativedelta(months=6)
        for row in rows:
            owner = museum if row.date < day else self.client.partner_id
            self.assertEqual(row.partner_id, owner, row.date)
        self.assertEqual(rows.partner_id, museum + self.client.partner_id)
        findings = self.env["client.profitability.finding"].search(
            [("project_id", "=", project.id)]
        )
        self.assertFalse(findings)

    def test_the_branch_invoices_work_of_the_company(self):
        branch = self.env["res.company"].search([("parent_id", "=", self.company.id)])
        self.assertEqual(branch.name, "Portland Studio")
        row = self.env["client.profitability"].search([("company_id", "=", branch.id)])
        self.assertEqual((row.revenue, row.hours), (2400, 0))
        self.assertEqual(row.relationship_id.company_id, branch)
        self.assertEqual(row.partner_id, self.client.partner_id)
        self.assertIn("other_company", self._get_kinds(("company_id", "=", branch.id)))

    def test_a_milestone_project_is_seen_at_completion(self):
        orchard = self._get_client("orchard_lane")
        project = orchard.partner_id.project_ids
        self.assertEqual(project.client_completion_state, "known")
        self.assertGreater(project.client_ordered, 20000)
        self.assertGreater(project.client_expected_margin, project.client_total_margin)

    def test_overhead_is_beside_the_margin(self):
        for client in self.relationships.filtered("client_hours"):
            self.assertGreater(client.client_overhead, 13 * client.client_hours)
            if client.client_margin_band:
                self.assertAlmostEqual(
                    client.client_margin_after_overhead,
                    client.client_margin - client.client_overhead,
                    2,
                )

    def test_the_books_agree(self):
        months = self.env["client.reconciliation"].search([])
        self.assertIn(self.company, months.company_id)
        self.assertFalse(months.filtered("difference"))
