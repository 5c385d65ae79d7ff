from odoo import fields, models
from odoo.exceptions import UserError

from ..models.common.client_protected_mixin import once
from ..tools import CLOSE, tell


class ClientSalespersonChange(models.TransientModel):
    """Hands clients over to another salesperson, with the activities that are still open."""

    _name = "client.salesperson.change"
    _description = "Hand Over Clients"
    _inherit = ["client.once.mixin"]

    relationship_ids = fields.Many2many("client.relationship", string="Clients", required=True)
    user_id = fields.Many2one(
        "res.users",
        string="New Salesperson",
        required=True,
        domain="[('share', '=', False)]",
        help="Gets the clients, and the open activities of the salesperson before.",
    )

    @once
    def action_hand_over(self):
        self.ensure_one()
        clients = self.relationship_ids
        able = self.user_id
        for company in clients.company_id:
            able = clients._filter_responsible(able, company)
        if not able:
            raise UserError(
                self.env._(
                    "%s cannot be in charge of these clients. Please choose an active internal "
                    "user who works in their companies.",
                    self.user_id.display_name,
                )
            )
        clients._hand_over(able)
        return tell(
            self.env._(
                "%(count)s clients are handed over to %(name)s.",
                count=len(clients),
                name=self.user_id.name,
            ),
            after=CLOSE,
        )
