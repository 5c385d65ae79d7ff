from functools import wraps

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import OrderedSet, ormcache

from ...engine.clock import get_today
from .reason import is_reason


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
        # what only debug mode shows depends on the request
        if operation == "read" and field.groups and "base.group_no_one" not in field.groups:
            return self.env.su or self._has_group_of_field(field.name)
        allowed = super()._has_field_access(field, operation)
        if operation == "write" and self._is_protected(field):
            return allowed and self.env.su
        return allowed

    @api.model
    @ormcache("self.env.uid", "fname")
    def _has_group_of_field(self, fname):
        """Return whether the user may read a field with groups.

        Odoo asks at each value that it reads: 10,000 times for a board of 160 cards. It is kept
        where Odoo keeps the groups of its users, and forgotten with them.
        """
        return super()._has_field_access(self._fields[fname], "read")

    @api.model
    def default_get(self, fields):
        """Take no default from the context, nor one that a user saved, for a protected field.

        ``create`` does not check what comes by default, so these would write it.
        """
        # Odoo passes over names that are no fields
        known = [name for name in fields if name in self._fields]
        protected = [name for name in known if self._is_protected(self._fields[name])]
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


class ClientReadableLinksMixin(models.AbstractModel):
    """What users give: links only to records that they may read, reasons, and days ahead.

    Much is derived from a linked record: its client, its text, its owner. Without this, whoever may
    create any record of ours would be told these by a link to the record of another user. So every
    link that a user gives is checked: by create and write, by default, and while a form is filled
    in. What is linked already, maybe by a user with more rights, stays.

    A field with ``reason=True`` takes no “x”, one with ``until=True`` no day that is over; what is
    there already stays, here too.
    """

    _name = "client.readable.links.mixin"
    _description = "Links to Readable Records"
    # The link to the record from whose button a window is opened
    _opened_from = None

    @api.model
    def _valid_field_parameter(self, field, name):
        return name in ("reason", "until") or super()._valid_field_parameter(field, name)

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
        records = super().create(vals_list)
        for record, vals in zip(records, vals_list, strict=True):
            record._check_typed(vals)
        return records

    def write(self, vals):
        self._check_readable_links([vals])
        changing = self._get_changing(vals)
        result = super().write(vals)
        for fname, records in changing.items():
            records._check_typed({fname: vals[fname]})
        return result

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

    def _get_changing(self, vals):
        """Return {name of a reason or a day ahead: records, not none, where it is not that yet}.

        What is there already stays: an import writes it again.
        """
        if self.env.su:
            return {}
        changing = {}
        for fname in vals.keys() & self._fields.keys():
            field = self._fields[fname]
            if getattr(field, "reason", False) or getattr(field, "until", False):
                value = field.convert_to_record(field.convert_to_cache(vals[fname], self), self)
                changing[fname] = self.filtered(lambda one, f=fname, v=value: one[f] != v)
        return {fname: records for fname, records in changing.items() if records}

    def _check_typed(self, vals):
        """Raise for a reason that says nothing, and a day that is over; name the field."""
        if self.env.su:  # our own methods repeat what was typed elsewhere
            return
        for fname in vals.keys() & self._fields.keys():
            field = self._fields[fname]
            if getattr(field, "reason", False) and vals[fname] and not is_reason(vals[fname]):
                raise UserError(
                    self.env._(
                        "“%s” says too little. Please write a few words that your colleagues will "
                        "understand later.",
                        field._description_string(self.env),
                    )
                )
            if getattr(field, "until", False) and vals[fname]:
                self._check_ahead(fname)

    def _check_ahead(self, fname):
        for record in self:
            company = ("company_id" in record and record.company_id) or self.env.company
            if record[fname] < get_today(company):
                raise UserError(
                    self.env._(
                        "“%s” is in the past. Please choose today or a later day.",
                        self._fields[fname]._description_string(self.env),
                    )
                )

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


def once(action):
    """Make the button of a form do its work once: a second click finds it done.

    Of two clicks at the same moment, PostgreSQL refuses the later one, and Odoo runs it again.
    """

    @wraps(action)
    def act(self):
        self.ensure_one()
        if self.is_done:
            return {"type": "ir.actions.client", "tag": "soft_reload"}
        result = action(self)
        self.exists().is_done = True
        return result

    return act


class ClientOnceMixin(models.AbstractModel):
    """A form that asks something and does it once, however often its button is clicked."""

    _name = "client.once.mixin"
    _description = "Form that acts once"

    is_done = fields.Boolean(readonly=True, copy=False, export_string_translation=False)
