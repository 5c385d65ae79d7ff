from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..engine.results import progress as engine

CLOSED_STATES = ("reached", "missed", "dropped")


class ClientGoal(models.Model):
    """What a client and we want to reach together, and what it brings to either side."""

    _name = "client.goal"
    _description = "Client Goal"
    _inherit = [
        "client.accomplishment.source.mixin",
        "client.belonging.mixin",
        "client.child.mixin",
        "client.evidence.mixin",
        "client.goal.progress.mixin",
        "client.internal.thread.mixin",
        "mail.activity.mixin",
    ]
    _order = "date_end, id"
    _check_company_auto = True
    _evidence_fields = frozenset({"date_agreed", "date_closed"})

    name = fields.Char(string="Goal", required=True, tracking=True)
    active = fields.Boolean(default=True)
    date_agreed = fields.Date(
        string="Agreed On",
        compute="_compute_dates_of_state",
        store=True,
        copy=False,
        help="Last day on which both sides agreed. Set by the state.",
    )
    date_closed = fields.Date(
        string="Closed On", compute="_compute_dates_of_state", store=True, copy=False
    )
    benefit_client = fields.Text(
        string="Benefit for the Client",
        tracking=True,
        help="In words that the client would use. Shown to the client.",
    )
    benefit_us = fields.Text(
        string="Benefit for Us",
        tracking=True,
        help="Why it is also good for us. Never shown to the client.",
    )
    benefit_side = fields.Selection(
        [
            ("both", "Both sides"),
            ("client", "Only the client"),
            ("us", "Only us"),
            ("none", "None named"),
        ],
        string="Benefits",
        compute="_compute_benefit_side",
        store=True,
        index=True,
        help="A good goal benefits both sides. A goal with a benefit for one side only is flagged.",
    )
    date_discussed = fields.Date(
        string="Last Discussed",
        copy=False,
        tracking=True,
        help="The last day on which this big goal was discussed with the client.",
    )
    is_stale = fields.Boolean(
        string="Not Discussed for a Year",
        compute="_compute_is_stale",
        search="_search_is_stale",
        help="A big goal that was not discussed for a year may be outdated.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        index=True,
        check_company=True,
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
    )
    client_owner_id = fields.Many2one(
        "res.partner",
        string="Responsible at the Client",
        tracking=True,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain="[('commercial_partner_id', '=', partner_id), ('is_company', '=', False)]",
    )
    project_id = fields.Many2one(
        "project.project",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
        domain="[('partner_id.commercial_partner_id', '=', partner_id),"
        " ('is_template', '=', False)]",
    )
    milestone_id = fields.Many2one(
        "project.milestone",
        index="btree_not_null",
        ondelete="set null",
        domain="[('project_id.partner_id.commercial_partner_id', '=', partner_id)]",
    )

    @api.depends("state")
    def _compute_dates_of_state(self):
        today = fields.Date.context_today(self)
        for goal in self:
            agreed, closed = goal.date_agreed, goal.date_closed
            goal.date_closed = (closed or today) if goal.state in CLOSED_STATES else False
            if goal.state == "agreed":
                agreed = agreed or today
            goal.date_agreed = False if goal.state == "draft" else agreed

    @api.depends("benefit_client", "benefit_us")
    def _compute_benefit_side(self):
        sides = {(True, True): "both", (True, False): "client", (False, True): "us"}
        for goal in self:
            named = tuple(
                bool((text or "").strip()) for text in (goal.benefit_client, goal.benefit_us)
            )
            goal.benefit_side = sides.get(named, "none")

    @api.depends("horizon", "state", "date_discussed")
    def _compute_is_stale(self):
        self.is_stale = False
        self.filtered_domain(self._get_stale_domain()).is_stale = True

    @api.model
    def _search_is_stale(self, operator, value):
        if operator != "in":
            return NotImplemented
        stale = self._get_stale_domain()
        return Domain.OR([stale] * (True in value) + [~stale] * (False in value))

    @api.model
    def _get_stale_domain(self):
        today = fields.Date.context_today(self)
        return self._get_big_domain() & (
            Domain("date_discussed", "=", False)
            | Domain("date_discussed", "<", today - engine.STALE_AFTER)
        )

    @api.model
    def _get_big_domain(self):
        """Return the domain of the big goals that still stand."""
        return Domain("horizon", "=", "big") & Domain("state", "in", ("draft", "agreed"))

    @api.model
    def _get_live_domain(self):
        """Return the domain of goals that both sides work on today."""
        today = fields.Date.context_today(self)
        return Domain("state", "=", "agreed") & Domain("date_end", ">=", today)

    @api.depends("relationship_id")
    def _compute_user_id(self):
        for goal in self:
            goal.user_id = goal.user_id or goal.relationship_id.user_id

    @api.model
    def _get_client_links(self):
        return {
            "project_id": ("partner_id.commercial_partner_id",),
            "milestone_id": ("project_id.partner_id.commercial_partner_id",),
            "client_owner_id": ("commercial_partner_id",),
        }

    @api.constrains("date_measured", "date_discussed")
    def _check_past_dates(self):
        today = self._get_latest_today()
        for goal in self:
            if max(goal.date_measured or today, goal.date_discussed or today) > today:
                raise ValidationError(
                    self.env._(
                        "The dates of “%s” for measurement and discussion cannot be in the future.",
                        goal.name,
                    )
                )

    def action_agree(self):
        """Both sides agree, or agree again after the goal was adjusted."""
        self.write({"state": "agreed"})
        # sudo: evidence, written after the line above has checked that the user may write
        self.sudo().date_agreed = fields.Date.context_today(self)

    def action_reach(self):
        self.write({"state": "reached"})

    def action_miss(self):
        self.write({"state": "missed"})

    def action_drop(self):
        self.write({"state": "dropped"})

    def action_talk(self):
        """The client was asked about its big goals today."""
        self.write({"date_discussed": fields.Date.context_today(self)})

    @api.model
    def _get_accomplishment_field(self):
        return "goal_id"

    def _get_accomplishment_relationship(self):
        return self.relationship_id

    def _is_accomplished(self):
        return self.state == "reached"

    def _prepare_accomplishment(self):
        values = super()._prepare_accomplishment()
        return dict(
            values,
            date=self.date_closed,
            milestone_id=self.milestone_id.id,
            description=self._get_way_text(),
            value_words=self.benefit_client,
        )
