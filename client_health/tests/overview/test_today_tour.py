from odoo.tests import HttpCase, tagged

from .test_today import TodayCommon


class TodayTourCommon(TodayCommon, HttpCase):
    def setUp(self):
        super().setUp()
        # never asked of the user again: the tour looks at nothing but the page
        self.owner.odoobot_state = "disabled"
        self.project.message_subscribe(self.owner.partner_id.ids)
        self.red, self.proposed = self._create_clients(2)
        self._set_health(self.red, "risk", attention=90)
        self._set_health(self.proposed, "healthy", attention=40, trend=0)
        self._propose(self.proposed)
        self._receive("Could you call me?", days=2)


@tagged("post_install", "-at_install")
class TestTodayTour(TodayTourCommon):
    def test_in_a_hurry(self):
        """Decide a move and answer a client from the first page of the app: both are gone."""
        self.start_tour("/odoo", "client_health_today", login="ch_owner")
        self.assertEqual(self.proposed.phase, "healthy")
        self.assertFalse(self.proposed.health_proposed_stage_id)
        answer = self.task.message_ids.sorted("id")[-1]
        self.assertEqual(answer.author_id, self.owner.partner_id)
        self.assertIn("On my way", answer.body)


@tagged("post_install", "-at_install")
class TestTodayPhoneTour(TodayTourCommon):
    browser_size = "390x844"
    touch_enabled = True

    def test_on_a_phone(self):
        """Nothing is wider than the screen, and a finger finds each button."""
        self.start_tour("/odoo/client-today", "client_health_today_phone", login="ch_owner")
        self.assertEqual(self.proposed.phase, "at_risk")
