from odoo import api, fields, models


class ProjectTask(models.Model):
    _name = "project.task"
    _inherit = ["project.task", "client.accomplishment.source.mixin", "client.request.mixin"]

    @api.model
    def _get_accomplishment_field(self):
        return "task_id"

    def _get_accomplishment_relationship(self):
        return super()._get_accomplishment_relationship() or self.partner_id.client_relationship_id

    def _is_accomplished(self):
        return self.state == "1_done"

    def _prepare_accomplishment(self):
        values = super()._prepare_accomplishment()
        return dict(
            values,
            name=self.name,
            date=fields.Date.context_today(self, self.date_end),
            milestone_id=self.milestone_id.id,
        )
