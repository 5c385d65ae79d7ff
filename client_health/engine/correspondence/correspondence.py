"""Reads what clients and we wrote to each other, and when we met; returns SELECTs over it.

Messages are most of what there is to read, and each signal of contact asks them something else.
So they are read once per run, for clients of any number of companies, into temporary tables.
``messages.py`` defines whose a message is, ``meetings.py`` what a meeting or a call is.
"""

from datetime import timedelta
from itertools import count

from odoo.tools import SQL

from ..clock import EVER, get_end, local_date
from ..query import get_company, is_one_of
from . import meetings, messages, waiting

# How far back habits are looked up, and how long a discussion rests until the next message is no
# reply, and begins a new contact. Rules of thumb.
RECENT = timedelta(days=90)
QUIET = timedelta(days=14)

_numbers = count()


class Correspondence:
    """All messages, meetings and calls of clients until the end of the day ``as_of``.

    Made by a fixed number of statements, whatever the number of clients and companies. Its tables
    are its own: to be closed, or used as a context manager, and gone with the transaction at the
    latest. Each table has relationship_id and company_id:

    - ``received``: messages of clients: id, model, res_id, create_date
    - ``answers``: the same messages, and of the discussion: ``begins`` (the first of them since
      our last message), ``replies`` (and that message was not long ago), ``answered`` (when we
      wrote next, or NULL)
    - ``meetings``: meetings and calls: moment, kind, model, res_id, ours
    - ``sent``: our recent messages to contacts of clients: id, model, res_id, create_date
    - ``waiting``: discussions in which a client waits, see ``waiting.Waiting``

    Every ``select_…`` takes the clients of one company: it decides about the day of a moment.
    """

    def __init__(self, env, relationships, as_of):
        env.flush_all()
        self._cr = env.cr
        self._names = {}
        self._number = next(_numbers)
        scope = is_one_of(SQL("r.id"), relationships._ids)
        ends = _get_ends(env, relationships, scope, as_of)
        people = messages.with_people(ends, scope)
        end, first = max(ends.values()), min(ends.values())
        self._end = end
        # analyzed, or PostgreSQL expects few discussions, and looks the answers up one by one
        self._create_temp_table("received", _select_received(people, end), analyze=True)
        self._create_temp_table("answers", self._select_answers(people, end))
        self._create_temp_table("meetings", _select_meetings(people, end))
        self._create_temp_table("sent", _select_sent(people, end, first - RECENT - QUIET))
        self._create_temp_table("waiting", self._select_waiting(people))

    def __enter__(self):
        return self

    def __exit__(self, error, *_details):
        if error is None:  # or the transaction may be broken, and takes the tables along
            self.close()

    def close(self):
        """Drop the tables: a transaction may read several days."""
        if self._names:
            self._cr.execute(SQL("DROP TABLE IF EXISTS %s", SQL(", ").join(self._names.values())))
        self._names = {}

    def _create_temp_table(self, name, query, analyze=False):
        table = SQL.identifier(f"client_health_{name}_{self._number}")
        create = SQL("CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s", table, query)
        self._cr.execute(SQL("%s; ANALYZE %s", create, table) if analyze else create)
        self._names[name] = table

    def _select(self, name, relationships):
        return SQL(
            "SELECT * FROM %s WHERE company_id = %s",
            self._names[name],
            get_company(relationships).id,
        )

    def select_received(self, relationships):
        """Return a SELECT of relationship_id, id and create_date of the clients' messages."""
        return self._select("received", relationships)

    def select_meetings(self, relationships):
        """Return a SELECT of relationship_id, moment, kind, model and res_id of meetings, calls."""
        return self._select("meetings", relationships)

    def select_waiting(self, relationships):
        """Return a SELECT of the columns of ``waiting.Waiting``."""
        return self._select("waiting", relationships)

    def select_replies(self, since, relationships):
        """Return a SELECT of id (the relationship), message_id, received, answered, its day, first.

        One row per burst that was answered: the first message since our last one in a discussion,
        unless it asks for no answer. ``first``: the client began; ours was not lately before it.
        """
        return SQL(
            """
            SELECT relationship_id AS id, id AS message_id, create_date AS received, answered,
                   %(day)s AS day, replies IS NOT TRUE AS first
              FROM (%(messages)s) message
             WHERE begins AND answered IS NOT NULL AND create_date > %(since)s
               AND NOT EXISTS (SELECT FROM mail_message m WHERE m.id = message.id AND %(marked)s)
            """,
            messages=self._select("answers", relationships),
            day=local_date(relationships, SQL("answered")),
            since=since,
            marked=messages.asks_for_no_answer(SQL("m"), self._end),
        )

    def select_contacts(self, relationships):
        """Return a SELECT of relationship_id, moment, kind, model and res_id of two-way contacts.

        In a discussion, these are our answers, and what a client wrote soon after we did.
        """
        return SQL(
            """
            SELECT relationship_id, COALESCE(answered, create_date) AS moment, 'message' AS kind,
                   model, res_id
              FROM (%s) message
             WHERE begins AND (answered IS NOT NULL OR replies)
         UNION ALL
            SELECT relationship_id, moment, kind, model, res_id FROM (%s) meeting
            """,
            self._select("answers", relationships),
            self._select("meetings", relationships),
        )

    def select_first_steps(self, since, relationships):
        """Return a SELECT of relationship_id, moment, ours, model, res_id, kind: which side began.

        A message begins a contact when its discussion rested for ``QUIET``. Ours counts when it
        was sent to a contact of the client; invoices and mass mails are sent by the system.
        """
        return SQL(
            """
            WITH line AS (
                     SELECT *, LAG(moment) OVER (PARTITION BY relationship_id, res_id, model
                                                 ORDER BY moment, id) AS before
                       FROM (SELECT relationship_id, model, res_id, id, create_date AS moment,
                                    false AS ours
                               FROM (%(received)s) received
                              WHERE create_date > %(since)s - %(quiet)s
                          UNION ALL
                             SELECT relationship_id, model, res_id, id, create_date, true
                               FROM (%(sent)s) sent
                              WHERE create_date > %(since)s - %(quiet)s) m)
            SELECT relationship_id, moment, ours, model, res_id, 'message' AS kind
              FROM line
             WHERE moment > %(since)s AND (before IS NULL OR moment - before > %(quiet)s)
         UNION ALL
            SELECT relationship_id, moment, ours, model, res_id, kind
              FROM (%(meetings)s) meeting
             WHERE moment > %(since)s
            """,
            received=self._select("received", relationships),
            sent=self._select("sent", relationships),
            meetings=self._select("meetings", relationships),
            since=since,
            quiet=QUIET,
        )

    def _select_answers(self, people, end):
        """Line up the messages of both sides per discussion; of these, the clients' are stored."""
        return SQL(
            """
            WITH %(people)s,
                 discussion AS (SELECT DISTINCT relationship_id, company_id, model, res_id
                                  FROM %(received)s),
                 line AS (
                     SELECT relationship_id, company_id, model, res_id, id, create_date,
                            false AS ours
                       FROM %(received)s
                  UNION ALL
                     SELECT d.relationship_id, d.company_id, d.model, d.res_id, o.id,
                            o.create_date, true
                       FROM discussion d
                       JOIN client r ON r.id = d.relationship_id
                       JOIN mail_message o ON o.model = d.model AND o.res_id = d.res_id
                      WHERE o.create_date <= r.till AND (%(is_ours)s)),
                 lined_up AS (
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
              FROM lined_up
             WHERE NOT ours
            """,
            people=people,
            received=self._names["received"],
            is_ours=messages.is_ours(SQL("o"), end),
            quiet=QUIET,
        )

    def _select_waiting(self, people):
        return SQL(
            """
            WITH %(people)s,
                 message AS (
                     SELECT a.*, r.till
                       FROM %(answers)s a
                       JOIN client r ON r.id = a.relationship_id
                      WHERE a.answered IS NULL AND a.create_date > r.till - %(window)s)
            SELECT w.*, r.company_id
              FROM (%(waiting)s) w
              JOIN client r ON r.id = w.relationship_id
            """,
            people=people,
            answers=self._names["answers"],
            window=waiting.WINDOW,
            waiting=waiting.select_open(SQL("i.till")),
        )


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


def _select_sent(people, end, since):
    return SQL(
        "WITH %s, written AS (%s) SELECT * FROM (%s) sent",
        people,
        messages.select_written(end, since),
        messages.select_messages("written"),
    )


def _select_meetings(people, end):
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
        meetings=meetings.select_meetings(),
        calls=meetings.select_calls(end),
    )
