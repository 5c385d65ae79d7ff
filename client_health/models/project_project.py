from odoo import api, models


class ProjectProject(models.Model):
    _name = "project.project"
    _inherit = [
        "project.project",
        "client.agreement.link.mixin",
        "client.relationship.link.mixin",
        "client.profitability.mixin",
        "client.feedback.mixin",
        "client.scope.mixin",
        "client.goal.mixin",
    ]

    @api.model
    def _get_ledger_field(self):
        return "project_id"

    @api.model
    def _get_feedback_path(self):
        return "project_id"

    def _prepare_feedback_context(self):
        return {**super()._prepare_feedback_context(), "default_project_id": self.id}

    def _get_scope_hours(self, as_of):
        ids = tuple(self._origin.ids)
        companies = self.env.companies.ids
        if not ids:
            return {}
        return self._read_scope_hours(companies, as_of, "project_id", project_ids=ids)

    def _get_scope_task_domain(self):
        return [("project_id", "=", self.id)]

    @api.model
    def _get_goal_path(self):
        return "project_id"

    def _get_goal_defaults(self):
        return {**super()._get_goal_defaults(), "default_project_id": self.id}
