from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class ClientDeletionMixin(models.AbstractModel):
    """Says in words why a record that clients' records name cannot be deleted, and which ones.

    Without it PostgreSQL refuses what a link with ``ondelete="restrict"`` leads to, with the name
    of a constraint, and of many records it doesn't say which. Every model that such a link leads
    to inherits this; the links are found in the registry.
    """

    _name = "client.deletion.mixin"
    _description = "Deletion Refused in Words"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_named_by_clients(self):
        found = self._get_naming_links()
        if found:
            raise UserError(
                self.env._(
                    "These records are used by records of clients and cannot be deleted. Please "
                    "archive them, or delete the others:\n%s",
                    "\n".join(f"– {name}" for name in self._format_naming_links(found)),
                )
            )

    @api.model
    def _get_restricting_fields(self):
        """Return the stored links of our models here that forbid a deletion."""
        return [
            field
            for name, model in self.env.registry.items()
            if name.startswith("client.") and model._auto
            for field in model._fields.values()
            if field.type == "many2one"
            and field.store
            and field.comodel_name == self._name
            and field.ondelete == "restrict"
        ]

    def _get_naming_links(self):
        """Return {record: [fields that lead to it]}, in one query, whoever may read those."""
        own_fields = self._get_restricting_fields()
        if not self or not own_fields:
            return {}
        selects = []
        for index, field in enumerate(own_fields):
            column = SQL.identifier(field.name)
            # Of what is deleted at once, nothing holds the rest.
            among = SQL("AND id NOT IN %s", tuple(self.ids))
            selects.append(
                SQL(
                    "SELECT DISTINCT %s AS id, %s AS field FROM %s WHERE %s IN %s %s",
                    column,
                    index,
                    SQL.identifier(self.env[field.model_name]._table),
                    SQL.identifier(field.name, to_flush=field),
                    tuple(self.ids),
                    among if field.model_name == self._name else SQL(),
                )
            )
        found = {}
        query = SQL("%s ORDER BY field, id", SQL(" UNION ALL ").join(selects))
        for record_id, index in self.env.execute_query(query):
            found.setdefault(self.browse(record_id), []).append(own_fields[index])
        return found

    @api.model
    def _format_naming_links(self, found):
        for record, own_fields in found.items():
            uses = [
                f"{self.env['ir.model']._get(field.model_name).name} "
                f"({field._description_string(self.env)})"
                for field in own_fields
            ]
            yield f"{record.display_name}: {', '.join(uses)}"
