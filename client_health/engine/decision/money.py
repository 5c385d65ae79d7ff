"""Reads the ledger and the invoices of twelve full months; returns readings of money for a year."""

from collections import Counter
from datetime import timedelta

from odoo.tools import SQL

from .. import period
from ..clock import get_closed_months
from ..profitability import margin, spread
from ..query import fetch
from ..reading import make


def read_sums(env, relationships, as_of):
    """Return ``({relationship id: Sums}, Sums of the whole company)`` of twelve full months."""
    start, end = get_closed_months(relationships.company_id, as_of)
    total, by_id = margin.Sums(), {}
    for row in _fetch_months(env, relationships.company_id.id, start, end, "1"):
        sums = margin.get_sums(row)
        total = _add(total, sums)
        if row["id"] in relationships._ids:
            by_id[row["id"]] = sums
    return by_id, total


def read_ledger(env, relationships, as_of):
    """Losses, growth, the rate against the average and the hours that were not paid for."""
    start, end = get_closed_months(relationships.company_id, as_of)
    years, total = read_sums(env, relationships, as_of)
    average = margin.get_effective_rate(total)
    before = {
        row["id"]: margin.get_sums(row)
        for row in _fetch_months(
            env, relationships.company_id.id, start - period.YEAR, start, "1", relationships._ids
        )
    }
    months = Counter(
        row["id"]
        for row in _fetch_months(
            env, relationships.company_id.id, start, end, "date", relationships._ids
        )
    )
    losses = Counter(
        row["relationship_id"]
        for row in fetch(
            env,
            spread.select_losses(
                env,
                relationships.company_id.id,
                start,
                end,
                as_of,
                spread.is_one_of_clients(relationships._ids),
            ),
        )
    )
    last = end - timedelta(days=1)
    return {
        relationship_id: {
            **_make_losses(sums, losses[relationship_id], months[relationship_id], last),
            **_make_rates(sums, average, before.get(relationship_id), last),
        }
        for relationship_id, sums in years.items()
    }


def _make_losses(sums, losses, months, day):
    if margin.get_state(sums) not in (margin.KNOWN, margin.NO_REVENUE):
        return {}
    return {
        "loss_months": make(losses, day, months=months),
        "loss_probability": make(
            margin.get_loss_probability(losses, months), day, losses=losses, months=months
        ),
    }


def _make_rates(sums, average, before, day):
    readings = {}
    rate = margin.get_effective_rate(sums)
    if rate is not None and average and average > 0:
        readings["rate_vs_average"] = make(
            100 * (rate / average - 1), day, amount=rate, average=average
        )
    if sums.hours > 0:
        unpaid = sums.hours - sums.billable_hours
        readings["unpaid_hours"] = make(100 * unpaid / sums.hours, day, hours=unpaid)
    # A new client did not grow: there is nothing to compare with.
    if before and before.revenue > 0:
        readings["growth"] = make(
            100 * (sums.revenue / before.revenue - 1), day, amount=sums.revenue - before.revenue
        )
    return readings


def _fetch_months(env, company_id, start, end, part, relationship_ids=()):
    """Return the sums of the ledger by client and ``part``; id None: cost of no client."""
    return fetch(
        env,
        SQL(
            """
            SELECT relationship_id AS id, %(names)s
              FROM client_profitability
             WHERE company_id = %(company)s AND date >= %(start)s AND date < %(end)s
               AND %(scope)s
          GROUP BY relationship_id, %(part)s
            """,
            names=margin.get_sum_columns(),
            company=company_id,
            start=start,
            end=end,
            scope=SQL("relationship_id IN %s", relationship_ids)
            if relationship_ids
            else SQL("true"),
            part=SQL("date") if part == "date" else SQL("company_id"),
        ),
    )


def _add(one, other):
    return margin.Sums(*map(sum, zip(one, other, strict=True)))


def read_discount(env, relationships, as_of):
    """Percent of the list price that was given away on invoices; credit notes count back."""
    start, end = get_closed_months(relationships.company_id, as_of)
    company = relationships.company_id
    rows = fetch(
        env,
        SQL(
            """
            WITH line AS (
                SELECT r.id, m.id AS move_id, m.date, -l.balance AS paid,
                       CASE WHEN l.product_id = %(product)s THEN GREATEST(l.balance, 0)
                            WHEN l.discount >= 100
                            THEN l.price_unit * l.quantity / (1 + included.rate)
                                 / COALESCE(NULLIF(m.invoice_currency_rate, 0), 1)
                                 * CASE WHEN m.move_type = 'out_refund' THEN -1 ELSE 1 END
                            WHEN l.discount > 0
                            THEN -l.balance * l.discount / (100 - l.discount)
                            ELSE 0 END AS given
                  FROM client_relationship r
                  JOIN account_move m ON m.commercial_partner_id = r.partner_id
                                     AND m.company_id = r.company_id
                  JOIN account_move_line l ON l.move_id = m.id
            CROSS JOIN LATERAL (%(included)s) included
                 WHERE r.id IN %(ids)s
                   AND m.state = 'posted'
                   AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                   AND l.display_type = 'product'
                   AND m.date >= %(start)s AND m.date < %(end)s
            )
            SELECT id,
                   SUM(given) AS given,
                   SUM(paid) AS paid,
                   MAX(date) AS day,
                   ARRAY_AGG(DISTINCT move_id) FILTER (WHERE given > 0) AS move_ids
              FROM line
          GROUP BY id
            HAVING SUM(paid + given) > 0
            """,
            included=_select_included_tax(),
            product=company.sale_discount_product_id.id or 0,
            ids=relationships._ids,
            start=start,
            end=end,
        ),
    )
    return {
        row["id"]: make(
            100 * row["given"] / (row["paid"] + row["given"]),
            row["day"],
            {"account.move": row["move_ids"]},
            amount=float(row["given"]),
        )
        for row in rows
    }


def _select_included_tax():
    """The part of tax in the price of a line: what is given away is given net of it."""
    return SQL(
        """
        SELECT COALESCE(SUM(t.amount), 0) / 100 AS rate
          FROM account_move_line_account_tax_rel x
          JOIN account_tax t ON t.id = x.account_tax_id
          JOIN res_company n ON n.id = t.company_id
         WHERE x.account_move_line_id = l.id
           AND t.amount_type = 'percent'
           AND COALESCE(t.price_include_override, n.account_price_include) = 'tax_included'
        """
    )
