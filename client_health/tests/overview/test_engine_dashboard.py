import doctest
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ...engine.overview import dashboard

SCORES = st.dictionaries(
    st.integers(1, 12), st.one_of(st.none(), st.floats(0, 100, allow_nan=False)), max_size=12
)


class TestEngineDashboard(BaseCase):
    def test_doctests(self):
        outcome = doctest.testmod(dashboard)
        self.assertGreater(outcome.attempted, 8)
        self.assertEqual(outcome.failed, 0)

    @given(SCORES, SCORES)
    def test_movers(self, before, now):
        up, down = dashboard.get_movers(before, now, most=3)
        for movers, sign in ((up, 1), (down, -1)):
            self.assertLessEqual(len(movers), 3)
            changes = [mover.change * sign for mover in movers]
            self.assertTrue(all(change > 0 for change in changes))
            self.assertEqual(changes, sorted(changes, reverse=True))
        for mover in (*up, *down):
            self.assertIsNotNone(before[mover.id])
            self.assertIsNotNone(now[mover.id])

    @given(st.sets(st.dates(date(2024, 12, 1), date(2026, 2, 1))))
    def test_one_day_a_week_and_the_last(self, days):
        weeks = dashboard.get_last_days(days)
        self.assertEqual(weeks, sorted(weeks))
        self.assertEqual(len(weeks), len({day.isocalendar()[:2] for day in days}))
        for day in days:
            [last] = [one for one in weeks if one.isocalendar()[:2] == day.isocalendar()[:2]]
            self.assertLessEqual(day, last)

    def test_months(self):
        months = dashboard.get_months(date(2025, 11, 1), date(2026, 2, 1))
        self.assertEqual(months, [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)])
