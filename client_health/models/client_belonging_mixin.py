from odoo import api, models
from odoo.exceptions import ValidationError


class ClientBelongingMixin(models.AbstractModel):
    """Refuses links from a part of a relationship to what belongs to another client.

    ``_get_client_links`` names the fields to look at; use it beside ``client.child.mixin``.
    """

    _name = "client.belonging.mixin"
    _description = "Links that stay with one Client"

    @api.model
    def _get_client_links(self):
        """Return {field name: paths from the linked record to its client, best first}."""
        return {}

    @api.constrains(lambda self: [*self._get_client_links(), "relationship_id"])
    def _check_client_links(self):
        links = self._get_client_links()
        # sudo: whose client it is, of records that the user may name without reading them
        for record in self.sudo():
            for fname, paths in links.items():
                linked = record[fname]
                owners = (linked.mapped(path) for path in paths)
                owner = next((found for found in owners if found), linked.browse())
                if linked and owner != record.partner_id:
                    raise ValidationError(record._get_foreign_message(fname, owner))

    def _get_foreign_message(self, fname, owner):
        names = {
            "field": self._fields[fname]._description_string(self.env),
            "linked": self[fname].display_name,
            "client": self.partner_id.display_name,
        }
        if not owner:
            return self.env._(
                "%(field)s: %(linked)s has no client yet. Please choose one of %(client)s.", **names
            )
        return self.env._(
            "%(field)s: %(linked)s belongs to %(owner)s. Please choose one of %(client)s.",
            owner=owner.display_name,
            **names,
        )
