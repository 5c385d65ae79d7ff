"""Reads orders; returns the work that waits for its invoice: what Odoo would invoice today."""

from odoo.tools import SQL

from ..query import currency_digits
from .client_map import is_contact
from .labour import hours_of


def select_to_invoice(company_id, partner_ids=()):
    """Return a SELECT of partner_id, to_invoice (company currency, net of tax).

    ``partner_ids``: only orders that may be of these clients.
    """
    return SQL(
        """
        SELECT partner_id, ROUND(SUM(to_invoice)::numeric, %(digits)s) AS to_invoice
          FROM (%(orders)s) waiting
      GROUP BY partner_id
        """,
        digits=currency_digits(company_id),
        orders=_select_by_order(company_id, partner_ids),
    )


def select_orders(company_id, partner_ids):
    """Return a SELECT of partner_id, order_id and to_invoice of the orders that wait, by client."""
    return SQL(
        """
        SELECT partner_id, order_id, ROUND(to_invoice::numeric, %(digits)s) AS to_invoice
          FROM (%(orders)s) waiting
         WHERE partner_id IN %(partners)s
           AND ROUND(to_invoice::numeric, %(digits)s) > 0
      ORDER BY partner_id, order_id
        """,
        digits=currency_digits(company_id),
        orders=_select_by_order(company_id, partner_ids),
        partners=tuple(partner_ids),
    )


def select_hours(company_id, partner_ids, hours_per_unit):
    """Return a SELECT of partner_id, hours and line_ids: hours to bill that are on no invoice.

    Odoo's own mark: timesheets of an order that is billed by the hour, without an invoice. What
    is on a draft invoice waits as a draft; see ``select_drafts``.
    """
    return SQL(
        """
        SELECT c.commercial_partner_id AS partner_id,
               SUM(%(hours)s) AS hours,
               ARRAY_AGG(l.id ORDER BY l.date, l.id) AS line_ids
          FROM account_analytic_line l
          JOIN project_project j ON j.id = l.project_id
          JOIN sale_order_line s ON s.id = l.so_line
          JOIN sale_order o ON o.id = s.order_id
          JOIN res_partner c ON c.id = COALESCE(j.partner_id, o.partner_id)
         WHERE l.company_id = %(company)s
           AND l.timesheet_invoice_type = 'billable_time'
           AND l.timesheet_invoice_id IS NULL
           AND s.state = 'sale'
           AND c.commercial_partner_id IN %(partners)s
      GROUP BY c.commercial_partner_id
        HAVING SUM(%(hours)s) > 0.005
        """,
        hours=hours_of("l", hours_per_unit),
        company=company_id,
        partners=tuple(partner_ids),
    )


def select_drafts(company_id, partner_ids):
    """Return a SELECT of partner_id and move_ids: invoices that are not posted yet."""
    return SQL(
        """
        SELECT c.commercial_partner_id AS partner_id, ARRAY_AGG(m.id ORDER BY m.id) AS move_ids
          FROM account_move m
          JOIN res_partner c ON c.id = m.partner_id
         WHERE m.company_id = %s
           AND m.state = 'draft'
           AND m.move_type IN ('out_invoice', 'out_receipt')
           AND c.commercial_partner_id IN %s
      GROUP BY c.commercial_partner_id
        """,
        company_id,
        tuple(partner_ids),
    )


def _select_by_order(company_id, partner_ids):
    """Return a SELECT of partner_id, order_id, to_invoice.

    Odoo's own ``untaxed_amount_to_invoice`` of confirmed orders (delivered or ordered, as the
    product says, less what was invoiced), less down payments that are not deducted yet, at the
    rate of the order. An order paid in advance waits for nothing: never below zero. Client: the
    project's of the line, else of the order, else the one that gets the invoice. A down payment
    is deducted from each client of an order by its share of the order.
    """
    return SQL(
        """
        SELECT partner_id,
               order_id,
               GREATEST(0, (to_invoice - paid * COALESCE(price / NULLIF(all_price, 0), part))
                           / rate) AS to_invoice
          FROM (SELECT l.*,
                       SUM(price) OVER by_order AS all_price,
                       SUM(down_payment) OVER by_order AS paid,
                       1.0 / COUNT(*) OVER by_order AS part
                  FROM (%(lines)s) l
                WINDOW by_order AS (PARTITION BY order_id)) client
        """,
        lines=_select_by_client(company_id, partner_ids),
    )


def _select_by_client(company_id, partner_ids):
    """Sums of the lines of each client of an order, in its currency; down payments have no client
    of their own."""
    return SQL(
        """
        SELECT o.id AS order_id,
               COALESCE(lc.commercial_partner_id,
                        oc.commercial_partner_id,
                        ic.commercial_partner_id) AS partner_id,
               COALESCE(NULLIF(o.currency_rate, 0), 1) AS rate,
               SUM(CASE WHEN l.is_downpayment THEN 0 ELSE l.price_subtotal END) AS price,
               SUM(CASE WHEN l.is_downpayment THEN 0 ELSE l.untaxed_amount_to_invoice END)
                   AS to_invoice,
               SUM(CASE WHEN l.is_downpayment THEN l.untaxed_amount_invoiced ELSE 0 END)
                   AS down_payment
          FROM sale_order o
          JOIN sale_order_line l ON l.order_id = o.id
     LEFT JOIN project_project lp ON lp.id = l.project_id
     LEFT JOIN res_partner lc ON lc.id = lp.partner_id
     LEFT JOIN project_project op ON op.id = o.project_id
     LEFT JOIN res_partner oc ON oc.id = op.partner_id
     LEFT JOIN res_partner ic ON ic.id = o.partner_invoice_id
         WHERE o.state = 'sale'
           AND o.company_id = %(company)s
           AND l.display_type IS NULL
           AND %(scope)s
      GROUP BY o.id, 2
        """,
        company=company_id,
        scope=_is_of_clients(partner_ids),
    )


def _is_of_clients(partner_ids):
    """The order may be of some clients: whole orders, because their lines share down payments."""
    if not partner_ids:
        return SQL("true")
    return SQL(
        """
        (%(invoiced)s
         OR o.project_id IN (%(projects)s)
         OR o.id IN (SELECT order_id FROM sale_order_line WHERE project_id IN (%(projects)s)))
        """,
        invoiced=is_contact(SQL("o.partner_invoice_id"), partner_ids),
        projects=SQL(
            "SELECT id FROM project_project j WHERE %s",
            is_contact(SQL("j.partner_id"), partner_ids),
        ),
    )
