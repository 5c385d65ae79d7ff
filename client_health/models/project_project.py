from odoo import api, fields, models

from ..const import MONEY_GROUP


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

    client_customer_ids = fields.One2many(
        "client.project.customer",
        "project_id",
        string="Customers over Time",
        groups=MONEY_GROUP,
        help="The money of the project belongs to the customer that it had on that day. Empty: it "
        "has always had the same one.",
    )

    def write(self, vals):
        former = self._get_customers() if "partner_id" in vals else {}
        result = super().write(vals)
        self._date_customers(former)
        return result

    def _get_customers(self):
        """Return {project: its client}, as superuser: no user may see money by it."""
        # sudo: who may change the customer need not see the history of the project
        return {project: project.partner_id.commercial_partner_id for project in self.sudo()}

    def _date_customers(self, former):
        """Store from when on projects have other customers than the ``former``.

        The first customer of a project has it from the beginning.
        """
        changes = {
            project: (customer, project.partner_id.commercial_partner_id)
            for project, customer in former.items()
            if customer != project.partner_id.commercial_partner_id
            and (customer or project.client_customer_ids)
            and not project.is_template
        }
        if changes:
            self.env["client.project.customer"].sudo()._add_changes(changes)

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
        companies = self.env.company | self.env.companies
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
