"""Days where a company is: when they begin and end, and which one a moment in UTC falls on."""

from datetime import datetime, time, timedelta

import pytz

from odoo.tools import SQL

from . import period
from .query import get_company

EVER = datetime(1970, 1, 1)


def get_timezone(company):
    """Return the time zone of a company: that of its working hours."""
    company = company.sudo()  # only its time zone; users may not read every calendar
    return pytz.timezone(company.resource_calendar_id.tz or company.partner_id.tz or "UTC")


def get_now():
    """Return the moment, to the microsecond: Odoo's clock drops them, the database doesn't.

    Without them, what was written within this second would not be there yet.
    """
    return datetime.now()


def get_today(company):
    """Return the day that it is where the company is."""
    return get_day(company, get_now())


def get_day(company, moment):
    """Return the day of a moment, naive in UTC, where the company is."""
    return pytz.utc.localize(moment).astimezone(get_timezone(company)).date()


def get_closed_months(company, as_of, months=period.MONTHS):
    """Return (start, end) of the last closed months of a company, ``end`` excluded.

    "The last 12 months", wherever they are shown: a month counts once its closing lag is over.
    """
    lag = company.sudo().client_closing_lag  # only a number of days; it has a group
    return period.last_full_months(as_of, months, lag)


def get_end(relationships, as_of):
    """Return the last moment of the day ``as_of`` where the company is: naive, in UTC.

    Never later than now. A day that is over ends the same whenever one looks; today is what
    happened so far.
    """
    tomorrow = get_start(relationships, as_of + timedelta(days=1))
    return min(tomorrow - timedelta(microseconds=1), get_now())


def get_start(relationships, day):
    """Return the first moment of a day where the company of clients is: naive, in UTC."""
    return get_first_moment(get_company(relationships), day)


def get_first_moment(company, day):
    """Return the first moment of a day where the company is: naive, in UTC."""
    zone = get_timezone(company)
    midnight = datetime.combine(day, time.min)
    try:
        local = zone.localize(midnight, is_dst=None)
    except pytz.AmbiguousTimeError:
        local = zone.localize(midnight, is_dst=True)  # midnight comes twice: the first
    except pytz.NonExistentTimeError:
        local = zone.localize(midnight, is_dst=False)  # not at all: the hour after
    return local.astimezone(pytz.utc).replace(tzinfo=None)


def local_date(relationships, column):
    """Return the SQL of the day, where the company is, of a column in UTC.

    A slip like the year 20 is an early day: Python has none before the year 1, which it may have
    been on the other side of the ocean.
    """
    return SQL(
        "((CASE WHEN %(column)s < %(ever)s THEN %(ever)s ELSE %(column)s END)"
        " AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date",
        column=column,
        ever=EVER,
        zone=get_timezone(get_company(relationships)).zone,
    )
