"""Reads whether we work for clients; returns SELECTs: quiet on both sides is no warning."""

from datetime import timedelta

from odoo.tools import SQL

from ...clock import get_end, get_start
from ...query import get_company, to_array

# What is older does not say that we work for a client now. The issue's own number.
RECENT = timedelta(days=60)
# We work on while a client is silent when we did so lately, and two weeks ago as well: where a
# season ends or begins, one of both is missing. Rules of thumb.
LATELY = timedelta(days=12)
EARLIER = timedelta(days=14)


def select_working(relationships, as_of):
    """Return a SELECT of id (the relationship) and ``worked``: a day of work two weeks ago.

    Of clients for which we worked lately as well. Work is an hour, or a task or an order that is
    open and changed on that day; a retainer in force works every day.
    """
    return SQL(
        """
        SELECT id, MAX(day) FILTER (WHERE day <= %(earlier)s) AS worked
          FROM (%(hours)s UNION ALL %(tasks)s UNION ALL %(orders)s UNION ALL %(retainers)s) work
      GROUP BY id
        HAVING MAX(day) >= %(lately)s
        """,
        earlier=as_of - EARLIER,
        lately=as_of - LATELY,
        hours=_select_hours(relationships, as_of),
        tasks=_select_tasks(relationships, as_of),
        orders=_select_orders(relationships, as_of),
        retainers=_select_retainers(relationships, as_of),
    )


def _select_hours(relationships, as_of):
    """Client of an hour as in the ledger: that of the project, else that of the task."""
    return SQL(
        """
        SELECT DISTINCT r.id, l.date AS day
          FROM account_analytic_line l
          JOIN project_project j ON j.id = l.project_id
     LEFT JOIN project_task t ON t.id = l.task_id
          JOIN res_partner c ON c.id = COALESCE(j.partner_id, t.partner_id)
          JOIN client_relationship r
            ON r.partner_id = c.commercial_partner_id AND r.company_id = l.company_id
         WHERE r.id = ANY (%(ids)s) AND l.company_id = %(company)s
           AND l.date > %(since)s AND l.date <= %(as_of)s AND l.create_date <= %(end)s
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
        SELECT r.id, (%(changed)s)::date AS day
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
        SELECT r.id, o.date_order::date AS day
          FROM sale_order o
          JOIN res_partner c ON c.id = o.partner_id
          JOIN client_relationship r
            ON r.partner_id = c.commercial_partner_id AND r.company_id = o.company_id
         WHERE r.id = ANY (%(ids)s) AND o.state = 'sale'
           AND o.date_order > %(since)s AND o.date_order <= %(end)s AND o.create_date <= %(end)s
        """,
        ids=to_array(relationships._ids),
        since=get_start(relationships, as_of - RECENT),
        end=get_end(relationships, as_of),
    )


def _select_retainers(relationships, as_of):
    return SQL(
        """
        SELECT a.relationship_id, day
          FROM client_agreement a
    CROSS JOIN (VALUES (%(as_of)s::date), (%(earlier)s::date)) always (day)
         WHERE a.relationship_id = ANY (%(ids)s) AND a.active AND a.hours_month > 0
           AND a.accepted_on <= %(end)s
           AND (a.replaced_on IS NULL OR a.replaced_on > %(end)s)
        """,
        ids=to_array(relationships._ids),
        as_of=as_of,
        earlier=as_of - EARLIER,
        end=get_end(relationships, as_of),
    )
