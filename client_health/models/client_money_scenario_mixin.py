from odoo import fields, models

from ..engine import period
from ..engine.profitability import margin, scenario
from .client_profitability_mixin import MONEY_GROUP, SUMS


class ClientMoneyScenarioMixin(models.AbstractModel):
    """Scenarios of a relationship, and the figures that they start from."""

    _name = "client.money.scenario.mixin"
    _description = "Scenarios of a Client"

    scenario_ids = fields.One2many(
        "client.scenario", "relationship_id", string="Saved Scenarios", groups=MONEY_GROUP
    )

    def action_simulate(self):
        """Open the wizard that asks what if."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_scenario_simulation_action"
        )
        return dict(action, context={"default_relationship_id": self.id})

    def _get_scenario_figures(self, change):
        """Return the answer to a ``scenario.Change`` as plain values; see the scenario mixin."""
        sums = self._get_scenario_sums()
        company_rate = self._get_company_rate() if change.leaves else None
        return {
            "today": list(scenario.get_outcome(sums)),
            "then": list(scenario.get_outcome(sums, change)),
            "departure": list(scenario.get_departure(sums, company_rate))
            if change.leaves
            else None,
            "target": self.company_id.client_target_margin,
            "company_rate": company_rate,
            "revenue_share": self.client_revenue_share,
        }

    def _get_scenario_sums(self):
        """Return the figures of the last 12 full months, as on the page, for users who may see
        them."""
        self.ensure_one()
        # asked on purpose: what another user has read is in the cache already
        self.check_access("read")
        return margin.Sums(*(self[f"client_{name}"] for name in SUMS))

    def _get_company_rate(self):
        """Return what an hour brings in on average over all clients of the company, or None.

        Unpaid hours are among them: of the hours that a client frees, some will go
        the same way.
        """
        start, end = period.last_full_months(fields.Date.context_today(self))
        # sudo: one average of the whole company, for users who may see the money of one client;
        # the share of revenue on the relationship already shows as much
        ledger = self.env["client.profitability"].sudo()
        [sums] = ledger._read_group(
            [("company_id", "=", self.company_id.id), ("date", ">=", start), ("date", "<", end)],
            [],
            [f"{name}:sum" for name in SUMS],
        )
        return margin.get_effective_rate(margin.Sums(*(value or 0.0 for value in sums)))
