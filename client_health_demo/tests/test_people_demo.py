from odoo.tests import tagged

from .common import DemoCommon


@tagged("post_install", "-at_install")
class TestPeopleDemo(DemoCommon):
    """Who is who at the clients, and what they owe us, as the screens show it."""

    def test_the_star_has_several_people_in_touch(self):
        star = self._get_client("blue_harbour")
        self.assertFalse(star.people_flag)
        self.assertGreaterEqual(len(star.people_ids.filtered("in_touch")), 2)

    def test_a_contact_cannot_be_reached(self):
        self.assertEqual(self._get_client("copperkettle").people_flag, "unreachable")

    def test_duties(self):
        star, shop = self._get_client("blue_harbour"), self._get_client("granite_owl")
        self.assertEqual(len(star.duty_ids.filtered(lambda duty: duty.state == "open")), 2)
        self.assertFalse(star.duty_ids.filtered("is_late"))
        self.assertEqual(len(shop.duty_ids.filtered("is_late")), 2)
        self.assertIn("meeting", star.duty_ids.mapped("source"))
        self.assertIn("agreement", shop.duty_ids.mapped("source"))
