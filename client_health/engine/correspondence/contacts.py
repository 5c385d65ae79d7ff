"""Talks between clients and us: who wrote when, who answered, who began. SELECTs only.

Most read what ``tables.py`` gathered.
"""

from odoo.tools import SQL

from ..reading import get_company, is_one_of, local_date, select_kept
from . import messages
from .tables import select_meetings


def select_replies(since, relationships):
    """Return a SELECT of id (the relationship), message_id, received, answered and its day.

    One row per burst that was answered: the first message since our last one in a discussion.
    """
    return SQL(
        """
        SELECT relationship_id AS id, id AS message_id, create_date AS received, answered,
               %(day)s AS day
          FROM (%(said)s) said
         WHERE begins AND answered IS NOT NULL AND create_date > %(since)s
        """,
        said=select_kept("said", relationships),
        day=local_date(relationships, SQL("answered")),
        since=since,
    )


def select_exchanges(relationships):
    """Return a SELECT of relationship_id, moment, kind, model and res_id of two-way contacts.

    In a discussion, these are our answers, and what a client wrote soon after we did.
    """
    return SQL(
        """
        SELECT relationship_id, COALESCE(answered, create_date) AS moment, 'message' AS kind,
               model, res_id
          FROM (%s) said
         WHERE begins AND (answered IS NOT NULL OR replies)
     UNION ALL
        SELECT relationship_id, moment, kind, model, res_id FROM (%s) met
        """,
        select_kept("said", relationships),
        select_kept("met", relationships),
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
        people=_with_people(relationships, end),
        received=messages.select_received(end, since),
        messages=messages.select_messages(),
        meetings=select_meetings(),
        since=since,
    )


def select_starts(since, quiet, relationships):
    """Return a SELECT of relationship_id, moment, ours, model, res_id: contacts, who began them.

    A message begins a contact when its discussion rested for ``quiet``. Ours counts when it was
    sent to a contact of the client; invoices and mass mails are sent by the system.
    """
    return SQL(
        """
        WITH line AS (
                 SELECT *, LAG(moment) OVER (PARTITION BY relationship_id, res_id, model
                                             ORDER BY moment, id) AS before
                   FROM (SELECT relationship_id, model, res_id, id, create_date AS moment,
                                false AS ours
                           FROM (%(said)s) said
                          WHERE create_date > %(since)s - %(quiet)s
                      UNION ALL
                         SELECT relationship_id, model, res_id, id, create_date, true
                           FROM (%(sent)s) sent
                          WHERE create_date > %(since)s - %(quiet)s) m)
        SELECT relationship_id, moment, ours, model, res_id
          FROM line
         WHERE moment > %(since)s AND (before IS NULL OR moment - before > %(quiet)s)
     UNION ALL
        SELECT relationship_id, moment, ours, model, res_id
          FROM (%(met)s) met
         WHERE moment > %(since)s
        """,
        said=select_kept("said", relationships),
        sent=select_kept("sent", relationships),
        met=select_kept("met", relationships),
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
        people=_with_people(relationships, end),
        received=messages.select_received(end, since),
        messages=messages.select_messages(),
        written=messages.select_written(end, since),
        sent=messages.select_messages("written"),
        late=end - patience,
    )


def _with_people(relationships, end):
    return messages.with_people(
        {get_company(relationships).id: end}, is_one_of(SQL("r.id"), relationships._ids)
    )
