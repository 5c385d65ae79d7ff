from odoo import models


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
