from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...engine.health.scoring import Measure, get_score, get_shown
from ...engine.health.sentences import HIDDEN, SETTINGS, get_changes, get_sentences, round_to_total
from ...engine.health.stage_proposals import (
    DEFAULT_LIMITS,
    Case,
    Limits,
    Night,
    Run,
    get_low,
    get_proposal,
)
from ...engine.health.warnings.life import Life
from ...engine.reading import Reading

TODAY = date(2026, 3, 20)
CODES = ("a1", "a2", "b1", "b2", "c1")


def make_measures(weights=(1,) * 5, floors=(0,) * 5):
    return [
        Measure(code, code[0], weight, floor, 100)
        for code, weight, floor in zip(CODES, weights, floors, strict=True)
    ]


def read(*values):
    return {
        code: Reading(value) for code, value in zip(CODES, values, strict=True) if value is not None
    }


def all_at(value):
    return read(*[value] * len(CODES))


def make_life(code="silent", level=1.2, start=30, counts=20, decided=None, end=None):
    """A warning that was found ``start`` days ago and counts since ``counts`` days."""
    first = TODAY - timedelta(days=start)
    return Life(
        code, first, first, TODAY, start, level, level,
        counts=None if counts is None else TODAY - timedelta(days=counts),
        decided=decided, end=end,
    )  # fmt: skip


def make_case(phase, lives=(), **kwargs):
    asking = ("complaints", "silent", "red")
    return Case(phase, TODAY, tuple(lives), **{"asking": asking, **kwargs})


def make_night(phase, now, before, **kwargs):
    """A client that came from ``before`` to ``now`` two nights ago (15 nights, when at risk)."""
    nights = 2 if phase == "healthy" else 15
    run = Run(TODAY - timedelta(days=nights - 1), nights, before, is_first=False)
    return Night(**{"decided": TODAY - timedelta(days=60), "now": now, "run": run, **kwargs})


VALUES = st.one_of(st.none(), st.floats(0, 100))
READINGS = st.tuples(*[VALUES] * 5).map(lambda values: read(*values))
WEIGHTS = st.tuples(*[st.floats(0, 10)] * 5)
FLOORS = st.tuples(*[st.floats(-100, 99)] * 5)


@tagged("post_install", "-at_install")
class TestStageProposals(BaseCase):
    """The rules in the words of the design, one test each."""

    def propose(self, case, measures=None, limits=DEFAULT_LIMITS):
        proposal = get_proposal(case, measures or make_measures(), limits)
        return proposal and (proposal.phase, proposal.reasons)

    def is_low(self, night, measures=None, limits=DEFAULT_LIMITS, is_known=False):
        return get_low(night, measures or make_measures(), limits, is_known) is not None

    def test_warning_asks_for_at_risk(self):
        self.assertEqual(
            self.propose(make_case("healthy", [make_life()])), ("at_risk", ("silent",))
        )

    def test_causes_come_first(self):
        lives = [make_life("red"), make_life("silent"), make_life("complaints")]
        case = make_case("healthy", lives)
        self.assertEqual(self.propose(case), ("at_risk", ("complaints", "silent", "red")))

    def test_what_is_no_warning_yet_or_any_more(self):
        for life in (
            make_life(counts=None),
            make_life(end=TODAY),
            make_life(decided=1.2),
            make_life(decided=1.0, level=1.4),
            make_life("only_shown"),
        ):
            self.assertIsNone(self.propose(make_case("healthy", [life])), life)

    def test_decided_one_comes_back_when_it_got_worse(self):
        case = make_case("healthy", [make_life(decided=1.2, level=1.7)])
        self.assertEqual(self.propose(case), ("at_risk", ("silent",)))

    def test_override_stops_it(self):
        for phase in ("healthy", "at_risk"):
            case = make_case(phase, [make_life(level=3)], overridden=True, is_gone=True)
            self.assertIsNone(self.propose(case))

    def test_gone_is_proposed_as_ended(self):
        for phase in ("healthy", "at_risk"):
            case = make_case(phase, [make_life()], is_gone=True)
            self.assertEqual(self.propose(case), ("ended", ("gone",)))

    def test_two_low_nights(self):
        self.assertTrue(self.is_low(make_night("healthy", all_at(45), all_at(55))))

    def test_one_low_night_is_none(self):
        run = Run(TODAY, 1, all_at(55))
        self.assertFalse(self.is_low(make_night("healthy", all_at(45), None, run=run)))

    def test_low_from_the_first_night(self):
        run = Run(TODAY - timedelta(days=1), 2, None, is_first=True)
        self.assertTrue(self.is_low(make_night("healthy", all_at(30), None, run=run)))

    def test_what_a_person_knew_when_deciding(self):
        night = make_night("healthy", all_at(45), all_at(55), decided=TODAY)
        self.assertFalse(self.is_low(night))
        self.assertTrue(self.is_low(night, is_known=True), "What was decided is not over by that")
        self.assertEqual(get_low(night, make_measures(), is_known=True), 5)

    def test_back_after_14_days(self):
        night = make_night("at_risk", all_at(80), all_at(60))
        self.assertEqual(
            self.propose(make_case("at_risk", night=night)), ("healthy", ("recovered",))
        )
        young = make_night(
            "at_risk", all_at(80), None, run=Run(TODAY - timedelta(days=13), 14, all_at(60))
        )
        just_moved = make_night(
            "at_risk", all_at(80), all_at(60), decided=TODAY - timedelta(days=3)
        )
        for other in (young, just_moved):
            self.assertIsNone(self.propose(make_case("at_risk", night=other)))

    def test_not_back_with_a_warning(self):
        """Neither with one that does not count yet, nor with one that was decided."""
        night = make_night("at_risk", all_at(80), all_at(60))
        for life in (make_life(), make_life(counts=None), make_life(decided=1.2)):
            self.assertIsNone(self.propose(make_case("at_risk", [life], night=night)))

    def test_other_phases_are_left_to_people(self):
        for phase in ("reboot", "offboard", "ended"):
            case = make_case(phase, [make_life(level=4)], is_gone=True)
            self.assertIsNone(self.propose(case))

    def test_newly_known_measure_moves_nobody(self):
        before = read(80, None, 80, None, None)
        now = read(80, 0, 80, 0, 0)
        self.assertLess(get_score(make_measures(), now).score, 50)
        self.assertFalse(self.is_low(make_night("healthy", now, before)))

    @given(READINGS, WEIGHTS, FLOORS, st.floats(0, 100), st.floats(0, 100))
    @settings(deadline=None)
    def test_settings_move_nobody(self, readings, weights, floors, one, other):
        """Whatever is edited: a client whose readings stayed the same stays where it is."""
        measures = make_measures(weights, floors)
        limits = Limits(max(one, other), min(one, other))
        for phase in ("healthy", "at_risk"):
            night = make_night(phase, readings, readings)
            self.assertFalse(self.is_low(night, measures, limits))
            self.assertIsNone(self.propose(make_case(phase, night=night), measures, limits))

    @given(READINGS, READINGS, WEIGHTS, FLOORS)
    @settings(deadline=None)
    def test_what_is_known_on_one_date_only_is_left_out(self, now, extra, weights, floors):
        """More measures that become known never move a client that did not change."""
        measures = make_measures(weights, floors)
        grown = {**extra, **now}
        for phase in ("healthy", "at_risk"):
            night = make_night(phase, grown, now)
            self.assertFalse(self.is_low(night, measures))
            self.assertIsNone(self.propose(make_case(phase, night=night), measures))


@tagged("post_install", "-at_install")
class TestSentences(BaseCase):
    @given(READINGS, READINGS, st.floats(-20, 20), st.sets(st.sampled_from("abc")))
    @settings(deadline=None)
    def test_sentences_add_up_to_what_is_shown(self, old, new, other_settings, hidden):
        measures = make_measures()
        before, after = get_score(measures, old).score, get_score(measures, new).score
        if before is None or after is None:
            return
        before = min(max(before + other_settings, 0), 100)  # as it was told with other settings
        told = get_sentences(get_changes(measures, old, new), before, after, hidden)
        self.assertEqual(sum(row.points for row in told), get_shown(after) - get_shown(before))
        self.assertTrue(all(row.points for row in told), "No sentence about nothing")
        for row in told:
            if row.dimension in hidden:
                self.assertEqual((row.kind, row.code, row.old, row.new), (HIDDEN, "", None, None))

    def test_settings_are_told(self):
        changes = get_changes(make_measures(), all_at(60), all_at(60))
        told = get_sentences(changes, 72, 60)
        self.assertEqual([(row.kind, row.points) for row in told], [(SETTINGS, -12)])

    def test_strongest_first(self):
        old, new = read(80, 80, 80, 80, 80), read(20, 80, 70, 80, 80)
        measures = make_measures()
        scores = [get_score(measures, readings).score for readings in (old, new)]
        told = get_sentences(get_changes(measures, old, new), *scores)
        self.assertEqual([row.code for row in told], ["a1", "b1"])
        self.assertEqual([row.points for row in told], [-10, -2])

    @given(st.lists(st.floats(-50, 50), min_size=1, max_size=8))
    def test_rounded_by_less_than_one(self, values):
        total = round(sum(values))
        for value, rounded in zip(values, round_to_total(values, total), strict=True):
            self.assertLess(abs(value - rounded), 1 + 1e-9)
