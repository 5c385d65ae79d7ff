from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ...engine.clock import get_closed_months, get_today
from ..common import ClientHealthCommon
from ..common_mail import GatewayCommon

MAIL = """To: {to}
From: {author}
Subject: {subject}
Message-ID: <{subject}@mail.example.com>
Content-Type: text/plain

Please have a look.
"""


class ScopeCommon(ClientHealthCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal.partner_id.email = "elena@blueharbour.example.com"
        cls.contact = cls.portal.partner_id
        cls.planner = new_test_user(
            cls.env,
            "scope_planner",
            groups="base.group_user,project.group_project_user,hr_timesheet.group_hr_timesheet_user",
        )
        cls.project = cls.env["project.project"].create(
            {
                "name": "Website",
                "partner_id": cls.client_partner.id,
                "privacy_visibility": "portal",
                "allow_timesheets": True,
                "company_id": cls.company.id,
            }
        )
        cls.employee = cls.env["hr.employee"].create({"name": "Tom"})

    def _create_task(self, user=None, **vals):
        tasks = self.env["project.task"]
        if user:
            tasks = tasks.with_user(user)
        return tasks.create({"name": "Task", "project_id": self.project.id, **vals}).sudo(False)

    def _log(self, task, hours, days=1, **vals):
        return self.env["account.analytic.line"].create(
            {
                "name": "Work",
                "project_id": task.project_id.id,
                "task_id": task.id,
                "employee_id": self.employee.id,
                "unit_amount": hours,
                "date": fields.Date.today() - timedelta(days=days),
                **vals,
            }
        )


@tagged("post_install", "-at_install")
class TestRequestGuess(ScopeCommon, GatewayCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project.alias_name = "scope-website"
        cls.project.alias_contact = "everyone"
        cls.alias = cls.project.alias_id.alias_full_name

    def _mail(self, author, subject):
        with self.mock_mail_gateway():
            return self.format_and_process(
                MAIL.replace("{author}", "{email_from}").replace("<{subject}@", "<{msg_id}@"),
                author,
                self.alias,
                subject=subject,
                target_model="project.task",
                msg_id=subject.replace(" ", "-"),
            )

    def _share(self):
        self.project.message_subscribe(self.contact.ids)
        self.project.write({"collaborator_ids": [Command.create({"partner_id": self.contact.id})]})

    def test_made_by_us_is_unclear(self):
        task = self._create_task(self.planner)
        self.assertEqual(task.requested_by, "unclear")
        self.assertFalse(task.requested_by_partner_id)
        self.assertFalse(task.requested_choice)

    def test_mail_of_the_client(self):
        task = self._mail("elena@blueharbour.example.com", "Colours")
        self.assertEqual(task.requested_by, "client")
        self.assertEqual(task.requested_by_partner_id, self.contact)

    def test_mail_of_somebody_else(self):
        stranger = self._mail("sales@vendor.example.com", "Cheap servers")
        self.assertEqual(stranger.requested_by, "unclear")
        self.planner.email = "planner@agency.example.com"
        ours = self._mail("planner@agency.example.com", "Idea")
        self.assertEqual(ours.requested_by, "unclear")

    def test_portal_user_in_project_sharing(self):
        self._share()
        task = (
            self.env["project.task"]
            .with_user(self.portal)
            .with_context(default_project_id=self.project.id, tracking_disable=False)
            .create({"name": "From the portal"})
        )
        task = task.with_user(self.env.user)
        self.assertEqual(task.requested_by, "client")
        self.assertEqual(task.requested_by_partner_id, self.contact)
        task.with_user(self.portal).write({"name": "Renamed", "state": "1_done"})
        self.assertEqual(task.requested_by, "client")

    def test_work_on_an_order(self):
        product = self.env["product.product"].create(
            {
                "name": "Design",
                "type": "service",
                "service_tracking": "task_global_project",
                "project_id": self.project.id,
            }
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.client_partner.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        order.action_confirm()
        task = order.order_line.task_id
        self.assertTrue(task)
        self.assertEqual(task.requested_by, "client")
        self.assertEqual(task.requested_by_partner_id, self.client_partner)

    def test_templates_and_todos_are_nobodys(self):
        template = self._create_task(is_template=True)
        child = self._create_task(parent_id=template.id)
        todo = self.env["project.task"].create({"name": "Buy milk"})
        of_template = self.env["project.project"].create({"name": "T", "is_template": True})
        task = self.env["project.task"].create({"name": "T", "project_id": of_template.id})
        for record in (template, child, todo, task):
            self.assertFalse(record.requested_by)
        todo.project_id = self.project
        self.assertEqual(todo.requested_by, "unclear", "A to-do that becomes a task of a client")
        copied = self.env["project.task"].browse(template.action_create_from_template())
        self.assertEqual(copied.requested_by, "unclear")

    def test_sub_tasks_follow(self):
        parent = self._create_task()
        child = self._create_task(parent_id=parent.id)
        grandchild = self._create_task(parent_id=child.id)
        parent.requested_by = "us"
        self.assertEqual(child.requested_by, "us")
        self.assertEqual(grandchild.requested_by, "us")
        parent.write({"requested_by": "client", "requested_by_partner_id": self.contact.id})
        self.assertEqual(grandchild.requested_by_partner_id, self.contact)

    def test_a_persons_choice_is_never_overwritten(self):
        parent = self._create_task()
        child = self._create_task(parent_id=parent.id)
        child.with_user(self.planner).requested_by = "client"
        parent.requested_by = "us"
        self.assertEqual(child.requested_by, "client")
        task = self._create_task()
        task.requested_by = "us"
        task.parent_id = parent
        parent.requested_by = "client"
        task.project_id = self.project.copy()
        self.assertEqual(task.requested_by, "us")
        given = self._create_task(requested_by="us")
        self.assertEqual(given.requested_choice, "us")
        self.env["project.task"]._guess_existing_requests()
        self.assertEqual(given.requested_by, "us")

    def test_the_same_choice_as_the_parent_is_a_choice(self):
        parent = self._create_task()
        child = self._create_task(parent_id=parent.id)
        child.with_user(self.planner).write({"requested_by": "unclear"})
        parent.requested_by = "us"
        self.assertEqual(child.requested_by, "unclear")

    def test_saving_the_form_is_no_choice(self):
        with Form(
            self.env["project.task"]
            .with_user(self.planner)
            .with_context(default_project_id=self.project.id),
            "project.view_task_form2",
        ) as form:
            form.name = "New on the form"
        self.assertFalse(form.record.sudo().requested_choice)
        self.assertEqual(form.record.requested_by, "unclear")

    def test_repetitions_follow(self):
        task = self._create_task(
            recurring_task=True, repeat_interval=1, repeat_unit="week", repeat_type="forever"
        )
        task.requested_by = "client"
        task.state = "1_done"
        other = task.recurrence_id.task_ids - task
        self.assertEqual(len(other), 1)
        self.assertEqual(other.requested_by, "client")

    def test_existing_tasks_are_guessed_alike(self):
        """The set-based guess at install says what the hook says, task by task."""
        self._share()
        tasks = self._create_task(self.planner) | self._create_task(is_template=True)
        tasks |= self._mail("elena@blueharbour.example.com", "Colours")
        tasks |= self._mail("sales@vendor.example.com", "Cheap servers")
        tasks |= (
            self.env["project.task"]
            .with_user(self.portal)
            .with_context(default_project_id=self.project.id)
            .create({"name": "From the portal"})
            .with_user(self.env.user)
        )
        tasks |= self._create_task(self.planner, parent_id=tasks[2].id)
        tasks |= self._create_task(parent_id=tasks[-1].id)
        tasks |= self.env["project.task"].create({"name": "Todo"})
        tasks = tasks.with_user(self.env.user)
        self.env.flush_all()
        expected = [(t.requested_by, t.requested_by_partner_id) for t in tasks]
        self.assertEqual(
            [value for value, _partner in expected],
            ["unclear", False, "client", "unclear", "client", "client", "client", False],
        )
        self.env.cr.execute(
            "UPDATE project_task SET requested_by = NULL, requested_by_partner_id = NULL "
            "WHERE id = ANY(%s)",
            [tasks.ids],
        )
        self.env.invalidate_all()
        tasks._guess_existing_requests()
        self.assertEqual([(t.requested_by, t.requested_by_partner_id) for t in tasks], expected)

    def test_guessing_is_set_based(self):
        counts = []
        for count in (5, 50):
            tasks = self.env["project.task"].create(
                [{"name": f"T{i}", "project_id": self.project.id} for i in range(count)]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            tasks._guess_requests()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])


@tagged("post_install", "-at_install")
class TestRequestPortal(ScopeCommon):
    NEW = (
        "requested_by",
        "requested_by_partner_id",
        "requested_choice",
        "requested_date",
        "request_to_clear",
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project.message_subscribe(cls.contact.ids)
        cls.project.collaborator_ids = [Command.create({"partner_id": cls.contact.id})]
        cls.task = cls.env["project.task"].create(
            {"name": "Ours", "project_id": cls.project.id, "requested_by": "us"}
        )
        cls.task.message_subscribe(cls.contact.ids)

    def test_tasks(self):
        task = self.task.with_user(self.portal)
        self.assertEqual(task.read(["name"])[0]["name"], "Ours")
        for fname in self.NEW:
            with self.subTest(field=fname):
                self.assertNotIn(fname, task.TASK_PORTAL_READABLE_FIELDS)
                self.assertNotIn(fname, task.TASK_PORTAL_WRITABLE_FIELDS)
                self.assertNotIn(fname, task.fields_get())
                for attempt in (
                    lambda fname=fname: task.read([fname]),
                    lambda fname=fname: task.search([(fname, "!=", False)]),
                    lambda fname=fname: task.search([], order=fname),
                    lambda fname=fname: task.write({fname: False}),
                    lambda fname=fname: task.formatted_read_group([], [fname]),
                ):
                    with self.assertRaises(AccessError):
                        attempt()

    def test_project_and_buttons(self):
        project = self.project.with_user(self.portal)
        for fname in ("scope_hours", "unrequested_hours", "unclear_hours", "unrequested_share"):
            with self.subTest(field=fname), self.assertRaises(AccessError):
                project.read([fname])
        task = self.task.with_user(self.portal)
        for call in (task.action_client_asked, task.action_our_idea):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                call()
        with self.assertRaises(AccessError):
            task.action_ask_request()


@tagged("post_install", "-at_install")
class TestClearing(ScopeCommon):
    def _to_clear(self, user=None):
        tasks = self.env["project.task"].with_user(user or self.planner)
        return tasks.search([("request_to_clear", "=", True), ("project_id", "=", self.project.id)])

    def test_list(self):
        unclear, ours, asked = (self._create_task() for _number in range(3))
        ours.requested_by = "us"
        asked.requested_by = "client"
        done, done_recently = (self._create_task(state="1_done") for _number in range(2))
        self._log(done, 3, days=40)
        self._log(done_recently, 3, days=3)
        template = self._create_task(is_template=True)
        found = self._to_clear()
        self.assertEqual(set(found), {unclear, ours, done_recently})
        self.assertNotIn(template, found)
        self.assertTrue(unclear.request_to_clear)
        self.assertFalse(done.request_to_clear)
        others = self.env["project.task"].search(
            [("request_to_clear", "=", False), ("project_id", "=", self.project.id)]
        )
        self.assertEqual(set(others), {asked, done, template})
        self.project.partner_id = False
        self.assertFalse(self._to_clear(), "Nobody to clear it with")

    def test_one_click(self):
        task = self._create_task()
        task.partner_id = self.contact
        task.with_user(self.planner)._set_requested()
        self.assertRecordValues(
            task,
            [
                {
                    "requested_by": "client",
                    "requested_by_partner_id": self.contact.id,
                    "requested_date": get_today(self.company),
                    "requested_choice": "client",
                }
            ],
        )
        self.assertNotIn(task, self._to_clear())
        task.with_user(self.planner).action_our_idea()
        self.assertEqual(task.requested_by, "us")
        self.assertFalse(task.requested_by_partner_id)

    def test_ask_the_owner(self):
        first, second = self._create_task(name="3D planner"), self._create_task(name="Intro")
        action = first.with_user(self.planner).action_ask_request()
        self.assertIn(self.owner.name, action["params"]["message"])
        (first | second).with_user(self.planner).action_ask_request()
        activity = self.relationship.activity_search(
            ["client_health.mail_activity_type_clear_scope"]
        )
        self.assertEqual(len(activity), 1, "One activity per client, not one per task")
        self.assertEqual(activity.user_id, self.owner)
        self.assertEqual(activity.note.count("3D planner"), 1)
        self.assertEqual(activity.note.count("Intro"), 1)
        self.assertFalse(
            self.relationship.with_user(self.planner).has_access("read"),
            "Asking opens nothing to who asks",
        )

    def test_ask_without_a_client(self):
        partner = self.env["res.partner"].create({"name": "No client", "is_company": True})
        project = self.env["project.project"].create({"name": "P", "partner_id": partner.id})
        task = self._create_task(project_id=project.id)
        with self.assertRaisesRegex(UserError, "client first"):
            task.action_ask_request()

    def test_html_in_names_is_escaped(self):
        task = self._create_task(name="<script>alert(1)</script>")
        task.action_ask_request()
        activity = self.relationship.activity_search(
            ["client_health.mail_activity_type_clear_scope"]
        )
        self.assertNotIn("<script>", activity.note)

    def test_who_may(self):
        task = self._create_task()
        plain = self._create_user("plain", "base.group_user")
        with self.assertRaises(AccessError):
            task.with_user(plain).read(["requested_by"])
        for user in (self.planner, self.owner, self.colleague, self.seller, self.manager):
            self.assertEqual(
                task.with_user(user).read(["requested_by"])[0]["requested_by"], "unclear"
            )
        task.with_user(self.planner).requested_by = "us"
        for user in (self.owner, self.seller, self.manager):
            task.with_user(user)._set_requested()
            self.assertEqual(task.requested_by, "client")
            task.with_user(user).action_our_idea()
            self.assertEqual(task.requested_by, "us")
        for user in (self.colleague, self.controller):
            with self.subTest(user=user.login), self.assertRaisesRegex(UserError, "Only the"):
                task.with_user(user).action_client_asked()


@tagged("post_install", "-at_install")
class TestScopeHours(ScopeCommon):
    def _make_hours(self):
        asked, ours, unclear, template = (self._create_task() for _number in range(4))
        asked.requested_by = "client"
        ours.requested_by = "us"
        self._log(asked, 5)
        self._log(ours, 3)
        self._log(ours, -1)
        self._log(ours, 40, days=400)
        self._log(unclear, 2)
        self._log(template, 30)
        template.is_template = True
        self.env["account.analytic.line"].create(
            {
                "name": "No task",
                "date": fields.Date.today(),
                "project_id": self.project.id,
                "employee_id": self.employee.id,
                "unit_amount": 1,
            }
        )

    def test_by_hand(self):
        self._make_hours()
        for record in (self.project, self.relationship):
            self.assertRecordValues(
                record,
                [
                    {
                        "scope_hours": 10,
                        "requested_hours": 5,
                        "unrequested_hours": 2,
                        "unclear_hours": 3,
                    }
                ],
            )
            self.assertAlmostEqual(record.unrequested_share, 20)

    def test_the_months_of_profitability_and_since(self):
        """Without what is more recent, the hours are those of the profitability."""
        self._make_hours()
        start, end = get_closed_months(self.company, fields.Date.today())
        task = self._create_task()
        for day, hours in ((start, 20), (end - timedelta(days=1), 7), (start - timedelta(1), 50)):
            self._log(task, hours, days=(fields.Date.today() - day).days)
        self.env["client.profitability"]._rebuild(self.company)
        self.env.invalidate_all()
        self.assertGreaterEqual(self.relationship.client_hours, 27)
        for record in (self.project, self.relationship):
            self.assertEqual(record.scope_hours, 37)
            self.assertEqual(record.scope_hours - record.scope_recent_hours, record.client_hours)

    def test_no_hours(self):
        self.assertEqual(self.relationship.scope_hours, 0)
        self.assertEqual(self.project.unrequested_hours, 0)

    def test_seen_by_who_sees_no_timesheet(self):
        self._make_hours()
        self.assertEqual(self.relationship.with_user(self.owner).unrequested_hours, 2)
        with self.assertRaises(AccessError):
            self.relationship.with_user(self.colleague).read(["unrequested_hours"])

    def test_the_tasks_customer_where_the_project_has_none(self):
        project = self.env["project.project"].create({"name": "Support"})
        task = self._create_task(project_id=project.id, partner_id=self.contact.id)
        task.requested_by = "us"
        self._log(task, 4)
        self.assertEqual(self.relationship.unrequested_hours, 4)

    def test_days_are_hours(self):
        self._make_hours()
        line = self.env["account.analytic.line"].search(
            [("project_id", "=", self.project.id), ("unit_amount", "=", 2)]
        )
        line.product_uom_id = self.env.ref("uom.product_uom_day")
        self.assertEqual(self.relationship.unclear_hours, 17)

    def test_other_companys_hours(self):
        self._make_hours()
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        far = self._create_relationship(
            self.client_partner, self.env["res.users"], company_id=sister.id
        )
        self.assertEqual(far.scope_hours, 0)

    def test_one_query(self):
        few, many = self._create_clients(5), self._create_clients(50)
        projects = self.env["project.project"].create(
            [{"name": "P", "partner_id": client.partner_id.id} for client in many]
        )
        task = self.env["project.task"].create({"name": "T", "project_id": projects[0].id})
        self._log(task, 2)
        (few.mapped("unrequested_hours"), task.project_id.unrequested_hours)
        for some, all_ in ((few, many), (projects[:5], projects)):
            counts = []
            for records in (some, all_):
                self.env.flush_all()
                self.env.invalidate_all()
                records.mapped("company_id")
                before = self.env.cr.sql_log_count
                records.mapped("unrequested_hours")
                counts.append(self.env.cr.sql_log_count - before)
            self.assertLessEqual(counts[1], counts[0])
            self.assertLessEqual(counts[0], 8)

    def test_buttons_open_the_list_of_the_client(self):
        self._make_hours()
        other = self.env["project.project"].create(
            {"name": "Else", "partner_id": self._create_clients(1).partner_id.id}
        )
        elsewhere = self._create_task(project_id=other.id)
        for record in (self.project, self.relationship):
            action = record.with_user(self.seller).action_view_unrequested()
            tasks = self.env["project.task"].search(action["domain"])
            self.assertTrue(tasks)
            self.assertNotIn(elsewhere, tasks)
