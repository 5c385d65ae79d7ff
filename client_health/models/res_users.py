from odoo import models
from odoo.fields import Domain

# What takes a right away, or the whole login
RIGHTS = frozenset(("active", "company_ids", "group_ids", "role"))


class ResUsers(models.Model):
    """Whoever leaves has clients to hand over; whoever loses a right to read follows no more."""

    _name = "res.users"
    _inherit = ["res.users", "client.deletion.mixin"]

    def write(self, vals):
        result = super().write(vals)
        if not RIGHTS.isdisjoint(vals):
            self._unfollow_clients()
        return result

    def _unfollow_clients(self):
        """Unsubscribe from what these users may not read: they left, or lost the right."""
        partners = self.sudo().with_context(active_test=False).partner_id
        domain = Domain("partner_id", "in", partners.ids)
        self.env["mail.followers"]._unsubscribe_non_readers(domain)

    def action_archive(self):
        """Keep the activities about clients, which Odoo deletes, and ask who gets the clients."""
        Relationship = self.env["client.relationship"]
        leaving = self.filtered("active")
        leaving._pass_client_activities()
        result = super().action_archive()
        if not leaving or not Relationship.has_access("write"):
            return result
        clients = Relationship.search([("user_id", "in", leaving.ids)])
        return clients.action_hand_over() if clients else result

    def _pass_client_activities(self):
        """Give the open activities about clients to whoever is responsible without these users."""
        # sudo: users who may archive a colleague may be unable to read every client
        Relationship = self.env["client.relationship"].sudo()
        for model in Relationship._get_activity_models():
            activities = self.env["mail.activity"].sudo()
            activities = activities.search([("res_model", "=", model), ("user_id", "in", self.ids)])
            records = self.env[model].sudo().browse(activities.mapped("res_id")).exists()
            responsible = records.with_context(client_leaving=self.ids)._get_responsible()
            by_id = {record.id: user for record, user in responsible.items()}
            for former, own in activities.grouped("user_id").items():
                own.client_former_user_id = former
            for user, own in activities.grouped(
                lambda one, by_id=by_id: by_id.get(one.res_id)
            ).items():
                if user:
                    own.with_context(mail_activity_quick_update=True).user_id = user


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
