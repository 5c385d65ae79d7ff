from odoo import api, models

from ...const import MANAGER_GROUP


class ClientResponsibleMixin(models.AbstractModel):
    """Finds the user who acts on a client, or on the opportunity that is to become one.

    The model has ``user_id``, ``team_id`` and ``company_id``.
    """

    _name = "client.responsible.mixin"
    _description = "Responsible for a Client"
    _inherit = ["client.activity.mixin"]

    def _get_responsible(self):
        """Return {record: user}: the salesperson, else the team leader, else a manager.

        In a fixed number of queries. Empty only where the company has no manager.
        """
        # sudo: only who it is; users who act on a record may be unable to read its team
        records = self.sudo()
        companies = {record: record.company_id or self.env.company for record in records}
        found = {
            record: self._filter_responsible(record.user_id, companies[record])
            or self._filter_responsible(record.team_id.user_id, companies[record])
            for record in records
        }
        missing = [companies[record] for record in records if not found[record]]
        managers = self._get_managers(self.env["res.company"].union(*missing))
        return {
            record: (found[record] or managers[companies[record]]).with_env(self.env)
            for record in self
        }

    @api.model
    def _filter_responsible(self, users, company):
        """Return the users who can act for the company.

        A colleague who left, a portal user or OdooBot would never see what is asked of them.
        ``client_leaving`` in the context: ids of users about to be archived.
        """
        leaving = self.env.context.get("client_leaving", ())
        # sudo: users may not read where their colleagues work
        able = users.sudo().filtered(
            lambda user: (
                user.active
                and not user.share
                and not user._is_superuser()
                and user.id not in leaving
                and company in user.company_ids
            )
        )
        return able.with_env(users.env)

    @api.model
    def _get_managers(self, companies):
        """Return {company: one of its managers, the current user first}, in one query."""
        if not companies:
            return {}
        # sudo: only who it is; users may not read the groups of their colleagues
        managers = (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", self.env.ref(MANAGER_GROUP).ids),
                    ("company_ids", "in", companies.ids),
                ],
                order="id",
            )
        )
        own = self.env.user
        return {
            company: self._filter_responsible(managers, company).sorted(
                lambda user, company=company: (user != own, user.company_id != company)
            )[:1]
            for company in companies
        }
