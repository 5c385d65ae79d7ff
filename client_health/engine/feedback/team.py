"""Reads projects, tasks and timesheets; returns the colleagues who work for a client."""

from datetime import timedelta

from odoo.tools import SQL

# Colleagues without hours for so long are no longer part of the team.
RECENT = timedelta(days=90)

READS = ("account.analytic.line", "project.project", "project.task", "res.partner", "res.users")


def read_team(env, relationship_ids, today):
    """Return {relationship id: [user ids]} of colleagues, active internal users only."""
    team = {relationship_id: [] for relationship_id in relationship_ids}
    if not team:
        return team
    for model in (*READS, "client.relationship"):
        env[model].flush_model()
    for relationship_id, user_id in env.execute_query(select_team(relationship_ids, today)):
        team[relationship_id].append(user_id)
    return team


def select_team(relationship_ids, today):
    """Return a SELECT of relationship_id and user_id, by name of the user.

    The managers of the client's running projects, and the colleagues with an open task or with
    recent hours there.
    """
    return SQL(
        """
        WITH project AS MATERIALIZED (
            SELECT r.id AS relationship_id, j.id, j.user_id
              FROM client_relationship r
              JOIN res_partner c ON c.commercial_partner_id = r.partner_id
              JOIN project_project j ON j.partner_id = c.id
             WHERE r.id IN %(ids)s
               AND j.active
               AND j.is_template IS NOT TRUE
               AND COALESCE(j.company_id, r.company_id) = r.company_id)
        SELECT m.relationship_id, u.id
          FROM (SELECT relationship_id, user_id FROM project
                 UNION
                SELECT j.relationship_id, e.user_id
                  FROM project j
                  JOIN project_task t ON t.project_id = j.id
                  JOIN project_task_user_rel e ON e.task_id = t.id
                 WHERE t.active AND t.state NOT IN ('1_done', '1_canceled')
                 UNION
                SELECT j.relationship_id, l.user_id
                  FROM project j
                  JOIN account_analytic_line l ON l.project_id = j.id
                 WHERE l.date > %(since)s AND l.date <= %(today)s) m
          JOIN res_users u ON u.id = m.user_id AND u.active AND u.share IS NOT TRUE
      ORDER BY m.relationship_id, u.login
        """,
        ids=tuple(relationship_ids),
        since=today - RECENT,
        today=today,
    )
