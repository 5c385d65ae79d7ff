from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..const import USER_GROUP


class MailMessage(models.Model):
    """What was sent to a client, what came from one, and what changed stays as it was written.

    Odoo lets authors and notified users edit messages, and deletes them for all who may write
    the record. Internal notes stay as Odoo has them.
    """

    _name = "mail.message"
    _inherit = ["mail.message"]

    client_from_outside = fields.Boolean(
        string="From Outside",
        readonly=True,
        groups=USER_GROUP,
        help="A mail from outside that landed on an internal discussion about a client.",
    )

    _client_from_outside_idx = models.Index("(model, res_id) WHERE client_from_outside")

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        messages._check_client_author()
        messages._drop_barred_recipients()
        return messages

    def write(self, vals):
        result = super().write(vals)
        if {"model", "res_id", "author_id", "message_type"}.intersection(vals):
            self._check_client_author()
        if {"model", "res_id", "partner_ids"}.intersection(vals):
            self._drop_barred_recipients()
        return result

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if operation not in ("write", "unlink"):
            return result
        forbidden = result[0] if result else self.browse()
        locked = (self - forbidden)._filter_client_evidence()
        if not locked:
            return result
        return forbidden | locked, lambda: AccessError(self._get_client_evidence_message())

    def _filter_about_clients(self):
        threads = self.env["client.discussion.mixin"]._get_client_thread_models()
        # sudo: only on what a message stands
        return self.filtered(lambda message: message.sudo().model in threads)

    def _filter_client_evidence(self):
        """Return the messages that no user may rewrite: all but comments among colleagues."""
        # sudo: only of which kind a message is
        return self._filter_about_clients().filtered(
            lambda message: (
                message.sudo().message_type != "comment"
                or message.sudo().tracking_value_ids
                or not message.sudo()._is_among_colleagues()
            )
        )

    def _is_among_colleagues(self):
        self.ensure_one()
        if self.model != "client.update":
            return True
        internal = self.is_internal or not self.subtype_id or self.subtype_id.internal
        recipients = self.partner_ids | self.notification_ids.res_partner_id
        return internal and not self.env[self.model]._get_outsiders(recipients.ids)

    @api.model
    def _get_client_evidence_message(self):
        return self.env._(
            "What was sent to a client, what came from a client and the history of changes can't "
            "be edited or deleted."
        )

    def _check_client_author(self):
        """Refuse messages about clients in the name of somebody else, or typed as a mail."""
        if self.env.su:
            return
        for message in self._filter_about_clients().sudo():
            author = message.author_id
            if message.message_type == "email" or (author and author != self.env.user.partner_id):
                raise AccessError(
                    self.env._("A message about a client is written in your own name only.")
                )

    def _drop_barred_recipients(self):
        """A recipient may read a message: on these discussions people from outside may not."""
        # sudo: nothing but the recipients is changed, of messages that were just written
        for message in self._filter_about_clients().sudo():
            thread = self.env[message.model].browse(message.res_id)
            barred = thread._get_barred(message.partner_ids.ids)
            if barred:
                message.partner_ids -= barred
