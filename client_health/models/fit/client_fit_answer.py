from odoo import api, fields, models

from ...engine import fit
from .client_fit_criterion import RED_FLAG


class ClientFitAnswer(models.Model):
    """The answer to one fit question, of an opportunity or of a round with a client.

    A question without an answer has no row: rows come from ``fit_sheet`` of ``client.fit.mixin``.
    "Don't know" is an answer that counts like none.
    """

    _name = "client.fit.answer"
    _description = "Fit Answer"
    _inherit = ["client.attached.mixin", "client.protected.mixin", "client.readable.links.mixin"]
    _rec_name = "criterion_id"
    _order = "criterion_id, id"

    criterion_id = fields.Many2one(
        "client.fit.criterion", string="Question", required=True, index=True, ondelete="restrict"
    )
    lead_id = fields.Many2one("crm.lead", string="Opportunity", index=True, ondelete="cascade")
    round_id = fields.Many2one("client.fit.round", index=True, ondelete="cascade")
    answer = fields.Selection(
        [("yes", "Yes"), ("partly", "Partly"), ("no", "No"), ("unknown", "Don't know")],
        required=True,
    )
    flagged = fields.Boolean(
        string="Red Flag",
        compute="_compute_flagged",
        store=True,
        help="A red flag that was seen, in part or in full.",
    )
    date_came_true = fields.Date(
        string="Came True On",
        copy=False,
        help="Date on which this red flag proved right. Empty: not so far.",
    )
    relationship_id = fields.Many2one(related="round_id.relationship_id", string="Client")

    _subject_check = models.Constraint(
        "CHECK((lead_id IS NULL) != (round_id IS NULL))",
        "An answer belongs to an opportunity or to a round with a client.",
    )
    _lead_criterion_uniq = models.Constraint(
        "UNIQUE(lead_id, criterion_id)",
        "Another user has just answered this question. Please reload the page.",
    )
    _round_criterion_uniq = models.Constraint(
        "UNIQUE(round_id, criterion_id)",
        "Another user has just answered this question. Please reload the page.",
    )

    @api.depends("answer", "criterion_id.section")
    def _compute_flagged(self):
        for line in self:
            answer = line._get_fit_answer()
            line.flagged = bool(answer) and fit.is_raised(answer)

    @api.model_create_multi
    def create(self, vals_list):
        answers = super().create(vals_list)
        answers.round_id._check_not_signed()
        return answers

    def write(self, vals):
        if set(vals) - {"date_came_true"}:
            self.round_id._check_not_signed()
        result = super().write(vals)
        if "round_id" in vals:
            self.round_id._check_not_signed()
        return result

    @api.model
    def _get_holder_fields(self):
        return {"round_id", "lead_id"}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        self.round_id._check_not_signed()

    def _get_fit_answer(self):
        """Return the answer as ``engine.fit`` takes it."""
        self.ensure_one()
        return self.criterion_id and fit.Answer(
            self.answer,
            self.criterion_id.weight,
            self.criterion_id.section == RED_FLAG,
            self.criterion_id.deal_breaker,
        )
