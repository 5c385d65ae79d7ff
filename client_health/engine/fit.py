"""Reads answers to the fit questions, returns how well a client and we fit. Pure Python, no Odoo.

Unknown never counts as good or bad: an open question is left out of the score, and lowers the
share that is known. While that share is under ``KNOWN_FLOOR`` the answer is "not enough known".
One thing needs no share: a deal breaker is one from the first answer on.
"""

from typing import NamedTuple

YES = "yes"
PARTLY = "partly"
NO = "no"
# How good an answer is, from 0 to 1; anything else is unknown.
POINTS = {YES: 1.0, PARTLY: 0.5, NO: 0.0}

FIT = "fit"
UNKNOWN = "unknown"
NOT_FIT = "not_fit"
DEAL_BREAKER = "deal_breaker"
STATES = (FIT, UNKNOWN, NOT_FIT, DEAL_BREAKER)

# Percent of the weight that must be answered before there is a score.
KNOWN_FLOOR = 60
# Percent of the points from which it is a fit.
FIT_FLOOR = 60


class Answer(NamedTuple):
    """One question and what is known: ``answer`` is yes, partly, no, or None.

    Of a red flag, yes is the bad answer; of any other question, no is.
    """

    answer: str | None
    weight: float = 1.0
    red_flag: bool = False
    deal_breaker: bool = False


class Fit(NamedTuple):
    """What the answers say: score and known in percent, the score None while nothing is known."""

    state: str = UNKNOWN
    score: float | None = None
    known: float = 0.0
    answered: int = 0
    total: int = 0
    red_flags: int = 0


def get_points(answer):
    """Return how good an answer is, from 0 to 1, or None when it is unknown."""
    points = POINTS.get(answer.answer)
    if points is None:
        return None
    return 1 - points if answer.red_flag else points


def is_raised(answer):
    """Return whether a red flag was seen, in part or in full."""
    return answer.red_flag and answer.answer in (YES, PARTLY)


def is_broken(answer):
    """Return whether a deal breaker has its worst answer: partly is not enough."""
    return answer.deal_breaker and get_points(answer) == 0


def assess(answers):
    """Return the ``Fit`` that a list of ``Answer`` amounts to; the order does not matter."""
    known = [answer for answer in answers if get_points(answer) is not None]
    total_weight = sum(answer.weight for answer in answers)
    weight = sum(answer.weight for answer in known)
    score = share = None
    if weight > 0:
        score = 100 * sum(get_points(answer) * answer.weight for answer in known) / weight
        share = 100 * weight / total_weight
    return Fit(
        state=_get_state(known, score, share or 0.0),
        score=score,
        known=share or 0.0,
        answered=len(known),
        total=len(answers),
        red_flags=sum(is_raised(answer) for answer in known),
    )


def _get_state(known, score, share):
    if any(is_broken(answer) for answer in known):
        return DEAL_BREAKER
    if score is None or share < KNOWN_FLOOR:
        return UNKNOWN
    return FIT if score >= FIT_FLOOR else NOT_FIT
