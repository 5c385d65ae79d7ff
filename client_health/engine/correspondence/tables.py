"""What clients and we said to each other, gathered once for all signals of contact.

Messages are most of what there is to read, and each of these signals asks them something else. So
they are read and told apart once, for clients of any number of companies, into temporary tables
that end with the transaction:

- ``client_health_said``: what clients wrote: relationship_id, company_id, id, model, res_id,
  create_date, and of the discussion: ``begins`` (the first of them since our last message),
  ``replies`` (and that message was not long ago), ``answered`` (when we wrote next, or NULL)
- ``client_health_met``: relationship_id, company_id, moment, kind, model, res_id, ours
- ``client_health_sent``: relationship_id, company_id, id, model, res_id, create_date: what we sent
  to a contact of the client lately
- ``client_health_waiting``: who waits for an answer, as in ``waiting.py``, and company_id

What is a client's message, and what is ours, is said in ``messages.py``.
"""

from odoo.tools import SQL

from ..reading import EVER, get_end, is_one_of, keep
from . import messages, waiting


def gather(env, relationships, as_of, recent, quiet):
    """Fill the tables with all that was said and met until the end of a day.

    A fixed number of statements, whatever the number of clients and companies. What we sent is
    looked up for a time that is ``recent``. ``quiet``: how long a discussion rests until the next
    message is no reply, and begins a new contact.
    """
    env.flush_all()
    scope = is_one_of(SQL("r.id"), relationships._ids)
    ends = _get_ends(env, relationships, scope, as_of)
    people = messages.with_people(ends, scope)
    end = max(ends.values())
    keep(env, "received", _select_received(people, end))
    # or PostgreSQL would expect a few discussions, and look up the answers one by one
    env.cr.execute("ANALYZE client_health_received")
    keep(env, "said", _select_said(people, end, quiet))
    keep(env, "met", _select_met(people, end))
    keep(env, "sent", _select_sent(people, end, min(ends.values()) - recent - quiet))
    keep(env, "waiting", _select_waiting(people))


def _get_ends(env, relationships, scope, as_of):
    """Return {company id: the end of the day where it is}."""
    rows = env.execute_query(
        SQL("SELECT company_id, MIN(id) FROM client_relationship r WHERE %s GROUP BY 1", scope)
    )
    return {
        company_id: get_end(relationships.browse(relationship_id), as_of)
        for company_id, relationship_id in rows
    }


def _select_received(people, end):
    return SQL(
        "WITH %s, received AS (%s) SELECT * FROM (%s) message",
        people,
        messages.select_received(end, EVER),
        messages.select_messages(),
    )


def _select_said(people, end, quiet):
    """The discussions of both sides, newest line first, of which the clients' lines are kept."""
    return SQL(
        """
        WITH %(people)s,
             discussion AS (SELECT DISTINCT relationship_id, company_id, model, res_id
                              FROM client_health_received),
             line AS (
                 SELECT relationship_id, company_id, model, res_id, id, create_date, false AS ours
                   FROM client_health_received
              UNION ALL
                 SELECT d.relationship_id, d.company_id, d.model, d.res_id, o.id, o.create_date,
                        true
                   FROM discussion d
                   JOIN client r ON r.id = d.relationship_id
                   JOIN mail_message o ON o.model = d.model AND o.res_id = d.res_id
                  WHERE o.create_date <= r.till AND (%(is_ours)s)),
             told AS (
                 SELECT *,
                        LEAD(ours) OVER newest_first AS after_ours,
                        create_date - LEAD(create_date) OVER newest_first AS pause,
                        MIN(create_date) FILTER (WHERE ours) OVER so_far AS answered
                   FROM line
                 WINDOW newest_first AS (PARTITION BY relationship_id, res_id, model
                                         ORDER BY create_date DESC, id DESC),
                        so_far AS (newest_first ROWS UNBOUNDED PRECEDING))
        SELECT relationship_id, company_id, id, model, res_id, create_date,
               after_ours IS NOT FALSE AS begins,
               after_ours AND pause <= %(quiet)s AS replies,
               answered
          FROM told
         WHERE NOT ours
        """,
        people=people,
        is_ours=messages.is_ours(SQL("o"), end),
        quiet=quiet,
    )


def _select_waiting(people):
    return SQL(
        """
        WITH %(people)s,
             message AS (
                 SELECT s.*, r.till
                   FROM client_health_said s
                   JOIN client r ON r.id = s.relationship_id
                  WHERE s.answered IS NULL AND s.create_date > r.till - %(window)s)
        SELECT w.*, r.company_id FROM (%(waiting)s) w JOIN client r ON r.id = w.relationship_id
        """,
        people=people,
        window=waiting.WINDOW,
        waiting=waiting.select_open(SQL("i.till")),
    )


def _select_sent(people, end, since):
    return SQL(
        "WITH %s, written AS (%s) SELECT * FROM (%s) sent",
        people,
        messages.select_written(end, since),
        messages.select_messages("written"),
    )


def _select_met(people, end):
    return SQL(
        """
        WITH %(people)s
        SELECT relationship_id, company_id, moment, 'meeting' AS kind, 'calendar.event' AS model,
               id AS res_id, ours
          FROM (%(meetings)s) e
     UNION ALL
        SELECT relationship_id, company_id, create_date, 'call', model, res_id, true
          FROM (%(calls)s) c
        """,
        people=people,
        meetings=select_meetings(),
        calls=_select_calls(end),
    )


def _select_calls(end):
    """Calls and tough conversations that colleagues marked as done, on documents of the clients."""
    return SQL(
        """
        WITH done AS (
            SELECT o.id, o.model, o.res_id, o.create_date, NULL::int AS client_id
              FROM mail_message o
             WHERE o.create_date <= %(end)s
               AND %(is_by_colleague)s
               AND o.mail_activity_type_id = ANY (ARRAY(
                   SELECT id FROM mail_activity_type WHERE category = 'phonecall'
                   UNION
                   SELECT %(tough)s)))
        SELECT * FROM (%(calls)s) c
        """,
        end=end,
        is_by_colleague=messages.is_by_colleague(SQL("o")),
        tough=select_tough_type(),
        calls=messages.select_messages("done"),
    )


def select_tough_type():
    """Return a SELECT of the id of the activity type of tough conversations."""
    return SQL(
        """
        (SELECT res_id
           FROM ir_model_data
          WHERE module = 'client_health' AND name = 'mail_activity_type_tough_conversation')
        """
    )


def select_meetings():
    """Meetings that are over, between a contact of a client and a colleague of that company.

    Who declined was not there. ``ours``: a colleague called the meeting. Reads the CTEs client
    and colleague.
    """
    return SQL(
        """
        WITH staff AS MATERIALIZED (
            SELECT v.id AS user_id, v.partner_id, k.cid AS company_id
              FROM res_users v
              JOIN res_company_users_rel k ON k.user_id = v.id
             WHERE v.share IS NOT TRUE)
        SELECT DISTINCT r.id AS relationship_id,
               r.company_id,
               e.id,
               e.stop AS moment,
               COALESCE(NOT u.share, false) AS ours
          FROM client r
          JOIN res_partner p ON p.commercial_partner_id = r.partner_id
          JOIN calendar_event_res_partner_rel x ON x.res_partner_id = p.id
          JOIN calendar_event e ON e.id = x.calendar_event_id
     LEFT JOIN res_users u ON u.id = e.user_id
         WHERE e.active
           AND e.stop <= r.till
           AND e.create_date <= r.till
           AND p.id NOT IN (SELECT id FROM colleague)
           AND NOT EXISTS (SELECT 1
                             FROM calendar_attendee a
                            WHERE a.event_id = e.id
                              AND a.partner_id = p.id
                              AND a.state = 'declined')
           AND ((e.user_id, r.company_id) IN (SELECT user_id, company_id FROM staff)
                OR EXISTS (SELECT 1
                             FROM calendar_event_res_partner_rel y
                            WHERE y.calendar_event_id = e.id
                              AND (y.res_partner_id, r.company_id)
                                  IN (SELECT partner_id, company_id FROM staff)))
        """
    )
