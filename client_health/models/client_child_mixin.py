from odoo import fields, models


class ClientChildMixin(models.AbstractModel):
    """What hangs on a client relationship: goals, feedback, agreements …

    The client is not stored beside the relationship: when clients are joined, what hangs on
    them moves with the relationship. Each model brings its record rules, which follow those of
    the relationship (``security/client_health_security.xml``).
    """

    _name = "client.child.mixin"
    _description = "Part of a Client Relationship"
    _check_company_auto = True

    relationship_id = fields.Many2one(
        "client.relationship",
        string="Client",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="relationship_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(related="relationship_id.partner_id", string="Client Contact")
