from odoo import fields, models

from ..engine import scenario
from .client_profitability_mixin import MONEY_GROUP


class ResCompany(models.Model):
    _inherit = "res.company"

    client_setup_date = fields.Date(
        string="Clients Set Up On",
        readonly=True,
        help="Day of the first set-up. From then on new clients are added every night.",
    )
    client_setup_months = fields.Integer(
        string="Client Look-back (months)",
        default=12,
        help="A partner counts as a client when it has a posted invoice, a running project or a "
        "won opportunity within this many months.",
    )
    client_profitability_date = fields.Datetime(
        string="Profitability Rebuilt On",
        readonly=True,
        copy=False,
        groups="client_health.group_client_manager",
        help="When the profitability of all clients was last read from the documents.",
    )
    client_profitability_error = fields.Text(
        string="Profitability Error",
        readonly=True,
        copy=False,
        groups="client_health.group_client_manager",
        help="Why the last nightly rebuild of the profitability failed. Empty when it did not.",
    )
    client_fit_required = fields.Boolean(
        string="Fit Before Winning",
        help="An opportunity is won only when the answers on its tab Fit say that it is a fit.",
    )
    client_agreement_required = fields.Boolean(
        string="Agreement Before Winning",
        help="An opportunity is won only when the client accepted its working agreement.",
    )
    client_target_margin = fields.Float(
        string="Target Margin (%)",
        default=scenario.TARGET_MARGIN_RATE,
        digits=(5, 2),
        groups=MONEY_GROUP,
        help="The margin, in percent of revenue, that every client should reach. Agencies that "
        "price each client for 60 to 70 % keep 50 to 60 % as a whole (Parakeeto, Delivery Margin "
        "and Agency Fee Calculator; they measure it after costs that are passed on).",
    )

    _client_target_margin_range = models.Constraint(
        "CHECK (client_target_margin > 0 AND client_target_margin < 100)",
        "The target margin of clients must be more than 0 % and less than 100 %.",
    )
