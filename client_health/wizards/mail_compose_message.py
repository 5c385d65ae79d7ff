from odoo import models


class MailComposeMessage(models.TransientModel):
    _name = "mail.compose.message"
    _inherit = ["mail.compose.message"]

    def _action_send_mail_mass_mail(self, res_ids, auto_commit=False):
        if hasattr(self.env[self.model], "_check_mass_mail"):
            self.env[self.model]._check_mass_mail()
        return super()._action_send_mail_mass_mail(res_ids, auto_commit=auto_commit)
