"""Reads bills, expenses and manual analytic lines of projects; returns the other cost.

What the books call an expense, by analytic line: a bill on a prepaid account is no cost, the
entries that spread it are. Never by the partner of the line: on a bill that is the vendor. An
account that several clients share, or that no project uses, leaves the cost without client:
shown, never spread.
"""

from odoo.tools import SQL

from .client_map import is_on, month_of
from .revenue import is_document, is_passed_through


def is_other_cost():
    """Return the condition for a line of other cost: aliases x, l (line), m (move), g (account).

    - manual lines (no journal item): all, by sign: a positive one lowers the cost;
    - journal items on accounts of expenses, but for those that are less revenue (write-offs);
    - items that are passed through, on whatever account, but for those of customer documents.

    Reads the CTE revenue_line.
    """
    return SQL(
        """
        x.project_id IS NULL
        AND (x.move_line_id IS NULL
             OR (g.account_type LIKE 'expense%%' OR %s AND NOT %s)
                AND NOT EXISTS (SELECT 1 FROM revenue_line r WHERE r.id = l.id))
        """,
        is_passed_through(),
        is_document(),
    )


def from_other_cost(sources):
    """Return FROM and WHERE of the analytic lines of other cost of ``sources``."""
    return SQL(
        """
          FROM account_analytic_line x
     LEFT JOIN account_move_line l ON l.id = x.move_line_id
     LEFT JOIN account_move m ON m.id = l.move_id
     LEFT JOIN account_account g ON g.id = l.account_id
         WHERE %(company)s
           AND %(scope)s
           AND %(is_cost)s
        """,
        company=sources.is_of_company("x"),
        scope=sources.is_of_accounts("x"),
        is_cost=is_other_cost(),
    )


def select_other_cost(sources):
    """Return a SELECT of other cost: partner_id, project_id, date, through, other_cost.

    Grouped by account before it meets the clients; by day where an account changed hands. Reads
    the CTEs client_account and revenue_line.
    """
    return SQL(
        """
        SELECT a.partner_id, a.project_id, %(month)s AS date, k.through, k.other_cost
          FROM (SELECT x.account_id, x.day, x.through, SUM(-x.amount) AS other_cost
                  FROM (SELECT %(account)s AS account_id,
                               x.amount,
                               x.move_line_id IS NOT NULL AND %(through)s AS through,
                               CASE WHEN %(account)s IN (SELECT account_id FROM client_account
                                                          WHERE dated)
                                    THEN x.date ELSE %(first)s END AS day
                        %(lines)s) x
                 WHERE x.account_id IS NOT NULL
              GROUP BY 1, 2, 3) k
     LEFT JOIN client_account a ON a.account_id = k.account_id AND %(is_on)s
        """,
        month=month_of(SQL("k.day")),
        first=month_of(SQL("x.date")),
        account=sources.account_of("x"),
        through=is_passed_through(),
        lines=from_other_cost(sources),
        is_on=is_on("a", SQL("k.day")),
    )
