"""Reads what a client may know of the work done for it; returns plain values.

The white list of status updates: names that the client can see on its portal anyway, and dates.
Never an amount, an internal note, a score, a stage or an issue. A task or milestone counts only
where its project is open to the client.
"""

from datetime import timedelta

from odoo.tools import SQL

from ..clock import get_now, local_date
from ..correspondence import waiting
from ..query import fetch, to_array

# Of each kind, so many are named; a longer list is not read. Rule of thumb.
MOST = 8
# So far ahead the dates of tasks are named: longer plans change. Rule of thumb.
AHEAD = timedelta(days=31)


def read_status(env, since, today):
    """Return {relationship id: {kind: [rows as dictionaries]}}, in a fixed number of statements.

    :param since: {relationship id: moment of the last update, naive in UTC}
    :param today: the day where their company is
    """
    found = {client_id: {} for client_id in since}
    if not since:
        return found
    periods = _select_periods(since)
    works = _select_works(periods)
    # the deadline of a task is a moment
    deadline = local_date(env["client.relationship"].browse(since), SQL("t.date_deadline"))
    for kind, query in (
        ("goals", _select_goals(periods)),
        ("accomplishments", _select_accomplishments(periods)),
        ("reached", _select_milestones(works, SQL("m.reached_date >= w.since::date"))),
        ("milestones", _select_milestones(works, SQL("m.is_reached IS NOT TRUE"))),
        ("done", _select_done(works, deadline)),
        ("tasks", _select_planned(works, deadline, today)),
        ("agreements", _select_agreements(periods)),
        ("duties", _select_duties(periods)),
        ("to_agree", _select_to_agree(periods)),
        ("questions", _select_questions(periods)),
    ):
        for row in fetch(env, query):
            found[row["id"]].setdefault(kind, []).append(row)
    return found


def read_waiting(env, relationships):
    """Return {relationship id: moments at which what we have not answered was written}."""
    found = waiting.read_waiting(env, relationships, get_now())
    return {client_id: [line.received for line in lines] for client_id, lines in found.items()}


def _select_periods(since):
    return SQL(
        "SELECT * FROM UNNEST(%s::int[], %s::timestamp[]) AS s (id, since)",
        to_array(since),
        [*since.values()],
    )


def _select_works(periods):
    """Select the projects of the clients that are open to them."""
    return SQL(
        """
        SELECT s.id, s.since, r.partner_id, j.id AS project_id
          FROM (%s) s
          JOIN client_relationship r ON r.id = s.id
          JOIN res_partner c ON c.commercial_partner_id = r.partner_id
          JOIN project_project j ON j.partner_id = c.id
         WHERE COALESCE(j.company_id, r.company_id) = r.company_id
           AND j.active
           AND j.is_template IS NOT TRUE
           AND j.privacy_visibility = 'portal'
        """,
        periods,
    )


def _select_tasks(works, deadline, condition):
    return SQL(
        """
        SELECT w.id, t.id AS task_id, t.name, %s AS date_deadline
          FROM (%s) w
          JOIN project_task t ON t.project_id = w.project_id
     LEFT JOIN res_partner p ON p.id = t.partner_id
         WHERE t.active
           AND t.parent_id IS NULL
           AND t.has_template_ancestor IS NOT TRUE
           AND t.is_template IS NOT TRUE
           AND (p.id IS NULL OR p.commercial_partner_id = w.partner_id)
           -- what we guess is internal, also as a task
           AND NOT EXISTS (SELECT FROM client_hypothesis h WHERE h.task_id = t.id)
           AND %s
        """,
        deadline,
        works,
        condition,
    )


def _select_done(works, deadline):
    closed = SQL("COALESCE(t.date_last_stage_update, t.create_date)")
    done = SQL("t.state = '1_done' AND %s > w.since", closed)
    return SQL("%s ORDER BY %s DESC, t.id", _select_tasks(works, deadline, done), closed)


def _select_planned(works, deadline, today):
    planned = SQL(
        "t.state NOT IN ('1_done', '1_canceled') AND %s BETWEEN %s AND %s",
        deadline,
        today,
        today + AHEAD,
    )
    return SQL("%s ORDER BY t.date_deadline, t.id", _select_tasks(works, deadline, planned))


def _select_milestones(works, condition):
    return SQL(
        """
        SELECT w.id, m.name, m.deadline, m.reached_date
          FROM (%s) w
          JOIN project_milestone m ON m.project_id = w.project_id
         WHERE %s
      ORDER BY COALESCE(m.reached_date, m.deadline), m.id
        """,
        works,
        condition,
    )


def _select_goals(periods):
    """Select goals as the portal shows them: without the benefit for us, and no draft."""
    return SQL(
        """
        SELECT s.id, g.name, g.state, g.date_end, g.baseline, g.actual, g.target, g.unit,
               CASE WHEN g.date_measured IS NOT NULL THEN g.progress END AS progress
          FROM (%s) s
          JOIN client_goal g ON g.relationship_id = s.id
         WHERE g.active
           AND (g.state = 'agreed'
                OR g.state IN ('reached', 'missed') AND g.date_closed >= s.since::date)
      ORDER BY g.state = 'agreed', g.date_end, g.id
        """,
        periods,
    )


def _select_accomplishments(periods):
    return SQL(
        """
        SELECT s.id, a.name, a.date
          FROM (%s) s
          JOIN client_accomplishment a ON a.relationship_id = s.id
         WHERE a.active AND a.is_shared AND a.date >= s.since::date
      ORDER BY a.date, a.id
        """,
        periods,
    )


def _select_agreements(periods):
    """Select the agreements that wait for the client's signature."""
    return SQL(
        """
        SELECT s.id, a.name, a.proposal_end
          FROM (%s) s
          JOIN client_agreement a ON a.relationship_id = s.id
         WHERE a.active AND a.state = 'proposed'
      ORDER BY a.proposal_end, a.id
        """,
        periods,
    )


def _select_duties(periods):
    """Select what the client owes us and sees on its portal, the first due first."""
    return SQL(
        """
        SELECT s.id, d.name, d.date_deadline
          FROM (%s) s
          JOIN client_duty d ON d.relationship_id = s.id
         WHERE d.is_shared AND d.state = 'open'
      ORDER BY d.date_deadline NULLS LAST, d.id
        """,
        periods,
    )


def _select_to_agree(periods):
    """Select goals that are to be agreed on: how many, as a draft is ours until it is shown."""
    return SQL(
        """
        SELECT s.id, COUNT(*)::int AS goals
          FROM (%s) s
          JOIN client_goal g ON g.relationship_id = s.id
         WHERE g.active AND g.state = 'draft'
      GROUP BY s.id
        """,
        periods,
    )


def _select_questions(periods):
    """Select what the client was asked and has not answered, by the words that it was sent."""
    return SQL(
        """
        SELECT s.id, a.name
          FROM (%(periods)s) s
          JOIN client_accomplishment a ON a.relationship_id = s.id
         WHERE a.active AND a.is_shared AND a.state = 'claimed' AND a.asked_date IS NOT NULL
     UNION ALL
        SELECT s.id, u.name
          FROM (%(periods)s) s
          JOIN client_update u ON u.relationship_id = s.id
          JOIN client_issue i ON i.id = u.issue_id
         WHERE u.active
           AND u.kind = 'repair'
           AND u.state = 'sent'
           AND i.state = 'open'
           AND i.confirmed_date IS NULL
        """,
        periods=periods,
    )
