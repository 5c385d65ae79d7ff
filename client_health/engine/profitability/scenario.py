"""Reads the sums of a year, returns them with another rate, hours or discount, or without client.

The last twelve months of a client are taken apart as everywhere (``margin.py``): its hours bring
in *fees* = revenue - other cost = effective rate x hours, and other cost is passed on as it is. So
a new rate changes the fees, new hours change labour cost in proportion, and a discount is given on
the whole invoice; overhead follows the hours. ``None`` is unknown: what is unknown today is
unknown in any scenario.

    >>> year = margin.Sums(revenue=12000, labour_cost=9000, other_cost=2000, hours=200)
    >>> today = get_outcome(year)
    >>> today.margin, today.effective_rate
    (1000.0, 50.0)
    >>> get_rate_for(today, 0), get_rate_for(today, 60)
    (45.0, 127.5)
    >>> get_outcome(year, Change(rate=127.5)).margin_rate
    60.0
    >>> get_departure(year, company_rate=80).difference
    6000
"""

from typing import NamedTuple

from . import margin


class Change(NamedTuple):
    """What would be different. Nothing given: everything stays."""

    rate_percent: float = 0.0  # more or less fees, in percent of today's
    rate: float | None = None  # what one hour brings in, before discount; wins over the percentage
    hours: float | None = None  # None: as many as today
    by_hour: bool = False  # fees follow the hours; otherwise they are fixed
    discount: float = 0.0  # percent off everything that is invoiced
    leaves: bool = False


class Outcome(NamedTuple):
    """The twelve months as they were, or as they would be."""

    revenue: float | None
    labour_cost: float | None
    other_cost: float
    hours: float
    overhead: float = 0.0

    @property
    def cost(self) -> float | None:
        return None if self.labour_cost is None else self._sums.cost

    @property
    def margin(self) -> float | None:
        return None if None in (self.revenue, self.labour_cost) else self._sums.margin

    @property
    def margin_after_overhead(self) -> float | None:
        return None if self.margin is None else self.margin - self.overhead

    @property
    def margin_rate(self) -> float | None:
        """Margin in percent of revenue; None without revenue."""
        return None if self.margin is None else margin.get_margin_rate(self._sums)

    def get_band(self, limits: "margin.Limits") -> str | None:
        """Return where the margin stands between the limits of a company; None: not known."""
        return None if self.margin is None else margin.get_band(self._sums, limits)

    @property
    def effective_rate(self) -> float | None:
        """What one hour brings in; None without hours."""
        return None if self.revenue is None else margin.get_effective_rate(self._sums)

    @property
    def _sums(self):
        """The sums, with 0 for what is unknown."""
        return margin.Sums(
            self.revenue or 0.0, self.labour_cost or 0.0, self.other_cost, self.hours
        )


class Departure(NamedTuple):
    """What goes with a client, and what its hours would earn elsewhere."""

    income_lost: float
    cost_saved: float | None  # labour included: these hours are no longer paid
    hours_freed: float
    fees_lost: float  # what the hours bring in here
    earned_elsewhere: float | None  # what they would, at the company's average effective rate
    share_to_sell: float | None  # percent of the hours to sell elsewhere to be no worse off

    @property
    def difference(self) -> float | None:
        """What is gained when all hours are sold elsewhere; negative: lost."""
        return None if self.earned_elsewhere is None else self.earned_elsewhere - self.fees_lost


KEEP = Change()
LEAVE = Change(leaves=True)


def get_outcome(sums: margin.Sums, change: Change = KEEP) -> Outcome:
    """Return what the twelve months of ``sums`` would have been with a change.

    >>> get_outcome(margin.Sums(revenue=100, hours=9, uncosted_hours=9)).margin is None
    True
    >>> get_outcome(margin.Sums(revenue=100, labour_cost=60, hours=2), Change(hours=1)).margin
    70.0
    >>> get_outcome(margin.Sums(revenue=100), LEAVE)
    Outcome(revenue=0.0, labour_cost=0.0, other_cost=0.0, hours=0.0, overhead=0.0)
    >>> get_outcome(margin.Sums(hours=4, overhead=100), Change(hours=2)).overhead
    50.0
    """
    if change.leaves:
        return Outcome(0.0, 0.0, 0.0, 0.0)
    hours = sums.hours if change.hours is None else change.hours
    fees = _get_fees(sums, change, hours)
    revenue = None if fees is None else _take_off(fees + sums.other_cost, change.discount)
    overhead = sums.overhead * hours / sums.hours if sums.hours > 0 else sums.overhead
    return Outcome(revenue, _get_labour_cost(sums, hours), sums.other_cost, hours, overhead)


def get_rate_for(outcome: Outcome, margin_rate: float) -> float | None:
    """Return the effective hourly rate at which ``outcome`` has this margin; 0: it breaks even.

    >>> get_rate_for(Outcome(0, 50, 0, 0), 0) is None
    True
    """
    if outcome.cost is None or outcome.hours <= 0 or margin_rate >= 100:
        return None
    return (outcome.cost / (1 - margin_rate / 100) - outcome.other_cost) / outcome.hours


def get_raise(outcome: Outcome, rate: float | None) -> float | None:
    """Return by how many percent the effective rate must change to become ``rate``.

    >>> get_raise(Outcome(100, 0, 0, 2), 60)
    20.0
    """
    today = outcome.effective_rate
    if rate is None or today is None or today <= 0:
        return None
    return 100 * (rate - today) / today


def get_change_to(sums: margin.Sums, margin_rate: float) -> Change | None:
    """Return the change of rate alone that brings a client to a margin; None: unknown.

    For the decision whether to keep, raise or leave: ``KEEP``, this one, ``LEAVE``.
    """
    rate = get_rate_for(get_outcome(sums), margin_rate)
    return None if rate is None else Change(rate=rate)


def get_departure(sums: margin.Sums, company_rate: float | None) -> Departure:
    """Return what a client's leaving costs and frees.

    The people stay: until their hours are sold elsewhere, what the hours brought in is lost.

    :param company_rate: average effective hourly rate of the company; None: unknown
    """
    today = get_outcome(sums)
    hours = max(sums.hours, 0.0)
    fees = sums.revenue - sums.other_cost
    earned = hours * company_rate if hours and company_rate is not None else None
    share = 100 * max(fees, 0.0) / earned if earned and earned > 0 else None
    return Departure(sums.revenue, today.cost, hours, fees, earned, share)


def _get_fees(sums: margin.Sums, change: Change, hours: float) -> float | None:
    if change.rate is not None:
        return change.rate * hours if hours > 0 else None
    fees = sums.revenue - sums.other_cost
    if change.rate_percent and fees < 0:
        return None  # a tenth more of what is lost would be a greater loss
    fees *= 1 + change.rate_percent / 100
    if not change.by_hour or hours == sums.hours:
        return fees
    return fees * hours / sums.hours if sums.hours > 0 else None


def _get_labour_cost(sums: margin.Sums, hours: float) -> float | None:
    if margin.get_state(sums) in (margin.UNKNOWN, margin.EMPTY):
        return None
    if hours == sums.hours:
        return sums.labour_cost
    return sums.labour_cost * hours / sums.hours if sums.hours > 0 else None


def _take_off(amount: float, discount: float) -> float:
    return amount * (100 - discount) / 100 if discount else amount
