from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from ...engine.clock import get_today


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


@tagged("post_install", "-at_install", "slow")
class TestValueReportTour(HttpCase):
    def test_value_report(self):
        client = self.env["res.partner"].create({"name": "Harbour of the Tour", "is_company": True})
        new_test_user(
            self.env, "ch_tour_owner", groups="base.group_user,client_health.group_client_user"
        )
        portal = new_test_user(
            self.env, "ch_tour_portal", groups="base.group_portal", name="Elena Marsh"
        )
        portal.partner_id.write({"parent_id": client.id, "email": "buyer@harbour-tour.example"})
        owner = self.env["res.users"].search([("login", "=", "ch_tour_owner")])
        relationship = self.env["client.relationship"].create(
            {"partner_id": client.id, "user_id": owner.id}
        )
        today = get_today(relationship.company_id)
        long_ago = fields.Date.subtract(today, years=2)
        goal = self.env["client.goal"].create(
            {
                "name": "More bookings from phones",
                "relationship_id": relationship.id,
                "client_owner_id": portal.partner_id.id,
                "state": "agreed",
                "date_start": long_ago,
                "date_end": fields.Date.add(today, years=1),
                "actual": 40,
            }
        )
        goal.date_agreed = long_ago
        self.env.flush_all()
        self.env.cr.execute("UPDATE client_goal SET create_date = %s", (long_ago,))
        url = f"/odoo/clients/{relationship.id}"
        self.start_tour(url, "client_health_value_report", login="ch_tour_owner")
        report = self.env["client.update"].search([("relationship_id", "=", relationship.id)])
        self.assertRecordValues(
            report, [{"state": "sent", "kind": "value_report", "report_period": "year"}]
        )
        self.start_tour("/my", "client_health_value_report_portal", login="ch_tour_portal")
