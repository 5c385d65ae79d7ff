from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import ACTIVITY_TOUGH_CONVERSATION, MONEY_GROUP
from ..engine.clock import get_today
from ..models.common.client_protected_mixin import once
from ..models.feedback.client_conversation_facts import TOPICS
from ..tools import get_data_record, tell


class ClientConversationPlan(models.TransientModel):
    """Plans a tough conversation on any record of a client: topic, the client's view, and date."""

    _name = "client.conversation.plan"
    _description = "Plan a Tough Conversation"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "relationship_id"

    res_model = fields.Char(required=True, export_string_translation=False)
    res_id = fields.Many2oneReference(model_field="res_model", required=True)
    relationship_id = fields.Many2one(
        "client.relationship", string="Client", required=True, readonly=True
    )
    topic = fields.Selection(TOPICS, required=True, default="price")
    facts = fields.Text(compute="_compute_facts")
    money_facts = fields.Text(
        string="Figures",
        compute="_compute_facts",
        groups=MONEY_GROUP,
        help="Shown only here, and only to users who may see money. Never stored in the activity.",
    )
    summary = fields.Char(
        string="Opening Sentence",
        help="One sentence, without figures: it is visible on the document.",
    )
    concern = fields.Text(
        string="How It Looks from Their Side",
        required=True,
        help="How the client sees it, in words that the client would use.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    date_deadline = fields.Date(
        string="Due Date",
        required=True,
        default=lambda self: get_today(self.env.company) + relativedelta(days=3),
        until=True,
    )

    @api.model
    def default_get(self, fields_list):
        """Take the record from which it is planned, and find its client."""
        values = super().default_get(fields_list)
        context = self.env.context
        model = values.get("res_model") or context.get("active_model")
        res_id = values.get("res_id") or context.get("active_id")
        if not model or not res_id or model not in self.env:
            return values
        record = self.env[model].browse(res_id)
        relationship = self._get_relationship(record)
        return {**values, "res_model": model, "res_id": res_id, "relationship_id": relationship.id}

    @api.model
    def _get_relationship(self, record):
        record.check_access("read")
        relationship = self.env["client.conversation.facts"]._get_relationships(record)[record.id]
        if not relationship:
            raise UserError(
                self.env._(
                    "“%s” does not belong to a client yet. Please add its contact as a client.",
                    record.display_name,
                )
            )
        return relationship

    @api.depends("relationship_id", "topic")
    def _compute_facts(self):
        Facts = self.env["client.conversation.facts"]
        for wizard in self:
            wizard.facts = Facts._get_facts(wizard.relationship_id, wizard.topic)
            wizard.money_facts = Facts._get_money_facts(wizard.relationship_id)

    @once
    def action_plan(self):
        """Schedule it on the record, without figures: other users can read the activity."""
        self.ensure_one()
        record = self.env[self.res_model].browse(self.res_id)
        relationship = self._get_relationship(record)
        relationship.check_access("write")
        if not self.user_id.active or self.user_id.share:
            raise UserError(self.env._("Please choose an active internal user."))
        topics = dict(self._fields["topic"]._description_selection(self.env))
        # sudo: users who work on a client may plan a conversation on its records that they can
        # read, for example on a contact that they may not change; both were checked just above
        self.env["mail.activity"].sudo().create(
            {
                "activity_type_id": get_data_record(self.env, ACTIVITY_TOUGH_CONVERSATION).id,
                "res_model_id": self.env["ir.model"]._get_id(record._name),
                "res_id": record.id,
                "user_id": self.user_id.id,
                "date_deadline": self.date_deadline,
                "summary": self.summary or topics[self.topic],
                "client_conversation_topic": self.topic,
                "client_conversation_concern": self.concern,
            }
        )
        return tell(
            self.env._(
                "The conversation is planned: it is on the list of activities of %s.",
                self.user_id.name,
            )
        )
