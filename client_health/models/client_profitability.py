from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.profitability import margin
from .client_profitability_mixin import SUMS


class ClientProfitability(models.Model):
    """The ledger: what each client and each project brought in and cost, month by month.

    Nothing is typed in: the rows are made from posted documents and timesheets, see
    ``client.ledger.mixin``. Costs are positive, in company currency. A row without
    client is cost that no client can be charged with: see *Reconciliation*.
    """

    _name = "client.profitability"
    _inherit = ["client.ledger.mixin"]
    _description = "Client Profitability"
    _order = "date desc, id desc"
    _rec_name = "date"
    # Rows are never edited, and the columns would make the table a third larger.
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        string="Client",
        readonly=True,
        index=True,
        ondelete="set null",
        falsy_value_label="Unassigned",
    )
    project_id = fields.Many2one(
        "project.project",
        readonly=True,
        index=True,
        ondelete="set null",
        falsy_value_label="No project",
    )
    relationship_id = fields.Many2one(
        "client.relationship", readonly=True, index=True, ondelete="set null"
    )
    user_id = fields.Many2one(related="relationship_id.user_id", string="Salesperson")
    team_id = fields.Many2one(related="relationship_id.team_id", string="Sales Team")
    date = fields.Date(string="Month", required=True, readonly=True, help="First day of the month.")
    revenue = fields.Monetary(
        readonly=True,
        help="Posted customer invoices less credit notes, net of tax, by accounting date.",
    )
    labour_cost = fields.Monetary(
        readonly=True, help="Timesheets, at the hourly cost when the hours were entered."
    )
    other_cost = fields.Monetary(
        readonly=True, help="Vendor bills, expenses and manual analytic lines on projects."
    )
    margin = fields.Monetary(
        readonly=True,
        help="Revenue less labour and other cost. Hours without cost count as free, so check them "
        "first.",
    )
    margin_rate = fields.Float(
        string="Margin (%)",
        compute="_compute_rates",
        aggregator="avg",
        help="Margin in percent of revenue. Empty without revenue, and when more than 10 % of "
        "the hours have no cost.",
    )
    hours = fields.Float(readonly=True, help="Hours on timesheets.")
    billable_hours = fields.Float(
        readonly=True, help="Hours that a sales order or a fixed price pays for."
    )
    uncosted_hours = fields.Float(
        string="Hours without Cost",
        readonly=True,
        help="Hours of employees who had no hourly cost when the hours were entered.",
    )
    effective_rate = fields.Float(
        string="Effective Hourly Rate",
        compute="_compute_rates",
        aggregator="avg",
        help="Revenue less other cost, for one hour of work.",
    )

    @api.depends("date", "partner_id", "project_id")
    def _compute_display_name(self):
        for row in self:
            names = (row.partner_id.display_name, row.project_id.display_name)
            row.display_name = " · ".join([*filter(None, names), row.date.strftime("%Y-%m")])

    @api.depends("revenue", "labour_cost", "other_cost", "hours", "uncosted_hours")
    def _compute_rates(self):
        for row in self:
            sums = margin.Sums(*(row[name] for name in SUMS))
            row.margin_rate = margin.get_margin_rate(sums) or 0
            row.effective_rate = margin.get_effective_rate(sums) or 0

    def _read_group_select(self, aggregate_spec, query):
        """A rate of a group is that of its sums; what is not known is empty, not a number."""
        name, _sep, function = aggregate_spec.partition(":")
        if name in ("margin_rate", "effective_rate"):
            return self._get_group_figures(query)[name]
        expression = super()._read_group_select(aggregate_spec, query)
        if name == "margin" and function in ("sum", "sum_currency"):
            is_costed = self._get_group_figures(query)["is_costed"]
            return SQL("CASE WHEN %s THEN %s END", is_costed, expression)
        return expression

    def _get_group_figures(self, query):
        """Return ``margin.get_sql`` over the sums of a group."""
        columns = {name: self._field_to_sql(self._table, name, query) for name in SUMS}
        return margin.get_sql(
            {name: SQL("SUM(%s)::numeric", column) for name, column in columns.items()}
        )
