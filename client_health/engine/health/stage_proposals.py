"""Reads a client's nights, returns whether it should move between Healthy and At risk. Pure Python.

A client should move only for what happened to it. So every night is judged with today's
settings, and two nights are compared over the measures known on both: an edit of a weight or a
floor, or a measure that becomes known, moves no client. Nights before the last decision of a person
count as known to that person. Backfilled days are no nights.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..reading import Reading
from .scoring import HEALTHY, RISK, Measure, Scorer, get_band, get_drop, get_scorer

TO_RISK = "at_risk"
TO_HEALTHY = "healthy"

LOW = "low"
DROP = "drop"
FLAG_ISSUE = "issue"
FLAG_MONEY = "money"
RECOVERED = "recovered"

LOW_NIGHTS = 2
DROP_POINTS = 15.0
HEALTHY_DAYS = 14


@dataclass(frozen=True, slots=True)
class Limits:
    """Where the bands begin."""

    healthy: float = 75.0
    risk: float = 50.0


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Run:
    """The nights in a row, up to tonight, whose score was in (or out of) one band.

    ``before``: the readings of the night before the first of them; None when they are no longer
    stored. ``is_first``: there was no such night.
    """

    start: datetime.date
    nights: int
    before: Mapping[str, Reading] | None = None
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules need to know of one client tonight.

    ``phase`` is where it is, ``decided`` the day on which a person put it there or declined a
    move. ``flags`` are hard flags as "kind:what", ``seen`` those of the night of that decision.
    ``week``: the readings at the start of the last seven days. ``overridden``: a person
    set the band for now, so that the score moves nothing.
    """

    phase: str
    today: datetime.date
    decided: datetime.date
    now: Mapping[str, Reading]
    run: Run | None = None
    week: Mapping[str, Reading] | None = None
    flags: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()
    overridden: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where a client should go, and why: the reasons in the order of their weight."""

    phase: str
    reasons: tuple[str, ...] = field(default_factory=tuple)


def get_proposal(
    case: Case, measures: Iterable[Measure] | Scorer, limits: Limits = DEFAULT_LIMITS
) -> Proposal | None:
    """Return the move that the rules ask for tonight, or None."""
    scorer = get_scorer(measures)
    if case.phase == TO_HEALTHY:
        reasons = _get_risk_reasons(case, scorer, limits)
        return Proposal(TO_RISK, reasons) if reasons else None
    if case.phase == TO_RISK and _is_recovered(case, scorer, limits):
        return Proposal(TO_HEALTHY, (RECOVERED,))
    return None


def is_drop(
    measures: Iterable[Measure] | Scorer,
    week: Mapping[str, Reading] | None,
    now: Mapping[str, Reading],
) -> bool:
    """Return whether the score fell by 15 points or more over what is known on both dates."""
    drop = None if week is None else get_drop(measures, week, now)
    return drop is not None and round(drop, 6) >= DROP_POINTS


def _get_risk_reasons(case: Case, scorer: Scorer, limits: Limits) -> tuple[str, ...]:
    reasons = sorted({flag.partition(":")[0] for flag in case.flags - case.seen})
    if not case.overridden:
        if is_drop(scorer, case.week, case.now):
            reasons.append(DROP)
        if _is_low(case, scorer, limits):
            reasons.append(LOW)
    return tuple(reasons)


def _is_low(case: Case, scorer: Scorer, limits: Limits) -> bool:
    run = case.run
    if run is None or run.nights < LOW_NIGHTS or not _is_news(case, run):
        return False
    if _get_band(scorer, case.now, limits) != RISK:
        return False
    if run.is_first:
        return True
    return _crossed(scorer, run.before, case.now, limits, RISK)


def _is_recovered(case: Case, scorer: Scorer, limits: Limits) -> bool:
    run = case.run
    if case.flags or case.overridden or run is None:
        return False
    since = max(run.start, case.decided)
    if (case.today - since).days < HEALTHY_DAYS:
        return False
    if _get_band(scorer, case.now, limits) != HEALTHY:
        return False
    if run.is_first:
        return True
    return _crossed(scorer, run.before, case.now, limits, HEALTHY)


def _is_news(case: Case, run: Run) -> bool:
    """Return whether the run began after the last decision: else it was known to that person."""
    return run.start > case.decided or (run.is_first and run.start == case.decided)


def _crossed(
    scorer: Scorer,
    before: Mapping[str, Reading] | None,
    now: Mapping[str, Reading],
    limits: Limits,
    band: str,
) -> bool:
    """Return whether the client itself came into the band, judged by today's settings.

    When the night before is no longer stored, or had too little in common: no.
    """
    if before is None:
        return False
    both = _known(before) & _known(now)
    old, new = (
        _get_band(scorer, {code: readings[code] for code in both}, limits)
        for readings in (before, now)
    )
    return old is not None and old != band and new == band


def _known(readings: Mapping[str, Reading]) -> set[str]:
    return {code for code, reading in readings.items() if reading.value is not None}


def _get_band(scorer: Scorer, readings: Mapping[str, Reading], limits: Limits) -> str | None:
    return get_band(scorer.get_score(readings).score, limits.healthy, limits.risk)
