"""Reads the readings of a year, returns which side wins and what is left to win. Pure Python.

The readings are those of ``readings.py``. Each becomes 0 to 100 points as in
``health/scoring.py``; in the middle between floor and target it counts neither for nor against. A
side wins from 50 points on. What is unknown counts exactly as if it did not exist; with too little
known, or without a margin, no side is named.

    >>> from odoo.addons.client_health.engine.reading import Reading
    >>> known = {"margin_rate": 55, "growth": 20, "price_pressure": 0, "loss_probability": 7,
    ...          "rate_vs_average": 10, "feedback_rating": 2, "confirmed": 20, "goals_on_track": 40}
    >>> balance = get_balance({code: Reading(value) for code, value in known.items()}, 60)
    >>> balance.quadrant
    'we_win'
"""

from collections.abc import Iterable
from typing import NamedTuple

from ..health.scoring import MIN_COVERAGE, Measure, get_score
from ..reading import Readings

SIDES = US, THEM = ("us", "them")
WIN_WIN, WE_WIN, THEY_WIN, BOTH_LOSE = ("win_win", "we_win", "they_win", "both_lose")
UNKNOWN = "unknown"

# Points from which a side wins, and how far from it a single line speaks for or against.
EVEN = 50.0
CLEARLY = 15.0
# What should not be there at all, as a complaint, speaks for a side only when next to none is.
NEARLY_NONE = 90.0
# One reading alone is an anecdote.
MIN_KNOWN = 2
# Without it, our side is unknown.
NEEDED = {US: "margin_rate", THEM: None}

# Rules of thumb, like those of ``health/warnings``: a quarter of the year at a loss, as often asked
# for cheaper, more likely a loss than not, two questions that were left without an answer.
LOSS_MONTHS = 3
LOSS_PROBABILITY = 50.0
PRESSURE_MONTHS = 3
UNANSWERED = 2
# The finding needs a loss, a balance against us, and one more sign.
MIN_SIGNS = 3
SIGNS = LOSSES, LIKELY, PRESSURE, SILENT, LOSING = (
    "loss_months",
    "loss_probability",
    "price_pressure",
    "unanswered",
    "balance",
)

# (code, weight, floor, target); "target" stands for the margin that the company wants. Weights are
# relative within a side: what is counted in money or comes from the client itself weighs more.
FOR_US = (
    ("margin_rate", 3, 0, "target"),
    ("loss_probability", 2, 50, 5),
    ("price_pressure", 2, 4, 0),
    ("rate_vs_average", 1, -50, 50),
    ("growth", 1, -50, 50),
    ("hours_over", 1, 50, -50),
    ("unpaid_hours", 1, 60, 0),
    ("discount", 1, 20, 0),
    ("payment_habit", 1, 30, 0),
    ("overdue_habit", 1, 60, 0),
    ("unanswered", 1, 4, 0),
    ("client_input", 1, 0, 100),
    ("referrals", 1, -2, 2),
)
FOR_THEM = (
    ("value_ratio", 2, 0, 200),
    ("confirmed", 2, 0, 100),
    ("goals_on_track", 2, 0, 100),
    ("feedback_rating", 2, 1, 5),
    ("milestones_on_time", 1, 50, 100),
    ("open_complaints", 1, 4, 0),
    ("waiting", 1, 4, 0),
    ("unrequested_hours", 1, 40, 0),
)


class Side(NamedTuple):
    """How one side fares; ``points`` is None when too little is known."""

    points: float | None
    coverage: float
    lines: dict[str, float]  # points of what is known, by code

    @property
    def wins(self) -> bool | None:
        return None if self.points is None else self.points >= EVEN


class Balance(NamedTuple):
    us: Side
    them: Side

    @property
    def quadrant(self) -> str:
        """Return where the two sides meet, or UNKNOWN."""
        ways = {
            (True, True): WIN_WIN,
            (True, False): WE_WIN,
            (False, True): THEY_WIN,
            (False, False): BOTH_LOSE,
        }
        return ways.get((self.us.wins, self.them.wins), UNKNOWN)


def get_balance(readings: Readings, target_margin: float) -> Balance:
    """Return how both sides fare; ``target_margin`` in percent of revenue."""
    return Balance(
        _get_side(US, get_measures(US, target_margin), readings),
        _get_side(THEM, get_measures(THEM, target_margin), readings),
    )


def get_measures(side: str, target_margin: float) -> list[Measure]:
    """Return what counts for a side."""
    return [
        Measure(code, side, weight, floor, target_margin if target == "target" else target)
        for code, weight, floor, target in (FOR_US if side == US else FOR_THEM)
    ]


def is_fault(measure: Measure) -> bool:
    """Return whether less of it is better, down to nothing: unpaid hours, complaints, losses."""
    return measure.floor > measure.target >= 0


def get_tone(points: float, fault: bool = False) -> str:
    """Return whether a line speaks "for", "against" or neither ("even"); see ``is_fault``.

    >>> [get_tone(points) for points in (20, 40, 60, 80)]
    ['against', 'even', 'even', 'for']
    >>> [get_tone(points, fault=True) for points in (20, 60, 80, 100)]
    ['against', 'even', 'even', 'for']
    """
    if points >= (NEARLY_NONE if fault else EVEN + CLEARLY):
        return "for"
    return "against" if points <= EVEN - CLEARLY else "even"


def get_signs(readings: Readings, us: Side) -> list[str]:
    """Return the signs that there is nothing to win and a loss is likely, in the order of SIGNS.

    Empty unless there is enough of them: a finding, with its reasons, and no verdict.
    """
    signs = [sign for sign in SIGNS if _is_sign(sign, readings, us)]
    loses = LOSING in signs and not {LOSSES, LIKELY}.isdisjoint(signs)
    return signs if loses and len(signs) >= MIN_SIGNS else []


def _is_sign(sign: str, readings: Readings, us: Side) -> bool:
    if sign == LOSING:
        return us.wins is False
    least = {
        LOSSES: LOSS_MONTHS,
        LIKELY: LOSS_PROBABILITY,
        PRESSURE: PRESSURE_MONTHS,
        SILENT: UNANSWERED,
    }
    reading = readings.get(sign)
    return reading is not None and reading.value is not None and reading.value >= least[sign]


def _get_side(side: str, measures: Iterable[Measure], readings: Readings) -> Side:
    score = get_score(measures, readings)
    needed = NEEDED[side]
    known = (
        score.coverage >= MIN_COVERAGE
        and len(score.points) >= MIN_KNOWN
        and (needed is None or needed in score.points)
    )
    return Side(score.dimensions[side] if known else None, score.coverage, score.points)
