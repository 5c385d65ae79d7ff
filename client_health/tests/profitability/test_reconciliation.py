from odoo.tests import tagged

from .common_money import MoneyCommon


@tagged("post_install", "-at_install")
class TestReconciliation(MoneyCommon):
    def _get_findings(self, kind):
        return self.env["client.profitability.finding"].search(
            [("company_id", "=", self.company.id), ("kind", "=", kind)]
        )

    def _get_months(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["client.reconciliation"].search([("company_id", "=", self.company.id)])

    def test_demo_data_of_every_company(self):
        companies = self.env["res.company"].search([])
        for company in companies:
            self.Ledger._rebuild(company)
        months = self.env["client.reconciliation"].sudo().search([])
        self.assertFalse(months.filtered("difference"))

    def test_everything_at_once(self):
        """Every odd case in two months: nothing is lost, nothing counted twice."""
        shared = self._create_project("Shared", self.client)
        self._create_project("Shared too", self.other_client, account_id=shared.account_id.id)
        internal = self._create_project("Internal")
        office = self.env["account.analytic.account"].create(
            {"name": "Office", "plan_id": shared.account_id.plan_id.id}
        )
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "0.05",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "profit_account_id": self._get_account("income").id,
                "loss_account_id": self._get_account("expense").id,
            }
        )
        dollar = self.env.ref("base.USD")
        self._set_rate(dollar, 3.0)
        parts = {self.project: 30, shared: 30, internal: 20, office: 10}
        for day in ("2025-03-10", "2025-04-10"):
            self._invoice(self.client, [(100.01, parts), 7], day)
            self._invoice(self.vendor, [(33.33, parts)], day, currency_id=dollar.id)
            self._invoice(self.vendor, [(33.33, parts)], day, invoice_cash_rounding_id=rounding.id)
            self._create_move("out_refund", self.client, [(11, parts)], day)
            self._create_move("out_receipt", None, [(5, parts)], day)
            self._bill([(70.07, parts), 9], day)
            self._create_move("in_refund", self.vendor, [(1, parts)], day)
            self._create_manual_line(shared.account_id, -3, day)
            for project in self.project + shared + internal:
                self._spend(project, 1.1, day)
                self._spend(project, 1, day, self.intern)
        before = self._get_months()
        self.assertEqual(len(before.filtered("difference")), 2)
        before.action_rebuild()
        months = self._get_months()
        self.assertEqual(len(months), 2)
        for month in months:
            self.assertEqual(month.difference, 0)
            for name in ("revenue", "labour_cost", "other_cost"):
                self.assertTrue(month[f"{name}_books"])
                self.assertEqual(month[f"{name}_books"], month[f"{name}_ledger"])
            unassigned = self._get_rows().filtered(
                lambda row, month=month: not row.partner_id and row.date == month.date
            )
            cost = sum(row.labour_cost + row.other_cost for row in unassigned)
            self.assertAlmostEqual(month.unassigned, cost, places=2)
            found = self.env["client.profitability.finding"].search(
                [
                    ("company_id", "=", self.company.id),
                    ("date", "=", month.date),
                    ("kind", "in", ("no_customer", "shared_account", "no_project")),
                ]
            )
            self.assertAlmostEqual(sum(found.mapped("amount")), cost, places=2)
            self.assertEqual(len(set(found.mapped("kind"))), 3)

    def test_cash_rounding_is_what_its_account_is(self):
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "1.00",
                "rounding": 1.0,
                "strategy": "add_invoice_line",
                "profit_account_id": self._get_account("income").id,
                "loss_account_id": self._get_account("expense").id,
            }
        )
        invoice = self._invoice(
            self.client, [99.6], "2025-03-10", invoice_cash_rounding_id=rounding.id
        )
        self.assertEqual(invoice.amount_untaxed_signed, 100)
        self.assertLedger({(self.client, None, "2025-03"): {"revenue": 100}})
        self.assertFalse(self._get_months().difference)

    def test_a_change_shows_until_the_next_rebuild(self):
        invoice = self._invoice(self.client, [100], "2025-03-10")
        self._rebuild()
        self.assertFalse(self._get_months().difference)
        invoice.button_draft()
        self.assertEqual(self._get_months().difference, 100)
        self._get_months().action_rebuild()
        self.assertFalse(sum(self._get_months().mapped("difference")))

    def test_findings_name_the_record_to_mend(self):
        shared = self._create_project("Shared", self.client)
        self._create_project("Shared too", self.other_client, account_id=shared.account_id.id)
        internal = self._create_project("Internal")
        template = self._create_project("Template", is_template=True)
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        department, office = self.env["account.analytic.account"].create(
            [
                {"name": "Design", "plan_id": plan.id},
                {"name": "Office", "plan_id": shared.account_id.plan_id.id},
            ]
        )
        task = self.env["project.task"].create(
            {
                "name": "By mail",
                "project_id": self.project.id,
                "partner_id": self.other_client.id,
            }
        )
        day = "2025-03-10"
        self._bill([(10, {shared: 100}), (20, {office: 100})], day)
        other_plan = self._bill([(30, {department: 100})], day)
        self._spend(internal, 1, day)
        self._spend(self.project, 1, day, self.intern)
        self._spend(self.project, 3, day, task_id=task.id)
        self._spend(template, 4, day)
        receipt = self._create_move("out_receipt", None, [5], day)
        income, bank = self._get_account("income"), self._get_account("asset_current")
        entry = self._create_entry([(income, -70, {}), (bank, 70, {})], day)
        self._rebuild()
        expected = {
            "shared_account": (shared.account_id, 10, 0),
            "no_project": (office, 20, 0),
            "other_plan": (other_plan, 30, 0),
            "no_customer": (internal, 40, 1),
            "no_cost": (self.intern, 0, 1),
            "task_customer": (task, 120, 3),
            "template": (template, 160, 4),
            "no_partner": (receipt, 5, 0),
            "entry": (entry, 70, 0),
        }
        for kind, (record, amount, hours) in expected.items():
            with self.subTest(kind=kind):
                finding = self._get_findings(kind)
                self.assertEqual(len(finding), 1)
                self.assertEqual((finding.amount, finding.hours), (amount, hours))
                action = finding.action_open_record()
                self.assertEqual((action["res_model"], action["res_id"]), (record._name, record.id))
        self.assertEqual(
            self.env["client.profitability.finding"].search_count(
                [("company_id", "=", self.company.id)]
            ),
            len(expected),
        )

    def test_a_finding_is_gone_when_it_is_mended(self):
        internal = self._create_project("Internal")
        self._spend(internal, 1, "2025-03-10")
        self._rebuild()
        self.assertTrue(self._get_findings("no_customer"))
        internal.partner_id = self.client
        self._rebuild()
        self.assertFalse(self._get_findings("no_customer"))
