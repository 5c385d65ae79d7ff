"""Reads messages of clients, returns those that wait for an answer. One statement for all clients.

What is a client's message, and what is ours, is defined in ``messages.py``. Thanks ask for no
answer (``no_answer.py``), nor does what a user marked so, with all before it. A task that is closed
answers what was written on it until then, and what was old when the firm began is history.

It is answered by whatever a colleague writes later on the same document for the client to read,
by chat, mail or a call that was made, by a reaction (a thumb up says "seen" to a "thank you"), or
once the feedback made of it was answered.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from odoo.tools import SQL

from odoo.addons.project.models.project_task import CLOSED_STATES

from .. import period
from ..query import is_one_of
from . import senders
from .messages import (
    FEW,
    asks_for_no_answer,
    is_ours,
    is_posted_in_person,
    select_colleagues,
    select_messages,
    select_received,
    with_own_documents,
)

# After so long, an answer is not waited for any more.
WINDOW = period.YEAR_OF_DAYS
# Of more clients, it is quicker to read all that we wrote. Rule of thumb.
MANY = 2000
# What was older than this at set-up was answered elsewhere, or never will be. Rule of thumb.
OLD_AT_SETUP = timedelta(days=30)

# Read by the statement, so flushed before it; some columns are those of other modules.
READS = (
    "account.move",
    "client.feedback",
    "client.issue",
    "client.relationship",
    "client.update",
    "crm.lead",
    "hr.employee",
    "mail.activity.type",
    "mail.message",
    "mail.message.reaction",
    "mail.message.subtype",
    "project.project",
    "project.task",
    "res.company",
    "res.partner",
    "res.users",
    "sale.order",
)


class Waiting(NamedTuple):
    """A discussion in which a client waits: its first and last open message, how many there are."""

    relationship_id: int
    message_id: int
    model: str
    res_id: int
    received: datetime
    messages: int
    last_message_id: int


def read_waiting(env, relationships, as_of, in_person=False):
    """Return {relationship id: [Waiting, the oldest first]}; none: an empty list.

    :param in_person: what was answered by mail alone waits still, see ``is_posted_in_person``
    """
    found = {relationship_id: [] for relationship_id in relationships.ids}
    if found:
        scope = is_one_of(SQL("id"), relationships.ids)
        for row in _execute(env, select_waiting(as_of, scope, in_person, len(found))):
            found[row[0]].append(Waiting(*row))
    return found


def count_waiting(env, user_id, company_ids, as_of):
    """Return how many discussions wait with the clients of a salesperson. One statement."""
    scope = SQL("active AND user_id = %s AND company_id IN %s", user_id, tuple(company_ids))
    query = SQL("SELECT COUNT(*) FROM (%s) w", select_waiting(as_of, scope))
    return _execute(env, query)[0][0]


def read_answers(env, message_ids, as_of, in_person=False, after=None):
    """Return {message id: (moment, author's partner id, message id) of our first answer}.

    :param in_person: only what was written by a logged-in colleague: a mail is no evidence
    :param after: {message id: id of a message that, like all before it, is no answer}
    """
    if not message_ids:
        return {}
    rows = _execute(env, select_answers(message_ids, as_of, in_person, after or {}))
    return {message_id: answer for message_id, *answer in rows}


def _execute(env, query):
    _flush(env)
    return env.execute_query(query)


def _flush(env):
    for model in READS:
        env[model].flush_model()


def select_waiting(as_of, scope, in_person=False, count=None):
    """Return a SELECT of the columns of ``Waiting``.

    :param scope: the condition that picks the relationships
    :param count: how many these are, if known: it changes the way, never what is found
    """
    is_few = count is not None and count <= FEW
    is_early = is_few or (count or 0) > MANY
    answer = _select_answer(SQL("m"), as_of, in_person)
    return SQL(
        """
        WITH client AS MATERIALIZED (
                 SELECT id, partner_id, company_id, %(as_of)s::timestamp AS till
                   FROM client_relationship
                  WHERE %(scope)s),
             %(family)s,
             colleague AS MATERIALIZED (%(colleagues)s),
             %(own)s
             received AS %(received)s,
             %(unanswered)s
        %(waiting)s
        """,
        scope=scope,
        family=senders.with_family(),
        colleagues=select_colleagues(),
        own=SQL("%s,", with_own_documents()) if is_few else SQL(""),
        received=SQL(
            "MATERIALIZED (%s)" if is_early else "(%s)",
            select_received(as_of, as_of - WINDOW, is_few),
        ),
        unanswered=_with_unanswered(answer, is_early),
        waiting=select_open(as_of),
        as_of=as_of,
    )


def _with_unanswered(answer, is_early):
    """Return the CTE message: what was received and has no answer. Reads the CTE received.

    ``is_early``: answers are looked for before it is asked whose the messages are. Of many clients
    PostgreSQL then reads them all at once, of few there are few; in between, it is slower.
    """
    if not is_early:
        return SQL(
            "message AS (SELECT * FROM (%s) m WHERE NOT EXISTS (%s))", select_messages(), answer
        )
    return SQL(
        """
        unanswered AS MATERIALIZED (SELECT * FROM received m WHERE NOT EXISTS (%s)),
        message AS MATERIALIZED (%s)
        """,
        answer,
        select_messages("unanswered"),
    )


def select_open(as_of):
    """Return a SELECT of the columns of ``Waiting``, of the messages in the CTE message.

    They have no answer; a reaction, or an answer to the feedback made of one, counts as seen.
    What asks for no answer, or is over, is left out. Reads the CTE colleague.
    """
    return SQL(
        """
        SELECT i.relationship_id,
               (ARRAY_AGG(i.id ORDER BY i.create_date, i.id))[1] AS message_id,
               i.model,
               i.res_id,
               MIN(i.create_date) AS received,
               COUNT(*)::int AS messages,
               (ARRAY_AGG(i.id ORDER BY i.create_date DESC, i.id DESC))[1] AS last_message_id
          FROM message i
         WHERE NOT EXISTS (%(reaction)s)
           AND NOT EXISTS (%(own_mark)s)
           AND NOT EXISTS (%(later_mark)s)
           AND NOT EXISTS (%(closed)s)
           AND NOT EXISTS (%(history)s)
           AND NOT EXISTS (SELECT 1
                             FROM client_feedback f
                            WHERE f.message_id = i.id AND f.answered_date <= %(as_of)s)
      GROUP BY i.relationship_id, i.model, i.res_id
      ORDER BY MIN(i.create_date), MIN(i.id)
        """,
        reaction=_select_reaction(),
        own_mark=_select_mark(SQL("o.id = i.id"), as_of),
        later_mark=_select_mark(IS_LATER_MARK, as_of),
        closed=_select_closed_task(as_of),
        history=_select_history(as_of),
        as_of=as_of,
    )


IS_LATER_MARK = SQL(
    """
    o.model = i.model
    AND o.res_id = i.res_id
    AND o.client_no_answer = 'said'
    AND (o.create_date, o.id) > (i.create_date, i.id)
    """
)


def _select_mark(which, as_of):
    """The message i itself asks for no answer, or a user said so of it, or of a later one."""
    is_marked = asks_for_no_answer(SQL("o"), as_of)
    return SQL("SELECT 1 FROM mail_message o WHERE %s AND %s", which, is_marked)


def _select_closed_task(as_of):
    """The message stands on a task that was closed after it."""
    return SQL(
        """
        SELECT 1
          FROM project_task t
         WHERE i.model = 'project.task'
           AND t.id = i.res_id
           AND t.state IN %s
           AND COALESCE(t.date_last_stage_update, i.create_date) BETWEEN i.create_date AND %s
        """,
        tuple(CLOSED_STATES),
        as_of,
    )


def _select_history(as_of):
    """The message was old when the company was set up; of the time before, nothing is history."""
    return SQL(
        """
        SELECT 1
          FROM res_company c
         WHERE c.id = i.company_id
           AND c.client_setup_date <= %s
           AND i.create_date < c.client_setup_date - %s
        """,
        as_of,
        OLD_AT_SETUP,
    )


def select_answers(message_ids, as_of, in_person=False, after=()):
    """Return a SELECT of message_id, and moment, author and id of our first answer to it."""
    return SQL(
        """
        WITH colleague AS MATERIALIZED (%(colleagues)s),
             asked (id, after) AS (VALUES %(asked)s)
        SELECT m.id, a.create_date, a.author_id, a.id
          FROM mail_message m
          JOIN asked ON asked.id = m.id
    CROSS JOIN LATERAL (
                 SELECT * FROM (%(answer)s) o
                  WHERE o.id > asked.after
               ORDER BY o.create_date, o.id
                  LIMIT 1) a
        """,
        colleagues=select_colleagues(),
        answer=_select_answer(SQL("m"), as_of, in_person),
        asked=SQL(", ").join(
            SQL("(%s, %s)", message_id, after.get(message_id, 0) if after else 0)
            for message_id in set(message_ids)
        ),
    )


def _select_answer(message, as_of, in_person=False):
    """What a colleague wrote later in the same discussion, or a call about it that was made."""
    return SQL(
        """
        SELECT o.create_date, o.author_id, o.id
          FROM mail_message o
         WHERE o.model = %(m)s.model
           AND o.res_id = %(m)s.res_id
           AND (o.create_date, o.id) > (%(m)s.create_date, %(m)s.id)
           AND (%(is_ours)s)
           AND %(in_person)s
        """,
        m=message,
        is_ours=is_ours(SQL("o"), as_of),
        in_person=is_posted_in_person(SQL("o")) if in_person else SQL("TRUE"),
    )


def _select_reaction():
    """A colleague's reaction to the message, or to a later one of the same discussion."""
    # IS TRUE: see messages.is_by_colleague
    return SQL(
        """
        SELECT 1
          FROM mail_message o
          JOIN mail_message_reaction e ON e.message_id = o.id
         WHERE o.model = i.model
           AND o.res_id = i.res_id
           AND (o.create_date, o.id) >= (i.create_date, i.id)
           AND (e.partner_id IN (SELECT id FROM colleague)) IS TRUE
        """
    )
