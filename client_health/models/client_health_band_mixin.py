from odoo import models


class ClientHealthBandMixin(models.AbstractModel):
    _name = "client.health.band.mixin"
    _description = "Preview of a Change of the Score"
