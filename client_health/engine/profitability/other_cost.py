"""Reads bills, expenses and manual analytic lines of projects; returns the other cost.

Never by the partner of the line: on a bill that is the vendor. An account that several clients
share, or that no project uses, leaves the cost without client: shown, never spread.
"""

from odoo.tools import SQL

from .client_map import month_of
from .revenue import is_revenue


def is_other_cost():
    """Return the condition for a line of other cost: aliases x, l (line), m (move), g (account).

    - manual lines (no journal item): all, by sign: a positive one lowers the cost;
    - product lines of bills, vendor credit notes and receipts, whatever their account;
    - any other journal item on an account of expenses: misc entries, expenses, cost of goods
      sold, taxes that are not deductible. Items on other accounts are no cost.
    """
    return SQL(
        """
        x.project_id IS NULL
        AND (x.move_line_id IS NULL
             OR (m.move_type IN ('in_invoice', 'in_refund', 'in_receipt')
                 AND l.display_type = 'product')
             OR (g.account_type LIKE 'expense%%' AND NOT %s))
        """,
        is_revenue(),
    )


def from_other_cost(company_id):
    """Return FROM and WHERE of the analytic lines of other cost of a company."""
    return SQL(
        """
          FROM account_analytic_line x
     LEFT JOIN account_move_line l ON l.id = x.move_line_id
     LEFT JOIN account_move m ON m.id = l.move_id
     LEFT JOIN account_account g ON g.id = l.account_id
         WHERE x.company_id = %(company)s
           AND x.account_id IS NOT NULL
           AND %(is_cost)s
        """,
        company=company_id,
        is_cost=is_other_cost(),
    )


def select_other_cost(company_id):
    """Return a SELECT of other cost: partner_id, project_id, date, other_cost.

    Reads the CTE client_account.
    """
    return SQL(
        """
        SELECT a.partner_id, a.project_id, k.date, k.other_cost
          FROM (SELECT x.account_id, %(month)s AS date, SUM(-x.amount) AS other_cost
                %(lines)s
              GROUP BY 1, 2) k
     LEFT JOIN client_account a ON a.account_id = k.account_id
        """,
        month=month_of(SQL("x.date")),
        lines=from_other_cost(company_id),
    )
