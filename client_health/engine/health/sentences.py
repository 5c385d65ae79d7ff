"""Reads two days of one client and returns why the score changed. Pure Python, no words.

``get_changes`` returns what each measure did to the score, ``get_sentences`` what of it is shown.
The models turn each ``Sentence`` into words of the reader's language. The points of all sentences
are whole numbers that add up to the change of the score as it is shown.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..reading import Readings
from .scoring import Measure, get_mean, get_score, get_shown, get_weights

CHANGED = "changed"  # from one value to another
KNOWN = "known"  # was unknown before
LOST = "lost"  # is unknown now
HIDDEN = "hidden"  # a whole dimension whose values the reader must not see
SMALL = "small"  # all changes of less than half a point
SETTINGS = "settings"  # weights, floors or targets were edited in between


@dataclass(frozen=True, slots=True)
class Change:
    """What one measure did to the score: its values before and after, and the points of score."""

    code: str
    dimension: str
    old: float | None
    new: float | None
    delta: float


@dataclass(frozen=True, slots=True)
class Sentence:
    """``points`` of score; ``code`` is empty where the sentence is not about one measure."""

    kind: str
    points: int
    code: str = ""
    dimension: str = ""
    old: float | None = None
    new: float | None = None


def get_changes(measures: Iterable[Measure], old: Readings, new: Readings) -> list[Change]:
    """Return what each measure did to the score, the strongest first; [] when one has no score.

    The deltas add up to the new score less the old one. What is known both times counts by its
    own points. What became known counts by how far it lies from what was known without it (first
    in its dimension, else in all others), as does what got lost. Measures that changed nothing
    are left out.
    """
    measures = list(measures)
    before, after = get_score(measures, old), get_score(measures, new)
    if before.score is None or after.score is None:
        return []
    lost = _split(measures, before.points, after.points, before.score)
    found = _split(measures, after.points, before.points, before.score)
    changes = [
        Change(
            measure.code,
            measure.dimension,
            _get_value(old, measure.code),
            _get_value(new, measure.code),
            found.get(measure.code, 0.0) - lost.get(measure.code, 0.0),
        )
        for measure in measures
    ]
    changed = [
        change
        for change in changes
        if change.delta or (change.code in before.points) != (change.code in after.points)
    ]
    return sorted(changed, key=lambda change: (-abs(change.delta), change.code))


def _get_value(readings: Readings, code: str) -> float | None:
    reading = readings.get(code)
    return None if reading is None else reading.value


def _get_dimensions(measures: Iterable[Measure], points: Mapping[str, float]) -> dict[str, float]:
    """Return {dimension: points} of the dimensions of which anything with a weight is known."""
    rows: dict[str, list[tuple[float, float]]] = {}
    for m in measures:
        if m.code in points and m.weight:
            rows.setdefault(m.dimension, []).append((m.weight, points[m.code]))
    return {dimension: get_mean(values) for dimension, values in rows.items()}


def _split(
    measures: list[Measure],
    points: Mapping[str, float],
    others: Mapping[str, float],
    reference: float,
) -> dict[str, float]:
    """Return {code: part} of one side of a change; ``others`` are the points of the other side.

    The parts add up to the score of this side, less what both sides have in common and the same.
    ``reference`` stands in where both sides know nothing in common.
    """
    both = points.keys() & others.keys()
    weights = get_weights(measures, points)
    common = get_weights(measures, both)
    shared = {m.dimension for m in measures if common[m.code]}
    # Weights as if the dimensions that only this side knows did not exist.
    inside = get_weights(
        measures,
        {m.code for m in measures if m.code in points and m.dimension in shared},
    )
    rows = [(inside[code], points[code]) for code in points if inside[code]]
    base = get_mean(rows) if shared else reference
    of_both = _get_dimensions(measures, {code: points[code] for code in both})
    parts = {}
    for m in measures:
        if m.code in both:
            parts[m.code] = common[m.code] * points[m.code]
        elif m.code in points and m.dimension in shared:
            parts[m.code] = inside[m.code] * (points[m.code] - of_both[m.dimension])
        elif m.code in points:
            parts[m.code] = weights[m.code] * (points[m.code] - base)
    return parts


def get_sentences(
    changes: Sequence[Change],
    old_score: float,
    new_score: float,
    hidden: Collection[str] = (),
) -> list[Sentence]:
    """Return what led from one shown score to the other, the strongest first.

    What the changes do not explain came from other settings: today's explain both readings,
    the score of that day was shown with those of that day. ``hidden``: dimensions of which only
    the points are shown.
    """
    rows = _merge_hidden(changes, hidden)
    rest = (new_score - old_score) - math.fsum(delta for _sentence, delta in rows)
    if abs(rest) >= 0.5:
        rows.append((Sentence(SETTINGS, 0), rest))
    total = get_shown(new_score) - get_shown(old_score)
    points = round_to_total([delta for _sentence, delta in rows], total)
    shown = [
        Sentence(row.kind, number, row.code, row.dimension, row.old, row.new)
        for (row, _delta), number in zip(rows, points, strict=True)
        if number
    ]
    rest = total - sum(sentence.points for sentence in shown)
    if rest:
        shown.append(Sentence(SMALL, rest))
    return sorted(shown, key=lambda sentence: (-abs(sentence.points), sentence.code))


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
