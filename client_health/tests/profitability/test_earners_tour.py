from odoo.tests import HttpCase, tagged

from ..common import ClientHealthCommon

# name: revenue, margin, hours, band
FIGURES = {
    "Tour Much": (2500, 1500, 100, "profit"),
    "Tour Little": (2500, 500, 200, "below_target"),
    "Tour Loss": (1000, -500, 100, "loss"),
    "Tour Unknown": (0, None, 100, False),
}


@tagged("post_install", "-at_install")
class TestEarnersTour(ClientHealthCommon, HttpCase):
    """A new agency with four clients, as its owner sees them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Tour"})
        for user in cls.manager + cls.owner:
            user.write({"company_ids": cls.company.ids, "company_id": cls.company.id})
        for name, (revenue, margin, hours, band) in FIGURES.items():
            partner = cls.env["res.partner"].create({"name": name, "is_company": True})
            client = cls.env["client.relationship"].create(
                {"partner_id": partner.id, "company_id": cls.company.id, "user_id": cls.owner.id}
            )
            cls._set_figures(client, revenue, margin, hours, band)

    @classmethod
    def _set_figures(cls, client, revenue, margin, hours, band):
        client.write(
            {
                "client_revenue": revenue,
                "client_margin": margin or 0,
                "client_hours": hours,
                "client_margin_band": band,
                "client_margin_rate": 100 * margin / revenue if margin else 0,
                "client_margin_state": "known" if band else "unknown",
            }
        )
        if not band:
            cls.env.flush_all()
            cls.env.cr.execute(
                "UPDATE client_relationship SET client_margin = NULL WHERE id = %s", [client.id]
            )
            client.invalidate_recordset()

    def test_with_money(self):
        self.start_tour(
            "/odoo/clients", "client_health_earners_money", login=self.manager.login, timeout=120
        )

    def test_without_money(self):
        self.start_tour(
            "/odoo/clients", "client_health_earners_no_money", login=self.owner.login, timeout=120
        )
