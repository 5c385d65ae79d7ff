import binascii

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError
from odoo.tools.misc import hash_sign, verify_hash_signed

SCOPE = "client_health.value_link"
VALID_HOURS = 24 * 90


class ClientValueLink(models.AbstractModel):
    """A link by which one contact of a client answers without a login.

    It names the record and the contact, and is signed: nobody else can make or change one. No
    colleague may read it either, or they could answer for the client: the mail with it is made by
    the system, belongs to no record, and is deleted once it is sent.
    """

    _name = "client.value.link"
    _description = "Link to Confirm a Value"

    @api.model
    def _get_url(self, record, contact):
        values = [record._name, record.id, contact.id]
        # sudo: the secret of the database, to sign with
        token = hash_sign(self.sudo().env, SCOPE, values, expiration_hours=VALID_HOURS)
        return f"{record.get_base_url()}/client/value/{token}"

    @api.model
    def _open(self, token):
        """Return (record, contact), both as superuser, or (None, None) when the link is no good."""
        try:
            # sudo: the secret of the database, to compare with
            values = verify_hash_signed(self.sudo().env, SCOPE, token)
        except (ValueError, IndexError, binascii.Error):
            values = None
        if not values:
            return None, None
        model, record_id, contact_id = values
        # sudo: the signed link is the permission; the controller shows a white list of fields
        record = self.env[model].sudo().browse(record_id).exists()
        contact = self.env["res.partner"].sudo().browse(contact_id).exists()
        if not record or not contact or not self._may_answer(record, contact):
            return None, None
        return record, contact

    @api.model
    def _may_answer(self, record, contact):
        """Return whether the contact may (still) speak for the client of the record."""
        if "is_shared" in record and not record.is_shared:
            return False
        internal = contact.user_ids.filtered(lambda user: user._is_internal())
        return (
            record.active
            and contact.active
            and not internal
            and contact.commercial_partner_id == record.partner_id
        )

    @api.model
    def _send(self, record, contact, template_xmlid, note):
        """Mail the link to the contact, in the contact's language; ``note`` stands for the mail."""
        record.check_access("write")
        # sudo: only the name and address of a contact of the user's own client
        contact = contact.sudo()
        if not contact.email_normalized:
            raise UserError(self.env._("%s has no valid e-mail address.", contact.display_name))
        if not self._may_answer(record.sudo(), contact):
            raise UserError(self.env._("%s cannot answer this.", contact.display_name))
        sender = self.env.user
        # Made by the system, not by the user: the author of a mail may read it, and its link.
        template = self.env.ref(template_xmlid).with_user(SUPERUSER_ID)
        template = template.with_context(
            answer_url=self._get_url(record, contact),
            answer_name=contact.name,
            answer_lang=contact.lang or self.env.lang,
            answer_sender=sender.name,
        )
        address = sender.email_formatted or record.company_id.email_formatted
        record._send_apart(
            template,
            contact,
            note,
            "client_health.client_value_mail_layout",
            recipient_ids=[(4, contact.id)],
            email_from=address,
            reply_to=address,
            author_id=self.env.ref("base.partner_root").id,
        )
