"""Reads sums of the ledger and returns what they say: margin, rates, and whether they are known.

The one definition, in Python for a handful of records and in SQL (``get_sql``) for all at once; a
test compares the two. Amounts are in company currency, costs positive; hours are hours; rates are
percent of revenue. Margin is before overhead, unless it says otherwise.
"""

from typing import NamedTuple

from odoo.tools import SQL

# Rule of thumb: one hour in ten without a cost moves the margin of a firm that sells time by
# several points, so the margin is no longer worth showing.
UNCOSTED_SHARE = 0.10
# Rule of thumb for clients that only break even: a margin of 0 to 5 % of revenue.
BREAK_EVEN_RATE = 5.0
# Delivery margin that agencies price a client for. Consultancy practice: Parakeeto, "Delivery
# Margin" and "Agency Fee Calculator" (60 to 70 % per client, so that the whole firm keeps 50 to
# 60 %).
TARGET_RATE = 60.0

STATES = KNOWN, NO_REVENUE, UNKNOWN, EMPTY = ("known", "no_revenue", "unknown", "empty")

BANDS = LOSS, BREAK_EVEN, BELOW_TARGET, PROFIT = ("loss", "break_even", "below_target", "profit")


class Limits(NamedTuple):
    """Where a company says that a client breaks even, and what it should reach; percent.

    As numbers, or as SQL for ``get_sql``.
    """

    break_even: float = BREAK_EVEN_RATE
    target: float = TARGET_RATE


DEFAULT_LIMITS = Limits()


class Sums(NamedTuple):
    """Sums of ledger rows over a period."""

    revenue: float = 0.0
    labour_cost: float = 0.0
    other_cost: float = 0.0
    hours: float = 0.0
    billable_hours: float = 0.0
    uncosted_hours: float = 0.0
    overhead: float = 0.0
    assumed_hours: float = 0.0  # their cost is part of labour_cost

    @property
    def cost(self):
        return self.labour_cost + self.other_cost

    @property
    def margin(self):
        return self.revenue - self.cost

    @property
    def margin_after_overhead(self):
        return self.margin - self.overhead


def get_sums(row):
    """Return the ``Sums`` of a row with their names."""
    return Sums(*(float(row[name]) for name in Sums._fields))


def get_state(sums):
    """Return whether the margin of ``sums`` is known.

    ``unknown``: too many hours have no cost; ``no_revenue``: there is a margin, but no rate;
    ``empty``: nothing happened at all.
    """
    if not any(sums):
        return EMPTY
    if sums.uncosted_hours > UNCOSTED_SHARE * sums.hours:
        return UNKNOWN
    return KNOWN if sums.revenue > 0 else NO_REVENUE


def get_margin_rate(sums):
    """Return margin in percent of revenue; None: not known."""
    return 100 * sums.margin / sums.revenue if get_state(sums) == KNOWN else None


def get_band(sums, limits=DEFAULT_LIMITS):
    """Return one of BANDS by the limits of the company; None: not known."""
    if get_state(sums) not in (KNOWN, NO_REVENUE):
        return None
    if sums.margin < 0:
        return LOSS
    if 100 * sums.margin <= limits.break_even * sums.revenue:
        return BREAK_EVEN
    return PROFIT if 100 * sums.margin >= limits.target * sums.revenue else BELOW_TARGET


def get_effective_rate(sums):
    """Return what one hour of work brought in: (revenue - other cost) / hours, or None."""
    return (sums.revenue - sums.other_cost) / sums.hours if sums.hours > 0 else None


def get_loss_probability(loss_months, active_months):
    """Return the probability, in percent, that next month ends with a loss, or None.

    Laplace's rule of succession, (losses + 1) / (months + 2): with few months it stays near
    one half instead of claiming to be sure.
    """
    return 100 * (loss_months + 1) / (active_months + 2) if active_months else None


def select_limits(company_id):
    """Return the ``Limits`` of a company as SQL."""
    return Limits(
        SQL("(SELECT client_break_even_margin FROM res_company WHERE id = %s)", company_id),
        SQL("(SELECT client_target_margin FROM res_company WHERE id = %s)", company_id),
    )


def get_sql(columns=None, limits=DEFAULT_LIMITS):
    """Return {name: SQL} of all of the above, over columns of ``Sums``; NULL is what is None there.

    ``columns``: {name: SQL}, by default the columns of these names. ``cost`` and the margins are
    those of ``Sums``; ``is_costed``: few enough hours have no cost; ``is_known``: there is a band.
    """
    columns = columns or {name: SQL.identifier(name) for name in Sums._fields}
    sql = {
        "cost": SQL("(%(labour_cost)s + %(other_cost)s)", **columns),
        "margin": SQL("(%(revenue)s - %(labour_cost)s - %(other_cost)s)", **columns),
        "margin_after_overhead": SQL(
            "(%(revenue)s - %(labour_cost)s - %(other_cost)s - %(overhead)s)", **columns
        ),
        "is_costed": SQL(
            "(%(uncosted_hours)s <= %(share)s * %(hours)s)", **columns, share=UNCOSTED_SHARE
        ),
        "effective_rate": SQL(
            "CASE WHEN %(hours)s > 0 THEN (%(revenue)s - %(other_cost)s) / %(hours)s END", **columns
        ),
    }
    sql["state"] = _get_state_sql(columns, sql["is_costed"])
    sql["is_known"] = SQL("(%s IN %s)", sql["state"], (KNOWN, NO_REVENUE))
    sql["margin_rate"] = SQL(
        "CASE WHEN %s = %s THEN 100 * %s / %s END",
        sql["state"],
        KNOWN,
        sql["margin"],
        columns["revenue"],
    )
    sql["band"] = _get_band_sql(columns["revenue"], limits, **sql)
    return sql


def _get_state_sql(columns, is_costed):
    return SQL(
        """
        (CASE WHEN (%(columns)s) = (%(zeros)s) THEN %(empty)s
              WHEN NOT %(is_costed)s THEN %(unknown)s
              WHEN %(revenue)s > 0 THEN %(known)s
              ELSE %(no_revenue)s END)
        """,
        columns=SQL(", ").join(columns[name] for name in Sums._fields),
        zeros=SQL(", ").join([SQL("0")] * len(Sums._fields)),
        is_costed=is_costed,
        revenue=columns["revenue"],
        empty=EMPTY,
        unknown=UNKNOWN,
        known=KNOWN,
        no_revenue=NO_REVENUE,
    )


def _get_band_sql(revenue, limits, is_known, margin, **_others):
    return SQL(
        """
        CASE WHEN NOT %(is_known)s THEN NULL
             WHEN %(margin)s < 0 THEN %(loss)s
             WHEN 100 * %(margin)s <= %(least)s * %(revenue)s THEN %(break_even)s
             WHEN 100 * %(margin)s >= %(target)s * %(revenue)s THEN %(profit)s
             ELSE %(below_target)s END
        """,
        is_known=is_known,
        margin=margin,
        revenue=revenue,
        least=limits.break_even,
        target=limits.target,
        loss=LOSS,
        break_even=BREAK_EVEN,
        below_target=BELOW_TARGET,
        profit=PROFIT,
    )


def get_sum_columns():
    """Return the columns of a SELECT that sums rows of the ledger, each with its name."""
    return SQL(", ").join(
        SQL("COALESCE(SUM(%(name)s), 0) AS %(name)s", name=SQL.identifier(name))
        for name in Sums._fields
    )
