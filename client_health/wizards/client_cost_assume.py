from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.clock import get_today
from ..engine.overview import records
from ..models.common.client_protected_mixin import once
from ..models.profitability.client_assumed_cost import PAST


class ClientCostAssume(models.TransientModel):
    """Asks what an hour of each person without a cost is assumed to have cost."""

    _name = "client.cost.assume"
    _description = "Assume a Cost"
    _inherit = ["client.once.mixin"]

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        string="For Hours From",
        required=True,
        default=lambda self: get_today(self.env.company) - PAST,
    )
    date_to = fields.Date(
        string="To", required=True, default=lambda self: get_today(self.env.company)
    )
    line_ids = fields.One2many(
        "client.cost.assume.line",
        "assume_id",
        string="People",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        precompute=True,
    )

    @api.depends("company_id")
    def _compute_line_ids(self):
        """List who has hours without a cost, as *What your records say* does."""
        for wizard in self:
            finding = self.env["client.finding"].with_company(wizard.company_id)
            rows = records.read_hours_without_cost(finding._get_facts())
            wizard.line_ids = [fields.Command.clear()] + [
                fields.Command.create({"employee_id": employee_id, "hours": hours})
                for employee_id, _name, hours in rows
            ]

    @once
    def action_save(self):
        """Store the costs that were entered; the margins are computed anew."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.cost > 0)
        if not lines:
            raise UserError(self.env._("Please enter the cost of one person at least."))
        self.env["client.assumed.cost"].create(lines._prepare_costs())
        # the page that opened it reads anew when it is closed
        return {"type": "ir.actions.act_window_close"}


class ClientCostAssumeLine(models.TransientModel):
    """A person, and the cost of an hour."""

    _name = "client.cost.assume.line"
    _description = "Assumed Cost of a Person"

    assume_id = fields.Many2one("client.cost.assume", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="assume_id.company_id.currency_id")
    employee_id = fields.Many2one("hr.employee", required=True, ondelete="cascade")
    hours = fields.Float(string="Hours without Cost", help="Of the last 12 months.")
    cost = fields.Monetary(
        string="Assumed Cost per Hour",
        help="Left empty, the hours of this person stay without cost.",
    )

    def _prepare_costs(self):
        """Return the values of the costs: after the last one of each person, if there is any."""
        groups = self.env["client.assumed.cost"]._read_group(
            [
                ("employee_id", "in", self.employee_id.ids),
                ("company_id", "in", self.assume_id.company_id.ids),
                ("date_to", "<", self.assume_id.date_to),
            ],
            ["employee_id"],
            ["date_to:max"],
        )
        last = dict(groups)
        return [
            {
                "company_id": line.assume_id.company_id.id,
                "employee_id": line.employee_id.id,
                "cost": line.cost,
                "date_from": max(
                    line.assume_id.date_from,
                    last.get(line.employee_id, line.assume_id.date_from - timedelta(days=1))
                    + timedelta(days=1),
                ),
                "date_to": line.assume_id.date_to,
            }
            for line in self
        ]
