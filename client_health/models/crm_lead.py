from odoo import models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = [
        "crm.lead",
        "client.relationship.link.mixin",
        "client.agreement.lead.mixin",
        "client.fit.opportunity.mixin",
    ]

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        """Odoo's own hook for an opportunity that was just won or lost."""
        won = self.filtered(
            lambda lead: (
                new_status_by_lead.get(lead.id, {}).get("is_won")
                and not old_status_by_lead.get(lead.id, {}).get("is_won")
            )
        )
        won._check_can_be_won()
        result = super()._handle_won_lost(old_status_by_lead, new_status_by_lead)
        won._open_client_relationships()
        return result

    def _open_client_relationships(self):
        """Make a client of the won customer; one that had ended only makes an activity."""
        for company, leads in self.grouped(lambda lead: lead._get_client_company()).items():
            owners = {
                lead.partner_id.commercial_partner_id: lead.user_id
                for lead in leads.filtered("partner_id")
            }
            # sudo: users who may win the opportunity may make its client; nothing is read back
            self.env["client.intake"].sudo()._add_clients(company, owners)
        self._take_fit_along()
        self._link_agreements()

    def _merge_dependences(self, opportunities):
        """Odoo's own hook for what moves along when opportunities are merged."""
        result = super()._merge_dependences(opportunities)
        self._merge_fit(opportunities)
        self._merge_agreements(opportunities)
        return result
