from operator import ge, gt, le, lt

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...const import ACTIVITY_OPINION, MONEY_GROUP
from ...engine.clock import get_now, get_today
from ...engine.correspondence import unassigned, waiting
from ...engine.feedback import team
from ...engine.profitability import margin
from ...tools import get_data_record

# With such a result we have nothing to give away
PRICE_PRESSURE_BANDS = (margin.LOSS, margin.BREAK_EVEN)
# The others are made of these by Odoo
WAITING_OPERATORS = {
    "in": lambda count, values: count in values,
    ">": gt,
    ">=": ge,
    "<": lt,
    "<=": le,
}


class ClientRelationship(models.Model):
    """Adds to the client its feedback log, messages that wait for us, and questions to colleagues.

    A question is an activity of the colleague who is asked. It makes them a follower, who reads the
    client and writes nothing; the answer becomes a line of the feedback log.
    """

    _name = "client.relationship"
    _inherit = ["client.relationship", "client.feedback.mixin"]

    feedback_ids = fields.One2many("client.feedback", "relationship_id", string="Feedback Log")
    issue_ids = fields.One2many("client.issue", "relationship_id", string="Issues")
    client_waiting_count = fields.Integer(
        string="Messages Waiting",
        compute="_compute_client_waiting_count",
        search="_search_client_waiting_count",
        help="Discussions in which the client wrote last and waits for our answer.",
    )
    client_price_pressured = fields.Boolean(
        string="Low Margin and Price Pressure",
        compute="_compute_client_price_pressured",
        search="_search_client_price_pressured",
        groups=MONEY_GROUP,
        help="The margin of this client is 5 % or less, and it pressed for a lower price within "
        "the last 12 months.",
    )
    client_question_id = fields.Many2one(
        "mail.activity",
        string="A Question to You",
        compute="_compute_client_question_id",
        help="Question of a colleague to you about this client.",
    )
    client_question = fields.Char(string="Question", compute="_compute_client_question_id")

    @api.model
    def _get_feedback_path(self):
        return "relationship_id"

    def _compute_client_waiting_count(self):
        found = waiting.read_waiting(self.env, self._origin, get_now())
        for relationship in self:
            relationship.client_waiting_count = len(found.get(relationship._origin.id, ()))

    @api.model
    def _search_client_waiting_count(self, operator, value):
        """Of the clients that the user may read, all counted in one statement."""
        if operator not in WAITING_OPERATORS:
            return NotImplemented
        clients = self.with_context(active_test=False).search(Domain.TRUE)
        found = waiting.read_waiting(self.env, clients, get_now())
        holds = WAITING_OPERATORS[operator]
        return Domain("id", "in", [id_ for id_, rows in found.items() if holds(len(rows), value)])

    @api.model
    def _get_price_pressure_domain(self):
        return Domain("kind", "=", "price_pressure") & Domain("date", ">=", "today -12m")

    @api.depends("client_margin_band", "feedback_ids.kind", "feedback_ids.date")
    def _compute_client_price_pressured(self):
        pressed = self.env["client.feedback"]._read_group(
            self._get_price_pressure_domain() & Domain("relationship_id", "in", self._origin.ids),
            ["relationship_id"],
        )
        pressed_ids = {relationship.id for (relationship,) in pressed}
        for relationship in self:
            relationship.client_price_pressured = (
                relationship.client_margin_band in PRICE_PRESSURE_BANDS
                and relationship._origin.id in pressed_ids
            )

    @api.model
    def _search_client_price_pressured(self, operator, value):
        """Odoo doesn't ask for the groups of a field that is searched and not stored."""
        if not self.env.su and not self.env.user.has_group(MONEY_GROUP):
            raise AccessError(self.env._("You need access to profitability to use this filter."))
        if operator != "in":
            return NotImplemented
        pressured = Domain("client_margin_band", "in", PRICE_PRESSURE_BANDS) & Domain(
            "feedback_ids", "any", self._get_price_pressure_domain()
        )
        return Domain.OR([pressured if wanted else ~pressured for wanted in value])

    def action_view_waiting(self):
        """List the messages of the client that wait for an answer."""
        self.ensure_one()
        self.check_access("read")  # they are found in SQL
        found = waiting.read_waiting(self.env, self, get_now())[self.id]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_waiting_action"
        )
        return dict(action, domain=[("id", "in", [line.message_id for line in found])])

    @api.model
    def action_view_unknown_senders(self):
        """List the last mail of each sender who could not be assigned to a client.

        The list is Odoo's of messages: a user finds there what stands on documents they may read.
        """
        self.check_access("read")  # they are found in SQL
        self.env.flush_all()
        query = unassigned.select_unassigned(get_now(), self.env.companies.ids)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_unknown_sender_action"
        )
        return dict(
            action, domain=[("id", "in", [row[0] for row in self.env.execute_query(query)])]
        )

    def _prepare_feedback_context(self):
        self.ensure_one()
        return {"default_relationship_id": self.id}

    @api.depends_context("uid")
    def _compute_client_question_id(self):
        questions = self.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self._origin.ids),
                ("user_id", "=", self.env.uid),
                ("activity_type_id.category", "=", "client_opinion"),
            ],
            order="date_deadline desc, id desc",
        )
        by_client = {question.res_id: question for question in questions}
        for relationship in self:
            question = by_client.get(relationship._origin.id, questions.browse())
            relationship.client_question_id = question
            relationship.client_question = question.summary

    def action_plan_conversation(self):
        """Open the window that plans a tough conversation about this client."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_conversation_plan_action_client_relationship"
        )
        return dict(action, context={"active_model": self._name, "active_id": self.id})

    def action_ask_opinion(self):
        """Ask colleagues what they think; the context says whether one chooses them."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_opinion_ask_action"
        )
        context = {"default_relationship_ids": self.ids}
        if self.env.context.get("client_round"):
            context["default_scope"] = "team"
        return dict(action, context=context)

    def action_answer_opinion(self):
        self.ensure_one()
        self.check_access("read")
        if not self.client_question_id:
            raise UserError(
                self.env._(
                    "No question about this client is waiting for you. Please write to your "
                    "colleagues below instead."
                )
            )
        return self.client_question_id.action_answer_opinion()

    def _ask_opinion(self, users, question, deadline):
        """Give every user one activity per client, in one batch and without a mail per head.

        Users with an open question about a client are not asked the same again.
        """
        self.check_access("write")
        opinion = get_data_record(self.env, ACTIVITY_OPINION)
        open_questions = self._get_open_questions(question)
        model_id = self.env["ir.model"]._get_id(self._name)
        for relationship in self:
            relationship.message_subscribe(users.partner_id.ids)
        return (
            self.env["mail.activity"]
            .with_context(mail_activity_quick_update=True)
            .create(
                [
                    {
                        "res_model_id": model_id,
                        "res_id": relationship.id,
                        "activity_type_id": opinion.id,
                        "summary": question,
                        "date_deadline": deadline,
                        "user_id": user.id,
                    }
                    for relationship in self
                    for user in users
                    if (relationship.id, user.id) not in open_questions
                ]
            )
        )

    def _get_open_questions(self, question):
        """Return {(relationship id, user id)} of users who were asked this and have not
        answered."""
        activities = self.env["mail.activity"].search_fetch(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id.category", "=", "client_opinion"),
                ("summary", "=", question),
            ],
            ["res_id", "user_id"],
        )
        return {(activity.res_id, activity.user_id.id) for activity in activities}

    def _get_team_users(self):
        """Return {relationship id: users who work for the client}, in one query."""
        today = get_today(self.env.company)
        rows = team.read_team(self.env, self.ids, today)
        return {
            relationship_id: self.env["res.users"].browse(user_ids)
            for relationship_id, user_ids in rows.items()
        }
