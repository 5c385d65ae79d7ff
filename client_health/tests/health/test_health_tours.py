from odoo.tests import HttpCase, tagged

from .common_health import HealthCommon

BOARD = "/odoo/action-client_health.client_relationship_action"


class HealthTourCommon(HealthCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.client_health_healthy = 90
        cls.manager.group_ids += cls.env.ref("sales_team.group_sale_manager")

    def setUp(self):
        super().setUp()
        self._set_points(80)
        self._night(30)
        self._set_points(10, codes=("margin_rate",))
        self._set_points(20, codes=("contact_gap", "unanswered_hours"))
        self._night(0)


@tagged("post_install", "-at_install")
class TestHealthTours(HealthTourCommon):
    """The score is explained on board, list and form; money to the money group only."""

    def test_explained_with_money(self):
        self.start_tour(BOARD, "client_health_score_money", login="ch_manager")

    def test_explained_without_money(self):
        self.start_tour(BOARD, "client_health_score_no_money", login="ch_owner")

    def test_history_with_money(self):
        self.start_tour(BOARD, "client_health_history_money", login="ch_manager")

    def test_history_without_money(self):
        self.start_tour(BOARD, "client_health_history_no_money", login="ch_owner")

    def test_history_of_a_new_client(self):
        self.cr.execute("DELETE FROM client_health_snapshot")
        self.start_tour(BOARD, "client_health_history_empty", login="ch_owner")

    def test_preview(self):
        measure = self.measures.filtered(lambda measure: measure.code == "goals_on_track")
        action = "client_health.client_health_measure_action"
        url = f"/odoo/action-{action}/{measure.id}"
        before = measure.read(["weight", "floor", "target", "dimension_weight"])
        self.start_tour(url, "client_health_preview", login="ch_manager")
        self.assertEqual(measure.read(["weight", "floor", "target", "dimension_weight"]), before)
        self.assertEqual(self.relationship.phase, "healthy")

    def test_proposal(self):
        self.company.client_health_move = "propose"
        self.values.clear()
        worst, well, _unknown = clients = self._create_clients(3)
        clients += self.relationship
        self._settle(clients)
        for relationship, points in ((self.relationship, 30), (worst, 20), (well, 95)):
            self._set_points(points, relationship)
        self._night(1, clients)
        self._night(0, clients)
        self.start_tour(BOARD, "client_health_proposal", login="ch_owner")
        self.assertEqual(worst.phase, "at_risk")
        self.assertEqual(self.relationship.phase, "healthy")
        self._night(0, clients)
        self.assertFalse(self.relationship.health_proposed_stage_id, "It was left for a reason")


@tagged("post_install", "-at_install")
class TestHealthPhoneTours(HealthTourCommon):
    browser_size = "390x844"
    touch_enabled = True

    def test_explained_on_a_phone(self):
        self.start_tour(BOARD, "client_health_score_phone", login="ch_owner")

    def test_history_on_a_phone(self):
        self.start_tour(BOARD, "client_health_history_phone", login="ch_owner")
