from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine.clock import get_today

GREEN = 4
DAYS = 30
DAYS_NOT_GREEN = 14


class ClientPulse(models.Model):
    """How the colleagues in charge judge a client, from 1 to 5.

    Users judge in their own name, and today: neither for others nor after the fact. A judgement
    counts until ``date_end``, which comes sooner when it is not green. It is never edited: a new
    opinion is a new pulse, so the rows are its history.
    """

    _name = "client.pulse"
    _description = "Client Pulse"
    _inherit = ["client.record.mixin"]
    _order = "date desc, id desc"
    _rec_name = "value"

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
    date = fields.Date(
        required=True,
        readonly=True,
        default=lambda self: get_today(self.env.company),
        index=True,
        protected=True,
    )
    date_end = fields.Date(
        string="Valid Until",
        compute="_compute_date_end",
        store=True,
        help="A pulse expires: after 30 days if it is green, after 14 days otherwise. Then it is "
        "unknown until a new one is entered.",
    )
    value = fields.Selection(
        [
            ("1", "1 – we are losing them"),
            ("2", "2 – not going well"),
            ("3", "3 – mixed"),
            ("4", "4 – good"),
            ("5", "5 – could not be better"),
        ],
        string="Pulse",
        required=True,
        help="Your own judgement, independent of the figures. Below 4, please enter a reason.",
    )
    comment = fields.Text(
        string="Reason", help="Reason for your judgement. Visible to your colleagues."
    )

    @api.depends("date", "value")
    def _compute_date_end(self):
        for pulse in self:
            green = pulse.value and int(pulse.value) >= GREEN
            days = DAYS if green else DAYS_NOT_GREEN
            pulse.date_end = pulse.date and pulse.date + timedelta(days=days)

    @api.constrains("value", "comment")
    def _check_comment(self):
        for pulse in self:
            if int(pulse.value) < GREEN and not (pulse.comment or "").strip():
                raise ValidationError(self.env._("A pulse below 4 needs a reason."))

    @api.model_create_multi
    def create(self, vals_list):
        pulses = super().create(vals_list)
        pulses._set_today("date")
        pulses.relationship_id._close_pulse_reminders()
        return pulses
