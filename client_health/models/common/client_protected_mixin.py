from odoo import api, models


class ClientEvidenceMixin(models.AbstractModel):
    """Fields that prove something: an acceptance, a confirmation, an answer of the client.

    No user writes them, by form, import or API call, whatever their rights: only our own methods
    do, as superuser, after they have checked what they are given. List them in
    ``_evidence_fields``; binary ones need ``attachment=False``, because writers of the record may
    write its attachments.
    """

    _name = "client.evidence.mixin"
    _description = "Evidence that can't be forged"
    _evidence_fields = frozenset()

    @api.model
    def _has_field_access(self, field, operation):
        allowed = super()._has_field_access(field, operation)
        if operation == "write" and field.name in self._evidence_fields:
            return allowed and self.env.su
        return allowed

    @api.model
    def default_get(self, fields):
        """Take no default from the context or saved by a user.

        ``create`` does not check what comes by default, so these would forge evidence.
        """
        evidence = self._evidence_fields.intersection(fields)
        defaults = super().default_get([name for name in fields if name not in evidence])
        for name in evidence:
            field = self._fields[name]
            if field.default:
                value = field.convert_to_cache(field.default(self), self, validate=False)
                defaults[name] = field.convert_to_write(value, self)
        return defaults
