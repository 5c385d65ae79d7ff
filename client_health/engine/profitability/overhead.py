"""Reads what an hour of work has to bear besides its own cost: rent, tools, unbilled people.

Dated: the rate of a month is that in force on its first day. Before the first one there is none.
"""

from odoo.tools import SQL

from ..query import currency_digits


def select_rates(company_id):
    """Return a SELECT of rate, start and stop (excluded): a month has one row or none."""
    return SQL(
        """
        SELECT rate, date AS start,
               LEAD(date, 1, 'infinity') OVER (ORDER BY date) AS stop
          FROM client_overhead
         WHERE company_id = %s
        """,
        company_id,
    )


def of_hours(company_id, hours):
    """Return the overhead of hours, given a join of ``select_rates`` named overhead."""
    return SQL(
        "COALESCE(ROUND((%s * overhead.rate)::numeric, %s), 0)",
        hours,
        currency_digits(company_id),
    )


def update_ledger(company_id):
    """Return the UPDATE of the ledger's rows whose overhead is another one than their month's."""
    return SQL(
        """
        UPDATE client_profitability l
           SET overhead = f.overhead
          FROM (SELECT t.id, %(overhead)s AS overhead
                  FROM client_profitability t
             LEFT JOIN (%(rates)s) overhead
                    ON t.date >= overhead.start AND t.date < overhead.stop
                 WHERE t.company_id = %(company)s) f
         WHERE l.id = f.id AND l.overhead IS DISTINCT FROM f.overhead
        """,
        overhead=of_hours(company_id, SQL("t.hours")),
        rates=select_rates(company_id),
        company=company_id,
    )
