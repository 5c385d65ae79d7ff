from odoo import fields, models


class ClientSetupLine(models.Model):
    """A partner that the set-up proposes as a client, or leaves out with the reason."""

    _name = "client.setup.line"
    _description = "Proposed Client"
    _inherit = ["client.readable.links.mixin", "client.protected.mixin"]
    _order = "is_client desc, id"
    _rec_name = "partner_id"

    setup_id = fields.Many2one(
        "client.setup", required=True, index=True, ondelete="cascade", protected=True
    )
    company_id = fields.Many2one(related="setup_id.company_id")
    partner_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="cascade", protected=True
    )
    is_client = fields.Boolean(
        string="Client", help="Not ticked: archived, and not proposed again."
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        ondelete="set null",
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
    )
    invoices = fields.Integer(readonly=True, protected=True)
    projects = fields.Integer(
        readonly=True, help="Running projects of this partner.", protected=True
    )
    won = fields.Integer(readonly=True, help="Opportunities won with this partner.", protected=True)
    bills = fields.Integer(readonly=True, help="Vendor bills of this partner.", protected=True)
    left_out = fields.Selection(
        [("internal", "Own company or colleague"), ("supplier", "Supplier")],
        string="Note",
        readonly=True,
        help="Why this partner is not proposed as a client.",
        protected=True,
    )
    state = fields.Selection(
        [("todo", "To do"), ("done", "Done"), ("failed", "Failed")],
        required=True,
        default="todo",
        readonly=True,
        index=True,
        help="Failed: the reason is listed under Failed Jobs. Clients are tried again every night.",
        protected=True,
    )

    def write(self, vals):
        if not self.env.su:
            for setup in self.setup_id:
                setup._check_proposed()
        return super().write(vals)
