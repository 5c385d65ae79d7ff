from datetime import date

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2 import IntegrityError

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ....engine.health.signals import money
from ....engine.health.warnings import Rule
from ....engine.health.warnings import money as warnings
from ....engine.profitability import spread
from ..common_money import MoneyCommon, month_ago

START, END = date(2025, 1, 1), date(2026, 1, 1)
AS_OF = date(2026, 1, 20)


class SpreadCommon(MoneyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.relationship = cls._create_relationship(cls.client)

    def _fill(self, revenue, cost=None, project=None):
        """Write rows of the ledger: {"2025-03": amount}; cost of the project, or of no project."""
        months = {
            (month, project if column == "revenue" or project else self.env["project.project"])
            for column, values in (("revenue", revenue), ("cost", cost or {}))
            for month in values
        }
        for month, of_project in months:
            row = {
                "company_id": self.company.id,
                "partner_id": self.client.id,
                "relationship_id": self.relationship.id,
                "project_id": of_project.id if of_project else False,
                "date": f"{month}-01",
                "revenue": revenue.get(month, 0),
                "labour_cost": (cost or {}).get(month, 0),
                "other_cost": 0,
            }
            self.Ledger.sudo().create(row)

    def _read(self, start=START, end=END, as_of=AS_OF):
        found = spread.read_spread(
            self.env, self.company.id, start, end, as_of, self.relationship.ids
        )
        return {f"{day:%Y-%m}": revenue for day, revenue in found[self.relationship.id].items()}

    def _order(self, milestones=False, day="2025-01-01"):
        product = self._create_service(milestones)
        order = self.env["sale.order"].create(
            {
                "partner_id": self.client.id,
                "company_id": self.company.id,
                "order_line": [Command.create({"product_id": product.id, "price_unit": 12000})],
            }
        )
        order.action_confirm()
        order.date_order = day
        order.order_line.project_id = self.project
        order.order_line.analytic_distribution = {str(self.project.account_id.id): 100}
        return order

    def _create_service(self, milestones):
        """A service of a fixed price, or one that is invoiced by milestones."""
        return self.env["product.product"].create(
            {
                "name": "Shop",
                "type": "service",
                "service_type": "milestones" if milestones else "manual",
                "invoice_policy": "delivery" if milestones else "order",
                "taxes_id": False,
            }
        )


def months(first, count, amount):
    """Return {"2025-01": amount, …} of ``count`` months."""
    first = date.fromisoformat(f"{first}-01")
    return {f"{first + relativedelta(months=index):%Y-%m}": amount for index in range(count)}


@tagged("post_install", "-at_install")
class TestSpread(SpreadCommon):
    """Revenue by the months that it pays for."""

    def test_every_month_is_as_booked(self):
        self._fill({"2025-01": 10, "2025-02": 30, "2025-03": 20})
        self.assertEqual(self._read(), {"2025-01": 10, "2025-02": 30, "2025-03": 20})

    def test_yearly_row(self):
        self._fill({"2023-01": 9000, "2024-01": 9600, "2025-01": 12000})
        self.assertEqual(self._read(), months("2025-01", 12, 1000))
        self.assertEqual(
            self._read(start=date(2024, 1, 1), end=date(2025, 1, 1)), months("2024-01", 12, 800)
        )

    def test_one_single_invoice_pays_for_its_month(self):
        self._fill({"2025-01": 12000})
        self.assertEqual(self._read(), {"2025-01": 12000})

    def test_last_of_two_pays_for_its_month(self):
        self._fill({"2025-01": 1200, "2025-05": 900})
        self.assertEqual(self._read(), {**months("2025-01", 4, 300), "2025-05": 900})

    def test_last_of_a_row_pays_for_the_usual_gap(self):
        self._fill({"2025-01": 300, "2025-04": 300, "2025-07": 300, "2025-08": 50})
        self.assertEqual(
            self._read(),
            {**months("2025-01", 7, 100), "2025-08": 116.6667, "2025-09": 116.6667}
            | {"2025-10": 16.6667},
        )

    def test_small_invoice_ends_no_year(self):
        """A fee for the year goes on when a workshop is invoiced besides."""
        yearly = {"2023-01": 12000, "2024-01": 12000, "2025-01": 12000}
        extras = {"2024-03": 240, "2025-03": 300}
        self._fill(yearly | extras)
        expected = months("2025-01", 12, 1000)
        # the last of the extras goes by all gaps of the row: 12, 2, 10, 2
        expected |= months("2025-03", 6, 1050)
        self.assertEqual(self._read(), expected)
        start, end = date(2024, 1, 1), date(2025, 1, 1)
        self.assertEqual(
            self._read(start=start, end=end),
            {**months("2024-01", 2, 1000), **months("2024-03", 10, 1024)},
        )

    def test_small_invoice_after_the_last_fee_was_not_known(self):
        """In February the fee has no follower at all: its own row is yearly, without extras."""
        yearly = {"2023-01": 12000, "2024-01": 12000, "2025-01": 12000}
        self._fill(yearly | {"2023-03": 240, "2024-03": 240, "2025-03": 300})
        as_of = date(2025, 2, 20)
        self.assertEqual(self._read(as_of=as_of), months("2025-01", 12, 1000))

    def test_invoice_of_a_quarter_ends_the_months(self):
        self._fill({"2025-01": 1200, "2025-03": 300})
        self.assertEqual(self._read(), {"2025-01": 600, "2025-02": 600, "2025-03": 300})

    def test_monthly_fee_after_a_large_start(self):
        """No second large one is known: the first pays until the next invoice."""
        self._fill({"2025-01": 9000, **months("2025-02", 4, 1000)})
        self.assertEqual(self._read(), {"2025-01": 9000, **months("2025-02", 4, 1000)})

    def test_never_more_than_twelve_months(self):
        self._fill({"2023-06": 2400, "2025-06": 10})
        found = self._read(start=date(2023, 1, 1))
        self.assertEqual(found, {**months("2023-06", 12, 200), "2025-06": 10})

    def test_a_new_project_goes_by_the_habit_of_the_client(self):
        self._fill(months("2025-01", 5, 0) | {"2025-01": 90, "2025-04": 90, "2025-07": 90})
        self._fill({"2025-05": 30}, project=self.project)
        found = self._read()
        self.assertEqual(found["2025-05"], 30 + 30 / 2)
        self.assertEqual(found["2025-06"], 30 + 30 / 2)

    def test_a_credit_lowers_the_rest_of_the_months_paid_for(self):
        self._fill({"2025-01": 1200, "2025-03": -400, "2025-05": 300})
        self.assertEqual(
            self._read(),
            {"2025-01": 300, "2025-02": 300, "2025-03": 100, "2025-04": 100, "2025-05": 300},
        )

    def test_what_was_not_known_yet(self):
        self._fill({"2025-01": 600, "2025-07": 600})
        before = self._read(as_of=date(2025, 6, 30))
        self.assertEqual(before, {"2025-01": 600})
        self.assertEqual(self._read(), {**months("2025-01", 6, 100), "2025-07": 600})

    def test_invoice_of_the_running_month_is_known_from_its_day(self):
        self._invoice(self.client, [600], "2025-01-05")
        self._invoice(self.client, [600], "2025-07-10")
        self._rebuild()
        end = date(2025, 7, 1)
        self.assertEqual(self._read(end=end, as_of=date(2025, 7, 9)), {"2025-01": 600})
        self.assertEqual(self._read(end=end, as_of=date(2025, 7, 10)), months("2025-01", 6, 100))

    def test_milestones_are_earned_backwards_by_share_of_cost(self):
        self._order(milestones=True)
        cost = {"2025-01": 1000, "2025-02": 2000, "2025-03": 500, "2025-04": 500, "2025-05": 1500}
        self._fill({"2025-02": 6000, "2025-05": 5000}, cost, self.project)
        self.assertEqual(
            self._read(),
            {"2025-01": 2000, "2025-02": 4000, "2025-03": 1000, "2025-04": 1000, "2025-05": 3000},
        )

    def test_milestones_of_uneven_prices_are_evened_out_over_the_year(self):
        """A cheap one is no loss of a project that earns 50 %."""
        self._order(milestones=True)
        cost = months("2025-01", 4, 1000)
        self._fill({"2025-02": 7000, "2025-04": 1000}, cost, self.project)
        self.assertEqual(self._read(end=date(2025, 5, 1)), months("2025-01", 4, 2000))

    def test_milestones_that_cost_more_than_the_price_are_a_loss(self):
        self._order(milestones=True)
        cost = months("2025-01", 4, 4000)
        self._fill({"2025-02": 7000, "2025-04": 5000}, cost, self.project)
        self.assertEqual(self._read(), months("2025-01", 4, 3000))

    def test_what_is_not_invoiced_of_the_price_is_earned_by_share_of_cost(self):
        self._order(milestones=True)
        cost = months("2025-01", 4, 1000)
        self._fill({"2025-02": 6000}, cost, self.project)
        self.assertEqual(self._read(as_of=date(2025, 5, 20)), months("2025-01", 4, 3000))

    def test_fixed_price_paid_in_advance_is_spread_forwards(self):
        self._order()
        self._fill({"2025-01": 12000}, months("2025-01", 6, 500), self.project)
        self._fill({"2025-07": 100})
        self.assertEqual(self._read(), {"2025-01": 12000, "2025-07": 100})

    def test_fixed_price_invoiced_at_the_end(self):
        self._order()
        self._fill({"2025-04": 12000}, months("2025-01", 4, 500), self.project)
        self.assertEqual(self._read(), months("2025-01", 4, 3000))

    @settings(
        deadline=None,
        max_examples=30,
        suppress_health_check=[HealthCheck.differing_executors],
    )
    @given(
        st.dictionaries(
            st.integers(0, 23), st.integers(1, 10**6).map(lambda cents: cents / 100), max_size=10
        )
    )
    def test_nothing_is_lost_and_nothing_added(self, booked):
        """All that is paid for within the months asked for is there; cents may stay in a row."""
        self.env.cr.execute(
            "DELETE FROM client_profitability WHERE company_id = %s", [self.company.id]
        )
        self.env.invalidate_all()
        names = list(months("2024-01", 24, 0))
        self._fill({names[index]: amount for index, amount in booked.items()})
        found = spread.read_spread(
            self.env, self.company.id, date(2024, 1, 1), date(2027, 1, 1), AS_OF
        ).get(self.relationship.id, {})
        self.assertAlmostEqual(sum(found.values()), sum(booked.values()), places=1)
        self.assertTrue(all(amount > 0 for amount in found.values()))


@tagged("post_install", "-at_install")
class TestLossMonths(SpreadCommon):
    """Who is billed in advance or by milestones does not lose money in the months between."""

    def _spend_every_month(self, amount=500, since=12):
        for month in range(1, since + 1):
            self._bill([(amount, {self.project: 100})], month_ago(month))

    def _rebuild_all(self):
        self._rebuild()
        self.env.invalidate_all()

    def assertJudged(self, losses, flagged=False, revenue=12000, margin=6000):
        self._rebuild_all()
        client = self.relationship
        self.assertEqual((client.client_revenue, client.client_margin), (revenue, margin))
        self.assertEqual(client.client_loss_months, losses)
        self.assertEqual(client.client_active_months, 12)
        self.assertAlmostEqual(client.client_loss_probability, 100 * (losses + 1) / 14, places=2)
        self.assertEqual(self._is_flagged(date.today()), flagged)

    def test_retainer_paid_for_a_year_without_deferral_entries(self):
        for year in (0, 1, 2):
            self._invoice(self.client, [12000], month_ago(12 + 12 * year))
        self._spend_every_month()
        self.assertJudged(0)
        self.assertEqual(self.relationship.client_margin_rate, 50)
        booked = [row.revenue for row in self._get_rows() if row.revenue]
        self.assertEqual(booked, [12000] * 3, "the ledger stays as booked")

    def test_retainer_paid_for_half_a_year(self):
        for month in (6, 12, 18, 24):
            self._invoice(self.client, [6000], month_ago(month))
        self._spend_every_month()
        self.assertJudged(0)

    def test_retainer_paid_for_a_quarter(self):
        for month in range(3, 22, 3):
            self._invoice(self.client, [3000], month_ago(month))
        self._spend_every_month()
        self.assertJudged(0)

    def test_client_that_loses_every_month_is_flagged_after_the_third(self):
        self._invoice(self.client, [(1500, {self.project: 100})], month_ago(5))
        for month in (1, 2, 3, 4):
            self._invoice(self.client, [(100, {self.project: 100})], month_ago(month))
            self._bill([(600, {self.project: 100})], month_ago(month))
        self._rebuild_all()
        for month, expected in ((3, False), (2, False), (1, True), (0, True)):
            as_of = date.fromisoformat(f"{month_ago(month, 1)}")
            self.assertEqual(self._is_flagged(as_of), expected, month)

    def _is_flagged(self, as_of):
        """Return whether three months are at a loss."""
        client, rule = self.relationship, Rule("loss", 5, -10)
        with warnings.Months(self.env, client, as_of) as months:
            found = warnings.read_loss(self.env, client, as_of, rule, months)
        return bool(found) and found[client.id].value < 0

    def test_one_yearly_invoice_alone_pays_for_its_month(self):
        """Nobody knows yet that it is for a year: there is no gap to go by."""
        self._invoice(self.client, [12000], month_ago(12))
        self._spend_every_month()
        self.assertJudged(11)

    def test_project_of_two_milestones(self):
        order = self._order(milestones=True, day=month_ago(13))
        line = order.order_line
        self.assertEqual(line.product_id.service_policy, "delivered_milestones")
        milestones = self.env["project.milestone"].create(
            [
                {
                    "name": name,
                    "project_id": self.project.id,
                    "sale_line_id": line.id,
                    "quantity_percentage": 0.5,
                }
                for name in ("Half", "Done")
            ]
        )
        self._spend_every_month()
        for milestone, month in zip(milestones, (7, 1), strict=True):
            milestone.is_reached = True
            invoice = order._create_invoices()
            invoice.write({"invoice_date": month_ago(month), "date": month_ago(month)})
            invoice.action_post()
        self.assertJudged(0)
        self.assertEqual(
            {row.revenue for row in self._get_rows() if row.revenue}, {6000}, "as booked"
        )


@tagged("post_install", "-at_install")
class TestClosingLag(SpreadCommon):
    """The month that just ended counts when its invoices are there."""

    def test_a_month_counts_when_its_lag_is_over(self):
        self.company.client_closing_lag = 10
        self._invoice(self.client, [100], "2025-01-15")
        self._invoice(self.client, [900], "2025-02-15")
        self._rebuild()
        for today, expected in (
            ("2025-02-10", 0),
            ("2025-02-11", 100),
            ("2025-03-01", 100),
            ("2025-03-10", 100),
            ("2025-03-11", 1000),
        ):
            with self.subTest(today=today), freeze_time(f"{today} 12:00:00"):
                self.Ledger._refresh_figures(self.company)
                self.env.invalidate_all()
                self.assertEqual(self.relationship.client_revenue, expected)
                self.assertEqual(self.client.client_revenue, expected)

    def test_the_first_of_a_month_changes_no_reading(self):
        """Today's invoices come later than today's hours: no reason for a lower score."""
        self.company.client_closing_lag = 10
        for month in range(1, 13):
            day = f"2025-{month:02}-20"
            self._bill([(60, {self.project: 100})], day)
            if month < 12:
                self._invoice(self.client, [(100, {self.project: 100})], day)
        self._rebuild()
        readings = [
            money.read_margin_rate(self.env, self.relationship, as_of)[self.relationship.id].value
            for as_of in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 10))
        ]
        self.assertEqual(readings, [40] * 3)
        self._invoice(self.client, [(100, {self.project: 100})], "2025-12-31")
        self._rebuild()
        reading = money.read_margin_rate(self.env, self.relationship, date(2026, 1, 11))
        self.assertEqual(reading[self.relationship.id].value, 40)

    def test_lag_of_a_company_is_within_a_month(self):
        for days in (-1, 32):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
                self.company.client_closing_lag = days
                self.company.flush_recordset()
