"""Messages of clients that wait for an answer: one statement over all clients.

A message is the client's when a contact of the client wrote it, archived or not; or when nobody
knows the sender's address and it stands on a document of the client. Freelancers, suppliers and
colleagues whom Odoo knows are none of these. Automatic replies, notifications and internal notes
are no messages in this sense.

It is answered by whatever a colleague writes later on the same document for the client to read,
by chat, mail or a call that was made, by a reaction (a thumb up says "seen" to a "thank you"), or
once the feedback made of it was answered. Robots answer nobody.

What counts is when Odoo received a message, never the date that the sender's computer put on it.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from odoo.tools import SQL

# What nobody answered for so long nobody waits for any more.
WINDOW = timedelta(days=365)

# Read by the statement, so written out before it; some are columns of other modules' making.
READS = (
    "account.move",
    "client.feedback",
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
    "res.partner",
    "res.users",
    "sale.order",
)


class Waiting(NamedTuple):
    """A discussion in which a client waits: its first open message and how many there are."""

    relationship_id: int
    message_id: int
    model: str
    res_id: int
    received: datetime
    messages: int


def read_waiting(env, relationships, as_of):
    """Return {relationship id: [Waiting, the oldest first]}; nobody waits: an empty list."""
    found = {relationship_id: [] for relationship_id in relationships.ids}
    if found:
        for row in _execute(env, select_waiting(as_of, relationships.ids)):
            found[row[0]].append(Waiting(*row))
    return found


def read_answers(env, message_ids, as_of):
    """Return {message id: (moment, author's partner id, message id) of our first answer}."""
    if not message_ids:
        return {}
    rows = _execute(env, select_answers(message_ids, as_of))
    return {message_id: answer for message_id, *answer in rows}


def _execute(env, query):
    for model in READS:
        env[model].flush_model()
    return env.execute_query(query)


def select_waiting(as_of, relationship_ids=()):
    """Return a SELECT of the columns of ``Waiting``; no ids: all relationships in use."""
    scope = SQL("id IN %s", tuple(relationship_ids)) if relationship_ids else SQL("active")
    return SQL(
        """
        WITH client AS MATERIALIZED (
                 SELECT id, partner_id, company_id FROM client_relationship WHERE %(scope)s),
             colleague AS MATERIALIZED (%(colleagues)s),
             received AS (%(known)s UNION ALL %(unknown)s),
             message AS (%(messages)s)
        SELECT i.relationship_id,
               (ARRAY_AGG(i.id ORDER BY i.create_date, i.id))[1] AS message_id,
               i.model,
               i.res_id,
               MIN(i.create_date) AS received,
               COUNT(*)::int AS messages
          FROM message i
         WHERE NOT EXISTS (%(answer)s)
           AND NOT EXISTS (%(reaction)s)
           AND NOT EXISTS (SELECT 1
                             FROM client_feedback f
                            WHERE f.message_id = i.id AND f.answered_date <= %(as_of)s)
      GROUP BY i.relationship_id, i.model, i.res_id
      ORDER BY MIN(i.create_date), MIN(i.id)
        """,
        scope=scope,
        colleagues=_select_colleagues(),
        known=_select_from_contacts(as_of),
        unknown=_select_from_strangers(as_of),
        messages=_select_messages(),
        answer=_select_answer(SQL("i"), as_of),
        reaction=_select_reaction(),
        as_of=as_of,
    )


def select_answers(message_ids, as_of):
    """Return a SELECT of message_id, and moment, author and id of our first answer to it."""
    return SQL(
        """
        WITH colleague AS MATERIALIZED (%(colleagues)s)
        SELECT m.id, a.create_date, a.author_id, a.id
          FROM mail_message m
    CROSS JOIN LATERAL (%(answer)s ORDER BY o.create_date, o.id LIMIT 1) a
         WHERE m.id IN %(ids)s
        """,
        colleagues=_select_colleagues(),
        answer=_select_answer(SQL("m"), as_of),
        ids=tuple(message_ids),
    )


def _select_colleagues():
    """People on our side: internal users, former ones too, and employees without a user."""
    return SQL(
        """
        SELECT partner_id AS id FROM res_users WHERE share IS NOT TRUE
         UNION
        SELECT work_contact_id FROM hr_employee WHERE work_contact_id IS NOT NULL
        """
    )


def _is_written(message, as_of):
    """Return the condition that a person wrote a message for both sides to read, in time.

    No internal notes; answers to an internal note have is_internal and are notes as well.
    """
    return SQL(
        """
        %(m)s.message_type IN ('email', 'comment', 'email_outgoing')
        AND %(m)s.is_internal IS NOT TRUE
        AND NOT EXISTS (SELECT 1
                          FROM mail_message_subtype s
                         WHERE s.id = %(m)s.subtype_id AND s.internal)
        AND %(m)s.create_date <= %(as_of)s
        """,
        m=message,
        as_of=as_of,
    )


def _is_received(as_of):
    return SQL(
        """
        m.message_type IN ('email', 'comment')
        AND m.model IS NOT NULL
        AND m.model <> 'discuss.channel'
        AND m.create_date > %s
        AND %s
        """,
        as_of - WINDOW,
        _is_written(SQL("m"), as_of),
    )


def _select_from_contacts(as_of):
    """What the contacts of the clients wrote; client_id is their commercial partner."""
    return SQL(
        """
        SELECT m.id, m.model, m.res_id, m.create_date, a.commercial_partner_id AS client_id
          FROM res_partner a
          JOIN mail_message m ON m.author_id = a.id
         WHERE a.commercial_partner_id IN (SELECT partner_id FROM client)
           AND a.id NOT IN (SELECT id FROM colleague)
           AND %s
        """,
        _is_received(as_of),
    )


def _select_from_strangers(as_of):
    """What came without an author: the address may be a contact's by now, or unknown (NULL)."""
    return SQL(
        """
        SELECT m.id, m.model, m.res_id, m.create_date, a.commercial_partner_id
          FROM mail_message m
     LEFT JOIN LATERAL (
                   SELECT p.commercial_partner_id, c.id IS NOT NULL AS ours
                     FROM res_partner p
                LEFT JOIN colleague c ON c.id = p.id
                    WHERE p.email_normalized = %(address)s
                 ORDER BY c.id IS NULL,
                          p.commercial_partner_id NOT IN (SELECT partner_id FROM client),
                          p.active DESC,
                          p.id
                    LIMIT 1) a ON true
         WHERE m.author_id IS NULL
           AND a.ours IS NOT TRUE
           AND %(is_received)s
        """,
        address=SQL(
            "LOWER(COALESCE(SUBSTRING(m.email_from FROM '<([^<>]+@[^<>]+)>'), TRIM(m.email_from)))"
        ),
        is_received=_is_received(as_of),
    )


def _select_messages():
    """Give each message its relationship: the sender's, or else the document's.

    In several companies, that of the document; a document without company belongs to all.
    """
    return SQL(
        """
        SELECT m.id, m.model, m.res_id, m.create_date, r.id AS relationship_id
          FROM received m
     LEFT JOIN project_task t ON m.model = 'project.task' AND t.id = m.res_id
     LEFT JOIN project_project j ON j.id = CASE m.model WHEN 'project.project' THEN m.res_id
                                                        ELSE t.project_id END
     LEFT JOIN crm_lead l ON m.model = 'crm.lead' AND l.id = m.res_id
     LEFT JOIN sale_order s ON m.model = 'sale.order' AND s.id = m.res_id
     LEFT JOIN account_move v ON m.model = 'account.move' AND v.id = m.res_id
     LEFT JOIN client_update u ON m.model = 'client.update' AND u.id = m.res_id
     LEFT JOIN client_relationship w ON w.id = u.relationship_id
     LEFT JOIN res_partner d
            ON d.id = CASE m.model
                      WHEN 'res.partner' THEN m.res_id
                      ELSE COALESCE(j.partner_id, t.partner_id, l.partner_id, s.partner_id,
                                    v.partner_id, w.partner_id) END
          JOIN client r
            ON r.partner_id = COALESCE(m.client_id, d.commercial_partner_id)
           AND r.company_id = COALESCE(t.company_id, j.company_id, l.company_id, s.company_id,
                                       v.company_id, w.company_id, r.company_id)
        """
    )


def _select_answer(message, as_of):
    """What a colleague wrote later in the same discussion, or a call about it that was made."""
    return SQL(
        """
        SELECT o.create_date, o.author_id, o.id
          FROM mail_message o
         WHERE o.model = %(m)s.model
           AND o.res_id = %(m)s.res_id
           AND (o.create_date, o.id) > (%(m)s.create_date, %(m)s.id)
           AND o.author_id IN (SELECT id FROM colleague)
           AND o.author_id <> (SELECT partner_id FROM res_users WHERE id = 1)
           AND (%(is_written)s
                OR o.create_date <= %(as_of)s
               AND o.mail_activity_type_id IN (SELECT id
                                                 FROM mail_activity_type
                                                WHERE category = 'phonecall'))
        """,
        m=message,
        as_of=as_of,
        is_written=_is_written(SQL("o"), as_of),
    )


def _select_reaction():
    """A colleague's reaction to the message, or to a later one of the same discussion."""
    return SQL(
        """
        SELECT 1
          FROM mail_message o
          JOIN mail_message_reaction e ON e.message_id = o.id
         WHERE o.model = i.model
           AND o.res_id = i.res_id
           AND (o.create_date, o.id) >= (i.create_date, i.id)
           AND e.partner_id IN (SELECT id FROM colleague)
        """
    )
