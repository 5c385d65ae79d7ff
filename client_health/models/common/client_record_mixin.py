from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...engine.clock import get_today


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
