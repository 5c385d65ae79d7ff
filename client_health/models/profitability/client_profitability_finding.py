from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine.profitability import findings
from ...engine.profitability.finding_columns import RECORDS

# 53 bits: the largest whole number that a browser keeps exact
ID_MASK = 2**53 - 1


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
        if record and not record.has_access("read"):
            raise UserError(
                self.env._(
                    "You have no access to this %(model)s: %(name)s. Please ask a colleague who "
                    "has.",
                    model=self.env["ir.model"]._get(record._name).name,
                    name=record.sudo().display_name,  # sudo: the list shows the name already
                )
            )
        return record._get_records_action() if record else False
