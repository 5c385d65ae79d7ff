from odoo import api, fields, models


class ClientSetupLine(models.TransientModel):
    _name = "client.setup.line"
    _description = "Proposed Client"
    _order = "is_client desc, id"

    setup_id = fields.Many2one("client.setup", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="setup_id.company_id")
    partner_id = fields.Many2one("res.partner", string="Partner", required=True, readonly=True)
    is_client = fields.Boolean(
        string="Client", help="Not ticked: kept in the archive, and not proposed again."
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
    )
    invoices = fields.Integer(readonly=True)
    projects = fields.Integer(string="Running Projects", readonly=True)
    won = fields.Integer(string="Won Opportunities", readonly=True)
    bills = fields.Integer(string="Vendor Bills", readonly=True)
    internal = fields.Boolean(readonly=True)
    hint = fields.Char(compute="_compute_hint")
    done = fields.Boolean(readonly=True, index=True)

    @api.depends("internal", "bills", "invoices")
    def _compute_hint(self):
        for line in self:
            if line.internal:
                line.hint = self.env._("One of our own")
            elif line.bills > line.invoices:
                line.hint = self.env._("Rather a supplier")
            else:
                line.hint = False
