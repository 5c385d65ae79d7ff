from odoo import api, fields, models

from ...engine.profitability import overhead


class ClientOverhead(models.Model):
    """What an hour of work has to bear besides its own cost, from a day on.

    It makes a second margin, beside the first one that clients are judged by. A change counts for
    every month from its date to the next one's, past ones as well.
    """

    _name = "client.overhead"
    _description = "Overhead per Hour"
    _inherit = ["client.protected.mixin", "client.optional.figures.mixin"]
    _order = "date desc, id desc"
    _rec_name = "date"
    _figures = "overhead"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(
        string="From",
        required=True,
        help="It counts from the first month that begins on this day or later.",
    )
    rate = fields.Monetary(
        string="Overhead per Hour",
        required=True,
        help="Rent, tools, management and everything else that no project pays for, for one hour "
        "on a timesheet: the cost of a year, divided by the hours of that year.",
    )

    _company_date_unique = models.Constraint(
        "UNIQUE(company_id, date)", "There is an overhead from this day on already."
    )
    _rate_not_negative = models.Constraint(
        "CHECK(rate >= 0)", "The overhead per hour cannot be negative."
    )

    @api.model
    def _update_ledger(self, companies):
        """Write the overhead of every month, and what follows from it, at once."""
        # sudo: the ledger and the figures are written by our own methods alone
        Ledger = self.env["client.profitability"].sudo()
        self.env.flush_all()
        for company in companies.sudo():
            Ledger._lock(company)
            self.env.cr.execute(overhead.update_ledger(company.id))
            Ledger._refresh_figures(company)
        Ledger.invalidate_model(["overhead", "margin_after_overhead"], flush=False)
