from odoo import models

from ...const import ACTIVITY_SEND_AGAIN, HEADER_NOTE


class ClientDocumentMixin(models.AbstractModel):
    """Mails to a client about a record, and what happens when one fails.

    A mail with a link that is for its recipient alone is sent apart: it belongs to no record and is
    deleted once sent, so that no colleague reads the link and no reply lands on an internal
    discussion. A note stands for it, with Odoo's envelope: red when the mail failed.
    """

    _name = "client.document.mixin"
    _description = "Mails to a Client"

    def _send_apart(self, template, contact, note, layout, **values):
        """Send a mail that leaves nothing in the discussion but ``note``, which shows its state.

        Return the note, as a message.
        """
        self.ensure_one()
        author = self.env.user.partner_id
        if self.env.user._is_superuser():
            author = self._get_mail_sender().partner_id or author
        # sudo: only how the mail fared; the callers have checked who sends it
        message = self.sudo()._message_log(body=note, author_id=author.id)
        mail_id = template.send_mail(
            self.id,
            email_values={
                **values,
                "model": False,
                "res_id": False,
                "auto_delete": True,
                "headers": repr({HEADER_NOTE: message.message_id}),
            },
            email_layout_xmlid=layout,
        )
        self.env["mail.notification"].sudo().create(
            {
                "author_id": author.id,
                "mail_mail_id": mail_id,
                "mail_message_id": message.id,
                "notification_status": "ready",
                "notification_type": "email",
                # not the contact itself, who could then read the note
                "mail_email_address": contact.email,
            }
        )
        # sudo: starting Odoo's own queue, right after this is saved; a mail can't be taken back
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return message

    def _get_mail_sender(self):
        """Return the user who writes to the client: never a colleague who left."""
        holder = self._get_mail_holder()
        return holder._get_responsible()[holder]

    def _get_mail_holder(self):
        """Return the client, or what stands for it: where a failed mail is planned again."""
        return self.relationship_id if "relationship_id" in self._fields else self

    def _plan_to_send_again(self, message, reason):
        holder = self._get_mail_holder()
        holder._schedule_activities(
            holder._get_responsible(),
            ACTIVITY_SEND_AGAIN,
            once=True,
            summary=self.env._("Send again: %s", self.display_name),
            note=f"{message.preview}\n{reason or ''}",
        )

    def _cancel_to_send_again(self):
        # sudo: users who may send it again cancel the reminder of a colleague as well
        self._get_mail_holder().sudo().activity_unlink([ACTIVITY_SEND_AGAIN])
