from dataclasses import replace

from odoo import api, fields, models


class ClientHealthDimension(models.Model):
    """One side of a relationship that the score looks at, and how much it counts."""

    _name = "client.health.dimension"
    _description = "Health Dimension"
    _inherit = ["client.protected.mixin", "client.health.preview.mixin", "client.deletion.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Selection(
        [
            ("money", "Money"),
            ("results", "Results"),
            ("contact", "Contact"),
            ("voice", "Client's voice"),
            ("agreement", "Agreement & scope"),
            ("pulse", "Our own pulse"),
        ],
        required=True,
        readonly=True,
        protected=True,
    )
    sequence = fields.Integer(default=10)
    description = fields.Text(translate=True)
    weight = fields.Float(
        default=1,
        required=True,
        aggregator=None,
        help="Weight of this dimension compared with the others. Only the proportions matter: 1 "
        "for all is the same as 5 for all. 0 leaves it out of the score.",
    )
    measure_ids = fields.One2many("client.health.measure", "dimension_id", string="Measures")

    _code_uniq = models.Constraint("UNIQUE(code)", "There can be only one dimension of each kind.")
    _weight_check = models.Constraint(
        "CHECK(weight >= 0 AND weight <= 1000)", "A weight must be between 0 and 1000."
    )

    @api.depends("weight")
    @api.depends_context("allowed_company_ids")
    def _compute_band_preview(self):
        """Of one dimension, and while it is edited; a list that is only read needs no preview."""
        self.band_preview = False
        for dimension in self if len(self) == 1 else self.browse():
            dimension.band_preview = dimension._get_band_preview()

    def _get_band_preview(self):
        if self.weight == self._origin.weight:
            return self._preview_bands(self.env.companies)
        if self.weight < 0:
            return {"error": self.env._("A weight cannot be negative.")}
        measures = [
            replace(measure, dimension_weight=self.weight)
            if measure.dimension == self.code
            else measure
            for measure in self.env["client.health.measure"]._get_measures()
        ]
        return self._preview_bands(self.env.companies, measures)
