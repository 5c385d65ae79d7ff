"""Reads product lines of posted customer documents; returns revenue by accounting date.

-balance: company currency at the document's own rate, net of tax, credit notes negative; a down
payment and its deduction cancel out. Journal entries are no documents and are left out.

Of a line, the analytic lines on accounts of projects belong to that project and its client; the
rest belongs to the customer of the document. Written without a join per line, so that each half can
be grouped first: the customer gets the whole line and gives back the part of the projects.
"""

from odoo.tools import SQL

from .client_map import month_of


def is_revenue(move="m", line="l"):
    """Return the condition for a line of revenue, given the aliases of its move and itself."""
    return SQL(
        """(%(move)s.state = 'posted'
            AND %(move)s.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
            AND %(line)s.display_type = 'product')""",
        move=SQL.identifier(move),
        line=SQL.identifier(line),
    )


def select_lines(company_id):
    """Return a SELECT of the lines of revenue: id, customer_id, date (month), revenue."""
    return SQL(
        """
        SELECT l.id, m.partner_id AS customer_id, %(month)s AS date, -l.balance AS revenue
          FROM account_move_line l
          JOIN account_move m ON m.id = l.move_id
         WHERE l.company_id = %(company)s
           AND %(is_revenue)s
        """,
        month=month_of(SQL("l.date")),
        company=company_id,
        is_revenue=is_revenue(),
    )


def select_documents():
    """Return a SELECT of revenue by customer and month: partner_id, project_id, date, revenue.

    Reads the CTE revenue_line.
    """
    return SQL(
        """
        SELECT c.commercial_partner_id AS partner_id,
               NULL::int AS project_id,
               d.date,
               d.revenue
          FROM (SELECT customer_id, date, SUM(revenue) AS revenue
                  FROM revenue_line
              GROUP BY 1, 2) d
     LEFT JOIN res_partner c ON c.id = d.customer_id
        """
    )


def select_project_parts():
    """Return a SELECT of the part of projects, twice: added to them, taken from the customers.

    A project without client, and an account shared by several, leave it with the customer.
    Reads the CTEs revenue_line and client_account.
    """
    return SQL(
        """
        SELECT CASE WHEN side.taken THEN c.commercial_partner_id
                    ELSE COALESCE(part.partner_id, c.commercial_partner_id) END AS partner_id,
               CASE WHEN side.taken THEN NULL ELSE part.project_id END AS project_id,
               part.date,
               CASE WHEN side.taken THEN -part.revenue ELSE part.revenue END AS revenue
          FROM (SELECT l.customer_id,
                       a.partner_id,
                       a.project_id,
                       l.date,
                       SUM(x.amount) AS revenue
                  FROM account_analytic_line x
                  JOIN client_account a ON a.account_id = x.account_id
                  JOIN revenue_line l ON l.id = x.move_line_id
                 WHERE x.move_line_id IS NOT NULL
              GROUP BY 1, 2, 3, 4) part
    CROSS JOIN (VALUES (false), (true)) AS side(taken)
     LEFT JOIN res_partner c ON c.id = part.customer_id
        """
    )
