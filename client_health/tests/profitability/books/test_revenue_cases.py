from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..common_money import month_ago
from .common_cases import CaseCommon


@tagged("post_install", "-at_install")
class TestRevenueCases(CaseCommon):
    """What a bookkeeper would say: the ten cases of issue 14 that are about revenue."""

    def test_contact_whose_firm_changes(self):
        """Revenue, overdue and habit stay with the firm on the document."""
        relationship = self._create_relationship(self.client)
        other = self._create_relationship(self.other_client)
        contact = self.env["res.partner"].create({"name": "Cleo", "parent_id": self.client.id})
        for _invoice in range(3):
            invoice = self._invoice(contact, [1000], month_ago(3), invoice_date_due=month_ago(3))
            self._pay(invoice, fields.Date.add(month_ago(3), days=4))
        self._invoice(contact, [1000], month_ago(2), invoice_date_due=month_ago(1))
        contact.parent_id = self.other_client
        self.assertEqual(contact.commercial_partner_id, self.other_client)
        self._rebuild()
        self.env.invalidate_all()
        self.assertEqual((relationship.client_revenue, other.client_revenue), (4000, 0))
        self.assertEqual((relationship.client_overdue, other.client_overdue), (1000, 0))
        self.assertEqual(relationship.client_payment_habit, 4)
        self.assertFalse(other.client_payment_habit_known)

    def test_contact_with_a_project_whose_firm_changes(self):
        contact = self.env["res.partner"].create({"name": "Cleo", "parent_id": self.client.id})
        project = self._create_project("Shop", contact)
        self._invoice(contact, [(1000, {project: 100})], "2025-03-10")
        self._spend(project, 1, "2025-03-10")
        with freeze_time("2025-06-01"):
            contact.parent_id = self.other_client
        self._spend(project, 2, "2025-06-10")
        self.assertLedger(
            {
                (self.client, project, "2025-03"): {
                    "revenue": 1000,
                    "labour_cost": 40,
                    "hours": 1,
                },
                (self.other_client, project, "2025-06"): {"labour_cost": 80, "hours": 2},
            }
        )

    def test_deferral_entries(self):
        """12,000 for the year, by an invoice and twelve entries: 1,000 a month as booked."""
        income, deferred = self._get_account("income"), self._get_account("liability_current")
        self._invoice(self.client, [(12000, {self.project: 100})], "2025-01-10")
        self._create_entry(
            [(income, 12000, {self.project: 100}), (deferred, -12000, {})], "2025-01-10"
        )
        for month in range(1, 13):
            self._create_entry(
                [(income, -1000, {self.project: 100}), (deferred, 1000, {})],
                f"2025-{month:02}-28",
            )
        self.assertLedger(
            {
                (self.client, self.project, f"2025-{month:02}"): {"revenue": 1000}
                for month in range(1, 13)
            }
        )

    def test_deferral_entries_without_project_follow_the_partner(self):
        income, deferred = self._get_account("income"), self._get_account("liability_current")
        self._invoice_on([(12000, deferred, {})], "2025-01-10")
        entry = self._create_entry([(income, -1000, {}), (deferred, 1000, {})], "2025-02-28", False)
        entry.line_ids.partner_id = self.client
        entry.action_post()
        self.assertLedger({(self.client, None, "2025-02"): {"revenue": 1000}})
        self.assertEqual(self._get_findings("not_revenue").amount, 12000)

    def test_retainer_with_deferral_entries_has_no_loss_months(self):
        """12,000 a year, cost 500 a month: margin 6,000, 50 %, with deferral entries."""
        relationship = self._create_relationship(self.client)
        income, deferred = self._get_account("income"), self._get_account("liability_current")
        parts = {self.project: 100}
        self._invoice(self.client, [(12000, parts)], month_ago(12))
        self._create_entry([(income, 12000, parts), (deferred, -12000, {})], month_ago(12))
        for month in range(1, 13):
            self._create_entry([(income, -1000, parts), (deferred, 1000, {})], month_ago(month))
            self._bill([(500, parts)], month_ago(month))
        self._rebuild()
        self.env.invalidate_all()
        self.assertEqual(relationship.client_margin, 6000)
        self.assertEqual(relationship.client_margin_rate, 50)
        self.assertEqual(relationship.client_loss_months, 0)

    def test_analytic_plan_of_the_project(self):
        """The project's account lies in another plan: 1,000 / -235, on the project."""
        plan = self.env["account.analytic.plan"].create({"name": "Work"})
        self.project.account_id = self.env["account.analytic.account"].create(
            {"name": "Website", "plan_id": plan.id, "company_id": self.company.id}
        )
        self._bill([(235, {self.project: 100})], "2025-03-10")
        self._invoice(self.client, [(1000, {self.project: 100})], "2025-03-10")
        self.assertLedger(
            {(self.client, self.project, "2025-03"): {"revenue": 1000, "other_cost": 235}}
        )
        self.assertFalse(self._get_findings("other_plan"))

    def test_pass_through_by_a_clearing_account(self):
        """Media spend of 10,000 through a clearing account plus a fee of 1,500: revenue 1,500."""
        clearing, income = self._create_account("Media", "liability_current"), None
        income = self._get_account("income")
        parts = {self.project: 100}
        self._invoice_on([(10000, clearing, parts), (1500, income, parts)], "2025-03-10")
        self._invoice_on([(10000, clearing, parts)], "2025-03-10", "in_invoice")
        self.assertLedger({(self.client, self.project, "2025-03"): {"revenue": 1500}})
        self.assertEqual(self._get_findings("not_revenue").amount, 10000)
        self.company.client_pass_through_account_ids = clearing
        self.assertLedger(
            {
                (self.client, self.project, "2025-03"): {
                    "revenue": 1500,
                    "pass_through": 10000,
                    "pass_through_cost": 10000,
                }
            }
        )
        self.assertFalse(self._get_findings("not_revenue"))
        self.assertEqual(self._get_findings("pass_through").amount, 10000)

    def test_pass_through_accounts_leave_revenue_and_cost(self):
        relationship = self._create_relationship(self.client)
        resold = self._create_account("Resold", "income")
        bought = self._create_account("Bought", "expense_direct_cost")
        self.company.client_pass_through_account_ids = resold + bought
        parts = {self.project: 100}
        income = self._get_account("income")
        self._invoice_on([(10000, resold, parts), (1500, income, {})], month_ago(2))
        self._invoice_on([(10000, bought, parts)], month_ago(2), "in_invoice")
        self._bill([(150, parts)], month_ago(2))
        self._spend(self.project, 10, month_ago(2))
        self.assertReconciled()
        self.assertEqual(relationship.client_revenue, 1500)
        self.assertEqual(relationship.client_margin, 1500 - 400 - 150)
        self.assertAlmostEqual(relationship.client_margin_rate, 100 * 950 / 1500, places=2)
        self.assertEqual(relationship.client_effective_rate, 135)
        self.assertEqual(relationship.client_revenue_share, 100)
        self.assertEqual(sum(self._get_rows().mapped("pass_through")), 10000)

    def test_write_off_of_a_bad_debt(self):
        """1,000 written off: the margin of that client is 1,000 less, once."""
        self._check_write_off({}, None)

    def test_write_off_by_an_entry_that_names_the_project(self):
        self._check_write_off({self.project: 100}, self.project)

    def _check_write_off(self, parts, project):
        invoice = self._invoice(self.client, [(1500, {self.project: 100})], "2025-03-10")
        self._write_off(invoice, "2025-05-10", parts, 1000)
        self.assertLedger(
            {
                (self.client, self.project, "2025-03"): {"revenue": 1500},
                (self.client, project, "2025-05"): {"revenue": -1000},
            }
        )
        self.assertEqual(sum(self._get_rows().mapped("margin")), 500)
        finding = self._get_findings("written_off")
        self.assertEqual((finding.amount, finding.partner_id), (-1000, self.client))

    def test_write_off_as_a_cash_discount(self):
        """2 % on 1,000, by a payment: 980."""
        invoice = self._invoice(self.client, [1000], "2025-03-10")
        self._pay(invoice, "2025-03-12", 980, self._get_account("expense"))
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        self.assertLedger({(self.client, None, "2025-03"): {"revenue": 980}})

    def test_write_off_of_several_clients_in_one_entry(self):
        """Each item names its client; one that names nobody is no client's."""
        receivable, expense = self._get_account("asset_receivable"), self._get_account("expense")
        entry = self._create_entry(
            [(expense, 70, {}), (receivable, -70, {}), (expense, 30, {}), (receivable, -30, {})],
            "2025-03-10",
            post=False,
        )
        lines = entry.line_ids.sorted("id")
        lines[:2].partner_id, lines[2:].partner_id = self.client, self.other_client
        entry.action_post()
        self.assertLedger(
            {
                (self.client, None, "2025-03"): {"revenue": -70},
                (self.other_client, None, "2025-03"): {"revenue": -30},
            }
        )

    def test_opening_entry_is_no_write_off(self):
        """Receivables of many clients beside the cost of the year: no client's loss."""
        receivable, expense = self._get_account("asset_receivable"), self._get_account("expense")
        income = self._get_account("income")
        entry = self._create_entry(
            [(receivable, 70, {}), (receivable, 30, {}), (expense, 900, {}), (income, -1000, {})],
            "2025-01-01",
            post=False,
        )
        lines = entry.line_ids.sorted("id")
        lines[0].partner_id, lines[1].partner_id = self.client, self.other_client
        entry.action_post()
        self.assertLedger({(None, None, "2025-01"): {"revenue": 1000}})

    def test_written_off_invoices_make_no_paying_habit(self):
        relationship = self._create_relationship(self.client)
        for _invoice in range(3):
            invoice = self._invoice(self.client, [100], month_ago(6), invoice_date_due=month_ago(6))
            self._write_off(invoice, month_ago(2))
            self.assertEqual(invoice.payment_state, "paid")
        self._rebuild()
        self.env.invalidate_all()
        self.assertFalse(relationship.client_payment_habit_known)
        for late in (4, 5, 6):
            due = fields.Date.subtract(month_ago(6), days=late)
            invoice = self._invoice(self.client, [100], due, invoice_date_due=due)
            self._pay(invoice, month_ago(6), 98, self._get_account("expense"))
        self._rebuild()
        self.env.invalidate_all()
        self.assertEqual(relationship.client_payment_habit, 5, "paid, less a cash discount")

    def test_moved_project(self):
        """A: 1,000 / 800, moved to B in mid-year, B: 600 / 500."""
        with freeze_time("2025-06-15 12:00:00"):
            self._invoice(self.client, [(1000, {self.project: 100})], "2025-03-10")
            self._bill([(200, {self.project: 100})], "2025-06-10")
            self.project.partner_id = self.other_client
            self._invoice(self.other_client, [(600, {self.project: 100})], "2025-06-15")
            self._bill([(100, {self.project: 100})], "2025-06-20")
        rows = {
            (self.client, self.project, "2025-03"): {"revenue": 1000},
            (self.client, self.project, "2025-06"): {"other_cost": 200},
            (self.other_client, self.project, "2025-06"): {"revenue": 600, "other_cost": 100},
        }
        self.assertLedger(rows)
        self.assertFalse(self._get_findings("other_customer"))
        self.env.invalidate_all()
        customers = self.project.client_customer_ids
        self.assertEqual(customers.partner_id, self.client + self.other_client)
        self.assertEqual(customers.mapped("date_from"), [False, fields.Date.to_date("2025-06-15")])

    def test_moved_project_takes_its_hours_along_from_that_day(self):
        with freeze_time("2025-06-15 12:00:00"):
            self._spend(self.project, 1, "2025-06-14")
            self._spend(self.project, 2, "2025-06-15")
            self.project.partner_id = self.other_client
        self.assertLedger(
            {
                (self.client, self.project, "2025-06"): {"labour_cost": 40, "hours": 1},
                (self.other_client, self.project, "2025-06"): {"labour_cost": 80, "hours": 2},
            }
        )

    def test_moved_project_that_was_moved_by_mistake(self):
        with freeze_time("2025-06-15 12:00:00"):
            self.project.partner_id = self.other_client
            self.assertEqual(len(self.project.client_customer_ids), 2)
            self.project.partner_id = self.client
            self.assertFalse(self.project.client_customer_ids, "back on the same day: never moved")
            self.project.partner_id = self.other_client
        self.project.client_customer_ids.unlink()
        self._invoice(self.vendor, [(100, {self.project: 100})], "2025-03-10")
        self.assertLedger({(self.other_client, self.project, "2025-03"): {"revenue": 100}})

    def test_project_that_gets_its_first_customer_was_always_his(self):
        internal = self._create_project("Internal")
        internal.partner_id = self.client
        self.assertFalse(internal.client_customer_ids)

    def test_invoice_to_another_client_than_the_projects(self):
        """A finding with both names."""
        invoice = self._invoice(self.other_client, [(1000, {self.project: 100})], "2025-03-10")
        self._invoice(self.client, [(500, {self.project: 100})], "2025-03-10")
        self._rebuild()
        finding = self._get_findings("other_customer")
        self.assertEqual(len(finding), 1)
        self.assertEqual(
            (finding.partner_id, finding.other_partner_id, finding.amount),
            (self.client, self.other_client, 1000),
        )
        self.assertEqual(finding.action_open_record()["res_id"], invoice.id)

    def test_exchange_gain_is_no_revenue_and_one_finding(self):
        dollar = self.env.ref("base.USD")
        self._set_rate(dollar, 2.0, "2025-03-01")
        self._set_rate(dollar, 1.0, "2025-04-01")
        for _invoice in range(2):
            invoice = self._invoice(self.client, [100], "2025-03-10", currency_id=dollar.id)
            self._pay(invoice, "2025-04-10")
        gains = self.env["account.move"].search(
            [
                ("journal_id", "=", self.company.currency_exchange_journal_id.id),
                ("state", "=", "posted"),
            ]
        )
        self.assertEqual(len(gains), 2)
        self.assertLedger({(self.client, None, "2025-03"): {"revenue": 100}})
        self.assertEqual(self._get_findings("exchange").mapped("amount"), [100])
        self.assertFalse(self._get_findings("entry"))

    def test_cash_basis_tax_makes_no_finding(self):
        self.company.tax_exigibility = True
        transition = self._create_account("Transit", "liability_current")
        tax = self.env["account.tax"].create(
            {
                "name": "On payment",
                "amount": 20,
                "company_id": self.company.id,
                "tax_exigibility": "on_payment",
                "cash_basis_transition_account_id": transition.id,
            }
        )
        invoice = self._invoice(self.client, [1000], "2025-03-10", post=False)
        invoice.invoice_line_ids.tax_ids = tax
        invoice.action_post()
        self._pay(invoice, "2025-04-10")
        self.assertTrue(
            self.env["account.move"].search_count(
                [("tax_cash_basis_origin_move_id", "=", invoice.id)]
            )
        )
        self.assertLedger({(self.client, None, "2025-03"): {"revenue": 1000}})
        self.assertFalse(
            self.env["client.profitability.finding"].search([("company_id", "=", self.company.id)])
        )

    def test_other_income_is_no_revenue(self):
        other = self._create_account("Grant", "income_other")
        self._invoice_on([(300, other, {}), (100, self._get_account("income"), {})], "2025-03-10")
        self.assertLedger({(self.client, None, "2025-03"): {"revenue": 100}})
        self.assertEqual(self._get_findings("other_income").amount, 300)
