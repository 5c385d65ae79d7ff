from collections import defaultdict

from freezegun import freeze_time
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged
from odoo.tools import SQL

from .common_books import Books
from .common_cases import CaseCommon

KINDS = (
    "invoice",
    "refund",
    "receipt",
    "other_income",
    "through",
    "bill",
    "bill_through",
    "prepaid",
    "deferral",
    "write_off",
    "discount",
    "exchange",
    "move_project",
    "manual",
    "hours",
)
# what happens: kind, cents, month, number of the project (last: none), client and part of it
EVENT = st.tuples(
    st.sampled_from(KINDS),
    st.integers(1, 200_000).map(lambda cents: cents / 100),
    st.integers(1, 12),
    st.integers(0, 5),
    st.integers(0, 2),
    st.sampled_from((100, 60, 33.33)),
    st.booleans(),
)


@tagged("post_install", "-at_install")
class TestBooksOracle(CaseCommon):
    """The ledger of generated companies is what the general ledger says, to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.swiss = cls._create_company("Northlight Alps", "CHF")
        plan = cls.env["account.analytic.plan"].create({"name": "Work"})
        other = cls.env["account.analytic.account"].create({"name": "Shop", "plan_id": plan.id})
        second = cls._create_project("Second", cls.client)
        cls.projects = (
            cls.project
            + cls._create_project("Shop", cls.other_client, account_id=other.id)
            + cls._create_project("Internal")
            + second
            + cls._create_project("Shared", cls.other_client, account_id=second.account_id.id)
        )
        cls.projects.account_id.company_id = False
        contact = cls.env["res.partner"].create({"name": "Cleo", "parent_id": cls.client.id})
        cls.partners = contact + cls.client + cls.other_client
        cls.dollar = cls.env.ref("base.USD")
        cls._set_rate(cls.dollar, 1.3, "2025-01-01")
        cls._set_rate(cls.dollar, 1.1, "2025-06-01")
        cls.resold = cls._create_account("Resold", "income")
        cls.bought = cls._create_account("Bought", "expense_direct_cost")
        cls.grant = cls._create_account("Grant", "income_other")
        cls.prepaid = cls._create_account("Prepaid", "asset_prepayments")
        cls.deferred = cls._get_account("liability_current")
        cls.company.client_pass_through_account_ids = cls.resold + cls.bought

    @settings(
        deadline=None,
        max_examples=settings().max_examples // 25,  # four; forty with --slow
        # no shrinking: an example takes seconds
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
    )
    @given(st.lists(EVENT, min_size=4, max_size=12))
    @example(  # a shared account, of which one project had another customer
        [
            ("move_project", 1.22, 10, 5, 2, 33.33, True),
            ("receipt", 388.14, 12, 3, 0, 60, True),
            ("move_project", 14.69, 6, 4, 1, 60, True),
            ("bill", 10.34, 2, 4, 2, 100, True),
        ]
    )
    def test_generated_companies(self, events):
        savepoint = self.env.cr.savepoint()
        try:
            for event in events:
                self._do(*event)
            for company in self.company + self.swiss:
                self._rebuild(company)
            self.env.invalidate_all()
            for company in self.company + self.swiss:
                self._check(company)
            self._check_one_by_one()
        finally:
            self.env.flush_all()
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def _do(self, kind, amount, month, number, client, percent, foreign):
        project = self.projects[number : number + 1]
        parts = {project: percent} if project else {}
        day = f"2025-{month:02}-{10 + number}"
        partner = self.partners[client]
        vals = {"currency_id": self.dollar.id} if foreign else {}
        getattr(self, f"_do_{kind}")(partner, amount, parts, day, vals)

    def _do_invoice(self, partner, amount, parts, day, vals):
        self._invoice(partner, [(amount, parts), amount / 3], day, **vals)
        company = {"company": self.swiss}
        self._create_move("out_invoice", partner, [(amount / 2, parts)], day, **company, **vals)

    def _do_refund(self, partner, amount, parts, day, vals):
        self._create_move("out_refund", partner, [(amount, parts)], day, **vals)

    def _do_receipt(self, _partner, amount, parts, day, vals):
        self._create_move("out_receipt", None, [(amount, parts)], day, **vals)

    def _do_other_income(self, partner, amount, parts, day, _vals):
        self._invoice_on([(amount, self.grant, parts)], day, partner=partner)

    def _do_through(self, partner, amount, parts, day, _vals):
        income = self._get_account("income")
        lines = [(amount, self.resold, parts), (amount / 10, income, {})]
        self._invoice_on(lines, day, partner=partner)

    def _do_bill(self, _partner, amount, parts, day, vals):
        self._bill([(amount, parts), 5], day, **vals)

    def _do_bill_through(self, _partner, amount, parts, day, _vals):
        self._invoice_on([(amount, self.bought, parts)], day, "in_invoice")

    def _do_prepaid(self, _partner, amount, parts, day, _vals):
        self._invoice_on([(amount, self.prepaid, parts)], day, "in_invoice")
        expense = self._get_account("expense")
        self._create_entry([(expense, amount, parts), (self.prepaid, -amount, parts)], "2025-12-31")

    def _do_deferral(self, partner, amount, parts, day, _vals):
        income = self._get_account("income")
        self._invoice(partner, [(amount, parts)], day)
        self._create_entry([(income, amount, parts), (self.deferred, -amount, {})], day)
        entry = self._create_entry(
            [(income, -amount, parts), (self.deferred, amount, {})], "2025-12-31", post=False
        )
        entry.line_ids.partner_id = partner
        entry.action_post()

    def _do_write_off(self, partner, amount, parts, day, _vals):
        invoice = self._invoice(partner, [(amount, parts)], day)
        self._write_off(invoice, "2025-12-30", parts)

    def _do_discount(self, partner, amount, parts, day, _vals):
        invoice = self._invoice(partner, [(amount + 1, parts)], day)
        self._pay(invoice, "2025-12-30", amount, self._get_account("expense"))

    def _do_exchange(self, partner, amount, parts, day, _vals):
        invoice = self._invoice(partner, [(amount, parts)], day, currency_id=self.dollar.id)
        self._pay(invoice, "2025-12-30")

    def _do_move_project(self, partner, _amount, parts, day, _vals):
        for project in parts:
            with freeze_time(f"{day} 12:00:00"):
                project.partner_id = partner

    def _do_manual(self, _partner, amount, parts, day, _vals):
        for project in parts:
            account = project.account_id
            vals = {"account_id": False, account.plan_id._column_name(): account.id}
            self._create_manual_line(account, -amount, day, **vals)

    def _do_hours(self, _partner, amount, parts, day, _vals):
        for project in parts:
            self._spend(project, min(amount, 12), day)

    def _get_sums(self, company, column):
        sums = defaultdict(float)
        for row in self._get_rows(company):
            sums[row.partner_id, f"{row.date:%Y-%m}"] += row[column]
        return sums

    def assertSame(self, found, expected, message):
        for key in found.keys() | expected.keys():
            self.assertAlmostEqual(found[key], expected[key], 2, (message, key))

    def _check(self, company):
        books = Books(company)
        self.assertSame(self._get_sums(company, "revenue"), books.revenue, "revenue")
        self.assertSame(self._get_sums(company, "pass_through"), books.through, "pass-through")
        self.assertSame(self._get_sums(company, "other_cost"), books.cost, "cost")
        months = defaultdict(float)
        for (_client, month), revenue in self._get_sums(company, "revenue").items():
            months[month] += revenue
        expected = {
            month: books.income[month] - books.not_revenue[month] + books.written_off[month]
            for month in books.income.keys() | books.written_off.keys()
        }
        self.assertSame(months, defaultdict(float, expected), "profit and loss")
        rows = self.env["client.reconciliation"].search([("company_id", "=", company.id)])
        for row in rows:
            month = f"{row.date:%Y-%m}"
            self.assertEqual(row.difference, 0)
            self.assertAlmostEqual(row.revenue_books, books.income[month], 2)
            self.assertAlmostEqual(row.written_off, books.written_off[month], 2)
            self.assertAlmostEqual(row.other_income + row.pass_through, books.not_revenue[month], 2)

    def _check_one_by_one(self):
        """Each client read anew, by its own documents: the same rows as by all of them."""
        expected = self._get_ledger()
        clients = self.partners.commercial_partner_id + self.vendor
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "DELETE FROM client_profitability WHERE company_id = %s"
                " AND partner_id IS NOT NULL"
                " AND id %% 2 = 0",
                self.company.id,
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE client_profitability SET revenue = 7 WHERE company_id = %s"
                " AND partner_id IS NOT NULL",
                self.company.id,
            )
        )
        self.env.invalidate_all()
        for client in clients:
            self._rebuild(clients=client)
        self.env.invalidate_all()
        found = self._get_ledger()
        for (client, project, month), values in expected.items():
            if client:
                self.assertEqual(found.get((client, project, month)), values)
        self.assertFalse([key for key in found if key[0] and key not in expected])

    def test_every_kind_once(self):
        """Whatever hypothesis draws: each kind of event is checked at least here."""
        for number, kind in enumerate(KINDS):
            for project in (number % 6, (number + 1) % 6):
                self._do(kind, 100 + number, 1 + number % 12, project, number % 3, 60, number % 2)
        for company in self.company + self.swiss:
            self._rebuild(company)
        self.env.invalidate_all()
        for company in self.company + self.swiss:
            self._check(company)
        self._check_one_by_one()
