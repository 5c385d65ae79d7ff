import doctest
from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...engine.decision import balance, departure
from ...engine.health.scoring import get_points
from ...engine.profitability import margin, scenario
from ...engine.reading import Reading

# A busy machine is no fault of the code.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

TARGET = 60.0
CODES = {
    measure.code: measure
    for side in balance.SIDES
    for measure in balance.get_measures(side, TARGET)
}
values = st.floats(min_value=-500, max_value=500)
readings = st.dictionaries(st.sampled_from(sorted(CODES)), values.map(Reading))
with_margin = st.tuples(readings, values).map(lambda two: two[0] | {"margin_rate": Reading(two[1])})


def given(*strategies):
    return lambda test: patient(hypothesis_given(*strategies)(test))


def read(**values):
    return {code: Reading(value) for code, value in values.items()}


GOOD_FOR_US = read(
    margin_rate=60,
    loss_probability=7,
    price_pressure=0,
    rate_vs_average=20,
    growth=10,
    unpaid_hours=5,
)
BAD_FOR_US = read(
    margin_rate=-5,
    loss_months=6,
    loss_probability=55,
    price_pressure=5,
    rate_vs_average=-40,
    growth=-30,
    unpaid_hours=50,
)
GOOD_FOR_THEM = read(confirmed=100, value_ratio=300, goals_on_track=100, feedback_rating=5)
BAD_FOR_THEM = read(confirmed=0, value_ratio=10, goals_on_track=0, feedback_rating=1)


@tagged("at_install", "-post_install")
class TestEngineBalance(BaseCase):
    def test_doctests(self):
        for module, least in ((balance, 4), (departure, 2)):
            outcome = doctest.testmod(module)
            self.assertGreaterEqual(outcome.attempted, least)
            self.assertEqual(outcome.failed, 0)

    def test_four_corners(self):
        for us, them, quadrant in (
            (GOOD_FOR_US, GOOD_FOR_THEM, "win_win"),
            (GOOD_FOR_US, BAD_FOR_THEM, "we_win"),
            (BAD_FOR_US, GOOD_FOR_THEM, "they_win"),
            (BAD_FOR_US, BAD_FOR_THEM, "both_lose"),
        ):
            with self.subTest(quadrant=quadrant):
                self.assertEqual(balance.get_balance(us | them, TARGET).quadrant, quadrant)

    def test_what_should_not_be_there_is_no_plus(self):
        """One open complaint or a fifth of the hours unpaid is better than more, and not good."""
        for code, value, tone in (
            ("open_complaints", 0, "for"),
            ("open_complaints", 1, "even"),
            ("open_complaints", 3, "against"),
            ("unpaid_hours", 3, "for"),
            ("unpaid_hours", 20.6, "even"),
            ("unpaid_hours", 50, "against"),
            ("price_pressure", 1, "even"),
            ("loss_probability", 20, "even"),
            ("growth", 20, "for"),
            ("hours_over", 0, "even"),
            ("goals_on_track", 70, "for"),
        ):
            with self.subTest(code=code, value=value):
                measure = CODES[code]
                points = get_points(measure, value)
                self.assertEqual(balance.get_tone(points, balance.is_fault(measure)), tone)

    def test_unknown_is_a_corner_of_its_own(self):
        for known in ({}, GOOD_FOR_US, GOOD_FOR_THEM, read(margin_rate=60, confirmed=100)):
            with self.subTest(known=sorted(known)):
                self.assertEqual(balance.get_balance(known, TARGET).quadrant, "unknown")

    def test_without_a_margin_nobody_says_that_we_win(self):
        known = {code: one for code, one in GOOD_FOR_US.items() if code != "margin_rate"}
        self.assertIsNone(balance.get_balance(known, TARGET).us.points)

    @given(readings)
    def test_points_are_a_mean_of_the_lines(self, known):
        for side in balance.get_balance(known, TARGET):
            self.assertTrue(0 <= side.coverage <= 100 + 1e-9)
            if side.points is not None:
                self.assertGreaterEqual(side.points, min(side.lines.values()) - 1e-9)
                self.assertLessEqual(side.points, max(side.lines.values()) + 1e-9)
                self.assertGreaterEqual(len(side.lines), balance.MIN_KNOWN)

    @given(readings)
    def test_unknown_counts_as_if_it_did_not_exist(self, known):
        emptied = {code: Reading(None) for code in CODES if code not in known}
        self.assertEqual(
            balance.get_balance(known, TARGET), balance.get_balance(known | emptied, TARGET)
        )

    @given(with_margin, st.sampled_from(sorted(CODES)))
    def test_better_never_hurts(self, known, code):
        """Bringing one reading to its target never lowers its side."""
        measure = CODES[code]
        if code not in known:
            return
        better = known | {code: replace(known[code], value=float(measure.target))}
        before = getattr(balance.get_balance(known, TARGET), measure.dimension).points
        after = getattr(balance.get_balance(better, TARGET), measure.dimension).points
        if before is None:
            self.assertIsNone(after)
        else:
            self.assertGreaterEqual(after, before - 1e-9)

    @given(readings)
    def test_sides_do_not_mix(self, known):
        ours = {code: one for code, one in known.items() if CODES[code].dimension == "us"}
        self.assertEqual(
            balance.get_balance(known, TARGET).us, balance.get_balance(ours, TARGET).us
        )

    @given(readings, values, values)
    def test_finding_has_at_least_three_reasons_and_a_loss(self, known, losses, likely):
        known = known | read(loss_months=losses, loss_probability=likely)
        us = balance.get_balance(known, TARGET).us
        signs = balance.get_signs(known, us)
        if signs:
            self.assertGreaterEqual(len(signs), 3)
            self.assertIn("balance", signs)
            self.assertLess(us.points, 50)
            self.assertTrue({"loss_months", "loss_probability"} & set(signs))

    def test_nothing_to_win(self):
        us = balance.get_balance(BAD_FOR_US, TARGET).us
        known = BAD_FOR_US | read(loss_probability=60)
        self.assertEqual(
            balance.get_signs(known, us),
            ["loss_months", "loss_probability", "price_pressure", "balance"],
        )
        for spared in ({"loss_months": 2, "loss_probability": 20}, {"price_pressure": 0}):
            kinder = known | read(**spared, **({} if len(spared) > 1 else {"loss_months": 2}))
            self.assertEqual(balance.get_signs(kinder, us), [])
        fine = balance.get_balance(GOOD_FOR_US, TARGET).us
        self.assertEqual(balance.get_signs(known, fine), [])

    def test_no_finding_where_we_do_not_know_whether_we_lose(self):
        known = read(loss_months=9, loss_probability=90, price_pressure=9, unanswered=5)
        us = balance.get_balance(known, TARGET).us
        self.assertIsNone(us.wins)
        self.assertEqual(balance.get_signs(known, us), [])

    @given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 3000), st.integers(1, 95))
    def test_scenarios_reach_what_they_promise(self, revenue, labour, hours, target):
        sums = margin.Sums(revenue=revenue + 1.0, labour_cost=labour + 1.0, hours=float(hours))
        found = dict(departure.get_scenarios(sums, float(target)))
        self.assertEqual(list(found)[0], "keep")
        self.assertEqual(list(found)[-1], "leave")
        for kind, wanted in (("break_even", 0.0), ("target", float(target))):
            if kind in found:
                outcome = scenario.get_outcome(sums, found[kind])
                self.assertAlmostEqual(outcome.margin_rate, wanted, places=4)
                self.assertGreater(outcome.margin, scenario.get_outcome(sums).margin)
            else:
                self.assertGreaterEqual(margin.get_margin_rate(sums), wanted)
