from datetime import timedelta

from odoo import fields, models

from ..engine.clock import get_today
from ..models.common.client_protected_mixin import once


class ClientAgreementChange(models.TransientModel):
    """Asks whose expectation changed; the rule itself is in ``client.agreement``."""

    _name = "client.agreement.change"
    _description = "Expectation Changed"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "agreement_id"

    agreement_id = fields.Many2one("client.agreement", required=True, ondelete="cascade")
    client_id = fields.Many2one(related="agreement_id.partner_id", related_sudo=False)
    partner_id = fields.Many2one(
        "res.partner",
        string="Person",
        required=True,
        ondelete="cascade",
        domain="['|', ('id', 'child_of', client_id), ('user_ids.share', '=', False)]",
        help="Person whose expectation changed, at the client or on our side.",
    )
    reason = fields.Text(string="What changed", required=True, reason=True)
    date = fields.Date(
        string="Since", required=True, default=lambda self: get_today(self.env.company)
    )
    conversation_date = fields.Date(
        string="Discuss Until",
        required=True,
        default=lambda self: get_today(self.env.company) + timedelta(days=7),
        help="Date until which the salesperson discusses the agreement with the client.",
        until=True,
    )

    @once
    def action_mark_outdated(self):
        self.ensure_one()
        self.agreement_id._mark_outdated(
            self.partner_id, self.reason, self.date, self.conversation_date
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}
