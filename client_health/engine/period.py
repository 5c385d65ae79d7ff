"""Which months and which year count; returns dates. Pure Python, no Odoo."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

# "The last twelve months", wherever they are looked at.
MONTHS = 12
YEAR = relativedelta(months=MONTHS)
# The same for moments in SQL, where a year has a number of days.
YEAR_OF_DAYS = timedelta(days=365)


def first_of_month(day):
    """Return the first day of the month of ``day``."""
    return day.replace(day=1)


def end_of_month(day):
    """Return the last day of the month of ``day``."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def last_full_months(as_of, months=MONTHS, lag=0):
    """Return (start, end): the last full months before ``as_of``, ``end`` excluded.

    The running month is left out: its hours are there every day, its invoices at the end. For
    ``lag`` days the same is true of the month before: its invoices are still to come.
    """
    end = first_of_month(as_of - timedelta(days=lag))
    return end - relativedelta(months=months), end


def last_calendar_period(as_of, months, lag=0):
    """Return (first day, last day) of the last closed quarter, half-year or year of the calendar.

    ``months``: 3, 6 or 12; ``lag`` as in ``last_full_months``.
    """
    end = first_of_month(as_of - timedelta(days=lag))
    end = end.replace(month=(end.month - 1) // months * months + 1)
    return end - relativedelta(months=months), end - timedelta(days=1)
