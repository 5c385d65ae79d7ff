from odoo import api, models
from odoo.exceptions import UserError


class ClientInternalThreadMixin(models.AbstractModel):
    """A discussion about a client that the client must never receive.

    No external contact can be a follower or a recipient. What a client is to receive is written as
    a ``client.update``. A mail that lands here all the same, because a colleague put the client in
    copy, is kept: see ``models/feedback/client_internal_thread_mixin.py``.
    """

    _name = "client.internal.thread.mixin"
    _description = "Internal Thread about a Client"
    _inherit = ["client.discussion.mixin"]

    def _mail_get_partner_fields(self, introspect_fields=False):
        """Propose no recipient: the partner of the record must not read this."""
        return []

    def _message_get_suggested_recipients_batch(self, *args, **kwargs):
        """Propose nobody from outside, not even a person who has written here by mail."""
        proposed = super()._message_get_suggested_recipients_batch(*args, **kwargs)
        return {record_id: self._filter_inside(found) for record_id, found in proposed.items()}

    @api.model
    def _filter_inside(self, proposals):
        known = {proposal["partner_id"] for proposal in proposals} - {False}
        inside = known - set(self._get_outsiders(known).ids)
        return [proposal for proposal in proposals if proposal["partner_id"] in inside]

    def message_post(self, **kwargs):
        if self.env.su and kwargs.get("message_type") == "email":
            # a mail that was refused would be lost; Odoo posts mails as superuser
            kwargs = self._drop_barred(kwargs)
        else:
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
        if self._get_outsiders(partner_ids):
            raise UserError(self._get_internal_thread_message())

    @api.model
    def _get_internal_thread_message(self):
        return self.env._(
            "This discussion is internal: external contacts can neither follow nor receive it. "
            "Please write to the client from the project, the opportunity or the contact."
        )
