from odoo import fields, models


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    category = fields.Selection(
        selection_add=[
            ("client_opinion", "Opinion about a Client"),
            ("client_conversation", "Tough Conversation"),
        ],
        ondelete={"client_opinion": "set default", "client_conversation": "set default"},
    )
