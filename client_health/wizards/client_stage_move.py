from odoo import fields, models


class ClientStageMove(models.TransientModel):
    """Asks for what a move needs; the rule itself is in ``client.relationship``."""

    _name = "client.stage.move"
    _description = "Move Clients to a Stage"

    relationship_ids = fields.Many2many("client.relationship", string="Clients", required=True)
    stage_id = fields.Many2one("client.relationship.stage", required=True)
    reason = fields.Char(
        required=True, help="One sentence that a colleague understands in three months."
    )

    def action_move(self):
        self.ensure_one()
        self.relationship_ids.write({"stage_id": self.stage_id.id, "stage_reason": self.reason})
        return {"type": "ir.actions.client", "tag": "soft_reload"}
