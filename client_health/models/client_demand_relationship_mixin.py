from markupsafe import Markup

from odoo import models

ACTIVITY = "client_health.mail_activity_type_clear_scope"


class ClientDemandRelationshipMixin(models.AbstractModel):
    """The scope of the work for one client."""

    _name = "client.demand.relationship.mixin"
    _inherit = ["client.demand.mixin"]
    _description = "Scope of the Work for a Client"

    def _get_scope_hours(self, as_of):
        hours = {}
        for company, group in self.grouped("company_id").items():
            ids = tuple(group.partner_id.ids)
            if not ids:
                continue
            found = self._read_scope_hours((company.id,), as_of, "partner_id", partner_ids=ids)
            hours |= {
                rel._origin.id: found[rel.partner_id._origin.id]
                for rel in group
                if rel.partner_id._origin.id in found
            }
        return hours

    def _get_scope_task_domain(self):
        return [
            ("project_id.partner_id.commercial_partner_id", "=", self.partner_id.id),
            ("project_id.company_id", "in", [self.company_id.id, False]),
        ]

    def _ask_scope(self, tasks):
        """Give the salesperson one activity that names the tasks; return the users asked.

        What is asked again before it is answered is added to the same activity.
        """
        self.ensure_one()
        owner = self.user_id or self.team_id.user_id or self.env.user
        pending = self.activity_search([ACTIVITY], user_id=owner.id)[:1]
        note = pending.note or Markup("")
        new = tasks.filtered(lambda task: f'data-oe-id="{task.id}"' not in note)
        lines = Markup("").join(Markup("<li>%s</li>") % task._get_html_link() for task in new)
        if pending and lines:
            pending.note = note + Markup("<ul>%s</ul>") % lines
        elif lines:
            self.with_context(mail_activity_quick_update=True).activity_schedule(
                ACTIVITY, user_id=owner.id, note=Markup("<ul>%s</ul>") % lines
            )
        return owner
