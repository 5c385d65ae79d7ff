from odoo import fields, models

from .client_scenario_mixin import QUESTION


class ClientScenario(models.Model):
    """A stored scenario: the question, and the figures of that day.

    For users who may see money; no thread and no activity, so that no figure gets into a mail. The
    figures are never typed: the wizard stores what it has computed itself.
    """

    _name = "client.scenario"
    _description = "Saved Scenario"
    _inherit = ["client.record.mixin", "client.evidence.mixin", "client.scenario.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _evidence_fields = frozenset({*QUESTION, "relationship_id", "date", "figures"})

    name = fields.Char(string="Scenario", required=True)
    date = fields.Date(
        string="Made On",
        required=True,
        default=fields.Date.context_today,
        help="The figures are those of the 12 full months before this day, as known then.",
    )
    create_uid = fields.Many2one("res.users", string="Made By")
    note = fields.Text(string="Conclusion")
    figures = fields.Json(help="See _get_figures of the mixin.")

    def _get_figures(self):
        return self.figures
