from odoo.tests import tagged

from .common import DemoCommon


@tagged("post_install", "-at_install")
class TestHealthDemo(DemoCommon):
    """The past is long enough to say what the warnings were worth."""

    def test_calibration_has_enough_cases(self):
        """Clients left, some were warned of and some were not: no figure was typed in."""
        action = self.env["client.health.calibration"].action_open()
        page = self.env["client.health.calibration"].browse(action["res_id"])
        self.assertGreaterEqual(page.flagged + page.missed, 10)
        self.assertFalse(page.unknown)
        self.assertIn(page.verdict, ("warns", "half"))
        self.assertTrue(page.flagged and page.missed, "Some of both, as in life")
        self.assertGreater(page.hit_rate, page.chance)
        self.assertGreater(page.lead, 14)
        self.assertGreater(page.fit_cases, 2)

    def test_who_left_has_left(self):
        former = self.all_relationships - self.relationships
        self.assertEqual(len(former), 10)
        self.assertEqual(set(former.mapped("phase")), {"ended"})
        self.assertFalse(former.activity_ids)
        for offboarding in former.offboarding_ids:
            self.assertEqual((offboarding.state, offboarding.progress), ("ended", 100))
            self.assertFalse(offboarding.waiver_ids)
