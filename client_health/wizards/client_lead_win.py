from odoo import api, fields, models

from ..models.common.client_protected_mixin import once


class ClientLeadWin(models.TransientModel):
    """Asks why an opportunity is won all the same; the rule itself is in ``crm.lead``."""

    _name = "client.lead.win"
    _description = "Win All the Same"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "lead_ids"

    lead_ids = fields.Many2many("crm.lead", string="Opportunities", required=True)
    stage_id = fields.Many2one("crm.stage", help="Empty: the next won stage of each.")
    missing = fields.Text(compute="_compute_missing", export_string_translation=False)
    reason = fields.Text(
        required=True,
        help="The team will read it with the client, and see later who was right.",
        reason=True,
    )

    @api.depends("lead_ids")
    def _compute_missing(self):
        """List what there is against winning, of what the user may win."""
        for wizard in self:
            leads = wizard.lead_ids._origin._filtered_access("write")
            # sudo: checked above; whoever may win the opportunity may know
            doubts = {lead: lead.sudo()._get_fit_doubt() for lead in leads}
            wizard.missing = "\n".join(
                f"– {lead.name}: {doubt}" for lead, doubt in doubts.items() if doubt
            )

    @once
    def action_win(self):
        self.ensure_one()
        values = {"fit_waiver": self.reason}
        if self.stage_id:
            self.lead_ids.write({**values, "stage_id": self.stage_id.id})
        else:
            self.lead_ids.write(values)
            self.lead_ids.action_set_won()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
