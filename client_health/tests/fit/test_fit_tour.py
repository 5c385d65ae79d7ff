from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestFitTour(HttpCase):
    def test_fit_to_won(self):
        partner = self.env["res.partner"].create({"name": "Fit Prospect", "is_company": True})
        admin = self.env.ref("base.user_admin")
        lead = self.env["crm.lead"].create(
            {
                "name": "Website for Fit Prospect",
                "type": "opportunity",
                "partner_id": partner.id,
                "user_id": admin.id,
                "company_id": admin.company_id.id,
            }
        )
        admin.company_id.client_fit_required = True
        admin.company_id.client_agreement_required = False
        self.start_tour("/odoo", "client_health_fit", login="admin")
        self.assertEqual(lead.won_status, "won")
        self.assertEqual((lead.fit_state, lead.fit_red_flags), ("fit", 1))
        relationship = self.env["client.relationship"].search([("partner_id", "=", partner.id)])
        self.assertEqual(relationship.fit_round_ids.mapped("reason"), ["check", "before_signing"])
        self.assertEqual(relationship.fit_signed_state, "fit")
        again = relationship.fit_round_ids[0]
        self.assertEqual(again.fit_answer_ids.mapped("answer"), ["yes"])
