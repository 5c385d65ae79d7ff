from odoo import api, models


class ClientEvidenceMixin(models.AbstractModel):
    """Fields that prove something: an acceptance, a confirmation, an answer of the client.

    Nobody writes them, by no form, import or API call, whatever his rights: only our own methods
    do, as superuser, after they have checked what they are given. List them in
    ``_evidence_fields``.
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
