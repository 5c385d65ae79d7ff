from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...engine.communication import answers

scales = st.sampled_from([answers.NUMBERS, answers.FACES])
states = st.sampled_from([answers.WAITING, answers.ANSWERED, answers.SILENT, answers.UNDELIVERED])
numbers = st.lists(st.integers(0, 10), min_size=1, max_size=60)


@st.composite
def questions(draw):
    scale = draw(scales)
    return scale, draw(states), draw(st.sampled_from(answers.GRADES[scale]))


@tagged("at_install", "-post_install")
class TestEngineAnswers(BaseCase):
    @given(numbers)
    def test_nps_is_promoters_less_detractors(self, grades):
        parts = [answers.get_nps_part(answers.NUMBERS, answers.ANSWERED, grade) for grade in grades]
        promoters = sum(grade >= 9 for grade in grades) / len(grades)
        detractors = sum(grade <= 6 for grade in grades) / len(grades)
        self.assertAlmostEqual(answers.get_mean(parts), 100 * (promoters - detractors))

    @given(st.lists(questions(), max_size=60))
    def test_every_figure_keeps_its_bounds(self, asked):
        nps = answers.get_mean(answers.get_nps_part(*one) for one in asked)
        happy = answers.get_mean(answers.get_satisfaction_part(*one) for one in asked)
        response = answers.get_mean(answers.get_response_part(state) for _s, state, _g in asked)
        for figure, least in ((nps, -100), (happy, 0), (response, 0)):
            self.assertTrue(figure is None or least <= figure <= 100)
        answered = [one for one in asked if one[1] == answers.ANSWERED]
        self.assertEqual(happy is None, not answered)
        self.assertEqual(nps is None, not any(one[0] == answers.NUMBERS for one in answered))

    @given(st.lists(questions(), max_size=30), st.lists(questions(), max_size=30))
    def test_silence_changes_nothing_but_the_response(self, asked, more):
        silent = [(scale, answers.SILENT, grade) for scale, _state, grade in more]
        for part in (answers.get_nps_part, answers.get_satisfaction_part):
            self.assertEqual(
                answers.get_mean(part(*one) for one in asked),
                answers.get_mean(part(*one) for one in asked + silent),
            )
        before = answers.get_mean(answers.get_response_part(state) for _s, state, _g in asked)
        after = answers.get_mean(
            answers.get_response_part(state) for _s, state, _g in asked + silent
        )
        self.assertTrue(before is None or after <= before)
        if silent and before is None:
            self.assertEqual(after, 0)

    @given(st.lists(questions(), max_size=40), st.randoms())
    def test_what_is_open_or_lost_counts_nowhere(self, asked, chance):
        lost = [
            (scale, chance.choice((answers.WAITING, answers.UNDELIVERED)), grade)
            for scale, _state, grade in asked
        ]
        for part in (
            answers.get_nps_part,
            answers.get_satisfaction_part,
            lambda _scale, state, _grade: answers.get_response_part(state),
        ):
            self.assertIsNone(answers.get_mean(part(*one) for one in lost))

    @given(questions(), st.integers(0, 9))
    def test_better_grades_are_never_worse(self, one, low):
        scale, _state, grade = one
        order = [answers.COMPLAINT, answers.CONCERN, answers.PRAISE]
        ratings = [answers.get_rating(scale, each) for each in answers.GRADES[scale]]
        kinds = [order.index(answers.get_kind(scale, each, low)) for each in answers.GRADES[scale]]
        self.assertEqual(ratings, sorted(ratings))
        self.assertEqual(kinds, sorted(kinds))
        self.assertEqual((ratings[0], ratings[-1]), (1, 5))
        self.assertEqual(answers.get_kind(scale, grade, low) == answers.COMPLAINT, grade <= low)

    def test_what_is_no_grade(self):
        for scale, grade in ((answers.NUMBERS, -1), (answers.NUMBERS, 11), (answers.FACES, 0),
                             (answers.FACES, 6)):  # fmt: skip
            self.assertFalse(answers.is_grade(scale, grade))
