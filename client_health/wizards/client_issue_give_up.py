from odoo import fields, models

from ..models.common.client_protected_mixin import once


class ClientIssueGiveUp(models.TransientModel):
    """Asks why a repair is given up; the rule itself is in ``client.issue``."""

    _name = "client.issue.give.up"
    _description = "Give Up a Repair"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "issue_ids"

    issue_ids = fields.Many2many("client.issue", required=True)
    reason = fields.Char(
        required=True, help="One sentence that colleagues will understand later.", reason=True
    )

    @once
    def action_save(self):
        self.issue_ids._give_up(self.reason)
        return {"type": "ir.actions.act_window_close"}
