"""Reads the readings of a client, returns its score, coverage and points. Pure Python, no Odoo.

A measure turns its reading into 0 to 100 points, on a straight line from ``floor`` (0 points) to
``target`` (100 points); the direction follows from the two. Points of a dimension are the weighted
mean of its known measures, the score is the weighted mean of the known dimensions. So a measure
that is unknown counts exactly as if it did not exist: neither as zero nor as good. What it costs
is coverage: the part of the weight that is known, of what the company can know. With too little of
it the score is provisional, with less there is none.

``None`` is unknown everywhere. Nothing is rounded here, only where people read it:
``get_shown``.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..reading import Reading, Readings

# Below this part of the weight (percent), or with fewer dimensions, there is no score. The Linux
# Foundation's insights came to the same gate after scores without data looked excellent.
MIN_COVERAGE = 40.0
MIN_DIMENSIONS = 2
# Above this part there is a provisional score: a firm that fills in no forms still sees which
# clients are silent and which lose. Money or contact is part of it, the rest alone is paperwork.
MIN_PROVISIONAL = 25.0
MONEY = "money"
PROVISIONAL_DIMENSIONS = frozenset((MONEY, "contact"))

BANDS = HEALTHY, WATCH, RISK = ("healthy", "watch", "risk")

Values = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured and how it counts; ``weight`` is relative to its dimension's others.

    ``fed``: whether the company has records of it at all. What nobody feeds lowers no coverage.
    """

    code: str
    dimension: str
    weight: float
    floor: float
    target: float
    dimension_weight: float = 1.0
    fed: bool = True

    def __post_init__(self) -> None:
        numbers = (self.weight, self.floor, self.target, self.dimension_weight)
        if not all(map(math.isfinite, numbers)):
            raise ValueError(f"{self.code}: weights, floor and target are finite numbers")
        if min(self.weight, self.dimension_weight) < 0:
            raise ValueError(f"{self.code}: a weight is not negative")
        if self.floor == self.target or not math.isfinite(self.target - self.floor):
            raise ValueError(f"{self.code}: floor and target differ, by a finite number")


@dataclass(frozen=True, slots=True)
class Score:
    """``coverage`` in percent; ``points`` by measure, ``dimensions`` by dimension: the known.

    ``provisional``: there is a score, and too little is known for more than a first look.
    """

    score: float | None
    coverage: float
    points: dict[str, float] = field(default_factory=dict)
    dimensions: dict[str, float] = field(default_factory=dict)
    provisional: bool = False


def get_points(measure: Measure, value: float | None) -> float | None:
    """Return 0 to 100 points, or None when the value is unknown."""
    if value is None or math.isnan(value):
        return None
    floor, target = measure.floor, measure.target
    return _get_points(value, floor, target, min(floor, target), max(floor, target))


def _get_points(value: float, floor: float, target: float, low: float, high: float) -> float:
    value = low if value < low else min(value, high)
    return 100.0 * ((value - floor) / (target - floor))


def get_score(measures: "Iterable[Measure] | Scorer", readings: Readings) -> Score:
    """Return the score of a client from what is known of it; of many clients: ``Scorer``."""
    return get_scorer(measures).get_score(readings)


def get_band(score: float | None, healthy: float = 75.0, risk: float = 50.0) -> str | None:
    """Return the band of a score; None without one. ``healthy`` and above, below ``risk``."""
    if score is None:
        return None
    if score >= healthy:
        return HEALTHY
    return RISK if score < risk else WATCH


def get_drop(measures: "Iterable[Measure] | Scorer", old: Readings, new: Readings) -> float | None:
    """Return by how many points the score fell (negative: rose) over what is known both times.

    A measure that becomes known, or gets lost, never looks like a drop. None: too little is known
    on both dates.
    """
    scorer = get_scorer(measures)
    before, after = (scorer.get_points(_get_values(readings)) for readings in (old, new))
    both = before.keys() & after.keys()
    before, after = (
        scorer.get_score_of_points({code: points[code] for code in points if code in both}).score
        for points in (before, after)
    )
    return None if before is None or after is None else before - after


class Scorer:
    """Scores any number of clients by the same measures: what follows from these is done once."""

    def __init__(self, measures: Iterable[Measure]) -> None:
        self.measures = list(measures)
        self.dimensions = {m.code: m.dimension for m in self.measures}
        # plain tuples: a night looks at each of them for each client
        self._lines = [
            (m.code, m.floor, m.target, min(m.floor, m.target), max(m.floor, m.target))
            for m in self.measures
        ]
        self._weights = [(m.code, m.dimension, m.weight) for m in self.measures if m.weight]
        self._dimension_weights = {m.dimension: m.dimension_weight for m in self.measures}
        self._parts = get_weights(self.measures, [m.code for m in self.measures if m.fed])

    def get_score(self, readings: Readings) -> Score:
        """Return the score of a client from what is known of it."""
        return self.get_score_of_values(_get_values(readings))

    def get_score_of_values(self, values: Values) -> Score:
        """Return the score of a client from {code: value}."""
        return self.get_score_of_points(self.get_points(values))

    def get_points(self, values: Values) -> dict[str, float]:
        """Return {code: points} of the known measures, in the order of the measures."""
        found = {}
        for code, floor, target, low, high in self._lines:
            value = values.get(code)
            if value is not None and value == value:  # NaN is unknown as well
                found[code] = _get_points(value, floor, target, low, high)
        return found

    def get_score_of_points(self, points: dict[str, float]) -> Score:
        """Return the score of a client from {code: points}, in the order of the measures."""
        rows: dict[str, list[tuple[float, float]]] = {}
        for code, dimension, weight in self._weights:
            if code in points:
                rows.setdefault(dimension, []).append((weight, points[code]))
        dimensions = {dimension: get_mean(values) for dimension, values in rows.items()}
        coverage = min(100.0, 100.0 * math.fsum(self._parts[code] for code in points))
        counting = self._get_counting(dimensions)
        is_full = coverage >= MIN_COVERAGE and len(counting) >= MIN_DIMENSIONS
        is_enough = is_full or (
            coverage >= MIN_PROVISIONAL and not PROVISIONAL_DIMENSIONS.isdisjoint(counting)
        )
        score = get_mean([*counting.values()]) if is_enough else None
        return Score(score, coverage, points, dimensions, is_enough and not is_full)

    def _get_counting(self, dimensions: Mapping[str, float]) -> dict[str, tuple[float, float]]:
        return {
            code: (weight, dimensions[code])
            for code, weight in self._dimension_weights.items()
            if weight and code in dimensions
        }

    def get_shared(
        self, result: Score, limits: tuple[float, float]
    ) -> tuple[float | None, dict[str, float]]:
        """Return the score, and the points by dimension, for those who may not see money.

        From the exact score and the weights, the margin of a client could be computed.
        """
        dimensions = share_dimensions(result.dimensions, limits)
        if result.score is None:
            return None, dimensions
        return get_mean([*self._get_counting(dimensions).values()]), dimensions


def get_middle(points: float, limits: tuple[float, float]) -> float:
    """Return the middle of the band that points are in: 25, 62 or 87 at the usual limits.

    ``limits``: from where on a score is green, and below which it is red.
    """
    healthy, risk = limits
    ends = {HEALTHY: (healthy, 100.0), WATCH: (risk, healthy), RISK: (0.0, risk)}
    low, high = ends[get_band(points, healthy, risk) or RISK]
    return float(math.floor((low + high) / 2))


def share_dimensions(
    dimensions: Mapping[str, float], limits: tuple[float, float]
) -> dict[str, float]:
    """Return points by dimension, of money the middle of its band."""
    return {
        code: get_middle(points, limits) if code == MONEY else points
        for code, points in dimensions.items()
    }


def share_measures(measures: Iterable[Measure]) -> list[Measure]:
    """Return measures that explain a shared score: of money there is one, worth its points."""
    measures = list(measures)
    money = [measure for measure in measures if measure.dimension == MONEY]
    is_fed = any(measure.fed for measure in money)
    shared = [
        replace(measure, code=MONEY, weight=1.0, floor=0.0, target=100.0, fed=is_fed)
        for measure in money[:1]
    ]
    return shared + [measure for measure in measures if measure.dimension != MONEY]


def share_readings(
    measures: "Iterable[Measure] | Scorer", readings: Readings, limits: tuple[float, float]
) -> dict[str, Reading]:
    """Return readings as ``share_measures`` reads them."""
    scorer = get_scorer(measures)
    points = scorer.get_score(readings).dimensions.get(MONEY)
    shared = {
        code: reading
        for code, reading in readings.items()
        if scorer.dimensions.get(code) not in (MONEY, None)
    }
    return shared if points is None else shared | {MONEY: Reading(get_middle(points, limits))}


def get_scorer(measures: "Iterable[Measure] | Scorer") -> Scorer:
    """Return what scores by these measures, as it is when it was made before."""
    return measures if isinstance(measures, Scorer) else Scorer(measures)


def _get_values(readings: Readings) -> Values:
    return {code: reading.value for code, reading in readings.items()}


def round_half_up(value: float) -> int:
    """Round as people do, and as the browser does: of weights, which add up to 100."""
    return math.floor(value + 0.5)


def get_stored(score: float) -> float:
    """Return what is stored of a score or of points: the tenth that is reached."""
    return math.floor(10 * score + 1e-6) / 10


def get_shown(score: float) -> int:
    """Return the whole number that is shown of a score, points or coverage: what is reached.

    Not rounded up, or a red 50 would stand where red ends at 50. The browser does the same.
    """
    return math.floor(score + 1e-9)


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


def get_mean(rows: Sequence[tuple[float, float]]) -> float:
    """Return the mean of (weight, points), no weight of 0; never outside of its own values."""
    if len(rows) == 1:
        return rows[0][1]
    values = [value for _weight, value in rows]
    total = math.fsum([weight for weight, _value in rows])
    mean = math.fsum([weight / total * value for weight, value in rows])
    return min(max(mean, min(values)), max(values))
