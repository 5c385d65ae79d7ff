import csv
from itertools import count

from odoo import Command
from odoo.tests import loaded_demo_data, tagged
from odoo.tools import file_open

from .common_money import MoneyCommon
from .common_oracle import PanelGaps

CENT = 0.01


PANEL = "client_health/tests/profitability/panel_figures.csv"


class OracleMixin:
    """Odoo's panel as a second opinion; ``panel_figures.csv`` says what it said, and why we differ.

    So the scenarios are checked also where core has no such panel any more (19.3 replaced it).
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with file_open(PANEL) as file:
            cls.recorded = {
                (row["scenario"], int(row["number"])): row for row in csv.DictReader(file)
            }

    def setUp(self):
        super().setUp()
        self.numbers = count(1)

    def assertRecorded(self, project, panel):
        """Check both sides with what was recorded of this scenario."""
        key = (self._testMethodName.removeprefix("test_"), next(self.numbers))
        figures = (*(panel or ()), *self._get_ours(project))
        row = self.recorded[key]
        names = ("panel_revenue", "panel_cost", "our_revenue", "our_cost")[-len(figures) :]
        for name, figure in zip(names, figures, strict=True):
            self.assertAlmostEqual(figure, float(row[name]), 2, (key, name))
        self.assertTrue(row["why"])

    def _has_panel(self):
        return hasattr(self.env["project.project"], "_get_profitability_items")

    def _get_panel(self, project):
        """Return (invoiced, billed) of Odoo's project panel, over the whole life."""
        items = project._get_profitability_items(False)
        return items["revenues"]["total"]["invoiced"], -items["costs"]["total"]["billed"]

    def _get_ours(self, project):
        [[revenue, labour_cost, other_cost]] = self.env["client.profitability"]._read_group(
            [("project_id", "=", project.id)],
            [],
            ["revenue:sum", "labour_cost:sum", "other_cost:sum"],
        )
        return revenue, labour_cost + other_cost

    def assertPanel(self, project, revenue=0.0, cost=0.0, exact=True):
        """Check that the panel differs from the ledger by these gaps: panel less ledger."""
        if not self._has_panel():
            return
        gaps = PanelGaps(project)
        delta = CENT / 2 if exact else CENT * max(1, len(gaps.lines))
        panel, ours = self._get_panel(project), self._get_ours(project)
        explained = gaps.get_revenue_gaps(), gaps.get_cost_gaps()
        for index, expected in enumerate((revenue, cost)):
            message = f"{project.name}: panel {panel}, ledger {ours}, explained {explained}"
            gap = panel[index] - ours[index]
            self.assertAlmostEqual(gap, sum(explained[index].values()), delta=delta, msg=message)
            if expected is not None:
                self.assertAlmostEqual(gap, expected, delta=delta, msg=message)


@tagged("post_install", "-at_install")
class TestOracleDemo(OracleMixin, MoneyCommon):
    def test_every_project_of_the_demo_data(self):
        if not loaded_demo_data(self.env):
            self.skipTest("no demo data")
        companies = self.env["res.company"].search([])
        self.env.user.company_ids = companies
        self.env = self.env(context=dict(self.env.context, allowed_company_ids=companies.ids))
        for company in companies:
            self.env["client.profitability"]._rebuild(company)
        projects = (
            self.env["project.project"]
            .with_context(active_test=False)
            .search([("is_template", "=", False)])
        )
        self.assertGreaterEqual(len(projects), 12)
        self.assertTrue(any(any(self._get_ours(project)) for project in projects))
        for project in projects:
            with self.subTest(project=project.name):
                self.assertPanel(project, None, None, exact=False)


@tagged("post_install", "-at_install")
class TestOracle(OracleMixin, MoneyCommon):
    """The panel equals the ledger; each of the panel's gaps is provoked alone."""

    def assertPanel(self, project, revenue=0.0, cost=0.0, exact=True):
        OracleMixin.assertPanel(self, project, revenue, cost, exact)
        self.assertRecorded(project, self._get_panel(project) if self._has_panel() else None)

    def test_plain_documents(self):
        """Invoices, credit notes, bills, vendor credit notes, parts, currencies, timesheets."""
        dollar = self.env.ref("base.USD")
        self._set_rate(dollar, 1.1, "2025-01-01")
        self._set_rate(dollar, 1.3, "2025-04-01")
        other = self._create_project("Shop", self.other_client)
        for index, partner in enumerate((self.client, self.other_client, self.vendor)):
            parts = {self.project: 100 - 20 * index, other: 12.5 * index}
            for currency in (self.company.currency_id, dollar):
                for move_type, customer in (
                    ("out_invoice", partner),
                    ("out_refund", partner),
                    ("in_invoice", self.vendor),
                    ("in_refund", self.vendor),
                ):
                    amount = 1000 if "invoice" in move_type else 35.55
                    self._create_move(
                        move_type,
                        customer,
                        [(amount, parts), (amount / 3, parts), 10],
                        f"2025-0{3 + index}-10",
                        currency_id=currency.id,
                    )
        self._spend(self.project, 7.25, "2025-03-11")
        self._spend(self.project, 2, "2025-03-11", self.intern)
        self._spend(other, 3, "2025-05-11")
        self._create_manual_line(other.account_id, -17.5, "2025-05-12")
        self._rebuild()
        for project in self.project + other:
            self.assertTrue(all(self._get_ours(project)))
            self.assertPanel(project, exact=False)

    def test_gap_receipts(self):
        self._create_move("out_receipt", self.client, [(50, {self.project: 100})], "2025-03-10")
        self._create_move("in_receipt", self.vendor, [(20, {self.project: 100})], "2025-03-10")
        self._rebuild()
        self.assertPanel(self.project, -50, -20)

    def test_gap_timesheets_booked_to_another_account(self):
        other = self._create_project("Shop", self.other_client)
        self._spend(self.project, 2, "2025-03-10", account_id=other.account_id.id)
        self._rebuild()
        self.assertPanel(self.project, cost=-80)
        self.assertPanel(other)

    def test_gap_order_lines_at_todays_rate(self):
        dollar = self.env.ref("base.USD")
        self._set_rate(dollar, 2.0, "2025-01-01")
        order = self._create_project_order(self.client, 1000, currency=dollar)
        invoice = self._create_final_invoice(order)
        invoice.write({"invoice_date": "2025-03-10", "date": "2025-03-10"})
        invoice.action_post()
        self._set_rate(dollar, 4.0, "2025-04-01")
        self._rebuild()
        self.assertEqual(self._get_ours(self.project), (500, 0))
        self.assertPanel(self.project, -250)

    def test_gap_invoiced_order_lines_whatever_their_distribution(self):
        order = self._create_project_order(self.client, 1000)
        order.order_line.analytic_distribution = {str(self.project.account_id.id): 40}
        self._create_final_invoice(order).action_post()
        self._rebuild()
        self.assertEqual(self._get_ours(self.project), (400, 0))
        self.assertPanel(self.project, 600)

    def test_order_lines_of_the_project_alone_agree(self):
        order = self._create_project_order(self.client, 1000)
        self._create_down_payment(order, 30).action_post()
        self._rebuild()
        down = self._get_ours(self.project)[0]
        self.assertPanel(self.project, 300 - down)
        self._create_final_invoice(order).action_post()
        self._rebuild()
        self.assertPanel(self.project, 1000 - self._get_ours(self.project)[0])

    def test_gap_purchase_lines_at_todays_rate(self):
        dollar = self.env.ref("base.USD")
        self._set_rate(dollar, 2.0, "2025-01-01")
        product = self.env["product.product"].create(
            {"name": "Print", "type": "service", "purchase_method": "purchase"}
        )
        order = self.env["purchase.order"].create(
            {
                "partner_id": self.vendor.id,
                "company_id": self.company.id,
                "currency_id": dollar.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "price_unit": 100,
                            "tax_ids": [Command.clear()],
                            "analytic_distribution": {str(self.project.account_id.id): 100},
                        }
                    )
                ],
            }
        )
        order.button_confirm()
        order.action_create_invoice()
        order.invoice_ids.write({"invoice_date": "2025-03-10", "date": "2025-03-10"})
        order.invoice_ids.action_post()
        self._rebuild()
        self.assertPanel(self.project)
        self._set_rate(dollar, 4.0, "2025-04-01")
        self.env.invalidate_all()
        self.assertPanel(self.project, cost=-25)

    def test_gap_expenses_at_todays_rate_and_as_a_whole(self):
        expense = self._create_expense(100, {self.project: 60})
        expense.action_submit()
        expense._do_approve(False)
        self._rebuild()
        self.assertEqual(self._get_ours(self.project), (0, 0), "not posted, no cost yet")
        self._post_expense(expense)
        self._rebuild()
        self.assertEqual(self._get_ours(self.project), (0, 60))
        self.assertPanel(self.project, cost=40)

    def test_gap_accounts_shared_between_projects_count_twice(self):
        second = self._create_project("Second", self.client, account_id=self.project.account_id.id)
        self._invoice(self.client, [(100, {self.project: 100})], "2025-03-10")
        self._bill([(30, {self.project: 100})], "2025-03-10")
        self._rebuild()
        for project in self.project + second:
            self.assertEqual(self._get_ours(project), (0, 0))
            self.assertPanel(project, 100, 30)

    def test_gap_manual_entries(self):
        """Journal entries are missing in the panel; manual income is a lower cost to us."""
        expense, bank = self._get_account("expense"), self._get_account("asset_current")
        self._create_entry([(expense, 30, {self.project: 100}), (bank, -30, {})], "2025-03-10")
        self._rebuild()
        self.assertPanel(self.project, cost=-30)
        self._create_manual_line(self.project.account_id, 12, "2025-03-11")
        self._rebuild()
        self.assertPanel(self.project, 12, -30 + 12)

    def test_gap_project_that_is_not_billable(self):
        self.project.allow_billable = False
        self._spend(self.project, 2, "2025-03-10")
        self._rebuild()
        self.assertEqual(self.project._get_profitability_values(), ({}, False))
        self.assertEqual(self._get_ours(self.project), (0, 80))

    def test_gap_project_without_timesheets_now(self):
        self._spend(self.project, 2, "2025-03-10")
        self.project.allow_timesheets = False
        self._rebuild()
        self.assertPanel(self.project, cost=-80)

    def test_gap_tax_that_is_lost(self):
        tax = self.env["account.tax"].create(
            {
                "name": "Lost",
                "amount": 10,
                "type_tax_use": "purchase",
                "company_id": self.company.id,
                "analytic": True,
            }
        )
        bill = self._bill([(100, {self.project: 100})], "2025-03-10", post=False)
        bill.invoice_line_ids.tax_ids = tax
        bill.action_post()
        self._rebuild()
        self.assertPanel(self.project, cost=-10)

    def test_gap_corrections_of_hours(self):
        """The panel calls a group of negative hours a revenue; to us it is a lower cost."""
        self._spend(self.project, -2, "2025-03-10")
        self._rebuild()
        self.assertPanel(self.project, 80, 80)

    def test_two_companies_in_two_currencies(self):
        swiss = self._create_company("Northlight Alps", "CHF")
        self.env = self.env(
            context=dict(self.env.context, allowed_company_ids=[self.company.id, swiss.id])
        )
        alpine = self._create_project("Cable car", self.client, company_id=swiss.id)
        dollar = self.env.ref("base.USD")
        self._set_rate(dollar, 2.0, company=swiss)
        for currency in (swiss.currency_id, dollar):
            self._create_move(
                "out_invoice",
                self.client,
                [(100, {alpine: 80})],
                "2025-03-10",
                company=swiss,
                currency_id=currency.id,
            )
        self._spend(alpine, 2, "2025-03-10", self._create_employee("Cy", 50.0, swiss))
        self._invoice(self.client, [(100, {self.project: 100})], "2025-03-10")
        self._rebuild(swiss)
        self._rebuild()
        self.assertPanel(alpine)
        self.assertPanel(self.project)
        self.assertEqual(self._get_ours(alpine), (120, 100))
        self.assertLedger(
            {
                (self.client, alpine, "2025-03"): {
                    "revenue": 120,
                    "labour_cost": 100,
                    "hours": 2,
                },
                (self.client, None, "2025-03"): {"revenue": 30},
            },
            swiss,
        )

    def _create_project_order(self, partner, price, currency=None):
        """An order whose line is delivered by ``self.project``."""
        order = self._create_order(
            partner,
            price,
            analytic_distribution={str(self.project.account_id.id): 100},
            confirm=False,
            currency=currency,
        )
        order.action_confirm()
        self.project.write({"sale_line_id": order.order_line.id})
        order.order_line.project_id = self.project
        return order

    def _create_expense(self, amount, distribution):
        employee = self.employee
        employee.work_contact_id = self.env["res.partner"].create({"name": "Ada"})
        return self.env["hr.expense"].create(
            {
                "name": "Train",
                "employee_id": employee.id,
                "company_id": self.company.id,
                "total_amount_currency": amount,
                "tax_ids": [Command.clear()],
                "date": "2025-03-10",
                "payment_mode": "own_account",
                "account_id": self._get_account("expense").id,
                "product_id": self.env["product.product"]
                .create({"name": "Trips", "can_be_expensed": True, "type": "service"})
                .id,
                "analytic_distribution": self._prepare_distribution(distribution),
            }
        )

    def _post_expense(self, expense):
        wizard = self.env["hr.expense.post.wizard"].with_context(
            active_ids=expense.ids, active_model="hr.expense", company_paid_move_ids=[]
        )
        wizard.create({"accounting_date": "2025-03-10"}).action_post_entry()
