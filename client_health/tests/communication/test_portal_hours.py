from datetime import timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, new_test_user, tagged

from ..common import ClientHealthCommon


@tagged("post_install", "-at_install")
class TestPortalHours(ClientHealthCommon, HttpCase):
    """Odoo's own pages of tasks, by real requests: a company may hide the hours from clients."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create({"name": "No Client", "is_company": True})
        cls.outsider = new_test_user(cls.env, "hours_outsider", groups="base.group_portal")
        cls.outsider.partner_id.parent_id = cls.customer
        cls.employee = cls.env["hr.employee"].create({"name": "Worker", "hourly_cost": 45})
        cls.task = cls._create_task(cls.client_partner)
        cls.other_task = cls._create_task(cls.customer)

    @classmethod
    def _create_task(cls, partner):
        project = cls.env["project.project"].create(
            {
                "name": "Site",
                "partner_id": partner.id,
                "privacy_visibility": "portal",
                "allow_timesheets": True,
                "company_id": cls.company.id,
            }
        )
        project.message_subscribe(partner.ids)
        task = cls.env["project.task"].create(
            {
                "name": "Shared task",
                "project_id": project.id,
                "partner_id": partner.id,
                "allocated_hours": 20,
                "date_deadline": fields.Datetime.now() + timedelta(days=9),
            }
        )
        task.message_subscribe(partner.ids)
        cls.env["account.analytic.line"].create(
            {
                "name": "Secret work",
                "project_id": project.id,
                "task_id": task.id,
                "employee_id": cls.employee.id,
                "unit_amount": 2.5,
            }
        )
        return task

    def _get_pages(self, user, task):
        """Return {path: text} of Odoo's pages on which hours stand, as the user sees them."""
        self.authenticate(user.login, user.login)
        paths = (
            f"/my/tasks/{task.id}",
            "/my/tasks",
            f"/my/projects/{task.project_id.id}",
            "/my/timesheets",
            f"/my/tasks/{task.id}?report_type=html",
        )
        return {path: self.url_open(path).text for path in paths}

    def _assert_hidden(self, pages):
        for path, text in pages.items():
            self.assertIn("Shared task" if "timesheets" not in path else "Timesheets", text, path)
            for word in ("Secret work", "Time Remaining", "Allocated Time", "17:30", "20:00"):
                self.assertNotIn(word, text, path)

    def test_as_odoo_is_by_default(self):
        pages = self._get_pages(self.portal, self.task)
        page = pages[f"/my/tasks/{self.task.id}"]
        for word in ("Secret work", "Time Remaining", "Allocated Time", "17:30"):
            self.assertIn(word, page)
        self.assertIn("Secret work", pages["/my/timesheets"])

    def test_hidden_from_clients_alone(self):
        self.company.client_hide_hours = True
        self._assert_hidden(self._get_pages(self.portal, self.task))
        found = self.make_jsonrpc_request("/my/counters", {"counters": ["timesheet_count"]})
        self.assertFalse(found["timesheet_count"], "no tile")
        page = self._get_pages(self.outsider, self.other_task)[f"/my/tasks/{self.other_task.id}"]
        for word in ("Secret work", "Time Remaining", "Allocated Time"):
            self.assertIn(word, page, "a customer who is no client of ours")

    def test_by_a_link_without_login(self):
        self.company.client_hide_hours = True
        self.authenticate(None, None)
        text = self.url_open(self.task.get_portal_url()).text
        self.assertIn("Shared task", text)
        for word in ("Secret work", "Time Remaining", "Allocated Time"):
            self.assertNotIn(word, text)
        text = self.url_open(self.other_task.get_portal_url()).text
        self.assertIn("Allocated Time", text)

    def test_colleagues_see_them(self):
        self.company.client_hide_hours = True
        self.assertFalse(self.task.with_user(self.owner)._hides_client_hours())
        lines = self.env["account.analytic.line"].with_user(self.owner)
        self.assertFalse(lines._get_hiding_companies())

    def test_another_company_hides_its_own(self):
        other = self.env["res.company"].create({"name": "Second", "client_hide_hours": True})
        self.env["client.relationship"].create(
            {"partner_id": self.client_partner.id, "company_id": other.id}
        )
        page = self._get_pages(self.portal, self.task)[f"/my/tasks/{self.task.id}"]
        self.assertIn("Secret work", page)

    def test_what_is_invoiced_stays_with_the_invoice(self):
        self.company.client_hide_hours = True
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client_partner.id,
                "invoice_line_ids": [Command.create({"name": "Work", "price_unit": 100})],
            }
        )
        lines = self.env["account.analytic.line"]
        domain = lines.with_user(self.portal)._timesheet_get_portal_domain()
        self.assertFalse(lines.sudo().search(domain))
        self.task.timesheet_ids.timesheet_invoice_id = invoice
        self.assertEqual(lines.sudo().search(domain), self.task.timesheet_ids)
        path = f"/my/tasks/{self.task.id}"
        self._assert_hidden({path: self._get_pages(self.portal, self.task)[path]})
