from odoo import api, models


class ClientAttachedMixin(models.AbstractModel):
    """A record that hangs on others, and follows their rules: on both ends of a move.

    Odoo applies the rules of a record before a write, not after it, and does not ask whether the
    user may write what the record is attached to. ``_get_holder_fields`` names the links.
    """

    _name = "client.attached.mixin"
    _description = "Attached to a Record that its User May Write"

    @api.model
    def _get_holder_fields(self):
        """Return the names of the links to what the record hangs on."""
        raise NotImplementedError

    def _check_holders(self):
        """Raise unless the user may write what the records hang on."""
        for fname in self._get_holder_fields():
            if self[fname]:
                self[fname].check_access("write")

    @api.model
    def _check_new_holders(self, vals_list):
        """Raise before anything is said about records that the user may not write."""
        for fname in self._get_holder_fields():
            ids = {vals[fname] for vals in vals_list if vals.get(fname)}
            if ids:
                self.env[self._fields[fname].comodel_name].browse(ids).check_access("write")

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su:
            return super().create(vals_list)
        self._check_new_holders(vals_list)
        records = super().create(vals_list)
        # by default, or computed
        records._check_holders()
        return records

    def write(self, vals):
        if self.env.su or self._get_holder_fields().isdisjoint(vals):
            return super().write(vals)
        self._check_holders()
        self._check_new_holders([vals])
        result = super().write(vals)
        self._check_holders()
        self.check_access("write")
        return result
