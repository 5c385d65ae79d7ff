from odoo import fields, models
from odoo.exceptions import UserError

from ...const import MONEY_GROUP


class ClientRelationship(models.Model):
    """Adds to the client its decision sheets and its offboardings."""

    _name = "client.relationship"
    _inherit = ["client.relationship"]

    decision_ids = fields.One2many(
        "client.decision", "relationship_id", string="Decisions", groups=MONEY_GROUP
    )
    offboarding_ids = fields.One2many(
        "client.offboarding", "relationship_id", string="Offboardings"
    )

    def action_view_decision(self):
        """Open the decision sheet: live, until the decision."""
        if not self:
            raise UserError(self.env._("Please open the decision sheet from a client."))
        self.ensure_one()
        sheet = self.env["client.decision"]._open_sheet(self)
        return sheet._get_records_action(name=self.env._("Decision sheet"))

    def action_view_offboarding(self):
        """Open the offboarding that runs, or else the last one."""
        self.ensure_one()
        offboardings = self.offboarding_ids.sorted(lambda one: (one.state != "open", -one.id))
        return offboardings[:1]._get_records_action()
