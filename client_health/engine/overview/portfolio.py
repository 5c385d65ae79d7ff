"""Reads where clients are on the portfolio map and where they were; returns their ways. Pure.

A place is (margin in percent of revenue, score); a figure that is not known is None.
"""

from datetime import timedelta

# How far back an arrow reaches
WAY_DAYS = 90
# Snapshots older than 90 days are kept once a week: the last one before that day, but not an old
# one, if there was none for long.
LATEST = timedelta(days=14)
# Shorter ways are no news: less than a point on both axes
SHORTEST = 1.0


def get_span(today):
    """Return (first, last) day of the snapshots that an arrow may begin at.

    >>> from datetime import date
    >>> [str(day) for day in get_span(date(2026, 11, 29))]
    ['2026-08-18', '2026-08-31']
    """
    last = today - timedelta(days=WAY_DAYS)
    return last - LATEST + timedelta(days=1), last


def get_way(now, before):
    """Return the place where an arrow begins, or None: not known, or hardly another one.

    >>> get_way((20.0, 60.0), (30.0, 80.0))
    (30.0, 80.0)
    >>> get_way((20.0, 60.0), (20.4, 60.9)), get_way((20.0, 60.0), (None, 80.0))
    (None, None)
    """
    if before is None or None in now or None in before:
        return None
    far = max(abs(one - other) for one, other in zip(now, before, strict=True))
    return before if far >= SHORTEST else None
