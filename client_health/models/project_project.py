from odoo import api, models


class ProjectProject(models.Model):
    _name = "project.project"
    _inherit = ["project.project", "client.relationship.link.mixin", "client.profitability.mixin"]

    @api.model
    def _get_ledger_field(self):
        return "project_id"
