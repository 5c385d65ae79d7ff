"""Why a score changed: what each measure did to it. Pure Python, no Odoo."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .scoring import Measure, Readings, get_mean, get_score, get_weights


@dataclass(frozen=True, slots=True)
class Change:
    """What one measure did to the score: its values before and after, and the points of score."""

    code: str
    dimension: str
    old: float | None
    new: float | None
    delta: float


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
    kept = {m.dimension for m in measures if common[m.code]}
    # Weights as if the dimensions that only this side knows did not exist.
    inside = get_weights(
        measures, {m.code for m in measures if m.code in points and m.dimension in kept}
    )
    rows = [(inside[code], points[code]) for code in points if inside[code]]
    base = get_mean(rows) if kept else reference
    of_both = _get_dimensions(measures, {code: points[code] for code in both})
    parts = {}
    for m in measures:
        if m.code in both:
            parts[m.code] = common[m.code] * points[m.code]
        elif m.code in points and m.dimension in kept:
            parts[m.code] = inside[m.code] * (points[m.code] - of_both[m.dimension])
        elif m.code in points:
            parts[m.code] = weights[m.code] * (points[m.code] - base)
    return parts
