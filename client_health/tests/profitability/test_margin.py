from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, TransactionCase, tagged
from odoo.tools import SQL

from ...engine import period
from ...engine.profitability import margin

AMOUNTS = st.decimals(-10000, 10000, places=2).map(float)
HOURS = st.integers(0, 4000).map(lambda quarters: quarters / 4)


@st.composite
def sums(draw):
    hours = draw(HOURS)
    return margin.Sums(
        draw(AMOUNTS),
        draw(AMOUNTS),
        draw(AMOUNTS),
        hours,
        0.0,
        draw(st.sampled_from([0.0, hours / 20, hours / 10, hours / 5, hours])),
        25.5 * hours,
    )


def limits():
    """Two limits in percent, the first one lower."""
    return st.lists(st.integers(0, 99), min_size=2, max_size=2, unique=True).map(
        lambda pair: margin.Limits(*sorted(pair))
    )


class TestMargin(BaseCase):
    def test_states(self):
        for state, values in (
            (margin.EMPTY, margin.Sums()),
            (margin.KNOWN, margin.Sums(revenue=100, hours=10, uncosted_hours=1)),
            (margin.UNKNOWN, margin.Sums(revenue=100, hours=10, uncosted_hours=1.25)),
            (margin.NO_REVENUE, margin.Sums(labour_cost=5, hours=1)),
            (margin.NO_REVENUE, margin.Sums(revenue=-5)),
        ):
            self.assertEqual(margin.get_state(values), state)

    def test_bands(self):
        for band, cost in (
            (margin.LOSS, 100.01),
            (margin.BREAK_EVEN, 100),
            (margin.BREAK_EVEN, 95),
            (margin.BELOW_TARGET, 94.99),
            (margin.BELOW_TARGET, 40.01),
            (margin.PROFIT, 40),
        ):
            self.assertEqual(margin.get_band(margin.Sums(revenue=100, other_cost=cost)), band)

    def test_limits_are_the_companys(self):
        limits = margin.Limits(10, 20)
        for band, cost in (
            (margin.LOSS, 101),
            (margin.BREAK_EVEN, 90),
            (margin.BELOW_TARGET, 89.99),
            (margin.PROFIT, 80),
        ):
            values = margin.Sums(revenue=100, other_cost=cost)
            self.assertEqual(margin.get_band(values, limits), band)

    def test_overhead_is_beside_the_margin(self):
        values = margin.Sums(revenue=100, labour_cost=30, other_cost=10, hours=1, overhead=25)
        self.assertEqual((values.margin, values.margin_after_overhead), (60, 35))
        self.assertEqual(margin.get_margin_rate(values), 60)

    def test_unknown_is_never_a_number(self):
        values = margin.Sums(revenue=100, hours=10, uncosted_hours=10)
        self.assertIsNone(margin.get_margin_rate(values))
        self.assertIsNone(margin.get_band(values))
        self.assertIsNone(margin.get_effective_rate(margin.Sums(revenue=100)))
        self.assertIsNone(margin.get_loss_probability(0, 0))

    def test_loss_probability(self):
        self.assertAlmostEqual(margin.get_loss_probability(0, 1), 100 / 3)
        self.assertAlmostEqual(margin.get_loss_probability(12, 12), 1300 / 14)

    def test_last_full_months(self):
        for today in (date(2026, 3, 1), date(2026, 3, 31)):
            self.assertEqual(period.last_full_months(today), (date(2025, 3, 1), date(2026, 3, 1)))

    @given(sums(), limits())
    def test_rate_and_band_agree(self, values, limits):
        rate, band = margin.get_margin_rate(values), margin.get_band(values, limits)
        if rate is None:
            self.assertNotEqual(margin.get_state(values), margin.KNOWN)
        elif min(abs(rate - limit) for limit in (0, *limits)) > 1e-9:
            passed = sum(rate > limit for limit in (0, *limits))
            self.assertEqual(band, margin.BANDS[passed])

    @given(st.integers(1, 12).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
    def test_loss_probability_is_never_sure(self, months):
        self.assertTrue(0 < margin.get_loss_probability(*months) < 100)


@tagged("post_install", "-at_install")
class TestMarginInSql(TransactionCase):
    @given(sums(), limits())
    def test_sql_is_that_of_python(self, values, limits):
        found = self._read(values, limits)
        self.assertEqual(found["state"], margin.get_state(values))
        self.assertEqual(found["is_known"], margin.get_band(values) is not None)
        for name, expected in (
            ("cost", values.cost),
            ("margin", values.margin),
            ("margin_after_overhead", values.margin_after_overhead),
            ("margin_rate", margin.get_margin_rate(values)),
            ("effective_rate", margin.get_effective_rate(values)),
        ):
            self.assertEqual(found[name] is None, expected is None, name)
            self.assertAlmostEqual(float(found[name] or 0), expected or 0, 4, name)
        edges = [limit / 100 * values.revenue for limit in (0, *limits)]
        if min(abs(values.margin - edge) for edge in edges) > 1e-6:  # floats are not exact
            self.assertEqual(found["band"], margin.get_band(values, limits))

    def test_bands_at_their_limits(self):
        for cost in (100.01, 100, 95, 94.99, 40.01, 40):
            values = margin.Sums(revenue=100, other_cost=cost)
            self.assertEqual(self._read(values)["band"], margin.get_band(values))

    def _read(self, values, limits=margin.DEFAULT_LIMITS):
        """Return {name: what ``margin.get_sql`` says of the values}."""
        columns = SQL(", ").join(
            SQL("%s::numeric AS %s", value, SQL.identifier(name))
            for name, value in values._asdict().items()
        )
        sql = margin.get_sql(limits=limits)
        [row] = self.env.execute_query(
            SQL("SELECT %s FROM (SELECT %s) s", SQL(", ").join(sql.values()), columns)
        )
        return dict(zip(sql, row, strict=True))
