"""Reads the ledger and Odoo's records of many clients; returns what an owner should know of them.

The same truth as that of the score and of the warnings, asked another question: they say what
changed for one client since last night, these what holds for the firm. So they work from the first
day on, look at twelve months where a warning looks at three, and call a client by what is usual
with it. Where a rule differs from that of a warning, it says so.
"""

from collections import defaultdict
from datetime import timedelta
from functools import cached_property
from statistics import mean, median, variance
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from .. import period
from ..clock import get_closed_months, get_today, local_date
from ..correspondence import messages, senders, unassigned, waiting
from ..correspondence.correspondence import Correspondence
from ..profitability import margin, spread
from ..profitability.labour import hours_of
from ..query import fetch, to_array

# Less than a working day of hours in a year is an accident; a month of less is none to judge.
LEAST_HOURS = 8.0
LEAST_MONTH_HOURS = 2.0
# Costs that are higher by less than this part of the revenue are an even result.
EVEN = 0.005
# So many months of work without an invoice may still be invoiced.
UNBILLED_MONTHS = 2
# Parts of the year that are compared: the last months, and those before them.
SPLITS = ((6, 6), (3, 9))
# A change by chance is that large once in a hundred clients (one-sided, about ten months).
CHANCE = 2.5
# A rate that is lower, hours that are more, by less than this part: a rounding.
FALLEN = 0.15
MORE = 0.3
MORE_HOURS = 3.0
# Part of the growth of the hours that the revenue has to follow to pay for them.
FOLLOWS = 0.5
# The same months a year ago were as busy, to this part: it is the season.
SEASON = 0.85
# Gone: longer than the client's longest pause ever, by this factor, and than a quarter.
LONGEST_PAUSE = 1.5
LEAST_PAUSE = 90
LEAST_DAYS = 6
# Discounts: smaller ones are roundings; fewer months are a favour; what ended is over.
LEAST_DISCOUNT = 0.02
LEAST_DISCOUNT_MONTHS = 3
DISCOUNT_LATELY = relativedelta(months=4)
# Payments: those due within these days are compared with those of two years before.
DUE_LATELY = timedelta(days=125)
PAYMENTS = timedelta(days=730)
LEAST_BEFORE, LEAST_LATELY = 4, 2
LATER_DAYS = 10
SPREAD_OF_LATE = 1.5


class Month(NamedTuple):
    """A closed month of a client: ``booked`` revenue, ``paid`` is spread over what it pays for."""

    date: object
    booked: float
    paid: float
    cost: float
    other_cost: float
    hours: float


class Facts:
    """What is read for several findings of one company, each once and when first asked for.

    :param relationships: the clients that the user may read, of one company
    :param sees_money: else revenue is 0, for neither an order nor a weight may tell of it
    """

    def __init__(self, env, company, relationships, sees_money=True):
        self.env, self.company, self.relationships = env, company, relationships
        self.sees_money = sees_money
        self.today = get_today(company)
        self.start, self.end = get_closed_months(company, self.today)

    @cached_property
    def clients(self):
        """{id: row} with name, revenue, to_invoice (company currency) and state of the margin.

        ``elsewhere``: invoiced by other companies of ours in twelve months. It is only compared,
        and shown nowhere: work here that a branch invoices is neither a loss nor unpaid.
        """
        rows = fetch(
            self.env,
            SQL(
                """
                SELECT r.id, p.name,
                       CASE WHEN %(sees_money)s THEN COALESCE(r.client_revenue, 0) ELSE 0
                       END::float8 AS revenue,
                       COALESCE(r.client_to_invoice, 0)::float8 AS to_invoice,
                       COALESCE(e.amount, 0)::float8 AS elsewhere,
                       r.client_margin_state AS state,
                       EXISTS (SELECT FROM client_health_declaration d
                                WHERE d.relationship_id = r.id AND d.date_ended IS NULL
                                  AND d.date_start <= %(today)s AND d.date_end >= %(today)s
                                  AND d.kind IN ('loss', 'internal')) AS declared
                  FROM client_relationship r
                  JOIN res_partner p ON p.id = r.partner_id
             LEFT JOIN (SELECT m.commercial_partner_id, SUM(m.amount_untaxed_signed) AS amount
                          FROM account_move m
                         WHERE m.company_id <> %(company)s AND m.state = 'posted'
                           AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                           AND m.date >= %(start)s AND m.date < %(end)s
                      GROUP BY m.commercial_partner_id) e
                    ON e.commercial_partner_id = r.partner_id
                 WHERE r.id = ANY (%(ids)s)""",
                company=self.company.id,
                start=self.start,
                end=self.end,
                sees_money=self.sees_money,
                today=self.today,
                ids=to_array(self.relationships._ids),
            ),
        )
        return {row["id"]: row for row in rows}

    @cached_property
    def months(self):
        """{id: [``Month``]} of the last two years, the oldest first; empty months are left out."""
        start = self.end - relativedelta(months=2 * period.MONTHS)
        ids = self.relationships._ids
        rows = fetch(
            self.env,
            SQL(
                """
                SELECT COALESCE(w.relationship_id, p.relationship_id) AS id,
                       COALESCE(w.date, p.date) AS date,
                       COALESCE(w.booked, 0)::float8 AS booked,
                       COALESCE(p.revenue, 0)::float8 AS paid,
                       COALESCE(w.cost, 0)::float8 AS cost,
                       COALESCE(w.other_cost, 0)::float8 AS other_cost,
                       COALESCE(w.hours, 0)::float8 AS hours
                  FROM (SELECT relationship_id, date, SUM(revenue) AS booked,
                               SUM(labour_cost + other_cost) AS cost,
                               SUM(other_cost) AS other_cost, SUM(hours) AS hours
                          FROM client_profitability
                         WHERE company_id = %(company)s AND relationship_id = ANY (%(ids)s)
                           AND date >= %(start)s AND date < %(end)s
                      GROUP BY relationship_id, date) w
             FULL JOIN (%(spread)s) p
                    ON p.relationship_id = w.relationship_id AND p.date = w.date
              ORDER BY 1, 2""",
                company=self.company.id,
                ids=to_array(ids),
                start=start,
                end=self.end,
                spread=spread.select_spread(
                    self.env,
                    self.company.id,
                    start,
                    self.end,
                    self.today,
                    spread.is_one_of_clients(ids),
                ),
            ),
        )
        months = defaultdict(list)
        for row in rows:
            months[row.pop("id")].append(Month(**row))
        return months

    def get_part(self, months, first, last):
        """Return the months from ``first`` to ``last`` months before the end of the closed ones.

        Months without anything are there: a month without hours is one with none.
        """
        known = {month.date: month for month in months}
        dates = [self.end - relativedelta(months=number) for number in range(first, last, -1)]
        return [known.get(date, Month(date, 0, 0, 0, 0, 0)) for date in dates]


def read_losing(facts):
    """Return {client id: loss of twelve months, positive}: cost more than they paid.

    As booked, like the figures of the client, and by what the invoices pay for as well: who pays
    for the year in another one is not at a loss. Work that still waits for its invoice is none:
    that of an order, or of the last two months. Hours without cost count as free, so the loss is
    at least that much; other than ``loss_year``, which is silent about such clients.
    """
    found = {}
    for key, months in facts.months.items():
        year = [month for month in months if month.date >= facts.start]
        loss = _get_loss(year, "booked")
        client = facts.clients[key]
        if client["declared"] or loss <= max(EVEN * sum(month.booked for month in year), 1):
            continue
        if min(_get_loss(year, "paid"), loss) <= client["to_invoice"] + client["elsewhere"]:
            continue
        if sum(month.hours for month in year) < LEAST_HOURS and any(m.hours for m in year):
            continue
        if _get_loss(_without_tail(year), "booked") > client["elsewhere"]:
            found[key] = loss
    return found


def _get_loss(months, name):
    return sum(month.cost - getattr(month, name) for month in months)


def _without_tail(months):
    """Return the months without the last ones that may still be invoiced."""
    billed = [number for number, month in enumerate(months) if month.booked > 0]
    last = billed[-1] + 1 if billed else 0
    return months[: max(last, len(months) - UNBILLED_MONTHS)]


def read_rate_fallen(facts):
    """Return {client id: percent by which an hour brings less}, of parts of the last year.

    Other than the measure, which takes any fall, only one that is none by chance: the months of
    each part differ among themselves, and the parts differ by more. Booked and by what the invoices
    pay for, so that neither a late nor a large invoice makes it.
    """
    found = {}
    for key, months in facts.months.items():
        falls = [_get_fall(facts, months, *split) for split in SPLITS]
        if max(falls) >= FALLEN:
            found[key] = 100 * max(falls)
    return found


def _get_fall(facts, months, lately, before):
    new, old = _get_parts(facts, months, lately, before)
    rates = [
        [_get_rate([month]) for month in part if month.hours >= LEAST_MONTH_HOURS]
        for part in (old, new)
    ]
    if min(map(len, rates)) < 3 or not _is_more(*rates):
        return 0
    falls = []
    for name in ("paid", "booked"):
        was, now = _get_rate(old, name), _get_rate(new, name)
        falls.append(1 - now / was if was and now is not None and was > 0 else 0)
    return falls[0] if falls[1] >= FALLEN / 2 else 0


def _get_parts(facts, months, lately, before):
    return (
        facts.get_part(months, lately, 0),
        facts.get_part(months, lately + before, lately),
    )


def _get_rate(months, name="paid"):
    hours = sum(month.hours for month in months)
    if hours < LEAST_MONTH_HOURS:
        return None
    return sum(getattr(month, name) - month.other_cost for month in months) / hours


def _is_more(high, low):
    """Return whether the first are higher than by chance, by what they differ among themselves."""
    noise = sum(variance(part) / len(part) for part in (high, low))
    less = mean(high) - mean(low)
    return less > CHANCE * noise**0.5 and less > 0


def read_over_usual(facts):
    """Return {client id: percent of hours more than usual} that nothing pays for.

    Usual are the months before, of those with hours. Not where the same months of the year before
    were as busy, nor where the revenue followed.
    """
    found = {}
    for key, months in facts.months.items():
        if facts.clients[key]["elsewhere"]:
            continue
        more = max(_get_more_hours(facts, months, *split) for split in SPLITS)
        if more >= MORE:
            found[key] = 100 * more
    return found


def _get_more_hours(facts, months, lately, before):
    new, old = _get_parts(facts, months, lately, before)
    worked = [month for month in old if month.hours >= LEAST_MONTH_HOURS]
    if len(worked) < 4 or not _is_more([m.hours for m in new], [m.hours for m in worked]):
        return 0
    usual, now = (mean(month.hours for month in part) for part in (worked, new))
    if now - usual < MORE_HOURS:
        return 0
    ago = facts.get_part(months, lately + period.MONTHS, period.MONTHS)
    if mean(month.hours for month in ago) >= SEASON * now:
        return 0
    more = now / usual - 1
    paid_usual, paid_now = (mean(month.paid for month in part) for part in (worked, new))
    if paid_usual > 0 and paid_now / paid_usual - 1 >= FOLLOWS * more:
        return 0
    return more


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
    late = defaultdict(lambda: ([], []))
    for row in rows:
        is_late = row["due"] > facts.today - DUE_LATELY
        if row["is_paid"] and row["paid_on"]:
            late[row["id"]][is_late].append(((row["paid_on"] - row["due"]).days, True))
        elif not row["is_paid"]:
            late[row["id"]][is_late].append(((facts.today - row["due"]).days, False))
    later = {key: _get_later(*invoices) for key, invoices in late.items()}
    return {key: days for key, days in later.items() if days}


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

    Odoo gives an hour the cost that the employee has when it is entered: none, and it stays free.
    Employees with a part of their hours only, or less than a day, are left out.
    """
    return facts.env.execute_query(
        SQL(
            """
            SELECT e.id, e.name, SUM(%(hours)s) FILTER (WHERE l.amount = 0) AS hours
              FROM account_analytic_line l
              JOIN project_project j ON j.id = l.project_id AND j.is_template IS NOT TRUE
              JOIN hr_employee e ON e.id = l.employee_id
             WHERE l.company_id = %(company)s AND l.date >= %(start)s AND l.date <= %(today)s
          GROUP BY e.id, e.name
            HAVING SUM(%(hours)s) FILTER (WHERE l.amount = 0)
                   >= GREATEST(%(least)s, %(share)s * SUM(%(hours)s))
          ORDER BY hours DESC, e.id
            """,
            company=facts.company.id,
            start=facts.start,
            today=facts.today,
            hours=hours_of("l", facts.env["client.profitability"]._get_hours_per_unit()),
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
    now = waiting.get_now()
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
    """Return {client id: days without any work, invoice, order or message}, by its own pauses.

    Longer than a quarter and than its longest pause of three years: who is active each week is
    gone sooner than who comes once a year. The nine months of the move to *Ended* hold for all, and
    are read by ``gone.read_gone``.
    """
    if not facts.relationships:
        return {}
    with Correspondence(facts.env, facts.relationships, facts.today) as correspondence:
        rows = fetch(facts.env, _select_pauses(facts, correspondence))
    return {
        row["id"]: row["days"]
        for row in rows
        if row["days"] >= max(LEAST_PAUSE, LONGEST_PAUSE * row["longest"])
    }


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
