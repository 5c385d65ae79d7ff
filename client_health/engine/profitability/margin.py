"""What the sums of a ledger say about a client or a project: pure Python, no Odoo import.

Amounts are in company currency, costs positive; hours are hours; rates are percent of revenue.
``engine/figures.py`` says the same in SQL, for all relationships at once; a test compares them.
"""

from typing import NamedTuple

# Rule of thumb (design.md, Money): one hour in ten without a cost moves the margin of a firm
# that sells time by several points, so the margin is no longer worth showing.
UNCOSTED_SHARE = 0.10
# Rule of thumb (practice M2, "they only break even"): a margin of 0 to 5 % of revenue.
BREAK_EVEN_RATE = 5.0

STATES = KNOWN, NO_REVENUE, UNKNOWN, EMPTY = ("known", "no_revenue", "unknown", "empty")

BANDS = LOSS, BREAK_EVEN, PROFIT = ("loss", "break_even", "profit")


class Sums(NamedTuple):
    """Sums of ledger rows over a period."""

    revenue: float = 0.0
    labour_cost: float = 0.0
    other_cost: float = 0.0
    hours: float = 0.0
    billable_hours: float = 0.0
    uncosted_hours: float = 0.0

    @property
    def cost(self):
        return self.labour_cost + self.other_cost

    @property
    def margin(self):
        return self.revenue - self.cost


def get_state(sums):
    """Return whether the margin of ``sums`` can be told.

    ``unknown``: too many hours have no cost; ``no_revenue``: there is a margin, but no rate;
    ``empty``: nothing happened at all.
    """
    if not any(sums):
        return EMPTY
    if sums.uncosted_hours > UNCOSTED_SHARE * sums.hours:
        return UNKNOWN
    return KNOWN if sums.revenue > 0 else NO_REVENUE


def get_margin_rate(sums):
    """Return margin in percent of revenue, or None when it can't be told."""
    return 100 * sums.margin / sums.revenue if get_state(sums) == KNOWN else None


def get_band(sums):
    """Return whether ``sums`` are a loss, break even or a profit, or None when it can't be told."""
    if get_state(sums) not in (KNOWN, NO_REVENUE):
        return None
    if sums.margin < 0:
        return LOSS
    return BREAK_EVEN if 100 * sums.margin <= BREAK_EVEN_RATE * sums.revenue else PROFIT


def get_effective_rate(sums):
    """Return what one hour of work brought in: (revenue - other cost) / hours, or None."""
    return (sums.revenue - sums.other_cost) / sums.hours if sums.hours > 0 else None


def get_loss_probability(loss_months, active_months):
    """Return the probability, in percent, that next month ends with a loss, or None.

    Laplace's rule of succession, (losses + 1) / (months + 2): with few months it stays near
    one half instead of claiming to be sure.
    """
    return 100 * (loss_months + 1) / (active_months + 2) if active_months else None
