"""Reads the calendar of a company, returns working hours between any number of moments."""

from bisect import bisect_right
from datetime import datetime
from itertools import accumulate

import pytz

from ..clock import get_timezone
from ..query import get_company


class WorkingHours:
    """The working time of a span, read once; moments are naive and in UTC, as in the database.

    Public holidays of the calendar count as off. Without a calendar nothing is ``known``.
    """

    def __init__(self, relationships, start, end):
        company = get_company(relationships)
        calendar = company.resource_calendar_id
        self.known = bool(calendar)
        self._zone = get_timezone(company)
        self._starts, self._ends = [], []
        if calendar:
            self._read(calendar, start, end)
        durations = [stop - begin for begin, stop in zip(self._starts, self._ends, strict=True)]
        self._before = [0.0, *accumulate(durations)]

    def _read(self, calendar, start, end):
        # sudo: the calendar and holidays of the company, of which only hours are counted
        span = (pytz.utc.localize(moment) for moment in (start, end))
        for begin, stop, _lines in calendar.sudo()._work_intervals_batch(*span)[False]:
            self._starts.append(begin.timestamp())
            self._ends.append(stop.timestamp())

    def between(self, start, end):
        """Return the working hours from ``start`` to ``end``, within the span.

        To the millisecond: of today's stamps a float only knows half a microsecond, so that four
        hours would be 3.9999999998 at some times of the day.
        """
        return round(max(0.0, self._until(end) - self._until(start)), 3) / 3600

    def day(self, moment):
        """Return the day of a moment where the company is."""
        return pytz.utc.localize(moment).astimezone(self._zone).date()

    def _until(self, moment: datetime):
        """Return the seconds of work from the start of the span to a moment."""
        stamp = pytz.utc.localize(moment).timestamp()
        index = bisect_right(self._starts, stamp)
        if not index:
            return 0.0
        return self._before[index - 1] + min(stamp, self._ends[index - 1]) - self._starts[index - 1]
