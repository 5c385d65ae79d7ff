from odoo.tests import HttpCase, tagged

from .common_offboarding import OffboardingCommon


@tagged("post_install", "-at_install", "slow")
class TestOffboardingTour(OffboardingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.group_ids += cls.env.ref("project.group_project_manager")
        cls.env["calendar.event"].search([("name", "=", "End of our cooperation")]).unlink()
        cls._meet(guests=cls.elena + cls.manager.partner_id)

    def test_from_reboot_to_offboarding_to_ended(self):
        self._move(self.relationship, "at_risk", "reboot")
        self.start_tour(
            f"/odoo/client.relationship/{self.relationship.id}",
            "client_health_offboarding",
            login="ch_manager",
        )
        offboarding = self.relationship.offboarding_ids
        self.assertRecordValues(
            self.relationship, [{"phase": "ended", "stage_reason": "Parted as friends"}]
        )
        self.assertEqual(offboarding.state, "ended")
        self.assertEqual(offboarding.waiver_ids.mapped("point"), ["handover"])
        self.assertEqual(offboarding.decision_id.choice, "leave")
        self.assertEqual(offboarding.decision_id.seen_by_ids, self.manager)
        self.assertEqual(offboarding.update_ids.state, "sent")
        reboot = self.env["client.reboot"].search([("relationship_id", "=", self.relationship.id)])
        self.assertEqual(reboot.state, "not_renewed")
