from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install", "slow")
class TestAgreementTour(HttpCase):
    """The journey of an agreement, through four pages of two people."""

    def test_propose_accept_and_renew(self):
        partner = self.env["res.partner"].create({"name": "Seagull Line", "is_company": True})
        client = new_test_user(self.env, "seagull_portal", groups="base.group_portal")
        client.partner_id.write(
            {"name": "Gulliver", "email": "gulliver@example.com", "parent_id": partner.id}
        )
        relationship = self.env["client.relationship"].create(
            {"partner_id": partner.id, "user_id": self.env.ref("base.user_admin").id}
        )
        self.start_tour("/odoo", "client_health_agreement_propose", login="admin")
        first = relationship.agreement_ids
        self.assertEqual(first.state, "proposed")
        self.start_tour("/my/home", "client_health_agreement_accept", login=client.login)
        self.assertEqual(first.state, "accepted")
        self.assertEqual(first.accepted_by, "Gulliver Swift")
        self.assertTrue(first.signature)
        self.start_tour("/odoo", "client_health_agreement_renew", login="admin")
        self.assertEqual(first.state, "outdated")
        second = first.next_ids
        self.assertEqual((second.state, second.version), ("proposed", 2))
        self.start_tour("/my/home", "client_health_agreement_accept", login=client.login)
        self.env.invalidate_all()
        self.assertEqual((first.state, second.state), ("replaced", "accepted"))
