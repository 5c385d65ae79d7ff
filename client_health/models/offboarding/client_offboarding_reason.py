from odoo import api, fields, models
from odoo.exceptions import UserError


class ClientOffboardingReason(models.Model):
    """Why relationships end, in the firm's own words."""

    _name = "client.offboarding.reason"
    _description = "Offboarding Reason"
    _inherit = ["client.protected.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # sudo: only whether any offboarding, of any company, names it
        used = self.env["client.offboarding"].sudo().search([("reason_ids", "in", self.ids)])
        if used:
            raise UserError(
                self.env._(
                    "“%s” is used on an offboarding and cannot be deleted. Please archive it "
                    "instead.",
                    (used.reason_ids & self)[:1].name,
                )
            )
