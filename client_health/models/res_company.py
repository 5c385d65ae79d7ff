from odoo import fields, models


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
