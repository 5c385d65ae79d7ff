from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...engine.health.warnings import Rule, get_level
from ...engine.health.warnings.caps import Caps
from ...engine.health.warnings.life import GONE_DAYS, SAME_DAYS, Patience, decide, follow
from ...engine.reading import Reading

DAY = date(2026, 3, 2)
RULES = {
    "silent": Rule("silent", 2, 4),
    "fading": Rule("fading", 60, 90),
    "loss": Rule("loss", 0, -30),
}
PATIENCE = {
    "silent": Patience(5, "contact"),
    "fading": Patience(7, "contact"),
    "loss": Patience(7, "money"),
}
NIGHTS = st.lists(
    st.dictionaries(
        st.sampled_from(sorted(RULES)), st.floats(1, 5).map(lambda level: level), max_size=3
    ),
    max_size=40,
)


def read(**levels):
    """Readings so beyond their limits: 1 is at the limit, 2 is severe."""
    return {
        code: Reading(
            RULES[code].limit + (level - 1) * (RULES[code].severe - RULES[code].limit), DAY
        )
        for code, level in levels.items()
    }


@tagged("post_install", "-at_install")
class TestLevel(BaseCase):
    @given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
    def test_worse_is_more(self, limit, severe, value):
        if abs(limit - severe) < 1e-3:
            return
        rule = Rule("any", limit, severe)
        self.assertAlmostEqual(get_level(rule, limit), 1)
        self.assertAlmostEqual(get_level(rule, severe), 2)
        worse = value + (severe - limit) / 10
        self.assertGreater(get_level(rule, worse), get_level(rule, value))


@tagged("post_install", "-at_install")
class TestLife(BaseCase):
    """How warnings go on from night to night, in the words of the design."""

    def live(self, *nights, lives=None, start=0, patience=None):
        """Go through the nights, one day each, and return {code: Life} after the last."""
        lives = lives or {}
        for number, levels in enumerate(nights):
            today = DAY + timedelta(days=start + number)
            lives = follow(lives, read(**levels), RULES, patience or PATIENCE, today)
        return lives

    def test_counts_after_its_grace(self):
        silent = {"silent": 1.2}
        self.assertFalse(self.live(*[silent] * 5)["silent"].is_standing)
        life = self.live(*[silent] * 6)["silent"]
        self.assertTrue(life.is_standing)
        self.assertEqual(life.counts, DAY + timedelta(days=5))

    def test_severe_counts_at_once(self):
        life = self.live({"silent": 2})["silent"]
        self.assertTrue(life.is_standing and life.is_severe)

    def test_two_of_different_kinds_count_at_once(self):
        lives = self.live({"silent": 1.1, "loss": 1.1})
        self.assertTrue(all(life.is_standing for life in lives.values()))
        lives = self.live({"silent": 1.1, "fading": 1.1})
        self.assertFalse(any(life.is_standing for life in lives.values()), "One measure twice")

    def test_keeps_its_identity_through_a_pause(self):
        first = self.live(*[{"silent": 1.2}] * 3)
        paused = self.live(*[{}] * (GONE_DAYS + 2), lives=first, start=3)
        self.assertTrue(paused["silent"].end)
        back = self.live({"silent": 1.2}, lives=paused, start=9)["silent"]
        self.assertEqual((back.start, back.end), (DAY, None))
        late = self.live({"silent": 1.2}, lives=paused, start=10 + GONE_DAYS + SAME_DAYS)["silent"]
        self.assertGreater(late.start, DAY)
        self.assertIsNone(late.id)

    def test_decided_one_is_quiet_until_it_got_worse(self):
        lives = {"silent": decide(self.live({"silent": 2.1})["silent"])}
        same = self.live(*[{"silent": 2.4}] * 20, lives=lives, start=1)["silent"]
        self.assertFalse(same.is_standing)
        self.assertTrue(self.live({"silent": 2.7}, lives=lives, start=1)["silent"].is_standing)

    def test_edited_rule_finds_what_was_known(self):
        known = {code: Patience(0, code, known=True) for code in RULES}
        life = self.live(*[{"silent": 2.2}] * 9, patience=known)["silent"]
        self.assertFalse(life.is_standing)
        self.assertTrue(
            self.live({"silent": 2.8}, lives={"silent": life}, start=9)["silent"].is_standing
        )

    @given(NIGHTS)
    @settings(deadline=None)
    def test_night_that_is_made_again_changes_nothing(self, nights):
        lives = {}
        for number, levels in enumerate(nights):
            today = DAY + timedelta(days=number)
            lives = follow(lives, read(**levels), RULES, PATIENCE, today)
            again = follow(lives, read(**levels), RULES, PATIENCE, today)
            self.assertEqual(again, lives)

    @given(NIGHTS)
    @settings(deadline=None)
    def test_what_always_holds(self, nights):
        lives = {}
        for number, levels in enumerate(nights):
            today = DAY + timedelta(days=number)
            before, lives = lives, follow(lives, read(**levels), RULES, PATIENCE, today)
            for code, life in lives.items():
                self.assertLessEqual(life.start, life.seen)
                self.assertLessEqual(life.seen, today)
                self.assertTrue(life.end is None or code not in levels)
                if code in before and before[code].counts and life.start == before[code].start:
                    self.assertEqual(life.counts, before[code].counts, "What counts goes on")


@tagged("post_install", "-at_install")
class TestCaps(BaseCase):
    def cap(self, band, levels, points=None, lifted=(), dimensions=()):
        lives = [*follow({}, read(**levels), RULES, PATIENCE, DAY).values()]
        caps = Caps({1: lives}, {"a": "money", "b": "contact"}, {1: lifted}, {1: dimensions})
        return caps.cap(1, band, points or {})

    def test_bands(self):
        for band, levels, points, capped in (
            ("healthy", {}, {"a": 1, "b": 90}, "healthy"),
            ("healthy", {}, {"a": 0}, "watch"),
            ("healthy", {}, {"a": 0, "b": 0}, "risk"),
            ("healthy", {"silent": 1.5}, {}, "healthy"),
            ("healthy", {"silent": 1.5, "loss": 1.5}, {}, "watch"),
            ("healthy", {"silent": 2}, {}, "risk"),
            ("risk", {"silent": 1.5, "loss": 1.5}, {"a": 0}, "risk"),
            ("watch", {}, {"a": 0}, "watch"),
            (None, {"silent": 3}, {"a": 0}, None),
        ):
            self.assertEqual(self.cap(band, levels, points), capped, (band, levels, points))

    def test_what_is_shared_hides_money(self):
        """Users without access to money could tell from a capped band what caps it."""
        lives = [*follow({}, read(loss=3), RULES, PATIENCE, DAY).values()]
        caps = Caps({1: lives}, {"a": "money", "b": "contact"}, money=("loss",))
        self.assertEqual(caps.cap(1, "healthy", {"a": 0, "b": 90}), "risk")
        self.assertEqual(caps.cap(1, "healthy", {"a": 0, "b": 90}, shared=True), "healthy")
        self.assertEqual(caps.cap(1, "healthy", {"a": 0, "b": 0}, shared=True), "watch")

    def test_declared_lifts_what_it_names(self):
        self.assertEqual(self.cap("healthy", {"loss": 3}, lifted={"loss"}), "healthy")
        self.assertEqual(self.cap("healthy", {"silent": 3}, lifted={"loss"}), "risk")
        self.assertEqual(self.cap("healthy", {}, {"a": 0}, dimensions={"money"}), "healthy")
        self.assertEqual(self.cap("healthy", {}, {"b": 0}, dimensions={"money"}), "watch")
        self.assertEqual(self.cap("healthy", {}, {"b": 0}, dimensions=None), "healthy")
