from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine import fit

RED_FLAG = "red_flag"


class ClientFitCriterion(models.Model):
    """A question to ask before a prospect becomes a client, and again later.

    A firm edits, adds and archives them. How the answers count is in ``engine/fit.py``.
    """

    _name = "client.fit.criterion"
    _description = "Fit Question"
    _inherit = ["client.protected.mixin"]
    _order = "sequence, id"

    name = fields.Char(string="Question", required=True, translate=True)
    section = fields.Selection(
        [
            ("understanding", "Do they understand us?"),
            ("same_page", "Are we on the same page?"),
            ("same_goals", "Do we want the same?"),
            ("money", "Is it all about money?"),
            (RED_FLAG, "Red flags"),
        ],
        required=True,
        default="understanding",
        help="For a red flag, “Yes” is the bad answer; for any other question, “No”.",
    )
    sequence = fields.Integer(default=10)
    hint = fields.Char(translate=True, help="How to find out: what to look for, or what to ask.")
    weight = fields.Float(
        default=1, aggregator=None, help="Weight of this question compared with the others."
    )
    deal_breaker = fields.Boolean(
        help="A bad answer means “not a fit”, however good the others are. “Partly” is not bad "
        "enough."
    )
    active = fields.Boolean(default=True)
    seen_count = fields.Integer(
        string="Seen Before Signing",
        compute="_compute_seen",
        help="Number of clients with this red flag before signing.",
    )
    came_true_count = fields.Integer(
        string="Came True",
        compute="_compute_seen",
        help="Number of these clients for which it came true later. It shows which flags matter.",
    )

    _weight_check = models.Constraint(
        "CHECK(weight >= 0)", "The weight of a question cannot be negative."
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_seen(self):
        groups = self.env["client.fit.answer"]._read_group(
            [("criterion_id", "in", self.ids), ("flagged", "=", True), ("round_id", "!=", False)],
            ["criterion_id"],
            ["__count", "date_came_true:count"],
        )
        counts = {criterion.id: (seen, true) for criterion, seen, true in groups}
        for criterion in self:
            criterion.seen_count, criterion.came_true_count = counts.get(criterion.id, (0, 0))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        # sudo: whether there is any answer; nothing is read
        answers = self.env["client.fit.answer"].sudo()
        if answers.search_count([("criterion_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "This question has answers and cannot be deleted. Please archive it instead: "
                    "it will no longer be asked."
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        criteria = super().create(vals_list)
        self._refresh_open_fit()
        return criteria

    def write(self, vals):
        result = super().write(vals)
        if not {"active", "weight", "section", "deal_breaker"}.isdisjoint(vals):
            self._refresh_open_fit()
        return result

    @api.model
    def _get_asked(self):
        """Return the questions that are asked today, in the order of the form."""
        return self.search([("active", "=", True)])._in_sections()

    def _in_sections(self):
        """Return the same questions, section by section."""
        sections = [key for key, _label in self._fields["section"].selection]
        return self.sorted(
            lambda criterion: (sections.index(criterion.section), criterion.sequence, criterion.id)
        )

    @api.model
    def _refresh_open_fit(self):
        """Judge again what is not decided yet. What was signed or lost stays as it was judged."""
        # sudo: the questions belong to the firm, not to the opportunity
        leads = (
            self.env["crm.lead"]
            .sudo()
            .search([("fit_answer_ids", "!=", False), ("won_status", "=", "pending")])
        )
        rounds = self.env["client.fit.round"].sudo().search([("fit_state", "=", "unknown")])
        for records in (leads, rounds):
            for fname in ("fit_state", "fit_known", "fit_red_flags"):
                self.env.add_to_compute(records._fields[fname], records)


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
