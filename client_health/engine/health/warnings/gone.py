"""Reads when anything last happened with clients; returns those that are gone without a word."""

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from ...clock import get_end, local_date
from ...correspondence import contacts
from ...query import fetch, get_company, to_array

# No hours, invoice, order or message for so long. The issue's own number.
GONE = relativedelta(months=9)
HOURS, INVOICE, ORDER, MESSAGE = ("hours", "invoice", "order", "message")


def read_gone(env, relationships, as_of):
    """Return {relationship id: {kind: last day, or None}} of the clients that are gone.

    Of clients of one company, in two statements: what is cheap to look at leaves few for the rest.
    A client that is younger is none; neither is one that never had anything.
    """
    rows = fetch(env, _select_quiet(relationships, as_of))
    quiet = relationships.browse(row["id"] for row in rows)
    if not quiet:
        return {}
    spoke = {row["id"]: row["day"] for row in fetch(env, _select_messages(quiet, as_of))}
    border = as_of - GONE
    return {
        row["id"]: {
            HOURS: row["hours"],
            INVOICE: row["invoice"],
            ORDER: row["order"],
            MESSAGE: spoke.get(row["id"]),
        }
        for row in rows
        if not (spoke.get(row["id"]) and spoke[row["id"]] > border)
        and (row["hours"] or row["invoice"] or row["order"] or spoke.get(row["id"]))
    }


def _select_quiet(relationships, as_of):
    """Each kind is read once for all clients: per client, a night of thousands never ends."""
    return SQL(
        """
        WITH client AS MATERIALIZED (
                 SELECT id, partner_id, date_start
                   FROM client_relationship
                  WHERE id = ANY (%(ids)s) AND company_id = %(company)s
                    AND phase IN ('healthy', 'at_risk')),
             person AS MATERIALIZED (
                 SELECT r.id AS client_id, c.id
                   FROM client r
                   JOIN res_partner c ON c.commercial_partner_id = r.partner_id),
             hours AS (
                 SELECT c.client_id, MAX(l.date) AS day
                   FROM person c
                   JOIN project_project j ON j.partner_id = c.id
                   JOIN account_analytic_line l ON l.project_id = j.id
                  WHERE l.company_id = %(company)s
                    AND l.date <= %(as_of)s AND l.create_date <= %(end)s
               GROUP BY c.client_id),
             invoice AS (
                 SELECT r.id AS client_id, MAX(m.date) AS day
                   FROM client r
                   JOIN account_move m ON m.commercial_partner_id = r.partner_id
                  WHERE m.company_id = %(company)s
                    AND m.state = 'posted' AND m.move_type IN ('out_invoice', 'out_refund')
                    AND m.date <= %(as_of)s AND m.create_date <= %(end)s
               GROUP BY r.id),
             ordered AS (
                 SELECT c.client_id, MAX(o.date_order)::date AS day
                   FROM person c
                   JOIN sale_order o ON o.partner_id = c.id
                  WHERE o.company_id = %(company)s AND o.state = 'sale'
                    AND o.date_order <= %(end)s AND o.create_date <= %(end)s
               GROUP BY c.client_id)
        SELECT r.id, hours.day AS hours, invoice.day AS invoice, ordered.day AS order
          FROM client r
     LEFT JOIN hours ON hours.client_id = r.id
     LEFT JOIN invoice ON invoice.client_id = r.id
     LEFT JOIN ordered ON ordered.client_id = r.id
         -- a set-up of today begins today, whatever lies before it: what is there tells
         WHERE (r.date_start IS NULL OR r.date_start <= %(border)s
                OR GREATEST(hours.day, invoice.day, ordered.day) <= %(border)s)
           AND (GREATEST(hours.day, invoice.day, ordered.day) <= %(border)s
                OR GREATEST(hours.day, invoice.day, ordered.day) IS NULL)
        """,
        ids=to_array(relationships._ids),
        company=get_company(relationships).id,
        as_of=as_of,
        end=get_end(relationships, as_of),
        border=as_of - GONE,
    )


def _select_messages(quiet, as_of):
    end = get_end(quiet, as_of)
    return SQL(
        "SELECT relationship_id AS id, MAX(%s) AS day FROM (%s) contact GROUP BY 1",
        local_date(quiet, SQL("moment")),
        contacts.select_contacts(end, end - 4 * relativedelta(months=12), quiet),
    )
