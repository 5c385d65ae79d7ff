from odoo import models
from odoo.exceptions import AccessError


class MailTrackingValue(models.Model):
    """The changes of records about clients are evidence, also for administrators."""

    _name = "mail.tracking.value"
    _inherit = ["mail.tracking.value"]

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if operation == "read":
            return result
        forbidden = result[0] if result else self.browse()
        locked = (self - forbidden).filtered(
            # sudo: only on what the message stands
            lambda value: value.sudo().mail_message_id._filter_about_clients()
        )
        if not locked:
            return result
        Message = self.env["mail.message"]
        return forbidden | locked, lambda: AccessError(Message._get_client_evidence_message())
