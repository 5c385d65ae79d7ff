"""Reads Odoo's records of many clients; returns what an owner should know of them.

The findings that need no months of the ledger; those that do, and ``Facts``, are in
``findings.py``.
"""

from collections import defaultdict
from datetime import timedelta
from statistics import median

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from .. import period
from ..clock import get_now, local_date
from ..correspondence import messages, senders, unassigned
from ..correspondence.correspondence import Correspondence
from ..profitability import margin
from ..profitability.labour import has_no_cost, hours_of
from ..query import fetch, to_array
from .findings import LEAST_HOURS

# Gone: longer than the client's longest pause ever, by this factor, and than a quarter.
LONGEST_PAUSE = 1.5
LEAST_PAUSE = 90
LEAST_DAYS = 6
# Discounts: smaller ones are roundings; fewer months are a favour; what ended is over.
LEAST_DISCOUNT = 0.02
LEAST_DISCOUNT_MONTHS = 3
DISCOUNT_LATELY = relativedelta(months=4)
# Payments: the last four, due within these days, are compared with those of two years before.
DUE_LATELY, MOST_LATELY = timedelta(days=200), 4
PAYMENTS = timedelta(days=730)
LEAST_BEFORE, LEAST_LATELY = 4, 2
LATER_DAYS = 10
SPREAD_OF_LATE = 1.5


def read_discounts(facts):
    """Return {client id: months with a discount} where most months with an invoice have one.

    Of twelve months, three at least, and lately as well. The invoices are those of the measure
    *Months with price pressure*, without discounts that are a rounding of the invoice.
    """
    rows = fetch(
        facts.env,
        SQL(
            """
            WITH invoice AS (
                SELECT r.id AS relationship_id, m.id, m.date,
                       COALESCE(SUM(l.discount / 100 * l.price_unit * l.quantity) FILTER (
                           WHERE l.discount > 0 AND l.price_unit * l.quantity > 0), 0)
                     + COALESCE(SUM(-l.price_unit * l.quantity) FILTER (
                           WHERE l.product_id = %(product)s
                             AND l.price_unit * l.quantity < 0), 0) AS discount,
                       SUM(l.price_unit * l.quantity) FILTER (
                           WHERE l.price_unit * l.quantity > 0) AS gross
                  FROM client_relationship r
                  JOIN account_move m
                    ON m.commercial_partner_id = r.partner_id AND m.company_id = r.company_id
                  JOIN account_move_line l ON l.move_id = m.id AND l.display_type = 'product'
                 WHERE r.id = ANY (%(ids)s)
                   AND m.move_type = 'out_invoice' AND m.state = 'posted'
                   AND m.date > %(since)s AND m.date <= %(today)s
              GROUP BY r.id, m.id
            )
            SELECT relationship_id AS id,
                   COUNT(DISTINCT DATE_TRUNC('month', date::timestamp)) AS months,
                   COUNT(DISTINCT DATE_TRUNC('month', date::timestamp))
                       FILTER (WHERE discount >= %(least)s * gross) AS discounted
              FROM invoice
             WHERE gross > 0
          GROUP BY relationship_id
            HAVING MAX(date) FILTER (WHERE discount >= %(least)s * gross) > %(lately)s
            """,
            product=facts.company.sudo().sale_discount_product_id.id or 0,
            ids=to_array(facts.relationships._ids),
            since=facts.today - period.YEAR,
            today=facts.today,
            least=LEAST_DISCOUNT,
            lately=facts.today - DISCOUNT_LATELY,
        ),
    )
    return {
        row["id"]: row["discounted"]
        for row in rows
        if row["discounted"] >= LEAST_DISCOUNT_MONTHS and 2 * row["discounted"] > row["months"]
    }


def read_pays_later(facts):
    """Return {client id: days later than usual}, by the middle of the invoices due lately.

    Usual are the invoices of the two years before, and how much they differ. What is open counts
    from its due date, once it is later than usual. The warning *payment* looks at one open
    invoice, this at the habit; who always pays late is none of both.
    """
    rows = fetch(
        facts.env,
        SQL(
            """
            SELECT r.id, m.invoice_date_due AS due, paid.date AS paid_on,
                   m.payment_state IN ('paid', 'in_payment') AS is_paid
              FROM client_relationship r
              JOIN account_move m
                ON m.commercial_partner_id = r.partner_id AND m.company_id = r.company_id
         LEFT JOIN (SELECT l.move_id, MAX(p.max_date) AS date
                      FROM account_partial_reconcile p
                      JOIN account_move_line l ON l.id = p.debit_move_id
                     WHERE p.company_id = %(company)s
                  GROUP BY l.move_id) paid ON paid.move_id = m.id
             WHERE r.id = ANY (%(ids)s)
               AND m.move_type = 'out_invoice' AND m.state = 'posted'
               AND m.payment_state IN ('paid', 'in_payment', 'partial', 'not_paid')
               AND m.amount_total_signed > 0
               AND m.invoice_date_due > %(since)s AND m.invoice_date_due < %(today)s
          ORDER BY r.id, m.invoice_date_due
            """,
            company=facts.company.id,
            ids=to_array(facts.relationships._ids),
            since=facts.today - PAYMENTS,
            today=facts.today,
        ),
    )
    invoices = defaultdict(list)
    for row in rows:
        if row["is_paid"] and row["paid_on"]:
            invoices[row["id"]].append((row["due"], (row["paid_on"] - row["due"]).days, True))
        elif not row["is_paid"]:
            invoices[row["id"]].append((row["due"], (facts.today - row["due"]).days, False))
    later = {key: _get_later(*_split(facts, lines)) for key, lines in invoices.items()}
    return {key: days for key, days in later.items() if days}


def _split(facts, invoices):
    """Return (before, lately) of invoices by due date, each as pairs for ``_get_later``."""
    last = [line for line in invoices[-MOST_LATELY:] if line[0] > facts.today - DUE_LATELY]
    before = invoices[: len(invoices) - len(last)]
    return [line[1:] for line in before], [line[1:] for line in last]


def _get_later(before, lately):
    """Return by how many days later the last invoices are paid, 0: not later than usual.

    :param before, lately: pairs of days late, and whether it is paid by now
    """
    usual = sorted(days for days, is_paid in before if is_paid)
    if len(usual) < LEAST_BEFORE:
        return 0
    middle = median(usual)
    most = usual[min(len(usual) - 1, int(0.9 * len(usual)))]
    now = [days for days, is_paid in lately if is_paid or days > middle]
    if len(now) < LEAST_LATELY:
        return 0
    more = median(now) - middle
    return more if more >= max(LATER_DAYS, SPREAD_OF_LATE * (most - middle)) else 0


def read_hours_without_cost(facts):
    """Return [(employee id, name, hours)] of the last twelve months and since, most hours first.

    Odoo gives an hour the cost that the employee has when it is entered: none, and it stays free,
    unless a cost is assumed for that day.
    Employees with a part of their hours only, or less than a day, are left out.
    """
    return facts.env.execute_query(
        SQL(
            """
            SELECT e.id, e.name, SUM(%(hours)s) FILTER (WHERE %(has_no_cost)s) AS hours
              FROM account_analytic_line l
              JOIN project_project j ON j.id = l.project_id AND j.is_template IS NOT TRUE
              JOIN hr_employee e ON e.id = l.employee_id
             WHERE l.company_id = %(company)s AND l.date >= %(start)s AND l.date <= %(today)s
          GROUP BY e.id, e.name
            HAVING SUM(%(hours)s) FILTER (WHERE %(has_no_cost)s)
                   >= GREATEST(%(least)s, %(share)s * SUM(%(hours)s))
          ORDER BY hours DESC, e.id
            """,
            company=facts.company.id,
            start=facts.start,
            today=facts.today,
            hours=hours_of("l", facts.env["client.profitability"]._get_hours_per_unit()),
            has_no_cost=has_no_cost("l"),
            least=LEAST_HOURS,
            share=margin.UNCOSTED_SHARE,
        )
    )


def read_projects_without_customer(facts):
    """Return [(project id, hours, amount)]: work of a year that no client can be charged with.

    The ledger knows neither a customer of the project nor of its tasks. Not the company's own
    project of Odoo; and none that is not billable, where the projects of clients are: *Billable*
    says nothing in a firm that does not use it.
    """
    return facts.env.execute_query(
        SQL(
            """
            SELECT l.project_id, SUM(l.hours), SUM(l.labour_cost + l.other_cost)::float8
              FROM client_profitability l
              JOIN project_project j ON j.id = l.project_id
             WHERE l.company_id = %(company)s AND l.date >= %(start)s
               AND j.partner_id IS NULL AND j.active AND j.is_template IS NOT TRUE
               AND j.id <> %(internal)s
               AND (j.allow_billable
                    OR (SELECT COUNT(*) FILTER (WHERE allow_billable) <= 0.5 * COUNT(*)
                          FROM project_project
                         WHERE partner_id IS NOT NULL AND active AND is_template IS NOT TRUE
                           AND (company_id IS NULL OR company_id = %(company)s)))
          GROUP BY l.project_id
            HAVING SUM(l.hours) >= %(least)s
          ORDER BY 2 DESC, 1
            """,
            company=facts.company.id,
            start=facts.start,
            internal=facts.company.sudo().internal_project_id.id or 0,
            least=LEAST_HOURS,
        )
    )


def read_unknown_senders(facts):
    """Return [(message id, address)]: the last message of each sender that no contact has.

    Who wrote within half a year on any document, other than the list *Unknown Senders*, which
    has those whose mail is no client's: on a client's task the mail is the client's, but who wrote
    it is not known. Opportunities and applications are records of people who are no contacts yet.
    """
    now = get_now()
    return facts.env.execute_query(
        SQL(
            """
            WITH colleague AS MATERIALIZED (%(colleagues)s),
                 sender AS MATERIALIZED (
                     SELECT m.id, m.create_date, m.author_id, %(address)s AS address
                       FROM mail_message m
                  LEFT JOIN res_partner a ON a.id = m.author_id
                      WHERE %(is_received)s
                        AND m.model NOT IN ('crm.lead', 'hr.applicant')
                        AND m.email_from LIKE '%%@%%'
                        AND (m.author_id IS NULL
                             OR %(is_without_firm)s AND %(is_made_by_mail)s))
            SELECT DISTINCT ON (s.address) s.id, s.address
              FROM sender s
              JOIN mail_message m ON m.id = s.id
         LEFT JOIN project_task t ON t.id = CASE m.model WHEN 'project.task' THEN m.res_id END
         LEFT JOIN project_project j ON j.id = CASE m.model WHEN 'project.project' THEN m.res_id
                                                            ELSE t.project_id END
         LEFT JOIN sale_order o ON o.id = CASE m.model WHEN 'sale.order' THEN m.res_id END
         LEFT JOIN account_move v ON v.id = CASE m.model WHEN 'account.move' THEN m.res_id END
             WHERE COALESCE(t.company_id, j.company_id, o.company_id, v.company_id, %(company)s)
                   = %(company)s
               AND NOT EXISTS (SELECT FROM res_partner p
                                WHERE p.email_normalized = s.address
                                  AND p.id IS DISTINCT FROM s.author_id)
          ORDER BY s.address, s.create_date DESC, s.id DESC
            """,
            colleagues=messages.select_colleagues(),
            address=senders.get_address(SQL("m")),
            is_received=messages.is_received(now, now - unassigned.WINDOW),
            is_without_firm=senders.is_without_firm(SQL("a")),
            is_made_by_mail=senders.is_made_by_mail(SQL("a")),
            company=facts.company.id,
        )
    )


def read_gone_quiet(facts):
    """Return ({client id: days without any work, invoice, order or message}, ids of all known).

    Longer than a quarter and than its longest pause of three years: who is active each week is
    gone sooner than who comes once a year. The nine months of the move to *Ended* hold for all, and
    are read by ``gone.read_gone``.
    """
    if not facts.relationships:
        return {}, []
    with Correspondence(facts.env, facts.relationships, facts.today) as correspondence:
        rows = fetch(facts.env, _select_pauses(facts, correspondence))
    quiet = {
        row["id"]: row["days"]
        for row in rows
        if row["days"] >= max(LEAST_PAUSE, LONGEST_PAUSE * row["longest"])
    }
    return quiet, [row["id"] for row in rows]


def _select_pauses(facts, correspondence):
    ids, since = to_array(facts.relationships._ids), facts.today - relativedelta(years=3)
    return SQL(
        """
        WITH day AS (
            SELECT r.id, l.date AS day
              FROM client_relationship r
              JOIN res_partner c ON c.commercial_partner_id = r.partner_id
              JOIN project_project j ON j.partner_id = c.id
              JOIN account_analytic_line l ON l.project_id = j.id AND l.company_id = r.company_id
             WHERE r.id = ANY (%(ids)s) AND l.date > %(since)s AND l.date <= %(today)s
         UNION
            SELECT r.id, m.date
              FROM client_relationship r
              JOIN account_move m ON m.commercial_partner_id = r.partner_id
             WHERE r.id = ANY (%(ids)s) AND m.state = 'posted'
               AND m.move_type IN ('out_invoice', 'out_refund')
               AND m.date > %(since)s AND m.date <= %(today)s
         UNION
            SELECT r.id, o.date_order::date
              FROM client_relationship r
              JOIN res_partner c ON c.commercial_partner_id = r.partner_id
              JOIN sale_order o ON o.partner_id = c.id AND o.company_id = r.company_id
             WHERE r.id = ANY (%(ids)s) AND o.state = 'sale' AND o.date_order > %(since)s
         UNION
            SELECT relationship_id, %(received_on)s FROM (%(received)s) received
             WHERE create_date > %(since)s
         UNION
            SELECT relationship_id, %(met_on)s FROM (%(meetings)s) meeting WHERE moment > %(since)s
        ), pause AS (
            SELECT id, day, day - LAG(day) OVER (PARTITION BY id ORDER BY day) AS days FROM day
        )
        SELECT id, %(today)s::date - MAX(day) AS days, MAX(days) AS longest
          FROM pause
      GROUP BY id
        HAVING COUNT(*) >= %(least)s AND MAX(day) <= %(today)s
        """,
        ids=ids,
        since=since,
        today=facts.today,
        received_on=local_date(facts.relationships, SQL("create_date")),
        received=correspondence.select_received(facts.relationships),
        met_on=local_date(facts.relationships, SQL("moment")),
        meetings=correspondence.select_meetings(facts.relationships),
        least=LEAST_DAYS,
    )
