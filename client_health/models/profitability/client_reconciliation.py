from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ...engine.profitability import reconciliation


class ClientReconciliation(models.Model):
    """The books beside the ledger, for every company and month, at this moment.

    No table: the query runs when the list is opened. A difference means that documents changed
    since the last rebuild; after a rebuild there is none.
    """

    _name = "client.reconciliation"
    _description = "Reconciliation of the Client Profitability"
    _inherit = ["client.protected.mixin", "client.closed.month.mixin"]
    _auto = False
    _order = "date desc, company_id"
    _rec_name = "date"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(string="First Day", readonly=True)
    month = fields.Char(compute="_compute_month")
    revenue_books = fields.Monetary(
        string="Income: Profit and Loss",
        readonly=True,
        help="All posted journal items on accounts of income and other income.",
    )
    other_income = fields.Monetary(
        readonly=True,
        help="Of this: other income, and gains of exchange rates. No revenue of clients.",
    )
    pass_through = fields.Monetary(
        string="Passed Through", readonly=True, help="Of this: on pass-through accounts."
    )
    written_off = fields.Monetary(
        readonly=True,
        help="Bad debts, write-offs and discounts on other accounts: they lower the revenue "
        "of the client, so they are negative.",
    )
    revenue_ledger = fields.Monetary(string="Revenue: Profitability", readonly=True)
    unassigned_revenue = fields.Monetary(
        readonly=True, help="Revenue that cannot be assigned to a client. See Findings."
    )
    labour_cost_books = fields.Monetary(
        string="Labour: Timesheets", readonly=True, help="Cost of all timesheets."
    )
    labour_cost_ledger = fields.Monetary(string="Labour: Profitability", readonly=True)
    other_cost_books = fields.Monetary(
        string="Other Cost: Analytic Items",
        readonly=True,
        help="Analytic items of expense accounts and manual ones, on accounts of projects' plans.",
    )
    other_cost_ledger = fields.Monetary(string="Other Cost: Profitability", readonly=True)
    difference = fields.Monetary(
        readonly=True,
        help="Sum of the three differences, whatever their sign. Documents that changed since "
        "the last rebuild; a rebuild brings it to zero.",
    )
    unassigned = fields.Monetary(
        string="Unassigned Cost",
        readonly=True,
        help="Cost that cannot be assigned to a client. See Findings for the records to correct.",
    )
    rebuilt_on = fields.Datetime(
        related="company_id.client_profitability_date", related_sudo=True, string="Rebuilt On"
    )
    error = fields.Text(
        related="company_id.client_profitability_error",
        related_sudo=True,
        string="Error of the Last Rebuild",
    )

    @api.depends("date")
    @api.depends_context("lang")
    def _compute_month(self):
        for row in self:
            row.month = format_date(self.env, row.date, date_format="MMM yyyy")

    @property
    def _table_query(self):
        # sudo: units and plans, no record of a client
        sources = self.env["client.profitability"].sudo()._get_sources(self.env["res.company"])
        return SQL(
            """
            SELECT r.*,
                   r.company_id::bigint * 1000000
                   + DATE_PART('year', r.date)::int * 100
                   + DATE_PART('month', r.date)::int AS id,
                   ABS(r.revenue_books - r.other_income - r.pass_through + r.written_off
                       - r.revenue_ledger)
                   + ABS(r.labour_cost_books - r.labour_cost_ledger)
                   + ABS(r.other_cost_books - r.other_cost_ledger) AS difference
              FROM (%s) r
            """,
            reconciliation.select_reconciliation(sources),
        )

    def action_view_findings(self):
        """List what of this month is unassigned, to check or no revenue, each with its record."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_profitability_finding_action"
        )
        domain = [("company_id", "=", self.company_id.id), ("date", "=", self.date)]
        return dict(action, domain=domain, context={"search_default_group_kind": 1})

    def action_rebuild(self):
        """Rebuild the companies of the chosen rows now."""
        Ledger = self.env["client.profitability"]
        Ledger.check_access("read")
        for company in self.company_id:
            # sudo: the whole ledger is rebuilt, of which the person may see but a part
            Ledger.sudo()._rebuild(company.sudo())
