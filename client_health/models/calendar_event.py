from odoo import api, fields, models
from odoo.fields import Domain

from ..const import USER_GROUP


class CalendarEvent(models.Model):
    """A meeting with a client: what to talk about, and what came out of it.

    Its description is the agenda that the client reads in the invitation. What only we know of the
    client is not stored here: every employee may read a meeting.
    """

    _name = "calendar.event"
    _inherit = ["calendar.event", "client.protected.mixin", "client.readable.links.mixin"]
    _protect_derived = False

    client_relationship_id = fields.Many2one(
        "client.relationship",
        string="Client",
        index="btree_not_null",
        ondelete="set null",
        groups=USER_GROUP,
        help="Client with whom this meeting is held. Its outcome is recorded on the client.",
    )
    client_about_big_goals = fields.Boolean(
        string="About the Big Goals",
        groups=USER_GROUP,
        help="The client's big goals are on the agenda. Its outcome says whether they were "
        "discussed.",
    )
    client_recorded_on = fields.Datetime(
        string="Outcome Recorded On", copy=False, protected=True, groups=USER_GROUP
    )
    client_open_points = fields.Html(
        string="Good to Know",
        compute="_compute_client_open_points",
        groups=USER_GROUP,
        help="What is open with the client today, for us alone: it is in no invitation.",
    )
    client_is_to_record = fields.Boolean(
        compute="_compute_client_is_to_record",
        search="_search_client_is_to_record",
        groups=USER_GROUP,
        string="Outcome to Record",
    )

    def _get_links(self, fname, vals):
        """Check the client alone: Odoo lets users invite whom they may not read."""
        return super()._get_links(fname, vals) if fname == "client_relationship_id" else []

    @api.depends("client_relationship_id")
    @api.depends_context("uid", "lang")
    def _compute_client_open_points(self):
        relationships = self.client_relationship_id._filtered_access("read")
        points = relationships._get_open_points()
        for event in self:
            event.client_open_points = points.get(event.client_relationship_id, False)

    @api.depends("stop", "active", "client_relationship_id", "client_recorded_on")
    def _compute_client_is_to_record(self):
        to_record = self.filtered_domain(self._get_to_record_domain())
        for event in self:
            event.client_is_to_record = event in to_record

    @api.model
    def _search_client_is_to_record(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain(self._get_to_record_domain())
        return domain if True in value else ~domain

    @api.model
    def _get_to_record_domain(self):
        return [
            ("client_relationship_id", "!=", False),
            ("client_recorded_on", "=", False),
            ("active", "=", True),
            ("stop", "<=", fields.Datetime.now()),
        ]

    def action_record_client_meeting(self):
        """Ask what came out of it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_meeting_outcome_action"
        )
        return dict(action, context={"default_event_id": self.id})
