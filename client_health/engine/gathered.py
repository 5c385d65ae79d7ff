"""What clients and we said to each other, gathered once for all signals of contact.

Messages are most of what there is to read, and each of these signals asks them something else. So
they are read and told apart once, into temporary tables that end with the transaction:

- ``client_health_said``: relationship_id, id, model, res_id, create_date: what clients wrote
- ``client_health_ours``: model, res_id, id, create_date: what we wrote in these discussions
- ``client_health_met``: relationship_id, moment, kind, model, res_id, ours: meetings and calls
- ``client_health_waiting``: who waits for an answer, made by ``waiting.py`` when first asked for

What is a client's message, and what is ours, is said in ``messages.py``.
"""

from odoo.tools import SQL

from . import messages

SAID, OURS, MET = "client_health_said", "client_health_ours", "client_health_met"
WAITING = "client_health_waiting"


def gather(env, relationships, end):
    """Fill the tables with all that was said and met up to a moment; fixed number of statements."""
    env.flush_all()
    # dropped at once: a transaction may read several days
    env.cr.execute(f"DROP TABLE IF EXISTS {SAID}, {OURS}, {MET}, {WAITING}")
    for table, query in (
        (SAID, _select_said(end, relationships)),
        (OURS, _select_ours(end)),
        (MET, _select_met(end, relationships)),
    ):
        name = SQL.identifier(table)
        env.cr.execute(SQL("CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s", name, query))
        env.cr.execute(SQL("ANALYZE %s", name))


def select_said(since):
    """Return a SELECT of what clients wrote after a moment."""
    return SQL("SELECT * FROM client_health_said WHERE create_date > %s", since)


def with_people(relationships):
    """Return the CTEs client and colleague, without the word WITH."""
    return SQL(
        """
        client AS MATERIALIZED (
            SELECT id, partner_id, company_id FROM client_relationship WHERE id IN %s),
        colleague AS MATERIALIZED (%s)
        """,
        relationships._ids,
        messages.select_colleagues(),
    )


def _select_said(end, relationships):
    return SQL(
        """
        WITH %s, received AS (%s)
        SELECT relationship_id, id, model, res_id, create_date FROM (%s) message
        """,
        with_people(relationships),
        messages.select_received(end, messages.EVER),
        messages.select_messages(),
    )


def _select_ours(end):
    return SQL(
        """
        WITH colleague AS MATERIALIZED (%s)
        SELECT o.model, o.res_id, o.id, o.create_date
          FROM (SELECT DISTINCT model, res_id FROM client_health_said) d
          JOIN mail_message o ON o.model = d.model AND o.res_id = d.res_id
         WHERE %s
        """,
        messages.select_colleagues(),
        messages.is_ours(SQL("o"), end),
    )


def _select_met(end, relationships):
    return SQL(
        """
        WITH %(people)s
        SELECT relationship_id, moment, 'meeting' AS kind, 'calendar.event' AS model,
               id AS res_id, ours
          FROM (%(meetings)s) e
     UNION ALL
        SELECT relationship_id, create_date, 'call', model, res_id, true FROM (%(calls)s) c
        """,
        people=with_people(relationships),
        meetings=select_meetings(end),
        calls=_select_calls(end),
    )


def _select_calls(end):
    """Calls and tough conversations that colleagues marked as done, on documents of the clients."""
    return SQL(
        """
        WITH done AS (
            SELECT o.id, o.model, o.res_id, o.create_date, NULL::int AS client_id
              FROM mail_message o
             WHERE o.create_date <= %(end)s
               AND %(is_by_colleague)s
               AND o.mail_activity_type_id = ANY (ARRAY(
                   SELECT id FROM mail_activity_type WHERE category = 'phonecall'
                   UNION
                   SELECT %(tough)s)))
        SELECT relationship_id, create_date, model, res_id FROM (%(calls)s) c
        """,
        end=end,
        is_by_colleague=messages.is_by_colleague(SQL("o")),
        tough=select_tough_type(),
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


def select_meetings(end):
    """Meetings that are over, between a contact of a client and a colleague of that company.

    Who declined was not there. ``ours``: a colleague called the meeting.
    """
    return SQL(
        """
        WITH staff AS MATERIALIZED (
            SELECT v.id AS user_id, v.partner_id, k.cid AS company_id
              FROM res_users v
              JOIN res_company_users_rel k ON k.user_id = v.id
             WHERE v.share IS NOT TRUE)
        SELECT DISTINCT r.id AS relationship_id,
               e.id,
               e.stop AS moment,
               COALESCE(NOT u.share, false) AS ours
          FROM client r
          JOIN res_partner p ON p.commercial_partner_id = r.partner_id
          JOIN calendar_event_res_partner_rel x ON x.res_partner_id = p.id
          JOIN calendar_event e ON e.id = x.calendar_event_id
     LEFT JOIN res_users u ON u.id = e.user_id
         WHERE e.active
           AND e.stop <= %(end)s
           AND e.create_date <= %(end)s
           AND p.id NOT IN (SELECT id FROM colleague)
           AND NOT EXISTS (SELECT 1
                             FROM calendar_attendee a
                            WHERE a.event_id = e.id
                              AND a.partner_id = p.id
                              AND a.state = 'declined')
           AND ((e.user_id, r.company_id) IN (SELECT user_id, company_id FROM staff)
                OR EXISTS (SELECT 1
                             FROM calendar_event_res_partner_rel y
                            WHERE y.calendar_event_id = e.id
                              AND (y.res_partner_id, r.company_id)
                                  IN (SELECT partner_id, company_id FROM staff)))
        """,
        end=end,
    )
