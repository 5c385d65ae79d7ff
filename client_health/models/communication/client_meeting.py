from datetime import datetime, time, timedelta

import pytz
from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine.clock import get_now, get_today
from ...engine.correspondence import waiting

# So many of a kind stand in an agenda: it is read aloud in an hour.
MOST = 5
DAYS_AHEAD = 2
START = time(10)
TEXT = 120


def _shorten(text):
    return f"{text[:TEXT]}…" if len(text) > TEXT else text


class ClientRelationship(models.Model):
    """Adds meetings to the client: the next one, one whose outcome is missing, and agendas."""

    _name = "client.relationship"
    _inherit = ["client.relationship"]

    meeting_next_id = fields.Many2one(
        "calendar.event", string="Next Meeting", compute="_compute_meetings"
    )
    meeting_next_date = fields.Datetime(string="Meets On", compute="_compute_meetings")
    meeting_to_record_id = fields.Many2one(
        "calendar.event",
        string="Meeting without Outcome",
        compute="_compute_meeting_to_record_id",
        help="A meeting that is over, and of which nobody has recorded what came out.",
    )

    @api.depends_context("uid")
    def _compute_meetings(self):
        next_ones = self._get_first_meetings(("start", ">=", fields.Datetime.now()))
        for relationship in self:
            relationship.meeting_next_id = next_ones.get(relationship._origin.id)
            relationship.meeting_next_date = relationship.meeting_next_id.start

    @api.depends_context("uid")
    def _compute_meeting_to_record_id(self):
        missing = self._get_first_meetings(("client_is_to_record", "=", True))
        for relationship in self:
            relationship.meeting_to_record_id = missing.get(relationship._origin.id)

    def _get_first_meetings(self, condition):
        """Return {relationship id: id of the first of its meetings, those that the user reads}.

        Ids alone: to read anything else of a meeting, Odoo asks whether it is private.
        """
        Event = self.env["calendar.event"]
        ours = ("client_relationship_id", "in", self._origin.ids)
        query = Event._search([ours, condition], order="start DESC, id DESC")
        columns = (SQL.identifier(query.table, name) for name in ("client_relationship_id", "id"))
        return dict(self.env.execute_query(query.select(*columns)))

    # Planning

    def action_plan_meeting(self):
        """Open the window that plans a meeting, its agenda made of what is open."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_meeting_plan_action"
        )
        return dict(action, context={"default_relationship_id": self.id})

    def action_record_meeting(self):
        """Ask what came out of the oldest meeting that nobody has recorded."""
        self.ensure_one()
        return self.meeting_to_record_id.action_record_client_meeting()

    def action_view_meeting(self):
        self.ensure_one()
        self.check_access("read")
        return self.meeting_next_id._get_records_action()

    def _get_meeting_start(self):
        """Return ten o'clock of the user, on the second working day from now: naive, in UTC."""
        day = get_today(self.company_id)
        calendar = self.company_id.resource_calendar_id
        tomorrow = datetime.combine(day + timedelta(days=1), time.min)
        planned = calendar and calendar.plan_days(DAYS_AHEAD, tomorrow, compute_leaves=True)
        day = planned.date() if planned else day + timedelta(days=DAYS_AHEAD)
        zone = pytz.timezone(self.env.user.tz or "UTC")
        moment = zone.localize(datetime.combine(day, START))
        return moment.astimezone(pytz.utc).replace(tzinfo=None)

    # The agenda: for the client, and what only we know

    def _get_agenda(self):
        """Return the agenda that the client may read, as HTML."""
        self.ensure_one()
        blocks = [(title, lines[:MOST]) for title, lines in self._prepare_agenda() if lines]
        blocks.append((self.env._("Your questions"), []))
        return self._to_html(blocks)

    def _prepare_agenda(self):
        """Return [(title, lines)] of what the client knows already; other features add theirs."""
        goals = self.goal_ids.filtered_domain(self.env["client.goal"]._get_live_domain())
        duties = self.env["client.duty"]._get_open_duties(self)[self.id]
        agreement = self.agreement_id if self.agreement_state == "proposed" else False
        return [
            (self.env._("From our last meeting"), self._get_follow_ups().mapped("summary")),
            (self.env._("Goals"), [self._get_goal_line(goal) for goal in goals]),
            (self.env._("Your part"), [duty["name"] for duty in duties]),
            (self.env._("Agreement to accept"), agreement and [agreement.display_name]),
        ]

    def _get_goal_line(self, goal):
        if not goal.date_measured:
            return self.env._("%(goal)s: not measured yet", goal=goal.name)
        return self.env._(
            "%(goal)s: %(progress)s %%", goal=goal.name, progress=round(goal.progress)
        )

    def _get_follow_ups(self):
        """Return what was agreed in meetings and is not done, the oldest first."""
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("client_meeting_id", "!=", False),
            ],
            order="date_deadline, id",
        )

    def _get_open_points(self):
        """Return {relationship: HTML} of what is open, for us alone."""
        found = waiting.read_waiting(self.env, self, get_now())
        talks = self._get_open_conversations()
        return {
            relationship: self._to_html(
                [
                    (title, lines[:MOST])
                    for title, lines in relationship._prepare_open_points(
                        found[relationship.id], talks.get(relationship.id, ())
                    )
                    if lines
                ]
            )
            for relationship in self
        }

    def _get_open_conversations(self):
        """Return {relationship id: open tough conversations}."""
        activities = self.env["mail.activity"].search(
            [
                ("client_relationship_id", "in", self.ids),
                ("activity_type_id.category", "=", "client_conversation"),
            ]
        )
        return activities.grouped(lambda activity: activity.client_relationship_id.id)

    def _prepare_open_points(self, found, talks):
        """Return [(title, lines)] of one client; other features add theirs."""
        open_feedback = self.feedback_ids.filtered(lambda line: line.state == "open")
        warnings = self.health_warning_ids.filtered(
            lambda warning: warning.state in ("warning", "severe")
        )
        waits = self.env._("%s waiting for an answer", len(found))
        return [
            (self.env._("Messages"), [waits] if found else []),
            (
                self.env._("Concerns and complaints"),
                [_shorten(text) for text in open_feedback.mapped("text") if text],
            ),
            (self.env._("Tough conversations"), [talk.summary for talk in talks if talk.summary]),
            (
                self.env._("Open issues"),
                self.issue_ids.filtered(lambda issue: issue.state == "open").mapped("name"),
            ),
            (self.env._("Warnings"), warnings.mapped("text")),
        ]

    @api.model
    def _to_html(self, blocks):
        return Markup().join(
            Markup("<p><b>%s</b></p>%s")
            % (
                title,
                Markup("<ul>%s</ul>") % Markup().join(Markup("<li>%s</li>") % x for x in lines)
                if lines
                else "",
            )
            for title, lines in blocks
        )
