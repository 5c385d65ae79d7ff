from odoo import models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class IrAttachment(models.Model):
    """The files of a confirmed accomplishment stay what the client said yes to."""

    _name = "ir.attachment"
    _inherit = ["ir.attachment"]

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if operation == "read" or self.env.su or not self:
            return result
        evidence = self._filter_confirmed_evidence()
        if not evidence:
            return result
        forbidden = evidence | (result[0] if result else self.browse())
        return forbidden, lambda: AccessError(
            self.env._(
                "The client has confirmed the accomplishment with these files, so they cannot be "
                "changed. Please log a new accomplishment instead."
            )
        )

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
