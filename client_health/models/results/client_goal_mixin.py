from odoo import api, fields, models

from ...const import USER_GROUP


class ClientGoalMixin(models.AbstractModel):
    """Counts and opens goals and accomplishments, on the client, the contact and the project.

    Computed as the user: users count only what they may read.
    """

    _name = "client.goal.mixin"
    _description = "Goals and Accomplishments"

    client_goal_count = fields.Integer(
        string="Goals", compute="_compute_client_goals", groups=USER_GROUP
    )
    client_live_goal_count = fields.Integer(
        string="Live Goals",
        compute="_compute_client_goals",
        groups=USER_GROUP,
        help="Goals that are agreed and whose end has not passed.",
    )
    client_accomplishment_count = fields.Integer(
        string="Accomplishments",
        compute="_compute_client_accomplishment_count",
        groups=USER_GROUP,
    )

    @api.model
    def _get_goal_path(self):
        """Return the path from a goal, or an accomplishment, to this model."""
        raise NotImplementedError

    def _get_goal_record(self):
        """Return the record to which the goals are counted."""
        self.ensure_one()
        return self

    def _get_goal_domain(self):
        """Return the domain of what belongs to the records; the companies are the user's."""
        records = self.browse(record._get_goal_record().id for record in self)
        return [(self._get_goal_path(), "in", records.ids)]

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_client_goals(self):
        Goal = self.env["client.goal"]
        counts = self._count_by_goal_path(Goal)
        live = self._count_by_goal_path(Goal, Goal._get_live_domain())
        for record in self:
            key = record._get_goal_record().id
            record.client_goal_count = counts.get(key, 0)
            record.client_live_goal_count = live.get(key, 0)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_client_accomplishment_count(self):
        counts = self._count_by_goal_path(self.env["client.accomplishment"])
        for record in self:
            record.client_accomplishment_count = counts.get(record._get_goal_record().id, 0)

    def _count_by_goal_path(self, model, domain=()):
        path = self._get_goal_path()
        rows = model._read_group([*self._get_goal_domain(), *domain], [path], ["__count"])
        return {record.id: count for record, count in rows}

    def action_view_client_goals(self):
        self.ensure_one()
        return self._get_goal_action("client_health.client_goal_action", {"search_default_open": 1})

    def action_new_client_goal(self):
        return self._get_new_action(
            "client_health.client_goal_action",
            "client_health.client_goal_view_form_new",
            self.env._("New goal"),
        )

    def action_view_client_accomplishments(self):
        self.ensure_one()
        return self._get_goal_action("client_health.client_accomplishment_action", {})

    def action_new_client_accomplishment(self):
        return self._get_new_action(
            "client_health.client_accomplishment_action",
            "client_health.client_accomplishment_view_form_new",
            self.env._("Log an accomplishment"),
        )

    def _get_new_action(self, action_xmlid, view_xmlid, name):
        """Return the action that adds a record in a small dialog, and comes back here."""
        self.ensure_one()
        return dict(
            self._get_goal_action(action_xmlid, {}),
            name=name,
            views=[(self.env.ref(view_xmlid).id, "form")],
            view_mode="form",
            target="new",
        )

    def _get_goal_action(self, xmlid, context):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return dict(
            action,
            domain=self._get_goal_domain(),
            context={**self._get_goal_defaults(), **context},
        )

    def _get_goal_defaults(self):
        return {"default_relationship_id": self.client_relationship_id.id}
