"""What all signals need: the moment up to which they look, and rows as readings."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytz

from odoo import fields
from odoo.tools import SQL

EVER = datetime.datetime(1970, 1, 1)

# Source records that a reading names: enough to open and look, small enough to keep every day.
MOST_RECORDS = 10


@dataclass(frozen=True, slots=True)
class Reading:
    """What the records say; ``date`` is that of the newest record, ``detail`` fits into JSON."""

    value: float | None = None
    date: datetime.date | None = None
    detail: dict[str, Any] | None = None


Readings = Mapping[str, Reading]


def fetch(env, query):
    """Return the rows of a SELECT as dictionaries; what waits to be written is written before."""
    env.flush_all()
    return env.execute_query_dict(query)


def to_array(ids):
    """Return ids for ``= ANY (%s)``: one literal, quick to write and to parse however many."""
    return f"{{{','.join(map(str, ids))}}}"


def is_one_of(column, ids):
    """Return the condition that a column is one of any number of ids."""
    return SQL("%s = ANY (%s)", column, to_array(ids))


def get_clients(env, relationships):
    """Return {partner id: relationship id}, without reading anything else of them."""
    scope = is_one_of(SQL("id"), relationships._ids)
    return dict(
        env.execute_query(SQL("SELECT partner_id, id FROM client_relationship WHERE %s", scope))
    )


def keep(env, table, query):
    """Keep what a SELECT finds of clients in a temporary table that ends with the transaction."""
    env.cr.execute(
        SQL(
            # dropped at once: a transaction may read several days
            "DROP TABLE IF EXISTS %(name)s;"
            "CREATE TEMPORARY TABLE %(name)s ON COMMIT DROP AS %(query)s",
            name=SQL.identifier(f"client_health_{table}"),
            query=query,
        )
    )


def select_kept(table, relationships):
    """Return a SELECT of what was kept of the clients of their company; it has a company_id."""
    return SQL(
        "SELECT * FROM %s WHERE company_id = %s",
        SQL.identifier(f"client_health_{table}"),
        get_company(relationships).id,
    )


def get_company(relationships):
    """Return the company that all of them are of, without reading more than one of them."""
    return relationships.browse(relationships._ids[:1]).company_id


def get_timezone(company):
    """Return the time zone of a company: that of its working hours."""
    return pytz.timezone(company.resource_calendar_id.tz or company.partner_id.tz or "UTC")


def get_today(company):
    """Return the day that it is where the company is."""
    return pytz.utc.localize(fields.Datetime.now()).astimezone(get_timezone(company)).date()


def get_end(relationships, as_of):
    """Return the last moment of the day ``as_of`` where the company is: naive, in UTC.

    Never later than now. A day that is over ends the same whenever one looks; today is what
    happened so far.
    """
    tomorrow = get_start(relationships, as_of + datetime.timedelta(days=1))
    return min(tomorrow - datetime.timedelta(microseconds=1), fields.Datetime.now())


def get_start(relationships, day):
    """Return the first moment of a day where the company is: naive, in UTC."""
    zone = get_timezone(get_company(relationships))
    midnight = datetime.datetime.combine(day, datetime.time.min)
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


def make(value, date, records=None, **detail):
    """Return a Reading; ``records``: {model: ids of the source records, the weightiest first}.

    Dates in ``detail`` are written as in JSON. Figures are rounded: a float that differs in its
    last digit is no news.
    """
    detail = {
        # most are whole numbers: asked here, they cost no call
        key: item if type(item) is int else _to_json(item)
        for key, item in detail.items()
        if item is not None
    }
    if records:
        named = {model: [*ids][:MOST_RECORDS] for model, ids in records.items() if ids}
        if named:
            detail["records"] = named
    return Reading(None if value is None else round(float(value), 2), date, detail or None)


def unknown(reason, **detail):
    """Return a Reading that says why nothing is known."""
    return make(None, None, unknown=reason, **detail)


def _to_json(item):
    if isinstance(item, (int, str)):
        return item
    if isinstance(item, datetime.datetime):
        return fields.Datetime.to_string(item)
    if hasattr(item, "isoformat"):
        return item.isoformat()
    if isinstance(item, float):
        return round(item, 2)
    return item
