from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.clock import get_day, get_today
from ..models.common.client_protected_mixin import once
from ..models.feedback.client_feedback import RATINGS

KINDS = [
    ("concern", "Concern"),
    ("complaint", "Complaint"),
    ("price_pressure", "Price pressure"),
    ("scope_change", "Scope change"),
    ("value", "Value in their words"),
    ("praise", "Praise"),
]


class ClientMeetingOutcome(models.TransientModel):
    """Asks two questions after a meeting, and who does what by when.

    What the client said becomes feedback, what we do an activity, what the client does a duty on
    its portal; all know the meeting.
    """

    _name = "client.meeting.outcome"
    _description = "Outcome of a Meeting"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "event_id"

    event_id = fields.Many2one(
        "calendar.event", string="Meeting", required=True, readonly=True, ondelete="cascade"
    )
    relationship_id = fields.Many2one(
        related="event_id.client_relationship_id", string="Client", related_sudo=False
    )
    partner_id = fields.Many2one(
        related="relationship_id.partner_id", string="Company of the Client", related_sudo=False
    )
    rating = fields.Selection(RATINGS, string="How Happy They Sounded")
    text = fields.Text(string="What They Said", required=True)
    kind = fields.Selection(KINDS, required=True, default="value")
    contact_id = fields.Many2one(
        "res.partner",
        string="Said By",
        compute="_compute_contact_id",
        store=True,
        readonly=False,
        domain="[('id', 'child_of', partner_id)]",
    )
    has_big_goals = fields.Boolean(compute="_compute_has_big_goals")
    big_goals_discussed = fields.Boolean(
        compute="_compute_big_goals_discussed",
        store=True,
        readonly=False,
        help="You asked the client about its goals for the next three years.",
    )
    line_ids = fields.One2many(
        "client.meeting.outcome.line", "outcome_id", string="Who Does What by When"
    )
    can_log_hours = fields.Boolean(compute="_compute_can_log_hours")
    project_id = fields.Many2one(
        "project.project",
        domain="[('partner_id', 'child_of', partner_id), ('allow_timesheets', '=', True)]",
    )
    hours = fields.Float(
        string="Hours Spent",
        compute="_compute_hours",
        store=True,
        readonly=False,
        help="Hours that you spent on the meeting. They count as cost of the project, and nobody "
        "invoices them to the client.",
    )

    @api.depends("event_id")
    def _compute_contact_id(self):
        for wizard in self:
            client = wizard.partner_id
            people = wizard.event_id.partner_ids.filtered(
                lambda partner, client=client: partner.commercial_partner_id == client
            )
            wizard.contact_id = people if len(people) == 1 else False

    @api.depends("event_id")
    def _compute_has_big_goals(self):
        big = self.env["client.goal"]._get_big_domain()
        for wizard in self:
            wizard.has_big_goals = wizard.relationship_id.goal_ids.filtered_domain(big)

    @api.depends("event_id")
    def _compute_big_goals_discussed(self):
        for wizard in self:
            about = wizard.event_id.client_about_big_goals
            wizard.big_goals_discussed = wizard.has_big_goals and about

    @api.depends_context("uid")
    def _compute_can_log_hours(self):
        self.can_log_hours = self.env.user.has_group("hr_timesheet.group_hr_timesheet_user") and (
            self.env.user.employee_id
        )

    @api.depends("event_id")
    def _compute_hours(self):
        for wizard in self:
            wizard.hours = wizard.event_id.duration

    @once
    def action_record(self):
        """Record what came out of it: feedback, follow-ups, and hours that nobody pays."""
        self.ensure_one()
        self._check_meeting()
        self.env["client.feedback"].create(self._prepare_feedback())
        self.line_ids._create_follow_ups()
        if self.big_goals_discussed:
            day = get_day(self.relationship_id.company_id, self.event_id.start)
            self.relationship_id._note_big_goals_discussed(day)
        if self.project_id and self.hours > 0:
            self.env["account.analytic.line"].create(self._prepare_timesheet())
        # sudo: a mark of ours on a meeting that the user may read; write access to its client was
        # checked above
        self.event_id.sudo().client_recorded_on = fields.Datetime.now()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @once
    def action_cancel_meeting(self):
        """Take a meeting that did not take place out of the calendar: it was no contact."""
        self.ensure_one()
        self.event_id.check_access("write")
        self.event_id.active = False
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _check_meeting(self):
        self.event_id.check_access("read")
        self.relationship_id.check_access("write")
        if self.event_id.client_recorded_on:
            raise UserError(
                self.env._(
                    "The outcome of this meeting is recorded already. Please log feedback instead."
                )
            )
        if self.event_id.stop > fields.Datetime.now():
            raise UserError(
                self.env._("This meeting is not over yet. Please record its outcome afterwards.")
            )

    def _prepare_feedback(self):
        return {
            "relationship_id": self.relationship_id.id,
            "event_id": self.event_id.id,
            "kind": self.kind,
            "rating": self.rating,
            "text": self.text,
            "contact_id": self.contact_id.id,
            "date": self.event_id.stop,
            "channel": "video" if self.event_id.videocall_location else "visit",
        }

    def _prepare_timesheet(self):
        return {
            "project_id": self.project_id.id,
            "employee_id": self.env.user.employee_id.id,
            "date": fields.Datetime.context_timestamp(self, self.event_id.start).date(),
            "unit_amount": self.hours,
            "name": self.event_id.name,
            # never billed: no order line, and Odoo doesn't look for one
            "so_line": False,
            "is_so_line_edited": True,
        }


class ClientMeetingOutcomeLine(models.TransientModel):
    """Something that was agreed in a meeting: of one side, by a day."""

    _name = "client.meeting.outcome.line"
    _description = "Follow-up of a Meeting"
    _inherit = ["client.readable.links.mixin"]

    outcome_id = fields.Many2one("client.meeting.outcome", required=True, ondelete="cascade")
    name = fields.Char(string="What", required=True)
    side = fields.Selection(
        [("us", "We"), ("client", "The client")], string="Who", required=True, default="us"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        help="Who of us does it. What the client does is on its portal.",
    )
    date_deadline = fields.Date(
        string="By", required=True, default=lambda self: get_today(self.env.company)
    )

    def _create_follow_ups(self):
        """Plan what we do on the client, and enter what the client does as its duty."""
        self.filtered(lambda line: line.side == "us")._plan_ours()
        duties = self.filtered(lambda line: line.side == "client")
        self.env["client.duty"].create([line._prepare_duty() for line in duties])

    def _plan_ours(self):
        if not self:
            return
        relationship = self.outcome_id.relationship_id
        todo = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        responsible = relationship._get_responsible()[relationship]
        activities = self.env["mail.activity"].create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id(relationship._name),
                    "res_id": relationship.id,
                    "activity_type_id": todo.id if todo else False,
                    "summary": line.name,
                    "user_id": (line.user_id or responsible or self.env.user).id,
                    "date_deadline": line.date_deadline,
                }
                for line in self
            ]
        )
        # sudo: a mark of ours on activities that the user has just planned
        activities.sudo().client_meeting_id = self.outcome_id.event_id

    def _prepare_duty(self):
        self.ensure_one()
        return {
            "relationship_id": self.outcome_id.relationship_id.id,
            "event_id": self.outcome_id.event_id.id,
            "contact_id": self.outcome_id.contact_id.id,
            "name": self.name,
            "kind": "other",
            "date_deadline": self.date_deadline,
        }
