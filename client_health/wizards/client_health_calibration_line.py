from odoo import fields, models

from ..engine.health import calibration

BANDS = [
    ("healthy", "Green"),
    ("watch", "Yellow"),
    ("risk", "Red"),
    ("none", "Not enough data"),
]


class ClientHealthCalibrationLine(models.TransientModel):
    """A client that left, and its score 30, 60 and 90 days before."""

    _name = "client.health.calibration.line"
    _description = "Client That Left"
    _inherit = ["client.readable.links.mixin"]
    _order = "date_left desc, id"

    calibration_id = fields.Many2one(
        "client.health.calibration", required=True, index=True, ondelete="cascade"
    )
    relationship_id = fields.Many2one(
        "client.relationship", string="Client", required=True, ondelete="cascade"
    )
    date_left = fields.Date(string="Left On")
    known = fields.Boolean(help="There were snapshots before it left.")
    date_warned = fields.Date(
        string="Warned Since", help="The first warning within half a year before."
    )
    warned_30 = fields.Boolean()
    warned_60 = fields.Boolean()
    warned_90 = fields.Boolean()
    score_30 = fields.Float(string="30 Days Before")
    score_60 = fields.Float(string="60 Days Before")
    score_90 = fields.Float(string="90 Days Before")
    band_30 = fields.Selection(BANDS, string="Band 30 Days Before")
    band_60 = fields.Selection(BANDS, string="Band 60 Days Before")
    band_90 = fields.Selection(BANDS, string="Band 90 Days Before")

    def _to_case(self, days):
        """Return the ``calibration.Case``, of warnings within so many days."""
        lead = (self.date_left - self.date_warned).days if self.date_warned else None
        return calibration.Case(self.known, self[f"warned_{days}"], lead)
