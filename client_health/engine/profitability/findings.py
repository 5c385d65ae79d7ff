"""Reads the ledger's documents; returns what to mend: no client, no cost, or left out.

Each SELECT has the columns COLUMNS, one row per record to correct and month. ``amount`` is in
company currency: revenue of what is revenue, else a positive cost. ``cost_findings.py`` has those
about hours.
"""

from odoo.tools import SQL

from . import cost_findings
from .client_map import is_on, month_of, with_client_map
from .finding_columns import COLUMNS, select_records
from .other_cost import is_other_cost
from .revenue import is_document, is_exchange, is_passed_through, select_lines


def select_findings(sources):
    """Return the SELECT of all findings, of all companies."""
    return SQL(
        """
        WITH %s, revenue_line AS MATERIALIZED (%s)
        SELECT * FROM (%s) finding (%s)
        """,
        with_client_map(),
        select_lines(sources),
        SQL(" UNION ALL ").join(
            [
                _select_without_customer(),
                _select_unassigned_cost(sources),
                _select_unassigned_revenue(sources),
                _select_not_revenue(),
                _select_by_account(),
                _select_written_off(),
                _select_discounts(),
                _select_other_customers(sources),
                _select_other_companies(),
                _select_other_plans(sources),
                *cost_findings.get_selects(sources),
            ]
        ),
        SQL(", ").join(SQL.identifier(column) for column in COLUMNS),
    )


def _select_without_customer():
    """Rows of the ledger of projects that have no customer."""
    return SQL(
        """
        SELECT 'no_customer', company_id, date, labour_cost + other_cost, hours, %s
          FROM client_profitability
         WHERE partner_id IS NULL AND project_id IS NOT NULL
        """,
        select_records(project_id="project_id"),
    )


def _select_unassigned_cost(sources):
    """Cost on analytic accounts of no project, or of projects of several clients."""
    return SQL(
        """
        SELECT CASE WHEN shared IS NULL THEN 'no_project' ELSE 'shared_account' END,
               company_id, %(month)s, SUM(-amount), 0, %(records)s
          FROM (SELECT x.company_id, x.date, x.amount, %(account)s AS account_id
                  FROM account_analytic_line x
             LEFT JOIN account_move_line l ON l.id = x.move_line_id
             LEFT JOIN account_move m ON m.id = l.move_id
             LEFT JOIN account_account g ON g.id = l.account_id
                 WHERE %(is_cost)s) x
     LEFT JOIN client_account a ON a.account_id = x.account_id AND %(is_on)s
         WHERE x.account_id IS NOT NULL
           AND a.partner_id IS NULL
           AND a.project_id IS NULL
      GROUP BY 1, 2, 3, x.account_id
        """,
        month=month_of(SQL("x.date")),
        account=sources.account_of("x"),
        is_cost=is_other_cost(),
        is_on=is_on("a", SQL("x.date")),
        records=select_records(account_id="x.account_id"),
    )


def _select_unassigned_revenue(sources):
    """Income of nobody: receipts without customer, entries without customer and project."""
    return SQL(
        """
        SELECT CASE WHEN %(is_document)s THEN 'no_partner' ELSE 'entry' END,
               m.company_id, r.date, SUM(r.revenue - COALESCE(part.revenue, 0)), 0, %(records)s
          FROM revenue_line r
          JOIN account_move_line l ON l.id = r.id
          JOIN account_move m ON m.id = l.move_id
     LEFT JOIN LATERAL (SELECT SUM(x.amount) AS revenue
                          FROM account_analytic_line x
                          JOIN client_account a ON a.account_id = %(account)s AND %(is_on)s
                         WHERE x.move_line_id = r.id AND a.partner_id IS NOT NULL) part ON true
         WHERE r.customer_id IS NULL
      GROUP BY 1, 2, 3, m.id
        HAVING SUM(r.revenue - COALESCE(part.revenue, 0)) <> 0
        """,
        is_document=is_document(),
        account=sources.account_of("x"),
        is_on=is_on("a", SQL("x.date")),
        records=select_records(move_id="m.id"),
    )


def _select_not_revenue():
    """Lines of customer documents on accounts that are no income: deposits, clearing, expenses."""
    return SQL(
        """
        SELECT 'not_revenue', l.company_id, %(month)s, SUM(-l.balance), 0, %(records)s
          FROM account_move_line l
          JOIN account_move m ON m.id = l.move_id
          JOIN account_account a ON a.id = l.account_id
         WHERE l.parent_state = 'posted'
           AND %(is_document)s
           AND l.display_type = 'product'
           AND a.account_type NOT LIKE 'income%%'
           AND NOT %(through)s
      GROUP BY 2, 3, m.id, m.commercial_partner_id, a.id
        HAVING SUM(l.balance) <> 0
        """,
        month=month_of(SQL("l.date")),
        is_document=is_document(),
        through=is_passed_through(),
        records=select_records(
            move_id="m.id", general_account_id="a.id", partner_id="m.commercial_partner_id"
        ),
    )


def _select_by_account():
    """Income that is no revenue of clients, by account: one row a month, not one per payment."""
    return SQL(
        """
        SELECT CASE WHEN %(through)s THEN 'pass_through'
                    WHEN %(exchange)s THEN 'exchange'
                    ELSE 'other_income' END,
               l.company_id, %(month)s, SUM(-l.balance), 0, %(records)s
          FROM account_move_line l
          JOIN account_move m ON m.id = l.move_id
          JOIN account_account a ON a.id = l.account_id
         WHERE l.parent_state = 'posted'
           AND NOT EXISTS (SELECT 1 FROM revenue_line r WHERE r.id = l.id AND NOT r.through)
           AND (a.account_type LIKE 'income%%' OR %(through)s AND %(is_document)s)
      GROUP BY 1, 2, 3, a.id
        HAVING SUM(l.balance) <> 0
        """,
        through=is_passed_through(),
        exchange=is_exchange(),
        is_document=is_document(),
        month=month_of(SQL("l.date")),
        records=select_records(general_account_id="a.id"),
    )


def _select_written_off():
    """What never comes in: it lowers the revenue of the client."""
    return SQL(
        """
        SELECT 'written_off', l.company_id, r.date, SUM(r.revenue), 0, %s
          FROM revenue_line r
          JOIN account_move_line l ON l.id = r.id
          JOIN account_move m ON m.id = l.move_id
          JOIN account_account a ON a.id = l.account_id
         WHERE NOT r.through AND a.account_type <> 'income' AND NOT %s
      GROUP BY 2, 3, m.id, r.customer_id
        """,
        select_records(move_id="m.id", partner_id="r.customer_id"),
        is_document(),
    )


def _select_discounts():
    """Discounts and cash roundings of documents on accounts of expenses: one row by account."""
    return SQL(
        """
        SELECT 'discount', l.company_id, r.date, SUM(r.revenue), 0, %s
          FROM revenue_line r
          JOIN account_move_line l ON l.id = r.id
          JOIN account_move m ON m.id = l.move_id
          JOIN account_account a ON a.id = l.account_id
         WHERE NOT r.through AND a.account_type <> 'income' AND %s
      GROUP BY 2, 3, a.id
        HAVING SUM(r.revenue) <> 0
        """,
        select_records(general_account_id="a.id"),
        is_document(),
    )


def _select_other_customers(sources):
    """Documents of a customer that is not the client of the project that earns the money."""
    return SQL(
        """
        SELECT 'other_customer', l.company_id, r.date, SUM(x.amount), 0, %(records)s
          FROM revenue_line r
          JOIN account_analytic_line x ON x.move_line_id = r.id
          JOIN client_account a ON a.account_id = %(account)s AND %(is_on)s
          JOIN account_move_line l ON l.id = r.id
          JOIN account_move m ON m.id = l.move_id
         WHERE %(is_document)s AND a.partner_id <> r.customer_id
      GROUP BY 2, 3, a.project_id, m.id, a.partner_id, r.customer_id
        """,
        account=sources.account_of("x"),
        is_on=is_on("a", SQL("x.date")),
        is_document=is_document(),
        records=select_records(
            project_id="a.project_id",
            move_id="m.id",
            partner_id="a.partner_id",
            other_partner_id="r.customer_id",
        ),
    )


def _select_other_companies():
    """Revenue of a project in a company where nobody worked for it, but elsewhere."""
    return SQL(
        """
        SELECT 'other_company', p.company_id, p.date, SUM(p.revenue), 0, %s
          FROM client_profitability p
         WHERE p.project_id IS NOT NULL
           AND p.revenue <> 0
           AND EXISTS (SELECT 1 FROM client_profitability o
                        WHERE o.project_id = p.project_id AND o.hours <> 0
                          AND o.company_id <> p.company_id)
           AND NOT EXISTS (SELECT 1 FROM client_profitability o
                            WHERE o.project_id = p.project_id AND o.hours <> 0
                              AND o.company_id = p.company_id)
      GROUP BY 2, 3, p.project_id, p.partner_id
        """,
        select_records(project_id="p.project_id", partner_id="p.partner_id"),
    )


def _select_other_plans(sources):
    """Cost that names no account of a project's plan, only of others (departments, …)."""
    return SQL(
        """
        SELECT 'other_plan', x.company_id, %(month)s, SUM(-x.amount), 0, %(records)s
          FROM account_analytic_line x
     LEFT JOIN account_move_line l ON l.id = x.move_line_id
     LEFT JOIN account_move m ON m.id = l.move_id
     LEFT JOIN account_account g ON g.id = l.account_id
         WHERE %(account)s IS NULL
           AND %(is_cost)s
      GROUP BY 2, 3, m.id
        """,
        month=month_of(SQL("x.date")),
        account=sources.account_of("x"),
        records=select_records(move_id="m.id"),
        is_cost=is_other_cost(),
    )
