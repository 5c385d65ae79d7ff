"""Reads tasks, hours and duties; returns warnings of late work, too much, and of missing input."""

from datetime import timedelta

from odoo.tools import SQL

from ...clock import get_end
from ...query import fetch, to_array
from ...reading import MOST_RECORDS, OWN, make
from ..signals import Signal
from ..signals.agreement import read_hours_over
from .money import Months, get_usual_hours, is_paid

# Later than that, or it is no delay; a task that was never estimated is half a day; usual is the
# mean of half a year. Rules of thumb.
LATE = timedelta(days=7)
USUAL = timedelta(days=182)
TASK_HOURS = 4.0
MONTH_DAYS = 30.4
# Two tasks: one small late thing is none.
LEAST_TASKS = 2
# So many times the square root of the usual hours are chance, as hours come as they like.
CHANCE = 2.0


def read_late_work(env, relationships, as_of, rule):
    """Hours left of tasks that are late, in percent of what we usually work in a month."""
    rows = fetch(
        env,
        SQL(
            """
            WITH late AS (
                SELECT r.id, COUNT(*) AS tasks, MIN(t.date_deadline)::date AS since,
                       SUM(CASE WHEN t.allocated_hours > 0
                                THEN GREATEST(t.allocated_hours - t.effective_hours, 0)
                                ELSE %(task_hours)s END) AS hours,
                       (ARRAY_AGG(t.id ORDER BY t.date_deadline, t.id))[1:%(most)s] AS ids
                  FROM project_task t
                  JOIN project_project j ON j.id = t.project_id
             LEFT JOIN res_partner jc ON jc.id = j.partner_id
             LEFT JOIN res_partner tc ON tc.id = t.partner_id
                  JOIN client_relationship r
                    ON r.partner_id = COALESCE(jc.commercial_partner_id, tc.commercial_partner_id)
                   AND r.company_id = COALESCE(t.company_id, j.company_id, r.company_id)
                 WHERE r.id = ANY (%(ids)s) AND t.active AND j.active
                   AND j.is_template IS NOT TRUE AND t.has_template_ancestor IS NOT TRUE
                   AND t.date_deadline <= %(late)s AND t.create_date <= %(end)s
                   AND (t.state NOT IN ('1_done', '1_canceled')
                        OR t.date_last_stage_update > %(end)s)
              GROUP BY r.id
                HAVING COUNT(*) >= %(least_tasks)s
            ), usual AS (
                SELECT r.id, SUM(l.unit_amount) / %(months)s AS hours
                  FROM late
                  JOIN client_relationship r USING (id)
                  JOIN res_partner c ON c.commercial_partner_id = r.partner_id
                  JOIN project_project j ON j.partner_id = c.id
                  JOIN account_analytic_line l
                    ON l.project_id = j.id AND l.company_id = r.company_id
                 WHERE l.date > %(start)s AND l.date <= %(as_of)s AND l.create_date <= %(end)s
              GROUP BY r.id
            )
            SELECT late.*, usual.hours AS usual
              FROM late JOIN usual USING (id)
             WHERE late.hours >= %(least)s AND usual.hours > 0
            """,
            ids=to_array(relationships._ids),
            task_hours=TASK_HOURS,
            most=MOST_RECORDS,
            late=get_end(relationships, as_of - LATE),
            end=get_end(relationships, as_of),
            least_tasks=LEAST_TASKS,
            months=USUAL.days / MONTH_DAYS,
            start=as_of - USUAL,
            as_of=as_of,
            least=rule.least,
        ),
    )
    return {
        row["id"]: make(
            100 * row["hours"] / float(row["usual"]),
            row["since"],
            {"project.task": row["ids"]},
            tasks=row["tasks"],
            hours=round(row["hours"]),
        )
        for row in rows
    }


def read_over_agreed(env, relationships, as_of, rule, months):
    """Hours of the last full months over those agreed, in percent; of three months.

    Where none are agreed, over the client's usual ones, as far as revenue did not follow them.
    """
    agreed = read_hours_over(env, relationships, as_of)
    usual = {
        key: reading
        for key, row in months.read_rows(relationships).items()
        if key not in agreed and (reading := _read_over_usual(row, months, rule))
    }
    return usual | {
        key: reading
        for key, reading in agreed.items()
        if float(reading.detail["agreed"]) >= rule.least
    }


def _read_over_usual(row, months, rule):
    """Return the Reading of hours over those of the nine months before, or None.

    What was never agreed is weak, and so is what one quarter in forty brings by chance.
    """
    usual = get_usual_hours(row)
    if usual is None or usual < rule.least or is_paid(row):
        return None
    expected = usual + CHANCE * usual**0.5
    return make(
        min(100 * (row["hours_now"] / expected - 1), rule.severe - 1),
        months.end - timedelta(days=1),
        usual=round(usual),
        worked=round(row["hours_now"]),
        yardstick=OWN,
        weak=True,
    )


def read_client_input(env, relationships, as_of, rule):
    """Days since the due date of what the client has owed us longest, of what it can see."""
    end = get_end(relationships, as_of)
    rows = fetch(
        env,
        SQL(
            """
            SELECT relationship_id AS id, COUNT(*) AS duties, MIN(date_deadline) AS since,
                   (ARRAY_AGG(id ORDER BY date_deadline, id))[1:%(most)s] AS ids
              FROM client_duty
             WHERE relationship_id = ANY (%(ids)s)
               AND is_shared
               AND date_deadline < %(as_of)s
               AND create_date <= %(end)s
               AND (done_date IS NULL OR done_date > %(end)s)
               AND (dropped_date IS NULL OR dropped_date > %(end)s)
          GROUP BY relationship_id
            HAVING COUNT(*) >= %(least)s
            """,
            most=MOST_RECORDS,
            ids=to_array(relationships._ids),
            as_of=as_of,
            end=end,
            least=rule.least,
        ),
    )
    return {
        row["id"]: make(
            (as_of - row["since"]).days,
            row["since"],
            {"client.duty": row["ids"]},
            duties=row["duties"],
            days=(as_of - row["since"]).days,
        )
        for row in rows
    }


WARNINGS = {
    "late_work": Signal(read_late_work),
    "over_agreed": Signal(read_over_agreed, Months),
    "client_input": Signal(read_client_input),
}
