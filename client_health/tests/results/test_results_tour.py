from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestResultsTour(HttpCase):
    def test_goal_to_confirmed_accomplishment(self):
        client = self.env["res.partner"].create({"name": "Harbour of the Tour", "is_company": True})
        owner = new_test_user(
            self.env,
            "ch_tour_owner",
            groups="base.group_user,client_health.group_client_user,sales_team.group_sale_salesman",
        )
        portal = new_test_user(self.env, "ch_tour_portal", groups="base.group_portal")
        # no address of the own company, whose people answer for no client
        portal.partner_id.write({"parent_id": client.id, "email": "buyer@harbour-tour.example"})
        relationship = self.env["client.relationship"].create(
            {"partner_id": client.id, "user_id": owner.id}
        )
        self.start_tour("/odoo", "client_health_goal", login="ch_tour_owner")
        told = relationship.accomplishment_ids
        self.assertEqual(told.goal_id.state, "reached")
        self.assertTrue(told.is_shared)
        self.start_tour("/my", "client_health_goal_portal", login="ch_tour_portal")
        self.env.invalidate_all()
        self.assertRecordValues(
            told,
            [
                {
                    "state": "confirmed",
                    "value_amount": 12000.0,
                    "confirmed_amount": 9500.0,
                    "value_difference": -2500.0,
                    "confirmed_by_id": portal.partner_id.id,
                    "confirmed_words": "An hour a day for our guests",
                }
            ],
        )
        self.assertEqual(relationship.value_words, "You answer on the same day")
        self.assertTrue(relationship.value_confirmed_date)
