from datetime import date, datetime, timedelta

import pytz
from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...engine.communication import cadence
from ...engine.communication.cadence import Cadence

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
CADENCES = st.builds(
    Cadence,
    rhythm=st.sampled_from(["weekly", "fortnightly", "monthly", "quarterly"]),
    weekday=st.integers(0, 4),
    first=st.none() | DAYS,
)
# Offsets from a day on which the firm is closed, beside the weekends
CLOSED = st.sets(st.integers(-20, 200), max_size=40)


def _make_workday(start, closed):
    off = {start + timedelta(days=number) for number in closed}
    return lambda day: day.weekday() < 5 and day not in off


@tagged("post_install", "-at_install")
class TestCadence(BaseCase):
    """When a client hears from us next, for any rhythm, day and calendar."""

    @given(CADENCES, DAYS, CLOSED)
    def test_never_on_a_day_off_and_never_in_the_past(self, rhythm, today, closed):
        is_workday = _make_workday(today, closed)
        day = cadence.get_next(rhythm, today, is_workday)
        self.assertTrue(is_workday(day))
        self.assertGreaterEqual(day, today)
        self.assertLessEqual(cadence.get_draft_day(day, is_workday), day)

    @given(CADENCES, DAYS)
    def test_weekday_is_kept_where_the_calendar_allows(self, rhythm, today):
        day = cadence.get_next(rhythm, today, lambda _day: True)
        self.assertEqual(day.weekday(), rhythm.weekday)

    @given(CADENCES, DAYS, CLOSED)
    def test_every_promise_is_a_new_day(self, rhythm, today, closed):
        is_workday = _make_workday(today, closed)
        day = cadence.get_next(rhythm, today, is_workday)
        for _number in range(3):
            after = cadence.get_next(rhythm, today, is_workday, kept=day)
            self.assertGreater(after, day)
            day = after

    @given(CADENCES, DAYS)
    def test_as_often_as_agreed(self, rhythm, today):
        slots = cadence.get_slots(rhythm, today)
        days = [next(slots) for _number in range(9)]
        gaps = [(after - day).days for day, after in zip(days, days[1:], strict=False)]
        longest = {"weekly": 7, "fortnightly": 14, "monthly": 35, "quarterly": 98}[rhythm.rhythm]
        shortest = {"weekly": 7, "fortnightly": 14, "monthly": 28, "quarterly": 84}[rhythm.rhythm]
        self.assertLessEqual(max(gaps), longest)
        self.assertGreaterEqual(min(gaps), shortest)

    def test_counted_from_a_day(self):
        third = Cadence("monthly", 1, date(2026, 3, 17))
        self.assertEqual(next(cadence.get_slots(third, date(2026, 12, 1))), date(2026, 12, 15))
        other = Cadence("fortnightly", 0, date(2026, 11, 23))
        self.assertEqual(next(cadence.get_slots(other, date(2026, 11, 24))), date(2026, 12, 7))
        quarter = Cadence("quarterly", 4, date(2026, 2, 6))
        self.assertEqual(next(cadence.get_slots(quarter, date(2026, 2, 7))), date(2026, 5, 1))

    def test_holiday_is_told_before_it(self):
        christmas = Cadence("weekly", 4)
        days = {date(2026, 12, 25), date(2027, 1, 1)}

        def is_workday(day):
            return day.weekday() < 5 and day not in days

        before = cadence.get_next(christmas, date(2026, 12, 21), is_workday)
        self.assertEqual(before, date(2026, 12, 24))
        self.assertEqual(cadence.get_draft_day(before, is_workday), date(2026, 12, 22))
        # one update for both when it closes for two weeks
        closed = _make_workday(date(2026, 12, 21), range(0, 14))
        first = cadence.get_next(christmas, date(2026, 12, 16), closed)
        self.assertEqual(first, date(2026, 12, 18))
        self.assertEqual(
            cadence.get_next(christmas, date(2026, 12, 18), closed, first), date(2027, 1, 8)
        )

    def test_no_working_day_at_all(self):
        self.assertIsNone(
            cadence.get_next(Cadence("weekly", 1), date(2026, 1, 1), lambda _day: False)
        )

    @given(
        DAYS,
        st.floats(0, 24, allow_nan=False),
        st.sampled_from(["Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "UTC"]),
    )
    def test_hour_where_the_client_is(self, day, hour, name):
        zone = pytz.timezone(name)
        moment = cadence.get_moment(day, hour, zone)
        self.assertEqual(cadence.get_local_day(moment, zone), day)
        local = pytz.utc.localize(moment).astimezone(zone)
        wanted = min(round(hour * 60), 24 * 60 - 1)
        # an hour that the clock leaves out is the next one
        self.assertIn(local.hour * 60 + local.minute - wanted, (0, 30, 60))

    def test_hours_that_are_left_out_or_come_twice(self):
        zone = pytz.timezone("Europe/Vienna")
        for day, moment in (
            (date(2026, 3, 29), datetime(2026, 3, 29, 1, 30)),
            (date(2026, 10, 25), datetime(2026, 10, 25, 0, 30)),
        ):
            self.assertEqual(cadence.get_moment(day, 2.5, zone), moment)
