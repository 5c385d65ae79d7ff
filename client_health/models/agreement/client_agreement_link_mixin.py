from odoo import fields, models

from ...const import USER_GROUP


class ClientAgreementLinkMixin(models.AbstractModel):
    """Shows the client's working agreement where people work: on the contact and the project."""

    _name = "client.agreement.link.mixin"
    _description = "Link to the Working Agreement"
    _inherit = ["client.relationship.link.mixin"]

    client_agreement_id = fields.Many2one(
        related="client_relationship_id.agreement_id",
        string="Working Agreement",
        related_sudo=False,
        groups=USER_GROUP,
    )
    client_agreement_state = fields.Selection(
        related="client_relationship_id.agreement_state",
        string="Agreement State",
        related_sudo=False,
        groups=USER_GROUP,
    )

    def action_view_client_agreement(self):
        self.ensure_one()
        return self.client_relationship_id.action_view_agreement()
