from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

GREEN = 4
DAYS = 30
DAYS_NOT_GREEN = 14


class ClientPulse(models.Model):
    """How we feel about a client, from 1 to 5, in the judgement of who looks after it.

    A judgement goes stale: it counts until ``date_end``, sooner when it is not green. Nobody
    changes one afterwards, whoever thinks differently gives a new one. So the rows are the
    history of the judgement as well.
    """

    _name = "client.pulse"
    _inherit = ["client.child.mixin"]
    _description = "Client Pulse"
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
    )
    date = fields.Date(required=True, readonly=True, default=fields.Date.context_today, index=True)
    date_end = fields.Date(
        string="Counts Until",
        compute="_compute_date_end",
        store=True,
        help="A judgement goes stale: green ones after 30 days, others after 14. Then it is "
        "unknown again, until somebody gives a new one.",
    )
    value = fields.Selection(
        [
            ("1", "1 – we are losing them"),
            ("2", "2 – it does not go well"),
            ("3", "3 – mixed"),
            ("4", "4 – good"),
            ("5", "5 – could not be better"),
        ],
        string="Pulse",
        required=True,
        help="Your own judgement, whatever the figures say. Below 4 it needs a word on why.",
    )
    comment = fields.Text(string="Why", help="What makes you think so? A colleague will read it.")

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
                raise ValidationError(
                    self.env._("Why is it not good? A pulse below 4 needs a word on it.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Everybody judges for himself, and today: neither for others nor after the fact."""
        if not self.env.su:
            today = fields.Date.context_today(self)
            own = {"user_id": self.env.uid, "date": today}
            vals_list = [{**vals, **own} for vals in vals_list]
        pulses = super().create(vals_list)
        pulses.relationship_id._close_pulse_reminders()
        return pulses
