from odoo import models
from odoo.fields import Domain

# What takes a right away, or the whole login
RIGHTS = frozenset(("active", "company_ids", "group_ids", "role"))


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["res.users"]

    def write(self, vals):
        result = super().write(vals)
        if not RIGHTS.isdisjoint(vals):
            self._unfollow_clients()
        return result

    def _unfollow_clients(self):
        """Unsubscribe from what these users may not read: they left, or lost the right."""
        partners = self.sudo().with_context(active_test=False).partner_id
        self.env["mail.followers"]._unsubscribe_non_readers(
            Domain("partner_id", "in", partners.ids)
        )
