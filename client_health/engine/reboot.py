"""Reads the records of a client since its reboot started; returns what they show per point.

One SELECT per point, for all reboots at once. A point counts what happened from the day on which
the reboot started to the day on which it ended, or today. It is never ticked by hand.
"""

from odoo.tools import SQL

from .agreement.scope import is_word_shown
from .clock import get_now, get_start, local_date
from .correspondence.contacts import select_contacts
from .query import fetch

GOALS = "goals"
FUTURE = "future"
BOTTLENECK = "bottleneck"
SCOPE = "scope"
VALUE = "value"
POINTS = (GOALS, FUTURE, BOTTLENECK, SCOPE, VALUE)

# A conversation about big goals counts when the client met us or wrote so near to its day.
NEAR_DAYS = 7


def read_facts(env, reboots):
    """Return {reboot id: {point: row, or None where the records show nothing}}.

    The reboots are of one company. The scope of a point is the client, whoever asks.
    """
    facts = {reboot_id: dict.fromkeys(POINTS) for reboot_id in reboots.ids}
    if not facts:
        return facts
    relationships = reboots.relationship_id
    talked = relationships.browse(
        row["relationship_id"] for row in fetch(env, _select_talked(reboots))
    )
    queries = {
        GOALS: _select_goals(reboots),
        FUTURE: _select_future(reboots, talked),
        BOTTLENECK: _select_bottlenecks(reboots, relationships),
        SCOPE: _select_agreements(reboots, relationships),
        VALUE: _select_values(reboots),
    }
    for point, query in queries.items():
        for row in fetch(env, query):
            facts[row["id"]][point] = row
    return facts


def _select_goals(reboots):
    """id; agreed: names of the goals agreed since; claimed: those of them that only our own word
    says; waiting: how many wait for a yes."""
    return SQL(
        """
        SELECT b.id,
               ARRAY_AGG(g.name ORDER BY g.date_end, g.id) FILTER (WHERE %(in_time)s) AS agreed,
               ARRAY_AGG(g.name ORDER BY g.date_end, g.id)
                   FILTER (WHERE %(in_time)s AND NOT %(is_shown)s) AS claimed,
               COUNT(*) FILTER (WHERE g.state = 'draft' AND g.horizon = 'period') AS waiting
          FROM client_reboot b
          JOIN client_relationship r ON r.id = b.relationship_id
          JOIN res_partner p ON p.id = r.partner_id
          JOIN client_goal g ON g.relationship_id = b.relationship_id
         WHERE b.id IN %(ids)s AND g.active
      GROUP BY b.id
        """,
        is_shown=is_word_shown(SQL("g"), SQL("p.commercial_partner_id")),
        in_time=SQL(
            """g.date_agreed BETWEEN b.date_start AND COALESCE(b.date_end, 'infinity')
               AND g.state IN ('agreed', 'reached')"""
        ),
        ids=reboots._ids,
    )


def _select_talked(reboots):
    """relationship_id of those whose big goals are said to have been discussed since."""
    return SQL(
        """
        SELECT DISTINCT b.relationship_id
          FROM client_reboot b
          JOIN client_goal g ON g.relationship_id = b.relationship_id
         WHERE b.id IN %s AND g.horizon = 'big' AND g.date_discussed >= b.date_start
        """,
        reboots._ids,
    )


def _select_future(reboots, talked):
    """id; big: number of big goals; talked: names of those talked about since, with a record of
    a contact; claimed: names of those without one; day: of the last contact.

    ``talked``: the clients of which contacts are looked for. For the others it is not worth it.
    """
    return SQL(
        """
        WITH contact AS MATERIALIZED (%(contacts)s)
        SELECT b.id,
               COUNT(*) AS big,
               ARRAY_AGG(g.name ORDER BY g.id) FILTER (WHERE %(in_time)s AND k.found) AS talked,
               ARRAY_AGG(g.name ORDER BY g.id)
                   FILTER (WHERE %(in_time)s AND k.found IS NULL) AS claimed,
               MAX(g.date_discussed) FILTER (WHERE k.found) AS day,
               MAX(g.date_discussed) AS last
          FROM client_reboot b
          JOIN client_goal g ON g.relationship_id = b.relationship_id
     LEFT JOIN LATERAL (SELECT true AS found
                          FROM contact c
                         WHERE c.relationship_id = b.relationship_id
                           AND c.day BETWEEN b.date_start AND COALESCE(b.date_end, 'infinity')
                           AND ABS(c.day - g.date_discussed) <= %(near)s
                         LIMIT 1) k ON true
         WHERE b.id IN %(ids)s
           AND g.active
           AND g.horizon = 'big'
           AND (g.state IN ('draft', 'agreed')
                OR g.state = 'reached' AND g.date_closed >= b.date_start)
      GROUP BY b.id
        """,
        contacts=_select_contact_days(reboots, talked),
        near=NEAR_DAYS,
        in_time=SQL("g.date_discussed BETWEEN b.date_start AND COALESCE(b.date_end, 'infinity')"),
        ids=reboots._ids,
    )


def _select_contact_days(reboots, talked):
    """relationship_id and day of each contact since the first of the reboots started."""
    if not talked:
        return SQL("SELECT NULL::int AS relationship_id, NULL::date AS day LIMIT 0")
    end = get_now()
    since = get_start(talked, min(reboots.mapped("date_start")))
    return SQL(
        "SELECT DISTINCT relationship_id, %s AS day FROM (%s) k",
        local_date(talked, SQL("moment")),
        select_contacts(end, since, talked),
    )


def _select_bottlenecks(reboots, relationships):
    """id; names of the bottlenecks; ready: [what, by whom, until when] of the hypotheses in the
    work schedule; loose: number of hypotheses that are not there yet.

    In the schedule: a task with a responsible on either side and a date, made since the
    start or not yet done.
    """
    return SQL(
        """
        WITH guess AS (
            SELECT b.id,
                   i.id AS issue_id,
                   i.name AS bottleneck,
                   h.id AS hypothesis_id,
                   h.name,
                   COALESCE(u.name, c.name) AS who,
                   t.date_deadline::date AS until,
                   t.active
                       AND t.date_deadline IS NOT NULL
                       AND (h.contact_id IS NOT NULL OR u.name IS NOT NULL)
                       AND t.state <> '1_canceled'
                       AND (t.state <> '1_done' OR %(created)s >= b.date_start) AS ready
              FROM client_reboot b
              JOIN client_issue i ON i.relationship_id = b.relationship_id
         LEFT JOIN client_hypothesis h ON h.issue_id = i.id
         LEFT JOIN project_task t ON t.id = h.task_id
         LEFT JOIN res_partner c ON c.id = h.contact_id
         LEFT JOIN LATERAL (SELECT p.name
                              FROM project_task_user_rel e
                              JOIN res_users v ON v.id = e.user_id
                              JOIN res_partner p ON p.id = v.partner_id
                             WHERE e.task_id = t.id
                          ORDER BY v.id = h.user_id DESC, v.id
                             LIMIT 1) u ON true
             WHERE b.id IN %(ids)s
               AND i.kind = 'bottleneck'
               AND i.date <= COALESCE(b.date_end, 'infinity')
               AND (i.state = 'open' OR %(closed)s >= b.date_start))
        SELECT id,
               ARRAY_AGG(DISTINCT bottleneck) AS bottlenecks,
               JSON_AGG(JSON_BUILD_ARRAY(name, who, until) ORDER BY until, hypothesis_id)
                   FILTER (WHERE ready) AS ready,
               COUNT(hypothesis_id) FILTER (WHERE ready IS NOT TRUE) AS loose,
               (ARRAY_AGG(issue_id ORDER BY issue_id))[1] AS issue_id
          FROM guess
      GROUP BY id
        """,
        created=local_date(relationships, SQL("t.create_date")),
        closed=local_date(relationships, SQL("i.closed_date")),
        ids=reboots._ids,
    )


def _select_agreements(reboots, relationships):
    """id; the agreement accepted since that is in force: agreement_id, day, accepted_by."""
    accepted = local_date(relationships, SQL("a.accepted_on"))
    return SQL(
        """
        SELECT DISTINCT ON (b.id)
               b.id, a.id AS agreement_id, a.name, %(accepted)s AS day, a.accepted_by
          FROM client_reboot b
          JOIN client_agreement a ON a.relationship_id = b.relationship_id
         WHERE b.id IN %(ids)s
           AND a.active
           AND a.state = 'accepted'
           AND %(accepted)s BETWEEN b.date_start AND COALESCE(b.date_end, 'infinity')
      ORDER BY b.id, a.accepted_on DESC, a.id DESC
        """,
        accepted=accepted,
        ids=reboots._ids,
    )


def _select_values(reboots):
    """id; the client's last words about value since the start: words, who, day, source."""
    return SQL(
        """
        SELECT DISTINCT ON (b.id)
               b.id, v.words, p.name AS who, v.date AS day, v.source
          FROM client_reboot b
          JOIN client_value v ON v.relationship_id = b.relationship_id
     LEFT JOIN res_partner p ON p.id = v.contact_id
         WHERE b.id IN %s
           AND v.date BETWEEN b.date_start AND COALESCE(b.date_end, 'infinity')
           AND v.words ~ '\\S'
      ORDER BY b.id, v.date DESC, v.id DESC
        """,
        reboots._ids,
    )
