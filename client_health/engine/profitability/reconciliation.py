"""Reads the general ledger and ours; returns both sides per month: posted, and assigned.

The left side takes the shortest way to the same sums, past all that decides whose money it is,
so that anything lost or counted twice on the long way shows.
"""

from odoo.tools import SQL

from .client_map import month_of
from .other_cost import is_other_cost


def select_reconciliation():
    """Return a SELECT of both sides by company and month.

    Columns: company_id, date, and of revenue, labour_cost and other_cost each <name>_books,
    <name>_ledger; unassigned: cost in the ledger that has no client. Company currency.
    """
    return SQL(
        """
        SELECT company_id,
               date,
               SUM(revenue_books) AS revenue_books,
               SUM(revenue_ledger) AS revenue_ledger,
               SUM(labour_cost_books) AS labour_cost_books,
               SUM(labour_cost_ledger) AS labour_cost_ledger,
               SUM(other_cost_books) AS other_cost_books,
               SUM(other_cost_ledger) AS other_cost_ledger,
               SUM(unassigned) AS unassigned
          FROM (%(ledger)s
                UNION ALL %(documents)s
                UNION ALL %(roundings)s
                UNION ALL %(timesheets)s
                UNION ALL %(costs)s) side
      GROUP BY company_id, date
        """,
        ledger=_select_ledger(),
        documents=_select_documents(),
        roundings=_select_roundings(),
        timesheets=_select_timesheets(),
        costs=_select_costs(),
    )


def _select_ledger():
    return SQL(
        """
        SELECT company_id,
               date,
               0 AS revenue_books,
               revenue AS revenue_ledger,
               0 AS labour_cost_books,
               labour_cost AS labour_cost_ledger,
               0 AS other_cost_books,
               other_cost AS other_cost_ledger,
               CASE WHEN partner_id IS NULL THEN labour_cost + other_cost ELSE 0 END AS unassigned
          FROM client_profitability
        """
    )


def _select_documents():
    """The untaxed amount of posted customer documents, as Odoo's list of invoices sums it."""
    return SQL(
        """
        SELECT m.company_id, %(month)s, m.amount_untaxed_signed, 0, 0, 0, 0, 0, 0
          FROM account_move m
         WHERE m.state = 'posted'
           AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
        """,
        month=month_of(SQL("m.date")),
    )


def _select_roundings():
    """Cash rounding: Odoo has it in the untaxed amount, but it is no sale."""
    return SQL(
        """
        SELECT l.company_id, %(month)s, l.balance, 0, 0, 0, 0, 0, 0
          FROM account_move_line l
          JOIN account_move m ON m.id = l.move_id
         WHERE m.state = 'posted'
           AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
           AND l.display_type = 'rounding'
        """,
        month=month_of(SQL("l.date")),
    )


def _select_timesheets():
    return SQL(
        """
        SELECT l.company_id, %(month)s, 0, 0, -l.amount, 0, 0, 0, 0
          FROM account_analytic_line l
          JOIN project_project j ON j.id = l.project_id
         WHERE j.is_template IS NOT TRUE
        """,
        month=month_of(SQL("l.date")),
    )


def _select_costs():
    return SQL(
        """
        SELECT x.company_id, %(month)s, 0, 0, 0, 0, -x.amount, 0, 0
          FROM account_analytic_line x
     LEFT JOIN account_move_line l ON l.id = x.move_line_id
     LEFT JOIN account_move m ON m.id = l.move_id
     LEFT JOIN account_account g ON g.id = l.account_id
         WHERE x.account_id IS NOT NULL
           AND %(is_cost)s
        """,
        month=month_of(SQL("x.date")),
        is_cost=is_other_cost(),
    )
