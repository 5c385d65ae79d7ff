"""Reads the ledger's documents; returns what to mend: no client, no cost, or left out.

Each SELECT has the columns COLUMNS, one row per record to correct and month. ``amount`` is in
company currency: revenue of what is revenue, else a positive cost.
"""

from odoo.tools import SQL

from .client_map import month_of, with_client_map
from .other_cost import is_other_cost

RECORDS = ("project_id", "task_id", "account_id", "employee_id", "move_id")
COLUMNS = ("kind", "company_id", "date", "amount", "hours", *RECORDS)


def select_findings():
    """Return the SELECT of all findings, of all companies."""
    return SQL(
        "WITH %s SELECT * FROM (%s) finding (%s)",
        with_client_map(),
        SQL(" UNION ALL ").join(
            [
                _select_without_customer(),
                _select_without_project(),
                _select_without_partner(),
                _select_without_cost(),
                _select_task_customers(),
                _select_entries(),
                _select_other_plans(),
                _select_templates(),
            ]
        ),
        SQL(", ").join(SQL.identifier(column) for column in COLUMNS),
    )


def _records(**columns):
    """Return the expressions of RECORDS: those given, else NULL."""
    return SQL(", ").join(
        SQL(columns[name]) if name in columns else SQL("NULL::int") for name in RECORDS
    )


def _select_without_customer():
    """Rows of the ledger of projects that have no customer."""
    return SQL(
        """
        SELECT 'no_customer', company_id, date, labour_cost + other_cost, hours, %s
          FROM client_profitability
         WHERE partner_id IS NULL AND project_id IS NOT NULL
        """,
        _records(project_id="project_id"),
    )


def _select_without_project():
    """Cost on analytic accounts of no project, or of projects of several clients."""
    return SQL(
        """
        SELECT CASE WHEN a.account_id IS NULL THEN 'no_project' ELSE 'shared_account' END,
               x.company_id, %(month)s, SUM(-x.amount), 0, %(records)s
          FROM account_analytic_line x
     LEFT JOIN client_account a ON a.account_id = x.account_id
     LEFT JOIN account_move_line l ON l.id = x.move_line_id
     LEFT JOIN account_move m ON m.id = l.move_id
     LEFT JOIN account_account g ON g.id = l.account_id
         WHERE x.account_id IS NOT NULL
           AND a.partner_id IS NULL
           AND a.project_id IS NULL
           AND %(is_cost)s
      GROUP BY 1, 2, 3, x.account_id
        """,
        month=month_of(SQL("x.date")),
        records=_records(account_id="x.account_id"),
        is_cost=is_other_cost(),
    )


def _select_without_partner():
    """Sales receipts that name no customer."""
    return SQL(
        """
        SELECT 'no_partner', m.company_id, %(month)s, m.amount_untaxed_signed, 0, %(records)s
          FROM account_move m
         WHERE m.state = 'posted'
           AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
           AND m.partner_id IS NULL
        """,
        month=month_of(SQL("m.date")),
        records=_records(move_id="m.id"),
    )


def _select_without_cost():
    """Hours of employees without an hourly cost at that time."""
    return SQL(
        """
        SELECT 'no_cost', l.company_id, %(month)s, 0, SUM(l.unit_amount), %(records)s
          FROM account_analytic_line l
          JOIN client_project p ON p.project_id = l.project_id
         WHERE l.amount = 0 AND l.unit_amount <> 0
      GROUP BY 2, 3, l.employee_id
        """,
        month=month_of(SQL("l.date")),
        records=_records(employee_id="l.employee_id"),
    )


def _select_task_customers():
    """Work on tasks whose customer is not the project's client: it counts for the latter."""
    return SQL(
        """
        SELECT 'task_customer', l.company_id, %(month)s,
               SUM(-l.amount), SUM(l.unit_amount), %(records)s
          FROM account_analytic_line l
          JOIN client_project p ON p.project_id = l.project_id
          JOIN project_task k ON k.id = l.task_id
          JOIN res_partner c ON c.id = k.partner_id
         WHERE c.commercial_partner_id <> p.partner_id
      GROUP BY 2, 3, l.project_id, l.task_id
        """,
        month=month_of(SQL("l.date")),
        records=_records(project_id="l.project_id", task_id="l.task_id"),
    )


def _select_entries():
    """Journal entries on accounts of income: no invoice, so no revenue of a client."""
    return SQL(
        """
        SELECT 'entry', l.company_id, %(month)s, SUM(-l.balance), 0, %(records)s
          FROM account_move_line l
          JOIN account_move m ON m.id = l.move_id
          JOIN account_account g ON g.id = l.account_id
         WHERE m.state = 'posted'
           AND m.move_type = 'entry'
           AND g.account_type LIKE 'income%%'
      GROUP BY 2, 3, m.id
        """,
        month=month_of(SQL("l.date")),
        records=_records(move_id="m.id"),
    )


def _select_other_plans():
    """Cost that names no account of the project plan, only of others (departments, …)."""
    return SQL(
        """
        SELECT 'other_plan', x.company_id, %(month)s, SUM(-x.amount), 0, %(records)s
          FROM account_analytic_line x
     LEFT JOIN account_move_line l ON l.id = x.move_line_id
     LEFT JOIN account_move m ON m.id = l.move_id
     LEFT JOIN account_account g ON g.id = l.account_id
         WHERE x.account_id IS NULL
           AND %(is_cost)s
      GROUP BY 2, 3, m.id
        """,
        month=month_of(SQL("x.date")),
        records=_records(move_id="m.id"),
        is_cost=is_other_cost(),
    )


def _select_templates():
    """Hours on project templates: no work for anybody."""
    return SQL(
        """
        SELECT 'template', l.company_id, %(month)s,
               SUM(-l.amount), SUM(l.unit_amount), %(records)s
          FROM account_analytic_line l
          JOIN project_project j ON j.id = l.project_id
         WHERE j.is_template
      GROUP BY 2, 3, l.project_id
        """,
        month=month_of(SQL("l.date")),
        records=_records(project_id="l.project_id"),
    )
