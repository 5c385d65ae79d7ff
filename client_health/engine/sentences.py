"""Why a score changed, measure by measure: pure Python, no Odoo, no words.

The models turn each ``Sentence`` into words of the reader's language. The points of all sentences
are whole numbers that add up to the change of the score as it is shown.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .changes import Change
from .scoring import get_shown

CHANGED = "changed"  # from one value to another
KNOWN = "known"  # was unknown before
LOST = "lost"  # is unknown now
HIDDEN = "hidden"  # a whole dimension whose values the reader must not see
SMALL = "small"  # all changes of less than half a point
SETTINGS = "settings"  # weights, floors or targets were edited in between


@dataclass(frozen=True, slots=True)
class Sentence:
    """``points`` of score; ``code`` is empty where the sentence is not about one measure."""

    kind: str
    points: int
    code: str = ""
    dimension: str = ""
    old: float | None = None
    new: float | None = None


def get_sentences(
    changes: Sequence[Change],
    old_score: float,
    new_score: float,
    hidden: Collection[str] = (),
) -> list[Sentence]:
    """Return what led from one shown score to the other, the strongest first.

    What the changes do not explain came from other settings: today's explain both readings,
    the score of that day was told with those of that day. ``hidden``: dimensions of which only
    the points are told.
    """
    rows = _merge_hidden(changes, hidden)
    rest = (new_score - old_score) - math.fsum(delta for _sentence, delta in rows)
    if abs(rest) >= 0.5:
        rows.append((Sentence(SETTINGS, 0), rest))
    total = get_shown(new_score) - get_shown(old_score)
    points = round_to_total([delta for _sentence, delta in rows], total)
    told = [
        Sentence(row.kind, number, row.code, row.dimension, row.old, row.new)
        for (row, _delta), number in zip(rows, points, strict=True)
        if number
    ]
    rest = total - sum(sentence.points for sentence in told)
    if rest:
        told.append(Sentence(SMALL, rest))
    return sorted(told, key=lambda sentence: (-abs(sentence.points), sentence.code))


def round_to_total(values: Sequence[float], total: int) -> list[int]:
    """Round each value so that they add up to ``total``, as far as one up or down each allows."""
    floors = [math.floor(value) for value in values]
    missing = total - sum(floors)
    order = sorted(range(len(values)), key=lambda i: (floors[i] - values[i], i))
    for index in order[: max(missing, 0)]:
        floors[index] += 1
    return floors


def _merge_hidden(
    changes: Sequence[Change], hidden: Collection[str]
) -> list[tuple[Sentence, float]]:
    """Return (sentence without points, delta); one sentence per hidden dimension."""
    rows = [
        (_get_sentence(change), change.delta)
        for change in changes
        if change.dimension not in hidden
    ]
    for dimension in sorted({change.dimension for change in changes} & set(hidden)):
        delta = math.fsum(change.delta for change in changes if change.dimension == dimension)
        rows.append((Sentence(HIDDEN, 0, dimension=dimension), delta))
    return rows


def _get_sentence(change: Change) -> Sentence:
    if change.old is None:
        kind = KNOWN
    elif change.new is None:
        kind = LOST
    else:
        kind = CHANGED
    return Sentence(kind, 0, change.code, change.dimension, change.old, change.new)
