from odoo import models

MEMBERS = frozenset(("user_ids", "implied_ids", "implied_by_ids"))


class ResGroups(models.Model):
    _name = "res.groups"
    _inherit = ["res.groups"]

    def write(self, vals):
        if MEMBERS.isdisjoint(vals):
            return super().write(vals)
        before = self.sudo().all_user_ids
        result = super().write(vals)
        (before - self.sudo().all_user_ids)._unfollow_clients()
        return result
