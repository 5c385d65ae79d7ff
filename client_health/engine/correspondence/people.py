"""Reads which people of a client write to us and meet us; returns plain values.

One statement for clients of any number of companies, and it stores nothing: forms and boards read
it as well. Whose a message is says ``messages.py``. Beside the contacts of a client, those of the
companies below it count, unless such a company is a client of its own.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple

from odoo.tools import SQL

from ..clock import get_end
from ..query import fetch, is_one_of
from . import messages, senders
from .meetings import select_calls, select_meetings

# Who was in touch within this time is in touch now.
RECENT = timedelta(days=90)
# Heard of on fewer days, a client says nothing about who speaks for it. Rule of thumb.
LEAST = 3


class Person(NamedTuple):
    """Somebody of a client who wrote, met us or was called.

    ``partner_id`` is None for an ``address`` that is no contact. ``days``: on how many of them,
    within the time that was read; ``model`` and ``res_id``: the last message, meeting or call.
    """

    partner_id: int | None
    address: str | None
    last: datetime
    days: int
    model: str
    res_id: int


def read_people(env, relationships, as_of, since, end=None):
    """Return {relationship id: [Person, the last one first]}; nobody: an empty list.

    :param as_of: the day up to whose end it is read, where each company is
    :param since: how far back, as a timedelta
    :param end: a moment instead of that
    """
    found = {relationship_id: [] for relationship_id in relationships._ids}
    if found:
        ends = _get_ends(env, relationships, as_of, end)
        for row in fetch(env, _select_people(ends, relationships, since)):
            found[row.pop("relationship_id")].append(Person(**row))
    return found


def _get_ends(env, relationships, as_of, end):
    """Return {company id: the moment up to which its clients are read}."""
    scope = is_one_of(SQL("id"), relationships._ids)
    rows = env.execute_query(
        SQL("SELECT company_id, MIN(id) FROM client_relationship WHERE %s GROUP BY 1", scope)
    )
    return {
        company_id: end or get_end(relationships.browse(relationship_id), as_of)
        for company_id, relationship_id in rows
    }


def _select_people(ends, relationships, since):
    last, first = max(ends.values()), min(ends.values()) - since
    is_few = len(relationships._ids) <= messages.FEW
    return SQL(
        """
        WITH %(people)s,
             %(own)s
             received AS %(apart)s (%(received)s),
             message AS %(apart)s (%(messages)s),
             call AS %(apart)s (%(calls)s),
             touch AS %(apart)s (%(touches)s)
        SELECT t.relationship_id, t.partner_id, t.address,
               MAX(t.moment) AS last,
               COUNT(DISTINCT t.moment::date) AS days,
               (ARRAY_AGG(t.model ORDER BY t.moment DESC, t.res_id DESC))[1] AS model,
               (ARRAY_AGG(t.res_id ORDER BY t.moment DESC, t.res_id DESC))[1] AS res_id
          FROM touch t
          JOIN client c ON c.id = t.relationship_id
         WHERE t.moment > c.till - %(since)s
           AND (t.partner_id IS NOT NULL OR t.address IS NOT NULL)
      GROUP BY t.relationship_id, t.partner_id, t.address
      ORDER BY t.relationship_id, last DESC, t.partner_id
        """,
        people=messages.with_people(ends, is_one_of(SQL("r.id"), relationships._ids)),
        # one after the other: of few clients, it takes longer to plan it all at once than to read
        apart=SQL("MATERIALIZED") if is_few else SQL(""),
        own=SQL("%s,", messages.with_own_documents()) if is_few else SQL(""),
        received=messages.select_received(last, first, is_few),
        messages=messages.select_messages(),
        calls=select_calls(last, first, is_few),
        touches=_select_touches(),
        since=since,
    )


def _select_touches():
    """Who wrote, who took part in a meeting, and whom we called.

    A sender without an author may be a contact of the client by now. Of calls, only those on a
    contact say who it was.
    """
    return SQL(
        """
        SELECT m.relationship_id,
               COALESCE(o.author_id, k.id) AS partner_id,
               CASE WHEN o.author_id IS NULL AND k.id IS NULL THEN %(address)s END AS address,
               m.create_date AS moment, 'mail.message' AS model, m.id AS res_id
          FROM message m
          JOIN mail_message o ON o.id = m.id
     LEFT JOIN LATERAL (SELECT p.id
                          FROM client c
                          JOIN contact f ON f.client_id = c.partner_id
                          JOIN res_partner p ON p.id = f.id
                         WHERE c.id = m.relationship_id
                           AND o.author_id IS NULL
                           AND f.email_normalized = %(address)s
                      ORDER BY p.active DESC, p.id
                         LIMIT 1) k ON true
     UNION ALL
        SELECT e.relationship_id, p.id, NULL, e.moment, 'calendar.event', e.id
          FROM (%(meetings)s) e
          JOIN calendar_event_res_partner_rel x ON x.calendar_event_id = e.id
          JOIN client c ON c.id = e.relationship_id
          JOIN contact p ON p.client_id = c.partner_id AND p.id = x.res_partner_id
         WHERE p.id NOT IN (SELECT id FROM colleague)
           AND NOT EXISTS (SELECT FROM calendar_attendee a
                            WHERE a.event_id = e.id
                              AND a.partner_id = p.id
                              AND a.state = 'declined')
     UNION ALL
        SELECT c.id, p.id, NULL, l.create_date, 'res.partner', p.id
          FROM call l
          JOIN res_partner p ON p.id = l.res_id AND l.model = 'res.partner'
          JOIN client c ON c.id = l.relationship_id
          JOIN contact f ON f.client_id = c.partner_id AND f.id = p.id
         WHERE NOT p.is_company
        """,
        address=senders.get_address(SQL("o")),
        meetings=select_meetings(),
    )


# What a map of the people says

SUPPORTER_LEFT, UNREACHABLE, DECIDER_SILENT, ONLY_ONE = FLAGS = (
    "supporter_left",
    "unreachable",
    "decider_silent",
    "only_one",
)
HERE, BOUNCING, ARCHIVED, MOVED = ("here", "bouncing", "archived", "moved")
LEFT = (ARCHIVED, MOVED)


class Contact(NamedTuple):
    """Somebody on the map of a client: their roles, and whether they can be reached."""

    partner_id: int
    roles: frozenset[str]
    status: str


def get_recent(people, now):
    """Return the people who are in touch: within ``RECENT`` before a moment."""
    return [person for person in people if person.last > now - RECENT]


def get_breadth(recent):
    """Return how many people are in touch, None where that is an anecdote."""
    return len(recent) if recent and sum(person.days for person in recent) >= LEAST else None


def get_flags(contacts, recent, is_company):
    """Return what is wrong with the contact to a client, the worst first, by flag.

    Pure Python: {flag: [partner ids]}. A client that is one person has one contact, and a client
    of whom we hear nothing is quiet as a whole: neither is said here.

    >>> boss, buyer = 1, 2
    >>> heard = [Person(buyer, None, None, 4, "mail.message", 7)]
    >>> get_flags([Contact(boss, frozenset({"decides"}), HERE)], heard, True)
    {'decider_silent': [1], 'only_one': [2]}
    >>> get_flags([Contact(boss, frozenset({"supports"}), ARCHIVED)], heard, False)
    {'supporter_left': [1]}
    """
    by_role = defaultdict(list)
    for contact in contacts:
        for role in contact.roles:
            by_role[role].append(contact)
    heard = {person.partner_id for person in recent}
    supporters, deciders = by_role["supports"], by_role["decides"]
    left = [contact for contact in supporters if contact.status in LEFT]
    lost = left if len(left) == len(supporters) else []
    breadth = get_breadth(recent)
    present = [contact for contact in deciders if contact.status not in LEFT]
    silent = [] if heard & {contact.partner_id for contact in present} else present
    found = {
        SUPPORTER_LEFT: lost,
        UNREACHABLE: [
            contact
            for contact in contacts
            if contact.roles - {"doubts"} and contact.status != HERE and contact not in lost
        ],
        DECIDER_SILENT: silent if breadth else [],
        ONLY_ONE: recent if breadth == 1 and is_company else [],
    }
    return {flag: [one.partner_id for one in some] for flag, some in found.items() if some}
