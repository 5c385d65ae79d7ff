from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import OrderedSet


class ClientReadableLinksMixin(models.AbstractModel):
    """Links only to records that the user may read.

    Much is derived from a linked record: its client, its text, its owner. Without this, whoever may
    create any record of ours would be told these by a link to the record of another user. So every
    link that a user gives is checked: by create and write, by default, and while a form is filled
    in. What is linked already, maybe by a user with more rights, stays.
    """

    _name = "client.readable.links.mixin"
    _description = "Links to Readable Records"
    # The link to the record from whose button a window is opened
    _opened_from = None

    @api.model_create_multi
    def create(self, vals_list):
        # with the defaults: an id may come from there, and its model from the values
        prefix = "default_"
        defaults = {
            name.removeprefix(prefix): value
            for name, value in self.env.context.items()
            if name.startswith(prefix)
        }
        self._check_readable_links([{**defaults, **vals} for vals in vals_list])
        return super().create(vals_list)

    def write(self, vals):
        self._check_readable_links([vals])
        return super().write(vals)

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        self._check_readable_links([defaults])
        return defaults

    def onchange(self, values, field_names, fields_spec):
        self._check_readable_links([values])
        if not field_names:
            self._check_opened_from(values)
        return super().onchange(values, field_names, fields_spec)

    def _check_opened_from(self, values):
        """Say what a window needs that was opened by its address, or by a page that is gone."""
        name = self._opened_from
        if name and not self and not (values.get(name) or self.default_get([name]).get(name)):
            raise UserError(
                self.env._(
                    "This window belongs to a record: %s. Please open it there, with its button.",
                    self._fields[name]._description_string(self.env),
                )
            )

    def _check_readable_links(self, vals_list):
        """Raise unless the user may read what the values link to; one check for each model."""
        if self.env.su:
            return
        found = {}
        for vals in vals_list:
            for fname in vals.keys() & self._fields.keys():
                for model, record_id in self._get_links(fname, vals):
                    found.setdefault(model, OrderedSet()).add(record_id)
        for model, ids in found.items():
            self.env[model].browse(ids).check_access("read")

    def _get_links(self, fname, vals):
        """Return [(model, id)] of what a value links to, without what is linked already."""
        field, value = self._fields[fname], vals[fname]
        if field.type == "many2one":
            links = [(field.comodel_name, value)]
        elif field.type in ("one2many", "many2many"):
            commands = [
                Command.link(command) if isinstance(command, int) else command
                for command in value or ()
            ]
            self._check_nested_links(field, commands)
            links = [(field.comodel_name, record_id) for record_id in _get_linked_ids(commands)]
        elif field.type == "reference":
            model, _comma, record_id = (value or "").partition(",")
            links = [(model, record_id.isdecimal() and int(record_id))]
        elif field.type == "many2one_reference":
            links = [(vals.get(field.model_field) or self[:1][field.model_field], value)]
        else:
            return []
        known = self._get_known_links(field)
        return [
            link
            for link in links
            if isinstance(link[1], int) and link[1] and link[0] in self.env and link not in known
        ]

    def _get_known_links(self, field):
        """Return {(model, id)} of what all records link to in a field."""
        # sudo: only which records these are
        links = [
            {(linked._name, linked.id) for linked in record[field.name]}
            for record in self.sudo().with_context(active_test=False)
            if field.relational
        ]
        return set.intersection(*links) if links else set()

    def _check_nested_links(self, field, commands):
        """Check the lines that are typed in, but not saved yet, in the same form."""
        comodel = self.env[field.comodel_name]
        if hasattr(comodel, "_check_readable_links"):
            for command in commands:
                if command[0] in (Command.CREATE, Command.UPDATE):
                    line = comodel.browse(command[1] if command[0] == Command.UPDATE else ())
                    line._check_readable_links([command[2]])


def _get_linked_ids(commands):
    """Return the ids that x2many commands link to."""
    ids = []
    for command in commands:
        if command[0] == Command.LINK:
            ids.append(command[1])
        elif command[0] == Command.SET:
            ids += command[2]
    return ids
