# pylint: disable=translation-required
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ...engine.clock import get_today
from .test_goal import GoalCommon

SCOPE = "client_health.mail_activity_type_clear_scope"


@tagged("post_install", "-at_install")
class TestWord(GoalCommon):
    """A yes of the client that one of us records: who, when, how, and what shows it."""

    def _open(self, action, user=None):
        wizard = self.env["client.word.note"].with_user(user or self.owner)
        return Form(
            wizard.with_context(**action["context"]),
            view="client_health.client_word_note_view_form",
        )

    def _meet(self, days=0, **vals):
        stop = fields.Datetime.now() - timedelta(days=days)
        return self.env["calendar.event"].create(
            {
                "name": "Session",
                "start": stop - timedelta(minutes=1),
                "stop": stop,
                "user_id": self.owner.id,
                "partner_ids": (self.owner.partner_id | self.contact).ids,
                **vals,
            }
        )

    def _write_mail(self):
        """The client writes in the discussion of its relationship, as its mails do."""
        return self.project.sudo().message_post(
            body="Yes, we want that",
            author_id=self.contact.id,
            email_from=self.contact.email,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
        )

    def test_one_click_records_it(self):
        """All is filled in: the main contact, today, and the phone when nothing shows more."""
        goal = self._create_goal()
        form = self._open(goal.with_user(self.owner).action_agree())
        main = self.relationship._get_main_contact()
        self.assertEqual((form.contact_id, main.parent_id), (main, self.client_partner))
        self.assertEqual((form.date, form.source, form.trace), (self.today, "call", False))
        form.save().action_record()
        self.assertRecordValues(
            goal,
            [
                {
                    "state": "agreed",
                    "date_agreed": self.today,
                    "agreed_by_id": main.id,
                    "word_source": "call",
                    "word_trace": False,
                    "word_is_own": True,
                }
            ],
        )

    def test_today_is_where_the_client_is(self):
        """One of us in another company, where it is tomorrow, records it by one click as well."""
        self.company.resource_calendar_id.tz = "Etc/GMT+12"
        ahead = self.env["res.company"].create({"name": "Ahead"})
        ahead.resource_calendar_id.tz = "Pacific/Kiritimati"
        self.owner.company_ids += ahead
        companies = {"allowed_company_ids": [ahead.id, self.company.id]}
        goal = self._create_goal()
        action = goal.with_user(self.owner).action_agree()
        action["context"] = {**action["context"], **companies}
        self._open(action).save().action_record()
        self.assertEqual(goal.date_agreed, get_today(self.company))

    def test_main_contact_is_who_decides(self):
        self.relationship.action_add_people()
        self.relationship.people_ids.filtered(
            lambda one: one.contact_id == self.contact
        ).decides = True
        self.assertEqual(self.relationship._get_main_contact(), self.contact)

    def test_the_meeting_of_the_day_shows_it(self):
        self._meet()
        goal = self._create_goal()
        form = self._open(goal.with_user(self.owner).action_agree())
        self.assertEqual(form.source, "meeting")
        self.assertIn("The meeting of", form.trace)
        form.source = "mail"
        self.assertFalse(form.trace, "no message of the client on this day")
        form.source = "meeting"
        form.date = self._days(-3)
        self.assertFalse(form.trace, "no meeting on that day")
        form.date = self.today
        form.source = "meeting"
        form.save().action_record()
        self.assertFalse(goal.word_is_own)
        self.assertIn("The meeting of", goal.word_trace)

    def test_a_message_of_the_client_shows_it(self):
        self._write_mail()
        goal = self._create_goal()
        form = self._open(goal.with_user(self.owner).action_agree())
        self.assertEqual(form.source, "mail")
        form.save().action_record()
        self.assertIn("A message of the client", goal.word_trace)
        self.assertFalse(goal.word_is_own)

    def test_a_call_is_our_own_word_even_on_a_day_with_a_meeting(self):
        self._meet()
        goal = self._create_goal()
        goal._agree(self.contact, "call")
        self.assertTrue(goal.word_is_own)

    def test_state_written_without_the_window_is_our_own_word(self):
        goal = self._create_mutual_goal()
        self.assertTrue(goal.word_is_own)
        self.assertFalse(goal.agreed_by_id)

    def test_open_again_forgets_who_agreed(self):
        self._meet()
        goal = self._create_goal()
        goal._agree(self.contact, "meeting")
        goal.with_user(self.owner).state = "draft"
        self.assertFalse(goal.agreed_by_id or goal.word_source or goal.word_trace)
        self.assertFalse(goal.word_is_own)
        goal.with_user(self.owner).state = "agreed"
        self.assertTrue(goal.word_is_own)

    def test_open_again_in_one_step(self):
        """What was agreed stays while other fields change; opened again in any way it goes."""
        self._meet()
        goals = self._create_goal() | self._create_goal(name="Fewer calls")
        goals._agree(self.contact, "meeting")
        goals[0].write({"state": "reached", "actual": 90})
        self.assertTrue(goals[0].agreed_by_id and goals[0].word_trace)
        # the list writes many at once; an import writes the state among others
        goals.with_user(self.owner).write({"name": "Both", "state": "draft", "target": 70})
        self.env.flush_all()
        self.env.invalidate_all()
        for goal in goals:
            self.assertFalse(goal.agreed_by_id or goal.word_source or goal.word_trace)
            self.assertFalse(goal.word_partner_id or goal.date_agreed)

    def test_goals_of_many_clients_agree_at_once(self):
        counts = []
        for number in (5, 50):
            clients = self._create_clients(number)
            goals = self.env["client.goal"].concat(*map(self._create_goal, clients))
            self._meet(partner_ids=(self.owner.partner_id | clients[-1].partner_id).ids)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            goals.with_context(tracking_disable=True)._agree(source="meeting")
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(goals.filtered("word_trace"), goals[-1])
            self.assertEqual(goals[-1].word_partner_id, clients[-1].partner_id)
        self.assertLessEqual(counts[1], counts[0], counts)

    def test_not_in_the_future_and_not_by_a_stranger(self):
        goal = self._create_goal()
        with self.assertRaisesRegex(UserError, "“On” is in the future"):
            goal._agree(self.contact, "call", self._days(2))
        stranger = self.env["res.partner"].create({"name": "Nobody"})
        with self.assertRaises(UserError):
            goal._agree(stranger, "call")

    def test_who_agreed_is_evidence(self):
        goal = self._create_goal().with_user(self.manager)
        for values in (
            {"agreed_by_id": self.contact.id},
            {"word_trace": "A mail"},
            {"word_source": "mail"},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                goal.write(values)

    def test_only_who_may_write(self):
        goal = self._create_goal()
        with self.assertRaises(AccessError):
            goal.with_user(self.colleague).action_agree()

    # Work that the client asked for

    def _create_task(self, **vals):
        return self.env["project.task"].create(
            {"name": "Work", "project_id": self.project.id, **vals}
        )

    def test_requested_work(self):
        self._meet()
        tasks = self._create_task() | self._create_task()
        form = self._open(tasks.with_user(self.owner).action_client_asked())
        self.assertEqual(form.source, "meeting")
        form.contact_id = self.contact
        form.save().action_record()
        for task in tasks:
            self.assertRecordValues(
                task,
                [
                    {
                        "requested_by": "client",
                        "requested_by_partner_id": self.contact.id,
                        "requested_date": self.today,
                        "word_source": "meeting",
                        "word_is_own": False,
                    }
                ],
            )

    def test_an_entry_in_the_list_is_our_own_word(self):
        self._meet()
        task = self._create_task()
        task.requested_by = "client"
        self.assertTrue(task.word_is_own)
        task._set_requested(self.contact, "meeting")
        self.assertFalse(task.word_is_own)
        task.requested_by = "us"
        self.assertFalse(task.word_trace)
        task.requested_by = "client"
        self.assertTrue(task.word_is_own, "what showed the earlier answer does not show this one")

    def test_sub_tasks_and_guesses(self):
        parent = self._create_task()
        child = self._create_task(parent_id=parent.id)
        parent.requested_by = "client"
        self.assertEqual(child.requested_by, "client")
        self.assertTrue(child.word_is_own)
        mailed = self._create_task(partner_id=self.contact.id, email_from=self.contact.email)
        self.assertEqual(mailed.requested_by, "client")
        self.assertFalse(mailed.word_is_own, "it came by mail of the client")

    def test_hours_by_our_word_only(self):
        employee = self.env["hr.employee"].create({"name": "Ada"})
        parent = self._create_task()
        child = self._create_task(parent_id=parent.id)
        # whoever puts the work one level lower gains nothing
        tasks = [parent, child, self._create_task(), self._create_task(parent_id=child.id)]
        parent.requested_by = "client"
        tasks[2]._set_requested(self.contact, "call")
        for task, hours in zip(tasks, (3, 2, 4, 1), strict=True):
            self.env["account.analytic.line"].create(
                {
                    "name": "Work",
                    "project_id": self.project.id,
                    "task_id": task.id,
                    "employee_id": employee.id,
                    "unit_amount": hours,
                    "date": self.today,
                }
            )
        client = self.relationship
        self.assertEqual((client.requested_hours, client.claimed_hours), (10, 10))
        self.assertTrue(all(task.word_is_own for task in tasks))
        shown = {"word_trace": "A mail", "word_partner_id": self.client_partner.id}
        tasks[2].write(shown)
        client.invalidate_recordset()
        self.assertEqual((client.requested_hours, client.claimed_hours), (10, 6))
        parent.write(shown)
        client.invalidate_recordset()
        self.assertEqual((client.requested_hours, client.claimed_hours), (10, 0))

    def test_what_another_client_said_shows_nothing(self):
        """Work that moves to another client takes no evidence along; its hours of then keep it."""
        self._meet()
        other = self._create_clients(1)
        project = self.env["project.project"].create(
            {"name": "Shop", "partner_id": other.partner_id.id}
        )
        parent = self._create_task()
        child = self._create_task(parent_id=parent.id)
        parent._set_requested(self.contact, "meeting")
        self.assertFalse(parent.word_is_own or child.word_is_own)
        employee = self.env["hr.employee"].create({"name": "Ada"})
        line = {"name": "Work", "employee_id": employee.id, "unit_amount": 2, "date": self.today}
        for task in (parent, child):
            self.env["account.analytic.line"].create(
                {**line, "task_id": task.id, "project_id": task.project_id.id}
            )
        client = self.relationship
        self.assertEqual((client.requested_hours, client.claimed_hours), (4, 0))
        # one task goes to a project of another client, then back and the whole project goes
        child.project_id = project
        self.assertEqual([parent.word_is_own, child.word_is_own], [False, True])
        child.project_id = self.project
        self.assertFalse(child.word_is_own)
        self.project.partner_id = other.partner_id
        self.assertTrue(parent.word_is_own and child.word_is_own)
        self.env.invalidate_all()
        self.assertEqual((other.requested_hours, other.claimed_hours), (4, 4))

    def test_an_agreed_goal_stays_with_its_client(self):
        self._meet()
        goal = self._create_goal()
        goal._agree(self.contact, "meeting")
        other = self._create_clients(1)
        with self.assertRaisesRegex(ValidationError, "belongs to"):
            goal.relationship_id = other
        # also where the contact is gone
        goal.agreed_by_id = False
        goal.relationship_id = other
        self.assertTrue(goal.word_is_own)

    def test_nobody_else_asks_for_the_client(self):
        firm = self.env["res.partner"].create({"name": "Another firm", "is_company": True})
        stranger = self.env["res.partner"].create({"name": "Nobody", "parent_id": firm.id})
        task = self._create_task(partner_id=stranger.id)
        action = task.with_user(self.owner).action_client_asked()
        form = self._open(action)
        self.assertEqual(form.contact_id.commercial_partner_id, self.client_partner)
        form.contact_id = stranger
        with self.assertRaisesRegex(UserError, "is no contact of the client of these tasks"):
            form.save().action_record()
        self.assertEqual(task.requested_by, "unclear")

    def test_reminders_of_many_clients_end_at_once(self):
        """What is left of each client is read once, however many clients the tasks have."""
        counts = []
        for number in (5, 50):
            clients = self._create_clients(number)
            for client in clients:
                client.activity_schedule(SCOPE, user_id=self.owner.id)
            project = self.env["project.project"].create(
                {"name": "Of the last one", "partner_id": clients[-1].partner_id.id}
            )
            self._create_task(project_id=project.id)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            clients._close_scope_reminder()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            left = clients.activity_search([SCOPE])
            self.assertEqual(left.mapped("res_id"), clients[-1].ids)
        self.assertLessEqual(counts[1], counts[0] + 2, counts)
