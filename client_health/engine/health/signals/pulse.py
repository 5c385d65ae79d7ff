"""Reads what colleagues think and put off; returns readings of our own pulse."""

from datetime import timedelta

from odoo.tools import SQL

from ...clock import get_end, local_date
from ...correspondence.meetings import select_tough_type
from ...query import fetch, to_array
from ...reading import make
from . import Signal

# Colleagues' answers hold as long as two judgements of the salesperson; a tough conversation
# counts for a quarter. Rules of thumb.
TEAM_HOLDS = timedelta(days=60)
HELD = timedelta(days=90)


def read_owner_pulse(env, relationships, as_of):
    """The salesperson's judgement, 1 to 5, while it holds."""
    rows = fetch(
        env,
        SQL(
            """
            SELECT DISTINCT ON (p.relationship_id)
                   p.relationship_id AS id, p.id AS pulse_id, p.value::int AS value, p.date AS day,
                   p.date_end, p.user_id
              FROM client_pulse p
             WHERE p.relationship_id = ANY (%(ids)s)
               AND p.date <= %(as_of)s
               AND p.create_date <= %(end)s
          ORDER BY p.relationship_id, p.date DESC, p.id DESC
            """,
            ids=to_array(relationships._ids),
            as_of=as_of,
            end=get_end(relationships, as_of),
        ),
    )
    return {
        row["id"]: make(
            row["value"], row["day"], {"client.pulse": [row["pulse_id"]]}, user=row["user_id"]
        )
        for row in rows
        if row["date_end"] and row["date_end"] >= as_of
    }


def read_team_pulse(env, relationships, as_of):
    """The median of each colleague's last answer, 1 to 5; the range is in the detail.

    Of one colleague, the lower of how happy the client sounds, and how little strain it is.
    """
    end = get_end(relationships, as_of)
    rows = fetch(
        env,
        SQL(
            """
            SELECT relationship_id AS id,
                   PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY value) AS middle,
                   MIN(value) AS low,
                   MAX(value) AS high,
                   COUNT(*) AS colleagues,
                   MAX(strain) AS strain,
                   MAX(day) AS day,
                   ARRAY_AGG(feedback_id ORDER BY value, feedback_id) AS ids
              FROM (SELECT DISTINCT ON (f.relationship_id, f.user_id)
                           f.relationship_id, f.id AS feedback_id, %(day)s AS day,
                           f.strain::int AS strain,
                           LEAST(f.rating::int, 6 - f.strain::int) AS value
                      FROM client_feedback f
                     WHERE f.relationship_id = ANY (%(ids)s)
                       AND f.kind = 'team'
                       AND (f.rating IS NOT NULL OR f.strain IS NOT NULL)
                       AND f.user_id IS NOT NULL
                       AND f.date <= %(end)s
                       AND f.date > %(since)s
                       AND f.create_date <= %(end)s
                  ORDER BY f.relationship_id, f.user_id, f.date DESC, f.id DESC) answer
          GROUP BY relationship_id
            """,
            day=local_date(relationships, SQL("f.date")),
            ids=to_array(relationships._ids),
            end=end,
            since=end - TEAM_HOLDS,
        ),
    )
    return {
        row["id"]: make(
            row["middle"],
            row["day"],
            {"client.feedback": row["ids"]},
            low=row["low"],
            high=row["high"],
            colleagues=row["colleagues"],
            strain=row["strain"],
        )
        for row in rows
    }


def read_open_conversations(env, relationships, as_of):
    """Days that the oldest tough conversation is past its date; 0 when one was held lately.

    Unknown when none is due: to plan one says nothing. What the plan of a stage scheduled is no
    evidence at all, for or against the client: the system would judge what it did itself.
    Odoo stores the day on which it was held in UTC. The last write gives the company's day, unless
    the activity was written on another day.
    """
    rows = fetch(
        env,
        SQL(
            """
            WITH activity AS (
                SELECT *,
                       CASE WHEN write_date::date = date_done THEN %(written)s
                            ELSE date_done END AS held_on
                  FROM mail_activity
                 WHERE activity_type_id = %(tough)s
                   AND client_stage_id IS NULL
                   AND create_date <= %(end)s
                   AND (active OR date_done > %(held_after)s)
            ), conversation AS (
                SELECT CASE WHEN a.res_model = 'client.relationship' THEN r.id
                            WHEN a.res_model IN ('project.project', 'res.partner') THEN s.id
                            ELSE a.client_relationship_id END AS id,
                       a.id AS activity_id, a.date_deadline, a.held_on, %(created)s AS created,
                       a.held_on IS NULL OR a.held_on > %(as_of)s AS is_open
                  FROM activity a
             LEFT JOIN client_relationship r
                    ON a.res_model = 'client.relationship' AND r.id = a.res_id
             LEFT JOIN project_project j ON a.res_model = 'project.project' AND j.id = a.res_id
             LEFT JOIN res_partner c
                    ON c.id = CASE a.res_model WHEN 'res.partner' THEN a.res_id
                                               ELSE j.partner_id END
             LEFT JOIN client_relationship s
                    ON s.partner_id = c.commercial_partner_id
                   AND s.company_id = COALESCE(j.company_id, s.company_id)
            )
            SELECT id,
                   %(as_of)s::date - MIN(date_deadline) FILTER (WHERE is_open) AS days,
                   MAX(CASE WHEN is_open THEN created ELSE held_on END) AS day,
                   ARRAY_AGG(activity_id ORDER BY is_open DESC, date_deadline, activity_id) AS ids
              FROM conversation
             WHERE id = ANY (%(ids)s) AND (NOT is_open OR date_deadline < %(as_of)s)
          GROUP BY id
            """,
            created=local_date(relationships, SQL("a.create_date")),
            written=local_date(relationships, SQL("write_date")),
            as_of=as_of,
            tough=select_tough_type(),
            end=get_end(relationships, as_of),
            held_after=as_of - HELD,
            ids=to_array(relationships._ids),
        ),
    )
    return {
        row["id"]: make(row["days"] or 0, row["day"], {"mail.activity": row["ids"]}) for row in rows
    }


SIGNALS = {
    "owner_pulse": Signal(read_owner_pulse),
    "team_pulse": Signal(read_team_pulse),
    "open_conversations": Signal(read_open_conversations),
}
