"""Reads posted documents and timesheets; returns the money of each client, project and month.

The one query of money: a SELECT that the model writes to the ledger. Each kind of money has
a file of its own: ``revenue.py``, ``labour.py``, ``other_cost.py``; whose it is: ``client_map.py``.
"""

from odoo.tools import SQL

from ..query import is_one_of
from . import labour, margin, other_cost, overhead, revenue
from .client_map import with_client_map

KEYS = ("company_id", "partner_id", "project_id", "date")
AMOUNTS = (
    "revenue",
    "labour_cost",
    "assumed_cost",
    "other_cost",
    "pass_through",
    "pass_through_cost",
)
HOURS = ("hours", "billable_hours", "uncosted_hours", "assumed_hours")
VALUES = ("relationship_id", *AMOUNTS, "margin", *HOURS, "overhead")


def select_ledger(sources):
    """Return the SELECT of the ledger of a company: the columns KEYS and VALUES.

    One row per client x project x month; client and project may be NULL. Amounts in company
    currency, costs positive. Hours are rounded to four decimals: a sum of floats depends on the
    order of its rows, and what did not change must not look changed.

    :param Sources sources: its company, and its scope: only the rows of some clients and of
        their projects
    """
    return SQL(
        """
        WITH %(client_map)s,
             revenue_line AS MATERIALIZED (%(lines)s),
             labour AS (%(labour)s),
             money AS (%(money)s)
        SELECT %(company)s AS company_id,
               t.*,
               %(margin)s AS margin,
               %(overhead)s AS overhead,
               r.id AS relationship_id
          FROM (SELECT * FROM (%(total)s) every WHERE %(scope)s) t
     LEFT JOIN (%(overheads)s) overhead
            ON t.date >= overhead.start AND t.date < overhead.stop
     LEFT JOIN client_relationship r
            ON r.partner_id = t.partner_id AND r.company_id = %(company)s
         WHERE (%(amounts)s) <> (%(zeros)s)
        """,
        client_map=with_client_map(),
        lines=revenue.select_lines(sources),
        labour=labour.select_labour(sources),
        money=_select_money(sources),
        margin=margin.get_sql()["margin"],
        overhead=overhead.of_hours(sources.company_id, SQL("t.hours")),
        overheads=overhead.select_rates(sources.company_id),
        company=sources.company_id,
        total=_select_total(),
        scope=is_in_scope(sources.scope),
        amounts=SQL(", ").join(SQL.identifier("t", name) for name in (*AMOUNTS, "hours")),
        zeros=SQL(", ").join([SQL("0")] * (len(AMOUNTS) + 1)),
    )


def is_in_scope(scope):
    """Return the condition for rows of some clients, given columns partner_id and project_id."""
    if scope is None:
        return SQL("true")
    return SQL(
        "(%s OR %s)",
        is_one_of(SQL("partner_id"), scope.partner_ids),
        is_one_of(SQL("project_id"), scope.project_ids),
    )


def _select_money(sources):
    """Return revenue and other cost by client, project and month.

    The other kinds are NULL in a row, not 0: a sum skips it at no cost.
    """
    return SQL(
        """
        SELECT partner_id, project_id, date,
               SUM(revenue) FILTER (WHERE NOT through) AS revenue,
               SUM(other_cost) FILTER (WHERE NOT through) AS other_cost,
               SUM(revenue) FILTER (WHERE through) AS pass_through,
               SUM(other_cost) FILTER (WHERE through) AS pass_through_cost
          FROM (SELECT partner_id, project_id, date, through, revenue, NULL::numeric AS other_cost
                  FROM (%(documents)s UNION ALL %(parts)s) revenue
             UNION ALL
                SELECT partner_id, project_id, date, through, NULL, other_cost
                  FROM (%(other_cost)s) other_cost) fact
      GROUP BY partner_id, project_id, date
        """,
        documents=revenue.select_documents(),
        parts=revenue.select_project_parts(sources),
        other_cost=other_cost.select_other_cost(sources),
    )


def _select_total():
    """Join the two halves, each of which has a client, project and month once.

    Joined and not grouped again: most rows are months in which people only worked.
    """
    names = (
        *(SQL("COALESCE(%s, 0) AS %s", *(SQL.identifier(name),) * 2) for name in AMOUNTS),
        *(
            SQL("COALESCE(ROUND(%s * 10000) / 10000, 0) AS %s", *(SQL.identifier(name),) * 2)
            for name in HOURS
        ),
    )
    return SQL(
        """
        SELECT COALESCE(l.partner_id, m.partner_id) AS partner_id,
               COALESCE(l.project_id, m.project_id) AS project_id,
               COALESCE(l.date, m.date) AS date,
               %s
          FROM labour l
     FULL JOIN money m
            ON m.project_id = l.project_id
           AND m.date = l.date
           AND COALESCE(m.partner_id, 0) = COALESCE(l.partner_id, 0)
        """,
        SQL(", ").join(names),
    )
