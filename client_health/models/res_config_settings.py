from odoo import fields, models

from .client_profitability_mixin import MONEY_GROUP


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    client_fit_required = fields.Boolean(related="company_id.client_fit_required", readonly=False)
    client_agreement_required = fields.Boolean(
        related="company_id.client_agreement_required", readonly=False
    )
    client_target_margin = fields.Float(
        related="company_id.client_target_margin", readonly=False, groups=MONEY_GROUP
    )
    client_health_healthy = fields.Float(related="company_id.client_health_healthy", readonly=False)
    client_health_risk = fields.Float(related="company_id.client_health_risk", readonly=False)
    client_health_move = fields.Selection(related="company_id.client_health_move", readonly=False)
    client_reboot_days = fields.Integer(related="company_id.client_reboot_days", readonly=False)
