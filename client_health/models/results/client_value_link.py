from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError

from ...tools import get_data_record


class ClientValueLink(models.AbstractModel):
    """The mail with a personal link by which a contact says what our work is worth.

    None of us may read the link, or we could answer in the client's place: the mail is made by the
    system, hangs on no record, and is deleted once it is sent.
    """

    _name = "client.value.link"
    _description = "Link to Confirm a Value"

    @api.model
    def _get_url(self, record, contact):
        link = self.env["client.personal.link"]._get_for(record, contact)
        return f"{record.get_base_url()}/client/value/{link.key}"

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
        self.env["client.personal.link"]._check_contact(contact)
        if not self._may_answer(record.sudo(), contact):
            raise UserError(self.env._("%s cannot answer this.", contact.display_name))
        sender = self.env.user
        # Made by the system, not by the user: the author of a mail may read it, and its link.
        template = get_data_record(self.env, template_xmlid).with_user(SUPERUSER_ID)
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
