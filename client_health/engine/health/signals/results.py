"""Reads goals, milestones and tasks of the client's projects; returns readings of results.

A project is the client's; without a client, its tasks are their own customer's, as in the ledger.
"""

from datetime import timedelta

from odoo.tools import SQL

from ...clock import get_end, local_date
from ...query import fetch, to_array
from ...reading import MOST_RECORDS, make
from . import Signal

# What was closed or reached so long ago is history. Rules of thumb.
RECENT_GOALS = timedelta(days=90)
RECENT_MILESTONES = timedelta(days=180)
# One late task of one, two or three says little about a client: a share is of ten at least, and
# the first late one is forgiven, unless it is two days of work. Rules of thumb.
LEAST_TASKS = 10
HOURS_THAT_MATTER = 16.0


def read_goals_on_track(env, relationships, as_of):
    """Percent of the agreed goals that keep up with the time gone, as in ``results/progress.py``.

    A figure that was measured later is not known yet. A goal past its end is behind, measured or
    not; a goal that was missed lately still counts, or closing it would improve the score.
    """
    rows = fetch(
        env,
        SQL(
            """
            WITH goal AS (
                SELECT *,
                       date_closed > %(as_of)s OR date_closed IS NULL AS live,
                       date_measured <= %(as_of)s AS measured
                  FROM client_goal
                 WHERE relationship_id = ANY (%(ids)s)
                   AND active
                   AND create_date <= %(end)s
                   AND state NOT IN ('draft', 'dropped')
                   AND date_agreed <= %(as_of)s
                   AND (date_closed IS NULL OR date_closed > %(closed_after)s)
            ), judged AS (
                SELECT *,
                       CASE WHEN NOT live THEN state = 'reached'
                            WHEN measured AND progress >= 100 THEN true
                            WHEN date_end < %(as_of)s THEN false
                            WHEN measured
                            THEN COALESCE(date_schedule >= %(as_of)s, true) END AS good
                  FROM goal
            )
            SELECT relationship_id AS id,
                   COUNT(*) AS goals,
                   COUNT(good) AS known,
                   COUNT(*) FILTER (WHERE good) AS good,
                   MAX(CASE WHEN NOT live THEN date_closed
                            WHEN measured THEN date_measured
                            WHEN good IS NOT NULL THEN date_end END) AS day,
                   ARRAY_AGG(id ORDER BY date_end, id) FILTER (WHERE NOT good) AS behind_ids,
                   ARRAY_AGG(id ORDER BY date_end, id) FILTER (WHERE good) AS good_ids
              FROM judged
          GROUP BY relationship_id
            HAVING COUNT(good) > 0
            """,
            ids=to_array(relationships._ids),
            as_of=as_of,
            end=get_end(relationships, as_of),
            closed_after=as_of - RECENT_GOALS,
        ),
    )
    return {
        row["id"]: make(
            100 * row["good"] / row["known"],
            row["day"],
            {"client.goal": [*(row["behind_ids"] or ()), *(row["good_ids"] or ())]},
            goals=row["goals"],
            known=row["known"],
            good=row["good"],
        )
        for row in rows
    }


def read_milestones_on_time(env, relationships, as_of):
    """Percent of the milestones that were reached by their day; a missed one counts until it is."""
    rows = fetch(
        env,
        SQL(
            """
            WITH milestone AS (
                SELECT r.id AS relationship_id,
                       m.id,
                       m.deadline,
                       CASE WHEN m.reached_date <= %(as_of)s THEN m.reached_date END AS reached
                  FROM client_relationship r
                  JOIN res_partner c ON c.commercial_partner_id = r.partner_id
                  JOIN project_project j ON j.partner_id = c.id
                  JOIN project_milestone m ON m.project_id = j.id
                 WHERE r.id = ANY (%(ids)s)
                   AND COALESCE(j.company_id, r.company_id) = r.company_id
                   AND j.is_template IS NOT TRUE
                   AND m.deadline IS NOT NULL
                   AND m.create_date <= %(end)s
                   AND (j.active OR m.reached_date <= %(as_of)s)
            )
            SELECT relationship_id AS id,
                   COUNT(*) AS due,
                   COUNT(*) FILTER (WHERE reached <= deadline) AS good,
                   MAX(COALESCE(reached, deadline)) AS day,
                   ARRAY_AGG(id ORDER BY (reached <= deadline) IS TRUE, deadline, id) AS ids
              FROM milestone
             WHERE reached > %(reached_after)s
                OR reached IS NULL AND deadline < %(as_of)s
          GROUP BY relationship_id
            """,
            ids=to_array(relationships._ids),
            as_of=as_of,
            end=get_end(relationships, as_of),
            reached_after=as_of - RECENT_MILESTONES,
        ),
    )
    return {
        row["id"]: make(
            100 * row["good"] / row["due"],
            row["day"],
            {"project.milestone": row["ids"]},
            due=row["due"],
            good=row["good"],
        )
        for row in rows
    }


def read_overdue_work(env, relationships, as_of):
    """Percent of the open tasks with a deadline that are past it, of ``LEAST_TASKS`` at least.

    A single late task counts only when it is much work. A task that is closed today was open until
    its stage or state changed last.
    """
    end = get_end(relationships, as_of)
    rows = fetch(
        env,
        SQL(
            """
            SELECT r.id,
                   COUNT(*) AS open,
                   COUNT(*) FILTER (WHERE t.date_deadline <= %(end)s) AS late,
                   MAX(t.allocated_hours) FILTER (WHERE t.date_deadline <= %(end)s) AS hours,
                   %(day)s AS day,
                   (ARRAY_AGG(t.id ORDER BY t.date_deadline, t.id))[1:%(most)s] AS ids
              FROM project_task t
              JOIN project_project j ON j.id = t.project_id
         LEFT JOIN res_partner jc ON jc.id = j.partner_id
         LEFT JOIN res_partner tc ON tc.id = t.partner_id
              JOIN client_relationship r
                ON r.partner_id = COALESCE(jc.commercial_partner_id, tc.commercial_partner_id)
               AND r.company_id = COALESCE(t.company_id, j.company_id, r.company_id)
             WHERE r.id = ANY (%(ids)s)
               AND t.active
               AND j.active
               AND j.is_template IS NOT TRUE
               AND t.has_template_ancestor IS NOT TRUE
               AND t.date_deadline IS NOT NULL
               AND t.create_date <= %(end)s
               AND (t.state NOT IN ('1_done', '1_canceled') OR t.date_last_stage_update > %(end)s)
          GROUP BY r.id
            """,
            ids=to_array(relationships._ids),
            end=end,
            most=MOST_RECORDS,
            day=local_date(
                relationships,
                SQL(
                    "MAX(CASE WHEN t.date_last_stage_update <= %s "
                    "THEN t.date_last_stage_update ELSE t.create_date END)",
                    end,
                ),
            ),
        ),
    )
    return {
        row["id"]: make(
            100 * _count_late(row) / max(row["open"], LEAST_TASKS),
            row["day"],
            {"project.task": row["ids"]},
            open=row["open"],
            late=row["late"],
        )
        for row in rows
    }


def _count_late(row):
    """Return how many late tasks count."""
    forgiven = 0 if (row["hours"] or 0) >= HOURS_THAT_MATTER else 1
    return max(0, row["late"] - forgiven)


SIGNALS = {
    "goals_on_track": Signal(read_goals_on_track),
    "milestones_on_time": Signal(read_milestones_on_time),
    "overdue_work": Signal(read_overdue_work),
}
