"""Work that waits for its invoice: what Odoo would let us invoice today."""

from odoo.tools import SQL


def select_to_invoice(company_id):
    """Return a SELECT of partner_id, to_invoice (company currency, net of tax).

    Odoo's own ``untaxed_amount_to_invoice`` of confirmed orders (delivered or ordered, as the
    product says, less what was invoiced), less down payments that are not deducted yet, at the
    rate of the order. An order paid in advance waits for nothing: never below zero. Client: the
    project's of the line, else of the order, else the one that gets the invoice.
    """
    return SQL(
        """
        SELECT partner_id, ROUND(SUM(to_invoice)::numeric, %(digits)s) AS to_invoice
          FROM (SELECT COALESCE(lc.commercial_partner_id,
                                oc.commercial_partner_id,
                                ic.commercial_partner_id) AS partner_id,
                       GREATEST(0, SUM(CASE WHEN l.is_downpayment
                                            THEN -l.untaxed_amount_invoiced
                                            ELSE l.untaxed_amount_to_invoice END
                                       / COALESCE(NULLIF(o.currency_rate, 0), 1))) AS to_invoice
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
              GROUP BY o.id, 1) waiting
      GROUP BY partner_id
        """,
        company=company_id,
        digits=currency_digits(company_id),
    )


def currency_digits(company_id):
    """Return the number of decimals of the company's currency, as a SQL expression."""
    return SQL(
        """(SELECT y.decimal_places
              FROM res_company n
              JOIN res_currency y ON y.id = n.currency_id
             WHERE n.id = %s)""",
        company_id,
    )
