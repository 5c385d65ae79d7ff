from odoo import models


class MailComposeMessage(models.TransientModel):
    _name = "mail.compose.message"
    _inherit = ["mail.compose.message"]

    def _action_send_mail_mass_mail(self, res_ids, auto_commit=False):
        if hasattr(self.env[self.model], "_check_mass_mail"):
            self.env[self.model]._check_mass_mail()
        return super()._action_send_mail_mass_mail(res_ids, auto_commit=auto_commit)

    def _action_send_mail_comment(self, res_ids):
        """Take what was answered out of the list from which the composer was opened."""
        result = super()._action_send_mail_comment(res_ids)
        row = self.env["client.waiting"].browse(self.env.context.get("client_waiting_id")).exists()
        if row and not self.subtype_is_log:
            row._drop(row.message_id)
        return result
