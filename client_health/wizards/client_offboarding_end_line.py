from odoo import fields, models

from ..models.offboarding.client_offboarding import POINT_SELECTION


class ClientOffboardingEndLine(models.TransientModel):
    """A point that is still open, and the reason for waiving it."""

    _name = "client.offboarding.end.line"
    _description = "Open Point of an Offboarding"
    _inherit = ["client.readable.links.mixin"]

    end_id = fields.Many2one(
        "client.offboarding.end", required=True, index=True, ondelete="cascade"
    )
    point = fields.Selection(POINT_SELECTION, required=True)
    missing = fields.Char(string="Open Point")
    reason = fields.Char(string="Reason for Waiver", reason=True)

    def action_open_point(self):
        """Open the place where it is done."""
        self.ensure_one()
        offboarding = self.end_id.offboarding_id.with_context(client_point=self.point)
        return offboarding.action_open_point()
