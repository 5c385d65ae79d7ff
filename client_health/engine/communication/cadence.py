"""The days on which clients were promised to hear from us. Pure Python, no Odoo."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import NamedTuple

import pytz

DAY = timedelta(days=1)
WEEKS = {"weekly": 1, "fortnightly": 2}
MONTHS = {"monthly": 1, "quarterly": 3}
# The promise of a day off is kept on the working day before it. Looked for within two weeks, as
# firms close between the years; then on the first working day after it.
LOOK_BACK = 14
LOOK_AHEAD = 35
# So far ahead a promised day is looked for: a quarter, and what a closed month may add.
HORIZON = 160
# Working days from the draft to the promised day. Rule of thumb: time to read, ask and add.
DRAFT_DAYS = 2


class Cadence(NamedTuple):
    """How often a client hears from us. ``weekday``: 0 is Monday.

    ``first``: a day with an update; it says which week of the fortnight or of the month, and which
    month of the quarter. By default, the first such weekday of the month or quarter.
    """

    rhythm: str
    weekday: int
    first: date | None = None


def get_slots(cadence, start):
    """Yield the days of the rhythm from ``start`` on, whatever the calendar says."""
    slots = _get_weeks if cadence.rhythm in WEEKS else _get_months
    yield from (day for day in slots(cadence, start) if day >= start)


def _get_weeks(cadence, start):
    step = WEEKS[cadence.rhythm]
    first = _get_week(cadence.first or date.min)
    for week in count(_get_week(start)):
        if (week - first) % step == 0:
            yield date.fromordinal(7 * week + cadence.weekday + 1)


def _get_week(day):
    """Return the number of the week: the year 1 began on a Monday."""
    return (day.toordinal() - 1) // 7


def _get_months(cadence, start):
    step = MONTHS[cadence.rhythm]
    first = cadence.first or date.min
    number = min((first.day - 1) // 7, 3)  # not every month has a fifth one
    for month in count(start.year * 12 + start.month - 1):
        if (month - first.year * 12 - first.month + 1) % step == 0:
            begin = date(month // 12, month % 12 + 1, 1)
            to_weekday = (cadence.weekday - begin.weekday()) % 7
            yield begin + timedelta(days=to_weekday + 7 * number)


def get_promised_day(slot, is_workday: Callable[[date], bool]):
    """Return the working day on which the promise of a slot is kept; None: there is none."""
    before = (slot - timedelta(days=days) for days in range(LOOK_BACK + 1))
    after = (slot + timedelta(days=days) for days in range(1, LOOK_AHEAD + 1))
    return next((day for days in (before, after) for day in days if is_workday(day)), None)


def get_next(cadence, today, is_workday: Callable[[date], bool], kept=None):
    """Return the next promised day: not before today, and after the last one that was ``kept``.

    None: the calendar has no working day.
    """
    since = today if kept is None else max(today, kept + DAY)
    for slot in get_slots(cadence, since):
        if slot > since + timedelta(days=HORIZON):
            return None
        day = get_promised_day(slot, is_workday)
        if day and day >= since:
            return day
    return None


def get_draft_day(promised, is_workday: Callable[[date], bool]):
    """Return the day on which the draft of a promised day is due."""
    day, left = promised, DRAFT_DAYS
    for _step in range(LOOK_BACK):
        if not left:
            break
        day -= DAY
        left -= is_workday(day)
    return day


def get_moment(day, hour, zone):
    """Return the moment, naive in UTC, of an hour of a day in a time zone.

    :param hour: from 0 to 24, such as 9.5 for half past nine
    :param zone: of pytz
    """
    minutes = min(max(round(hour * 60), 0), 24 * 60 - 1)
    local = datetime.combine(day, time(minutes // 60, minutes % 60))
    try:
        moment = zone.localize(local, is_dst=None)
    except pytz.AmbiguousTimeError:
        moment = zone.localize(local, is_dst=True)  # the hour comes twice: the first time
    except pytz.NonExistentTimeError:
        moment = zone.normalize(zone.localize(local, is_dst=False))  # it is left out: the next
    return moment.astimezone(pytz.utc).replace(tzinfo=None)


def get_local_day(moment, zone):
    """Return the day of a moment, naive in UTC, in a time zone."""
    return pytz.utc.localize(moment).astimezone(zone).date()
