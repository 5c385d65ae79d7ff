"""Reads the ledger and receivables; returns readings of money: earned, as before, paid in time.

No amount leaves this file: rates, changes and days only.
"""

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from ... import period
from ...clock import get_closed_months, get_end
from ...profitability import margin, receivables
from ...query import fetch, get_clients, get_company, is_one_of, to_array
from ...reading import make, unknown
from . import Signal

# Halves of a year, because invoices come in lumps; a working day in each, because the rate of
# one hour is an accident. Both are rules of thumb.
HALF = 6
MIN_HOURS = 8.0


def _select_sums(relationships, start, end, *groups):
    """Return a SELECT of the sums of some months by relationship, and by ``groups``."""
    return SQL(
        """
        SELECT relationship_id AS id, MIN(date) AS first, MAX(date) AS last, COUNT(*) AS months,
               %(sums)s
          FROM (SELECT relationship_id, date, %(sums)s
                  FROM client_profitability
                 WHERE company_id = %(company)s AND relationship_id = ANY (%(ids)s)
                   AND date >= %(start)s AND date < %(end)s
              GROUP BY relationship_id, date) month
      GROUP BY %(groups)s
        """,
        sums=margin.get_sum_columns(),
        company=get_company(relationships).id,
        ids=to_array(relationships._ids),
        start=start,
        end=end,
        groups=SQL(", ").join((SQL("relationship_id"), *groups)),
    )


def read_margin_rate(env, relationships, as_of):
    """Percent of revenue, last 12 closed months; unknown as in ``margin.get_margin_rate``."""
    readings = {}
    months = get_closed_months(get_company(relationships), as_of)
    for row in fetch(env, _select_sums(relationships, *months)):
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
    """Change of the effective hourly rate in percent, half a year against the one before.

    Unknown where one of them has no revenue: the client may have paid for the year in the other.
    """
    start, end = get_closed_months(get_company(relationships), as_of, 2 * HALF)
    middle = start + relativedelta(months=HALF)
    halves = {False: {}, True: {}}
    for row in fetch(env, _select_sums(relationships, start, end, SQL("date >= %s", middle))):
        halves[row["last"] >= middle][row["id"]] = row
    before, after = halves[False], halves[True]
    readings = {}
    for relationship_id in before.keys() & after.keys():
        old, new = (margin.get_sums(rows[relationship_id]) for rows in (before, after))
        rates = margin.get_effective_rate(old), margin.get_effective_rate(new)
        # hours may be no number at all, which is neither less nor more than any
        if (
            None in rates
            or min(old.revenue, new.revenue) <= 0
            or min(old.hours, new.hours) < MIN_HOURS
            or rates[0] <= 0
        ):
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
