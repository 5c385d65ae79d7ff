from odoo import api, fields, models

from ..models.common.client_protected_mixin import once


class ClientValueAsk(models.TransientModel):
    """Asks for the contact to mail the question about value to; ``client.value.link`` sends it."""

    _name = "client.value.ask"
    _description = "Ask the Client by Mail"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "relationship_id"

    relationship_id = fields.Many2one("client.relationship", string="Client", required=True)
    partner_id = fields.Many2one(
        related="relationship_id.partner_id", related_sudo=False, string="Contact of the Client"
    )
    accomplishment_id = fields.Many2one("client.accomplishment", string="About")
    contact_id = fields.Many2one(
        "res.partner",
        string="Recipient",
        required=True,
        domain="[('commercial_partner_id', '=', partner_id), ('email', '!=', False)]",
    )

    @api.model
    def _get_action(self, record):
        """Return the form for a relationship, or for one of its accomplishments."""
        context = {"default_relationship_id": record.id}
        if record._name == "client.accomplishment":
            context = {
                "default_relationship_id": record.relationship_id.id,
                "default_accomplishment_id": record.id,
                "default_contact_id": record.goal_id.client_owner_id.id,
            }
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_value_ask_action"
        )
        return dict(action, context=context)

    @once
    def action_send(self):
        self.ensure_one()
        (self.accomplishment_id or self.relationship_id)._ask(self.contact_id)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The question is on its way to %s.", self.contact_id.name),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
