from datetime import timedelta

from odoo.tests import HttpCase, tagged

from .common_reboot import RebootCommon


class RebootTourCommon(RebootCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner.group_ids += cls.env.ref("project.group_project_manager")


@tagged("post_install", "-at_install")
class TestRebootTours(RebootTourCommon):
    def test_three_refused_moves(self):
        fresh = self._create_clients(1)
        fresh.partner_id.name = "Fresh Client"
        reboot = self._start()
        self.start_tour("/odoo/clients", "client_health_refused", login="ch_owner")
        self.assertEqual(fresh.phase, "healthy")
        self.assertEqual(self.relationship.phase, "reboot")
        self.assertEqual(reboot.date_deadline, reboot.date_start + timedelta(days=30))


@tagged("post_install", "-at_install", "slow")
class TestWholeReboot(RebootTourCommon):
    def test_from_at_risk_to_renewed(self):
        self._move(self.relationship, "at_risk")
        self._meet(days=0)
        self._create_goal(name="Ten hotels", horizon="big")
        hypothesis = self._do_bottleneck()
        hypothesis.task_id.unlink()
        self.start_tour("/odoo/clients", "client_health_reboot", login="ch_owner")
        reboot = self.relationship.reboot_id
        self.assertEqual(reboot.reason, "Two launches missed: we start afresh")
        self.env.invalidate_all()
        self.assertEqual(reboot.done_count, 4)
        hypothesis.task_id.requested_by = "client"
        self._do_scope()
        self.start_tour("/odoo/client-reboots", "client_health_reboot_renew", login="ch_owner")
        self.env.invalidate_all()
        self.assertRecordValues(
            reboot,
            [
                {
                    "state": "renewed",
                    "is_forced": False,
                    "outcome": "One list, one date, and a new agreement",
                    "agreement_id": self.relationship.agreement_id.id,
                }
            ],
        )
        self.assertEqual(self.relationship.phase, "healthy")


@tagged("post_install", "-at_install")
class TestStageTours(RebootCommon, HttpCase):
    """A stage of the form's status bar that is not reached: nothing typed is lost."""

    def _refuse_in_the_form(self, tour, user, is_sheet_open=True):
        self._start()
        if is_sheet_open:
            self.env["client.decision"].with_user(self.manager)._open_sheet(self.relationship)
        url = f"/odoo/clients/{self.relationship.id}"
        self.start_tour(url, tour, login=user.login)
        self.env.invalidate_all()
        self.assertEqual(self.relationship.phase, "reboot")
        self.assertEqual(self.relationship.value_estimate, "One booking a day")

    def test_a_stage_that_is_cancelled_loses_nothing(self):
        """The form's status bar asks why: without an answer the stage goes back, nothing else."""
        self._refuse_in_the_form("client_health_stage_cancelled", self.manager)

    def test_the_decision_sheet_comes_first(self):
        self._refuse_in_the_form("client_health_stage_sheet", self.manager, is_sheet_open=False)

    def test_a_stage_that_is_refused_loses_nothing(self):
        self._refuse_in_the_form("client_health_stage_refused", self.owner)
