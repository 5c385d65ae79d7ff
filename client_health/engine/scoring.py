"""How readings become a score, and why it changed: pure Python, no Odoo.

A measure turns its reading into 0 to 100 points, on a straight line from ``floor`` (0 points) to
``target`` (100 points); the direction follows from the two. Points of a dimension are the weighted
mean of its known measures, the score is the weighted mean of the known dimensions. So a measure
that is unknown counts exactly as if it did not exist: neither as zero nor as good. What it costs
is coverage: the part of all weight that is known. With too little of it there is no score.

``None`` is unknown everywhere. Nothing is rounded here, only where people read it:
``round_to_sum``.
"""

import datetime
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# Design: below this part of the weight (percent), or with fewer dimensions, no score is told.
# The Linux Foundation's insights came to the same gate after scores without data looked
# excellent (market.md, A3).
MIN_COVERAGE = 40.0
MIN_DIMENSIONS = 2

BANDS = HEALTHY, WATCH, RISK = ("healthy", "watch", "risk")


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured and how it counts; ``weight`` is relative to its dimension's others."""

    code: str
    dimension: str
    weight: float
    floor: float
    target: float
    dimension_weight: float = 1.0

    def __post_init__(self) -> None:
        numbers = (self.weight, self.floor, self.target, self.dimension_weight)
        if not all(map(math.isfinite, numbers)):
            raise ValueError(f"{self.code}: weights, floor and target are finite numbers")
        if min(self.weight, self.dimension_weight) < 0:
            raise ValueError(f"{self.code}: a weight is not negative")
        if self.floor == self.target or not math.isfinite(self.target - self.floor):
            raise ValueError(f"{self.code}: floor and target differ, by a finite number")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the records say; ``date`` is that of the newest record, ``detail`` fits into JSON."""

    value: float | None = None
    date: datetime.date | None = None
    detail: dict[str, Any] | None = None


Readings = Mapping[str, Reading]


@dataclass(frozen=True, slots=True)
class Score:
    """``coverage`` in percent; ``points`` by measure, ``dimensions`` by dimension: the known."""

    score: float | None
    coverage: float
    points: dict[str, float] = field(default_factory=dict)
    dimensions: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What one measure did to the score: its values before and after, and the points of score."""

    code: str
    dimension: str
    old: float | None
    new: float | None
    delta: float


Shares = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the points of one set of known measures become a score; shares add up to 1."""

    coverage: float
    is_enough: bool
    shares: Shares
    dimensions: tuple[tuple[str, Shares], ...]


def get_points(measure: Measure, value: float | None) -> float | None:
    """Return 0 to 100 points, or None when the value is unknown."""
    if value is None or math.isnan(value):
        return None
    floor, target = measure.floor, measure.target
    low, high = (floor, target) if floor < target else (target, floor)
    return 100.0 * ((min(max(value, low), high) - floor) / (target - floor))


def get_score(measures: Iterable[Measure], readings: Readings) -> Score:
    """Return the score of a client from what is known of it; of many clients: ``Scorer``."""
    return Scorer(measures).get_score(readings)


def get_band(score: float | None, healthy: float = 75.0, risk: float = 50.0) -> str | None:
    """Return the band of a score; None without one. ``healthy`` and above, below ``risk``."""
    if score is None:
        return None
    if score >= healthy:
        return HEALTHY
    return RISK if score < risk else WATCH


def get_drop(measures: Iterable[Measure], old: Readings, new: Readings) -> float | None:
    """Return by how many points the score fell (negative: rose) over what is known both times.

    A measure that becomes known, or gets lost, never looks like a drop. None: too little is known
    on both dates to tell.
    """
    measures = list(measures)
    both = _get_all_points(measures, old).keys() & _get_all_points(measures, new).keys()
    before, after = (
        get_score(measures, {code: readings[code] for code in both}).score
        for readings in (old, new)
    )
    return None if before is None or after is None else before - after


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


class Scorer:
    """Scores any number of clients by the same measures.

    What follows from the measures alone is worked out once, and the weights once per set of
    known measures: of thousands of clients, most know the same.
    """

    def __init__(self, measures: Iterable[Measure]) -> None:
        self.measures = list(measures)
        self._plans: dict[tuple[str, ...], _Plan] = {}

    def get_score(self, readings: Readings) -> Score:
        """Return the score of a client from what is known of it."""
        points = _get_all_points(self.measures, readings)
        known = tuple(points)
        plan = self._plans.get(known)
        if plan is None:
            plan = self._plans[known] = self._get_plan(known)
        return Score(
            _get_share_mean(points, plan.shares) if plan.is_enough else None,
            plan.coverage,
            points,
            {code: _get_share_mean(points, shares) for code, shares in plan.dimensions},
        )

    def _get_plan(self, known: tuple[str, ...]) -> "_Plan":
        weights = get_weights(self.measures, known)
        coverage = _get_coverage(self.measures, known)
        counting = {m.dimension for m in self.measures if weights[m.code]}
        rows: dict[str, list[tuple[str, float]]] = {}
        for m in self.measures:
            if m.code in known and m.weight:
                rows.setdefault(m.dimension, []).append((m.code, m.weight))
        return _Plan(
            coverage,
            coverage >= MIN_COVERAGE and len(counting) >= MIN_DIMENSIONS,
            _get_shares((code, weights[code]) for code in known),
            tuple((dimension, _get_shares(values)) for dimension, values in rows.items()),
        )


def round_to_sum(values: Sequence[float], digits: int = 0) -> list[float]:
    """Round so that the rounded values add up to the rounded sum: what people read adds up.

    The largest remainders are rounded up.
    """
    scale = 10**digits
    scaled = [value * scale for value in values]
    floors = [math.floor(value) for value in scaled]
    missing = round(math.fsum(scaled)) - sum(floors)
    order = sorted(range(len(values)), key=lambda i: (floors[i] - scaled[i], i))
    for index in order[: max(missing, 0)]:
        floors[index] += 1
    return [value / scale for value in floors]


def _get_value(readings: Readings, code: str) -> float | None:
    reading = readings.get(code)
    return None if reading is None else reading.value


def _get_all_points(measures: Iterable[Measure], readings: Readings) -> dict[str, float]:
    """Return {code: points} of the known measures, in the order of the measures."""
    found = {}
    for measure in measures:
        reading = readings.get(measure.code)
        points = get_points(measure, reading.value) if reading is not None else None
        if points is not None:
            found[measure.code] = points
    return found


def get_weights(measures: Iterable[Measure], known: Iterable[str]) -> dict[str, float]:
    """Return {code: effective weight}, 0 for what is not known; they add up to 1, or all are 0.

    Effective weight = dimension weight x measure weight / sum of measure weights in the dimension.
    """
    measures, known = list(measures), set(known)
    sums: dict[str, float] = {}
    for m in measures:
        if m.code in known and m.dimension_weight:
            sums[m.dimension] = sums.get(m.dimension, 0.0) + m.weight
    by_dimension = {
        m.dimension: m.dimension_weight
        for m in measures
        if m.code in known and sums.get(m.dimension)
    }
    total = math.fsum(by_dimension.values())
    return {
        m.code: (m.dimension_weight / total) * (m.weight / sums[m.dimension])
        if m.code in known and m.dimension in by_dimension
        else 0.0
        for m in measures
    }


def _get_coverage(measures: list[Measure], known: Iterable[str]) -> float:
    weights = get_weights(measures, [m.code for m in measures])
    return min(100.0, 100.0 * math.fsum(weights[code] for code in known))


def _get_shares(rows: Iterable[tuple[str, float]]) -> Shares:
    """Return the weights, those that are not 0, as parts of their sum."""
    rows = [row for row in rows if row[1]]
    total = math.fsum(weight for _code, weight in rows)
    return tuple((code, weight / total) for code, weight in rows)


def _get_share_mean(points: Mapping[str, float], shares: Shares) -> float:
    """Return the weighted mean of points; never outside of its own values."""
    values = [points[code] for code, _share in shares]
    mean = math.fsum(share * points[code] for code, share in shares)
    return min(max(mean, min(values)), max(values))


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
    shares = _get_shares((code, inside[code]) for code in points)
    base = _get_share_mean(points, shares) if kept else reference
    of_both = {
        dimension: _get_share_mean(points, _get_shares((m.code, m.weight) for m in own))
        for dimension in kept
        if (own := [m for m in measures if m.code in both and m.dimension == dimension])
    }
    parts = {}
    for m in measures:
        if m.code in both:
            parts[m.code] = common[m.code] * points[m.code]
        elif m.code in points and m.dimension in kept:
            parts[m.code] = inside[m.code] * (points[m.code] - of_both[m.dimension])
        elif m.code in points:
            parts[m.code] = weights[m.code] * (points[m.code] - base)
    return parts
