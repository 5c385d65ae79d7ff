"""Reads projects and analytic accounts; returns the client that their money belongs to, and when.

Money follows the project, to the customer that it had on that day (``client.project.customer``).
Archived projects count, template projects don't. A client is a commercial partner, looked up at
the time of asking: when a firm becomes part of another, its history follows.
"""

from typing import NamedTuple

from odoo.tools import SQL

from ..query import is_one_of


class Scope(NamedTuple):
    """Some clients and all that decides about their money; see ``select_scope``."""

    partner_ids: tuple  # the clients
    contact_ids: tuple  # they and all their contacts
    project_ids: tuple
    account_ids: tuple  # analytic accounts of these projects


class Sources(NamedTuple):
    """What the ledger reads. ``company_id`` None: every company; ``scope`` None: every client."""

    company_id: int | None
    hours_per_unit: dict  # {uom id: hours} of the time units
    plan_columns: tuple = ("account_id",)  # of analytic lines: the plans of accounts of projects
    scope: Scope | None = None

    def is_of_company(self, alias):
        """Return the condition that a record belongs to the company."""
        if self.company_id is None:
            return SQL("true")
        return SQL("%s = %s", SQL.identifier(alias, "company_id"), self.company_id)

    def is_of_projects(self, alias):
        """Return the condition for a timesheet in scope."""
        if self.scope is None:
            return SQL("true")
        return is_one_of(SQL.identifier(alias, "project_id"), self.scope.project_ids)

    def is_of_accounts(self, alias):
        """Return the condition for an analytic line in scope; each column has an index."""
        if self.scope is None:
            return SQL("true")
        return SQL(
            "(%s)",
            SQL(" OR ").join(
                is_one_of(SQL.identifier(alias, column), self.scope.account_ids)
                for column in self.plan_columns
            ),
        )

    def account_of(self, alias):
        """Return the analytic account of a line that is a project's, in whatever plan it lies.

        Else the one of the project plan. Reads the CTE client_account.
        """
        columns = [SQL.identifier(alias, column) for column in self.plan_columns]
        if len(columns) == 1:
            return columns[0]
        known = SQL("(SELECT account_id FROM client_account)")
        cases = [SQL("CASE WHEN %s IN %s THEN %s END", column, known, column) for column in columns]
        return SQL("COALESCE(%s)", SQL(", ").join([*cases, columns[0]]))


def select_projects(partner_ids=()):
    """Return a SELECT of the customers of every real project.

    ``partner_ids``: these clients' projects, and those of nobody on whose tasks for these clients
    hours were written, are enough; all by default.

    Columns: project_id, account_id, partner_id (or NULL), since, until (excluded; NULL: ever),
    dated: the project has had several customers, so there are several rows.
    """
    return SQL(
        """
        SELECT j.id AS project_id,
               j.account_id,
               c.commercial_partner_id AS partner_id,
               NULL::date AS since,
               NULL::date AS until,
               false AS dated
          FROM project_project j
     LEFT JOIN res_partner c ON c.id = j.partner_id
         WHERE j.is_template IS NOT TRUE
           AND %(is_near)s
           AND NOT EXISTS (SELECT 1 FROM client_project_customer k WHERE k.project_id = j.id)
     UNION ALL
        SELECT j.id,
               j.account_id,
               c.commercial_partner_id,
               CASE WHEN LAG(k.id) OVER project IS NOT NULL THEN k.date_from END,
               LEAD(k.date_from) OVER project,
               true
          FROM client_project_customer k
          JOIN project_project j ON j.id = k.project_id
     LEFT JOIN res_partner c ON c.id = k.partner_id
         WHERE j.is_template IS NOT TRUE
        WINDOW project AS (PARTITION BY k.project_id ORDER BY k.date_from NULLS FIRST, k.id)
        """,
        is_near=_is_near(partner_ids),
    )


def _is_near(partner_ids):
    if not partner_ids:
        return SQL("true")
    return SQL(
        """
        j.id IN (SELECT own.id FROM project_project own WHERE %s
                  UNION ALL
                 SELECT l.project_id
                   FROM project_task k
                   JOIN account_analytic_line l ON l.task_id = k.id
                  WHERE %s)
        """,
        is_contact(SQL("own.partner_id"), partner_ids),
        is_contact(SQL("k.partner_id"), partner_ids),
    )


def select_accounts():
    """Return a SELECT of the analytic accounts of projects; reads the CTE client_project.

    Columns: account_id; project_id, when one project alone has the account; partner_id, when
    all its projects are of one client; shared (bool), when they are of several; since, until
    (excluded) and dated as of the project. An account that projects share has a row for each
    span in which none of them changes its customer.
    """
    return SQL(
        """
        SELECT p.account_id, p.project_id, p.partner_id, false AS shared,
               p.since, p.until, p.dated
          FROM client_project p
          JOIN (SELECT account_id FROM client_project
              GROUP BY account_id HAVING COUNT(DISTINCT project_id) = 1) one
            ON one.account_id = p.account_id
     UNION ALL
        SELECT s.account_id,
               NULL,
               CASE WHEN COUNT(DISTINCT COALESCE(p.partner_id, 0)) = 1
                    THEN MIN(p.partner_id) END,
               COUNT(DISTINCT COALESCE(p.partner_id, 0)) > 1,
               s.since,
               s.until,
               s.since IS NOT NULL OR s.until IS NOT NULL
          FROM (%s) s
          JOIN client_project p
            ON p.account_id = s.account_id
           AND (p.since IS NULL OR p.since <= s.since)
           AND (p.until IS NULL OR s.since IS NULL OR s.since < p.until)
      GROUP BY s.account_id, s.since, s.until
        """,
        _select_shared_spans(),
    )


def _select_shared_spans():
    """Each span of an account that projects share: it starts when one of them changes hands."""
    return SQL(
        """
        SELECT account_id, since,
               LEAD(since) OVER (PARTITION BY account_id ORDER BY since NULLS FIRST) AS until
          FROM (SELECT DISTINCT account_id, since
                  FROM client_project
                 WHERE account_id IN (SELECT account_id FROM client_project
                                    GROUP BY account_id HAVING COUNT(DISTINCT project_id) > 1)
               ) start
        """
    )


def with_client_map():
    """Return the two CTEs that the other pieces of the ledger read, without the word WITH."""
    return SQL(
        "client_project AS MATERIALIZED (%s), client_account AS MATERIALIZED (%s)",
        select_projects(),
        select_accounts(),
    )


def is_on(alias, date):
    """Return the condition that a row of a project or account (its alias) is of a day."""
    return SQL(
        "(%(since)s IS NULL OR %(date)s >= %(since)s)"
        " AND (%(until)s IS NULL OR %(date)s < %(until)s)",
        since=SQL.identifier(alias, "since"),
        until=SQL.identifier(alias, "until"),
        date=date,
    )


def month_of(date):
    """Return the first day of the month of a SQL date expression."""
    return SQL("DATE_TRUNC('month', %s::timestamp)::date", date)


def is_client(partner_ids, partner="c"):
    """Return the condition that a partner (its alias) belongs to some clients; no ids: to any."""
    if not partner_ids:
        return SQL("true")
    return is_one_of(SQL.identifier(partner, "commercial_partner_id"), partner_ids)


def is_contact(column, partner_ids):
    """Return the condition that a column is one of some clients or their contacts; no ids: true.

    Beside ``is_client`` where a column has an index: a join by commercial partner finds none.
    """
    if not partner_ids:
        return SQL("true")
    return SQL(
        "%s IN (SELECT contact.id FROM res_partner contact WHERE %s)",
        column,
        is_client(partner_ids, "contact"),
    )


def read_scope(env, company_id, partner_ids):
    """Return the ``Scope`` of some clients: few records, each found by an index.

    Their projects come with all their rows, former ones as well: a project that changed hands
    must not stay with its former client. So do projects without customer whose tasks are theirs.
    """
    [[contact_ids]] = env.execute_query(
        SQL(
            "SELECT ARRAY_AGG(id) FROM res_partner c WHERE %s OR %s",
            is_client(partner_ids),
            is_one_of(SQL("c.id"), partner_ids),
        )
    )
    rows = env.execute_query(
        SQL(
            """
            SELECT id, account_id
              FROM project_project
             WHERE id IN (SELECT id FROM project_project WHERE %(contact)s
                    UNION SELECT project_id FROM client_project_customer WHERE %(contact)s
                    UNION SELECT project_id FROM project_task WHERE %(contact)s
                    UNION SELECT project_id FROM client_profitability
                           WHERE company_id = %(company)s AND %(client)s)
            """,
            contact=is_one_of(SQL("partner_id"), contact_ids),
            client=is_one_of(SQL("partner_id"), partner_ids),
            company=company_id,
        )
    )
    return Scope(
        tuple(partner_ids),
        tuple(contact_ids),
        tuple(project_id for project_id, _account_id in rows),
        tuple({account_id for _project_id, account_id in rows if account_id}),
    )
