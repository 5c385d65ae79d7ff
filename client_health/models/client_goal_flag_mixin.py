from odoo import api, fields, models
from odoo.fields import Domain

from ..engine.results import progress


class ClientGoalFlagMixin(models.AbstractModel):
    """What the goals of a client say about it: is there one for both sides, and a big one?"""

    _name = "client.goal.flag.mixin"
    _inherit = ["client.goal.mixin"]
    _description = "Goals of a Client"

    goal_ids = fields.One2many("client.goal", "relationship_id", string="All Goals")
    has_mutual_goal = fields.Boolean(
        string="Has a Live Mutual Goal",
        compute="_compute_goal_flags",
        search="_search_has_mutual_goal",
        help="An agreed goal that has not ended and names a benefit for both sides.",
    )
    big_goal_date = fields.Date(
        string="Big Goals Last Discussed",
        compute="_compute_goal_flags",
        help="Date on which the client was last asked about its goals for the next three years. "
        "Empty: never.",
    )
    has_stale_big_goals = fields.Boolean(
        string="Big Goals Not Discussed for a Year",
        compute="_compute_goal_flags",
        search="_search_has_stale_big_goals",
        help="Clients whose big goals are unknown are included.",
    )

    @api.model
    def _get_goal_path(self):
        return "relationship_id"

    def _get_goal_defaults(self):
        return {"default_relationship_id": self.id}

    @api.depends(
        "goal_ids.active",
        "goal_ids.state",
        "goal_ids.date_end",
        "goal_ids.benefit_side",
        "goal_ids.date_discussed",
    )
    def _compute_goal_flags(self):
        Goal = self.env["client.goal"]
        rows = Goal._read_group(
            Domain("relationship_id", "in", self.ids) & self._get_mutual_domain(),
            ["relationship_id"],
        )
        mutual = {relationship.id for (relationship,) in rows}
        talked = dict(
            Goal._read_group(
                Domain("relationship_id", "in", self.ids) & Goal._get_big_domain(),
                ["relationship_id"],
                ["date_discussed:max"],
            )
        )
        fresh = self._get_fresh_since()
        for relationship in self:
            talked_on = talked.get(relationship)
            relationship.has_mutual_goal = relationship.id in mutual
            relationship.big_goal_date = talked_on
            relationship.has_stale_big_goals = not talked_on or talked_on < fresh

    @api.model
    def _search_has_mutual_goal(self, operator, value):
        if operator != "in":
            return NotImplemented
        mutual = Domain("goal_ids", "any", self._get_mutual_domain())
        return Domain.OR([mutual] * (True in value) + [~mutual] * (False in value))

    @api.model
    def _search_has_stale_big_goals(self, operator, value):
        if operator != "in":
            return NotImplemented
        talked = self.env["client.goal"]._get_big_domain() & Domain(
            "date_discussed", ">=", self._get_fresh_since()
        )
        fresh = Domain("goal_ids", "any", talked)
        return Domain.OR([~fresh] * (True in value) + [fresh] * (False in value))

    @api.model
    def _get_mutual_domain(self):
        return self.env["client.goal"]._get_live_domain() & Domain("benefit_side", "=", "both")

    @api.model
    def _get_fresh_since(self):
        return fields.Date.context_today(self) - progress.STALE_AFTER
