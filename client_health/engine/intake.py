"""Reads invoices, projects and won opportunities; returns the partners that may be clients."""

from odoo.tools import SQL


def select_candidates(company_id, date_from):
    """Return a SELECT of the partners that look like clients of a company since ``date_from``.

    Columns: partner_id (commercial), invoices, projects, won, bills (counts), internal (bool:
    one of our companies, part of one, or a colleague), last_date (latest document). Suppliers come
    with their bills so that a person can see why they are left out. Partners that already have
    a relationship in the company, archived ones included, are not in it.
    """
    return SQL(
        """
        WITH fact AS (%(facts)s)
        SELECT f.partner_id,
               SUM(f.invoices)::int AS invoices,
               SUM(f.projects)::int AS projects,
               SUM(f.won)::int AS won,
               SUM(f.bills)::int AS bills,
               MAX(f.last_date) AS last_date,
               (EXISTS (SELECT 1
                          FROM res_company c
                         WHERE c.partner_id = f.partner_id OR c.partner_id = MAX(p.parent_id))
                OR EXISTS (SELECT 1
                             FROM res_users u
                             JOIN res_partner up ON up.id = u.partner_id
                            WHERE up.commercial_partner_id = f.partner_id
                              AND u.active AND NOT u.share)) AS internal
          FROM fact f
          JOIN res_partner p ON p.id = f.partner_id
         WHERE p.active
           AND (p.company_id IS NULL OR p.company_id = %(company)s)
           AND NOT EXISTS (SELECT 1
                             FROM client_relationship r
                            WHERE r.partner_id = f.partner_id AND r.company_id = %(company)s)
      GROUP BY f.partner_id
        HAVING SUM(f.invoices) + SUM(f.projects) + SUM(f.won) > 0
      ORDER BY MAX(f.last_date) DESC, f.partner_id
        """,
        facts=_select_facts(company_id, date_from),
        company=company_id,
    )


def _select_facts(company_id, date_from):
    return SQL(" UNION ALL ").join(
        [
            _select_moves(company_id, date_from),
            _select_projects(company_id, date_from),
            _select_won_leads(company_id, date_from),
        ]
    )


def _select_moves(company_id, date_from):
    return SQL(
        """
        SELECT m.commercial_partner_id AS partner_id,
               (m.move_type IN ('out_invoice', 'out_receipt'))::int AS invoices,
               0 AS projects,
               0 AS won,
               (m.move_type IN ('in_invoice', 'in_receipt'))::int AS bills,
               m.date AS last_date
          FROM account_move m
         WHERE m.state = 'posted'
           AND m.move_type IN ('out_invoice', 'out_receipt', 'in_invoice', 'in_receipt')
           AND m.commercial_partner_id IS NOT NULL
           AND m.company_id = %s
           AND m.date >= %s
        """,
        company_id,
        date_from,
    )


def _select_projects(company_id, date_from):
    """Running projects: active, no template, not over before ``date_from``."""
    return SQL(
        """
        SELECT c.commercial_partner_id, 0, 1, 0, 0, COALESCE(j.date_start, j.create_date::date)
          FROM project_project j
          JOIN res_partner c ON c.id = j.partner_id
         WHERE j.active
           AND NOT COALESCE(j.is_template, false)
           AND (j.date IS NULL OR j.date >= %(date_from)s)
           AND (j.company_id IS NULL OR j.company_id = %(company)s)
        """,
        company=company_id,
        date_from=date_from,
    )


def _select_won_leads(company_id, date_from):
    return SQL(
        """
        SELECT c.commercial_partner_id, 0, 0, 1, 0, l.date_closed::date
          FROM crm_lead l
          JOIN res_partner c ON c.id = l.partner_id
         WHERE l.won_status = 'won'
           AND l.date_closed >= %(date_from)s
           AND (l.company_id IS NULL OR l.company_id = %(company)s)
        """,
        company=company_id,
        date_from=date_from,
    )
