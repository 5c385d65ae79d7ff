from odoo import fields
from odoo.tests import tagged

from .common import DemoCommon


@tagged("post_install", "-at_install")
class TestRebootDemo(DemoCommon):
    def _get_reboots(self, key):
        return self._get_client(key).reboot_ids

    def test_one_client_in_each_situation(self):
        running = self._get_reboots("granite_owl")
        self.assertEqual(running.state, "running")
        self.assertFalse(running.is_overdue)
        self.assertTrue(0 < running.done_count < 5)
        overdue = self._get_reboots("copperkettle")
        self.assertRecordValues(overdue, [{"state": "awaiting", "is_overdue": True}])
        self.assertTrue(overdue.relationship_id.is_rotting)
        self.assertTrue(overdue.activity_ids)
        renewed = self._get_reboots("blue_harbour")
        self.assertRecordValues(renewed, [{"state": "renewed", "is_forced": True}])
        self.assertEqual(renewed.done_count, 4)
        self.assertEqual(renewed.agreement_id.version, 2)
        self.assertEqual(self._get_reboots("quillfeather").state, "not_renewed")

    def test_the_past_is_in_order(self):
        for reboot in self.env["client.reboot"].search([]):
            self.assertLessEqual(reboot.date_start, reboot.date_end or fields.Date.today())
            self.assertLessEqual(reboot.create_date.date(), reboot.date_start)
