from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine.profitability import findings, reconciliation
from ...engine.profitability.finding_columns import RECORDS
from ...tools import format_day

# 53 bits: the largest whole number that a browser keeps exact
ID_MASK = 2**53 - 1


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
    labour_cost_ledger = fields.Monetary(
        string="Labour: Profitability", readonly=True, help="Without what is assumed."
    )
    assumed_cost = fields.Monetary(
        string="Labour: Assumed",
        readonly=True,
        help="Hours without cost, at the one assumed for the employee: in the profitability "
        "besides the labour of the timesheets, which stay as they are.",
    )
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
            row.month = format_day(self.env, row.date, date_format="MMM yyyy")

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


class ClientProfitabilityFinding(models.Model):
    """A finding of the reconciliation: hours or money to look at, and the record to correct.

    No table: the query (``engine/profitability/findings.py``) runs when the list is opened, so a
    finding disappears when it is corrected.
    """

    _name = "client.profitability.finding"
    _description = "Finding in the Client Profitability"
    _inherit = ["client.protected.mixin", "client.closed.month.mixin"]
    _auto = False
    _order = "date desc, kind, id"
    _rec_name = "kind"

    kind = fields.Selection(
        [
            ("no_customer", "Unassigned: project without customer"),
            ("shared_account", "Unassigned: analytic account shared by several clients"),
            ("no_project", "Unassigned: analytic account without project"),
            ("no_partner", "Unassigned: receipt without customer"),
            ("entry", "Unassigned: income entry without customer and project"),
            ("no_cost", "Margin unknown: hours without cost"),
            ("no_rate", "To check: cost in a currency without a rate"),
            ("repriced", "To check: old hours at a later, higher cost"),
            ("other_customer", "To check: invoiced to another client than the project's"),
            ("task_customer", "To check: task of another customer than the project's"),
            ("other_company", "To check: revenue in another company than the hours"),
            ("written_off", "Less revenue: written off, or a cash discount"),
            ("discount", "Less revenue: discounts and cash rounding of invoices"),
            ("pass_through", "Not revenue: passed through"),
            ("not_revenue", "Not revenue: invoiced on an account that is no income"),
            ("other_income", "Not revenue: other income"),
            ("exchange", "Not revenue: gain or loss of exchange rates"),
            ("other_plan", "Left out: cost without account of a project"),
            ("template", "Left out: hours on a project template"),
        ],
        string="Reason",
        readonly=True,
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(string="Month", readonly=True)
    amount = fields.Monetary(
        readonly=True, help="Revenue of what is revenue, cost of everything else."
    )
    hours = fields.Float(readonly=True)
    project_id = fields.Many2one("project.project", readonly=True)
    task_id = fields.Many2one("project.task", readonly=True)
    account_id = fields.Many2one(
        "account.analytic.account", string="Analytic Account", readonly=True
    )
    employee_id = fields.Many2one("hr.employee", readonly=True)
    move_id = fields.Many2one("account.move", string="Document", readonly=True)
    general_account_id = fields.Many2one("account.account", string="Account", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Client", readonly=True)
    other_partner_id = fields.Many2one("res.partner", string="Other Client", readonly=True)

    @property
    def _table_query(self):
        # sudo: units and plans, no record of a client
        sources = self.env["client.profitability"].sudo()._get_sources(self.env["res.company"])
        key = SQL(", ").join(
            SQL.identifier("f", name) for name in ("kind", "company_id", "date", *RECORDS)
        )
        return SQL(
            """
            SELECT hashtextextended(CONCAT_WS('|', 'x', %(key)s), 0) & %(mask)s AS id, f.*
              FROM (%(select)s) f
            """,
            key=key,
            mask=ID_MASK,
            select=findings.select_findings(sources),
        )

    def action_open_record(self):
        """Open what has to be mended."""
        self.ensure_one()
        record = (
            self.task_id
            or self.employee_id
            or (self.kind == "other_customer" and self.move_id)
            or self.project_id
            or self.account_id
            or self.move_id
            or self.general_account_id
        )
        if record == self.employee_id and not self.env.user.has_group("hr.group_hr_user"):
            # what everybody may see of a colleague
            record = self.env["hr.employee.public"].browse(record.id)
        # the form of an analytic account shows a balance, which reads the lines
        is_account = record == self.account_id
        shown = self.env["account.analytic.line"] if is_account else record
        if record and not (record.has_access("read") and shown.has_access("read")):
            raise UserError(
                self.env._(
                    "You have no access to this %(model)s: %(name)s. Please ask a colleague who "
                    "has.",
                    model=self.env["ir.model"]._get(record._name).name,
                    name=record.sudo().display_name,  # sudo: the list shows the name already
                )
            )
        return record._get_records_action() if record else False
