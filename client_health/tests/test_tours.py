from odoo import Command, fields
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestTours(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client_partner, cls.supplier = cls.env["res.partner"].create(
            [
                {"name": "Blue Harbour Hotels", "is_company": True},
                {"name": "Paper Supplies", "is_company": True},
            ]
        )

    def _create_move(self, partner, move_type):
        today = fields.Date.today()
        move = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": partner.id,
                "invoice_date": today,
                "date": today,
                "invoice_line_ids": [Command.create({"name": "Work", "price_unit": 100})],
            }
        )
        move.action_post()

    def test_spine(self):
        self._create_move(self.client_partner, "out_invoice")
        self._create_move(self.supplier, "out_invoice")
        self._create_move(self.supplier, "in_invoice")
        self._create_move(self.supplier, "in_invoice")
        self.start_tour("/odoo", "client_health_spine", login="admin")
        relationship = self.env["client.relationship"].search(
            [("partner_id", "=", self.client_partner.id)]
        )
        self.assertEqual(relationship.phase, "at_risk")
        declined = self.env["client.relationship"].with_context(active_test=False).search(
            [("partner_id", "=", self.supplier.id)]
        )
        self.assertFalse(declined.active)
