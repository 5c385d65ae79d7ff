from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...const import ACTIVITY_ASK_VALUE
from ...engine.clock import get_today
from ...engine.results import progress
from ..common.client_job_failure import JobRun
from .client_value import SOURCES

ASK_AGAIN_AFTER = relativedelta(years=1)
# Reminders that may be open for one person: thirty clients a week are too many.
MAX_OPEN_REMINDERS = 3


class ClientRelationship(models.Model):
    """Adds to the client its goals, and what our work is worth: in its words, and our estimate.

    The words are ``client.value`` records, which no user can write. The estimate is ours to change,
    and the discussion keeps its history.
    """

    _name = "client.relationship"
    _inherit = [
        "client.relationship",
        "client.goal.mixin",
        "client.document.mixin",
        "client.link.holder.mixin",
    ]

    value_ids = fields.One2many(
        "client.value",
        "relationship_id",
        string="All Answers about Value",
        readonly=True,
        protected=True,
    )
    accomplishment_ids = fields.One2many(
        "client.accomplishment", "relationship_id", string="All Accomplishments"
    )
    value_estimate = fields.Text(
        string="Value as We See It",
        tracking=True,
        help="Our own view, to compare with the client's answers. Earlier versions stay in the "
        "discussion.",
    )
    value_words = fields.Text(string="Value in the Client's Words", compute="_compute_value_words")
    value_date = fields.Date(string="Answered On", compute="_compute_value_words")
    value_contact_id = fields.Many2one(
        "res.partner", string="Answered By", compute="_compute_value_words"
    )
    value_source = fields.Selection(SOURCES, string="Source", compute="_compute_value_words")
    value_state = fields.Selection(
        [("never", "Never asked"), ("stale", "Older than a year"), ("fresh", "Known")],
        string="Value in Their Words",
        compute="_compute_value_words",
        search="_search_value_state",
        help="Whether the client answered within the last year what it values.",
    )
    value_asked_date = fields.Date(
        string="Last Asked or Reminded",
        readonly=True,
        copy=False,
        help="Date on which the client was last asked what it values, or the salesperson "
        "reminded to ask.",
        protected=True,
    )
    value_confirmed_date = fields.Date(
        string="Last Value Confirmed",
        compute="_compute_value_confirmed",
        help="The last day on which the client confirmed in writing what something is worth to "
        "it. Results that became routine are easily taken for granted.",
    )
    value_confirmed_age = fields.Char(
        string="Age of the Last Confirmed Value", compute="_compute_value_confirmed"
    )
    value_claimed_amount = fields.Monetary(
        string="Value (Our Estimate)", compute="_compute_value_amounts"
    )
    value_confirmed_amount = fields.Monetary(
        string="Value (Confirmed)", compute="_compute_value_amounts"
    )
    value_report_count = fields.Integer(
        string="Value Reports",
        compute="_compute_value_report_count",
        help="Value reports of this client, sent ones and drafts.",
    )
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

    # Value in the words of the client, and in ours

    @api.depends("value_ids")
    def _compute_value_words(self):
        rows = self.env["client.value"]._read_group(
            [("relationship_id", "in", self.ids), ("accomplishment_id", "=", False)],
            ["relationship_id"],
            ["id:recordset"],
        )
        latest = {relationship: values.sorted()[0] for relationship, values in rows}
        fresh = self._get_value_fresh_since()
        for relationship in self:
            value = latest.get(relationship, self.env["client.value"])
            relationship.value_words = value.words
            relationship.value_date = value.date
            relationship.value_contact_id = value.contact_id
            relationship.value_source = value.source
            relationship.value_state = (
                "never" if not value else "fresh" if value.date >= fresh else "stale"
            )

    @api.model
    def _search_value_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        said = Domain("accomplishment_id", "=", False)
        recent = said & Domain("date", ">=", self._get_value_fresh_since())
        domains = {
            "never": ~Domain("value_ids", "any", said),
            "stale": Domain("value_ids", "any", said) & ~Domain("value_ids", "any", recent),
            "fresh": Domain("value_ids", "any", recent),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.depends("value_ids")
    def _compute_value_confirmed(self):
        rows = self.env["client.value"]._read_group(
            [("relationship_id", "in", self.ids), *self._get_confirmed_domain()],
            ["relationship_id"],
            ["date:max"],
        )
        dates = dict(rows)
        for relationship in self:
            confirmed = dates.get(relationship, False)
            relationship.value_confirmed_date = confirmed
            relationship.value_confirmed_age = confirmed and self._get_age_text(confirmed)

    @api.model
    def _get_confirmed_domain(self):
        """Return the domain of what the client itself confirmed, in ``client.value``."""
        return Domain("is_own", "=", True) & Domain("verdict", "!=", "no")

    @api.model
    def _get_age_text(self, date):
        today = get_today(self.env.company)
        age = relativedelta(today, date)
        if not age.years:
            return self.env._("%s days", (today - date).days)
        if age.years == 1:
            return self.env._("1 year and %s months", age.months)
        return self.env._(
            "%(years)s years and %(months)s months", years=age.years, months=age.months
        )

    @api.depends("accomplishment_ids.value_amount", "accomplishment_ids.confirmed_amount")
    def _compute_value_amounts(self):
        rows = self.env["client.accomplishment"]._read_group(
            [("relationship_id", "in", self.ids)],
            ["relationship_id"],
            ["value_amount:sum", "confirmed_amount:sum"],
        )
        amounts = {relationship: sums for relationship, *sums in rows}
        for relationship in self:
            claimed, confirmed = amounts.get(relationship, (0, 0))
            relationship.value_claimed_amount = claimed
            relationship.value_confirmed_amount = confirmed

    @api.model
    def _get_value_fresh_since(self):
        return get_today(self.env.company) - ASK_AGAIN_AFTER

    # Asking the client for value

    def action_note_value(self):
        """Record what the client said about value, and where."""
        self.ensure_one()
        return self.env["client.value.note"]._get_action(self)

    def action_ask_value(self):
        """Ask for the recipient of the question."""
        self.ensure_one()
        return self.env["client.value.ask"]._get_action(self)

    def _may_follow_link(self, contact):
        return self.env["client.value.link"]._may_answer(self, contact)

    def _ask(self, contact):
        self.env["client.value.link"]._send(
            self,
            contact,
            "client_health.mail_template_value_ask",
            self.env._("Mail to %s: the question what they value.", contact.display_name),
        )
        # sudo: protected; ``_send`` has checked that the user may write
        self.sudo().value_asked_date = get_today(self.company_id)

    def _close_ask_reminder(self):
        """The client has answered: no reminder to ask is needed."""
        self.activity_unlink([ACTIVITY_ASK_VALUE])

    @api.model
    def _cron_ask_value(self):
        """Have clients asked that said nothing about value for a year.

        Once a year per client, and never more than a few open reminders per person. The date on
        the relationship marks what is done, so that an interrupted run continues where it stopped.
        """
        JobRun(self.env, "ir_cron_client_ask_value").do_all(
            self._get_to_ask(), lambda clients: clients._remind_to_ask()
        )

    def _remind_to_ask(self):
        self._schedule_activities(self._get_responsible(), ACTIVITY_ASK_VALUE)
        for company, clients in self.grouped("company_id").items():
            # sudo: protected; only our own job comes here
            clients.sudo().value_asked_date = get_today(company)

    @api.model
    def _get_to_ask(self):
        """Return the relationships to remind of today: the longest silent first, few per user."""
        long_ago = self._get_value_fresh_since()
        due = self.search(
            [
                ("phase", "not in", ("offboard", "ended")),
                ("value_state", "in", ("never", "stale")),
                ("date_start", "<", long_ago),
                "|",
                ("value_asked_date", "=", False),
                ("value_asked_date", "<", long_ago),
            ],
            order="date_start, id",
        )
        responsible = due._get_responsible()
        # a firm that deleted the type is not reminded
        asking = (
            self.env.ref(ACTIVITY_ASK_VALUE, raise_if_not_found=False)
            or self.env["mail.activity.type"].browse()
        )
        opened = dict(
            self.env["mail.activity"]._read_group(
                [
                    ("activity_type_id", "in", asking.ids),
                    ("res_model", "=", self._name),
                    ("user_id", "in", [user.id for user in responsible.values()]),
                ],
                ["user_id"],
                ["__count"],
            )
        )
        return self.union(
            *(
                group[: max(0, MAX_OPEN_REMINDERS - opened.get(user, 0))]
                for user, group in due.grouped(lambda rel: responsible[rel]).items()
            )
        )

    # Value reports

    def _compute_value_report_count(self):
        rows = self.env["client.update"]._read_group(
            [("relationship_id", "in", self.ids), ("kind", "=", "value_report")],
            ["relationship_id"],
            ["__count"],
        )
        counts = dict(rows)
        for relationship in self:
            relationship.value_report_count = counts.get(relationship, 0)

    def action_send_value_report(self):
        """Open the draft of a value report: the one that was begun, or a new one."""
        self.ensure_one()
        self.check_access("write")
        reports = self.env["client.update"].search(
            [("relationship_id", "=", self.id), ("kind", "=", "value_report")]
        )
        return reports._open_draft(
            {
                "relationship_id": self.id,
                "kind": "value_report",
                "name": self.env._("Value report"),
                "recipient_ids": self._get_value_report_contacts(reports).ids,
            }
        )

    def _get_value_report_contacts(self, reports):
        """Return who gets the next one: who got the last, else who is responsible for goals."""
        last = reports.filtered(lambda report: report.state == "sent")[:1]
        found = (
            last.recipient_ids
            or self.goal_ids.filtered(lambda goal: goal.state == "agreed").client_owner_id
        )
        # sudo: addresses of contacts of the client
        return found.filtered(
            lambda contact: (
                contact.active
                and contact.sudo().email_normalized
                and contact.commercial_partner_id == self.partner_id
            )
        )

    def action_view_value_reports(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_value_report_action"
        )
        domain = [("kind", "=", "value_report"), ("relationship_id", "=", self.id)]
        context = {"default_kind": "value_report", "default_relationship_id": self.id}
        return dict(action, domain=domain, context=context)

    # Goals

    def action_discuss_big_goals(self):
        """Open what one does about the big goals: name one, plan the talk, or record what came out.

        The talk is a meeting that has them on its agenda; its outcome closes it.
        """
        self.ensure_one()
        self.check_access("read")
        Goal = self.env["client.goal"]
        big = Domain("relationship_id", "=", self.id) & Goal._get_big_domain()
        if not Goal.search_count(big, limit=1):
            action = self.action_new_client_goal()
            context = {**action["context"], "default_horizon": "big"}
            name = self.env._("Where do they want to be in three years?")
            return dict(action, name=name, context=context)
        meeting = self._get_big_goal_meeting()
        if not meeting:
            action = self.action_plan_meeting()
            return dict(action, context={**action["context"], "default_about_big_goals": True})
        if meeting.client_is_to_record:
            return meeting.action_record_client_meeting()
        return meeting._get_records_action()

    def _get_big_goal_meeting(self):
        """Return the meeting about the big goals that is to come, or whose outcome is missing."""
        return self.env["calendar.event"].search(
            [
                ("client_relationship_id", "=", self.id),
                ("client_about_big_goals", "=", True),
                ("client_recorded_on", "=", False),
            ],
            order="start, id",
            limit=1,
        )

    def _note_big_goals_discussed(self, day):
        """The client talked with us about its big goals on that day."""
        Goal = self.env["client.goal"]
        big = Goal.search(Domain("relationship_id", "in", self.ids) & Goal._get_big_domain())
        big.filtered(lambda goal: not goal.date_discussed or goal.date_discussed < day).write(
            {"date_discussed": day}
        )

    def _prepare_agenda(self):
        blocks = super()._prepare_agenda()
        if not self.env.context.get("client_about_big_goals"):
            return blocks
        # the client reads it: what is not agreed yet is ours
        big = self.env["client.goal"]._get_big_domain() & Domain("state", "=", "agreed")
        goals = self.goal_ids.filtered_domain(big)
        questions = [
            self.env._("Where do you want to be in three years?"),
            self.env._("What has changed since we last talked about it?"),
            self.env._("What would make the biggest difference on the way, and what can we do?"),
        ]
        return [(self.env._("Your big goals"), [*goals.mapped("name"), *questions]), *blocks]

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
            discussed_on = talked.get(relationship)
            relationship.has_mutual_goal = relationship.id in mutual
            relationship.big_goal_date = discussed_on
            relationship.has_stale_big_goals = not discussed_on or discussed_on < fresh

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
        return get_today(self.env.company) - progress.STALE_AFTER
