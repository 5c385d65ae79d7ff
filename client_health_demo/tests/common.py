from odoo.tests import TransactionCase


class DemoCommon(TransactionCase):
    """The agency of the stories in its own company, with its twelve clients."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.ref("base.main_company")
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        clients = cls.env["ir.model.data"].search(
            [("module", "=", "client_health_demo"), ("name", "=like", "demo\\_client\\_%")]
        )
        cls.relationships = cls.env["client.relationship"].search(
            [("partner_id", "in", clients.mapped("res_id")), ("company_id", "=", cls.company.id)]
        )

    def _get_client(self, key):
        partner = self.env.ref(f"client_health_demo.demo_client_{key}")
        return self.relationships.filtered(lambda rel: rel.partner_id == partner)
