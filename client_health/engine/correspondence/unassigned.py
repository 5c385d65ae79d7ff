"""Reads mails of unknown senders that are on no document of a client; returns the last of each.

One statement. They may be clients that nobody added, or contacts that a client's record lacks.
"""

from datetime import timedelta

from odoo.tools import SQL

from . import messages, senders

WINDOW = timedelta(days=180)


def select_unassigned(now, company_ids):
    """Return a SELECT of the id of the last message of each sender who could not be assigned."""
    scope = SQL("r.company_id IN %s", tuple(company_ids))
    return SQL(
        """
        WITH %(people)s,
             received AS (%(received)s),
             document AS (%(documents)s)
        SELECT DISTINCT ON (%(address)s) m.id
          FROM received u
          JOIN mail_message m ON m.id = u.id
          JOIN document d ON d.model = u.model AND d.res_id = u.res_id
         WHERE m.author_id IS NULL
           AND u.client_id IS NULL
           AND m.email_from LIKE '%%@%%'
           AND NOT EXISTS (SELECT FROM client_relationship r WHERE r.partner_id = d.client_id)
           AND NOT EXISTS (SELECT FROM family f WHERE f.id = d.client_id)
      ORDER BY %(address)s, m.create_date DESC, m.id DESC
        """,
        people=messages.with_people(dict.fromkeys(company_ids, now), scope),
        received=messages.select_received(now, now - WINDOW),
        documents=messages.select_documents("received"),
        address=senders.get_address(SQL("m")),
    )
