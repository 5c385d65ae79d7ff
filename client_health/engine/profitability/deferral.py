"""Reads invoice lines with deferral dates; returns revenue of the months that these dates say.

Odoo has the dates in Enterprise only, so they are read where the fields are in the model. Where a
document has deferral entries, these say the months and its dates count no more.
"""

from odoo.tools import SQL

from .client_map import Sources, is_on, with_client_map
from .revenue import is_document, is_passed_through

FIRST_DAY, LAST_DAY = "deferred_start_date", "deferred_end_date"
ENTRIES = "deferred_move_ids"


def has_dates(env):
    """Return whether lines have deferral dates here."""
    return {FIRST_DAY, LAST_DAY} <= env["account.move.line"]._fields.keys()


def get_items(env, company_id, since, as_of):
    """Return a SELECT of dated revenue, or None where lines have no such dates.

    Columns: partner_id, relationship_id, project_id (0: none), date, first_day, last_day
    (included), revenue. Of documents since a day, and older ones that pay for days after it, as
    known on ``as_of``. The analytic part of a project is the project's, as in the ledger.
    """
    if not has_dates(env):
        return None
    columns = env["client.profitability"]._get_plan_columns()
    sources = Sources(company_id, {}, columns)
    return SQL(
        """
        WITH %(client_map)s,
             item AS MATERIALIZED (%(items)s),
             part AS MATERIALIZED (
                SELECT i.*, a.partner_id, a.project_id, x.amount
                  FROM account_analytic_line x
                  JOIN item i ON i.id = x.move_line_id
                  JOIN client_account a ON a.account_id = %(account)s AND %(is_on)s)
        SELECT r.partner_id,
               r.id AS relationship_id,
               COALESCE(d.project_id, 0) AS project_id,
               d.date, d.first_day, d.last_day, d.revenue
          FROM (SELECT customer_id AS partner_id, NULL::int AS project_id,
                       date, first_day, last_day, revenue
                  FROM item
             UNION ALL
                SELECT customer_id, NULL, date, first_day, last_day, -amount
                  FROM part
             UNION ALL
                SELECT COALESCE(partner_id, customer_id), project_id,
                       date, first_day, last_day, amount
                  FROM part) d
          JOIN client_relationship r
            ON r.partner_id = d.partner_id AND r.company_id = %(company)s
        """,
        client_map=with_client_map(),
        items=_select_items(sources, _has_no_entries(env), since, as_of),
        account=sources.account_of("x"),
        is_on=is_on("a", SQL("x.date")),
        company=company_id,
    )


def _select_items(sources, has_no_entries, since, as_of):
    return SQL(
        """
        SELECT l.id,
               c.commercial_partner_id AS customer_id,
               l.date,
               l.deferred_start_date AS first_day,
               l.deferred_end_date AS last_day,
               -l.balance AS revenue
          FROM account_move_line l
          JOIN account_move m ON m.id = l.move_id
          JOIN account_account a ON a.id = l.account_id
          JOIN res_partner c ON c.id = m.commercial_partner_id
         WHERE %(company)s
           AND l.deferred_end_date >= l.deferred_start_date
           AND (l.date >= %(since)s OR l.deferred_end_date >= %(since)s)
           AND l.date <= %(as_of)s
           AND l.parent_state = 'posted'
           AND %(is_document)s
           AND a.account_type = 'income'
           AND NOT %(through)s
           AND %(has_no_entries)s
        """,
        company=sources.is_of_company("l"),
        since=since,
        as_of=as_of,
        is_document=is_document(),
        through=is_passed_through(),
        has_no_entries=has_no_entries,
    )


def _has_no_entries(env):
    """Return the condition that no deferral entry of a document is posted."""
    field = env["account.move"]._fields.get(ENTRIES)
    if field is None:
        return SQL("true")
    return SQL(
        """NOT EXISTS (SELECT 1
                         FROM %(relation)s rel
                         JOIN account_move entry ON entry.id = rel.%(entry)s
                        WHERE rel.%(document)s = m.id AND entry.state = 'posted')""",
        relation=SQL.identifier(field.relation),
        entry=SQL.identifier(field.column2),
        document=SQL.identifier(field.column1),
    )


def select_months(items):
    """Return a SELECT of relationship_id, month (from the year 0), revenue: an equal part a month.

    The first and the last month count by their days.
    """
    return SQL(
        """
        SELECT i.relationship_id,
               (DATE_PART('year', s.month) * 12 + DATE_PART('month', s.month) - 1)::int AS month,
               i.revenue * s.part / SUM(s.part) OVER (PARTITION BY i.number) AS revenue
          FROM (SELECT *, ROW_NUMBER() OVER () AS number FROM %(items)s) i
    CROSS JOIN LATERAL (
               SELECT month,
                      (LEAST(i.last_day + 1, next) - GREATEST(i.first_day, month))::numeric
                      / (next - month) AS part
                 FROM (SELECT month::date, (month + INTERVAL '1 month')::date AS next
                         FROM GENERATE_SERIES(DATE_TRUNC('month', i.first_day::timestamp),
                                              i.last_day, '1 month') AS month) calendar) s
        """,
        items=items,
    )
