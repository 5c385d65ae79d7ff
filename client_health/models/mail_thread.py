from odoo import api, models

from ..const import HEADER_NOTE


class MailThread(models.AbstractModel):
    _name = "mail.thread"
    _inherit = ["mail.thread"]

    def message_notify(self, *, model=False, res_id=False, partner_ids=False, **kwargs):
        """Notify of a client's record those who may receive its messages, whatever the way.

        Called on this model itself, Odoo takes the name and the id of any record.
        """
        thread = self.env[model].browse(res_id) if not self and model in self.env else self
        if hasattr(thread, "_check_recipients"):
            thread._check_recipients(partner_ids)
            thread._check_author(kwargs.get("author_id"), kwargs.get("email_from"))
        return super().message_notify(model=model, res_id=res_id, partner_ids=partner_ids, **kwargs)

    @api.model
    def _get_bounced_message_data(self, message, message_dict):
        """A mail that was sent apart is gone once sent: it names the note that stands for it."""
        bounced, references = super()._get_bounced_message_data(message, message_dict)
        note_id = str(message.get(HEADER_NOTE, "")).strip()
        if note_id and not bounced:
            bounced = self.env["mail.message"].search([("message_id", "=", note_id)], limit=1)
        return bounced, references

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        result = super()._routing_handle_bounce(email_message, message_dict)
        # sudo: Odoo's gateway has just marked them; they are only read
        message_dict["bounced_message"].sudo().notification_ids._plan_client_mails_again()
        return result
