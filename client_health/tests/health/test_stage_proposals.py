from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...engine.health.scoring import Measure, get_score, get_shown
from ...engine.health.sentences import HIDDEN, SETTINGS, get_changes, get_sentences, round_to_total
from ...engine.health.stage_proposals import DEFAULT_LIMITS, Case, Limits, Run, get_proposal
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


def make_case(phase, now, before, **kwargs):
    """A client that came from ``before`` to ``now`` two nights ago (15 nights, when at risk)."""
    nights = 2 if phase == "healthy" else 15
    start = TODAY - timedelta(days=nights - 1)
    values = {
        "phase": phase,
        "today": TODAY,
        "decided": TODAY - timedelta(days=60),
        "now": now,
        "run": Run(start, nights, before, is_first=False),
    }
    return Case(**{**values, **kwargs})


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

    def test_two_low_nights(self):
        case = make_case("healthy", all_at(45), all_at(55))
        self.assertEqual(self.propose(case), ("at_risk", ("low",)))

    def test_one_low_night_is_none(self):
        run = Run(TODAY, 1, all_at(55))
        self.assertIsNone(self.propose(make_case("healthy", all_at(45), None, run=run)))

    def test_low_from_the_first_night(self):
        run = Run(TODAY - timedelta(days=1), 2, None, is_first=True)
        case = make_case("healthy", all_at(30), None, run=run)
        self.assertEqual(self.propose(case), ("at_risk", ("low",)))

    def test_drop_waits_for_no_second_night(self):
        case = make_case("healthy", all_at(70), None, run=None, week=all_at(85))
        self.assertEqual(self.propose(case), ("at_risk", ("drop",)))
        case = make_case("healthy", all_at(70.1), None, run=None, week=all_at(85))
        self.assertIsNone(self.propose(case))

    def test_hard_flag_waits_for_nothing(self):
        for flag, reason in (("issue:7", "issue"), ("money:2026-01", "money")):
            case = make_case("healthy", all_at(95), None, run=None, flags=frozenset([flag]))
            self.assertEqual(self.propose(case), ("at_risk", (reason,)))
            overridden = make_case(
                "healthy", all_at(95), None, run=None, flags=frozenset([flag]), overridden=True
            )
            self.assertEqual(self.propose(overridden), ("at_risk", (reason,)))

    def test_flag_that_was_seen_moves_nobody_twice(self):
        seen = frozenset(["issue:7"])
        case = make_case("healthy", all_at(95), None, run=None, flags=seen, seen=seen)
        self.assertIsNone(self.propose(case))
        case = make_case("healthy", all_at(95), None, run=None, flags=seen | {"issue:8"}, seen=seen)
        self.assertEqual(self.propose(case), ("at_risk", ("issue",)))

    def test_what_a_person_knew_when_deciding(self):
        case = make_case("healthy", all_at(45), all_at(55), decided=TODAY)
        self.assertIsNone(self.propose(case))

    def test_override_holds_the_score(self):
        case = make_case("healthy", all_at(20), all_at(55), week=all_at(90), overridden=True)
        self.assertIsNone(self.propose(case))

    def test_back_after_14_days(self):
        case = make_case("at_risk", all_at(80), all_at(60))
        self.assertEqual(self.propose(case), ("healthy", ("recovered",)))
        young = Run(TODAY - timedelta(days=13), 14, all_at(60))
        self.assertIsNone(self.propose(make_case("at_risk", all_at(80), None, run=young)))
        flagged = make_case("at_risk", all_at(80), all_at(60), flags=frozenset(["issue:1"]))
        self.assertIsNone(self.propose(flagged))
        just_moved = make_case("at_risk", all_at(80), all_at(60), decided=TODAY - timedelta(days=3))
        self.assertIsNone(self.propose(just_moved))

    def test_other_phases_are_left_to_people(self):
        for phase in ("reboot", "offboard", "ended"):
            case = make_case(
                phase, all_at(10), all_at(90), week=all_at(90), flags=frozenset(["issue:1"])
            )
            self.assertIsNone(self.propose(case))

    def test_newly_known_measure_moves_nobody(self):
        before = read(80, None, 80, None, None)
        now = read(80, 0, 80, 0, 0)
        self.assertLess(get_score(make_measures(), now).score, 50)
        self.assertIsNone(self.propose(make_case("healthy", now, before, week=before)))

    @given(READINGS, WEIGHTS, FLOORS, st.floats(0, 100), st.floats(0, 100))
    @settings(deadline=None)
    def test_settings_move_nobody(self, readings, weights, floors, one, other):
        """Whatever is edited: a client whose readings stayed the same stays where it is."""
        measures = make_measures(weights, floors)
        limits = Limits(max(one, other), min(one, other))
        for phase in ("healthy", "at_risk"):
            case = make_case(phase, readings, readings, week=readings)
            self.assertIsNone(self.propose(case, measures, limits))

    @given(READINGS, READINGS, WEIGHTS, FLOORS)
    @settings(deadline=None)
    def test_what_is_known_on_one_date_only_is_left_out(self, now, extra, weights, floors):
        """More measures that become known never move a client that did not change."""
        measures = make_measures(weights, floors)
        grown = {**extra, **now}
        for phase in ("healthy", "at_risk"):
            case = make_case(phase, grown, now, week=now)
            self.assertIsNone(self.propose(case, measures))

    @given(READINGS, READINGS, READINGS)
    @settings(deadline=None)
    def test_only_the_two_phases_are_proposed(self, now, before, week):
        for phase, goal in (("healthy", "at_risk"), ("at_risk", "healthy")):
            proposal = self.propose(make_case(phase, now, before, week=week))
            self.assertIn(proposal and proposal[0], (None, goal))
            if proposal:
                self.assertTrue(proposal[1], "A move has a reason")


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
