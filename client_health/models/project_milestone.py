from odoo import api, models

from ..engine.clock import get_today


class ProjectMilestone(models.Model):
    _name = "project.milestone"
    _inherit = ["project.milestone", "client.accomplishment.source.mixin"]

    @api.model
    def _get_accomplishment_field(self):
        return "milestone_id"

    def _is_accomplished(self):
        return self.is_reached

    def _prepare_accomplishment(self):
        values = super()._prepare_accomplishment()
        return dict(
            values,
            name=self.name,
            date=self.reached_date or get_today(self.project_id.company_id or self.env.company),
        )
