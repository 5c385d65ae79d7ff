from odoo.tests import tagged

from .common_money import HOURLY_COST, MoneyCommon


@tagged("post_install", "-at_install")
class TestLedgerRevenue(MoneyCommon):
    def test_invoice_without_project_follows_the_customer(self):
        contact = self.env["res.partner"].create({"name": "Cleo", "parent_id": self.client.id})
        self._invoice(contact, [100, 50], "2025-03-31")
        self._invoice(self.client, [7], "2025-04-01")
        self.assertLedger(
            {
                (self.client, None, "2025-03"): {"revenue": 150},
                (self.client, None, "2025-04"): {"revenue": 7},
            }
        )

    def test_accounting_date_beats_invoice_date(self):
        self._invoice(self.client, [100], "2025-03-31", date="2025-05-02")
        self.assertLedger({(self.client, None, "2025-05"): {"revenue": 100}})

    def test_part_of_a_project_and_the_rest(self):
        self._invoice(self.other_client, [(100, {self.project: 30}), 11], "2025-03-10")
        self.assertLedger(
            {
                (self.client, self.project, "2025-03"): {"revenue": 30},
                (self.other_client, None, "2025-03"): {"revenue": 81},
            }
        )

    def test_rounding_of_parts_loses_nothing(self):
        second = self._create_project("Shop", self.other_client)
        third = self._create_project("App", self.vendor)
        parts = {self.project: 33.33, second: 33.33, third: 33.34}
        self._invoice(self.client, [(0.05, parts), (100.01, parts)], "2025-03-10")
        self._rebuild()
        total = sum(row.revenue for row in self._get_rows())
        self.assertAlmostEqual(total, 100.06, places=2)

    def test_more_than_all_of_a_line(self):
        """Two projects with 100 % each: the customer's rest is negative, the total is true."""
        second = self._create_project("Shop", self.other_client)
        self._invoice(self.client, [(100, {self.project: 100, second: 100})], "2025-03-10")
        self.assertLedger(
            {
                (self.client, self.project, "2025-03"): {"revenue": 100},
                (self.other_client, second, "2025-03"): {"revenue": 100},
                (self.client, None, "2025-03"): {"revenue": -100},
            }
        )

    def test_credit_note_is_negative(self):
        self._invoice(self.client, [(100, {self.project: 100})], "2025-03-10")
        self._create_move("out_refund", self.client, [(40, {self.project: 100})], "2025-04-10")
        self.assertLedger(
            {
                (self.client, self.project, "2025-03"): {"revenue": 100},
                (self.client, self.project, "2025-04"): {"revenue": -40},
            }
        )

    def test_receipt_counts_with_and_without_customer(self):
        self._create_move("out_receipt", self.client, [20], "2025-03-10")
        self._create_move("out_receipt", None, [5], "2025-03-10")
        self.assertLedger(
            {
                (self.client, None, "2025-03"): {"revenue": 20},
                (None, None, "2025-03"): {"revenue": 5},
            }
        )

    def test_tax_is_no_revenue(self):
        tax = self.env["account.tax"].search(
            [("type_tax_use", "=", "sale"), ("company_id", "=", self.company.id)], limit=1
        )
        self.assertTrue(tax.amount)
        invoice = self._invoice(self.client, [100], "2025-03-10", post=False)
        invoice.invoice_line_ids.tax_ids = tax
        invoice.action_post()
        self.assertGreater(invoice.amount_total, 100)
        self.assertLedger({(self.client, None, "2025-03"): {"revenue": 100}})

    def test_foreign_currency_at_the_rate_of_the_document(self):
        dollar = self.env.ref("base.USD")
        self._set_rate(dollar, 2.0, "2025-03-01")
        self._set_rate(dollar, 4.0, "2025-04-01")
        self._invoice(self.client, [100], "2025-03-10", currency_id=dollar.id)
        self._invoice(self.client, [100], "2025-04-10", currency_id=dollar.id)
        self.assertLedger(
            {
                (self.client, None, "2025-03"): {"revenue": 50},
                (self.client, None, "2025-04"): {"revenue": 25},
            }
        )

    def test_product_line_on_another_account_is_no_revenue(self):
        """On an account of expenses it lowers the cost of its project, as in the books."""
        invoice = self._invoice(self.client, [(100, {self.project: 50})], "2025-03-10", post=False)
        invoice.invoice_line_ids.account_id = self._get_account("expense")
        invoice.action_post()
        self.assertLedger(
            {
                (self.client, self.project, "2025-03"): {"other_cost": -50},
            }
        )

    def test_journal_entry_on_income_follows_the_project(self):
        income, bank = self._get_account("income"), self._get_account("asset_current")
        self._create_entry([(income, -70, {self.project: 100}), (bank, 70, {})], "2025-03-10")
        self.assertLedger({(self.client, self.project, "2025-03"): {"revenue": 70}})

    def test_journal_entry_on_income_of_nobody_is_unassigned(self):
        income, bank = self._get_account("income"), self._get_account("asset_current")
        self._create_entry([(income, -70, {}), (bank, 70, {})], "2025-03-10")
        self.assertLedger({(None, None, "2025-03"): {"revenue": 70}})

    def test_draft_and_cancelled_are_left_out(self):
        self._invoice(self.client, [100], "2025-03-10", post=False)
        self._invoice(self.client, [100], "2025-03-10", post=False).button_cancel()
        self.assertLedger({})

    def test_account_shared_by_projects_of_one_client(self):
        self._create_project("Second", self.client, account_id=self.project.account_id.id)
        self._invoice(self.other_client, [(100, {self.project: 100})], "2025-03-10")
        self.assertLedger({(self.client, None, "2025-03"): {"revenue": 100}})

    def test_account_shared_by_clients_follows_the_invoice(self):
        self._create_project("Second", self.other_client, account_id=self.project.account_id.id)
        self._invoice(self.vendor, [(100, {self.project: 100})], "2025-03-10")
        self.assertLedger({(self.vendor, None, "2025-03"): {"revenue": 100}})

    def test_account_shared_with_a_project_without_customer(self):
        self._create_project("Internal", account_id=self.project.account_id.id)
        self._invoice(self.vendor, [(100, {self.project: 100})], "2025-03-10")
        self.assertLedger({(self.vendor, None, "2025-03"): {"revenue": 100}})

    def test_project_without_customer_follows_the_invoice(self):
        internal = self._create_project("Internal")
        self._invoice(self.client, [(100, {internal: 60})], "2025-03-10")
        self.assertLedger(
            {
                (self.client, internal, "2025-03"): {"revenue": 60},
                (self.client, None, "2025-03"): {"revenue": 40},
            }
        )

    def test_account_of_a_template_follows_the_invoice(self):
        self.project.is_template = True
        self._invoice(self.other_client, [(100, {self.project: 100})], "2025-03-10")
        self.assertLedger({(self.other_client, None, "2025-03"): {"revenue": 100}})

    def test_archived_project_counts(self):
        self._invoice(self.other_client, [(100, {self.project: 100})], "2025-03-10")
        self.project.active = False
        self.assertLedger({(self.client, self.project, "2025-03"): {"revenue": 100}})

    def test_other_plans_do_not_matter(self):
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        department = self.env["account.analytic.account"].create(
            {"name": "Design", "plan_id": plan.id, "company_id": self.company.id}
        )
        both = f"{self.project.account_id.id},{department.id}"
        self._invoice(self.other_client, [(100, {both: 40, department: 60})], "2025-03-10")
        self.assertLedger(
            {
                (self.client, self.project, "2025-03"): {"revenue": 40},
                (self.other_client, None, "2025-03"): {"revenue": 60},
            }
        )

    def test_down_payment_and_its_deduction(self):
        order = self._create_order(self.client, 1000)
        down_payment = self._create_down_payment(order, 30)
        down_payment.write({"invoice_date": "2025-03-10", "date": "2025-03-10"})
        down_payment.action_post()
        final = self._create_final_invoice(order)
        final.write({"invoice_date": "2025-04-10", "date": "2025-04-10"})
        final.action_post()
        self.assertLedger(
            {
                (self.client, None, "2025-03"): {"revenue": 300},
                (self.client, None, "2025-04"): {"revenue": 700},
            }
        )


@tagged("post_install", "-at_install")
class TestLedgerCost(MoneyCommon):
    def test_labour_by_day_of_work(self):
        self._spend(self.project, 2, "2025-03-31")
        self._spend(self.project, 1.5, "2025-04-01")
        self._spend(self.project, -0.5, "2025-04-02")
        self.assertLedger(
            {
                (self.client, self.project, "2025-03"): {
                    "labour_cost": 2 * HOURLY_COST,
                    "hours": 2,
                },
                (self.client, self.project, "2025-04"): {"labour_cost": HOURLY_COST, "hours": 1},
            }
        )

    def test_hours_without_cost(self):
        self._spend(self.project, 3, "2025-03-10", self.intern)
        self._spend(self.project, 1, "2025-03-10")
        self.assertLedger(
            {
                (self.client, self.project, "2025-03"): {
                    "labour_cost": HOURLY_COST,
                    "hours": 4,
                    "uncosted_hours": 3,
                }
            }
        )

    def test_customer_of_the_task_only_where_the_project_has_none(self):
        internal = self._create_project("Internal")
        for project in (self.project, internal):
            task = self.env["project.task"].create(
                {
                    "name": "By mail",
                    "project_id": project.id,
                    "partner_id": self.other_client.id,
                }
            )
            self._spend(project, 1, "2025-03-10", task_id=task.id)
        self._spend(internal, 2, "2025-03-10")
        self.assertLedger(
            {
                (self.client, self.project, "2025-03"): {"labour_cost": 40, "hours": 1},
                (self.other_client, internal, "2025-03"): {"labour_cost": 40, "hours": 1},
                (None, internal, "2025-03"): {"labour_cost": 80, "hours": 2},
            }
        )

    def test_labour_follows_the_project_not_the_account(self):
        second = self._create_project("Second", self.other_client)
        self._spend(self.project, 1, "2025-03-10", account_id=second.account_id.id)
        self.assertLedger({(self.client, self.project, "2025-03"): {"labour_cost": 40, "hours": 1}})

    def test_days_are_hours(self):
        """Hours in days: encoding is a matter of the screen, the unit of a line is not."""
        self.company.timesheet_encode_uom_id = self.env.ref("uom.product_uom_day")
        self._spend(self.project, 4, "2025-03-10")
        line = self._spend(self.project, 2, "2025-04-10")
        line.product_uom_id = self.env.ref("uom.product_uom_day")
        self._rebuild()
        rows = self._get_rows().sorted("date")
        self.assertEqual(rows.mapped("hours"), [4, 16])

    def test_billable_hours(self):
        order = self._create_order(self.client, 100)
        self._spend(self.project, 1, "2025-03-10", so_line=order.order_line.id)
        self._spend(self.project, 2, "2025-03-10")
        self.assertLedger(
            {
                (self.client, self.project, "2025-03"): {
                    "labour_cost": 120,
                    "hours": 3,
                    "billable_hours": 1,
                }
            }
        )

    def test_template_projects_do_not_count(self):
        self._spend(self.project, 1, "2025-03-10")
        self.project.is_template = True
        self.assertLedger({})

    def test_bill_credit_note_and_receipt(self):
        self._bill([(100, {self.project: 25})], "2025-03-10")
        self._create_move("in_refund", self.vendor, [(8, {self.project: 100})], "2025-03-11")
        self._create_move("in_receipt", self.vendor, [(4, {self.project: 100})], "2025-03-12")
        self.assertLedger({(self.client, self.project, "2025-03"): {"other_cost": 21}})

    def test_bill_on_an_account_that_is_no_expense_is_no_cost(self):
        bill = self._bill([(100, {self.project: 100})], "2025-03-10", post=False)
        bill.invoice_line_ids.account_id = self._get_account("asset_current")
        bill.action_post()
        self.assertLedger({})

    def test_tax_that_is_lost_is_cost(self):
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
        self.assertLedger({(self.client, self.project, "2025-03"): {"other_cost": 110}})

    def test_bill_never_follows_the_vendor(self):
        self._bill([(100, {self.project: 100}), 50], "2025-03-10", partner=self.other_client)
        self.assertLedger({(self.client, self.project, "2025-03"): {"other_cost": 100}})

    def test_entry_on_expense_is_cost_and_on_other_accounts_not(self):
        expense, bank = self._get_account("expense"), self._get_account("asset_current")
        self._create_entry(
            [(expense, 30, {self.project: 100}), (bank, -30, {self.project: 100})], "2025-03-10"
        )
        self.assertLedger({(self.client, self.project, "2025-03"): {"other_cost": 30}})

    def test_manual_lines_by_sign(self):
        self._create_manual_line(self.project.account_id, -30, "2025-03-10")
        self._create_manual_line(self.project.account_id, 12, "2025-03-11")
        self.assertLedger({(self.client, self.project, "2025-03"): {"other_cost": 18}})

    def test_cost_of_a_shared_account_is_unassigned(self):
        self._create_project("Second", self.other_client, account_id=self.project.account_id.id)
        self._bill([(100, {self.project: 100})], "2025-03-10")
        self.assertLedger({(None, None, "2025-03"): {"other_cost": 100}})

    def test_cost_of_an_account_shared_within_one_client(self):
        self._create_project("Second", self.client, account_id=self.project.account_id.id)
        self._bill([(100, {self.project: 100})], "2025-03-10")
        self.assertLedger({(self.client, None, "2025-03"): {"other_cost": 100}})

    def test_cost_without_project_or_customer_is_unassigned(self):
        internal = self._create_project("Internal")
        account = self.env["account.analytic.account"].create(
            {"name": "Office", "plan_id": self.project.account_id.plan_id.id}
        )
        self._bill([(100, {account: 100}), (7, {internal: 100}), 50], "2025-03-10")
        self.assertLedger(
            {
                (None, None, "2025-03"): {"other_cost": 100},
                (None, internal, "2025-03"): {"other_cost": 7},
            }
        )

    def test_cost_on_other_plans_only_is_left_out(self):
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        department = self.env["account.analytic.account"].create(
            {"name": "Design", "plan_id": plan.id, "company_id": self.company.id}
        )
        self._bill([(100, {department: 100})], "2025-03-10")
        self.assertLedger({})
