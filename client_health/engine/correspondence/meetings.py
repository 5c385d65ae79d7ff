"""Reads meetings that were held and calls that were made; returns SELECTs.

They read the CTEs client, contact and colleague, see ``messages.with_people``.
"""

from odoo.tools import SQL

from . import messages


def select_meetings():
    """Meetings that are over, between a contact of a client and a colleague of that company.

    Who declined is no participant, on either side. ``ours``: a colleague called the meeting.
    """
    return SQL(
        """
        WITH staff AS MATERIALIZED (
            SELECT v.id AS user_id, v.partner_id, k.cid AS company_id
              FROM res_users v
              JOIN res_company_users_rel k ON k.user_id = v.id
             WHERE v.share IS NOT TRUE)
        SELECT DISTINCT r.id AS relationship_id,
               r.company_id,
               e.id,
               e.stop AS moment,
               COALESCE(NOT u.share, false) AS ours
          FROM client r
          JOIN contact p ON p.client_id = r.partner_id
          JOIN calendar_event_res_partner_rel x ON x.res_partner_id = p.id
          JOIN calendar_event e ON e.id = x.calendar_event_id
     LEFT JOIN res_users u ON u.id = e.user_id
         WHERE e.active
           AND e.stop <= r.till
           AND e.create_date <= r.till
           AND p.id NOT IN (SELECT id FROM colleague)
           AND NOT EXISTS (SELECT 1
                             FROM calendar_attendee a
                            WHERE a.event_id = e.id
                              AND a.partner_id = p.id
                              AND a.state = 'declined')
           AND EXISTS (SELECT 1
                         FROM staff s
                        WHERE s.company_id = r.company_id
                          AND (s.user_id = e.user_id
                               OR EXISTS (SELECT 1
                                            FROM calendar_event_res_partner_rel y
                                           WHERE y.calendar_event_id = e.id
                                             AND y.res_partner_id = s.partner_id))
                          AND NOT EXISTS (SELECT 1
                                            FROM calendar_attendee b
                                           WHERE b.event_id = e.id
                                             AND b.partner_id = s.partner_id
                                             AND b.state = 'declined'))
        """
    )


def select_calls(end, since=None, is_few=False):
    """What colleagues marked as done on documents of the clients, of types that are a contact.

    ``is_few``: reads the CTE own_document, see ``messages.with_own_documents``.
    """
    return SQL(
        """
        WITH done AS (
            SELECT o.id, o.model, o.res_id, o.create_date, NULL::int AS client_id
              FROM mail_message o
             WHERE o.create_date <= %(end)s
               AND %(is_late)s
               AND %(is_own)s
               AND %(is_by_colleague)s
               AND o.mail_activity_type_id = ANY (ARRAY(
                   SELECT id FROM mail_activity_type WHERE client_is_contact)))
        SELECT * FROM (%(calls)s) c
        """,
        end=end,
        is_late=SQL("o.create_date > %s", since) if since else SQL("true"),
        is_own=messages.is_on_own_document(SQL("o")) if is_few else SQL("true"),
        is_by_colleague=messages.is_by_colleague(SQL("o")),
        calls=messages.select_messages("done"),
    )


def select_tough_type():
    """Return a SELECT of the id of the activity type of tough conversations."""
    return SQL(
        """
        (SELECT res_id
           FROM ir_model_data
          WHERE module = 'client_health' AND name = 'mail_activity_type_tough_conversation')
        """
    )
