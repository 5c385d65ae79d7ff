from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..const import (
    ACTIVITY_AGREEMENT_CONVERSATION,
    ACTIVITY_AGREEMENT_REVIEW,
    ACTIVITY_ASK_VALUE,
    ACTIVITY_CLEAR_SCOPE,
    ACTIVITY_CLIENT_RETURNED,
    ACTIVITY_FIT,
    ACTIVITY_OVERRIDE,
    ACTIVITY_PULSE,
    ACTIVITY_STATUS_UPDATE,
    ACTIVITY_TOUGH_CONVERSATION,
    MONEY_GROUP,
    USER_GROUP,
)
from ..engine.clock import get_today
from .feedback.client_conversation_facts import TOPICS

FRIDAY = 5


# The method of the record that opens where one does what an activity of ours asks for
STEPS = {
    ACTIVITY_AGREEMENT_CONVERSATION: "action_view_agreement",
    ACTIVITY_AGREEMENT_REVIEW: "action_view_agreement",
    ACTIVITY_ASK_VALUE: "action_ask_value",
    ACTIVITY_CLEAR_SCOPE: "action_view_unrequested",
    ACTIVITY_CLIENT_RETURNED: "action_ask_stage",
    ACTIVITY_FIT: "action_start_fit_round",
    ACTIVITY_OVERRIDE: "action_override_health",
    ACTIVITY_PULSE: "action_give_pulse",
    ACTIVITY_STATUS_UPDATE: "action_write_status",
}


def _get_next_weekday(day):
    """Return the next day from Monday to Friday."""
    day += timedelta(days=1)
    while day.isoweekday() > FRIDAY:
        day += timedelta(days=1)
    return day


# What users may plan: of this model or of any, and not what Odoo plans by itself. The type that an
# activity has already stays.
BY_HAND = (
    "['|', ('res_model', '=', False), ('res_model', '=', res_model), "
    "'|', ('client_is_automatic', '=', False), ('id', '=', activity_type_id)]"
)


class MailActivity(models.Model):
    """Activities that a stage planned, questions to a colleague, and tough conversations.

    A conversation is an activity of one type, planned from any record of a client. Its facts are
    read each time a user opens it, with their rights. Its outcome, like the answer to a question,
    becomes a line of the feedback log, also where it is given by Odoo's own "Mark Done".
    """

    _name = "mail.activity"
    _inherit = ["mail.activity", "client.protected.mixin"]
    _protect_derived = False

    activity_type_id = fields.Many2one(domain=BY_HAND)
    client_stage_id = fields.Many2one(
        "client.relationship.stage",
        string="Scheduled by Client Stage",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        groups=USER_GROUP,
        help="The client stage whose plan scheduled this activity. It is cancelled if the client "
        "leaves that stage before it is done.",
        protected=True,
    )
    client_meeting_id = fields.Many2one(
        "calendar.event",
        string="Agreed in Meeting",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        protected=True,
        groups=USER_GROUP,
        help="Meeting with the client in which this was agreed. It is on the next agenda until it "
        "is done.",
    )
    client_former_user_id = fields.Many2one(
        "res.users",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        protected=True,
        groups=USER_GROUP,
        help="User who left; the activity goes to the next salesperson of the client.",
    )
    client_relationship_id = fields.Many2one(
        "client.relationship",
        string="Client",
        compute="_compute_client_relationship_id",
        store=True,
        index="btree_not_null",
        ondelete="set null",
        groups=USER_GROUP,
        help="Client of a tough conversation.",
        protected=True,
    )
    client_conversation_topic = fields.Selection(TOPICS, string="Topic", groups=USER_GROUP)
    client_conversation_concern = fields.Text(
        string="How It Looks from Their Side",
        groups=USER_GROUP,
        help="How the client sees it, in words that the client would use.",
    )
    client_conversation_days = fields.Integer(
        string="Days Overdue",
        compute="_compute_client_conversation_days",
        help="Days since the due date of this conversation.",
    )
    client_conversation_facts = fields.Text(
        string="Facts", compute="_compute_client_conversation_facts", groups=USER_GROUP
    )
    client_conversation_money_facts = fields.Text(
        string="Figures", compute="_compute_client_conversation_money_facts", groups=MONEY_GROUP
    )

    def _action_done(self, feedback=False, attachment_ids=None):
        """What is written into Odoo's own "Mark Done" counts as well: answers and conversations."""
        if feedback and not self.env.context.get("client_opinion_logged"):
            for question in self.filtered(lambda activity: activity._is_own_question()):
                question._log_opinion(feedback)
        if feedback and not self.env.context.get("client_conversation_noted"):
            for talk in self.filtered(lambda activity: activity.active):
                if talk._is_client_conversation():
                    talk._note_conversation(feedback)
        return super()._action_done(feedback=feedback, attachment_ids=attachment_ids)

    # Opinion of a colleague

    def write(self, vals):
        """Move an activity to a client only as one may plan one there: Odoo asks before, only."""
        result = super().write(vals)
        if not self.env.su and not vals.keys().isdisjoint(("res_id", "res_model_id", "res_model")):
            ours = self.filtered(lambda one: (one.res_model or "").startswith("client."))
            ours.check_access("create")
        return result

    def action_answer_opinion(self):
        """Open the small form in which colleagues give their opinion about a client."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_opinion_answer_action"
        )
        return dict(action, context={"default_activity_id": self.id})

    def _answer_opinion(self, text, rating=False, strain=False):
        """Answer one's own question about a client: keep the words, and mark it done."""
        self.ensure_one()
        if not self._is_own_question():
            raise UserError(
                self.env._(
                    "This question is not for you, or it has already been answered. Please "
                    "reload the page."
                )
            )
        self._log_opinion(text, rating, strain)
        self.with_context(client_opinion_logged=True).action_feedback(feedback=text)

    def _is_own_question(self):
        """Return whether a colleague asked the current user this, and still waits."""
        return (
            self.active
            and self.user_id == self.env.user
            and self.activity_category == "client_opinion"
            and self.res_model == "client.relationship"
        )

    def _log_opinion(self, text, rating=False, strain=False):
        # The colleague asked reads the client; another id in the activity has no effect.
        self.env["client.relationship"].browse(self.res_id).check_access("read")
        # sudo: being asked gives no right to write; only this own answer is written, on the client
        # of the question
        self.env["client.feedback"].sudo().create(
            {
                "relationship_id": self.res_id,
                "kind": "team",
                "user_id": self.env.user.id,
                "question": self.summary,
                "text": text,
                "rating": rating,
                "strain": strain,
            }
        )

    # What is to be done, where one can do it

    def action_client_step(self):
        """Open the place where one does what the activity asks for; else its record."""
        self.ensure_one()
        if not self.res_model or not self.res_id:  # one's own, on no record
            return self._get_records_action()
        record = self.env[self.res_model].browse(self.res_id)
        record.check_access("read")
        method = STEPS.get(self.activity_type_id.get_external_id().get(self.activity_type_id.id))
        if method and hasattr(record, method):
            return getattr(record, method)()
        return record._get_records_action()

    # Calls

    def action_client_not_reached(self):
        """Try again on the next working day; a call that nobody took is no contact."""
        self.check_access("write")
        for activity in self:
            document = self.env[activity.res_model].browse(activity.res_id)
            # sudo: a note of what the user did, on the document of their own activity
            document.sudo()._message_log(
                body=self.env._("Not reached: %s", activity.display_name),
                author_id=self.env.user.partner_id.id,
            )
        self.date_deadline = _get_next_weekday(get_today(self.env.company))
        return True

    # Tough conversation

    @api.depends("activity_type_id", "res_model", "res_id")
    def _compute_client_relationship_id(self):
        # cached, unlike env.ref, which asks whether the type still exists
        tough_id = self.env["ir.model.data"]._xmlid_to_res_id(
            ACTIVITY_TOUGH_CONVERSATION, raise_if_not_found=False
        )
        talks = self.filtered(
            lambda activity: (
                tough_id and activity.activity_type_id.id == tough_id and activity.res_model
            )
        )
        (self - talks).client_relationship_id = False
        for model, activities in talks.grouped("res_model").items():
            records = self.env[model].browse(activities.mapped("res_id")).exists()
            found = self.env["client.conversation.facts"]._get_relationships(records)
            for activity in activities:
                activity.client_relationship_id = found.get(activity.res_id, False)

    @api.depends("date_deadline", "date_done")
    def _compute_client_conversation_days(self):
        today = get_today(self.env.company)
        for activity in self:
            until = activity.date_done or today
            late = activity.date_deadline and (until - activity.date_deadline).days
            activity.client_conversation_days = max(late or 0, 0)

    @api.depends("client_relationship_id", "client_conversation_topic")
    @api.depends_context("uid", "lang")
    def _compute_client_conversation_facts(self):
        Facts = self.env["client.conversation.facts"]
        for activity in self:
            activity.client_conversation_facts = Facts._get_facts(
                activity.client_relationship_id, activity.client_conversation_topic
            )

    @api.depends("client_relationship_id")
    @api.depends_context("uid", "lang")
    def _compute_client_conversation_money_facts(self):
        Facts = self.env["client.conversation.facts"]
        for activity in self:
            activity.client_conversation_money_facts = Facts._get_money_facts(
                activity.client_relationship_id
            )

    def _is_client_conversation(self):
        return self.activity_type_id == self.env.ref(
            ACTIVITY_TOUGH_CONVERSATION, raise_if_not_found=False
        )

    def action_prepare_conversation(self):
        """Open the conversation: topic, their view, and the facts that the user may read."""
        self.ensure_one()
        view = self.env.ref("client_health.client_conversation_view_form")
        return self._get_records_action(
            name=self.env._("Tough conversation"), views=[(view.id, "form")], target="new"
        )

    def action_log_conversation(self):
        """Ask what came out of it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_conversation_outcome_action"
        )
        return dict(action, context={"default_activity_id": self.id})

    def _log_conversation(self, text, **values):
        """Record the outcome of a conversation, and mark it done; return the feedback."""
        self.ensure_one()
        if not self.active or not self._is_client_conversation():
            raise UserError(
                self.env._(
                    "This conversation is closed, or is not a tough conversation. Please plan"
                    " a new one."
                )
            )
        feedback = self._note_conversation(text, **values)
        self.with_context(client_conversation_noted=True).action_feedback(feedback=text)
        return feedback

    def _note_conversation(self, text, kind="concern", **values):
        """Record what was said. It was answered at once, in the conversation."""
        nothing = self.env["client.feedback"]
        if not self.env.user.has_group(USER_GROUP):
            return nothing
        relationship = self.client_relationship_id
        if not relationship or not relationship.has_access("write"):
            return nothing
        feedback = self.env["client.feedback"].create(
            {
                "relationship_id": relationship.id,
                "kind": kind,
                "text": text,
                "user_id": self.env.user.id,
                **values,
            }
        )
        if feedback.state == "open":
            topics = dict(
                self._fields["client_conversation_topic"]._description_selection(self.env)
            )
            # the conversation itself, marked as held by its user, is the answer
            topic = topics.get(self.client_conversation_topic) or self.summary or ""
            feedback._set_answered(self.env._("Discussed: %s", topic))
        return feedback


CONTACTS = ("phonecall", "client_conversation")


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    category = fields.Selection(
        selection_add=[
            ("client_opinion", "Opinion about a Client"),
            ("client_conversation", "Tough Conversation"),
            ("client_step", "Step with a Client"),
        ],
        ondelete={
            "client_opinion": "set default",
            "client_conversation": "set default",
            "client_step": "set default",
        },
    )
    client_is_contact = fields.Boolean(
        string="Contact with a Client",
        compute="_compute_client_is_contact",
        store=True,
        readonly=False,
        groups=USER_GROUP,
        help="Marked as done on a document of a client, it counts as a contact, and answers what "
        "the client wrote there. Calls and tough conversations do.",
    )

    client_is_automatic = fields.Boolean(
        string="Planned by Client Health",
        help="Odoo plans these activities itself; they are not offered to be scheduled by hand.",
    )

    @api.depends("category")
    def _compute_client_is_contact(self):
        for activity_type in self:
            activity_type.client_is_contact = activity_type.category in CONTACTS


class MailActivityPlan(models.Model):
    _name = "mail.activity.plan"
    _inherit = ["mail.activity.plan", "client.deletion.mixin"]


CLIENT_RESPONSIBLES = ("client_owner", "client_team_leader", "client_project_manager")


class MailActivityPlanTemplate(models.Model):
    """Steps of a stage's plan: who does them at a client, and by when."""

    _inherit = "mail.activity.plan.template"

    responsible_type = fields.Selection(
        selection_add=[
            ("client_owner", "Salesperson of the client"),
            ("client_team_leader", "Team leader"),
            ("client_project_manager", "Project manager"),
        ],
        ondelete={kind: "cascade" for kind in CLIENT_RESPONSIBLES},
    )

    @api.constrains("plan_id", "responsible_type")
    def _check_responsible_client(self):
        for template in self:
            if (
                template.responsible_type in CLIENT_RESPONSIBLES
                and template.plan_id.res_model != "client.relationship"
            ):
                raise ValidationError(
                    self.env._(
                        "These responsible types are limited to plans for clients. Please "
                        "choose another one."
                    )
                )

    def _determine_responsible(self, on_demand_responsible, applied_on_record):
        if applied_on_record._name != "client.relationship":
            return super()._determine_responsible(on_demand_responsible, applied_on_record)
        user = (
            on_demand_responsible
            or self._get_client_responsibles(applied_on_record)[applied_on_record]
        )
        return {"responsible": user, "error": False, "warning": False}

    def _get_client_responsibles(self, relationships):
        """Return {relationship: user} for one step, in a fixed number of queries.

        Where the user that the step names left or is missing, it falls to the client's responsible.
        """
        self.ensure_one()
        preferred = self._get_preferred_responsibles(relationships)
        responsible = relationships._get_responsible()
        return {
            rel: relationships._filter_responsible(preferred[rel.id], rel.company_id)
            or responsible[rel]
            for rel in relationships
        }

    def _get_preferred_responsibles(self, relationships):
        if self.responsible_type == "other":
            return dict.fromkeys(relationships.ids, self.responsible_id)
        if self.responsible_type == "client_team_leader":
            return {rel.id: rel.team_id.user_id for rel in relationships}
        if self.responsible_type == "client_project_manager":
            return relationships._get_project_managers()
        return {rel.id: rel.user_id for rel in relationships}

    def _get_client_deadline(self, company):
        """Return the due date of a step that starts today; days are working days of the company."""
        self.ensure_one()
        today = get_today(company)
        calendar = company.resource_calendar_id
        if self.delay_unit != "days" or self.delay_from == "before_plan_date" or not calendar:
            return self._get_date_deadline(today)
        if not self.delay_count:
            return today
        tomorrow = datetime.combine(today + relativedelta(days=1), time.min)
        planned = calendar.plan_days(self.delay_count, tomorrow, compute_leaves=True)
        return planned.date() if planned else self._get_date_deadline(today)
