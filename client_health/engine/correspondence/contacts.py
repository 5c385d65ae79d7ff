"""Reads contacts and open questions of a few clients; returns SELECTs, and stores nothing.

For pages that Odoo shows in a transaction that only reads. A night reads all clients at once, see
``correspondence.py``.
"""

from datetime import timedelta

from odoo.tools import SQL

from ..clock import get_now, get_start
from ..query import fetch, get_company, is_one_of
from . import messages
from .meetings import select_meetings

MEETING, MESSAGE = "meeting", "message"


def select_contacts(end, since, relationships):
    """Return a SELECT of relationship_id, moment and kind: meetings held, and messages of clients.

    ``kind`` is ``MEETING`` or ``MESSAGE``.
    """
    return SQL(
        """
        WITH %(people)s,
             received AS MATERIALIZED (%(received)s),
             message AS (%(messages)s)
        SELECT relationship_id, create_date AS moment, %(message)s AS kind FROM message
     UNION ALL
        SELECT relationship_id, moment, %(meeting)s
          FROM (%(meetings)s) e
         WHERE moment > %(since)s
        """,
        message=MESSAGE,
        meeting=MEETING,
        people=_with_people(relationships, end),
        received=messages.select_received(end, since, is_few=True),
        messages=messages.select_messages(),
        meetings=select_meetings(),
        since=since,
    )


def select_questions(end, since, patience, relationships):
    """Return a SELECT of id (the relationship), model, res_id, moment and waiting: our questions.

    A message of ours to a contact of the client with a question mark, outside of links. It waits
    when the client wrote nothing in that discussion since, for longer than ``patience``.
    """
    return SQL(
        """
        (WITH %(people)s,
              received AS MATERIALIZED (%(received)s),
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
        received=messages.select_received(end, since, is_few=True),
        messages=messages.select_messages(),
        written=messages.select_written(end, since),
        sent=messages.select_messages("written"),
        late=end - patience,
    )


def _with_people(relationships, end):
    scope = is_one_of(SQL("r.id"), relationships._ids)
    people = messages.with_people({get_company(relationships).id: end}, scope)
    return SQL("%s, %s", people, messages.with_own_documents())


def read_kinds(env, relationships, day):
    """Return {relationship id: kinds of contact with us on a day}: ``MEETING``, ``MESSAGE``.

    Of clients of one company, in one query. What is not over yet is no contact.
    """
    contact = select_contacts(get_now(), get_start(relationships, day), relationships)
    tomorrow = get_start(relationships, day + timedelta(days=1))
    query = SQL(
        """
        SELECT relationship_id, ARRAY_AGG(DISTINCT kind) AS kinds
          FROM (%s) k
         WHERE moment < %s
      GROUP BY relationship_id
        """,
        contact,
        tomorrow,
    )
    return {row["relationship_id"]: set(row["kinds"]) for row in fetch(env, query)}
