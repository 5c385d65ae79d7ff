import ast

from odoo import api, models


class IrFilters(models.Model):
    """A favourite is not offered to users who may not read a field that it uses.

    A shared one by margin, as the default, would keep users without the money group off the board.
    """

    _inherit = "ir.filters"

    @api.model
    def get_filters(self, model, *args, **kwargs):
        filters = super().get_filters(model, *args, **kwargs)
        return [found for found in filters if self._is_readable(self.env[model], found)]

    @api.model
    def _is_readable(self, model, found):
        texts = [found[name] for name in ("domain", "context", "sort") if found[name]]
        return all(
            self._is_readable_path(model, word) for text in texts for word in _get_words(text)
        )

    @api.model
    def _is_readable_path(self, model, path):
        """Return whether a word is a path of fields that the user may read, or no field at all."""
        for name in path.split("."):
            field = model._fields.get(name)
            if field is None:
                return True
            if not model._has_field_access(field, "read"):
                return False
            if not field.relational:
                return True
            model = self.env[field.comodel_name]
        return True


def _get_words(text):
    """Return the strings of a domain, context or order that may name a field."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError:
        return []
    return [
        # "date:month" and "margin desc" name a field as well
        node.value.partition(":")[0].partition(" ")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
