from odoo import api, fields, models
from odoo.fields import Domain

from ...const import USER_GROUP


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
