from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, formatLang

from ...const import USER_GROUP
from ...engine.clock import get_today


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


class ClientRecordMixin(models.AbstractModel):
    """A record of one client: a goal, a line of feedback, an agreement …

    The partner is not stored beside the relationship, so that the records of merged clients move
    with the relationship. Each model brings its record rules; they follow those of the relationship
    (``security/client_relationship_security.xml``).

    Links to records of another client are refused: ``_get_client_links`` names the fields to check.
    Neither can a record be moved from or to a client that the user may not write.
    """

    _name = "client.record.mixin"
    _description = "Record of a Client"
    _inherit = ["client.attached.mixin", "client.protected.mixin", "client.readable.links.mixin"]
    _check_company_auto = True

    relationship_id = fields.Many2one(
        "client.relationship",
        string="Client",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="relationship_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(related="relationship_id.partner_id", string="Client Company")

    @api.model
    def _get_client_links(self):
        """Return {field name: paths from the linked record to its client, best first}."""
        return {}

    @api.constrains(lambda self: [*self._get_client_links(), "relationship_id"])
    def _check_client_links(self):
        links = self._get_client_links()
        # constraints run as superuser: whose client it is may be read of any record named here
        for record in self:
            for fname, paths in links.items():
                linked = record[fname]
                owners = (linked.mapped(path) for path in paths)
                owner = next((found for found in owners if found), linked.browse())
                if linked and owner != record.partner_id:
                    raise ValidationError(record._get_foreign_message(fname, owner))

    @api.model
    def _get_holder_fields(self):
        related = self._fields["relationship_id"].related
        return {"relationship_id", related.split(".")[0] if related else "relationship_id"}

    def write(self, vals):
        result = super().write(vals)
        if "relationship_id" in vals:
            # the company comes with the client: Odoo looks at what was written, not at the rest
            self._check_company()
        return result

    def _set_today(self, fname):
        """Let a protected date of what users make be today; code run as superuser gives its own."""
        if self.env.su:
            return
        for company, records in self.grouped("company_id").items():
            # sudo: protected; it is today where the client's company is
            records.sudo()[fname] = get_today(company)

    def _get_responsible(self):
        """Return {record: user}: the one in charge of the record, else of its client."""
        Relationship = self.env["client.relationship"]
        clients = self.relationship_id._get_responsible()
        return {
            record: Relationship._filter_responsible(record.user_id, record.company_id)
            or clients[record.relationship_id]
            for record in self
        }

    @api.model
    def _get_latest_today(self):
        """Return the date where the day begins first: no user's today lies in the future."""
        return (fields.Datetime.now() + timedelta(hours=14)).date()

    @api.model
    def _get_due_domain(self, fname, operator="<="):
        """Return the domain of records due today: each on the day that it is in its company."""
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        return Domain.OR(
            Domain("company_id", "in", group.ids) & Domain(fname, operator, today)
            for today, group in companies.grouped(get_today).items()
        )

    def _get_foreign_message(self, fname, owner):
        names = {
            "field": self._fields[fname]._description_string(self.env),
            "linked": self[fname].display_name,
            "client": self.partner_id.display_name,
        }
        if not owner:
            return self.env._(
                "%(field)s: %(linked)s has no client yet. Please choose a record of %(client)s.",
                **names,
            )
        return self.env._(
            "%(field)s: %(linked)s belongs to %(owner)s. Please choose a record of %(client)s.",
            owner=owner.display_name,
            **names,
        )


class ClientRelationshipLinkMixin(models.AbstractModel):
    """Shows the client relationship on a record that belongs to a client, such as a project.

    Not stored and never computed as superuser: users see only the relationships that they may read.
    The fields carry groups because portal users can read every field without groups of their own
    partner and projects.
    """

    _name = "client.relationship.link.mixin"
    _description = "Link to the Client Relationship"

    client_relationship_id = fields.Many2one(
        "client.relationship",
        compute="_compute_client_relationship_id",
        search="_search_client_relationship_id",
        groups=USER_GROUP,
    )
    client_stage_id = fields.Many2one(
        related="client_relationship_id.stage_id",
        string="Client Stage",
        related_sudo=False,
        groups=USER_GROUP,
    )
    client_phase = fields.Selection(
        related="client_relationship_id.phase",
        related_sudo=False,
        groups=USER_GROUP,
    )

    @api.model
    def _get_client_path(self):
        """Return the path from the record to the client, as a dotted field name."""
        return "partner_id.commercial_partner_id"

    def _get_client_company(self):
        """Return the company whose relationship is meant."""
        self.ensure_one()
        return self.company_id or self.env.company

    @api.depends(lambda self: (self._get_client_path(), "company_id"))
    @api.depends_context("company", "uid", "allowed_company_ids")
    def _compute_client_relationship_id(self):
        path = self._get_client_path()
        known = self.env["client.relationship"]._get_by_client(self.mapped(path))
        for record in self:
            key = (record.mapped(path), record._get_client_company())
            record.client_relationship_id = known.get(key, False)

    @api.model
    def _search_client_relationship_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        Relationship = self.env["client.relationship"]
        here = Domain("company_id", "=", self.env.company.id)
        wanted = Domain(value) if operator == "any" else Domain("id", "in", [v for v in value if v])
        path = self._get_client_path()
        domain = Domain(path, "in", Relationship.search(wanted & here).partner_id.ids)
        if operator == "in" and False in value:
            domain |= Domain(path, "not in", Relationship.search(here).partner_id.ids)
        return domain

    def action_view_client_relationship(self):
        # the context of this record's own action holds defaults that mean nothing to a client
        return self.client_relationship_id._get_records_action(context={})


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


class ClientFigureFormatMixin(models.AbstractModel):
    """Turns figures into text, in the currency of the record and the language of the reader.

    ``None`` is unknown and becomes a word, never a number.
    """

    _name = "client.figure.format.mixin"
    _description = "Figures as Text"

    currency_id = fields.Many2one("res.currency")

    def _money(self, amount, **options):
        return self._format(amount, self.currency_id.format, **options)

    def _per_hour(self, amount, **options):
        return self._format(
            amount, lambda value: self.env._("%s/h", self.currency_id.format(value)), **options
        )

    def _percent(self, value, **options):
        return self._format(value, lambda part: f"{formatLang(self.env, part, 1)} %", **options)

    def _points(self, value, **options):
        return self._format(
            value, lambda part: self.env._("%s points", formatLang(self.env, part, 1)), **options
        )

    def _hours(self, value, **options):
        return self._format(value, lambda hours: f"{formatLang(self.env, hours, 1)} h", **options)

    def _format(self, value, form, sign=False, missing=None):
        if value is None:
            return missing or self.env._("unknown")
        text = form(value or 0.0)  # "-0" helps no reader
        return f"+{text}" if sign and value > 0 else text
