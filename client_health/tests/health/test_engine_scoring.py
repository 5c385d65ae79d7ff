import ast
import inspect
import math
from dataclasses import FrozenInstanceError, replace

from hypothesis import HealthCheck, assume, example, settings
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...engine import reading
from ...engine.health import scoring
from ...engine.health.scoring import Measure
from ...engine.health.sentences import get_changes
from ...engine.reading import Reading

# A busy machine is no fault of the code.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

CODES = "abcdefgh"
DIMENSIONS = "xyz"

numbers = st.floats(min_value=-1e6, max_value=1e6)
weights = st.floats(min_value=0.01, max_value=1000)
values = st.none() | numbers | st.sampled_from([math.inf, -math.inf, math.nan])


@st.composite
def measure_lists(draw, weights=weights):
    """Measures of up to three dimensions; all of a dimension share its weight."""
    dimension_weights = {dimension: draw(weights) for dimension in DIMENSIONS}
    codes = draw(st.lists(st.sampled_from(CODES), unique=True, min_size=1))
    measures = []
    for code in codes:
        floor, target = draw(st.tuples(numbers, numbers).filter(lambda ends: ends[0] != ends[1]))
        dimension = draw(st.sampled_from(DIMENSIONS))
        measures.append(
            Measure(code, dimension, draw(weights), floor, target, dimension_weights[dimension])
        )
    return measures


@st.composite
def readings_of(draw, measures, values=values):
    return {measure.code: Reading(draw(values)) for measure in measures if draw(st.booleans())}


@st.composite
def cases(draw, count=1, weights=weights, values=values):
    measures = draw(measure_lists(weights))
    return measures, *(draw(readings_of(measures, values)) for _number in range(count))


def given(*strategies):
    return lambda test: patient(hypothesis_given(*strategies)(test))


def is_known(reading):
    return reading.value is not None and not math.isnan(reading.value)


@tagged("at_install", "-post_install")
class TestEngineScoring(BaseCase):
    def test_pure(self):
        imported = {
            node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
            for module in (scoring, reading)
            for node in ast.walk(ast.parse(inspect.getsource(module)))
            if isinstance(node, (ast.Import, ast.ImportFrom))
        }
        pure = {"collections.abc", "dataclasses", "datetime", "math", "typing"}
        self.assertEqual(imported, pure | {"reading"})

    def test_points(self):
        up, down = Measure("a", "x", 1, 30, 70), Measure("a", "x", 1, 42, 0)
        for measure, value, points in (
            (up, 30, 0),
            (up, 60, 75),
            (up, 70, 100),
            (up, -500, 0),
            (up, math.inf, 100),
            (down, 0, 100),
            (down, 21, 50),
            (down, 42, 0),
            (down, 99, 0),
            (down, -math.inf, 100),
        ):
            with self.subTest(measure=measure, value=value):
                self.assertEqual(scoring.get_points(measure, value), points)
        self.assertIsNone(scoring.get_points(up, None))
        self.assertIsNone(scoring.get_points(up, math.nan))

    def test_measures_that_make_no_sense(self):
        for vals in (
            {"floor": 1, "target": 1},
            {"floor": -1e308, "target": 1e308},
            {"target": math.nan},
            {"weight": -1},
            {"dimension_weight": -0.1},
            {"weight": math.inf},
        ):
            with self.subTest(vals), self.assertRaisesRegex(ValueError, "sick"):
                Measure(**{"code": "sick", "dimension": "x", "weight": 1, "floor": 0, "target": 1}
                        | vals)  # fmt: skip

    def test_frozen(self):
        with self.assertRaises(FrozenInstanceError):
            Reading(1.0).value = 2.0

    def test_score_by_hand(self):
        """Half of x counts 100 and half 50, weighted 3:1; y counts twice as much as x."""
        measures = [
            Measure("a", "x", 3, 0, 100, 1),
            Measure("b", "x", 1, 0, 100, 1),
            Measure("c", "y", 5, 100, 0, 2),
            Measure("d", "y", 5, 0, 10, 2),
        ]
        score = scoring.get_score(measures, {"a": Reading(100), "b": Reading(50), "c": Reading(40)})
        self.assertEqual(score.points, {"a": 100, "b": 50, "c": 60})
        self.assertEqual(score.dimensions, {"x": 87.5, "y": 60})
        self.assertAlmostEqual(score.score, (87.5 + 2 * 60) / 3)
        self.assertAlmostEqual(score.coverage, 100 * (1 + 2 * 0.5) / 3)

    def test_too_little_is_no_score(self):
        measures = [Measure(code, code, 1, 0, 100) for code in "abcdef"]
        two, three = ({code: Reading(100) for code in codes} for codes in ("ab", "abc"))
        self.assertIsNone(scoring.get_score(measures, two).score)  # a third of the weight
        self.assertEqual(scoring.get_score(measures, three).score, 100)
        one_dimension = [Measure("a", "x", 1, 0, 100, 9), Measure("b", "y", 1, 0, 100, 1)]
        score = scoring.get_score(one_dimension, {"a": Reading(100)})
        self.assertEqual((score.score, score.coverage), (None, 90))
        self.assertEqual(scoring.get_score([], {}), scoring.Score(None, 0.0))

    def test_provisional(self):
        """From a quarter of the weight on, with money or contact among what is known."""
        codes = ("money", "contact", "results", "voice", "agreement", "pulse")
        measures = [Measure(code, code, 1, 0, 100) for code in codes]
        for known, expected in (
            (("money", "contact"), (60, True)),  # a third
            (("money", "voice"), (60, True)),
            (("voice", "agreement"), (None, False)),  # paperwork alone
            (("money",), (None, False)),  # a sixth
            (("money", "contact", "voice"), (60, False)),
        ):
            with self.subTest(known):
                score = scoring.get_score(measures, {code: Reading(60) for code in known})
                self.assertEqual((score.score, score.provisional), expected)
        lone = [Measure("contact", "contact", 1, 0, 100)]
        score = scoring.get_score(lone, {"contact": Reading(60)})
        self.assertEqual((score.score, score.provisional), (60, True), "one dimension")

    def test_coverage_is_of_what_is_fed(self):
        """What nobody in the company records lowers the coverage of no client."""
        measures = [
            Measure("a", "x", 1, 0, 100),
            Measure("b", "x", 3, 0, 100, fed=False),
            Measure("c", "y", 1, 0, 100),
            Measure("d", "z", 1, 0, 100, fed=False),
        ]
        score = scoring.get_score(measures, {"a": Reading(100)})
        self.assertEqual((score.coverage, score.score), (50, None))
        score = scoring.get_score(measures, {"a": Reading(100), "c": Reading(50)})
        self.assertEqual((score.coverage, score.score), (100, 75))

    @given(cases(), st.data())
    def test_fed_changes_the_coverage_alone(self, case, data):
        measures, readings = case
        known = {code for code, reading in readings.items() if is_known(reading)}
        fed = [
            replace(m, fed=m.code in known or data.draw(st.booleans())) for m in measures
        ]  # fmt: skip
        all_fed, some_fed = scoring.get_score(measures, readings), scoring.get_score(fed, readings)
        self.assertEqual(some_fed.points, all_fed.points)
        self.assertEqual(some_fed.dimensions, all_fed.dimensions)
        self.assertGreaterEqual(some_fed.coverage, all_fed.coverage - 1e-9)
        self.assertLessEqual(some_fed.coverage, 100)
        if all_fed.score is not None:
            self.assertEqual(some_fed.score, all_fed.score)

    def test_one_rounding(self):
        """What is stored and shown is what is reached, never more."""
        for score, stored in (
            (49.96, 49.9),
            (50, 50),
            (49.9999999999, 50),  # that far, floats are no difference
            (74.95, 74.9),
            (0.1 + 0.2 + 74.7, 75),
        ):
            self.assertEqual(scoring.get_stored(score), stored)
            self.assertEqual(scoring.get_shown(scoring.get_stored(score)), math.floor(stored))
        self.assertEqual(scoring.get_shown(49.96), 49)

    def test_a_weight_of_zero_is_shown_and_does_not_count(self):
        measures = [
            Measure("a", "x", 1, 0, 100),
            Measure("b", "y", 1, 0, 100),
            Measure("c", "y", 0, 0, 100),
            Measure("d", "z", 1, 0, 100, 0),
        ]
        known = {code: Reading(value) for code, value in zip("abcd", (80, 60, 0, 0), strict=True)}
        score = scoring.get_score(measures, known)
        self.assertEqual((score.score, score.coverage), (70, 100))
        self.assertEqual(score.points["c"], 0)
        self.assertEqual(score.dimensions, {"x": 80, "y": 60, "z": 0})
        del known["b"]
        self.assertIsNone(scoring.get_score(measures, known).score, "one dimension counts")

    def test_bands(self):
        for score, band in (
            (100, "healthy"),
            (75, "healthy"),
            (74.99, "watch"),
            (50, "watch"),
            (49.99, "risk"),
            (0, "risk"),
            (None, None),
        ):
            self.assertEqual(scoring.get_band(score), band)
        self.assertEqual(scoring.get_band(75, healthy=80, risk=76), "risk")

    @given(cases())
    def test_bounds(self, case):
        measures, readings = case
        score = scoring.get_score(measures, readings)
        inside = [*score.points.values(), *score.dimensions.values(), score.coverage]
        inside += [] if score.score is None else [score.score]
        self.assertTrue(all(0 <= number <= 100 for number in inside), score)
        known = {code for code, reading in readings.items() if is_known(reading)}
        self.assertEqual(set(score.points), known)
        if score.score is not None:
            self.assertGreaterEqual(score.coverage, scoring.MIN_COVERAGE)
            self.assertGreaterEqual(len(score.dimensions), scoring.MIN_DIMENSIONS)
            low, high = min(score.points.values()), max(score.points.values())
            self.assertTrue(low <= score.score <= high)

    @given(cases(values=numbers), numbers, st.data())
    def test_monotony(self, case, better, data):
        """A better reading of one measure never lowers anything."""
        measures, readings = case
        assume(readings)
        code = data.draw(st.sampled_from(sorted(readings)))
        (measure,) = [measure for measure in measures if measure.code == code]
        pick = max if measure.target > measure.floor else min
        improved = dict(readings, **{code: Reading(pick(readings[code].value, better))})
        before, after = (scoring.get_score(measures, r) for r in (readings, improved))
        self.assertGreaterEqual(after.points[code], before.points[code])
        self.assertEqual(after.coverage, before.coverage)
        for dimension, points in before.dimensions.items():
            self.assertGreaterEqual(after.dimensions[dimension], points)
        if before.score is not None:
            self.assertGreaterEqual(after.score, before.score)

    @given(cases(), st.data())
    def test_unknown_is_as_if_it_did_not_exist_and_lowers_coverage(self, case, data):
        measures, readings = case
        gone = data.draw(st.sampled_from(measures))
        rest = [measure for measure in measures if measure != gone]
        for nothing in (None, math.nan):
            unknown = dict(readings, **{gone.code: Reading(nothing)})
            score = scoring.get_score(measures, unknown)
            absent = scoring.get_score(rest, readings)
            self.assertEqual(score.points, absent.points)
            self.assertEqual(score.dimensions, absent.dimensions)
            if None not in (score.score, absent.score):
                self.assertEqual(score.score, absent.score, "to the last digit")
            known = scoring.get_score(measures, dict(readings, **{gone.code: Reading(1.0)}))
            self.assertLess(score.coverage, known.coverage)

    @given(cases(), st.floats(min_value=0.01, max_value=100), st.sampled_from(DIMENSIONS))
    @example(([Measure("a", "x", 1, 0, 1), Measure("b", "y", 1, 0, 1)],
              {"a": Reading(1), "b": Reading(0)}), 3.0, "x")  # fmt: skip
    def test_weights_are_scale_free(self, case, factor, dimension):
        """Five for all is the same as one for all: in a dimension, and among the dimensions."""
        measures, readings = case
        score = scoring.get_score(measures, readings)
        in_one = [
            replace(m, weight=m.weight * factor) if m.dimension == dimension else m
            for m in measures
        ]
        among = [replace(m, dimension_weight=m.dimension_weight * factor) for m in measures]
        for scaled in (in_one, among):
            other = scoring.get_score(scaled, readings)
            self.assertAlmostEqual(other.coverage, score.coverage, 6)
            assume(abs(score.coverage - scoring.MIN_COVERAGE) > 1e-6)
            self.assertEqual(other.score is None, score.score is None)
            if score.score is not None:
                self.assertAlmostEqual(other.score, score.score, 6)

    @given(cases())
    def test_effective_weights(self, case):
        """Equal dimensions count the same, however many measures they have."""
        measures, readings = case
        known = {code for code, reading in readings.items() if is_known(reading)}
        found = scoring.get_weights(measures, known)
        self.assertEqual(set(found), {m.code for m in measures})
        self.assertTrue(all(not weight for code, weight in found.items() if code not in known))
        if known:
            self.assertAlmostEqual(sum(found.values()), 1)
        by_dimension = {m.dimension: m.dimension_weight for m in measures if m.code in known}
        for dimension, weight in by_dimension.items():
            inside = sum(found[m.code] for m in measures if m.dimension == dimension)
            self.assertAlmostEqual(inside, weight / sum(by_dimension.values()))

    @given(cases(count=2, weights=st.just(0.0) | weights))
    def test_changes_add_up(self, case):
        measures, old, new = case
        before, after = (scoring.get_score(measures, readings) for readings in (old, new))
        changes = get_changes(measures, old, new)
        if None in (before.score, after.score):
            self.assertEqual(changes, [])
            return
        total = math.fsum(change.delta for change in changes)
        self.assertAlmostEqual(total, after.score - before.score, 6)
        sizes = [abs(change.delta) for change in changes]
        self.assertEqual(sizes, sorted(sizes, reverse=True))

    @given(cases(values=numbers))
    def test_no_change_is_no_sentence(self, case):
        measures, readings = case
        self.assertEqual(get_changes(measures, readings, readings), [])

    @given(cases(values=numbers), numbers, st.data())
    def test_one_change_is_all_of_it(self, case, value, data):
        """When one reading moves, its sentence says the whole change, and no other speaks."""
        measures, old = case
        assume(old)
        code = data.draw(st.sampled_from(sorted(old)))
        new = dict(old, **{code: Reading(value)})
        self.assertLessEqual({c.code for c in get_changes(measures, old, new)}, {code})

    def test_changes_by_hand(self):
        measures = [
            Measure("a", "x", 1, 0, 100),
            Measure("b", "x", 1, 100, 0),
            Measure("c", "y", 2, 0, 10),
            Measure("d", "z", 2, 0, 10),
        ]
        old = {"a": Reading(50.0), "c": Reading(5.0)}
        new = {"a": Reading(80.0), "b": Reading(10.0), "c": Reading(5.0), "d": Reading(3.0)}
        changes = get_changes(measures, old, new)
        self.assertEqual(
            [(c.code, c.old, c.new, round(c.delta, 6)) for c in changes],
            [
                ("a", 50.0, 80.0, 15.0),  # half of the score, 30 points better
                ("d", None, 3.0, -12.5),  # 30 points where the rest has 67.5, a third of the score
                ("b", None, 10.0, 2.5),  # 90 where a has 80: half of x, which is half
            ],
        )

    def test_nothing_in_common(self):
        measures = [Measure(code, code, 1, 0, 100) for code in "abcd"]
        old = {"a": Reading(20), "b": Reading(40)}
        new = {"c": Reading(80), "d": Reading(100)}
        changes = get_changes(measures, old, new)
        self.assertAlmostEqual(sum(change.delta for change in changes), 60)
        self.assertEqual({change.code for change in changes}, set("abcd"))
        self.assertIsNone(scoring.get_drop(measures, old, new))

    @given(cases(count=2), st.data())
    def test_what_becomes_known_is_no_drop(self, case, data):
        measures, old, new = case
        found = data.draw(st.sampled_from(measures))
        old.pop(found.code, None)
        drop = scoring.get_drop(measures, old, new)
        without = scoring.get_drop(measures, old, dict(new, **{found.code: Reading(None)}))
        self.assertEqual(drop, without)
        lost = dict(new, **{found.code: Reading(0.0)})
        self.assertEqual(drop, scoring.get_drop(measures, old, lost))

    @given(cases(values=numbers), st.data())
    def test_drop_is_the_difference_when_the_same_is_known(self, case, data):
        measures, old = case
        new = {code: Reading(data.draw(numbers)) for code in old}
        before, after = (scoring.get_score(measures, readings) for readings in (old, new))
        drop = scoring.get_drop(measures, old, new)
        if before.score is None:
            self.assertIsNone(drop)
        else:
            self.assertEqual(drop, before.score - after.score)

    def test_rounded_as_people_and_browsers_do(self):
        for value, shown in ((58.5, 59), (57.5, 58), (58.49, 58), (-12.5, -12), (0.0, 0)):
            self.assertEqual(scoring.round_half_up(value), shown)
        for value, shown in ((49.5, 49), (49.99, 49), (50.0, 50), (74.9, 74), (100.0, 100)):
            self.assertEqual(scoring.get_shown(value), shown, "A red 50 would be a lie")

    @given(cases(count=3))
    def test_a_scorer_says_the_same_of_each_as_alone(self, case):
        measures, *clients = case
        scorer = scoring.Scorer(measures)
        for readings in clients * 2:
            self.assertEqual(scorer.get_score(readings), scoring.get_score(measures, readings))
