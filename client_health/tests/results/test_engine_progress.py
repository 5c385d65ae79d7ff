from datetime import date, timedelta

from hypothesis import assume, example, given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...engine.results import progress

figures = st.floats(allow_nan=False, allow_infinity=False)
days = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1))
shares = st.floats(min_value=-progress.LIMIT, max_value=progress.LIMIT)


@st.composite
def periods(draw):
    start = draw(days)
    return start, start + timedelta(days=draw(st.integers(0, 5000)))


@tagged("at_install", "-post_install")
class TestEngineProgress(BaseCase):
    def test_examples(self):
        for baseline, target, actual, share in (
            (0, 100, 25, 0.25),
            (10, 4, 7, 0.5),
            (10, 4, 12, -1 / 3),
            (20, 30, 35, 1.5),
            (-5, 5, 0, 0.5),
            (0, 1e-300, 1e300, progress.LIMIT),
        ):
            with self.subTest(baseline=baseline, target=target, actual=actual):
                self.assertAlmostEqual(progress.get_share(baseline, target, actual), share)

    def test_unknown_is_not_zero(self):
        self.assertIsNone(progress.get_share(0, 100, None))
        self.assertIsNone(progress.get_share(3, 3, 3))
        self.assertEqual(progress.get_standing(None, 0), progress.UNKNOWN)
        self.assertIsNone(progress.get_schedule_date(date(2025, 1, 1), date(2025, 2, 1), None))

    def test_standing(self):
        for share, time_share, standing in (
            (0.4, 0.5, progress.ON_TRACK),
            (0.39, 0.5, progress.BEHIND),
            (1, 0.1, progress.MET),
            (1.2, 1, progress.MET),
            (0.95, 1, progress.ON_TRACK),
            (-0.2, 0, progress.BEHIND),
        ):
            with self.subTest(share=share, time_share=time_share):
                self.assertEqual(progress.get_standing(share, time_share), standing)

    def test_time(self):
        start, end = date(2025, 1, 1), date(2025, 1, 11)
        for today, share in ((1, 0), (6, 0.5), (11, 1), (12, 1)):
            self.assertEqual(progress.get_time_share(start, end, date(2025, 1, today)), share)
        self.assertEqual(progress.get_time_share(start, end, date(2024, 1, 1)), 0)
        self.assertEqual(progress.get_time_share(start, start, start), 1)

    @given(figures, figures)
    @example(1e16, 1e16 + 2)
    def test_ends_of_the_way(self, baseline, target):
        assume(baseline != target)
        self.assertEqual(progress.get_share(baseline, target, baseline), 0)
        self.assertEqual(progress.get_share(baseline, target, target), 1)

    @given(figures, figures, figures, figures)
    def test_nearer_is_never_less(self, baseline, target, one, other):
        assume(baseline != target)
        low, high = sorted((one, other), reverse=target < baseline)
        self.assertLessEqual(
            progress.get_share(baseline, target, low), progress.get_share(baseline, target, high)
        )

    @given(figures, figures, figures)
    def test_direction_is_a_mirror(self, baseline, target, actual):
        self.assertEqual(
            progress.get_share(baseline, target, actual),
            progress.get_share(-baseline, -target, -actual),
        )

    @given(periods(), days, days)
    def test_time_only_passes(self, period, one, other):
        early, late = sorted((one, other))
        before, after = (progress.get_time_share(*period, day) for day in (early, late))
        self.assertTrue(0 <= before <= after <= 1)

    @given(periods(), shares, st.integers(0, 6000))
    @example((date(2025, 1, 1), date(2025, 1, 1)), 0.5, 0)
    def test_schedule_date_says_the_same_as_the_standing(self, period, share, offset):
        """Searching by the stored date must find what the standing of the day shows."""
        today = period[0] + timedelta(days=offset)
        standing = progress.get_standing(share, progress.get_time_share(*period, today))
        covered = progress.get_schedule_date(*period, share)
        self.assertEqual(standing == progress.BEHIND, covered is not None and covered < today)
