from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .common_books import Books
from .common_cases import CaseCommon

LISTS = {
    "not revenue": ("pass_through", "other_income", "exchange"),
    "less revenue": ("written_off", "discount"),
}


@tagged("post_install", "-at_install")
class TestSceptic(CaseCommon):
    """Odd entries: the income accounts of the books, less the named lists, to the cent."""

    def _sum_by_account(self, company):
        """Return the balance of the income accounts, by bare SQL."""
        self.env.flush_all()
        query = SQL(
            """SELECT COALESCE(-SUM(l.balance), 0)
                 FROM account_move_line l
                 JOIN account_move m ON m.id = l.move_id
                 JOIN account_account a ON a.id = l.account_id
                WHERE m.state = 'posted' AND l.company_id = %s
                  AND a.account_type IN ('income', 'income_other')""",
            company.id,
        )
        return float(self.env.execute_query(query)[0][0])

    def assertBooks(self, company=None):
        """Ledger = income accounts - what is listed as not revenue + what is listed as less."""
        company = company or self.company
        self._rebuild(company)
        self.env.invalidate_all()
        findings = self.env["client.profitability.finding"].search(
            [("company_id", "=", company.id)]
        )
        sums = {
            name: sum(
                findings.filtered(lambda row, kinds=kinds: row.kind in kinds).mapped("amount")
            )
            for name, kinds in LISTS.items()
        }
        # pass-through items on accounts that are no income are no income either
        through = sum(
            findings.filtered(
                lambda row: (
                    row.kind == "pass_through"
                    and not row.general_account_id.account_type.startswith("income")
                )
            ).mapped("amount")
        )
        income = self._sum_by_account(company) - (sums["not revenue"] - through)
        revenue = sum(self._get_rows(company).mapped("revenue"))
        self.assertAlmostEqual(revenue, income + sums["less revenue"], 2)
        rows = self.env["client.reconciliation"].search([("company_id", "=", company.id)])
        self.assertEqual(set(rows.mapped("difference")) - {0}, set())
        books = Books(company)
        found = {}
        for row in self._get_rows(company):
            key = row.partner_id, f"{row.date:%Y-%m}"
            found[key] = found.get(key, 0) + row.margin + row.labour_cost
        for key in found.keys() | books.revenue.keys() | books.cost.keys():
            self.assertAlmostEqual(
                found.get(key, 0), books.revenue[key] - books.cost[key], 2, str(key)
            )

    def _discount_invoice(self, parts):
        discounts = self._create_account("Discounts given", "expense")
        self.company.account_discount_expense_allocation_id = discounts
        invoice = self._invoice(self.client, [(1000, parts)], "2025-03-10", post=False)
        invoice.invoice_line_ids.discount = 10
        invoice.action_post()
        self.assertEqual(invoice.amount_total, 900)
        return invoice

    def test_discount_on_an_account_of_its_own(self):
        """10 % of 1,000 on an account of expenses: 900 is what the client pays."""
        invoice = self._discount_invoice({})
        self.assertLedger({(self.client, None, "2025-03"): {"revenue": 900}})
        finding = self._get_findings("discount")
        self.assertEqual(finding.amount, -100)
        self.assertEqual(
            finding.general_account_id, self.company.account_discount_expense_allocation_id
        )
        self.assertBooks()
        invoice._reverse_moves([{"date": "2025-05-10", "invoice_date": "2025-05-10"}], cancel=True)
        self.assertLedger(
            {
                (self.client, None, "2025-03"): {"revenue": 900},
                (self.client, None, "2025-05"): {"revenue": -900},
            }
        )
        self.assertBooks()

    def test_discount_on_an_account_of_its_own_with_a_project(self):
        self._discount_invoice({self.project: 100})
        self.assertLedger({(self.client, self.project, "2025-03"): {"revenue": 900}})
        self.assertBooks()

    def _round(self, price):
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "5 cents",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "rounding_method": "HALF-UP",
                "profit_account_id": self._create_account("Profit", "income").id,
                "loss_account_id": self._create_account("Losses", "expense").id,
            }
        )
        return self._invoice(
            self.client, [price], "2025-03-10", invoice_cash_rounding_id=rounding.id
        )

    def test_cash_rounding_down_is_less_revenue(self):
        invoice = self._round(100.02)
        self.assertEqual(invoice.amount_total, 100)
        self.assertLedger({(self.client, None, "2025-03"): {"revenue": 100}})
        self.assertAlmostEqual(self._get_findings("discount").amount, -0.02)
        self.assertBooks()

    def test_cash_rounding_up_is_revenue(self):
        self._round(99.98)
        self.assertLedger({(self.client, None, "2025-03"): {"revenue": 100}})
        self.assertBooks()

    def test_branch_passes_through_what_its_company_does(self):
        branch = self.env["res.company"].create(
            {"name": "Northlight South", "parent_id": self.company.id}
        )
        # Odoo gives it its chart of accounts before the end of the transaction
        self.env.cr.precommit.run()
        self.env.user.company_ids |= branch
        branch.client_closing_lag = 0
        resold = self._create_account("Resold", "income")
        bought = self._create_account("Bought", "expense_direct_cost")
        self.company.client_pass_through_account_ids = resold + bought
        env = self.env(context={"allowed_company_ids": [branch.id, self.company.id]})
        moves = env["account.move"].create(
            [
                {
                    "move_type": kind,
                    "partner_id": partner.id,
                    "company_id": branch.id,
                    "date": "2025-03-10",
                    "invoice_date": "2025-03-10",
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Media",
                                "price_unit": amount,
                                "account_id": account.id,
                                "tax_ids": [],
                                "analytic_distribution": {str(self.project.account_id.id): 100},
                            }
                        )
                        for account, amount in lines
                    ],
                }
                for kind, partner, lines in (
                    (
                        "out_invoice",
                        self.client,
                        [(resold, 1000), (self._get_account("income"), 150)],
                    ),
                    ("in_invoice", self.vendor, [(bought, 1000)]),
                )
            ]
        )
        moves.action_post()
        self.assertEqual(moves.company_id, branch)
        self.assertLedger(
            {
                (self.client, self.project, "2025-03"): {
                    "revenue": 150,
                    "pass_through": 1000,
                    "pass_through_cost": 1000,
                }
            },
            branch,
        )
        self.assertBooks(branch)

    def test_credit_notes_in_other_months_and_currencies(self):
        dollar = self.env.ref("base.USD")
        self._set_rate(dollar, 2.0, "2025-01-01")
        self._set_rate(dollar, 1.25, "2025-06-01")
        parts = {self.project: 60}
        self._invoice(self.client, [(1000, parts), 33.33], "2025-03-10", currency_id=dollar.id)
        self._create_move(
            "out_refund", self.client, [(500, parts)], "2025-06-10", currency_id=dollar.id
        )
        self.assertLedger(
            {
                (self.client, self.project, "2025-03"): {"revenue": 300},
                (self.client, None, "2025-03"): {"revenue": 216.67},
                (self.client, self.project, "2025-06"): {"revenue": -240},
                (self.client, None, "2025-06"): {"revenue": -160},
            }
        )
        self.assertBooks()

    def test_only_what_is_posted(self):
        self._invoice(self.client, [100], "2025-03-10", post=False)
        cancelled = self._invoice(self.client, [(200, {self.project: 100})], "2025-03-10")
        cancelled.button_draft()
        cancelled.button_cancel()
        self._invoice(self.client, [0, (0, {self.project: 100})], "2025-03-10")
        invoice = self._invoice(self.client, [(70, {self.project: 100})], "2025-03-10")
        entry = self._write_off(invoice, "2025-05-10", {self.project: 100})
        entry._reverse_moves([{"date": "2025-07-10"}], cancel=True)
        self.assertLedger(
            {
                (self.client, self.project, "2025-03"): {"revenue": 70},
                (self.client, self.project, "2025-05"): {"revenue": -70},
                (self.client, self.project, "2025-07"): {"revenue": 70},
            }
        )
        self.assertBooks()

    def test_item_of_two_clients_in_two_plans_and_an_archived_account(self):
        plan = self.env["account.analytic.plan"].create({"name": "Department"})
        department = self.env["account.analytic.account"].create(
            {"name": "Design", "plan_id": plan.id, "company_id": self.company.id}
        )
        shop = self._create_project("Shop", self.other_client)
        parts = {
            f"{self.project.account_id.id},{department.id}": 40,
            f"{shop.account_id.id},{department.id}": 35,
            department: 25,
        }
        self._invoice(self.client, [(1000, parts)], "2025-03-10")
        self._bill([(200, parts)], "2025-03-10")
        shop.account_id.active = False
        shop.active = False
        self.assertLedger(
            {
                (self.client, self.project, "2025-03"): {"revenue": 400, "other_cost": 80},
                (self.other_client, shop, "2025-03"): {"revenue": 350, "other_cost": 70},
                (self.client, None, "2025-03"): {"revenue": 250},
            }
        )
        self.assertEqual(self._get_findings("other_plan").amount, 50)
        self.assertBooks()

    def test_rebate_of_a_vendor_and_closing_of_the_year(self):
        """Both are on income accounts and of no client: listed, and nobody's revenue."""
        income, equity = self._get_account("income"), self._get_account("equity_unaffected")
        self._invoice(self.client, [1000], "2025-03-10")
        self._invoice_on([(50, income, {})], "2025-04-10", "in_refund")
        self._create_entry([(income, 950, {}), (equity, -950, {})], "2025-12-31")
        self._rebuild()
        entries = self._get_findings("entry")
        self.assertEqual(len(entries), 2)
        self.assertBooks()

    def test_refund_of_what_was_passed_through_and_its_write_off(self):
        clearing, income = self._create_account("Media", "liability_current"), None
        income = self._get_account("income")
        self.company.client_pass_through_account_ids = clearing
        parts = {self.project: 100}
        invoice = self._invoice_on([(900, clearing, parts), (100, income, parts)], "2025-03-10")
        self._invoice_on([(400, clearing, parts)], "2025-05-10", "out_refund")
        self._invoice_on([(900, clearing, parts)], "2025-03-10", "in_invoice")
        self._write_off(invoice, "2025-07-10", parts, 600)
        self.assertLedger(
            {
                (self.client, self.project, "2025-03"): {
                    "revenue": 100,
                    "pass_through": 900,
                    "pass_through_cost": 900,
                },
                (self.client, self.project, "2025-05"): {"pass_through": -400},
                (self.client, self.project, "2025-07"): {"revenue": -600},
            }
        )
        self.assertBooks()

    def test_contact_that_changes_its_firm_and_a_firm_that_joins_another(self):
        contact = self.env["res.partner"].create({"name": "Cleo", "parent_id": self.client.id})
        self._invoice(contact, [1000], "2025-03-10")
        contact.parent_id = self.other_client
        self._invoice(contact, [10], "2025-03-10")
        self.assertLedger(
            {
                (self.client, None, "2025-03"): {"revenue": 1000},
                (self.other_client, None, "2025-03"): {"revenue": 10},
            }
        )
        self.assertBooks()

    def test_down_payment_on_a_deposit_account(self):
        deposits = self._create_account("Deposits", "liability_current")
        income = self._get_account("income")
        self._invoice_on([(200, deposits, {})], "2025-03-10")
        self._invoice_on([(1000, income, {}), (-200, deposits, {})], "2025-05-10")
        self.assertLedger({(self.client, None, "2025-05"): {"revenue": 1000}})
        self.assertEqual(self._get_findings("not_revenue").mapped("amount"), [-200, 200])
        self.assertBooks()
