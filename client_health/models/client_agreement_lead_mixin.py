from odoo import api, fields, models


class ClientAgreementLeadMixin(models.AbstractModel):
    """The working agreements that begin on an opportunity, before the contract."""

    _name = "client.agreement.lead.mixin"
    _inherit = ["client.agreement.holder.mixin"]
    _description = "Working Agreements of an Opportunity"

    agreement_ids = fields.One2many(
        "client.agreement",
        "lead_id",
        string="Agreements",
        groups="client_health.group_client_user",
    )

    @api.model
    def _get_agreement_link(self):
        return "lead_id"

    def _link_agreements(self):
        """Hand the agreements over to the clients that the opportunities became.

        An accepted one goes to the client that accepted it, and to no other.
        """
        # sudo: users who may win the opportunity may hand its agreements over; nothing is read back
        leads = self.sudo().with_context(active_test=False)
        agreements = leads.agreement_ids.filtered(
            lambda agr: (
                not agr.relationship_id
                and (
                    not agr.signatory_id or agr.signatory_id.commercial_partner_id == agr.partner_id
                )
            )
        )
        relationships = (
            self.env["client.relationship"]
            .sudo()
            .with_context(active_test=False)
            .search([("partner_id", "in", agreements.partner_id.ids)])
        )
        by_key = {(rel.partner_id, rel.company_id): rel for rel in relationships}
        for key, group in agreements.grouped(lambda agr: (agr.partner_id, agr.company_id)).items():
            if relationship := by_key.get(key):
                group.relationship_id = relationship

    def _merge_agreements(self, others):
        """Take over what was agreed on opportunities that are merged into this one."""
        # sudo: users who may merge the opportunities may merge their agreements
        others.sudo().with_context(active_test=False).agreement_ids.lead_id = self

    def _get_missing_to_win(self):
        """Add the agreement, where the company wants one before signing."""
        for lead, missing in super()._get_missing_to_win():
            # sudo: whether there is one; nothing of it is shown
            wanted = lead._get_client_company().client_agreement_required
            if wanted and lead.sudo().agreement_state != "accepted":
                missing.append(
                    self.env._("an agreement that the client accepted (button Agreement)")
                )
            yield lead, missing
