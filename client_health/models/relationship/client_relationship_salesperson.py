from ast import literal_eval

from odoo import api, fields, models
from odoo.fields import Domain

from ...const import MANAGER_GROUP


class ClientRelationship(models.Model):
    """Finds clients whose salesperson left, and hands them over with what is still to be done."""

    _name = "client.relationship"
    _inherit = ["client.relationship"]

    has_salesperson = fields.Boolean(
        string="Active Salesperson",
        compute="_compute_has_salesperson",
        search="_search_has_salesperson",
        compute_sudo=True,
        help="The salesperson is an active internal user who works in the client's company.",
    )

    @api.depends("user_id.active", "user_id.share", "user_id.company_ids", "company_id")
    def _compute_has_salesperson(self):
        for relationship in self:
            relationship.has_salesperson = bool(
                self._filter_responsible(relationship.user_id, relationship.company_id)
            )

    @api.model
    def _search_has_salesperson(self, operator, value):
        if operator != "in":
            return NotImplemented
        able = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("user_id.active", "=", True)
            & Domain("user_id.share", "=", False)
            & Domain("user_id.company_ids", "in", company.ids)
            for company in self.env.companies
        )
        return Domain.OR([able] * (True in value) + [~able] * (False in value))

    @api.model
    def action_open_clients(self):
        """Open the board."""
        return self._open_own_first("client_health.client_relationship_action")

    @api.model
    def action_open_unrequested(self):
        """Open the report of unrequested work."""
        return self._open_own_first("client_health.project_task_action_unrequested")

    @api.model
    def _open_own_first(self, xmlid):
        """Open a window: on all for managers, and for who has no client; else on their own."""
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        if self.env.user.has_group(MANAGER_GROUP):
            return action
        if not self.search_count([("user_id", "=", self.env.uid)], limit=1):
            return action
        context = literal_eval(action["context"] or "{}")
        return dict(action, context={**context, "search_default_my_clients": 1})

    def action_hand_over(self):
        """Ask which salesperson these clients go to."""
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_salesperson_change_action"
        )
        return dict(action, context={"default_relationship_ids": self.ids})

    def _hand_over(self, user):
        """Make ``user`` the salesperson, and give the user what the one before still has to do.

        In batches and without a mail: the list of clients and the activities show it.
        """
        self.check_access("write")
        activities = self._get_activities_to_hand_over()
        self.with_context(mail_auto_subscribe_no_notify=True).write({"user_id": user.id})
        activities.with_context(mail_activity_quick_update=True).write(
            {"user_id": user.id, "client_former_user_id": False}
        )

    def _get_activities_to_hand_over(self):
        """Return the open activities of the salespersons, on these clients and their records."""
        # sudo: users who may write the clients may hand over what is planned on them
        Activity = self.env["mail.activity"].sudo()
        found = Activity
        for model in self._get_activity_models():
            if model == self._name:
                clients = {client.id: client for client in self}
            else:
                records = self.env[model].sudo().search([("relationship_id", "in", self.ids)])
                clients = {record.id: record.relationship_id for record in records}
            activities = Activity.search(
                [
                    ("res_model", "=", model),
                    ("res_id", "in", list(clients)),
                    "|",
                    ("user_id", "in", self.user_id.ids),
                    ("client_former_user_id", "in", self.user_id.ids),
                ]
            )
            found |= activities.filtered(
                lambda activity, clients=clients: (
                    clients[activity.res_id].sudo().user_id
                    in (activity.user_id | activity.client_former_user_id)
                )
            )
        return found

    @api.model
    def _get_activity_models(self):
        """Return the models of clients and of their records on which activities are planned."""
        record_mixin = self.env.registry["client.record.mixin"]
        return [
            name
            for name, model in self.env.items()
            if not model._abstract
            and "activity_ids" in model._fields
            and (name == self._name or isinstance(model, record_mixin))
        ]
