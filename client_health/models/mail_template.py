from odoo import models


class MailTemplate(models.Model):
    _name = "mail.template"
    _inherit = ["mail.template"]

    def send_mail_batch(self, res_ids, **kwargs):
        """Send from discussions of clients by our own methods only, which know the recipient."""
        if not self.env.su and hasattr(self.env[self.model], "_check_mass_mail"):
            self.env[self.model]._check_mass_mail()
        return super().send_mail_batch(res_ids, **kwargs)
