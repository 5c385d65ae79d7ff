from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Odoo's merge of contacts: the relationships are merged before it."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Join the relationships first: Odoo deletes rows that would break a unique constraint."""
        # sudo: users who may merge the partners may merge their records, in every company
        self.env["client.merge"].sudo()._merge_clients(
            src_partners, dst_partner.commercial_partner_id
        )
        return super()._update_foreign_keys(src_partners, dst_partner)
