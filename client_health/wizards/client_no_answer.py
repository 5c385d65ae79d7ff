from odoo import fields, models

from ..models.common.client_protected_mixin import once


class ClientNoAnswer(models.TransientModel):
    """Asks why a message needs no answer; the rule itself is in ``mail.message``."""

    _name = "client.no.answer"
    _description = "No Answer Needed"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "message_id"

    message_id = fields.Many2one("mail.message", required=True, ondelete="cascade")
    reason = fields.Char(
        required=True, help="One sentence that colleagues will understand later.", reason=True
    )

    @once
    def action_save(self):
        self.message_id.client_set_no_answer(self.reason)
        return {"type": "ir.actions.act_window_close"}
