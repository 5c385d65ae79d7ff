from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS

from odoo.addons.portal.utils import validate_thread_with_hash_pid


class ClientUpdateThreadMixin(models.AbstractModel):
    """A discussion with a client: its readers, its writers and its recipients.

    Answers to what we sent land here, and on no internal discussion. Only contacts of the client
    and colleagues take part, each by a personal link.
    """

    _name = "client.update.thread.mixin"
    _inherit = ["client.child.mixin", "mail.thread", "portal.mixin"]
    _description = "Discussion with a Client"

    # Readable by no group: with the link of a client one could pass for it.
    access_token = fields.Char(groups=NO_ACCESS)
    recipient_ids = fields.Many2many(
        "res.partner",
        string="To",
        domain="[('id', 'child_of', partner_id), ('email', '!=', False)]",
        help="Contacts of this client. Other contacts cannot be added here.",
    )

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for update in self:
            update.access_url = f"/my/updates/{update.id}"
        return result

    @api.constrains("relationship_id", "recipient_ids")
    def _check_recipient_ids(self):
        self._check_outsiders(self.recipient_ids.ids, client_only=True)

    @api.model
    def _get_thread_with_access(
        self, thread_id, *, mode="read", hash=None, pid=None, token=None, **kwargs
    ):
        """Holders of the link read; only contacts of the client, known by their link, write."""
        if mode != "read" and not self.env.user._is_internal():
            # sudo: clients have no access; only whose it is, and whether the signature is its own
            update = self.sudo().browse(thread_id).exists()
            own = self.env.user.partner_id.commercial_partner_id == update.partner_id
            if not own and not validate_thread_with_hash_pid(update, hash, pid):
                return self.browse()
        return super()._get_thread_with_access(
            thread_id, mode=mode, hash=hash, pid=pid, token=token, **kwargs
        )

    def _mail_get_partner_fields(self, introspect_fields=False):
        """No author by default: the link alone is not enough to write in a client's name."""
        return []

    def _message_add_suggested_recipients(self, force_primary_email=False):
        suggested = super()._message_add_suggested_recipients(force_primary_email)
        for update in self:
            suggested[update.id]["partners"] |= update.recipient_ids
        return suggested

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Give each recipient a personal link, which identifies them."""
        groups = super()._notify_get_recipients_groups(message, model_description, msg_vals)
        if not self:
            return groups
        # sudo: the token of the link, for the recipients of the caller; see access_token
        update = self.sudo()
        title = update._get_button_title()
        own = [
            (
                f"client_{partner.id}",
                lambda data, partner_id=partner.id: data["id"] == partner_id,
                {
                    "active": True,
                    "has_button_access": True,
                    "button_access": {
                        "url": self.get_base_url() + update._get_share_url(pid=partner.id),
                        "title": title,
                    },
                },
            )
            for partner in self.recipient_ids
        ]
        return own + groups

    def _get_button_title(self):
        """Say on a mail's button what the client finds behind it."""
        return self.env._("Read and answer")

    def message_post(self, **kwargs):
        # Mails from outside are never refused: they would be lost.
        if kwargs.get("message_type") != "email":
            self._check_outsiders(kwargs.get("partner_ids"))
            if kwargs.get("outgoing_email_to"):
                raise UserError(self._get_outsider_message())
        return super().message_post(**kwargs)

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        self._check_outsiders(partner_ids)
        return super()._message_subscribe(partner_ids, subtype_ids, customer_ids)

    def _check_outsiders(self, partner_ids, client_only=False):
        """Refuse people of another client; ``client_only``: and colleagues, too."""
        # sudo: only the client of a contact, of partners named by the user
        partners = self.env["res.partner"].sudo().browse(partner_ids or [])
        outside = partners if client_only else partners.filtered("partner_share")
        for update in self.sudo():
            if outside.commercial_partner_id - update.relationship_id.partner_id:
                raise UserError(self._get_outsider_message())

    @api.model
    def _get_outsider_message(self):
        return self.env._(
            "Only contacts of this client can receive this. Please write to other contacts "
            "elsewhere."
        )
