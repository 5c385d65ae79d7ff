from odoo import fields, models


class ClientRelationship(models.Model):
    """Adds to the client what was decided about it in reviews."""

    _name = "client.relationship"
    _inherit = ["client.relationship"]

    review_decision_ids = fields.One2many(
        "client.review.decision", "relationship_id", string="Review Decisions"
    )
