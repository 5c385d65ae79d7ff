"""Talks between clients and us: who wrote when, who answered, who began. SELECTs only.

They read what ``gathered.py`` gathered. ``end`` is the moment up to which it looked.
"""

from odoo.tools import SQL

from . import messages
from .gathered import select_meetings, select_said, with_people
from .reading import local_date


def select_replies(end, since, relationships):
    """Return a SELECT of id (the relationship), message_id, received, answered and its day.

    One row per burst that was answered: the first message since our last one in a discussion.
    Reads twice as far back as ``since``, to see whether it was the first.
    """
    return SQL(
        """
        WITH message AS MATERIALIZED (%(said)s),
             line AS (
                 SELECT relationship_id, model, res_id, id, create_date AS moment, false AS ours
                   FROM message
              UNION ALL
                 SELECT d.relationship_id, d.model, d.res_id, o.id, o.create_date, true
                   FROM (SELECT DISTINCT relationship_id, model, res_id FROM message) d
                   JOIN client_health_ours o ON o.model = d.model AND o.res_id = d.res_id),
             burst AS (
                 SELECT *,
                        LAG(ours) OVER discussion AS after_ours,
                        MIN(moment) FILTER (WHERE ours) OVER (
                            discussion ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
                        ) AS answered
                   FROM line
                 WINDOW discussion AS (PARTITION BY relationship_id, model, res_id
                                       ORDER BY moment, id))
        SELECT relationship_id AS id, id AS message_id, moment AS received, answered, %(day)s AS day
          FROM burst
         WHERE NOT ours
           AND after_ours IS NOT FALSE
           AND answered IS NOT NULL
           AND moment > %(since)s
        """,
        said=select_said(since - (end - since)),
        day=local_date(relationships, SQL("answered")),
        since=since,
    )


def select_exchanges():
    """Return a SELECT of relationship_id, moment, kind, model and res_id of two-way contacts.

    Of a discussion, it is our first answer to the client's last message; or that message, when it
    came after one of ours.
    """
    return SQL(
        """
        WITH discussion AS (
                 SELECT relationship_id, model, res_id, MAX(create_date) AS asked
                   FROM client_health_said
               GROUP BY relationship_id, model, res_id),
             line AS (
                 SELECT d.relationship_id, d.model, d.res_id, d.asked,
                        MIN(o.create_date) FILTER (WHERE o.create_date > d.asked) AS answered,
                        BOOL_OR(o.create_date <= d.asked) AS after_ours
                   FROM discussion d
                   JOIN client_health_ours o ON o.model = d.model AND o.res_id = d.res_id
               GROUP BY d.relationship_id, d.model, d.res_id, d.asked)
        SELECT relationship_id,
               COALESCE(answered, asked) AS moment,
               'message' AS kind,
               model,
               res_id
          FROM line
         WHERE answered IS NOT NULL OR after_ours
     UNION ALL
        SELECT relationship_id, moment, kind, model, res_id FROM client_health_met
        """
    )


def select_contacts(end, since, relationships):
    """Return a SELECT of relationship_id and moment: meetings held, and what clients wrote.

    Reads everything itself: nothing needs to be gathered.
    """
    return SQL(
        """
        WITH %(people)s,
             received AS (%(received)s),
             message AS (%(messages)s)
        SELECT relationship_id, create_date AS moment FROM message
     UNION ALL
        SELECT relationship_id, moment FROM (%(meetings)s) e WHERE moment > %(since)s
        """,
        people=with_people(relationships),
        received=messages.select_received(end, since),
        messages=messages.select_messages(),
        meetings=select_meetings(end),
        since=since,
    )


def select_starts(end, since, quiet, relationships):
    """Return a SELECT of relationship_id, moment, ours, model, res_id: contacts, who began them.

    A message begins a contact when its discussion rested for ``quiet``. Ours counts when it was
    sent to a contact of the client; invoices and mass mails are sent by the system.
    """
    return SQL(
        """
        WITH %(people)s,
             written AS (%(written)s),
             sent AS (%(sent)s),
             line AS (
                 SELECT *, LAG(moment) OVER (PARTITION BY relationship_id, model, res_id
                                             ORDER BY moment, id) AS before
                   FROM (SELECT relationship_id, model, res_id, id, create_date AS moment,
                                false AS ours
                           FROM (%(said)s) message
                      UNION ALL
                         SELECT relationship_id, model, res_id, id, create_date, true
                           FROM sent) m)
        SELECT relationship_id, moment, ours, model, res_id
          FROM line
         WHERE moment > %(since)s AND (before IS NULL OR moment - before > %(quiet)s)
     UNION ALL
        SELECT relationship_id, moment, ours, model, res_id
          FROM client_health_met
         WHERE moment > %(since)s
        """,
        people=with_people(relationships),
        said=select_said(since - quiet),
        written=_select_written(end, since - quiet),
        sent=messages.select_messages("written"),
        since=since,
        quiet=quiet,
    )


def select_questions(end, since, patience, relationships):
    """Return a SELECT of id (the relationship), model, res_id, moment and waiting: our questions.

    A message of ours to a contact of the client with a question mark, outside of links. It waits
    when nobody at the client wrote in that discussion since, for longer than ``patience``.
    """
    return SQL(
        """
        (WITH %(people)s,
              received AS (%(received)s),
              message AS (%(messages)s),
              written AS (%(written)s),
              sent AS (%(sent)s)
         SELECT s.relationship_id AS id,
                'mail.message' AS model,
                s.id AS res_id,
                s.create_date AS moment,
                s.create_date < %(late)s
                AND NOT EXISTS (SELECT 1
                                  FROM message m
                                 WHERE m.relationship_id = s.relationship_id
                                   AND m.model = s.model
                                   AND m.res_id = s.res_id
                                   AND m.create_date > s.create_date) AS waiting
           FROM sent s
           JOIN mail_message o ON o.id = s.id
          WHERE REGEXP_REPLACE(o.body, '<[^>]*>|https?://[^ <]*', '', 'g') LIKE '%%?%%')
        """,
        people=with_people(relationships),
        received=messages.select_received(end, since),
        messages=messages.select_messages(),
        written=_select_written(end, since),
        sent=messages.select_messages("written"),
        late=end - patience,
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
