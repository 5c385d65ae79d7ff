from odoo import fields, models
from odoo.exceptions import UserError

from ...const import MONEY_GROUP


class ClientSetupLine(models.Model):
    """A partner that the set-up proposes as a client, or leaves out with the reason.

    What stands here is what ``engine/intake.py`` found in the period of the set-up.
    """

    _name = "client.setup.line"
    _description = "Proposed Client"
    _inherit = ["client.readable.links.mixin", "client.protected.mixin"]
    # who may have ended stands apart, after the other clients and before those left out
    _order = "is_client desc, hint nulls first, id"
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
    currency_id = fields.Many2one(related="setup_id.company_id.currency_id")
    revenue = fields.Monetary(
        readonly=True,
        groups=MONEY_GROUP,
        help="Invoiced in the period, without taxes, in the currency of the company.",
        protected=True,
    )
    hours = fields.Float(
        readonly=True, help="Hours recorded on its projects in the period.", protected=True
    )
    last_date = fields.Date(
        string="Last Trace",
        readonly=True,
        help="Latest invoice, hours, won opportunity or new project.",
        protected=True,
    )
    left_out = fields.Selection(
        [
            ("internal", "Own company or colleague"),
            ("subsidiary", "Belongs to"),
            ("duplicate", "Same name, e-mail or tax number as"),
            ("supplier", "Supplier"),
            ("single", "Invoiced once, no other work"),
            ("idle", "Project without hours for six months"),
            ("lead", "Won, but neither project nor invoice"),
        ],
        readonly=True,
        help="Why this partner is not proposed as a client.",
        protected=True,
    )
    same_partner_id = fields.Many2one(
        "res.partner",
        string="As",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The partner to which this one belongs, or which it seems to be once more.",
        protected=True,
    )
    hint = fields.Selection(
        [
            ("ended", "Ended?"),
            ("both", "Supplier too"),
            ("branch", "Invoiced by a branch"),
            ("archived", "Archived contact"),
        ],
        readonly=True,
        index="btree_not_null",
        help="What to know of a partner that is proposed as a client. Ended?: nothing has been "
        "seen of it for three months, and for twice the usual time between its invoices.",
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

    def action_tick(self):
        """They are clients; for many at once."""
        self.check_access("write")
        self.is_client = True

    def action_untick(self):
        """They are no clients; for many at once."""
        self.check_access("write")
        self.is_client = False

    def action_merge(self):
        """Open Odoo's merge of this contact with the one that it seems to be."""
        self.ensure_one()
        self.check_access("read")
        if not self.same_partner_id:
            raise UserError(
                self.env._(
                    "There is no other contact to merge this one with. Please open Contacts, and "
                    "select both there."
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merge Contacts"),
            "res_model": "base.partner.merge.automatic.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {
                "active_model": "res.partner",
                "active_ids": (self.partner_id | self.same_partner_id).ids,
            },
        }
