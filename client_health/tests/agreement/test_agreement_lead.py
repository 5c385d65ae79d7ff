from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_agreement import ClientAgreementCommon


@tagged("post_install", "-at_install")
class TestAgreementLead(ClientAgreementCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prospect = cls.env["res.partner"].create({"name": "Juniper Crumb", "is_company": True})
        cls.buyer = cls.env["res.partner"].create(
            {"name": "Pauline", "email": "pauline@example.com", "parent_id": cls.prospect.id}
        )
        cls.lead = cls._create_lead("Brand", cls.buyer)

    @classmethod
    def _create_lead(cls, name, partner):
        return cls.env["crm.lead"].create(
            {
                "name": name,
                "type": "opportunity",
                "partner_id": partner.id,
                "user_id": cls.owner.id,
            }
        )

    def _create(self, lead=None, **vals):
        lead = lead or self.lead
        return self._create_agreement(
            relationship_id=False,
            lead_id=lead.id,
            **{"signatory_id": self.buyer.id, **vals},
        )

    def _get_relationship(self, partner):
        return self.env["client.relationship"].search([("partner_id", "=", partner.id)])

    def test_winning_hands_it_over(self):
        agreement = self._accept(self._create())
        draft = self._create()
        draft.active = False
        self.assertEqual(agreement.partner_id, self.prospect)
        self.assertEqual(agreement.user_id, self.owner)
        self.assertEqual(self.lead.agreement_state, "accepted")
        self.lead.with_user(self.owner).sudo().action_set_won()
        relationship = self._get_relationship(self.prospect)
        self.assertEqual(agreement.relationship_id, relationship)
        self.assertEqual(draft.relationship_id, relationship)
        self.assertEqual(relationship.agreement_id, agreement)
        self.assertEqual(agreement.lead_id, self.lead)

    def test_of_an_existing_client(self):
        lead = self._create_lead("App", self.signatory)
        agreement = self._create(lead, signatory_id=self.signatory.id)
        self.assertFalse(self.relationship.agreement_id, "Not before it is won")
        lead.action_set_won()
        self.env.invalidate_all()
        self.assertEqual(self.relationship.agreement_id, agreement)

    def test_accepted_by_one_never_goes_to_another(self):
        agreement = self._accept(self._create())
        self.lead.partner_id = self.signatory
        self.lead.action_set_won()
        self.assertFalse(agreement.relationship_id)
        domain = agreement._get_portal_domain(self.client_partner)
        self.assertFalse(agreement.search_count([*domain, ("id", "=", agreement.id)]))

    def test_expectation_changed_before_the_client_is_one(self):
        agreement = self._accept(self._create())
        agreement._mark_outdated(self.buyer, "Also a shop", self.today, self.today)
        self.assertEqual(self.lead.activity_ids.user_id, self.owner)
        self.assertEqual(self.lead.agreement_state, "outdated")

    def test_merged_opportunities(self):
        other = self._create_lead("Brand again", self.buyer)
        agreement = self._accept(self._create(other))
        (self.lead | other).merge_opportunity()
        self.assertTrue(agreement.exists())
        self.assertEqual(agreement.lead_id, (self.lead | other).exists())

    def test_company_may_want_it_before_winning(self):
        self.company.client_agreement_required = True
        agreement = self._create()
        agreement.action_propose()
        with self.assertRaisesRegex(UserError, "an agreement that the client accepted"):
            self.lead.action_set_won()
        self._accept(agreement)
        self.lead.action_set_won()
        self.assertEqual(self.lead.won_status, "won")

    def test_not_wanted_by_default(self):
        self.assertFalse(self.company.client_agreement_required)
        self.lead.action_set_won()
        self.assertEqual(self.lead.won_status, "won")

    def test_merged_clients_keep_their_agreements(self):
        """Partners turn out to be one client: all versions of both end there."""
        lead = self.lead
        mine = self._accept(self._create(lead))
        lead.action_set_won()
        theirs = self._create_accepted()
        successor = theirs._create_successor()
        before = {agr.id: (agr.state, agr.accepted_by) for agr in mine | theirs | successor}
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.prospect | self.client_partner).ids, self.client_partner
        )
        self.env.invalidate_all()
        relationship = self._get_relationship(self.client_partner)
        self.assertEqual(relationship.agreement_ids, mine | theirs | successor)
        after = {agr.id: (agr.state, agr.accepted_by) for agr in relationship.agreement_ids}
        self.assertEqual(after, before)
        for agreement in mine | theirs:
            self.assertEqual(agreement.acceptance_hash, agreement._get_text_hash())
