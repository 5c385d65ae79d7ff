from odoo import fields, models

from ..models.common.client_protected_mixin import once


class ClientAgreementOverbook(models.TransientModel):
    """Asks why more hours are offered than the team has; the rule is in ``client.agreement``."""

    _name = "client.agreement.overbook"
    _description = "Offer More Hours than the Team Has"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "agreement_id"

    agreement_id = fields.Many2one("client.agreement", required=True, ondelete="cascade")
    agreed_hours = fields.Float(related="agreement_id.capacity_agreed_hours", related_sudo=False)
    team_hours = fields.Float(related="agreement_id.capacity_team_hours", related_sudo=False)
    reason = fields.Text(
        string="All the Same, Because",
        required=True,
        help="The team will read it, and see later who was right.",
        reason=True,
    )

    @once
    def action_propose(self):
        self.ensure_one()
        self.agreement_id._overbook(self.reason)
        self.agreement_id.action_propose()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
