from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import stage_rules
from ..models.common.client_protected_mixin import once
from ..models.offboarding.client_offboarding import POINTS


class ClientOffboardingEnd(models.TransientModel):
    """Asks how an offboarding ended, and for a reason for each point that is still open."""

    _name = "client.offboarding.end"
    _description = "End an Offboarding"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "offboarding_id"

    offboarding_id = fields.Many2one("client.offboarding", required=True, ondelete="cascade")
    reason = fields.Char(
        string="How It Ended",
        required=True,
        help="One sentence that colleagues will understand in three years.",
        reason=True,
    )
    line_ids = fields.One2many(
        "client.offboarding.end.line",
        "end_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        precompute=True,
    )

    @api.depends("offboarding_id")
    def _compute_line_ids(self):
        for end in self:
            missing = end.offboarding_id._get_open_points() if end.offboarding_id else {}
            end.line_ids = [fields.Command.clear()] + [
                fields.Command.create({"point": point, "missing": missing[point]})
                for point in POINTS
                if point in missing
            ]

    @once
    def action_end(self):
        """Record the reasons and move the client; name open points without a reason."""
        self.ensure_one()
        offboarding = self.offboarding_id
        if offboarding.state != "open":
            raise UserError(
                self.env._(
                    "A colleague has already closed this offboarding. Please reload the page."
                )
            )
        reasons = {line.point: line.reason for line in self.line_ids if line.reason}
        if reasons:
            offboarding._waive(reasons)
        missing = offboarding._get_open_points()
        if missing:
            raise UserError(
                self.env._(
                    "Please complete the open points, or give a reason for each waiver:\n%s",
                    "\n".join(f"– {words}" for words in missing.values()),
                )
            )
        relationship = offboarding.relationship_id
        stage = relationship.stage_id._get_first_stage(stage_rules.ENDED)
        relationship.write({"stage_id": stage.id, "stage_reason": self.reason})
        return {"type": "ir.actions.client", "tag": "soft_reload"}
