from odoo import api, models


class ClientProtectedMixin(models.AbstractModel):
    """Fields that only our own methods write: evidence, and what is derived from other records.

    ``protected=True`` at a field refuses every write, create, import and API call, whatever the
    rights of the user. Our methods check the rights of the user, then write as superuser. A stored
    computed or related field that is readonly is protected without saying so. A protected field is
    never copied. Binary ones need ``attachment=False``: who may write a record may write its
    attachments.
    """

    _name = "client.protected.mixin"
    _description = "Fields that only our Methods write"
    # Odoo's own models say False: only what is marked there is protected.
    _protect_derived = True

    @api.model
    def _valid_field_parameter(self, field, name):
        return name == "protected" or super()._valid_field_parameter(field, name)

    @api.model
    def _is_protected(self, field):
        protected = getattr(field, "protected", None)
        if protected is None:
            derived = field.store and field.compute and field.readonly
            return bool(derived and self._protect_derived)
        return protected

    @api.model
    def _has_field_access(self, field, operation):
        allowed = super()._has_field_access(field, operation)
        if operation == "write" and self._is_protected(field):
            return allowed and self.env.su
        return allowed

    @api.model
    def default_get(self, fields):
        """Take no default from the context, nor one that a user saved, for a protected field.

        ``create`` does not check what comes by default, so these would write it.
        """
        protected = [name for name in fields if self._is_protected(self._fields[name])]
        defaults = super().default_get([name for name in fields if name not in protected])
        for name in protected:
            field = self._fields[name]
            if field.default:
                value = field.convert_to_cache(field.default(self), self, validate=False)
                defaults[name] = field.convert_to_write(value, self)
        return defaults

    def copy_data(self, default=None):
        given = default or {}
        return [
            {
                name: value
                for name, value in values.items()
                if name in given or not self._is_protected(self._fields[name])
            }
            for values in super().copy_data(default)
        ]
