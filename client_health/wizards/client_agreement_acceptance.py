from odoo import api, fields, models

from ..engine.clock import get_today
from ..models.common.client_protected_mixin import once


class ClientAgreementAcceptance(models.TransientModel):
    """Asks for the proof of an acceptance; the rule itself is in ``client.agreement``."""

    _name = "client.agreement.acceptance"
    _description = "Record an Acceptance"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "agreement_id"

    agreement_id = fields.Many2one("client.agreement", required=True, ondelete="cascade")
    channel = fields.Selection(
        [("paper", "On paper"), ("mail", "By mail")],
        string="Accepted",
        required=True,
        default="paper",
    )
    date = fields.Date(string="On", required=True, default=lambda self: get_today(self.env.company))
    accepted_by = fields.Char(
        string="By",
        required=True,
        compute="_compute_accepted_by",
        store=True,
        precompute=True,
        readonly=False,
        help="Person who accepted for the client, as written on the proof.",
    )
    proof = fields.Binary(
        required=True,
        attachment=False,
        help="The signed paper as a picture or PDF, or the mail. It can't be changed afterwards.",
    )
    proof_name = fields.Char()

    @api.depends("agreement_id")
    def _compute_accepted_by(self):
        for wizard in self:
            wizard.accepted_by = wizard.accepted_by or wizard.agreement_id.signatory_id.name

    @once
    def action_record(self):
        self.ensure_one()
        wizard = self.with_context(bin_size=False)
        wizard.agreement_id._record_acceptance(
            wizard.channel, wizard.date, wizard.accepted_by, wizard.proof, wizard.proof_name
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}
