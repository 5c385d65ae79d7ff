from odoo import api, fields, models

from ..const import MANAGER_GROUP, MONEY_GROUP


class ResConfigSettings(models.TransientModel):  # pylint: disable=no-wizard-in-models
    _name = "res.config.settings"
    _inherit = ["res.config.settings", "client.health.preview.mixin"]

    client_fit_required = fields.Boolean(
        related="company_id.client_fit_required", readonly=False, groups=MANAGER_GROUP
    )
    client_agreement_required = fields.Boolean(
        related="company_id.client_agreement_required", readonly=False, groups=MANAGER_GROUP
    )
    client_closing_lag = fields.Integer(
        related="company_id.client_closing_lag", readonly=False, groups=MANAGER_GROUP
    )
    client_pass_through_account_ids = fields.Many2many(
        related="company_id.client_pass_through_account_ids", readonly=False, groups=MONEY_GROUP
    )
    client_target_margin = fields.Float(
        related="company_id.client_target_margin", readonly=False, groups=MONEY_GROUP
    )
    client_break_even_margin = fields.Float(
        related="company_id.client_break_even_margin", readonly=False, groups=MONEY_GROUP
    )
    client_health_healthy = fields.Float(
        related="company_id.client_health_healthy", readonly=False, groups=MANAGER_GROUP
    )
    client_health_risk = fields.Float(
        related="company_id.client_health_risk", readonly=False, groups=MANAGER_GROUP
    )
    client_health_move = fields.Selection(
        related="company_id.client_health_move", readonly=False, groups=MANAGER_GROUP
    )
    client_reboot_days = fields.Integer(
        related="company_id.client_reboot_days", readonly=False, groups=MANAGER_GROUP
    )
    client_feedback_scale = fields.Selection(
        related="company_id.client_feedback_scale", readonly=False, groups=MANAGER_GROUP
    )
    client_feedback_pause = fields.Integer(
        related="company_id.client_feedback_pause", readonly=False, groups=MANAGER_GROUP
    )
    client_feedback_wait = fields.Integer(
        related="company_id.client_feedback_wait", readonly=False, groups=MANAGER_GROUP
    )
    client_feedback_low_number = fields.Integer(
        related="company_id.client_feedback_low_number", readonly=False, groups=MANAGER_GROUP
    )
    client_feedback_low_face = fields.Integer(
        related="company_id.client_feedback_low_face", readonly=False, groups=MANAGER_GROUP
    )
    client_feedback_months = fields.Integer(
        related="company_id.client_feedback_months", readonly=False, groups=MANAGER_GROUP
    )

    client_cadence = fields.Selection(
        related="company_id.client_cadence", readonly=False, groups=MANAGER_GROUP
    )
    client_cadence_weekday = fields.Selection(
        related="company_id.client_cadence_weekday", readonly=False, groups=MANAGER_GROUP
    )
    client_cadence_hour = fields.Float(
        related="company_id.client_cadence_hour", readonly=False, groups=MANAGER_GROUP
    )
    client_channel = fields.Selection(
        related="company_id.client_channel", readonly=False, groups=MANAGER_GROUP
    )
    client_update_auto = fields.Boolean(
        related="company_id.client_update_auto", readonly=False, groups=MANAGER_GROUP
    )

    client_hide_hours = fields.Boolean(
        related="company_id.client_hide_hours", readonly=False, groups=MANAGER_GROUP
    )

    @api.depends("client_health_healthy", "client_health_risk", "company_id")
    def _compute_band_preview(self):
        for settings in self:
            settings.band_preview = settings._get_band_preview()

    def _get_band_preview(self):
        """Of limits that were edited only: most who open the settings come for others."""
        company = self.company_id
        limits = (self.client_health_healthy, self.client_health_risk)
        if limits == (company._origin.client_health_healthy, company._origin.client_health_risk):
            return False
        if not 0 <= self.client_health_risk < self.client_health_healthy <= 100:
            return {"error": self.env._("Red must be lower than green, both between 0 and 100.")}
        return self._preview_bands(company, limits=limits)
