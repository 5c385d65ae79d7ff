from odoo import fields, models


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    category = fields.Selection(
        selection_add=[("client_opinion", "Opinion about a Client")],
        ondelete={"client_opinion": "set default"},
    )
