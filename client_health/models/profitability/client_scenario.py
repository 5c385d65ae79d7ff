from odoo import fields, models

from ...engine.clock import get_today


class ClientScenario(models.Model):
    """A saved scenario: the question, and the figures of that day.

    For users who may see money; without discussion and activities, so that no figure gets into a
    mail. No figure is typed in: the wizard stores what it has computed itself.
    """

    _name = "client.scenario"
    _description = "Saved Scenario"
    _inherit = ["client.record.mixin", "client.protected.mixin", "client.scenario.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _opened_from = "relationship_id"

    relationship_id = fields.Many2one(protected=True)
    kind = fields.Selection(protected=True)
    rate_mode = fields.Selection(protected=True)
    rate_percent = fields.Float(protected=True)
    rate = fields.Monetary(protected=True)
    hours = fields.Float(protected=True)
    hours_mode = fields.Selection(protected=True)
    discount = fields.Float(protected=True)
    name = fields.Char(string="Scenario", required=True)
    date = fields.Date(
        string="Made On",
        required=True,
        default=lambda self: get_today(self.env.company),
        help="The figures are those of the 12 full months before this day, as known then.",
        protected=True,
    )
    create_uid = fields.Many2one("res.users", string="Made By")
    note = fields.Text(string="Conclusion")
    figures = fields.Json(protected=True)

    def _get_figures(self):
        return self.figures
