from odoo import api, fields, models
from odoo.exceptions import UserError

from .client_profitability_mixin import MONEY_GROUP
from .client_talk_facts import TOPICS, TOUGH

USER_GROUP = "client_health.group_client_user"


class ClientTalkMixin(models.AbstractModel):
    """Tough conversations: activities of one type, planned from any record of a client.

    The facts are read each time a user opens the conversation, with their rights. The outcome
    becomes a line of the feedback log.
    """

    _name = "client.talk.mixin"
    _description = "Tough Conversation"

    client_relationship_id = fields.Many2one(
        "client.relationship",
        string="Client",
        compute="_compute_client_relationship_id",
        store=True,
        index="btree_not_null",
        ondelete="set null",
        groups=USER_GROUP,
        help="Client of a tough conversation.",
    )
    client_talk_topic = fields.Selection(TOPICS, string="Topic")
    client_talk_concern = fields.Text(
        string="Their View",
        groups=USER_GROUP,
        help="How the client sees it, in words that the client would use.",
    )
    client_talk_days = fields.Integer(
        string="Days Overdue",
        compute="_compute_client_talk_days",
        help="Days since the due date of this conversation.",
    )
    client_talk_facts = fields.Text(
        string="Facts", compute="_compute_client_talk_facts", groups=USER_GROUP
    )
    client_talk_money_facts = fields.Text(
        string="Figures", compute="_compute_client_talk_money_facts", groups=MONEY_GROUP
    )

    @api.depends("activity_type_id", "res_model", "res_id")
    def _compute_client_relationship_id(self):
        tough = self.env.ref(TOUGH, raise_if_not_found=False)
        talks = self.filtered(
            lambda activity: activity.activity_type_id == tough and activity.res_model and tough
        )
        (self - talks).client_relationship_id = False
        for model, activities in talks.grouped("res_model").items():
            records = self.env[model].browse(activities.mapped("res_id")).exists()
            found = self.env["client.talk.facts"]._get_relationships(records)
            for activity in activities:
                activity.client_relationship_id = found.get(activity.res_id, False)

    @api.depends("date_deadline", "date_done")
    def _compute_client_talk_days(self):
        today = fields.Date.context_today(self)
        for activity in self:
            until = activity.date_done or today
            late = activity.date_deadline and (until - activity.date_deadline).days
            activity.client_talk_days = max(late or 0, 0)

    @api.depends("client_relationship_id", "client_talk_topic")
    @api.depends_context("uid", "lang")
    def _compute_client_talk_facts(self):
        Facts = self.env["client.talk.facts"]
        for activity in self:
            activity.client_talk_facts = Facts._get_facts(
                activity.client_relationship_id, activity.client_talk_topic
            )

    @api.depends("client_relationship_id")
    @api.depends_context("uid", "lang")
    def _compute_client_talk_money_facts(self):
        Facts = self.env["client.talk.facts"]
        for activity in self:
            activity.client_talk_money_facts = Facts._get_money_facts(
                activity.client_relationship_id
            )

    def _is_client_talk(self):
        return self.activity_type_id == self.env.ref(TOUGH, raise_if_not_found=False)

    def action_prepare_talk(self):
        """Open the conversation: topic, their view, and the facts that the user may read."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tough conversation"),
            "res_model": "mail.activity",
            "res_id": self.id,
            "views": [(self.env.ref("client_health.client_talk_view_form").id, "form")],
            "target": "new",
        }

    def action_log_talk(self):
        """Ask what came out of it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_talk_outcome_action"
        )
        return dict(action, context={"default_activity_id": self.id})

    def _log_talk(self, text, **values):
        """Record the outcome of a conversation, and mark it done; return the feedback."""
        self.ensure_one()
        if not self.active or not self._is_client_talk():
            raise UserError(
                self.env._("This conversation is closed, or is not a tough conversation.")
            )
        feedback = self._note_talk(text, **values)
        self.with_context(client_talk_noted=True).action_feedback(feedback=text)
        return feedback

    def _note_talk(self, text, kind="concern", **values):
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
            topics = dict(self._fields["client_talk_topic"]._description_selection(self.env))
            # sudo: evidence; the conversation itself, marked as held by its user, is the answer
            feedback.sudo().write(
                {
                    "answered_date": fields.Datetime.now(),
                    "answered_by_id": self.env.user.id,
                    "answer": self.env._(
                        "Discussed: %s",
                        topics.get(self.client_talk_topic) or self.summary or "",
                    ),
                }
            )
        return feedback
