from odoo import fields, models


class ClientSetupLine(models.TransientModel):
    """A partner that the set-up proposes as a client, or leaves out with the reason."""

    _name = "client.setup.line"
    _description = "Proposed Client"
    _inherit = ["client.readable.links.mixin"]
    _order = "is_client desc, id"

    setup_id = fields.Many2one("client.setup", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="setup_id.company_id", related_sudo=False)
    partner_id = fields.Many2one("res.partner", required=True, readonly=True)
    is_client = fields.Boolean(
        string="Client", help="Not ticked: archived, and not proposed again."
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
    )
    invoices = fields.Integer(readonly=True)
    projects = fields.Integer(readonly=True, help="Running projects of this partner.")
    won = fields.Integer(readonly=True, help="Opportunities won with this partner.")
    bills = fields.Integer(readonly=True, help="Vendor bills of this partner.")
    left_out = fields.Selection(
        [("internal", "Own company or colleague"), ("supplier", "Supplier")],
        string="Note",
        readonly=True,
        help="Why this partner is not proposed as a client.",
    )
    done = fields.Boolean(readonly=True, index=True)
