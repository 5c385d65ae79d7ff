"""Reads counts and scores of all clients; returns shares, movers and months. Pure Python.

A share of nothing is not known: None, never 0.
"""

from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from ..health.scoring import get_shown

# Periods to choose from, in months
PERIODS = (3, 6, 12)
# How many clients are named in a list
MOST = 5


class Mover(NamedTuple):
    """A client whose score changed: as it is shown, then and now."""

    id: int
    before: int
    now: int

    @property
    def change(self):
        return self.now - self.before


def get_start(today, months):
    """Return the first day of a period of so many months that ends today.

    >>> from datetime import date
    >>> str(get_start(date(2026, 5, 31), 3))
    '2026-02-28'
    """
    return today - relativedelta(months=months)


def get_share(part, whole):
    """Return percent, or None of nothing.

    >>> get_share(3, 4), get_share(0, 4), get_share(0, 0)
    (75.0, 0.0, None)
    """
    return 100.0 * part / whole if whole else None


def get_movers(before, now, most=MOST):
    """Return ([those that rose], [those that fell]), the farthest first.

    Of clients with a score then and now: one that became known has not moved.

    :param before, now: {client id: score or None}

    >>> before = {1: 50.2, 2: 80.0, 3: 70.0, 4: None}
    >>> up, down = get_movers(before, {1: 61.9, 2: 60.0, 3: 70.9, 4: 9.0})
    >>> [(one.id, one.change) for one in up], [(one.id, one.change) for one in down]
    ([(1, 11)], [(2, -20)])
    """
    moved = [
        mover
        for key, score in now.items()
        if score is not None and before.get(key) is not None
        if (mover := Mover(key, get_shown(before[key]), get_shown(score))).change
    ]
    moved.sort(key=lambda mover: (-abs(mover.change), mover.id))
    return (
        [mover for mover in moved if mover.change > 0][:most],
        [mover for mover in moved if mover.change < 0][:most],
    )


def get_last_days(days):
    """Return the last day of each week (from Monday) of which there is any, in order.

    >>> from datetime import date
    >>> days = [date(2026, 11, day) for day in (20, 22, 23, 29)]
    >>> [day.day for day in get_last_days(days)]
    [22, 29]
    """
    return sorted({day.isocalendar()[:2]: day for day in sorted(days)}.values())


def get_weeks(days, rows, bands):
    """Return {"date", band: count, …} per day; ``rows``: (day, band or False, count).

    >>> get_weeks(["d"], [("d", "risk", 2), ("d", False, 1)], ["healthy", "risk"])
    [{'date': 'd', 'healthy': 0, 'risk': 2, 'unknown': 1}]
    """
    counts = {(day, band or "unknown"): count for day, band, count in rows}
    return [
        {"date": day, **{band: counts.get((day, band), 0) for band in (*bands, "unknown")}}
        for day in days
    ]


def get_months(start, end):
    """Return the first day of each month from ``start`` to ``end``, which is excluded."""
    months = []
    while start < end:
        months.append(start)
        start += relativedelta(months=1)
    return months
