"""Reads a client's warnings of the nights before and of tonight; returns how they go on. Pure.

A warning keeps its identity while its cause lasts, and while it pauses for some nights. It counts
once it is severe, once one of another family stands beside it, or after the days of grace of its
rule. What a person has decided comes back only when it got worse.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...reading import Reading
from . import LIMIT, SEVERE, Rule, get_level

# A cause that is not seen for so long is gone; one that is back so soon is the same. A decided one
# got worse by half of the way from its limit to severe. Rules of thumb.
GONE_DAYS = 3
SAME_DAYS = 14
WORSE = 0.5
# In the evidence: it never counts alone.
WEAK = "weak"


def is_severe(level: float) -> bool:
    return level >= SEVERE


def is_decided(level: float, decided: float | None) -> bool:
    """Whether a person has decided about it, at the level ``decided``, and it got hardly worse."""
    return decided is not None and level < decided + WORSE


@dataclass(frozen=True, slots=True)
class Life:
    """A warning of a client; ``since`` is that of the cause, ``start`` the first night.

    ``seen``: the last night on which its cause was there. ``counts``: the first night on which it
    counted. ``decided``: its level when a person decided about it. ``end``: its cause was gone.
    """

    code: str
    start: datetime.date
    since: datetime.date
    seen: datetime.date
    nights: int
    level: float
    value: float
    detail: Mapping[str, Any] | None = None
    counts: datetime.date | None = None
    decided: float | None = None
    end: datetime.date | None = None
    id: int | None = None

    @property
    def is_severe(self) -> bool:
        return is_severe(self.level)

    @property
    def is_standing(self) -> bool:
        """Whether it counts, and no person has decided about it as it is."""
        return self.counts is not None and self.end is None and not self.is_decided

    @property
    def is_decided(self) -> bool:
        return is_decided(self.level, self.decided)


@dataclass(frozen=True, slots=True)
class Patience:
    """``grace``: days until a warning counts that is alone in its ``family``; ``known``: by edit.

    A rule that was edited since the night before finds what was there already: it is shown, and
    moves nobody.
    """

    grace: int
    family: str = ""
    known: bool = False


def follow(
    lives: Mapping[str, Life],
    found: Mapping[str, Reading],
    rules: Mapping[str, Rule],
    patience: Mapping[str, Patience],
    today: datetime.date,
) -> dict[str, Life]:
    """Return {code: Life} of a client after tonight; those without change as they were.

    ``lives``: the latest of each code, ended ones as well. Twice a night is as once.
    """
    after = {}
    for code in lives.keys() | found.keys():
        old = lives.get(code)
        if old and old.seen > today:
            after[code] = old  # a night of the past that is made again
        elif code in found:
            after[code] = _go_on(old, code, found[code], rules[code], patience[code], today)
        elif old.end is None and (today - old.seen).days >= GONE_DAYS:
            after[code] = replace(old, end=today)
        else:
            after[code] = old
    return _count(after, patience, today)


def _go_on(old, code, reading, rule, patience, today):
    level = round(get_level(rule, reading.value), 4)
    if old is None or old.end is not None and (today - old.end).days > SAME_DAYS:
        life = Life(code, today, reading.date or today, today, 0, level, reading.value)
        old = replace(life, decided=level if patience.known else None)
    return replace(
        old,
        seen=today,
        nights=old.nights + (old.seen < today or not old.nights),
        level=level,
        value=reading.value,
        detail=reading.detail,
        end=None,
    )


def _count(lives, patience, today):
    """Let those count that have been there long enough, or are not alone."""
    current = [life for life in lives.values() if life.end is None and life.seen == today]
    several = len({patience[life.code].family for life in current}) > 1
    return {
        code: replace(life, counts=today)
        if life in current
        and life.counts is None
        and (life.is_severe or several or _is_over(life, patience[code].grace, today))
        else life
        for code, life in lives.items()
    }


def _is_over(life, grace, today):
    """Return whether a warning that is alone and not severe has lasted for its days of grace."""
    lasted = not grace or (life.nights or 0) > 1 and (today - life.start).days >= grace
    return lasted and not (life.detail or {}).get(WEAK)


def decide(life: Life) -> Life:
    """Return the warning after a person has decided about it as it is."""
    return replace(life, decided=max(life.level, LIMIT))
