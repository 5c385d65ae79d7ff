"""Reads projects and analytic accounts; returns the client that their money belongs to.

Money follows the project. Archived projects count, template projects don't. A client is a
commercial partner, looked up at the time of asking: when it changes, its history follows.
"""

from odoo.tools import SQL

from ..query import is_one_of


def select_projects():
    """Return a SELECT of every real project: project_id, account_id, partner_id (or NULL)."""
    return SQL(
        """
        SELECT j.id AS project_id,
               j.account_id,
               c.commercial_partner_id AS partner_id
          FROM project_project j
     LEFT JOIN res_partner c ON c.id = j.partner_id
         WHERE j.is_template IS NOT TRUE
        """
    )


def select_accounts():
    """Return a SELECT of the analytic accounts of projects; reads the CTE client_project.

    Columns: account_id; project_id, when one project alone has the account; partner_id, when
    all its projects are of one client; shared (bool), when they are of several.
    """
    return SQL(
        """
        SELECT account_id,
               CASE WHEN COUNT(*) = 1 THEN MIN(project_id) END AS project_id,
               CASE WHEN COUNT(DISTINCT COALESCE(partner_id, 0)) = 1
                    THEN MIN(partner_id) END AS partner_id,
               COUNT(DISTINCT COALESCE(partner_id, 0)) > 1 AS shared
          FROM client_project
         WHERE account_id IS NOT NULL
      GROUP BY account_id
        """
    )


def with_client_map():
    """Return the two CTEs that the other pieces of the ledger read, without the word WITH."""
    return SQL(
        "client_project AS MATERIALIZED (%s), client_account AS MATERIALIZED (%s)",
        select_projects(),
        select_accounts(),
    )


def month_of(date):
    """Return the first day of the month of a SQL date expression."""
    return SQL("DATE_TRUNC('month', %s::timestamp)::date", date)


def is_client(partner_ids, partner="c"):
    """Return the condition that a partner (its alias) belongs to some clients; no ids: to any."""
    if not partner_ids:
        return SQL("true")
    return is_one_of(SQL.identifier(partner, "commercial_partner_id"), partner_ids)
