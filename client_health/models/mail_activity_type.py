from odoo import api, fields, models

from ..const import USER_GROUP

CONTACTS = ("phonecall", "client_conversation")


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    category = fields.Selection(
        selection_add=[
            ("client_opinion", "Opinion about a Client"),
            ("client_conversation", "Tough Conversation"),
        ],
        ondelete={"client_opinion": "set default", "client_conversation": "set default"},
    )
    client_is_contact = fields.Boolean(
        string="Contact with a Client",
        compute="_compute_client_is_contact",
        store=True,
        readonly=False,
        groups=USER_GROUP,
        help="Marked as done on a document of a client, it counts as a contact, and answers what "
        "the client wrote there. Calls and tough conversations do.",
    )

    @api.depends("category")
    def _compute_client_is_contact(self):
        for activity_type in self:
            activity_type.client_is_contact = activity_type.category in CONTACTS
