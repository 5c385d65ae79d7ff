from odoo import fields, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    client_stage_id = fields.Many2one(
        "client.relationship.stage",
        string="Opened by Client Stage",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        help="The client stage whose plan opened this activity. "
        "When the client leaves that stage, what nobody did yet is cancelled.",
    )
