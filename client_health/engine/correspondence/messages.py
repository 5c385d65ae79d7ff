"""Reads messages between clients and us; returns pieces of SQL: author, document, relationship.

A message is the client's when a contact of the client wrote it, archived or not, or one of a
subsidiary that is no client itself, or a person without a firm whose address is of the client's
mail domain (``senders.py``), or who is the customer of the task; or when the sender's address is
unknown and it stands on a document of the client. Freelancers, suppliers and colleagues with a
contact in Odoo are none of these. Automatic replies, newsletters, notifications and internal notes
are no messages in this sense, nor is anything that OdooBot wrote.

What counts is when Odoo received a message, never the date that the sender's computer put on it.
"""

from odoo.tools import SQL

from . import senders


def with_people(ends, scope):
    """Return the CTEs client, family, contact and colleague, without the word WITH.

    ``ends``: {company id: the moment up to which to look for its clients}, the column till.
    ``scope``: the condition that picks the relationships r.
    """
    return SQL(
        """
        client AS MATERIALIZED (
            SELECT r.id, r.partner_id, r.company_id, e.till
              FROM client_relationship r
              JOIN (VALUES %s) e (company_id, till) ON e.company_id = r.company_id
             WHERE %s),
        %s,
        colleague AS MATERIALIZED (%s)
        """,
        SQL(", ").join(SQL("(%s, %s)", *end) for end in ends.items()),
        scope,
        senders.with_family(),
        select_colleagues(),
    )


def select_colleagues():
    """People on our side: internal users, former ones too, and employees without a user."""
    return SQL(
        """
        SELECT partner_id AS id FROM res_users WHERE share IS NOT TRUE
         UNION
        SELECT work_contact_id FROM hr_employee WHERE work_contact_id IS NOT NULL
        """
    )


def is_written(message, as_of):
    """Return the condition that a person wrote a message for both sides to read, in time.

    No internal notes; answers to an internal note have is_internal and are notes as well.
    """
    # IS NOT TRUE: see is_by_colleague
    return SQL(
        """
        %(m)s.message_type IN ('email', 'comment', 'email_outgoing')
        AND %(m)s.is_internal IS NOT TRUE
        AND (%(m)s.subtype_id IN (SELECT id FROM mail_message_subtype WHERE internal)) IS NOT TRUE
        AND %(m)s.create_date <= %(as_of)s
        """,
        m=message,
        as_of=as_of,
    )


def is_by_colleague(message):
    """Return the condition that a colleague is the author, and no robot."""
    # IS TRUE: looked up row by row in a small table. As a join, PostgreSQL expects a few messages
    # of each of a few colleagues, and they wrote half of them all.
    return SQL(
        """
        ((%(m)s.author_id IN (SELECT id FROM colleague)) IS TRUE
         AND %(m)s.author_id <> (SELECT partner_id FROM res_users WHERE id = 1))
        """,
        m=message,
    )


def is_call(message, as_of):
    """Return the condition that a message records a call, or another contact, that was made."""
    return SQL(
        """
        (%(m)s.create_date <= %(as_of)s
         AND %(m)s.mail_activity_type_id IN (SELECT id
                                               FROM mail_activity_type
                                              WHERE client_is_contact))
        """,
        m=message,
        as_of=as_of,
    )


def is_ours(message, as_of):
    """Return the condition that a colleague wrote a message to be read, or made a call."""
    return SQL(
        "%(is_by_colleague)s AND (%(is_written)s OR %(is_call)s)",
        is_by_colleague=is_by_colleague(message),
        is_written=is_written(message, as_of),
        is_call=is_call(message, as_of),
    )


def is_posted_in_person(message):
    """Return the condition that the author of a message was logged in when it was written.

    The sender of a mail is what the mail says, and API calls may name any author.
    """
    return SQL(
        """
        (%(m)s.message_type <> 'email'
         AND EXISTS (SELECT 1
                       FROM res_users w
                      WHERE w.id = %(m)s.create_uid
                        AND (w.partner_id = %(m)s.author_id OR w.id = 1)))
        """,
        m=message,
    )


def asks_for_no_answer(message, as_of):
    """Return the condition that a message was marked so; a user's mark counts from then on."""
    return SQL(
        """
        (%(m)s.client_no_answer IS NOT NULL
         AND (%(m)s.client_no_answer_date IS NULL OR %(m)s.client_no_answer_date <= %(as_of)s))
        """,
        m=message,
        as_of=as_of,
    )


def select_received(as_of, since, is_few=False):
    """What the clients wrote after ``since``; reads the CTEs of ``with_people``.

    ``is_few``: reads the CTE own_document as well, and so only what can be theirs.
    """
    return SQL(
        """
        WITH %s, %s
        %s
        UNION ALL (%s)
        UNION ALL (%s)
        UNION ALL (%s)
        """,
        senders.with_domains(),
        senders.with_people_of_domains(),
        _select_from_contacts(as_of, since),
        _select_from_people_of_domains(as_of, since),
        _select_from_customers_of_tasks(as_of, since),
        _select_from_unknown_senders(as_of, since, is_few),
    )


def is_received(as_of, since):
    """Return the condition that a message m came in from a person, on any document."""
    return SQL(
        """
        m.message_type IN ('email', 'comment')
        AND m.model IS NOT NULL
        AND m.model <> 'discuss.channel'
        AND (m.client_no_answer IN ('automatic', 'bulk')) IS NOT TRUE
        AND m.create_date > %s
        AND %s
        """,
        since,
        is_written(SQL("m"), as_of),
    )


def _select_from_contacts(as_of, since):
    """What the contacts of the clients, and of their subsidiaries, wrote."""
    return SQL(
        """
        SELECT m.id, m.model, m.res_id, m.create_date, a.client_id
          FROM contact a
          JOIN mail_message m ON m.author_id = a.id
         WHERE a.id NOT IN (SELECT id FROM colleague)
           AND %s
        """,
        is_received(as_of, since),
    )


def _select_from_people_of_domains(as_of, since):
    """What people of their own wrote whose address is of the mail domain of a client."""
    return SQL(
        """
        SELECT m.id, m.model, m.res_id, m.create_date, a.client_id
          FROM domain_person a
          JOIN mail_message m ON m.author_id = a.id
         WHERE %s
        """,
        is_received(as_of, since),
    )


def _select_from_customers_of_tasks(as_of, since):
    """What people without a firm wrote on tasks of clients' projects whose customer they are.

    So they are when they wrote to the project's alias: Odoo makes the task, and a contact of them.
    """
    return SQL(
        """
        SELECT m.id, m.model, m.res_id, m.create_date, c.client_id
          FROM contact c
    CROSS JOIN LATERAL (SELECT j.id FROM project_project j WHERE j.partner_id = c.id OFFSET 0) j
          JOIN project_task t ON t.project_id = j.id
          JOIN res_partner a ON a.id = t.partner_id
          JOIN mail_message m ON m.model = 'project.task' AND m.res_id = t.id AND m.author_id = a.id
         WHERE %s
           AND a.id NOT IN (SELECT id FROM domain_person)
           AND %s
        """,
        senders.is_without_firm(SQL("a")),
        is_received(as_of, since),
    )


def _select_from_unknown_senders(as_of, since, is_few):
    """What came without an author: the address may be a contact's by now, one of a client's mail
    domain, or unknown (NULL), then it is the document's client.
    """
    return SQL(
        """
        WITH unknown_sender AS MATERIALIZED (
            SELECT *
              FROM (SELECT m.id, m.model, m.res_id, m.create_date, %(address)s AS address
                      FROM mail_message m
                     WHERE m.author_id IS NULL AND %(is_received)s
                    -- so that each address is made once
                    OFFSET 0) m
             WHERE %(is_near)s
        ), known AS (
            SELECT DISTINCT ON (p.email_normalized)
                   p.id,
                   p.email_normalized AS address,
                   p.commercial_partner_id,
                   c.id IS NOT NULL AS ours
              FROM res_partner p
         LEFT JOIN colleague c ON c.id = p.id
             WHERE p.email_normalized IN (SELECT address FROM unknown_sender)
          ORDER BY p.email_normalized,
                   c.id IS NULL,
                   p.commercial_partner_id NOT IN (SELECT id FROM family),
                   p.active DESC,
                   p.id
        )
        SELECT m.id, m.model, m.res_id, m.create_date,
               COALESCE(p.client_id, f.client_id, a.commercial_partner_id, d.client_id)
          FROM unknown_sender m
     LEFT JOIN known a USING (address)
     LEFT JOIN family f ON f.id = a.commercial_partner_id
     LEFT JOIN domain_person p ON p.id = a.id
     LEFT JOIN domain d ON d.name = %(domain)s
         WHERE a.ours IS NOT TRUE
        """,
        domain=senders.get_domain(SQL("m.address")),
        address=senders.get_address(SQL("m")),
        is_received=is_received(as_of, since),
        is_near=_is_near() if is_few else SQL("true"),
    )


def _is_near():
    """Return the condition that a message without an author can be of one of the clients."""
    return SQL(
        """
        %s
        OR %s IN (SELECT name FROM domain)
        OR m.address IN (SELECT email_normalized FROM contact WHERE email_normalized IS NOT NULL)
        """,
        is_on_own_document(SQL("m")),
        senders.get_domain(SQL("m.address")),
    )


def select_written(end, since):
    """What colleagues wrote to contacts of the clients after ``since``.

    Contacts of their subsidiaries as well. Reads the CTEs contact and colleague.
    """
    return SQL(
        """
        SELECT DISTINCT o.id, o.model, o.res_id, o.create_date, p.client_id
          FROM mail_message o
          JOIN (SELECT mail_message_id, res_partner_id FROM mail_notification
                 UNION ALL
                SELECT mail_message_id, res_partner_id FROM mail_message_res_partner_rel) n
            ON n.mail_message_id = o.id
          JOIN contact p ON p.id = n.res_partner_id
         WHERE p.id NOT IN (SELECT id FROM colleague)
           AND o.create_date > %(since)s
           AND o.message_type <> 'email_outgoing'
           AND o.model NOT IN ('account.move', 'discuss.channel')
           AND %(is_by_colleague)s
           AND %(is_written)s
        """,
        since=since,
        is_by_colleague=is_by_colleague(SQL("o")),
        is_written=is_written(SQL("o"), end),
    )


def select_messages(source="received"):
    """Give each message its relationship: that of its client_id, or else the document's.

    ``source``: the CTE with id, model, res_id, create_date and client_id; reads the CTEs client and
    family (see ``with_people``). In several companies, that of the document; a document without
    company belongs to all.
    """
    return SQL(
        """
        WITH document AS MATERIALIZED (%(documents)s)
        SELECT m.id, m.model, m.res_id, m.create_date, r.id AS relationship_id, r.company_id
          FROM %(source)s m
     LEFT JOIN document d ON d.model = m.model AND d.res_id = m.res_id
     LEFT JOIN family f ON f.id = d.client_id
          JOIN client r
            ON r.partner_id = COALESCE(m.client_id, f.client_id)
           AND r.company_id = COALESCE(d.company_id, r.company_id)
           AND r.till >= m.create_date
        """,
        documents=select_documents(source),
        source=SQL.identifier(source),
    )


# Where a document says whose it is: {model: (its tables, partner, company)}. Tasks follow their
# project; what we write to a client hangs on the client.
OWNERS = {
    "res.partner": ("res_partner x", "x.id", "NULL::int"),
    "project.project": ("project_project x", "x.partner_id", "x.company_id"),
    "project.task": (
        "(project_task x LEFT JOIN project_project j ON j.id = x.project_id)",
        "COALESCE(j.partner_id, x.partner_id)",
        "COALESCE(x.company_id, j.company_id)",
    ),
    "crm.lead": ("crm_lead x", "x.partner_id", "x.company_id"),
    "sale.order": ("sale_order x", "x.partner_id", "x.company_id"),
    "account.move": ("account_move x", "x.partner_id", "x.company_id"),
    "client.relationship": ("client_relationship x", "x.partner_id", "x.company_id"),
    "client.update": (
        "(client_update x JOIN client_relationship w ON w.id = x.relationship_id)",
        "w.partner_id",
        "w.company_id",
    ),
    "client.issue": (
        "(client_issue x JOIN client_relationship w ON w.id = x.relationship_id)",
        "w.partner_id",
        "w.company_id",
    ),
}

# The same from the client's side, each by an index: (model, tables, contact)
OWN = (
    *(
        (model, tables, partner)
        for model, (tables, partner, _company) in OWNERS.items()
        if model != "project.task"
    ),
    (
        "project.task",
        "(project_task x JOIN project_project j ON j.id = x.project_id)",
        "j.partner_id",
    ),
    ("project.task", "project_task x", "x.partner_id"),
)


def select_documents(source):
    """Whose each document is: model, res_id, client_id, a commercial partner, and company_id.

    Once per document, because many messages stand on each. One branch per kind of document: in one
    chain of joins, PostgreSQL thinks longer about their order than it reads for a whole board.
    """
    return SQL(
        """
        WITH one AS MATERIALIZED (SELECT DISTINCT model, res_id FROM %(source)s),
             owned AS (%(owned)s)
        SELECT one.model, one.res_id, p.commercial_partner_id AS client_id, o.company_id
          FROM one
     LEFT JOIN owned o ON o.model = one.model AND o.res_id = one.res_id
     LEFT JOIN res_partner p ON p.id = o.partner_id
        """,
        source=SQL.identifier(source),
        owned=SQL(" UNION ALL ").join(
            _select_owner(model, *words) for model, words in OWNERS.items()
        ),
    )


# Of no more clients, what can be theirs is looked up from their side: of many, that is nearly all.
# More than a board or a list shows at once.
FEW = 200


def with_own_documents():
    """Return the CTE own_document: model and res_id of all that can be the clients'.

    Never too few; whose a document is says ``select_documents``. Reads the CTE contact.
    """
    return SQL(
        """
        own_document AS MATERIALIZED (%s)
        """,
        # an array: of a join, PostgreSQL reads all tasks and invoices of the database
        SQL(" UNION ALL ").join(
            SQL(
                "SELECT %s::varchar AS model, x.id AS res_id FROM %s"
                " WHERE %s = ANY (ARRAY(SELECT id FROM contact))",
                model,
                SQL(tables),
                SQL(partner),
            )
            for model, tables, partner in OWN
        ),
    )


def is_on_own_document(message):
    """Return the condition that a message can be on a client's document; see above."""
    return SQL("(%(m)s.model, %(m)s.res_id) IN (SELECT model, res_id FROM own_document)", m=message)


def _select_owner(model, tables, partner, company):
    return SQL(
        """
        SELECT one.model, one.res_id, %(partner)s AS partner_id, %(company)s AS company_id
          FROM one
          JOIN %(tables)s ON x.id = one.res_id
         WHERE one.model = %(model)s
        """,
        model=model,
        tables=SQL(tables),
        partner=SQL(partner),
        company=SQL(company),
    )
