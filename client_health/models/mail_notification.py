from odoo import models

FAILED = ("exception", "bounce")


class MailNotification(models.Model):
    _name = "mail.notification"
    _inherit = ["mail.notification"]

    def _plan_client_mails_again(self):
        """Have mails to clients that failed or came back sent again by whoever is responsible."""
        document = self.env.registry["client.document.mixin"]
        failed = self.filtered(lambda one: one.notification_status in FAILED)
        if failed:
            self.env["client.feedback.request"]._follow_mails(failed)
        for notification in failed:
            message = notification.mail_message_id
            model = message.model in self.env and self.env[message.model]
            partner = notification.res_partner_id
            if isinstance(model, document) and (not partner or partner.partner_share):
                model.browse(message.res_id).exists()._plan_to_send_again(
                    message, notification.failure_reason
                )
