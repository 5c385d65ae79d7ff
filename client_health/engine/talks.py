"""Talks between clients and us: who wrote when, who answered, who began. SELECTs only.

``end`` is the moment up to which they look. What is a client's message, and what is ours, is said
in ``messages.py``.
"""

from datetime import datetime

from odoo.tools import SQL

from . import messages
from .reading import local_date

EVER = datetime(1970, 1, 1)


def select_received(end, since, relationships):
    """Return a SELECT of relationship_id, id, model, res_id, create_date: what clients wrote."""
    return SQL("WITH %s SELECT * FROM message", _with_messages(end, since, relationships))


def select_replies(end, since, relationships):
    """Return a SELECT of id (the relationship), received, answered and day (of the answer).

    One row per burst that was answered: the first message since our last one in a discussion.
    Reads twice as far back as ``since``, to see whether it was the first.
    """
    return SQL(
        """
        WITH %(messages)s,
             line AS (
                 SELECT relationship_id, model, res_id, id, create_date AS moment, false AS ours
                   FROM message
              UNION ALL
                 SELECT d.relationship_id, d.model, d.res_id, o.id, o.create_date, true
                   FROM (SELECT DISTINCT relationship_id, model, res_id FROM message) d
                   JOIN mail_message o ON o.model = d.model AND o.res_id = d.res_id
                  WHERE %(is_ours)s),
             burst AS (
                 SELECT *,
                        LAG(ours) OVER discussion AS after_ours,
                        MIN(moment) FILTER (WHERE ours) OVER (
                            discussion ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
                        ) AS answered
                   FROM line
                 WINDOW discussion AS (PARTITION BY relationship_id, model, res_id
                                       ORDER BY moment, id))
        SELECT relationship_id AS id, moment AS received, answered, %(day)s AS day
          FROM burst
         WHERE NOT ours
           AND after_ours IS NOT FALSE
           AND answered IS NOT NULL
           AND moment > %(since)s
        """,
        messages=_with_messages(end, since - (end - since), relationships),
        is_ours=messages.is_ours(SQL("o"), end),
        day=local_date(relationships, SQL("answered")),
        since=since,
    )


def select_exchanges(end, relationships):
    """Return a SELECT of relationship_id, moment, kind, model and res_id of two-way contacts.

    Of a discussion, it is our first answer to the client's last message; or that message, when it
    came after one of ours.
    """
    return SQL(
        """
        WITH %(messages)s,
             discussion AS (
                 SELECT relationship_id, model, res_id, MAX(create_date) AS asked
                   FROM message
               GROUP BY relationship_id, model, res_id),
             line AS (
                 SELECT d.relationship_id, d.model, d.res_id, d.asked,
                        MIN(o.create_date) FILTER (WHERE o.create_date > d.asked) AS answered,
                        BOOL_OR(o.create_date <= d.asked) AS after_ours
                   FROM discussion d
                   JOIN mail_message o ON o.model = d.model AND o.res_id = d.res_id
                  WHERE %(is_ours)s
               GROUP BY d.relationship_id, d.model, d.res_id, d.asked)
        SELECT relationship_id,
               COALESCE(answered, asked) AS moment,
               'message' AS kind,
               model,
               res_id
          FROM line
         WHERE answered IS NOT NULL OR after_ours
     UNION ALL
        SELECT relationship_id, moment, 'meeting', 'calendar.event', id FROM (%(meetings)s) e
     UNION ALL
        SELECT relationship_id, moment, 'call', model, res_id FROM (%(calls)s) c
        """,
        messages=_with_messages(end, EVER, relationships),
        is_ours=messages.is_ours(SQL("o"), end),
        meetings=_select_meetings(end),
        calls=_select_calls(end),
    )


def select_contacts(end, since, relationships):
    """Return a SELECT of relationship_id and moment: meetings held, and what clients wrote."""
    return SQL(
        """
        WITH %(messages)s
        SELECT relationship_id, create_date AS moment FROM message
     UNION ALL
        SELECT relationship_id, moment FROM (%(meetings)s) e WHERE moment > %(since)s
        """,
        messages=_with_messages(end, since, relationships),
        meetings=_select_meetings(end),
        since=since,
    )


def select_starts(end, since, quiet, relationships):
    """Return a SELECT of relationship_id, moment and ours: contacts, and who began them.

    A message begins a contact when its discussion rested for ``quiet``. Ours counts when it was
    sent to a contact of the client; invoices and mass mails are sent by the system.
    """
    return SQL(
        """
        WITH %(messages)s,
             written AS (%(written)s),
             sent AS (%(sent)s),
             line AS (
                 SELECT *, LAG(moment) OVER (PARTITION BY relationship_id, model, res_id
                                             ORDER BY moment, id) AS before
                   FROM (SELECT relationship_id, model, res_id, id, create_date AS moment,
                                false AS ours
                           FROM message
                      UNION ALL
                         SELECT relationship_id, model, res_id, id, create_date, true
                           FROM sent) m)
        SELECT relationship_id, moment, ours
          FROM line
         WHERE moment > %(since)s AND (before IS NULL OR moment - before > %(quiet)s)
     UNION ALL
        SELECT relationship_id, moment, ours FROM (%(meetings)s) e WHERE moment > %(since)s
     UNION ALL
        SELECT relationship_id, moment, true FROM (%(calls)s) c WHERE moment > %(since)s
        """,
        messages=_with_messages(end, since - quiet, relationships),
        written=_select_written(end, since - quiet),
        sent=messages.select_messages("written"),
        meetings=_select_meetings(end),
        calls=_select_calls(end),
        since=since,
        quiet=quiet,
    )


def _with_messages(end, since, relationships):
    """Return the CTEs client, colleague, received and message, without the word WITH."""
    return SQL(
        """
        client AS MATERIALIZED (
            SELECT id, partner_id, company_id FROM client_relationship WHERE id IN %(ids)s),
        colleague AS MATERIALIZED (%(colleagues)s),
        received AS (%(received)s),
        message AS (%(messages)s)
        """,
        ids=relationships._ids,
        colleagues=messages.select_colleagues(),
        received=messages.select_received(end, since),
        messages=messages.select_messages(),
    )


def _select_written(end, since):
    """What colleagues wrote to contacts of the clients; client_id is their commercial partner."""
    return SQL(
        """
        SELECT DISTINCT o.id, o.model, o.res_id, o.create_date, p.commercial_partner_id AS client_id
          FROM mail_message o
          JOIN (SELECT mail_message_id, res_partner_id FROM mail_notification
                 UNION ALL
                SELECT mail_message_id, res_partner_id FROM mail_message_res_partner_rel) n
            ON n.mail_message_id = o.id
          JOIN res_partner p ON p.id = n.res_partner_id
         WHERE p.commercial_partner_id IN (SELECT partner_id FROM client)
           AND p.id NOT IN (SELECT id FROM colleague)
           AND o.create_date > %(since)s
           AND o.message_type <> 'email_outgoing'
           AND o.model NOT IN ('account.move', 'discuss.channel')
           AND %(is_by_colleague)s
           AND %(is_written)s
        """,
        since=since,
        is_by_colleague=messages.is_by_colleague(SQL("o")),
        is_written=messages.is_written(SQL("o"), end),
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
               AND (%(is_call)s OR o.mail_activity_type_id = %(tough)s))
        SELECT relationship_id, create_date AS moment, model, res_id FROM (%(calls)s) c
        """,
        end=end,
        is_by_colleague=messages.is_by_colleague(SQL("o")),
        is_call=messages.is_call(SQL("o"), end),
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


def _select_meetings(end):
    """Meetings that are over, between a contact of a client and a colleague of that company.

    Who declined was not there. ``ours``: a colleague called the meeting.
    """
    return SQL(
        """
        SELECT DISTINCT r.id AS relationship_id,
               e.id,
               e.stop AS moment,
               COALESCE(NOT u.share, false) AS ours
          FROM client r
          JOIN res_partner p ON p.commercial_partner_id = r.partner_id
          JOIN calendar_event_res_partner_rel x ON x.res_partner_id = p.id
          JOIN calendar_event e ON e.id = x.calendar_event_id
     LEFT JOIN res_users u ON u.id = e.user_id
         WHERE e.active
           AND e.stop <= %(end)s
           AND e.create_date <= %(end)s
           AND p.id NOT IN (SELECT id FROM colleague)
           AND NOT EXISTS (SELECT 1
                             FROM calendar_attendee a
                            WHERE a.event_id = e.id
                              AND a.partner_id = p.id
                              AND a.state = 'declined')
           AND (e.id, r.company_id) IN (
               SELECT y.calendar_event_id, k.cid
                 FROM calendar_event_res_partner_rel y
                 JOIN res_users v ON v.partner_id = y.res_partner_id
                 JOIN res_company_users_rel k ON k.user_id = v.id
                WHERE v.share IS NOT TRUE
                UNION
               SELECT w.id, k.cid
                 FROM calendar_event w
                 JOIN res_users v ON v.id = w.user_id
                 JOIN res_company_users_rel k ON k.user_id = v.id
                WHERE v.share IS NOT TRUE)
        """,
        end=end,
    )
