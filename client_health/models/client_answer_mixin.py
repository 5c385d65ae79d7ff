from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from ..engine.correspondence import waiting

# Kinds of feedback that need an answer
TO_ANSWER = ("complaint", "concern")
ANSWER_FIELDS = frozenset(
    (
        "state",
        "answered_date",
        "answered_by_id",
        "answer",
        "resolved_date",
        "resolved_by_id",
        "resolution",
    )
)


class ClientAnswerMixin(models.AbstractModel):
    """When a complaint or concern was answered and resolved, by whom, and in which words.

    Never typed in: it is recorded by the methods here, or found in the discussion. The model
    has the kind, the date and the message of the feedback, and names ANSWER_FIELDS among its
    evidence.
    """

    _name = "client.answer.mixin"
    _description = "Answer to a Complaint"

    state = fields.Selection(
        [
            ("noted", "Noted"),
            ("open", "To answer"),
            ("answered", "Answered"),
            ("resolved", "Resolved"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
        tracking=True,
        help="Complaints and concerns need an answer and a resolution; other feedback is only "
        "noted.",
    )
    answered_date = fields.Datetime(string="First Answer", readonly=True, copy=False)
    answered_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    answer = fields.Text(string="Our Answer", readonly=True, copy=False)
    resolved_date = fields.Datetime(string="Resolved On", readonly=True, copy=False)
    resolved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    resolution = fields.Text(string="Resolution", readonly=True, copy=False)

    @api.depends("kind", "answered_date", "resolved_date")
    def _compute_state(self):
        for feedback in self:
            if feedback.kind not in TO_ANSWER:
                feedback.state = "noted"
            elif feedback.resolved_date:
                feedback.state = "resolved"
            else:
                feedback.state = "answered" if feedback.answered_date else "open"

    def action_answer(self):
        return self._ask_answer()

    def action_resolve(self):
        return self._ask_answer(default_resolved=True)

    def _ask_answer(self, **context):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_feedback_answer_action"
        )
        return dict(action, context={"default_feedback_ids": self.ids, **context})

    def _set_answered(self, answer, moment=None, user=None):
        """Record our first answer; later ones don't change when we answered first."""
        moment = moment or fields.Datetime.now()
        self.check_access("write")
        self._check_moment(moment)
        # sudo: evidence fields; the caller may write the lines, checked above
        self.sudo().filtered(lambda feedback: not feedback.answered_date).write(
            {
                "answered_date": moment,
                "answered_by_id": (user or self.env.user).id,
                "answer": answer,
            }
        )

    def _set_resolved(self, resolution, moment=None):
        moment = moment or fields.Datetime.now()
        self._set_answered(resolution, moment)
        # sudo: evidence fields; _set_answered checked that the caller may write the lines
        self.sudo().filtered(lambda feedback: not feedback.resolved_date).write(
            {
                "resolved_date": moment,
                "resolved_by_id": self.env.user.id,
                "resolution": resolution,
            }
        )

    def _check_moment(self, moment):
        if moment > fields.Datetime.now():
            raise UserError(self.env._("The date of an answer cannot be in the future."))
        if any(moment < feedback.date for feedback in self):
            raise UserError(self.env._("An answer cannot be older than its feedback."))
        if any(feedback.kind not in TO_ANSWER for feedback in self):
            raise UserError(self.env._("Only complaints and concerns need an answer."))

    def _find_answers(self):
        """Look whether what came in a message was answered in its discussion meanwhile."""
        messages = self.message_id
        answers = waiting.read_answers(self.env, messages.ids, waiting.get_now())
        # sudo: names and texts of our own answers to messages that the lines were made of
        users = self.env["res.users"].sudo().with_context(active_test=False)
        partners = [partner_id for _moment, partner_id, _message in answers.values()]
        by_partner = users.search([("partner_id", "in", partners)]).grouped("partner_id")
        by_partner = {partner.id: user[:1] for partner, user in by_partner.items()}
        for feedback in self.filtered(lambda line: line.message_id.id in answers):
            moment, partner_id, message_id = answers[feedback.message_id.id]
            body = messages.sudo().browse(message_id).body
            feedback._set_answered(
                html2plaintext(body or ""),
                max(moment, feedback.date),
                by_partner.get(partner_id),
            )

    @api.model
    def _cron_find_answers(self):
        self.search([("state", "=", "open"), ("message_id", "!=", False)])._find_answers()
