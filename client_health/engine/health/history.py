"""Reads snapshots, returns the points that a chart draws and where its line breaks. Pure Python."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

MONTHS = 24
# History is stored weekly at least: what lies farther apart was not known in between. The last
# night of one week and the first of the next but one are no gap.
LONGEST_STEP = timedelta(days=14)


def get_start(today):
    """Return the first day of the chart."""
    return today - relativedelta(months=MONTHS)


def with_gaps(days):
    """Yield the days, {"date": date, …} by date; between two far ones a day of nothing known.

    >>> from datetime import date
    >>> days = [{"date": date(2026, 1, day), "score": day} for day in (1, 8, 28)]
    >>> [(day["date"].day, day.get("score")) for day in with_gaps(days)]
    [(1, 1), (8, 8), (9, None), (28, 28)]
    """
    before = None
    for day in days:
        if before and day["date"] - before > LONGEST_STEP:
            yield {"date": before + timedelta(days=1)}
        before = day["date"]
        yield day
