from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Odoo's merge of contacts: the relationships are merged before it."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Join the relationships first: Odoo deletes rows that would break a unique constraint."""
        Merge = self.env["client.merge"]
        partners = src_partners | dst_partner
        if len(partners.commercial_partner_id) > 1:
            Merge._check_may_merge(partners | partners.commercial_partner_id)
        # sudo: in every company; that the user may change all these clients was just checked
        Merge.sudo()._merge_clients(src_partners, dst_partner.commercial_partner_id)
        # sudo: contacts of clients that the user may change, or of one client
        self.env["client.contact"].sudo()._merge_contacts(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)
