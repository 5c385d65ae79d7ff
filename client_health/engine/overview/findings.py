"""Reads the ledger of many clients, month by month; returns what an owner should know of them.

The same truth as that of the score and of the warnings, asked another question: they say what
changed for one client since last night, these what holds for the firm. So they work from the first
day on, look at twelve months where a warning looks at three, and call a client by what is usual
with it. Where a rule differs from that of a warning, it says so.
"""

from collections import defaultdict
from functools import cached_property
from statistics import mean, variance
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from .. import period
from ..clock import get_closed_months, get_today
from ..profitability import spread
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
# Steps of noise beyond which a change is none by chance. Tried on made-up clients whose months
# differ by a tenth to a third: of 100 steady retainers, 1 to 4 show a rate that fell, 0 to 4 hours
# that rose; a price that falls by a third is nearly always found, of 100 clients whose hours
# doubled, 80 to 100.
CHANCE_RATE, CHANCE_HOURS = 2.5, 2.0
# A rate that is lower, hours that are more, by less than this part: a rounding.
FALLEN = 0.15
MORE = 0.3
MORE_HOURS = 3.0
# Part of the growth of the hours that the revenue has to follow to pay for them.
FOLLOWS = 0.5
# Hours that are billed by the hour: of these months, where they are nearly all that is billed.
BILLED_MONTHS = 6
MOSTLY = 0.8
# The same months a year ago were as busy, to this part: it is the season.
SEASON = 0.85


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
    if min(map(len, rates)) < 3 or not _is_more(*rates, CHANCE_RATE):
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


def _is_more(high, low, chance):
    """Return whether the first are higher than by chance, by what they differ among themselves."""
    noise = sum(variance(part) / len(part) for part in (high, low))
    less = mean(high) - mean(low)
    return less > chance * noise**0.5 and less > 0


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
    if len(worked) < 4 or not _is_more(
        [m.hours for m in new], [m.hours for m in worked], CHANCE_HOURS
    ):
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


def read_over_billed(facts):
    """Return {client id: percent of hours more than billed}, where most is billed by the hour.

    Of the last six closed months. Hours that an order still waits to invoice are billed as well.
    """
    units = facts.env["client.profitability"]._get_hours_per_unit()
    start = facts.end - relativedelta(months=BILLED_MONTHS)
    rows = fetch(
        facts.env,
        SQL(
            """
            SELECT r.id, COUNT(DISTINCT DATE_TRUNC('month', m.date::timestamp)) AS months,
                   SUM(l.quantity * h.hours)::float8 AS hours,
                   SUM(l.price_subtotal) FILTER (WHERE h.hours > 0)::float8 AS timed,
                   SUM(l.price_subtotal)::float8 AS amount
              FROM client_relationship r
              JOIN account_move m
                ON m.commercial_partner_id = r.partner_id AND m.company_id = r.company_id
              JOIN account_move_line l ON l.move_id = m.id AND l.display_type = 'product'
         LEFT JOIN (VALUES %(units)s) h (uom_id, hours) ON h.uom_id = l.product_uom_id
             WHERE r.id = ANY (%(ids)s)
               AND m.move_type = 'out_invoice' AND m.state = 'posted'
               AND m.date >= %(start)s AND m.date < %(end)s
          GROUP BY r.id
            HAVING SUM(l.quantity * h.hours) > 0""",
            units=SQL(", ").join(SQL("(%s, %s::float8)", *unit) for unit in units.items()),
            ids=to_array(facts.relationships._ids),
            start=start,
            end=facts.end,
        ),
    )
    found = {}
    for row in rows:
        client = facts.clients[row["id"]]
        worked = sum(m.hours for m in facts.months.get(row["id"], ()) if m.date >= start)
        unpaid = worked - row["hours"]
        if row["months"] < 3 or client["elsewhere"] or row["timed"] < MOSTLY * row["amount"]:
            continue
        if unpaid < max(MORE * row["hours"], MORE_HOURS * BILLED_MONTHS):
            continue
        if client["to_invoice"] < unpaid * row["timed"] / row["hours"]:
            found[row["id"]] = 100 * unpaid / row["hours"]
    return found
