from odoo import models


class MailMail(models.Model):
    """Mails to clients: their state is shown on the record, and a failed one is planned again."""

    _name = "mail.mail"
    _inherit = ["mail.mail"]

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        # before super(): it deletes the mails that were sent
        notifications = (
            self.env["mail.notification"].sudo().search([("mail_mail_id", "in", self.ids)])
        )
        apart = notifications.filtered(lambda one: not one.mail_mail_id.is_notification)
        result = super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason, failure_type
        )
        if apart:
            apart.write(
                {
                    "failure_reason": failure_reason,
                    "failure_type": failure_type,
                    "notification_status": "exception" if failure_type else "sent",
                }
            )
            apart.mail_message_id._notify_message_notification_update()
            self.env["client.feedback.request"]._follow_mails(apart)
        if failure_type:
            notifications._plan_client_mails_again()
        return result
