"""Reads who senders are; returns pieces of SQL: of which firm, whose mail domain, who is unknown.

A subsidiary that is no client itself belongs to the client above it.
A mail domain is a client's when the client or its contacts have addresses of it, no other client
has, no colleague has, and it is not one at which anybody can have an address.
"""

from odoo.tools import SQL

from odoo.addons.iap.tools import iap_tools

# Where anybody can have an address: Odoo's list, and what it lacks of Europe.
PUBLIC_DOMAINS = tuple(
    sorted(
        iap_tools._MAIL_PROVIDERS
        | {"gmx.at", "gmx.ch", "gmx.net", "outlook.de", "outlook.fr", "hotmail.de", "yahoo.de"}
        | {"t-online.de", "freenet.de", "posteo.de", "mailbox.org", "proton.me", "protonmail.com"}
        | {
            "bluewin.ch",
            "ziggo.nl",
            "telenet.be",
            "proximus.be",
            "mac.com",
            "pm.me",
            "fastmail.com",
        }
    )
)


def get_address(message):
    """Return the SQL of the plain address of the sender of a message."""
    return SQL(
        "LOWER(COALESCE(SUBSTRING(%(m)s.email_from FROM '<([^<>]+@[^<>]+)>'),"
        " TRIM(%(m)s.email_from)))",
        m=message,
    )


def get_domain(address):
    """Return the SQL of the mail domain of an address."""
    return SQL("SPLIT_PART(%s, '@', 2)", address)


def with_family():
    """Return the CTEs family and contact: id, and client_id, the commercial partner of the client.

    Of family: each client, and the firms below it of which nobody made clients of their own. Of
    contact: all people of these, archived or not, and the firms; email_normalized. Reads client.
    """
    # LATERAL … OFFSET 0: by the index. PostgreSQL expects more firms than there are, and would read
    # all contacts of the database for a page of clients.
    return SQL(
        """
        family AS MATERIALIZED (
            WITH RECURSIVE firm AS (
                SELECT DISTINCT partner_id AS id, partner_id AS client_id FROM client
             UNION ALL
                SELECT p.id, f.client_id
                  FROM firm f
            CROSS JOIN LATERAL (SELECT s.id
                                  FROM res_partner s
                                 WHERE s.parent_id = f.id AND s.commercial_partner_id = s.id
                                OFFSET 0) p
                 WHERE NOT EXISTS (SELECT FROM client_relationship r WHERE r.partner_id = p.id))
            SELECT id, client_id FROM firm),
        contact AS MATERIALIZED (
            SELECT p.id, f.client_id, p.email_normalized
              FROM family f
        CROSS JOIN LATERAL (SELECT s.id, s.email_normalized
                              FROM res_partner s
                             WHERE s.commercial_partner_id = f.id
                            OFFSET 0) p)
        """
    )


def with_domains():
    """Return the CTE domain: name and client_id, a commercial partner. Reads contact and colleague.

    Whether another client uses it is asked of all clients, not only of those in ``client``.
    """
    return SQL(
        """
        domain AS MATERIALIZED (
            SELECT own.name, own.client_id
              FROM (SELECT DISTINCT %(domain)s AS name, p.client_id
                      FROM contact p
                     WHERE p.email_normalized LIKE '%%@%%'
                       AND p.id NOT IN (SELECT id FROM colleague)) own
             WHERE own.name NOT IN %(public)s
               AND NOT EXISTS (SELECT FROM res_partner c
                                 JOIN colleague k ON k.id = c.id
                                WHERE %(colleague_domain)s = own.name)
               AND NOT EXISTS (SELECT FROM res_partner o
                                 JOIN client_relationship r
                                   ON r.partner_id = o.commercial_partner_id
                                WHERE o.commercial_partner_id <> own.client_id
                                  AND %(other_domain)s = own.name))
        """,
        domain=get_domain(SQL("p.email_normalized")),
        colleague_domain=get_domain(SQL("c.email_normalized")),
        other_domain=get_domain(SQL("o.email_normalized")),
        public=PUBLIC_DOMAINS,
    )


def is_without_firm(partner):
    """Return the condition that a contact is a person alone, neither client nor colleague."""
    return SQL(
        """
        (%(p)s.parent_id IS NULL
         AND %(p)s.is_company IS NOT TRUE
         AND %(p)s.id NOT IN (SELECT id FROM colleague)
         AND NOT EXISTS (SELECT FROM client_relationship r WHERE r.partner_id = %(p)s.id))
        """,
        p=partner,
    )


def is_made_by_mail(partner):
    """Return the condition that Odoo made a contact of a mail, as of the first one to an alias.

    Both are of the same transaction, so of the same moment.
    """
    return SQL(
        """
        EXISTS (SELECT FROM mail_message f
                 WHERE f.author_id = %(p)s.id
                   AND f.message_type = 'email'
                   AND f.create_date = %(p)s.create_date)
        """,
        p=partner,
    )


def with_people_of_domains():
    """Return the CTE domain_person: id and client_id of people without a firm in Odoo.

    A person who is a client is that client. Reads the CTEs domain and colleague.
    """
    return SQL(
        """
        domain_person AS MATERIALIZED (
            SELECT p.id, d.client_id
              FROM domain d
              JOIN res_partner p ON %(domain)s = d.name
             WHERE p.commercial_partner_id <> d.client_id AND %(is_without_firm)s)
        """,
        domain=get_domain(SQL("p.email_normalized")),
        is_without_firm=is_without_firm(SQL("p")),
    )
