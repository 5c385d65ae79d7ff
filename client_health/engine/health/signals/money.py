"""Reads the ledger and receivables; returns readings of money: earned, as before, paid in time.

No amount leaves this file: rates, changes and days only.
"""

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from ... import period
from ...clock import get_closed_months, get_end
from ...profitability import margin, receivables, spread
from ...query import fetch, get_clients, get_company, is_one_of, to_array
from ...reading import make, unknown
from . import Signal

# Halves of a year, because invoices come in lumps; a working day in each, because the rate of
# one hour is an accident. Both are rules of thumb.
HALF = 6
MIN_HOURS = 8.0


def _select_sums(relationships, as_of):
    """Return a SELECT of the sums of the last closed months by relationship."""
    company = get_company(relationships)
    start, end = get_closed_months(company, as_of)
    return SQL(
        """
        SELECT relationship_id AS id, MIN(date) AS first, MAX(date) AS last, COUNT(*) AS months,
               %(sums)s
          FROM (%(months)s) month
      GROUP BY relationship_id
        """,
        sums=margin.get_sum_columns(),
        months=_select_months(company, relationships, start, end),
    )


def _select_months(company, relationships, start, end):
    return SQL(
        """
        SELECT relationship_id, date, %s
          FROM client_profitability
         WHERE company_id = %s AND relationship_id = ANY (%s) AND date >= %s AND date < %s
      GROUP BY relationship_id, date
        """,
        margin.get_sum_columns(),
        company.id,
        to_array(relationships._ids),
        start,
        end,
    )


def _select_halves(relationships, as_of, start, middle, end):
    """Return a SELECT of the sums of two halves of a year, with spread revenue.

    What a client pays a year in advance is not the revenue of one half.
    """
    company = get_company(relationships)
    scope = spread.is_one_of_clients(relationships._ids)
    return SQL(
        """
        SELECT COALESCE(m.relationship_id, p.relationship_id) AS id,
               MAX(COALESCE(m.date, p.date)) AS last,
               COALESCE(SUM(p.revenue), 0) AS revenue,
               %(sums)s
          FROM (%(months)s) m
     FULL JOIN (%(spread)s) p ON p.relationship_id = m.relationship_id AND p.date = m.date
      GROUP BY 1, COALESCE(m.date, p.date) >= %(middle)s
        """,
        sums=SQL(", ").join(
            SQL("COALESCE(SUM(m.%(name)s), 0) AS %(name)s", name=SQL.identifier(name))
            for name in margin.Sums._fields
            if name != "revenue"
        ),
        months=_select_months(company, relationships, start, end),
        spread=spread.select_spread(company.id, start, end, as_of, scope),
        middle=middle,
    )


def read_margin_rate(env, relationships, as_of):
    """Percent of revenue, last 12 closed months; unknown as in ``margin.get_margin_rate``."""
    readings = {}
    for row in fetch(env, _select_sums(relationships, as_of)):
        sums = margin.get_sums(row)
        rate = margin.get_margin_rate(sums)
        span = {"start": row["first"], "end": period.end_of_month(row["last"])}
        readings[row["id"]] = (
            unknown(margin.get_state(sums), **span)
            if rate is None
            else make(rate, span["end"], months=row["months"], **span)
        )
    return readings


def read_rate_trend(env, relationships, as_of):
    """Change of the effective hourly rate in percent, half a year against the one before."""
    start, end = get_closed_months(get_company(relationships), as_of, 2 * HALF)
    middle = start + relativedelta(months=HALF)
    halves = {False: {}, True: {}}
    for row in fetch(env, _select_halves(relationships, as_of, start, middle, end)):
        halves[row["last"] >= middle][row["id"]] = row
    before, after = halves[False], halves[True]
    readings = {}
    for relationship_id in before.keys() & after.keys():
        old, new = (margin.get_sums(rows[relationship_id]) for rows in (before, after))
        rates = margin.get_effective_rate(old), margin.get_effective_rate(new)
        # hours may be no number at all, which is neither less nor more than any
        if None in rates or min(old.hours, new.hours) < MIN_HOURS or rates[0] <= 0:
            continue
        change = 100 * (rates[1] / rates[0] - 1)
        readings[relationship_id] = make(
            change, period.end_of_month(after[relationship_id]["last"]), start=start, middle=middle
        )
    return readings


def read_overdue_habit(env, relationships, as_of):
    """Days that the oldest overdue invoice waits beyond the client's own habit."""
    company, created = get_company(relationships).id, get_end(relationships, as_of)
    partner_ids = get_clients(env, relationships)
    rows = fetch(
        env,
        SQL(
            """
            SELECT r.id, h.days_late, h.last_paid, h.move_ids AS paid_ids,
                   o.overdue_since, o.move_ids
              FROM client_relationship r
              JOIN (%(habit)s) h ON h.partner_id = r.partner_id
         LEFT JOIN (%(overdue)s) o ON o.partner_id = r.partner_id
             WHERE %(scope)s
            """,
            habit=receivables.select_habit(company, as_of, partner_ids, created),
            overdue=receivables.select_overdue(company, as_of, partner_ids, created),
            scope=is_one_of(SQL("r.id"), relationships._ids),
        ),
    )
    return {
        row["id"]: make(
            _get_days_over(row, as_of),
            max(filter(None, (row["last_paid"], row["overdue_since"]))),
            {"account.move": row["move_ids"] or row["paid_ids"]},
            habit=row["days_late"],
            since=row["overdue_since"],
        )
        for row in rows
    }


def _get_days_over(row, as_of):
    if not row["overdue_since"]:
        return 0
    return max(0, (as_of - row["overdue_since"]).days - row["days_late"])


SIGNALS = {
    "margin_rate": Signal(read_margin_rate),
    "rate_trend": Signal(read_rate_trend),
    "overdue_habit": Signal(read_overdue_habit),
}
