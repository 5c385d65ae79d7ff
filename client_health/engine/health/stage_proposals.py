"""Reads a client's warnings and nights, returns the stage to propose for it. Pure Python.

Warnings, not falls of the score, ask for At risk. Whether a client came into a band by itself is
judged with today's settings over the measures known on both nights: an edit of a weight or a
floor, or a measure that becomes known, moves no client. Backfilled days are no nights.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..reading import Reading
from ..stage_rules import AT_RISK, ENDED
from ..stage_rules import HEALTHY as PHASE_HEALTHY
from .scoring import HEALTHY, RISK, Measure, Scorer, get_band, get_scorer
from .warnings.life import Life

RECOVERED = "recovered"
GONE = "gone"

LOW_NIGHTS = 2
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
class Night:
    """What the scores of a client say tonight; ``decided``: when a person last decided."""

    decided: datetime.date
    now: Mapping[str, Reading]
    run: Run | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules need to know of one client tonight.

    ``lives``: its warnings, without those that a declaration lifts; ``asking``: the codes of rules
    that propose, the causes first. ``overridden``: a person set the band for now, so that nothing
    is proposed. ``is_gone``: nothing happened for so long.
    """

    phase: str
    today: datetime.date
    lives: tuple[Life, ...] = ()
    asking: tuple[str, ...] = ()
    night: Night | None = None
    overridden: bool = False
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where a client should go, and why: codes of warnings in their order, or one reason."""

    phase: str
    reasons: tuple[str, ...] = field(default_factory=tuple)


def get_proposal(
    case: Case, measures: Iterable[Measure] | Scorer, limits: Limits = DEFAULT_LIMITS
) -> Proposal | None:
    """Return the move that the rules ask for tonight, or None."""
    if case.overridden or case.phase not in (PHASE_HEALTHY, AT_RISK):
        return None
    if case.is_gone:
        return Proposal(ENDED, (GONE,))
    standing = get_standing(case)
    if case.phase == PHASE_HEALTHY:
        return Proposal(AT_RISK, standing) if standing else None
    if not standing and _is_recovered(case, get_scorer(measures), limits):
        return Proposal(PHASE_HEALTHY, (RECOVERED,))
    return None


def get_standing(case: Case) -> tuple[str, ...]:
    """Return the codes of the warnings that ask for a person, the causes first."""
    codes = {life.code for life in case.lives if life.is_standing}
    return tuple(code for code in case.asking if code in codes)


def get_low(
    night: Night,
    measures: Iterable[Measure] | Scorer,
    limits: Limits = DEFAULT_LIMITS,
    is_known: bool = False,
) -> float | None:
    """Return by how many points the client is red, once it itself came there for two nights.

    None: it isn't. ``is_known``: it was found before, so that it only has to stay there; what a
    person has decided about is not over by that.
    """
    scorer, run = get_scorer(measures), night.run
    if run is None or run.nights < LOW_NIGHTS:
        return None
    score = scorer.get_score(night.now).score
    if get_band(score, limits.healthy, limits.risk) != RISK:
        return None
    if (
        is_known
        or _is_news(night, run)
        and (run.is_first or _crossed(scorer, run.before, night.now, limits, RISK))
    ):
        return limits.risk - score
    return None


def _is_recovered(case: Case, scorer: Scorer, limits: Limits) -> bool:
    night = case.night
    if night is None or night.run is None or any(life.end is None for life in case.lives):
        return False
    since = max(night.run.start, night.decided)
    if (case.today - since).days < HEALTHY_DAYS:
        return False
    if _get_band(scorer, night.now, limits) != HEALTHY:
        return False
    if night.run.is_first:
        return True
    return _crossed(scorer, night.run.before, night.now, limits, HEALTHY)


def _is_news(night: Night, run: Run) -> bool:
    """Return whether the run began after the last decision: else it was known to that person."""
    return run.start > night.decided or (run.is_first and run.start == night.decided)


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
