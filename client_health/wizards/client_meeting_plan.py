from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.common.client_protected_mixin import once
from ..tools import tell


class ClientMeetingPlan(models.TransientModel):
    """Plans a meeting with a client: with whom, when, and about what."""

    _name = "client.meeting.plan"
    _description = "Plan a Meeting"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "relationship_id"

    relationship_id = fields.Many2one(
        "client.relationship", string="Client", required=True, readonly=True
    )
    partner_id = fields.Many2one(
        related="relationship_id.partner_id", string="Company of the Client", related_sudo=False
    )
    contact_ids = fields.Many2many(
        "res.partner",
        string="With",
        compute="_compute_contact_ids",
        store=True,
        readonly=False,
        domain="[('id', 'child_of', partner_id)]",
    )
    user_ids = fields.Many2many(
        "res.users",
        string="From Us",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    # computed before it is inserted: the database asks for it
    start = fields.Datetime(
        compute="_compute_meeting", store=True, precompute=True, readonly=False, required=True
    )
    duration = fields.Float(string="Duration (hours)", default=1.0, required=True)
    location = fields.Char(string="Place")
    about_big_goals = fields.Boolean(
        string="About the Big Goals",
        help="Puts the client's goals for the next three years on the agenda, with questions.",
    )
    agenda = fields.Html(
        compute="_compute_agenda",
        store=True,
        precompute=True,
        readonly=False,
        help="The client reads it in the invitation.",
    )
    open_points = fields.Html(
        string="Good to Know",
        compute="_compute_open_points",
        help="What is open with the client, for us alone: it is in no invitation.",
    )
    send_invitation = fields.Boolean(
        default=True,
        help="The invitation brings the agenda to all who take part.",
    )
    unreachable = fields.Char(compute="_compute_unreachable")

    @api.depends("relationship_id")
    def _compute_contact_ids(self):
        for wizard in self:
            people = wizard.partner_id.child_ids.filtered(
                lambda contact: contact.type == "contact" and not contact.is_company
            )
            wizard.contact_ids = people if len(people) == 1 else False

    @api.depends("relationship_id")
    def _compute_meeting(self):
        for wizard in self:
            relationship = wizard.relationship_id
            wizard.start = relationship._get_meeting_start() if relationship else False

    @api.depends("relationship_id", "about_big_goals")
    def _compute_agenda(self):
        for wizard in self:
            relationship = wizard.relationship_id.with_context(
                client_about_big_goals=wizard.about_big_goals
            )
            wizard.agenda = relationship._get_agenda() if relationship else False

    @api.depends("relationship_id")
    def _compute_open_points(self):
        for wizard in self:
            relationship = wizard.relationship_id
            wizard.open_points = relationship._get_open_points().get(relationship, False)

    @api.depends("contact_ids", "send_invitation")
    def _compute_unreachable(self):
        for wizard in self:
            missing = wizard.contact_ids.filtered(lambda contact: not contact.email)
            wizard.unreachable = wizard.send_invitation and ", ".join(missing.mapped("name"))

    @once
    def action_plan(self):
        """Put the meeting into the calendars of all who take part."""
        self.ensure_one()
        self.relationship_id.check_access("write")
        if not self.contact_ids:
            raise UserError(self.env._("Please choose whom you will meet, under “With”."))
        if self.start < fields.Datetime.now():
            raise UserError(self.env._("This time is over. Please choose a later one."))
        events = self.env["calendar.event"].with_context(
            no_mail_to_attendees=not self.send_invitation
        )
        events.create(self._prepare_event())
        return tell(self.env._("The meeting with %s is in the calendar.", self.partner_id.name))

    def _prepare_event(self):
        people = self.user_ids.partner_id | self.env.user.partner_id | self.contact_ids
        return {
            "name": self.env._("Meeting with %s", self.partner_id.name),
            "start": self.start,
            "stop": self.start + timedelta(hours=max(self.duration, 0.25)),
            "location": self.location,
            "description": self.agenda,
            "partner_ids": [Command.set(people.ids)],
            "client_relationship_id": self.relationship_id.id,
            "client_about_big_goals": self.about_big_goals,
        }
