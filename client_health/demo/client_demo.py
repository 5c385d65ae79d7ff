from odoo import api, models


class ClientDemo(models.AbstractModel):
    """Builds the demo agency; see ``demo/build.py``. Nothing else of the addon uses it."""

    _name = "client.demo"
    _description = "Client Health Demo"

    @api.model
    def _load_demo(self):
        """Add what is missing of the demo agency; a second run adds nothing.

        The builder is loaded here, not with the addon: production never reads it.
        """
        from .build import build  # noqa: PLC0415

        build(self.env)
