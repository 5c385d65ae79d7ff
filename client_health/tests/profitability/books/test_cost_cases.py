from odoo import Command
from odoo.tests import tagged

from .common_cases import CaseCommon


@tagged("post_install", "-at_install")
class TestCostCases(CaseCommon):
    def test_prepaid_bill_spread_by_entries(self):
        """A bill of 1,200 on a prepaid account, twelve entries: cost 1,200, 100 a month."""
        prepaid, expense = self._create_account("Prepaid", "asset_prepayments"), None
        expense = self._get_account("expense")
        parts = {self.project: 100}
        self._invoice_on([(1200, prepaid, parts)], "2025-01-10", "in_invoice")
        for month in range(1, 13):
            self._create_entry(
                [(expense, 100, parts), (prepaid, -100, parts)], f"2025-{month:02}-28"
            )
        self.assertLedger(
            {
                (self.client, self.project, f"2025-{month:02}"): {"other_cost": 100}
                for month in range(1, 13)
            }
        )

    def _get_book_cost(self):
        items = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company.id),
                ("parent_state", "=", "posted"),
                ("account_id.account_type", "=like", "expense%"),
            ]
        )
        return sum(items.mapped("balance"))

    def test_bill_with_half_deductible_tax(self):
        """The half that is lost is a cost, as in the books."""
        lines = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "factor_percent": 50}),
            Command.create(
                {
                    "repartition_type": "tax",
                    "factor_percent": 50,
                    "account_id": self._get_account("asset_current").id,
                }
            ),
        ]
        tax = self.env["account.tax"].create(
            {
                "name": "Half",
                "amount": 20,
                "type_tax_use": "purchase",
                "company_id": self.company.id,
                "invoice_repartition_line_ids": [Command.clear(), *lines],
                "refund_repartition_line_ids": [Command.clear(), *lines],
            }
        )
        bill = self._bill([(100, {self.project: 100})], "2025-03-10", post=False)
        bill.invoice_line_ids.tax_ids = tax
        bill.action_post()
        self.assertEqual(self._get_book_cost(), 110)
        self.assertLedger({(self.client, self.project, "2025-03"): {"other_cost": 110}})

    def test_bill_that_is_half_private(self):
        bill = self._bill([(100, {self.project: 100})], "2025-03-10", post=False)
        bill.invoice_line_ids.deductible_amount = 50
        bill.action_post()
        cost = self._get_book_cost()
        self._rebuild()
        self.assertEqual(sum(self._get_rows().mapped("other_cost")), cost)

    def test_order_for_two_clients_with_one_down_payment(self):
        """200 of 1,000 are paid: each client's rest is less by its share."""
        ours, theirs = (
            self._create_relationship(partner) for partner in (self.client, self.other_client)
        )
        second = self._create_project("Shop", self.other_client)
        order = self._create_order(self.client, 600, confirm=False)
        order.order_line.copy({"order_id": order.id, "price_unit": 400})
        order.action_confirm()
        for line, project in zip(order.order_line, self.project + second, strict=True):
            line.project_id = project
        self._create_down_payment(order, 20).action_post()
        self._rebuild()
        self.env.invalidate_all()
        self.assertEqual((ours.client_to_invoice, theirs.client_to_invoice), (480, 320))

    def test_hours_in_days_are_hours_in_findings(self):
        line = self._spend(self.project, 2, "2025-03-10", self.intern)
        line.product_uom_id = self.env.ref("uom.product_uom_day")
        template = self._create_project("Template", is_template=True)
        other = self._spend(template, 1, "2025-03-10")
        other.product_uom_id = self.env.ref("uom.product_uom_day")
        self.assertEqual(self._get_findings("no_cost").hours, 16)
        self.assertEqual(self._get_findings("template").hours, 8)

    def test_employee_paid_in_a_currency_without_rate(self):
        swiss = self._create_company("Northlight Alps", "CHF")
        abroad = self._create_employee("Cy", 50.0, swiss)
        self.env = self.env(
            context=dict(self.env.context, allowed_company_ids=[self.company.id, swiss.id])
        )
        lines = self.env["account.analytic.line"]
        values = {
            "name": "Work",
            "project_id": self.project.id,
            "employee_id": abroad.id,
            "unit_amount": 2,
            "date": "2025-03-10",
        }
        lines.create(values)
        finding = self._get_findings("no_rate")
        self.assertEqual((finding.employee_id, finding.hours), (abroad, 2))
        self._set_rate(swiss.currency_id, 0.9)
        self.assertFalse(self._get_findings("no_rate"))

    def test_old_timesheets_repriced_after_a_rise(self):
        old = self._spend(self.project, 2, "2025-03-10")
        self._spend(self.project, 2, "2025-04-10")
        self.employee.hourly_cost = 60
        self._spend(self.project, 2, "2025-05-10")
        self.assertFalse(self._get_findings("repriced"), "costs rise with time")
        old.unit_amount = 3
        self.assertEqual(old.amount, -180)
        finding = self._get_findings("repriced")
        self.assertEqual((finding.employee_id, finding.amount), (self.employee, 180))

    def test_revenue_in_another_company_than_the_hours(self):
        swiss = self._create_company("Northlight Alps", "CHF")
        self.project.account_id.company_id = False
        self.project.company_id = False
        self._spend(self.project, 2, "2025-03-10")
        self._create_move(
            "out_invoice", self.client, [(100, {self.project: 100})], "2025-03-10", company=swiss
        )
        self._rebuild()
        self._rebuild(swiss)
        self.env.flush_all()
        finding = self.env["client.profitability.finding"].search([("kind", "=", "other_company")])
        finding = finding.filtered(lambda found: found.project_id == self.project)
        self.assertEqual((finding.company_id, finding.amount), (swiss, 100))
