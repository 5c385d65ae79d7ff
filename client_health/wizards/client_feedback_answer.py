from odoo import api, fields, models
from odoo.tools import html2plaintext

from ..engine.clock import get_now
from ..engine.correspondence import waiting
from ..models.common.client_protected_mixin import once


class ClientFeedbackAnswer(models.TransientModel):
    """Asks what we answered and when; the rules are in ``client.feedback``."""

    _name = "client.feedback.answer"
    _description = "Answer to Feedback"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "feedback_ids"

    feedback_ids = fields.Many2many("client.feedback", required=True)
    said = fields.Text(
        string="What Was Said", compute="_compute_said", help="All of it, as it was recorded."
    )
    answer = fields.Text(string="Our Answer", required=True)
    date = fields.Datetime(string="When", required=True, default=fields.Datetime.now)
    resolved = fields.Boolean(help="Nothing is left to do, and the client has been informed.")

    @api.model
    def default_get(self, fields_list):
        """Propose the answer that stands in the discussion already."""
        values = super().default_get(fields_list)
        feedback = self.env["client.feedback"].browse(self.env.context.get("default_feedback_ids"))
        found = waiting.read_answers(self.env, feedback.message_id.ids, get_now())
        if len(feedback) == 1 and found:
            moment, _partner_id, message_id = found[feedback.message_id.id]
            message = self.env["mail.message"].browse(message_id)
            if message.has_access("read"):
                values.update(date=moment, answer=html2plaintext(message.body or ""))
        return values

    @api.depends("feedback_ids")
    def _compute_said(self):
        for wizard in self:
            wizard.said = "\n\n".join(
                self.env._("%(who)s: %(text)s", who=one.contact_id.name, text=one.text)
                if one.contact_id
                else one.text
                for one in wizard.feedback_ids.sorted("date")
            )

    @once
    def action_save(self):
        self.ensure_one()
        if self.resolved:
            self.feedback_ids._set_resolved(self.answer, self.date)
        else:
            self.feedback_ids._set_answered(self.answer, self.date)
        return {"type": "ir.actions.act_window_close"}
