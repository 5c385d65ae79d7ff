from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain


class IrAttachment(models.Model):
    """The files of a confirmed accomplishment stay what the client said yes to.

    Those of what was sent to a client, or came from one, stay with it.
    """

    _name = "ir.attachment"
    _inherit = ["ir.attachment"]

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if operation == "read" or self.env.su or not self:
            return result
        evidence = self._filter_confirmed_evidence()
        if not evidence:
            return self._check_sent(operation, result)
        forbidden = evidence | (result[0] if result else self.browse())
        return forbidden, lambda: AccessError(
            self.env._(
                "The client has confirmed the accomplishment with these files, so they cannot be "
                "changed. Please log a new accomplishment instead."
            )
        )

    def _check_sent(self, operation, result):
        forbidden = result[0] if result else self.browse()
        locked = (self - forbidden)._filter_client_evidence() if operation != "create" else None
        if not locked:
            return result
        Message = self.env["mail.message"]
        return forbidden | locked, lambda: AccessError(Message._get_client_evidence_message())

    def write(self, vals):
        result = super().write(vals)
        if not self.env.su and not vals.keys().isdisjoint(("res_model", "res_id")):
            # nor is a file added to them: Odoo asks before the write only
            self.check_access("write")
        return result

    def _filter_confirmed_evidence(self):
        """Return the files chosen as evidence of a confirmed accomplishment, or attached to it."""
        model = "client.accomplishment"
        # sudo: whether they are evidence does not depend on what the user may read
        files = self.sudo().filtered(lambda file: not file.res_field)
        attached = files.filtered(lambda file: file.res_model == model and file.res_id)
        chosen = Domain("attachment_ids", "in", files.ids)
        accomplishments = (
            self.env[model]
            .sudo()
            .with_context(active_test=False)
            .search(
                Domain("state", "=", "confirmed")
                & (chosen | Domain("id", "in", attached.mapped("res_id")))
            )
        )
        confirmed = files & accomplishments.attachment_ids
        confirmed |= attached.filtered(lambda file: file.res_id in accomplishments.ids)
        return self.browse(confirmed.ids)

    def _delete_and_notify(self, message=None):
        # the chatter deletes as superuser, for whoever has uploaded the file
        if self._filter_client_evidence():
            raise UserError(self.env["mail.message"]._get_client_evidence_message())
        return super()._delete_and_notify(message)

    def _filter_client_evidence(self):
        """Return the files of messages that no user may rewrite, and those in a sent text."""
        # sudo: only which files belong to which messages
        messages = self.env["mail.message"].sudo().search([("attachment_ids", "in", self.ids)])
        sent = messages._filter_client_evidence().attachment_ids
        loose = self - messages.attachment_ids
        return self & sent.sudo(self.env.su) | loose._filter_in_sent_text()

    def _filter_in_sent_text(self):
        """Return what is part of a text that the client has: it was there when that was sent."""
        found = self.browse()
        # sudo: only whether, and when, the record of a file was sent
        for model, files in self.sudo().grouped("res_model").items():
            if model not in self.env or not hasattr(self.env[model], "_get_sent_moment"):
                continue
            records = self.env[model].sudo().browse(files.mapped("res_id")).exists()
            moments = {record.id: record._get_sent_moment() for record in records}
            found |= files.filtered(
                lambda file, moments=moments: (
                    moments.get(file.res_id)
                    # our own moments have no fractions of seconds
                    and file.create_date.replace(microsecond=0) <= moments[file.res_id]
                )
            )
        return found.sudo(self.env.su)
