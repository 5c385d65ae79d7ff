import doctest

from hypothesis import assume, given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...engine.profitability import margin, scenario

AMOUNTS = st.integers(0, 10**7).map(lambda cents: cents / 100)
HOURS = st.integers(1, 4000).map(lambda quarters: quarters / 4)
PERCENTS = st.integers(-100, 300)
TARGETS = st.integers(0, 95)


@st.composite
def sums(draw):
    """Twelve months of which everything is known."""
    other_cost = draw(AMOUNTS)
    return margin.Sums(
        revenue=other_cost + draw(AMOUNTS) + 1,
        labour_cost=draw(AMOUNTS) + 1,
        other_cost=other_cost,
        hours=draw(HOURS),
        overhead=draw(AMOUNTS),
    )


@st.composite
def changes(draw):
    return scenario.Change(
        rate_percent=draw(PERCENTS),
        rate=draw(st.none() | AMOUNTS),
        hours=draw(st.none() | st.just(0.0) | HOURS),
        by_hour=draw(st.booleans()),
        discount=draw(st.integers(0, 100)),
        leaves=draw(st.booleans()),
    )


@tagged("at_install", "-post_install")
class TestScenario(BaseCase):
    def assertNear(self, one, other):
        self.assertAlmostEqual(one, other, delta=1e-6 * max(1, abs(one), abs(other)))

    def test_doctests(self):
        outcome = doctest.testmod(scenario)
        self.assertGreater(outcome.attempted, 8)
        self.assertEqual(outcome.failed, 0)

    def test_examples(self):
        year = margin.Sums(revenue=12000, labour_cost=9000, other_cost=2000, hours=200)
        for change, revenue, cost in (
            (scenario.KEEP, 12000, 11000),
            (scenario.Change(rate_percent=10), 13000, 11000),
            (scenario.Change(rate=60), 14000, 11000),
            (scenario.Change(hours=100), 12000, 6500),
            (scenario.Change(hours=100, by_hour=True), 7000, 6500),
            (scenario.Change(rate=60, hours=100), 8000, 6500),
            (scenario.Change(discount=10), 10800, 11000),
            (scenario.Change(rate_percent=10, hours=100, by_hour=True, discount=50), 3750, 6500),
            (scenario.Change(hours=0), 12000, 2000),
            (scenario.LEAVE, 0, 0),
        ):
            with self.subTest(change=change):
                then = scenario.get_outcome(year, change)
                self.assertNear(then.revenue, revenue)
                self.assertNear(then.cost, cost)
                self.assertNear(then.margin, revenue - cost)

    def test_departure(self):
        year = margin.Sums(revenue=12000, labour_cost=9000, other_cost=2000, hours=200)
        departure = scenario.get_departure(year, 80)
        self.assertEqual(departure.income_lost, 12000)
        self.assertEqual(departure.cost_saved, 11000)
        self.assertEqual(departure.hours_freed, 200)
        self.assertEqual(departure.fees_lost, 10000)
        self.assertEqual(departure.earned_elsewhere, 16000)
        self.assertEqual(departure.share_to_sell, 62.5)
        self.assertGreater(scenario.get_departure(year, 40).share_to_sell, 100)
        # it costs more than it pays: nothing has to be sold to be better off
        self.assertEqual(
            scenario.get_departure(year._replace(other_cost=13000), 80).share_to_sell, 0
        )

    def test_unknown_cost_stays_unknown(self):
        year = margin.Sums(revenue=1000, labour_cost=100, hours=10, uncosted_hours=2)
        for change in (scenario.KEEP, scenario.Change(rate=90), scenario.Change(hours=5)):
            then = scenario.get_outcome(year, change)
            self.assertIsNone(then.cost)
            self.assertIsNone(then.margin)
            self.assertIsNone(then.margin_rate)
            self.assertIsNone(scenario.get_rate_for(then, 0))
            self.assertIsNotNone(then.effective_rate)
        self.assertIsNone(scenario.get_change_to(year, 60))
        self.assertIsNone(scenario.get_departure(year, 50).cost_saved)
        self.assertEqual(scenario.get_departure(year, 50).earned_elsewhere, 500)

    def test_without_hours_there_is_no_rate(self):
        year = margin.Sums(revenue=1000, other_cost=400)
        today = scenario.get_outcome(year)
        self.assertEqual(today.margin, 600)
        self.assertIsNone(today.effective_rate)
        self.assertIsNone(scenario.get_rate_for(today, 0))
        self.assertIsNone(scenario.get_raise(today, 50))
        self.assertEqual(scenario.get_outcome(year, scenario.Change(rate_percent=10)).revenue, 1060)
        self.assertEqual(scenario.get_outcome(year, scenario.Change(discount=50)).revenue, 500)
        # no hours to go by: neither what they would cost nor what they would bring in
        more = scenario.get_outcome(year, scenario.Change(hours=10))
        self.assertIsNone(more.labour_cost)
        self.assertIsNone(scenario.get_outcome(year, scenario.Change(rate=50)).revenue)
        self.assertIsNone(
            scenario.get_outcome(year, scenario.Change(hours=10, by_hour=True)).revenue
        )
        self.assertIsNone(scenario.get_departure(year, 50).earned_elsewhere)
        self.assertIsNone(scenario.get_departure(year, 50).share_to_sell)

    def test_nothing_happened(self):
        today = scenario.get_outcome(margin.Sums())
        self.assertIsNone(today.margin)
        self.assertIsNone(today.margin_rate)

    def test_no_average_of_the_company(self):
        year = margin.Sums(revenue=1000, hours=10)
        for company_rate in (None, 0.0, -5.0):
            self.assertIsNone(scenario.get_departure(year, company_rate).share_to_sell)
        self.assertIsNone(scenario.get_departure(year, None).difference)

    def test_percent_of_less_than_nothing(self):
        year = margin.Sums(revenue=100, labour_cost=50, other_cost=300, hours=10)
        self.assertIsNone(scenario.get_outcome(year, scenario.Change(rate_percent=10)).revenue)
        self.assertEqual(scenario.get_outcome(year).revenue, 100)
        self.assertIsNone(scenario.get_raise(scenario.get_outcome(year), 50))
        self.assertEqual(scenario.get_outcome(year, scenario.Change(rate=5)).revenue, 350)

    @given(sums())
    def test_no_change_is_today(self, year):
        today = scenario.get_outcome(year)
        expected = (year.labour_cost, year.other_cost, year.hours)
        self.assertEqual(today[1:4], expected)
        self.assertNear(today.overhead, year.overhead)
        self.assertNear(today.revenue, year.revenue)
        self.assertNear(today.margin, year.margin)
        self.assertNear(today.margin_rate, margin.get_margin_rate(year))
        self.assertNear(today.effective_rate, margin.get_effective_rate(year))

    @given(sums(), TARGETS)
    def test_the_rate_for_a_margin_reaches_it(self, year, target):
        then = scenario.get_outcome(year, scenario.get_change_to(year, target))
        # revenue that is a rounding error of the cost has no meaningful rate
        assume(then.revenue > 1e-3)
        self.assertAlmostEqual(then.margin_rate, target, places=4)
        self.assertNear(scenario.get_rate_for(then, target), then.effective_rate)

    @given(sums(), TARGETS)
    def test_the_raise_leads_to_the_rate(self, year, target):
        today = scenario.get_outcome(year)
        rate = scenario.get_rate_for(today, target)
        rise = scenario.get_raise(today, rate)
        then = scenario.get_outcome(year, scenario.Change(rate_percent=rise))
        self.assertNear(then.effective_rate, rate)

    @given(sums(), changes(), AMOUNTS, AMOUNTS)
    def test_a_higher_rate_is_never_worse(self, year, change, one, other):
        low, high = (
            scenario.get_outcome(year, change._replace(rate=rate)) for rate in sorted((one, other))
        )
        if low.margin is not None:
            self.assertLessEqual(low.margin, high.margin)

    @given(sums(), changes())
    def test_a_discount_is_never_better(self, year, change):
        full = scenario.get_outcome(year, change._replace(discount=0))
        then = scenario.get_outcome(year, change)
        if full.margin is not None:
            self.assertLessEqual(then.margin, full.margin)

    @given(sums(), changes(), st.sampled_from(["uncosted", "empty"]))
    def test_what_is_unknown_today_is_unknown_then(self, year, change, kind):
        year = margin.Sums() if kind == "empty" else year._replace(uncosted_hours=year.hours)
        then = scenario.get_outcome(year, change)
        if not change.leaves:
            self.assertIsNone(then.margin)
            self.assertIsNone(then.margin_rate)

    @given(sums(), changes())
    def test_the_parts_agree(self, year, change):
        then = scenario.get_outcome(year, change)
        if then.effective_rate is not None:
            self.assertNear(then.effective_rate * then.hours + then.other_cost, then.revenue)
        if then.margin_rate is not None:
            self.assertNear(then.margin_rate * then.revenue / 100, then.margin)

    @given(sums(), st.integers(1, 500))
    def test_leaving_compares_two_rates(self, year, company_rate):
        departure = scenario.get_departure(year, company_rate)
        gap = company_rate - margin.get_effective_rate(year)
        self.assertNear(departure.difference, gap * year.hours)
        sold = departure.earned_elsewhere * departure.share_to_sell / 100
        self.assertNear(sold, departure.fees_lost)
