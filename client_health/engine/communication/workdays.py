"""Reads the working days of calendars, without holidays, and the absences of colleagues."""

from datetime import datetime, time, timedelta

import pytz

DAY = timedelta(days=1)
WORKING_WEEK = 5


class Workdays:
    """The working days of a span, read once for each calendar with all its colleagues.

    A half day is a working day. Without a calendar, and where hours are flexible, Monday to Friday
    are, apart from public holidays.
    """

    def __init__(self, start, end):
        self._span = start, end
        self._days = {}

    def add_calendar(self, calendar, resources):
        """Read a calendar, with the colleagues who work by it; as superuser, for days alone."""
        zone = pytz.timezone(calendar.tz or "UTC")
        start, end = (zone.localize(datetime.combine(day, time.min)) for day in self._span)
        work = calendar._work_intervals_batch(start, end, resources) if calendar else {}
        off = calendar._leave_intervals_batch(start, end, resources) if calendar else {}
        fixed = bool(calendar) and not calendar.flexible_hours
        for resource_id in (False, *resources.ids):
            if fixed:
                days = frozenset(begin.date() for begin, _end, _lines in work[resource_id])
            else:
                days = frozenset(self._get_weekdays()) - _get_whole_days(off.get(resource_id, ()))
            self._days[calendar.id, resource_id] = days

    def _get_weekdays(self):
        start, end = self._span
        days = (start + timedelta(days=number) for number in range((end - start).days))
        return (day for day in days if day.weekday() < WORKING_WEEK)

    def is_workday(self, day, calendar, resource_id=False):
        return day in self._days[calendar.id, resource_id]


def _get_whole_days(intervals):
    """Return the days that begin and end within one of the intervals."""
    found = set()
    for begin, end, _leave in intervals:
        day = begin.date() + (DAY if begin.time() > time(9) else timedelta())
        while day < end.date() or day == end.date() and end.time() >= time(17):
            found.add(day)
            day += DAY
    return found
