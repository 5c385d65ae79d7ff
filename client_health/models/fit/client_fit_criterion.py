from odoo import api, fields, models
from odoo.exceptions import UserError

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
