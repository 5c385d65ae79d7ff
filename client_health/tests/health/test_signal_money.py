from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import tagged

from ...engine.health import signals
from ...engine.profitability import receivables
from ..profitability.common_money import MoneyCommon
from .common_signals import set_created


@tagged("post_install", "-at_install")
class TestSignalMoney(MoneyCommon):
    """From posted documents and timesheets, through the ledger, to the readings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()
        cls.relationship = cls._create_relationship(cls.client, company_id=cls.company.id)
        cls.other_relationship = cls._create_relationship(
            cls.other_client, company_id=cls.company.id
        )
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )

    def _month(self, months, day=10):
        return (self.today - relativedelta(months=months)).replace(day=day)

    def _read(self, code, relationship=None, as_of=None):
        relationship = relationship or self.relationship
        readings, errors = signals.read(self.env, relationship, as_of or self.today, [code])
        self.assertFalse(errors)
        return readings[relationship.id].get(code)

    def _value(self, code, relationship=None, as_of=None):
        reading = self._read(code, relationship, as_of)
        return reading and reading.value

    def _earn(self, months, revenue, hours=0, employee=None, project=None):
        project = project or self.project
        if revenue:
            self._invoice(project.partner_id, [(revenue, {project: 100})], self._month(months))
        if hours:
            self._spend(project, hours, self._month(months), employee)

    # margin

    def test_margin_none(self):
        self._earn(0, 1000, 10)  # the running month has its hours, not yet its invoices
        self._earn(13, 1000, 10)
        other = self._create_project("Shop", self.other_client)
        self._earn(2, 1000, 10, project=other)
        self._rebuild()
        self.assertIsNone(self._read("margin_rate"))
        self.assertEqual(self._value("margin_rate", self.other_relationship), 60)

    def test_margin(self):
        self._earn(2, 1000, 10)
        self._earn(12, 1000, 10)
        self._bill([(400, {self.project: 100})], self._month(2))
        self._rebuild()
        found = self._read("margin_rate")
        self.assertEqual(found.value, 40)  # 2,000 less 800 of labour and 400 of a bill
        self.assertEqual(found.date, self._month(1).replace(day=1) - timedelta(days=1))
        self.assertEqual(found.detail["months"], 2)
        self.assertNotIn("1000", str(found), "no amount leaves the signals")

    def test_margin_unknown_stays_unknown(self):
        """Hours without cost, or cost without revenue: there is no rate, and it says why."""
        self._earn(2, 1000, 10)
        self._earn(2, 0, 2, self.intern)
        self._rebuild()
        found = self._read("margin_rate")
        self.assertEqual((found.value, found.detail["unknown"]), (None, "unknown"))
        idle = self._create_project("Favour", self.other_client)
        self._earn(2, 0, 10, project=idle)
        self._rebuild()
        found = self._read("margin_rate", self.other_relationship)
        self.assertEqual((found.value, found.detail["unknown"]), (None, "no_revenue"))

    def test_margin_as_of(self):
        self._earn(5, 1000, 10)
        self._earn(2, 1000, 20)
        self._rebuild()
        self.assertEqual(self._value("margin_rate", as_of=self._month(2, 28)), 60)
        self.assertEqual(self._value("margin_rate", as_of=self._month(1)), 40)
        self.assertIsNone(self._read("margin_rate", as_of=self._month(5, 28)))

    # trend of the hourly rate

    def test_trend(self):
        self._earn(8, 1000, 10)
        self._earn(2, 1600, 20)
        self._rebuild()
        found = self._read("rate_trend")
        self.assertEqual(found.value, -20)  # 100 an hour became 80
        self.assertIsNone(self._read("rate_trend", as_of=self._month(2)), "one half only")

    def test_trend_unknown(self):
        self._earn(8, 1000, 7)  # a rate of a few hours is an accident
        self._earn(2, 1000, 20)
        self._rebuild()
        self.assertIsNone(self._read("rate_trend"))
        self._earn(8, 0, 20)
        self._rebuild()
        self.assertIsNotNone(self._read("rate_trend"))
        self._bill([(1000, {self.project: 100})], self._month(8))
        self._rebuild()
        self.assertIsNone(self._read("rate_trend"), "from nothing there is no trend")

    # overdue against the client's own habit

    def _owe(self, due, partner=None, amount=100):
        """``due``: days ago."""
        day = self.today - timedelta(days=due)
        invoice = self._invoice(
            partner or self.client,
            [amount],
            day - timedelta(days=14),
            invoice_date_due=day,
            invoice_payment_term_id=False,
        )
        return set_created(invoice, fields.Datetime.to_datetime(day - timedelta(days=14)))

    def _pay(self, invoice, ago):
        day = self.today - timedelta(days=ago)
        payments = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"payment_date": day, "journal_id": self.bank.id})
            ._create_payments()
        )
        moment = fields.Datetime.to_datetime(day)
        set_created(payments.move_id, moment)
        lines = invoice.line_ids
        set_created(lines.matched_credit_ids | lines.matched_debit_ids, moment)
        return payments

    def _make_habit(self, late=5, partner=None):
        for due in (200, 170, 140):
            self._pay(self._owe(due, partner), due - late)

    def test_overdue_unknown_without_a_habit(self):
        self._owe(60)
        self._pay(self._owe(200), 195)
        self._pay(self._owe(170), 165)
        self.assertIsNone(self._read("overdue_habit"))

    def test_overdue_nothing(self):
        self._make_habit()
        self._owe(-5)
        self._make_habit(partner=self.other_client)
        self._owe(60, self.other_client)
        found = self._read("overdue_habit")
        self.assertEqual((found.value, found.date), (0, self.today - timedelta(days=135)))
        self.assertEqual(found.detail["habit"], 5)
        self.assertEqual(len(found.detail["records"]["account.move"]), 3, "The habit is these")

    def test_overdue_later_than_usual(self):
        self._make_habit()
        invoice = self._owe(30)
        found = self._read("overdue_habit")
        self.assertEqual((found.value, found.date), (25, self.today - timedelta(days=30)))
        self.assertEqual(found.detail["records"], {"account.move": invoice.ids})
        self.assertEqual(self._value("overdue_habit", as_of=self.today - timedelta(days=27)), 0)
        self.assertEqual(self._value("overdue_habit", as_of=self.today - timedelta(days=20)), 5)

    def test_overdue_what_was_paid_since_was_open_then(self):
        self._make_habit()
        self._pay(self._owe(60), 10)
        self.assertEqual(self._value("overdue_habit"), 0)
        found = self._read("overdue_habit", as_of=self.today - timedelta(days=20))
        self.assertEqual(found.value, 35)

    def test_overdue_a_payment_that_was_entered_later(self):
        """Dated before, entered after: that day nobody knew of it."""
        self._make_habit()
        invoice = self._owe(60)
        payments = self._pay(invoice, 30)
        day = self.today - timedelta(days=20)
        self.assertEqual(self._value("overdue_habit", as_of=day), 0)
        entered = fields.Datetime.now() - timedelta(days=10)
        set_created(payments.move_id, entered)
        set_created(invoice.line_ids.matched_credit_ids, entered)
        self.assertEqual(self._value("overdue_habit", as_of=day), 35)
        self.assertEqual(self._value("overdue_habit"), 0)

    def test_overdue_an_invoice_that_was_entered_later(self):
        self._make_habit()
        set_created(self._owe(60), fields.Datetime.now() - timedelta(days=2))
        self.assertEqual(self._value("overdue_habit", as_of=self.today - timedelta(days=10)), 0)
        self.assertEqual(self._value("overdue_habit"), 55)

    def test_overdue_another_company(self):
        abroad = self._create_company("Northlight Abroad", "EUR")
        self._make_habit()
        self._create_move("out_invoice", self.client, [100], self._month(5), company=abroad)
        self.assertEqual(self._value("overdue_habit"), 0)

    def test_what_was_owed_is_odoos_own_residual(self):
        """Without later payments, the sum is Odoo's residual; with them, what it was then."""
        invoice = self._owe(60)
        self._owe(30, amount=50)
        part = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"payment_date": self.today, "journal_id": self.bank.id, "amount": 30})
        )
        part._create_payments()
        self.env.flush_all()

        def owed(as_of):
            query = receivables.select_overdue(self.company.id, as_of, self.client.ids)
            return [row[:3] for row in self.env.execute_query(query)]

        due = self.today - timedelta(days=60)
        self.assertEqual(invoice.amount_residual, 70)
        self.assertEqual(owed(self.today), [(self.client.id, 120, due)])
        self.assertEqual(owed(self.today - timedelta(days=1)), [(self.client.id, 150, due)])
        self.assertEqual(owed(self.today - timedelta(days=40)), [(self.client.id, 100, due)])
        self.assertEqual(owed(due), [])
