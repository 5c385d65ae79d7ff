"""Reads whether we work for clients; returns SELECTs: quiet on both sides is no warning."""

from datetime import timedelta

from odoo.tools import SQL

from ...clock import get_end, get_start
from ...query import get_company, to_array

# What is older does not say that we work for a client now. The issue's own number.
RECENT = timedelta(days=60)


def select_worked(relationships, as_of):
    """Return a SELECT of id (the relationship) and ``worked``: the last day of work for it.

    Work is an hour, or a task or an order that is open and changed lately; a retainer in force
    works every day.
    """
    return SQL(
        """
        SELECT id, MAX(day) AS worked
          FROM (%s UNION ALL %s UNION ALL %s UNION ALL %s) work
      GROUP BY id
        """,
        _select_hours(relationships, as_of),
        _select_tasks(relationships, as_of),
        _select_orders(relationships, as_of),
        _select_retainers(relationships, as_of),
    )


def _select_hours(relationships, as_of):
    """Client of an hour as in the ledger: that of the project, else that of the task."""
    return SQL(
        """
        SELECT r.id, MAX(l.date) AS day
          FROM account_analytic_line l
          JOIN project_project j ON j.id = l.project_id
     LEFT JOIN project_task t ON t.id = l.task_id
          JOIN res_partner c ON c.id = COALESCE(j.partner_id, t.partner_id)
          JOIN client_relationship r
            ON r.partner_id = c.commercial_partner_id AND r.company_id = l.company_id
         WHERE r.id = ANY (%(ids)s) AND l.company_id = %(company)s
           AND l.date > %(since)s AND l.date <= %(as_of)s AND l.create_date <= %(end)s
      GROUP BY r.id
        """,
        ids=to_array(relationships._ids),
        company=get_company(relationships).id,
        since=as_of - RECENT,
        as_of=as_of,
        end=get_end(relationships, as_of),
    )


def _select_tasks(relationships, as_of):
    end = get_end(relationships, as_of)
    return SQL(
        """
        SELECT r.id, MAX(%(changed)s)::date AS day
          FROM project_task t
          JOIN project_project j ON j.id = t.project_id
          JOIN res_partner c ON c.id = COALESCE(j.partner_id, t.partner_id)
          JOIN client_relationship r
            ON r.partner_id = c.commercial_partner_id
           AND r.company_id = COALESCE(t.company_id, j.company_id, r.company_id)
         WHERE r.id = ANY (%(ids)s)
           AND t.active AND j.active
           AND j.is_template IS NOT TRUE AND t.has_template_ancestor IS NOT TRUE
           AND t.create_date <= %(end)s
           AND %(changed)s > %(since)s
           AND (t.state NOT IN ('1_done', '1_canceled') OR t.date_last_stage_update > %(end)s)
      GROUP BY r.id
        """,
        ids=to_array(relationships._ids),
        end=end,
        since=get_start(relationships, as_of - RECENT),
        changed=SQL(
            "CASE WHEN t.date_last_stage_update <= %s THEN t.date_last_stage_update"
            " ELSE t.create_date END",
            end,
        ),
    )


def _select_orders(relationships, as_of):
    return SQL(
        """
        SELECT r.id, MAX(o.date_order)::date AS day
          FROM sale_order o
          JOIN res_partner c ON c.id = o.partner_id
          JOIN client_relationship r
            ON r.partner_id = c.commercial_partner_id AND r.company_id = o.company_id
         WHERE r.id = ANY (%(ids)s) AND o.state = 'sale'
           AND o.date_order > %(since)s AND o.date_order <= %(end)s AND o.create_date <= %(end)s
      GROUP BY r.id
        """,
        ids=to_array(relationships._ids),
        since=get_start(relationships, as_of - RECENT),
        end=get_end(relationships, as_of),
    )


def _select_retainers(relationships, as_of):
    return SQL(
        """
        SELECT a.relationship_id, %(as_of)s::date
          FROM client_agreement a
         WHERE a.relationship_id = ANY (%(ids)s) AND a.active AND a.hours_month > 0
           AND a.accepted_on <= %(end)s
           AND (a.replaced_on IS NULL OR a.replaced_on > %(end)s)
        """,
        ids=to_array(relationships._ids),
        as_of=as_of,
        end=get_end(relationships, as_of),
    )
