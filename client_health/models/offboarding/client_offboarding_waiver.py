from odoo import fields, models

from ...engine.clock import get_today
from .client_offboarding import POINT_SELECTION


class ClientOffboardingWaiver(models.Model):
    """A manager's reason for waiving an open point of an offboarding.

    Created only by ``_waive`` of the offboarding, when it ends.
    """

    _name = "client.offboarding.waiver"
    _description = "Reason for an Open Point"
    _inherit = ["client.protected.mixin"]
    _order = "id"

    offboarding_id = fields.Many2one(
        "client.offboarding",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        protected=True,
    )
    point = fields.Selection(POINT_SELECTION, required=True, readonly=True, protected=True)
    reason = fields.Text(required=True, readonly=True, protected=True)
    date = fields.Date(
        required=True,
        readonly=True,
        default=lambda self: get_today(self.env.company),
        protected=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Manager",
        required=True,
        readonly=True,
        ondelete="restrict",
        protected=True,
    )

    _point_uniq = models.Constraint(
        "UNIQUE(offboarding_id, point)", "There is already a reason for this point."
    )
