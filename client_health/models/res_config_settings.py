from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    client_fit_required = fields.Boolean(related="company_id.client_fit_required", readonly=False)
    client_agreement_required = fields.Boolean(
        related="company_id.client_agreement_required", readonly=False
    )
