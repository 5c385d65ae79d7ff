"""Reads mails of unknown senders that are on no document of a client; returns the last of each.

One statement. They may be clients that nobody added, or contacts that a client's record lacks. Of
some, Odoo made a contact when they wrote to an alias: that tells no more of whose they are.
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
             made_by_mail AS (
                 SELECT m.id, m.model, m.res_id, m.create_date, NULL::int AS client_id
                   FROM mail_message m
                   JOIN res_partner a ON a.id = m.author_id
                  WHERE %(is_without_firm)s
                    AND %(is_received)s
                    AND m.id NOT IN (SELECT id FROM received)
                    AND %(is_made_by_mail)s),
             sent AS (
                 SELECT * FROM received WHERE client_id IS NULL
              UNION ALL
                 SELECT * FROM made_by_mail),
             document AS (%(documents)s)
        SELECT DISTINCT ON (%(address)s) m.id
          FROM sent u
          JOIN mail_message m ON m.id = u.id
          JOIN document d ON d.model = u.model AND d.res_id = u.res_id
         WHERE m.email_from LIKE '%%@%%'
           AND NOT EXISTS (SELECT FROM client_relationship r WHERE r.partner_id = d.client_id)
           AND NOT EXISTS (SELECT FROM family f WHERE f.id = d.client_id)
      ORDER BY %(address)s, m.create_date DESC, m.id DESC
        """,
        people=messages.with_people(dict.fromkeys(company_ids, now), scope),
        received=messages.select_received(now, now - WINDOW),
        documents=messages.select_documents("sent"),
        is_without_firm=senders.is_without_firm(SQL("a")),
        is_made_by_mail=senders.is_made_by_mail(SQL("a")),
        is_received=messages.is_received(now, now - WINDOW),
        address=senders.get_address(SQL("m")),
    )
