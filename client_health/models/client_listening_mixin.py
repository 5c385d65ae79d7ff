from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..engine.correspondence import waiting
from ..engine.profitability import margin
from .client_profitability_mixin import MONEY_GROUP

# With such a result we have nothing to give away
SQUEEZED_BANDS = (margin.LOSS, margin.BREAK_EVEN)


class ClientListeningMixin(models.AbstractModel):
    """The client's voice on its relationship: feedback log, waiting messages, price pressure."""

    _name = "client.listening.mixin"
    _inherit = ["client.feedback.mixin"]
    _description = "Voice of a Client"

    feedback_ids = fields.One2many("client.feedback", "relationship_id", string="Feedback Log")
    issue_ids = fields.One2many("client.issue", "relationship_id", string="Issues")
    client_waiting_count = fields.Integer(
        string="Waiting for Us",
        compute="_compute_client_waiting_count",
        help="Discussions in which the client wrote last and waits for our answer.",
    )
    client_squeezed = fields.Boolean(
        string="Low Margin and Price Pressure",
        compute="_compute_client_squeezed",
        search="_search_client_squeezed",
        groups=MONEY_GROUP,
        help="The margin of this client is 5 % or less, and it pressed for a lower price within "
        "the last 12 months.",
    )

    @api.model
    def _get_feedback_path(self):
        return "relationship_id"

    def _compute_client_waiting_count(self):
        found = waiting.read_waiting(self.env, self._origin, waiting.get_now())
        for relationship in self:
            relationship.client_waiting_count = len(found.get(relationship._origin.id, ()))

    @api.model
    def _get_price_pressure_domain(self):
        return Domain("kind", "=", "price_pressure") & Domain("date", ">=", "today -12m")

    @api.depends("client_margin_band", "feedback_ids.kind", "feedback_ids.date")
    def _compute_client_squeezed(self):
        pressed = self.env["client.feedback"]._read_group(
            self._get_price_pressure_domain() & Domain("relationship_id", "in", self._origin.ids),
            ["relationship_id"],
        )
        pressed_ids = {relationship.id for (relationship,) in pressed}
        for relationship in self:
            relationship.client_squeezed = (
                relationship.client_margin_band in SQUEEZED_BANDS
                and relationship._origin.id in pressed_ids
            )

    @api.model
    def _search_client_squeezed(self, operator, value):
        """Odoo doesn't ask for the groups of a field that is searched and not stored."""
        if not self.env.su and not self.env.user.has_group(MONEY_GROUP):
            raise AccessError(self.env._("You need access to profitability to use this filter."))
        if operator != "in":
            return NotImplemented
        squeezed = Domain("client_margin_band", "in", SQUEEZED_BANDS) & Domain(
            "feedback_ids", "any", self._get_price_pressure_domain()
        )
        return Domain.OR([squeezed if wanted else ~squeezed for wanted in value])

    def action_view_waiting(self):
        """List the messages of the client that wait for an answer."""
        self.ensure_one()
        found = waiting.read_waiting(self.env, self, waiting.get_now())[self.id]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_waiting_action"
        )
        return dict(action, domain=[("id", "in", [line.message_id for line in found])])

    def _prepare_feedback_context(self):
        self.ensure_one()
        return {"default_relationship_id": self.id}
