from odoo import api, fields, models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "client.relationship.link.mixin"]

    client_relationship_ids = fields.One2many(
        "client.relationship",
        "partner_id",
        string="Client Relationships",
        groups="client_health.group_client_user",
    )

    @api.model
    def _get_client_path(self):
        return "commercial_partner_id"

    def action_add_client_relationships(self):
        """Make clients of the selected partners; archived relationships come back."""
        clients = self.commercial_partner_id
        Relationship = self.env["client.relationship"]
        existing = Relationship.with_context(active_test=False).search(
            [("partner_id", "in", clients.ids), ("company_id", "=", self.env.company.id)]
        )
        existing.filtered(lambda rel: not rel.active).action_unarchive()
        new = Relationship.create(
            [
                {"partner_id": client.id, "user_id": (client.user_id or self.env.user).id}
                for client in clients - existing.partner_id
            ]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_relationship_action"
        )
        return dict(action, domain=[("id", "in", (existing + new).ids)])
