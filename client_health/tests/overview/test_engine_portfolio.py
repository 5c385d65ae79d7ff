import doctest

from odoo.tests import BaseCase

from ...engine.overview import portfolio


class TestEnginePortfolio(BaseCase):
    def test_doctests(self):
        outcome = doctest.testmod(portfolio)
        self.assertGreater(outcome.attempted, 3)
        self.assertEqual(outcome.failed, 0)

    def test_an_arrow_needs_both_ends_and_a_point_between_them(self):
        self.assertEqual(portfolio.get_way((10, 50), (10, 51)), (10, 51))
        self.assertEqual(portfolio.get_way((10, 50), (9, 50)), (9, 50))
        for now, before in (
            ((10, 50), (10.5, 50.9)),
            ((10, 50), None),
            ((10, 50), (None, 50)),
            ((10, 50), (10, None)),
            ((None, 50), (10, 20)),
            ((10, None), (10, 20)),
        ):
            self.assertIsNone(portfolio.get_way(now, before), (now, before))
