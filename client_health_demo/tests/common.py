from odoo.tests import TransactionCase

from ..stories import CLIENTS, STORIES


class DemoCommon(TransactionCase):
    """The agency of the stories in its own company, with its twelve clients and those that left."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.ref("base.main_company")
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.relationships = cls._get_clients(STORIES)
        cls.all_relationships = cls._get_clients(CLIENTS)

    @classmethod
    def _get_clients(cls, stories):
        partners = [cls.env.ref(f"client_health_demo.demo_client_{one.key}").id for one in stories]
        return cls.env["client.relationship"].search(
            [("partner_id", "in", partners), ("company_id", "=", cls.company.id)]
        )

    def _get_client(self, key):
        partner = self.env.ref(f"client_health_demo.demo_client_{key}")
        return self.relationships.filtered(lambda rel: rel.partner_id == partner)
