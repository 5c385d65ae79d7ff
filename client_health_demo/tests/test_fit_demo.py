from odoo.tests import tagged

from .common import DemoCommon


@tagged("post_install", "-at_install")
class TestFitDemo(DemoCommon):
    """The stories tell what they are meant to tell."""

    def _get_lead(self, name):
        return self.env["crm.lead"].with_context(active_test=False).search([("name", "=", name)])

    def test_red_flags_that_came_true(self):
        for key in ("fernhill", "quillfeather"):
            signed = self._get_client(key).fit_round_ids.filtered(
                lambda one: one.reason == "before_signing"
            )
            came_true = signed.flag_ids.filtered("date_came_true")
            self.assertTrue(came_true, key)
            for line in came_true:
                self.assertGreater(line.date_came_true, signed.date, "After signing")

    def test_asked_again(self):
        quillfeather = self._get_client("quillfeather")
        self.assertEqual(quillfeather.fit_signed_state, "fit")
        self.assertEqual(quillfeather.fit_state, "not_fit")
        self.assertIn("reboot", self._get_client("granite_owl").fit_round_ids.mapped("reason"))

    def test_nobody_asked_is_neither_good_nor_bad(self):
        self.assertFalse(self._get_client("sundial").fit_state)

    def test_opportunities_of_every_state(self):
        self.assertEqual(self._get_lead("Loyalty scheme for returning guests").fit_state, "fit")
        self.assertEqual(self._get_lead("Intranet for the practices").fit_state, "deal_breaker")
        self.assertEqual(self._get_lead("Freight bookings").fit_state, "unknown")

    def test_the_loss_comes_from_work_nobody_asked_for(self):
        marigold = self._get_client("marigold")
        self.assertGreater(marigold.unrequested_hours, 150)
        others = self.env["client.relationship"].search([("id", "!=", marigold.id)])
        self.assertGreater(marigold.unrequested_hours, max(others.mapped("unrequested_hours")))
        tasks = self.env["project.task"].search(
            [("project_id.partner_id", "=", marigold.partner_id.id), ("requested_by", "=", "us")]
        )
        self.assertEqual(len(tasks), 3)
        asked = marigold.activity_search(["client_health.mail_activity_type_clear_scope"])
        self.assertEqual(len(asked), 1, "Its owner is asked to clear it")
