from odoo import fields, models

from ..models.common.client_protected_mixin import once
from ..models.feedback.client_feedback import RATINGS


class ClientConversationOutcome(models.TransientModel):
    """Asks for the outcome of a tough conversation; ``mail.activity`` records it."""

    _name = "client.conversation.outcome"
    _description = "Outcome of a Tough Conversation"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "activity_id"

    activity_id = fields.Many2one("mail.activity", required=True, ondelete="cascade")
    client = fields.Char(
        related="activity_id.client_relationship_id.partner_id.name", related_sudo=False
    )
    partner_id = fields.Many2one(
        related="activity_id.client_relationship_id.partner_id", related_sudo=False
    )
    kind = fields.Selection(
        [
            ("concern", "Concern"),
            ("complaint", "Complaint"),
            ("price_pressure", "Price pressure"),
            ("scope_change", "Scope change"),
            ("value", "Value in their words"),
            ("praise", "Praise"),
        ],
        required=True,
        default="concern",
    )
    contact_id = fields.Many2one(
        "res.partner", string="With", domain="[('id', 'child_of', partner_id)]"
    )
    text = fields.Text(string="Feedback", required=True)
    rating = fields.Selection(RATINGS, string="How Happy They Sounded")

    @once
    def action_log(self):
        self.ensure_one()
        self.activity_id._log_conversation(
            self.text, kind=self.kind, contact_id=self.contact_id.id, rating=self.rating
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}
