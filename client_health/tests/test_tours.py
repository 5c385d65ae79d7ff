from dateutil.relativedelta import relativedelta

from odoo import Command, fields
from odoo.tests import HttpCase, tagged

from .review.common_review import open_book, read_table


@tagged("post_install", "-at_install")
class TestTours(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client_partner, cls.supplier = cls.env["res.partner"].create(
            [
                {"name": "Seagull Line", "is_company": True},
                {"name": "Paper Supplies", "is_company": True},
            ]
        )

    def _create_move(self, partner, move_type):
        today = fields.Date.today() - relativedelta(months=1)
        move = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": partner.id,
                "invoice_date": today,
                "date": today,
                "invoice_line_ids": [Command.create({"name": "Work", "price_unit": 100})],
            }
        )
        move.action_post()

    def _work(self, project, hours, hourly_cost):
        employee = self.env["hr.employee"].create({"name": "Kim", "hourly_cost": hourly_cost})
        self.env["account.analytic.line"].create(
            {
                "name": "Work",
                "project_id": project.id,
                "employee_id": employee.id,
                "unit_amount": hours,
                "date": fields.Date.today() - relativedelta(months=1),
            }
        )

    def test_day_one(self):
        """From the installation to three true findings in four clicks."""
        projects = self.env["project.project"].create(
            [
                {"name": "Timetable", "partner_id": self.client_partner.id},
                {"name": "Attic"},
            ]
        )
        self._create_move(self.client_partner, "out_invoice")
        self._work(projects[0], 20, 50)
        self._work(projects[0], 1, 0)
        self._work(projects[1], 30, 50)
        self.start_tour("/odoo", "client_health_day_one", login="admin")
        self.env.ref("client_health.ir_cron_client_setup").method_direct_trigger()
        self.start_tour("/odoo/client-today", "client_health_day_one_truth", login="admin")

    def test_spine(self):
        self._create_move(self.client_partner, "out_invoice")
        self._create_move(self.supplier, "out_invoice")
        self._create_move(self.supplier, "in_invoice")
        self._create_move(self.supplier, "in_invoice")
        self.start_tour("/odoo", "client_health_setup", login="admin")
        job = self.env.ref("client_health.ir_cron_client_setup")
        self.assertIs(job.method_direct_trigger(), True)
        self.start_tour("/odoo/clients", "client_health_board", login="admin")
        relationship = self.env["client.relationship"].search(
            [("partner_id", "=", self.client_partner.id)]
        )
        self.assertEqual(relationship.phase, "at_risk")
        self.assertEqual(relationship.client_revenue, 100, "The set-up made the figures")
        declined = (
            self.env["client.relationship"]
            .with_context(active_test=False)
            .search([("partner_id", "=", self.supplier.id)])
        )
        self.assertFalse(declined.active)
        export = self.env["client.review.export"].search([], limit=1, order="id desc")
        self.authenticate("admin", "admin")
        response = self.url_open(export.action_export()["url"])
        rows = read_table(open_book(response.content)["Clients"])
        cells = next(row for row in rows if row["Client"] == "Seagull Line")
        self.assertEqual(cells["Stage"], "At risk")
        self.assertEqual(cells["Revenue"], relationship.client_revenue)
