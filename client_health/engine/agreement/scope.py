"""Reads timesheets, returns hours by the side that asked for the task: the client, us, unclear.

An hour belongs to a client as in ``profitability/labour.py``. An hour without a task, or whose
task is not classified, is unclear: neither asked for nor our own idea.
"""

from typing import NamedTuple

from odoo.tools import SQL

from ..profitability.client_map import is_client, is_contact, is_on, select_projects
from ..profitability.labour import hours_of
from ..query import is_one_of


class Hours(NamedTuple):
    """Hours of a client or a project, by the side that asked for the work."""

    client: float = 0.0
    us: float = 0.0
    unclear: float = 0.0
    recent: float = 0.0  # of all these, what is later than the last closed month
    claimed: float = 0.0  # of the client's, what was requested by our own word only

    @property
    def total(self):
        return self.client + self.us + self.unclear

    @property
    def unrequested_share(self):
        """Return the percent of the hours that were not requested; None without hours.

        Only what is known to be our own idea counts. What is unclear counts neither way.
        """
        return 100 * self.us / self.total if self.total > 0 else None


def select_hours(
    company_ids,
    start,
    end,
    hours_per_unit,
    partner_ids=(),
    project_ids=(),
    created=None,
    recent=None,
):
    """Return a SELECT of the hours of ``start`` <= date <= ``end``, by client and project.

    Columns: partner_id, project_id, client, us, unclear, recent (all hours from a day on), claimed
    (of client: nothing of the client shows that it asked), last
    (the newest date) and us_task_ids (the most hours first). ``partner_ids``, ``project_ids``:
    only these clients or projects; all by default. ``created``: what was entered later (a moment)
    does not count. Template projects and tasks don't count.
    """
    return SQL(
        """
        WITH client_project AS MATERIALIZED (%(projects)s)
        SELECT c.commercial_partner_id AS partner_id,
               t.project_id,
               SUM(t.hours) FILTER (WHERE k.requested_by = 'client') AS client,
               SUM(t.hours) FILTER (WHERE k.requested_by = 'us') AS us,
               SUM(t.hours) FILTER (WHERE COALESCE(k.requested_by, 'unclear') = 'unclear')
                   AS unclear,
               SUM(t.recent) AS recent,
               SUM(t.hours) FILTER (WHERE %(is_claimed)s) AS claimed,
               MAX(t.last) AS last,
               ARRAY_AGG(k.id ORDER BY t.hours DESC, k.id)
                   FILTER (WHERE k.requested_by = 'us') AS us_task_ids
          FROM (SELECT l.project_id, l.task_id, p.partner_id, SUM(%(hours)s) AS hours,
                       SUM(%(hours)s) FILTER (WHERE l.date >= %(recent)s) AS recent,
                       MAX(l.date) AS last
                  FROM account_analytic_line l
                  JOIN client_project p ON p.project_id = l.project_id AND %(is_on)s
                 WHERE l.company_id IN %(companies)s
                   AND l.date BETWEEN %(start)s AND %(end)s
                   AND %(known)s
                   AND %(of_projects)s
                   AND (p.partner_id IS NULL AND %(of_tasks)s OR %(of_clients)s)
              GROUP BY l.project_id, l.task_id, p.partner_id) t
     LEFT JOIN project_task k ON k.id = t.task_id
     LEFT JOIN res_partner kc ON kc.id = k.partner_id
     LEFT JOIN res_partner c ON c.id = COALESCE(t.partner_id, kc.commercial_partner_id)
         WHERE k.has_template_ancestor IS NOT TRUE
           AND %(is_client)s
      GROUP BY c.commercial_partner_id, t.project_id
        """,
        projects=select_projects(partner_ids),
        is_claimed=_is_claimed(),
        is_on=is_on("p", SQL("l.date")),
        hours=hours_of("l", hours_per_unit),
        companies=tuple(company_ids),
        start=start,
        end=end,
        recent=recent or end,
        known=SQL("l.create_date <= %s", created) if created else SQL("true"),
        of_projects=_is_in(SQL("l.project_id"), project_ids),
        of_clients=_is_in(SQL("p.partner_id"), partner_ids),
        of_tasks=_is_of_tasks(partner_ids),
        is_client=is_client(partner_ids),
    )


def _is_claimed():
    """Whether the task k is the client's by our own word only; as ``word_is_own`` of tasks.

    What a person entered counts, on the task or on the next one above where somebody did. Few
    tasks have one above: only for these it is looked up. What another client said than c, whose
    hours these are, shows nothing.
    """
    return SQL(
        """
        CASE WHEN k.requested_by IS DISTINCT FROM 'client' THEN false
             WHEN k.requested_choice IS NOT NULL OR k.parent_id IS NULL
                  THEN k.requested_choice = 'client' AND NOT %(is_shown)s
             ELSE (WITH RECURSIVE above AS (
                          SELECT a.id, a.parent_id, a.requested_choice, a.word_trace,
                                 a.word_partner_id
                            FROM project_task a
                           WHERE a.id = k.parent_id
                           UNION
                          SELECT a.id, a.parent_id, a.requested_choice, a.word_trace,
                                 a.word_partner_id
                            FROM above b
                            JOIN project_task a
                              ON a.id = b.parent_id AND b.requested_choice IS NULL)
                   SELECT requested_choice = 'client' AND NOT %(is_shown_above)s
                     FROM above
                    WHERE requested_choice IS NOT NULL)
        END
        """,
        is_shown=is_word_shown(SQL("k"), SQL("c.commercial_partner_id")),
        is_shown_above=is_word_shown(SQL("above"), SQL("c.commercial_partner_id")),
    )


def is_word_shown(record, client):
    """Return the condition that something which came from this client shows the word of a record.

    As ``_is_word_shown`` of ``client.word.mixin``, for a commercial partner.
    """
    return SQL(
        """
        (%(record)s.word_trace IS NOT NULL
         AND EXISTS (SELECT 1
                       FROM res_partner w
                      WHERE w.id = %(record)s.word_partner_id
                        AND w.commercial_partner_id = %(client)s))
        """,
        record=record,
        client=client,
    )


def _is_of_tasks(partner_ids):
    """Return the condition that a line is on a task whose own customer is one of the clients."""
    if not partner_ids:
        return SQL("true")
    return SQL(
        "l.task_id IN (SELECT k.id FROM project_task k WHERE %s)",
        is_contact(SQL("k.partner_id"), partner_ids),
    )


def _is_in(column, ids):
    return is_one_of(column, ids) if ids else SQL("true")


def select_guesses():
    """Return a SELECT of task_id, requested_by and partner_id of all tasks that have none yet.

    The same as ``_guess_requests`` of ``project.task``, for all tasks at once (but a repetition is
    guessed from how it was made itself): a sub-task follows the topmost task; work on an order,
    from a portal user, or by mail of the project's own client was requested by the client; the rest
    is unclear.
    """
    return SQL(
        """
        WITH RECURSIVE chain AS (
            SELECT id AS task_id, id AS root_id FROM project_task WHERE parent_id IS NULL
             UNION ALL
            SELECT k.id, chain.root_id FROM project_task k JOIN chain ON chain.task_id = k.parent_id
        ), ordered AS (
            SELECT l.task_id, MIN(o.partner_id) AS partner_id
              FROM sale_order_line l
              JOIN sale_order o ON o.id = l.order_id
             WHERE l.task_id IS NOT NULL
          GROUP BY l.task_id
        ), guess AS (
            SELECT k.id AS root_id,
                   CASE WHEN o.task_id IS NOT NULL THEN o.partner_id
                        WHEN u.share AND up.active THEN u.partner_id
                        WHEN k.email_from <> ''
                             AND a.partner_share
                             AND NOT EXISTS (SELECT FROM res_users own
                                              WHERE own.partner_id = a.id
                                                AND own.share IS NOT TRUE)
                             AND (j.partner_id IS NULL
                                  OR jc.commercial_partner_id = a.commercial_partner_id)
                        THEN a.id END AS partner_id
              FROM project_task k
              JOIN project_project j ON j.id = k.project_id
         LEFT JOIN ordered o ON o.task_id = k.id
         LEFT JOIN res_users u ON u.id = k.create_uid
         LEFT JOIN res_partner up ON up.id = u.partner_id
         LEFT JOIN res_partner a ON a.id = k.partner_id
         LEFT JOIN res_partner jc ON jc.id = j.partner_id
        )
        SELECT k.id AS task_id,
               CASE WHEN g.partner_id IS NULL THEN 'unclear' ELSE 'client' END AS requested_by,
               g.partner_id
          FROM project_task k
          JOIN project_project j ON j.id = k.project_id
          JOIN chain ON chain.task_id = k.id
          JOIN guess g ON g.root_id = chain.root_id
         WHERE k.requested_by IS NULL
           AND k.has_template_ancestor IS NOT TRUE
           AND j.is_template IS NOT TRUE
        """
    )
