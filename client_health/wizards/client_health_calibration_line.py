from odoo import fields, models

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
    score_30 = fields.Float(string="30 Days Before")
    score_60 = fields.Float(string="60 Days Before")
    score_90 = fields.Float(string="90 Days Before")
    band_30 = fields.Selection(BANDS, string="Band 30 Days Before")
    band_60 = fields.Selection(BANDS, string="Band 60 Days Before")
    band_90 = fields.Selection(BANDS, string="Band 90 Days Before")

    def _get_band(self, days):
        """Return the band that many days before the client left; None without a score."""
        band = self[f"band_{days}"]
        return None if band in ("none", False) else band
