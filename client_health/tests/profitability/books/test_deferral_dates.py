from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.orm.model_classes import add_to_registry
from odoo.tests import tagged
from odoo.tools import SQL

from ....engine.profitability import deferral, spread
from ....engine.profitability.deferral import FIRST_DAY, LAST_DAY
from ..common_money import month_ago
from .test_spread import AS_OF, END, START, SpreadCommon, months


@tagged("post_install", "-at_install")
class TestSpreadOfDates(SpreadCommon):
    """What an amount pays for, month by month."""

    def _read_months(self, first_day, last_day, revenue=1200):
        items = SQL(
            "(SELECT 7 AS relationship_id, %s::date AS first_day, %s::date AS last_day,"
            " %s::numeric AS revenue) item",
            first_day,
            last_day,
            revenue,
        )
        rows = self.env.execute_query(deferral.select_months(items))
        self.assertEqual({row[0] for row in rows}, {7})
        return {f"{month // 12}-{month % 12 + 1:02}": float(paid) for _id, month, paid in rows}

    def test_whole_months_are_equal(self):
        self.assertEqual(self._read_months("2025-01-01", "2025-12-31"), months("2025-01", 12, 100))

    def test_a_part_of_a_month_counts_by_its_days(self):
        found = self._read_months("2025-04-16", "2025-06-15", 600)
        self.assertEqual(list(found), ["2025-04", "2025-05", "2025-06"])
        self.assertEqual([round(paid) for paid in found.values()], [150, 300, 150])

    def test_one_day_is_one_month(self):
        self.assertEqual(self._read_months("2024-02-29", "2024-02-29"), {"2024-02": 1200})

    def test_without_the_fields_nothing_is_read(self):
        if deferral.has_dates(self.env):
            self.skipTest("this Odoo has deferral dates")
        self.assertIsNone(deferral.get_items(self.env, self.company.id, START, AS_OF))


@tagged("post_install", "-at_install")
class TestDeferralDates(SpreadCommon):
    """Lines with the dates that Odoo's own accounting gives them, and no deferral entries."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not deferral.has_dates(cls.env):
            cls._add_fields()

    @classmethod
    def _add_fields(cls):
        """Give the models what Enterprise has, until the class ends."""

        class MoveLine(models.Model):
            _module = None
            _name = "account.move.line"
            _inherit = ["account.move.line"]

            deferred_start_date = fields.Date()
            deferred_end_date = fields.Date()

        class Move(models.Model):
            _module = None
            _name = "account.move"
            _inherit = ["account.move"]

            deferred_move_ids = fields.Many2many(
                "account.move", "account_move_deferred_rel", "original_move_id", "deferred_move_id"
            )

        for definition in (MoveLine, Move):
            model = cls.registry[definition._name]
            cls.addClassCleanup(setattr, model, "_base_classes__", model._base_classes__)
            add_to_registry(cls.registry, definition)
        cls.registry._setup_models__(cls.cr, [])
        cls.cr.execute(
            """
            ALTER TABLE account_move_line
              ADD COLUMN deferred_start_date date, ADD COLUMN deferred_end_date date;
            CREATE TABLE account_move_deferred_rel (original_move_id int, deferred_move_id int)
            """
        )

    def _invoice_for(self, amount, day, first_day, last_day, parts=None, move_type="out_invoice"):
        """Post a document whose first line says what it pays for; the second one does not."""
        lines = [(amount, parts or {}), 60]
        move = self._create_move(move_type, self.client, lines, day, post=False)
        dates = {FIRST_DAY: first_day, LAST_DAY: last_day}
        move.invoice_line_ids[0].write(dates)
        move.action_post()
        return move

    def _read_all(self, **kwargs):
        self._rebuild()
        return self._read(**kwargs)

    def test_a_year_in_advance(self):
        self._invoice_for(12000, "2025-01-10", "2025-01-01", "2025-12-31")
        self.assertEqual(self._read_all(), months("2025-01", 12, 1000) | {"2025-01": 1060})
        [row] = self._get_rows()
        self.assertEqual(row.revenue, 12060, "the ledger stays as booked")

    def test_of_a_project_and_before_the_invoice(self):
        self._invoice_for(600, "2025-06-10", "2025-04-01", "2025-06-30", {self.project: 50})
        self.assertEqual(self._read_all(), {"2025-04": 200, "2025-05": 200, "2025-06": 260})

    def test_more_than_a_year_and_from_before_the_months_asked_for(self):
        self._invoice_for(6000, "2021-01-10", "2021-01-01", "2025-12-31")
        self.assertEqual(self._read_all(), months("2025-01", 12, 100))

    def test_it_is_an_invoice_as_any_other(self):
        """The one before it pays until then."""
        self._invoice(self.client, [500], "2025-01-10")
        self._invoice_for(1200, "2025-06-10", "2025-07-01", "2025-12-31")
        expected = months("2025-01", 5, 100) | {"2025-06": 60} | months("2025-07", 6, 200)
        self.assertEqual(self._read_all(), expected)

    def test_a_credit_is_spread_as_well(self):
        self._invoice_for(12000, "2025-01-10", "2025-01-01", "2025-12-31")
        self._invoice_for(3000, "2025-09-20", "2025-10-01", "2025-12-31", move_type="out_refund")
        found = self._read_all()
        self.assertEqual(found["2025-02"], 1000)
        self.assertEqual({found[f"2025-{month}"] for month in (10, 11, 12)}, {0})

    def test_what_was_not_known_yet(self):
        self._invoice_for(12000, "2025-03-10", "2025-01-01", "2025-12-31")
        self._rebuild()
        before = spread.read_spread(
            self.env, self.company.id, START, END, date(2025, 3, 9), self.relationship.ids
        )
        self.assertEqual(before, {})

    def test_deferral_entries_come_first(self):
        """They are booked: the dates would count them once more."""
        move = self._invoice_for(1200, "2025-01-10", "2025-01-01", "2025-02-28")
        income, deferred = self._get_account("income"), self._get_account("liability_current")
        out = [(income, 600, {}), (deferred, -600, {})]
        back = [(income, -600, {}), (deferred, 600, {})]
        entries = self._create_entry(out, "2025-01-31", post=False)
        entries += self._create_entry(back, "2025-02-01", post=False)
        entries.line_ids.partner_id = self.client
        self.cr.execute(
            "INSERT INTO account_move_deferred_rel SELECT %s, UNNEST(%s)", [move.id, entries.ids]
        )
        self.assertEqual(self._read_all(), {"2025-01": 660, "2025-02": 600}, "not posted yet")
        entries.action_post()
        self.assertEqual(self._read_all(), {"2025-01": 660, "2025-02": 600})
        self.cr.execute("DELETE FROM account_move_deferred_rel")
        # the line's 1,200 in two parts, and what the entries moved to the second month
        self.assertEqual(self._read_all(), {"2025-01": 60, "2025-02": 1200})

    def test_a_client_that_pays_in_advance_is_at_no_loss(self):
        day = month_ago(12, 1)
        last_day = month_ago(0, 1) - relativedelta(days=1)
        self._invoice_for(12000, day, day, last_day)
        for month in range(1, 13):
            self._bill([(500, {self.project: 100})], month_ago(month))
        self._rebuild()
        self.env.invalidate_all()
        client = self.relationship
        self.assertEqual((client.client_revenue, client.client_margin), (12060, 6060))
        self.assertEqual((client.client_loss_months, client.client_active_months), (0, 12))
