from odoo import fields, models
from odoo.exceptions import UserError


class MailActivity(models.Model):
    _name = "mail.activity"
    _inherit = ["mail.activity", "client.talk.mixin"]

    client_stage_id = fields.Many2one(
        "client.relationship.stage",
        string="Scheduled by Client Stage",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        help="The client stage whose plan scheduled this activity. It is cancelled if the client "
        "leaves that stage before it is done.",
    )

    def action_answer_opinion(self):
        """Open the small form in which colleagues give their opinion about a client."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_opinion_answer_action"
        )
        return dict(action, context={"default_activity_id": self.id})

    def _answer_opinion(self, text, rating=False, wear=False):
        """Answer one's own question about a client: keep the words, and mark it done."""
        self.ensure_one()
        if not self._is_own_question():
            raise UserError(
                self.env._("This question is not for you, or it has already been answered.")
            )
        self._log_opinion(text, rating, wear)
        self.with_context(client_opinion_logged=True).action_feedback(feedback=text)

    def _action_done(self, feedback=False, attachment_ids=None):
        """What is written into Odoo's own "Mark Done" counts as well: answers and conversations."""
        if feedback and not self.env.context.get("client_opinion_logged"):
            for question in self.filtered(lambda activity: activity._is_own_question()):
                question._log_opinion(feedback)
        if feedback and not self.env.context.get("client_talk_noted"):
            for talk in self.filtered(lambda activity: activity.active):
                if talk._is_client_talk():
                    talk._note_talk(feedback)
        return super()._action_done(feedback=feedback, attachment_ids=attachment_ids)

    def _is_own_question(self):
        """Return whether a colleague asked the current user this, and still waits."""
        return (
            self.active
            and self.user_id == self.env.user
            and self.activity_category == "client_opinion"
            and self.res_model == "client.relationship"
        )

    def _log_opinion(self, text, rating=False, wear=False):
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
                "wear": wear,
            }
        )
