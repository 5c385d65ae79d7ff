from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine.clock import get_today


class ClientHealthPeriodMixin(models.AbstractModel):
    """What a person knows better than the health of a client, for a reason and a limited time.

    It applies from the day on which it is made. It is never edited: it is ended, and another may
    follow, so that the rows are its history. Each model says how far ahead ``date_end`` may be.
    """

    _name = "client.health.period.mixin"
    _description = "Judgement on the Health of a Client"
    _inherit = ["client.record.mixin"]

    reason = fields.Char(
        required=True, help="What you know and the records don't show. Visible to your colleagues."
    )
    date_start = fields.Date(
        string="From",
        required=True,
        readonly=True,
        default=lambda self: get_today(self.env.company),
        protected=True,
    )
    date_end = fields.Date(string="Until", required=True)
    date_ended = fields.Date(
        string="Ended Early On",
        readonly=True,
        copy=False,
        help="Date on which it was ended before its end date.",
        protected=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="By",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
        protected=True,
    )
    is_current = fields.Boolean(string="Applies Today", compute="_compute_is_current")

    @api.depends("date_start", "date_end", "date_ended")
    def _compute_is_current(self):
        for record in self:
            today = get_today(record.company_id or self.env.company)
            record.is_current = (
                not record.date_ended
                and record.date_start
                and record.date_end
                and record.date_start <= today <= record.date_end
            )

    @api.constrains("reason")
    def _check_reason(self):
        if any(not record.reason.strip() for record in self):
            raise ValidationError(self.env._("Please enter a reason."))

    @api.model_create_multi
    def create(self, vals_list):
        """Let it apply from today on. By whom and from when is protected."""
        records = super().create(vals_list)
        records._set_today("date_start")
        return records
