from odoo import api, fields, models
from odoo.fields import Domain

from ...const import MONEY_GROUP
from ...engine.clock import get_closed_months, get_today
from ...engine.profitability import margin

SUMS = margin.Sums._fields
# Models with figures that are shown only where a company uses them
OPTIONAL = ("client.overhead", "client.assumed.cost")
BANDS = [
    (margin.LOSS, "At a loss"),
    (margin.BREAK_EVEN, "Breaks even"),
    (margin.BELOW_TARGET, "Below target"),
    (margin.PROFIT, "On target"),
]
# Colours of text, by the two limits of the company: red, amber, green
BAND_CLASSES = {
    margin.LOSS: "text-danger fw-bold",
    margin.BREAK_EVEN: "text-danger",
    margin.BELOW_TARGET: "text-warning",
    margin.PROFIT: "text-success",
}


class ClientProfitabilityMixin(models.AbstractModel):
    """What a client or a project brought in over the last twelve full months.

    Summed from the ledger in one query, in the currency of the current company, and stored on the
    client alone. Every field carries the money group: portal users read each field without groups
    of their own partner and projects. Nothing is computed as superuser: users who read the ledger
    of their own clients get their figures, and "no data" for the others.

    An unknown margin is shown by ``client_margin_state``; the number is then 0 and views hide it. A
    model says with ``_get_ledger_field`` and ``_get_ledger_record`` which rows are its own.
    """

    _name = "client.profitability.mixin"
    _description = "Profitability of the Last Twelve Months"

    client_currency_id = fields.Many2one(
        "res.currency",
        string="Currency of the Figures",
        compute="_compute_client_currency_id",
        groups=MONEY_GROUP,
    )
    client_revenue = fields.Monetary(
        string="Revenue",
        compute="_compute_client_figures",
        currency_field="client_currency_id",
        groups=MONEY_GROUP,
        help="Income accounts of the general ledger, less what was written off, over the last 12 "
        "full months, by accounting date. Without what is passed through.",
    )
    client_labour_cost = fields.Monetary(
        string="Labour Cost",
        compute="_compute_client_figures",
        currency_field="client_currency_id",
        groups=MONEY_GROUP,
        help="Timesheets of the last 12 full months, at the hourly cost of each employee when "
        "the hours were entered, or at an assumed one.",
    )
    client_other_cost = fields.Monetary(
        string="Other Cost",
        compute="_compute_client_figures",
        currency_field="client_currency_id",
        groups=MONEY_GROUP,
        help="Expenses and manual analytic lines on the projects, over the last 12 full months, "
        "as in the books.",
    )
    client_cost = fields.Monetary(
        string="Cost",
        compute="_compute_client_figures",
        currency_field="client_currency_id",
        groups=MONEY_GROUP,
        help="Labour cost and other cost of the last 12 full months.",
    )
    client_margin = fields.Monetary(
        string="Margin",
        compute="_compute_client_figures",
        currency_field="client_currency_id",
        groups=MONEY_GROUP,
        help="Revenue less cost of the last 12 full months. Unknown when more than 10 % of the "
        "hours have no cost.",
    )
    client_margin_rate = fields.Float(
        string="Margin (%)",
        compute="_compute_client_figures",
        digits=(16, 2),
        aggregator=None,
        groups=MONEY_GROUP,
        help="Margin in percent of revenue, over the last 12 full months.",
    )
    client_margin_state = fields.Selection(
        [
            ("known", "Known"),
            ("no_revenue", "Nothing invoiced"),
            ("unknown", "Unknown: hours without cost"),
            ("empty", "No data"),
        ],
        string="Margin Status",
        compute="_compute_client_figures",
        groups=MONEY_GROUP,
        help="Whether the margin of the last 12 full months is known. It is unknown when more "
        "than 10 % of the hours have no cost: please set an hourly cost for these employees.",
    )
    client_margin_band = fields.Selection(
        BANDS,
        string="Result",
        compute="_compute_client_figures",
        groups=MONEY_GROUP,
        help="At a loss: negative margin. Breaks even: up to the break-even margin of the company. "
        "On target: its target margin or more. Both limits are in the settings. Empty when the "
        "margin is unknown.",
    )
    client_hours = fields.Float(
        string="Hours",
        compute="_compute_client_figures",
        groups=MONEY_GROUP,
        help="Hours on timesheets over the last 12 full months.",
    )
    client_billable_hours = fields.Float(
        string="Billable Hours",
        compute="_compute_client_figures",
        groups=MONEY_GROUP,
        help="Hours of the last 12 full months that a sales order or a fixed price pays for.",
    )
    client_uncosted_hours = fields.Float(
        string="Hours without Cost",
        compute="_compute_client_figures",
        groups=MONEY_GROUP,
        help="Hours of the last 12 full months by employees who had no hourly cost when the "
        "hours were entered.",
    )
    client_assumed_hours = fields.Float(
        string="Hours at an Assumed Cost",
        compute="_compute_client_figures",
        groups=MONEY_GROUP,
        help="Hours of the last 12 full months that had no cost, and count at the cost assumed "
        "for the employee. Part of the labour cost and of the margin.",
    )
    client_assumed_share = fields.Float(
        string="Hours at an Assumed Cost (%)",
        compute="_compute_client_assumed_share",
        digits=(16, 0),
        aggregator=None,
        groups=MONEY_GROUP,
        help="So many of the hours of the last 12 full months have an assumed cost.",
    )
    client_effective_rate = fields.Monetary(
        string="Effective Hourly Rate",
        compute="_compute_client_figures",
        currency_field="client_currency_id",
        aggregator=None,
        groups=MONEY_GROUP,
        help="Income per hour of work: revenue less other cost, divided by all hours of the last "
        "12 full months, billable or not.",
    )

    client_overhead = fields.Monetary(
        string="Overhead",
        compute="_compute_client_figures",
        currency_field="client_currency_id",
        groups=MONEY_GROUP,
        help="Hours of the last 12 full months at the company's overhead per hour. Not part of "
        "cost.",
    )
    client_margin_after_overhead = fields.Monetary(
        string="Margin after Overhead",
        compute="_compute_client_figures",
        currency_field="client_currency_id",
        groups=MONEY_GROUP,
        help="Margin less overhead, over the last 12 full months. Clients are judged by the margin "
        "before overhead.",
    )

    @api.model
    def _get_ledger_field(self):
        """Return the field of the ledger that points at this model's records."""
        raise NotImplementedError

    def _get_ledger_record(self):
        """Return the record whose rows in the ledger are meant: itself, unless overridden."""
        return self

    def _get_ledger_records(self):
        """Return the records of the ledger that are meant by these records."""
        records = [record._get_ledger_record()._origin for record in self]
        return records[0].union(*records) if records else self

    @api.depends_context("company")
    def _compute_client_currency_id(self):
        self.client_currency_id = self.env.company.currency_id

    @api.depends("client_hours", "client_assumed_hours")
    def _compute_client_assumed_share(self):
        for record in self:
            hours = record.client_hours
            record.client_assumed_share = hours and 100 * record.client_assumed_hours / hours

    @api.depends_context("company", "allowed_company_ids", "uid")
    def _compute_client_figures(self):
        sums = self._get_ledger_sums()
        for record in self:
            record.update(self._prepare_figures(sums.get(record._get_ledger_record()._origin.id)))

    @api.model
    def _get_ledger_domain(self):
        """Return the domain of the rows that count: current company, last 12 full months."""
        start, end = get_closed_months(self.env.company, get_today(self.env.company))
        return [
            ("company_id", "=", self.env.company.id),
            ("date", ">=", start),
            ("date", "<", end),
        ]

    def _get_ledger_sums(self):
        """Return {id of the record in the ledger: margin.Sums}, in one query."""
        field = self._get_ledger_field()
        ids = self._get_ledger_records().ids
        groups = self.env["client.profitability"]._read_group(
            [*self._get_ledger_domain(), (field, "in", ids)],
            [field],
            [f"{name}:sum" for name in SUMS],
        )
        return {record.id: margin.Sums(*sums) for record, *sums in groups}

    @api.model
    def _prepare_figures(self, sums):
        """Return the values of the figures for ``sums``; None: no rows."""
        sums = sums or margin.Sums()
        band = margin.get_band(sums, self.env.company._get_margin_limits())
        return {
            "client_revenue": sums.revenue,
            "client_labour_cost": sums.labour_cost,
            "client_other_cost": sums.other_cost,
            "client_cost": sums.cost,
            "client_margin": sums.margin if band else 0,
            "client_margin_rate": margin.get_margin_rate(sums) or 0,
            "client_margin_state": margin.get_state(sums),
            "client_margin_band": band,
            "client_hours": sums.hours,
            "client_billable_hours": sums.billable_hours,
            "client_uncosted_hours": sums.uncosted_hours,
            "client_assumed_hours": sums.assumed_hours,
            "client_effective_rate": margin.get_effective_rate(sums) or 0,
            "client_overhead": sums.overhead,
            "client_margin_after_overhead": sums.margin_after_overhead if band else 0,
        }

    def action_view_profitability(self):
        """Open the rows of the ledger behind the figures."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_profitability_action"
        )
        domain = [(self._get_ledger_field(), "in", self._get_ledger_records().ids)]
        return dict(
            action,
            domain=domain,
            context={"search_default_last_year": 1},  # not the largest clients of the menu
            display_name=self.env._("Profitability"),
        )


class ClientOptionalFiguresMixin(models.AbstractModel):
    """What adds figures to the money of clients, where a company has some of it.

    ``_figures``: part of the names of these figures, in every list and pivot. Whatever changes,
    ``_update_ledger(companies)`` brings the ledger up to date at once.
    """

    _name = "client.optional.figures.mixin"
    _description = "Figures that only some Companies have"
    _figures = None

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self._update_ledger(records.company_id)
        return records

    def write(self, vals):
        companies = self.company_id
        result = super().write(vals)
        self._update_ledger(companies | self.company_id)
        return result

    def unlink(self):
        companies = self.company_id
        result = super().unlink()
        self._update_ledger(companies)
        return result

    @api.model
    def _update_ledger(self, companies):
        """Write the figures of these companies anew: each model does it its own way."""

    @api.model
    def _is_used(self):
        """Return whether one of the user's companies has some: else no list shows its figures."""
        # sudo: whether there is one, for users who may see money
        return bool(
            self.sudo().search_count([("company_id", "in", self.env.companies.ids)], limit=1)
        )

    @api.model
    def _hide_unused(self, arch):
        """Take the figures out of a view where no company has any."""
        if not self._is_used():
            for node in arch.xpath(f"//field[contains(@name, '{self._figures}')]"):
                node.getparent().remove(node)


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
