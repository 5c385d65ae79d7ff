from odoo import api, models
from odoo.exceptions import UserError


class ClientInternalThreadMixin(models.AbstractModel):
    """A discussion about a client that the client must never receive.

    No external contact can be a follower or a recipient, so no reply of a client lands here. What a
    client is to receive is written as a ``client.update``.
    """

    _name = "client.internal.thread.mixin"
    _description = "Internal Thread about a Client"
    _inherit = ["client.discussion.mixin"]

    def _mail_get_partner_fields(self, introspect_fields=False):
        """Propose no recipient: the partner of the record must not read this."""
        return []

    def message_post(self, **kwargs):
        self._check_internal_partners(kwargs.get("partner_ids"))
        if kwargs.get("outgoing_email_to"):
            raise UserError(self._get_internal_thread_message())
        return super().message_post(**kwargs)

    def _check_recipients(self, partner_ids):
        self._check_internal_partners(partner_ids)

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        self._check_internal_partners(partner_ids)
        return super()._message_subscribe(partner_ids, subtype_ids, customer_ids)

    @api.model
    def _check_internal_partners(self, partner_ids):
        # sudo: only the flag "is from outside" is read, of partners named by the user
        partners = self.env["res.partner"].sudo().browse(partner_ids or [])
        if partners.filtered("partner_share"):
            raise UserError(self._get_internal_thread_message())

    @api.model
    def _get_internal_thread_message(self):
        return self.env._(
            "This discussion is internal: external contacts can neither follow nor receive it. "
            "Please write to the client from the project, the opportunity or the contact."
        )
