from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import ACTIVITY_CLEAR_SCOPE, USER_GROUP


class ClientRelationship(models.Model):
    """Adds to the client its working agreements, and whose idea the work of the last year was."""

    _name = "client.relationship"
    _inherit = ["client.relationship", "client.agreement.holder.mixin", "client.scope.mixin"]

    agreement_ids = fields.One2many(
        "client.agreement",
        "relationship_id",
        string="Agreements",
        groups=USER_GROUP,
    )
    # The question that comes up every week: is this what we agreed on?
    agreement_scope_in = fields.Html(
        related="agreement_id.scope_in",
        string="Agreed Scope",
        related_sudo=False,
        groups=USER_GROUP,
    )
    agreement_scope_out = fields.Html(
        related="agreement_id.scope_out",
        string="Agreed not to Be in Scope",
        related_sudo=False,
        groups=USER_GROUP,
    )

    @api.model
    def _get_agreement_link(self):
        return "relationship_id"

    def action_expectation_changed(self):
        return self._get_current_agreement().action_expectation_changed()

    def action_renew_agreement(self):
        return self._get_current_agreement().action_renew()

    def _get_current_agreement(self):
        self.ensure_one()
        self.check_access("read")
        if not self.agreement_id:
            raise UserError(
                self.env._(
                    "There is no agreement with %s yet. Please write one first.",
                    self.partner_id.display_name,
                )
            )
        return self.agreement_id

    def _get_scope_hours(self, as_of):
        hours = {}
        for company, group in self.grouped("company_id").items():
            ids = tuple(group.partner_id.ids)
            if not ids:
                continue
            found = self._read_scope_hours(company, as_of, "partner_id", partner_ids=ids)
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

    def _close_scope_reminder(self):
        """Of clients of whom nothing is left to clarify, no reminder is needed."""
        # sudo: whether tasks are left, not which; reminders of colleagues end as well
        clients = self.sudo()
        Task = clients.env["project.task"]
        projects = clients.env["project.project"].search(
            [("partner_id.commercial_partner_id", "in", clients.partner_id.ids)]
        )
        left = {
            (partner, company)
            for partner, company in Task._read_group(
                Task._get_request_to_clear_domain(projects),
                ["project_id.partner_id.commercial_partner_id", "project_id.company_id"],
            )
        }
        nobody = clients.env["res.company"]
        clients.filtered(
            lambda client: left.isdisjoint(
                ((client.partner_id, client.company_id), (client.partner_id, nobody))
            )
        ).activity_unlink([ACTIVITY_CLEAR_SCOPE])

    def _ask_scope(self, tasks, user):
        """Give the user one activity that names the tasks.

        What is asked again before it is answered is added to the same activity.
        """
        self.ensure_one()
        pending = self.activity_search([ACTIVITY_CLEAR_SCOPE], user_id=user.id)[:1]
        note = pending.note or Markup("")
        new = tasks.filtered(lambda task: f'data-oe-id="{task.id}"' not in note)
        lines = Markup("").join(Markup("<li>%s</li>") % task._get_html_link() for task in new)
        if pending and lines:
            pending.note = note + Markup("<ul>%s</ul>") % lines
        elif lines:
            note = Markup("<ul>%s</ul>") % lines
            self._schedule_activities({self: user}, ACTIVITY_CLEAR_SCOPE, note=note)
