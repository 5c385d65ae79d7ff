from odoo import fields, models


class ClientLinkHolderMixin(models.AbstractModel):
    """What contacts of a client read or answer by a personal link."""

    _name = "client.link.holder.mixin"
    _description = "Record with Personal Links"

    client_link_count = fields.Integer(
        string="Links",
        compute="_compute_client_link_count",
        help="Personal links by which contacts of the client open it without a login.",
    )

    def _compute_client_link_count(self):
        # sudo: how many there are on records that the user may read
        rows = (
            self.env["client.personal.link"]
            .sudo()
            ._read_group(
                [("res_model", "=", self._name), ("res_id", "in", self._origin.ids)],
                ["res_id"],
                ["__count"],
            )
        )
        counts = dict(rows)
        for record in self:
            record.client_link_count = counts.get(record._origin.id, 0)

    def action_view_client_links(self):
        """List the links of the record, where one can be revoked."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_personal_link_action"
        )
        return dict(action, domain=[("res_model", "=", self._name), ("res_id", "=", self.id)])

    def _may_follow_link(self, contact):
        """Return whether the contact may (still) open this record by a link."""
        raise NotImplementedError
