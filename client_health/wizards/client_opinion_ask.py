from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import USER_GROUP
from ..engine.clock import get_today
from ..models.common.client_protected_mixin import once


class ClientOpinionAsk(models.TransientModel):
    """Asks for the question and the colleagues; ``client.relationship`` asks them."""

    _name = "client.opinion.ask"
    _description = "Ask Colleagues about a Client"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "relationship_ids"

    relationship_ids = fields.Many2many("client.relationship", string="Clients", required=True)
    scope = fields.Selection(
        [("chosen", "Selected colleagues"), ("team", "All colleagues who work for the client")],
        string="Ask",
        required=True,
        default="chosen",
    )
    user_ids = fields.Many2many(
        "res.users",
        string="Colleagues",
        compute="_compute_user_ids",
        store=True,
        readonly=False,
        domain=lambda self: self._get_user_domain(),
    )
    question = fields.Char(required=True)
    date_deadline = fields.Date(
        string="Answer Until",
        required=True,
        default=lambda self: get_today(self.env.company) + relativedelta(days=3),
        until=True,
    )

    @api.model
    def _get_user_domain(self):
        group = self.env.ref(USER_GROUP)
        return [("share", "=", False), ("all_group_ids", "in", group.ids)]

    @api.depends("scope", "relationship_ids")
    def _compute_user_ids(self):
        for wizard in self:
            team = (
                wizard.relationship_ids._origin._get_team_users() if wizard.scope == "team" else {}
            )
            users = self.env["res.users"].union(*team.values())
            readers = users.filtered_domain(self._get_user_domain())
            wizard.user_ids = readers - self.env.user

    @once
    def action_ask(self):
        self.ensure_one()
        users = self.user_ids
        if not users:
            raise UserError(self.env._("Please choose at least one colleague."))
        outside = users - users.filtered_domain(self._get_user_domain())
        if outside:
            raise UserError(
                self.env._(
                    "%s has no access to Client Health and could not read the client. Please "
                    "choose other colleagues.",
                    ", ".join(outside.mapped("name")),
                )
            )
        self.relationship_ids._ask_opinion(users, self.question, self.date_deadline)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s colleagues have been asked.", len(users)),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
