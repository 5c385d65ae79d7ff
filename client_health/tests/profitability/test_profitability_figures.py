from odoo import Command, fields
from odoo.tests import Form, tagged

from ...engine.clock import get_today
from ...engine.profitability import margin
from .common_money import MoneyCommon, month_ago

SHARED = (
    "client_revenue",
    "client_labour_cost",
    "client_other_cost",
    "client_cost",
    "client_margin",
    "client_margin_state",
    "client_margin_band",
    "client_hours",
    "client_billable_hours",
    "client_uncosted_hours",
    "client_overhead",
    "client_margin_after_overhead",
)
RATES = ("client_margin_rate", "client_effective_rate")


@tagged("post_install", "-at_install")
class TestFigures(MoneyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.relationship = cls._create_relationship(cls.client)

    def _refresh(self):
        self._rebuild()
        self.env.invalidate_all()

    def assertFigures(self, record=None, **expected):
        record = record or self.relationship
        actual = {name: record[f"client_{name}"] for name in expected}
        self.assertEqual(actual, expected)

    def test_only_the_last_twelve_full_months(self):
        for months in (0, 1, 12, 13):
            self._invoice(self.client, [1000 + months], month_ago(months))
        self._refresh()
        self.assertFigures(revenue=1001 + 1012, active_months=2)
        self.assertEqual(self.client.client_revenue, 1001 + 1012)

    def test_figures_and_rates(self):
        self._invoice(self.client, [(1000, {self.project: 100})], month_ago(2))
        self._bill([(100, {self.project: 100})], month_ago(2))
        self._spend(self.project, 10, month_ago(2))
        self._refresh()
        self.assertFigures(
            revenue=1000,
            labour_cost=400,
            other_cost=100,
            cost=500,
            margin=500,
            margin_rate=50,
            margin_state="known",
            margin_band="below_target",
            hours=10,
            effective_rate=90,
            revenue_share=100,
            margin_share=100,
        )

    def test_partner_project_and_relationship_say_the_same(self):
        """Whatever happened: SQL and Python agree."""
        for project, partner in (
            (self.project, self.client),
            (self._create_project("Shop", self.other_client), self.other_client),
        ):
            relationship = self.relationship
            if partner != self.client:
                relationship = self._create_relationship(partner)
            steps = (
                lambda project=project: self._spend(project, 10, month_ago(3)),
                lambda project=project: self._invoice(
                    self.vendor, [(415, {project: 100})], month_ago(3)
                ),
                lambda project=project: self._spend(project, 1.25, month_ago(3), self.intern),
            )
            for step in (lambda: None, *steps):
                step()
                self._refresh()
                for record in (partner, project):
                    self.assertFigures(record, **{n[7:]: relationship[n] for n in SHARED})
                    for name in RATES:
                        self.assertAlmostEqual(record[name], relationship[name], places=2)

    def test_unknown_margin_is_not_a_number(self):
        self._invoice(self.client, [(1000, {self.project: 100})], month_ago(2))
        self._spend(self.project, 10, month_ago(2), self.intern)
        self._refresh()
        for record in (self.relationship, self.client, self.project):
            self.assertFigures(
                record, margin_state="unknown", margin_band=False, margin=0, margin_rate=0
            )
        Relationship = self.env["client.relationship"]
        here = ("company_id", "=", self.company.id)
        [[rate, total]] = self.env.execute_query(
            self._sql_figures("client_margin_rate", "client_margin")
        )
        self.assertIsNone(rate)
        self.assertIsNone(total)
        self.assertFalse(Relationship.search([here, ("client_margin_rate", ">", 99)]))
        self.assertFalse(Relationship.search([here, ("client_margin_band", "!=", False)]))
        [[margin_sum, rate]] = self.Ledger._read_group(
            [("partner_id", "=", self.client.id)], [], ["margin:sum", "margin_rate:avg"]
        )
        self.assertFalse(margin_sum)
        self.assertFalse(rate)

    def _sql_figures(self, *names):
        self.env.flush_all()
        query = self.env["client.relationship"]._search([("id", "=", self.relationship.id)])
        return query.select(*(query.table + "." + name for name in names))

    def test_rates_of_groups_are_those_of_sums(self):
        self._invoice(self.client, [100], month_ago(2))
        self._invoice(self.client, [(300, {self.project: 100})], month_ago(3))
        self._bill([(80, {self.project: 100})], month_ago(3))
        self._spend(self.project, 2, month_ago(3))
        self._refresh()
        [[rate, hourly]] = self.Ledger._read_group(
            [("partner_id", "=", self.client.id)], [], ["margin_rate:avg", "effective_rate:avg"]
        )
        self.assertAlmostEqual(rate, 100 * (400 - 80 - 80) / 400)
        self.assertAlmostEqual(hourly, (400 - 80) / 2)

    def test_months_at_a_loss_and_probability(self):
        for months, amount in ((1, 100), (2, 10), (3, 20)):
            self._invoice(self.client, [(amount, {self.project: 100})], month_ago(months))
            self._spend(self.project, 1, month_ago(months))
        self._refresh()
        self.assertFigures(loss_months=2, active_months=3)
        self.assertAlmostEqual(
            self.relationship.client_loss_probability, margin.get_loss_probability(2, 3)
        )

    def test_bands_and_shares(self):
        other = self._create_relationship(self.other_client)
        third = self._create_relationship(self.vendor)
        for partner, revenue, cost in (
            (self.client, 700, 0),
            (self.other_client, 200, 192),
            (self.vendor, 100, 130),
        ):
            project = self._create_project("P", partner)
            self._invoice(partner, [(revenue, {project: 100})], month_ago(2))
            self._bill([(cost, {project: 100})], month_ago(2))
        self._refresh()
        self.assertFigures(revenue_share=70, margin_band="profit", margin_share=103.24)
        self.assertFigures(other, revenue_share=20, margin_band="break_even", margin_share=1.18)
        self.assertFigures(third, revenue_share=10, margin_band="loss", margin_share=-4.42)
        Relationship = self.env["client.relationship"]
        here = ("company_id", "=", self.company.id)
        for record, leaf in (
            (other, ("client_margin_band", "=", "break_even")),
            (third, ("client_margin_band", "=", "loss")),
            (self.relationship, ("client_revenue_share", ">", 25)),
        ):
            self.assertEqual(Relationship.search([here, leaf]), record)

    def test_overdue_nets_what_is_not_matched_yet(self):
        self._invoice(self.client, [100], month_ago(3), invoice_date_due=month_ago(2))
        self._invoice(self.client, [50], month_ago(1), invoice_date_due=month_ago(-2))
        self._refresh()
        self.assertFigures(overdue=100, overdue_since=month_ago(2))
        self._create_move("out_refund", self.client, [30], month_ago(1))
        self._refresh()
        self.assertFigures(overdue=70)
        self._create_move("out_refund", self.client, [90], month_ago(1))
        self._refresh()
        self.assertFigures(overdue=0, overdue_since=False, days_over_habit=0)

    def _pay(self, invoice, day):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": day})._create_payments()

    def test_own_habit_of_paying(self):
        for late in (4, 10):
            due = fields.Date.subtract(month_ago(6), days=late)
            invoice = self._invoice(self.client, [100], due, invoice_date_due=due)
            self._pay(invoice, month_ago(6))
        self._refresh()
        self.assertFigures(payment_habit_known=False)
        due = fields.Date.subtract(month_ago(6), days=6)
        self._pay(self._invoice(self.client, [100], due, invoice_date_due=due), month_ago(6))
        today = get_today(self.company)
        since = fields.Date.subtract(today, days=20)
        self._invoice(self.client, [100], since, invoice_date_due=since)
        self._refresh()
        self.assertFigures(
            payment_habit_known=True, payment_habit=6, overdue_since=since, days_over_habit=14
        )

    def test_not_yet_invoiced(self):
        dollar = self.env.ref("base.USD")
        self._set_rate(dollar, 2.0)
        self._create_order(self.client, 1000, currency=dollar)
        self._create_order(self.client, 70, confirm=False)
        order = self._create_order(self.client, 200)
        self._refresh()
        self.assertFigures(to_invoice=700, revenue=0)
        down_payment = self._create_down_payment(order, 25)
        down_payment.action_post()
        self._refresh()
        self.assertFigures(to_invoice=650)
        self._create_final_invoice(order).action_post()
        self._refresh()
        self.assertFigures(to_invoice=500)

    def test_not_yet_invoiced_follows_the_project(self):
        order = self._create_order(self.other_client, 200)
        order.order_line.project_id = self.project
        self._refresh()
        self.assertFigures(to_invoice=200)

    def test_figures_are_those_of_the_current_company(self):
        swiss = self._create_company("Northlight Alps", "CHF")
        self._create_move("out_invoice", self.client, [10], month_ago(2), company=swiss)
        self._invoice(self.client, [100], month_ago(2))
        self._rebuild(swiss)
        self._refresh()
        for company, revenue in ((self.company, 100), (swiss, 10)):
            partner = self.client.with_context(
                allowed_company_ids=[company.id, *(self.company + swiss - company).ids]
            )
            self.assertFigures(partner, revenue=revenue)
            self.assertEqual(partner.client_currency_id, company.currency_id)
        self.assertFigures(revenue=100, revenue_share=100)

    def test_one_query_for_many_partners(self):
        partners = self.client + self.other_client + self.vendor
        partners = partners.with_user(self.manager)
        partners.mapped("client_revenue")
        self.env.invalidate_all()
        partners.mapped("commercial_partner_id")
        with self.assertQueryCount(3):
            partners.mapped("client_revenue")
            partners.mapped("client_margin_state")

    def test_contact_shows_its_client(self):
        contact = self.env["res.partner"].create({"name": "Cleo", "parent_id": self.client.id})
        self._invoice(self.client, [100], month_ago(2))
        self._refresh()
        self.assertEqual(contact.client_revenue, 100)
        domain = contact.action_view_profitability()["domain"]
        self.assertEqual(self.Ledger.search(domain).partner_id, self.client)

    def test_forms(self):
        self._invoice(self.client, [(100, {self.project: 100})], month_ago(2))
        self._refresh()
        self.manager.group_ids = [
            Command.link(self.env.ref("project.group_project_manager").id),
            Command.link(self.env.ref("base.group_partner_manager").id),
        ]
        for record in (self.relationship, self.client, self.project):
            with Form(record.with_user(self.manager)) as form:
                self.assertEqual(form.client_revenue, 100)
                self.assertEqual(form.client_margin_rate, 100)
        with Form(self.env["res.partner"].with_user(self.manager)) as form:
            form.name = "New"
            self.assertEqual(form.client_margin_state, "empty")
