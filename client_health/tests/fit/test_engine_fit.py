from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ...engine import fit
from ...engine.fit import Answer

answers = st.builds(
    Answer,
    answer=st.sampled_from(["yes", "partly", "no", "unknown", None]),
    weight=st.floats(min_value=0, max_value=10, allow_nan=False, allow_subnormal=False),
    red_flag=st.booleans(),
    deal_breaker=st.booleans(),
)
sheets = st.lists(answers, max_size=12)
unknown = st.builds(
    Answer,
    answer=st.sampled_from(["unknown", None]),
    weight=st.floats(min_value=0, max_value=10, allow_nan=False, allow_subnormal=False),
    red_flag=st.booleans(),
    deal_breaker=st.booleans(),
)


class TestEngineFit(BaseCase):
    def test_nothing_known(self):
        result = fit.assess([Answer(None), Answer("unknown")])
        self.assertEqual(result, fit.Fit("unknown", None, 0.0, 0, 2, 0))
        self.assertEqual(fit.assess([]).state, "unknown")

    def test_by_hand(self):
        result = fit.assess(
            [
                Answer("yes", 2),
                Answer("partly", 1),
                Answer("no", 1, red_flag=True),
                Answer("yes", 1, red_flag=True),
                Answer(None, 1),
            ]
        )
        # (2 + 0.5 + 1 + 0) of 5 points; 5 of 6 by weight
        self.assertAlmostEqual(result.score, 70)
        self.assertAlmostEqual(result.known, 500 / 6)
        self.assertEqual((result.state, result.answered, result.total), ("fit", 4, 5))
        self.assertEqual(result.red_flags, 1)

    def test_floors(self):
        def state(yes, no, open_):
            return fit.assess(
                [Answer("yes")] * yes + [Answer("no")] * no + [Answer(None)] * open_
            ).state

        self.assertEqual(state(6, 0, 4), "fit", "60 % known is enough")
        self.assertEqual(state(5, 0, 5), "unknown", "50 % known is not")
        self.assertEqual(state(6, 4, 0), "fit", "60 of 100 points are a fit")
        self.assertEqual(state(5, 5, 0), "not_fit", "50 are not")

    def test_deal_breaker_needs_the_bad_answer(self):
        def state(answer, red_flag):
            good = [Answer("no" if red_flag else "yes", 9, red_flag)]
            return fit.assess([*good, Answer(answer, 1, red_flag, deal_breaker=True)]).state

        self.assertEqual(state("no", red_flag=False), "deal_breaker")
        self.assertEqual(state("yes", red_flag=True), "deal_breaker")
        for answer in ("partly", "unknown", None):
            self.assertEqual(state(answer, red_flag=False), "fit")
            self.assertEqual(state(answer, red_flag=True), "fit")

    def test_deal_breaker_is_one_from_the_first_answer_on(self):
        sheet = [Answer("no", 1, deal_breaker=True), *[Answer(None)] * 20]
        self.assertEqual(fit.assess(sheet).state, "deal_breaker")

    @given(sheets)
    def test_in_range(self, sheet):
        result = fit.assess(sheet)
        self.assertIn(result.state, fit.STATES)
        self.assertTrue(0 <= result.known <= 100 + 1e-6)
        if result.score is not None:
            self.assertTrue(-1e-6 <= result.score <= 100 + 1e-6)
        if result.state in ("fit", "not_fit"):
            self.assertGreaterEqual(result.known, fit.KNOWN_FLOOR)

    @given(sheets, unknown)
    def test_unknown_counts_neither_way(self, sheet, question):
        """A question that nobody can answer changes what is known, and never the score."""
        before, after = fit.assess(sheet), fit.assess([*sheet, question])
        self.assertEqual(after.score, before.score)
        self.assertEqual(after.red_flags, before.red_flags)
        self.assertLessEqual(after.known, before.known + 1e-6)
        self.assertIn(after.state, (before.state, "unknown"))

    @given(sheets, st.randoms())
    def test_order_does_not_matter(self, sheet, random):
        shuffled = list(sheet)
        random.shuffle(shuffled)
        before, after = fit.assess(sheet), fit.assess(shuffled)
        self.assertEqual((before.answered, before.red_flags), (after.answered, after.red_flags))
        self.assertAlmostEqual(before.known, after.known)
        self.assertAlmostEqual(before.score or 0, after.score or 0)

    @given(sheets, st.data())
    def test_a_better_answer_never_lowers_the_score(self, sheet, data):
        known = [place for place, line in enumerate(sheet) if fit.get_points(line) is not None]
        if not known:
            return
        place = data.draw(st.sampled_from(known))
        best = "no" if sheet[place].red_flag else "yes"
        better = [*sheet[:place], sheet[place]._replace(answer=best), *sheet[place + 1 :]]
        before, after = fit.assess(sheet), fit.assess(better)
        self.assertGreaterEqual((after.score or 0) + 1e-6, before.score or 0)
        self.assertLessEqual(after.red_flags, before.red_flags)

    @given(sheets, st.floats(min_value=0.1, max_value=100))
    def test_only_the_proportions_of_weights_count(self, sheet, factor):
        scaled = [line._replace(weight=line.weight * factor) for line in sheet]
        before, after = fit.assess(sheet), fit.assess(scaled)
        self.assertAlmostEqual(before.known, after.known, places=4)
        self.assertAlmostEqual(before.score or 0, after.score or 0, places=4)
