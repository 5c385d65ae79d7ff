from odoo import fields, models

from ..models.common.client_protected_mixin import once


class ClientIssueConfirm(models.TransientModel):
    """Asks for a client's confirmation and its proof; the rules are in ``client.issue``."""

    _name = "client.issue.confirm"
    _description = "Record a Confirmation"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "issue_id"

    issue_id = fields.Many2one("client.issue", required=True)
    client_id = fields.Many2one(related="issue_id.partner_id", related_sudo=False)
    partner_id = fields.Many2one(
        "res.partner",
        string="Confirmed By",
        required=True,
        domain="[('id', 'child_of', client_id)]",
    )
    date = fields.Datetime(string="Confirmed On", required=True, default=fields.Datetime.now)
    note = fields.Text(string="In the Client's Words", required=True)
    proof = fields.Binary(
        attachment=False, help="The mail or the paper with the confirmation, as a file."
    )
    proof_name = fields.Char()

    @once
    def action_save(self):
        self.ensure_one()
        self.issue_id._confirm_with_proof(
            self.partner_id, self.note, self.date, self.proof, self.proof_name
        )
        return {"type": "ir.actions.act_window_close"}
