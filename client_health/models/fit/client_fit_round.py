from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...engine.clock import get_today

BEFORE_SIGNING = "before_signing"


class ClientFitRound(models.Model):
    """The fit questions, asked once about one client: before signing, and again later.

    Winning an opportunity makes the round *before signing* from its answers, and locks it.
    """

    _name = "client.fit.round"
    _description = "Fit Round"
    _inherit = ["client.record.mixin", "client.fit.mixin"]
    _order = "date desc, id desc"

    fit_answer_ids = fields.One2many(inverse_name="round_id")
    fit_waiver = fields.Text(readonly=True, protected=True)
    flag_ids = fields.One2many(
        "client.fit.answer",
        "round_id",
        string="Red Flags Seen",
        domain=[("flagged", "=", True)],
        help="When one of them comes true, enter the date. It shows which flags matter.",
    )
    reason = fields.Selection(
        [
            (BEFORE_SIGNING, "Before signing"),
            ("reboot", "Reboot"),
            ("expectation", "Expectation changed"),
            ("check", "Regular check"),
            ("returned", "Came back"),
        ],
        required=True,
        default="check",
    )
    date = fields.Date(
        required=True,
        readonly=True,
        default=lambda self: get_today(self.env.company),
        protected=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Asked By",
        readonly=True,
        default=lambda self: self.env.user,
        index=True,
        protected=True,
    )
    lead_id = fields.Many2one(
        "crm.lead",
        string="Opportunity",
        index=True,
        ondelete="set null",
        readonly=True,
        check_company=True,
        protected=True,
    )

    @api.depends("reason", "date")
    def _compute_display_name(self):
        reasons = dict(self._fields["reason"]._description_selection(self.env))
        for fit_round in self:
            parts = [reasons.get(fit_round.reason), format_date(self.env, fit_round.date)]
            fit_round.display_name = ", ".join(part for part in parts if part)

    @api.model_create_multi
    def create(self, vals_list):
        rounds = super().create(vals_list)
        rounds._check_not_signed()
        return rounds

    def write(self, vals):
        if set(vals) - {"flag_ids"}:
            self._check_not_signed()
        result = super().write(vals)
        if "reason" in vals:
            self._check_not_signed()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        self._check_not_signed()

    def _check_not_signed(self):
        """The round before signing is made by winning; it and its answers stay as they are, for a
        later comparison.
        """
        if not self.env.su and any(one.reason == BEFORE_SIGNING for one in self):
            raise UserError(
                self.env._(
                    "Answers from before signing are taken from the won opportunity and cannot be "
                    "changed. Please start a new round, and compare."
                )
            )

    def _get_fit_criteria(self, asked):
        """A question that was answered then and is archived now is still shown and counted."""
        return (asked | self.fit_answer_ids.criterion_id)._in_sections()

    def _get_fit_columns(self):
        """Compare with the answers before signing, and with the round before this one."""
        earlier = self.search(
            [("relationship_id", "in", self.relationship_id.ids)], order="date, id"
        )
        by_client = earlier.grouped("relationship_id")
        return {
            one: one._get_compared(by_client.get(one.relationship_id, self.browse()))
            for one in self
        }

    def _get_compared(self, rounds):
        """Return the round before signing and the last one before this, the oldest first."""
        self.ensure_one()
        mine = self._origin
        older = rounds.filtered(
            lambda one: one != mine and (one.date, one.id) < (self.date, mine.id or float("inf"))
        )
        return older.filtered(lambda one: one.reason == BEFORE_SIGNING)[:1] | older[-1:]

    def _prepare_fit_column(self):
        return {
            "title": dict(self._fields["reason"]._description_selection(self.env))[self.reason],
            "date": format_date(self.env, self.date),
            "state": self.fit_state,
            "answers": self.fit_progress,
        }
