from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.profitability import margin
from ..models.common.client_protected_mixin import once
from ..models.profitability.client_scenario import QUESTION
from ..tools import CLOSE, tell

# A proposal that can be edited, computed with the rights of the user: it starts from money.
AS_USER = {"store": True, "readonly": False, "precompute": True, "compute_sudo": False}


class ClientScenarioSimulation(models.TransientModel):
    """Asks "what if" and answers while the user types. Nothing is stored until it is saved."""

    _name = "client.scenario.simulation"
    _inherit = ["client.readable.links.mixin", "client.once.mixin", "client.scenario.mixin"]
    _description = "Simulate a Scenario"
    _opened_from = "relationship_id"

    relationship_id = fields.Many2one(required=True, ondelete="cascade")
    name = fields.Char(string="Save As", compute="_compute_name", **AS_USER)
    rate = fields.Monetary(compute="_compute_today", **AS_USER)
    hours = fields.Float(compute="_compute_today", **AS_USER)
    note = fields.Text(string="Conclusion")

    @api.depends("relationship_id")
    def _compute_today(self):
        """Start with the figures of today."""
        for simulation in self:
            sums = simulation.relationship_id._get_scenario_sums()
            simulation.hours = sums.hours
            simulation.rate = margin.get_effective_rate(sums) or 0

    @api.depends("terms")
    def _compute_name(self):
        for simulation in self:
            simulation.name = simulation.terms

    def _get_figures(self):
        return self.relationship_id._get_scenario_figures(self._get_change())

    @once
    def action_save(self):
        """Store the scenario with the figures of today."""
        self.ensure_one()
        if self.problem:
            raise UserError(self.problem)
        # sudo: the figures were computed just above; whether this user may add to this
        # relationship is checked on the outcome
        scenario = self.env["client.scenario"].sudo().create(self._prepare_scenario())
        scenario.sudo(False).check_access("create")
        return tell(
            self.env._("“%s” is saved under the client’s money.", scenario.name), after=CLOSE
        )

    def _prepare_scenario(self):
        return {
            "relationship_id": self.relationship_id.id,
            "name": self.name or self.terms,
            "note": self.note,
            "figures": self._get_figures(),
            **{name: self[name] for name in QUESTION},
        }
