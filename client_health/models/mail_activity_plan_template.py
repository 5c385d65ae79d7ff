from datetime import datetime, time

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine.clock import get_today

CLIENT_RESPONSIBLES = ("client_owner", "client_team_leader", "client_project_manager")


class MailActivityPlanTemplate(models.Model):
    """Steps of a stage's plan: who does them at a client, and by when."""

    _inherit = "mail.activity.plan.template"

    responsible_type = fields.Selection(
        selection_add=[
            ("client_owner", "Salesperson of the client"),
            ("client_team_leader", "Team leader"),
            ("client_project_manager", "Project manager"),
        ],
        ondelete={kind: "cascade" for kind in CLIENT_RESPONSIBLES},
    )

    @api.constrains("plan_id", "responsible_type")
    def _check_responsible_client(self):
        for template in self:
            if (
                template.responsible_type in CLIENT_RESPONSIBLES
                and template.plan_id.res_model != "client.relationship"
            ):
                raise ValidationError(
                    self.env._("These responsible types are limited to plans for clients.")
                )

    def _determine_responsible(self, on_demand_responsible, applied_on_record):
        if applied_on_record._name != "client.relationship":
            return super()._determine_responsible(on_demand_responsible, applied_on_record)
        user = (
            on_demand_responsible
            or self._get_client_responsibles(applied_on_record)[applied_on_record]
        )
        return {"responsible": user, "error": False, "warning": False}

    def _get_client_responsibles(self, relationships):
        """Return {relationship: user} for one step, in a fixed number of queries.

        Where the user that the step names left or is missing, it falls to the client's responsible.
        """
        self.ensure_one()
        preferred = self._get_preferred_responsibles(relationships)
        responsible = relationships._get_responsible()
        return {
            rel: relationships._filter_responsible(preferred[rel.id], rel.company_id)
            or responsible[rel]
            for rel in relationships
        }

    def _get_preferred_responsibles(self, relationships):
        if self.responsible_type == "other":
            return dict.fromkeys(relationships.ids, self.responsible_id)
        if self.responsible_type == "client_team_leader":
            return {rel.id: rel.team_id.user_id for rel in relationships}
        if self.responsible_type == "client_project_manager":
            return relationships._get_project_managers()
        return {rel.id: rel.user_id for rel in relationships}

    def _get_client_deadline(self, company):
        """Return the due date of a step that starts today; days are working days of the company."""
        self.ensure_one()
        today = get_today(company)
        calendar = company.resource_calendar_id
        if self.delay_unit != "days" or self.delay_from == "before_plan_date" or not calendar:
            return self._get_date_deadline(today)
        if not self.delay_count:
            return today
        tomorrow = datetime.combine(today + relativedelta(days=1), time.min)
        planned = calendar.plan_days(self.delay_count, tomorrow, compute_leaves=True)
        return planned.date() if planned else self._get_date_deadline(today)
