from odoo import api, fields, models
from odoo.fields import Domain

from ...engine.clock import get_closed_months, get_today


class ClientClosedMonthMixin(models.AbstractModel):
    """A row of one month of a company: whether it is among the last 12 that count.

    A search filter knows neither the closing lag of the company nor where its day begins.
    """

    _name = "client.closed.month.mixin"
    _description = "Month of a Company"

    in_last_year = fields.Boolean(
        string="In the Last 12 Full Months",
        compute="_compute_in_last_year",
        search="_search_in_last_year",
        help="The month is one of those that the figures of 12 months are of.",
    )

    @api.depends("date", "company_id")
    def _compute_in_last_year(self):
        for company, rows in self.grouped("company_id").items():
            start, end = get_closed_months(company, get_today(company))
            for row in rows:
                row.in_last_year = start <= row.date < end

    @api.model
    def _search_in_last_year(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain.FALSE
        for company in self.env.companies:
            start, end = get_closed_months(company, get_today(company))
            domain |= (
                Domain("company_id", "=", company.id)
                & Domain("date", ">=", start)
                & Domain("date", "<", end)
            )
        return domain
