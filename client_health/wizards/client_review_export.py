from odoo import api, fields, models
from odoo.exceptions import UserError

# More take longer than a user waits for a page
AT_ONCE = 500


class ClientReviewExport(models.TransientModel):
    """Selects the clients of the review; the file is made when it is downloaded."""

    _name = "client.review.export"
    _description = "Export Client Review"
    _inherit = ["client.readable.links.mixin"]

    relationship_ids = fields.Many2many("client.relationship", string="Clients")
    stage_ids = fields.Many2many(
        "client.relationship.stage",
        string="Stages",
        default=lambda self: self.env["client.relationship.stage"].search(
            [("phase", "!=", "ended")]
        ),
    )
    user_ids = fields.Many2many("res.users", string="Salespersons", help="Empty: all.")
    audience = fields.Selection(
        [("us", "Us: what you may see"), ("client", "The client: what it may know")],
        string="Made For",
        help="Who reads the review of one client. Empty: it is the review of several.",
    )

    @api.private  # called by a server action
    @api.model
    def action_export_selection(self, relationships):
        """Download the review of the clients selected in a list or on the board."""
        if not relationships:
            raise UserError(self.env._("Please select the clients to export."))
        return self.create({"relationship_ids": [(6, 0, relationships.ids)]}).action_export()

    @api.private
    @api.model
    def action_export_client(self, relationships, for_client=False):
        """Download the review of one client: for ourselves, or to hand to the client."""
        if len(relationships) != 1:
            raise UserError(self.env._("Please choose one client."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/client_health/review/client/{relationships.id}?for_client="
            + ("1" if for_client else ""),
            "target": "download",
        }

    def action_export(self):
        """Download the review; a large one is made in the background, and its page opens."""
        self.ensure_one()
        if self.audience:
            return self.action_export_client(self.relationship_ids, self.audience == "client")
        relationships = self._get_relationships()
        if len(relationships) > AT_ONCE:
            run = self.env["client.review.run"]._queue(relationships, self._get_filters())
            return run._get_records_action(name=self.env._("Client Review"))
        return {
            "type": "ir.actions.act_url",
            "url": f"/client_health/review/{self.id}",
            "target": "download",
        }

    def _get_filters(self):
        """Return words for what was chosen."""
        if self.relationship_ids:
            return [self.env._("%s selected clients", len(self.relationship_ids))]
        return [*self.stage_ids.mapped("name"), *self.user_ids.mapped("name")]

    def _get_relationships(self):
        """Return the clients of the review, as far as the user may read them."""
        Relationship = self.env["client.relationship"]
        if self.relationship_ids:
            domain = [("id", "in", self.relationship_ids.ids), ("active", "in", [True, False])]
        else:
            domain = [("company_id", "in", self.env.companies.ids)]
            if self.stage_ids:
                domain.append(("stage_id", "in", self.stage_ids.ids))
            if self.user_ids:
                domain.append(("user_id", "in", self.user_ids.ids))
        return Relationship.search(domain, order="stage_id, partner_id, id")
