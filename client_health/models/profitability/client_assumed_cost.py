from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ...engine.clock import get_today

PAST = relativedelta(years=2)


class ClientAssumedCost(models.Model):
    """What an hour of a person is assumed to have cost, for days of the past.

    Odoo gives an hour the cost that the employee has when it is entered, so hours that were entered
    before stay free. Here the ledger finds a cost for them, and says that it is assumed; the
    timesheets stay as they are, and those with a cost keep it.
    """

    _name = "client.assumed.cost"
    _description = "Assumed Cost"
    _inherit = ["client.protected.mixin", "client.optional.figures.mixin"]
    _order = "date_from desc, id desc"
    _rec_name = "employee_id"
    _figures = "assumed"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
        help="The company of the timesheets: a colleague may work for several.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    employee_id = fields.Many2one("hr.employee", required=True, index=True, ondelete="cascade")
    cost = fields.Monetary(
        string="Assumed Cost per Hour",
        required=True,
        help="What an hour cost you: salary, contributions and holidays of a year, divided by the "
        "hours of that year. Counts for hours without a cost of their own.",
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: get_today(self.env.company) - PAST,
        help="First day of the hours that it counts for.",
    )
    date_to = fields.Date(
        string="To",
        required=True,
        default=lambda self: get_today(self.env.company),
        help="Last day of the hours that it counts for. For later ones, enter the hourly cost of "
        "the employee.",
    )

    _cost_positive = models.Constraint("CHECK(cost > 0)", "An assumed cost must be above zero.")
    _dates_in_order = models.Constraint(
        "CHECK(date_from <= date_to)", "The first day cannot be after the last one."
    )
    # ranges of ids, because PostgreSQL compares no numbers here without an extension of its own
    _one_per_day = models.Constraint(
        "EXCLUDE USING gist (int4range(employee_id, employee_id, '[]') WITH &&,"
        " int4range(company_id, company_id, '[]') WITH &&,"
        " daterange(date_from, date_to, '[]') WITH &&)",
        "There is an assumed cost of this person for some of these days already.",
    )

    @api.model
    def _update_ledger(self, companies):
        """Rebuild what was built already: margins are known, or unknown again, at once."""
        # sudo: the ledger and the figures are written by our own methods alone
        Ledger = self.env["client.profitability"].sudo()
        for company in companies.sudo():
            if company.client_profitability_date:
                Ledger._rebuild(company)
