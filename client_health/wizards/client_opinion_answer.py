from odoo import fields, models

from ..models.common.client_protected_mixin import once
from ..models.feedback.client_feedback import RATINGS
from ..tools import tell


class ClientOpinionAnswer(models.TransientModel):
    """A colleague's answer to a question about a client; recorded by ``mail.activity``."""

    _name = "client.opinion.answer"
    _description = "Answer about a Client"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "activity_id"

    activity_id = fields.Many2one("mail.activity", required=True, ondelete="cascade")
    question = fields.Char(related="activity_id.summary", related_sudo=False)
    client = fields.Char(related="activity_id.res_name", related_sudo=False)
    text = fields.Text(string="Your Answer", required=True)
    rating = fields.Selection(
        RATINGS,
        string="How Is It Going",
        help="How happy the client is with us, in your view. Leave it empty if you don't know.",
    )
    strain = fields.Selection(
        lambda self: self.env["client.feedback"]._fields["strain"].selection,
        string="How Demanding",
        help="How demanding this client is for you. Leave it empty if you prefer not to answer.",
    )

    @once
    def action_save(self):
        self.ensure_one()
        self.activity_id._answer_opinion(self.text, self.rating, self.strain)
        return tell(self.env._("Thank you. Your answer is in the feedback log of the client."))
