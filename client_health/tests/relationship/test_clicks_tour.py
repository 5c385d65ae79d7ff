from odoo.tests import HttpCase, tagged

from ..common import ClientHealthCommon


@tagged("post_install", "-at_install")
class TestClicksTour(ClientHealthCommon, HttpCase):
    """The jobs of every day, from the board, each in at most three clicks."""

    def test_three_clicks(self):
        company = self.env["res.company"].create({"name": "Three"})
        self.manager.write({"company_ids": company.ids, "company_id": company.id})
        partner = self.env["res.partner"].create({"name": "Three Clicks", "is_company": True})
        self.env["res.partner"].create(
            {"name": "Elena Marsh", "parent_id": partner.id, "email": "elena@three.example.com"}
        )
        client = self.env["client.relationship"].create(
            {"partner_id": partner.id, "company_id": company.id, "user_id": self.manager.id}
        )
        client.write(
            {
                "client_revenue": 100,
                "client_margin": 40,
                "client_margin_rate": 40,
                "client_margin_state": "known",
                "client_margin_band": "profit",
            }
        )
        client.action_take_snapshot()
        self.start_tour(
            "/odoo/clients",
            "client_health_clicks",
            login=self.manager.login,
            timeout=180,
        )
