"""Reads the general ledger and ours; returns both sides per month: posted, and assigned.

The side of the books takes the shortest way: all journal items on income accounts, whatever
document they are of, past all that decides whose money it is. What of them is no revenue of
clients is named, list by list; anything else that is lost or counted twice is the difference.
"""

from odoo.tools import SQL

from .client_map import month_of, with_client_map
from .other_cost import is_other_cost
from .revenue import is_document, is_exchange, is_passed_through, select_lines

# revenue_books + written_off - other_income - pass_through = revenue_ledger
AMOUNTS = (
    "revenue_books",
    "other_income",
    "pass_through",
    "written_off",
    "revenue_ledger",
    "labour_cost_books",
    "labour_cost_ledger",
    "assumed_cost",
    "other_cost_books",
    "other_cost_ledger",
    "unassigned",
    "unassigned_revenue",
)


def select_reconciliation(sources):
    """Return a SELECT of both sides by company and month: company_id, date and AMOUNTS.

    Company currency. written_off is negative: expenses that lower our revenue. unassigned is
    cost, unassigned_revenue revenue, in the ledger without client. assumed_cost is in the ledger
    alone, so it stands apart from labour_cost_ledger.
    """
    return SQL(
        """
        WITH %(client_map)s, revenue_line AS MATERIALIZED (%(lines)s)
        SELECT company_id, date, %(sums)s
          FROM (%(sides)s) side (company_id, date, %(names)s)
      GROUP BY company_id, date
        """,
        client_map=with_client_map(),
        lines=select_lines(sources),
        sums=SQL(", ").join(
            SQL("COALESCE(SUM(%(name)s), 0) AS %(name)s", name=SQL.identifier(name))
            for name in AMOUNTS
        ),
        names=SQL(", ").join(SQL.identifier(name) for name in AMOUNTS),
        sides=SQL(" UNION ALL ").join(
            [
                _select_ledger(),
                _select_income(),
                _select_not_revenue(),
                _select_written_off(),
                _select_timesheets(),
                _select_costs(sources),
            ]
        ),
    )


def _amounts(**columns):
    """Return the expressions of AMOUNTS: those given, else 0."""
    return SQL(", ").join(columns.get(name, SQL("0")) for name in AMOUNTS)


def _select_ledger():
    return SQL(
        "SELECT company_id, date, %s FROM client_profitability",
        _amounts(
            revenue_ledger=SQL("revenue"),
            labour_cost_ledger=SQL("labour_cost - COALESCE(assumed_cost, 0)"),
            assumed_cost=SQL("COALESCE(assumed_cost, 0)"),
            other_cost_ledger=SQL("other_cost"),
            unassigned=SQL("CASE WHEN partner_id IS NULL THEN labour_cost + other_cost ELSE 0 END"),
            unassigned_revenue=SQL("CASE WHEN partner_id IS NULL THEN revenue ELSE 0 END"),
        ),
    )


def _select_income():
    """The income accounts, as the profit and loss report sums them."""
    return SQL(
        """
        SELECT l.company_id, %s, %s
          FROM account_move_line l
          JOIN account_account a ON a.id = l.account_id
         WHERE l.parent_state = 'posted' AND a.account_type IN ('income', 'income_other')
      GROUP BY 1, 2
        """,
        month_of(SQL("l.date")),
        _amounts(revenue_books=SQL("SUM(-l.balance)")),
    )


def _select_not_revenue():
    """Of these: other income and gains of exchange rates, and what is passed through."""
    return SQL(
        """
        SELECT l.company_id, %(month)s, %(amounts)s
          FROM account_move_line l
          JOIN account_move m ON m.id = l.move_id
          JOIN account_account a ON a.id = l.account_id
         WHERE l.parent_state = 'posted' AND a.account_type IN ('income', 'income_other')
      GROUP BY 1, 2
        """,
        month=month_of(SQL("l.date")),
        amounts=_amounts(
            other_income=SQL(
                "SUM(-l.balance) FILTER (WHERE NOT (%s) AND (a.account_type = 'income_other'"
                " OR %s AND NOT %s))",
                is_passed_through(),
                is_exchange(),
                is_document(),
            ),
            pass_through=SQL("SUM(-l.balance) FILTER (WHERE %s)", is_passed_through()),
        ),
    )


def _select_written_off():
    """Items on other accounts that lower revenue: what never comes in."""
    return SQL(
        """
        SELECT l.company_id, r.date, %s
          FROM revenue_line r
          JOIN account_move_line l ON l.id = r.id
          JOIN account_account a ON a.id = l.account_id
         WHERE NOT r.through AND a.account_type <> 'income'
        """,
        _amounts(written_off=SQL("r.revenue")),
    )


def _select_timesheets():
    return SQL(
        """
        SELECT l.company_id, %s, %s
          FROM account_analytic_line l
          JOIN project_project j ON j.id = l.project_id
         WHERE j.is_template IS NOT TRUE
        """,
        month_of(SQL("l.date")),
        _amounts(labour_cost_books=SQL("-l.amount")),
    )


def _select_costs(sources):
    return SQL(
        """
        SELECT x.company_id, %(month)s, %(amounts)s
          FROM account_analytic_line x
     LEFT JOIN account_move_line l ON l.id = x.move_line_id
     LEFT JOIN account_move m ON m.id = l.move_id
     LEFT JOIN account_account g ON g.id = l.account_id
         WHERE %(account)s IS NOT NULL
           AND NOT (x.move_line_id IS NOT NULL AND %(through)s)
           AND %(is_cost)s
        """,
        month=month_of(SQL("x.date")),
        amounts=_amounts(other_cost_books=SQL("-x.amount")),
        account=sources.account_of("x"),
        through=is_passed_through(),
        is_cost=is_other_cost(),
    )
