from datetime import timedelta

from freezegun import freeze_time
from hypothesis import given
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, tagged

from ..common import ClientHealthCommon

SECRET = "They are about to leave us"


class MeetingCommon(ClientHealthCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls.env["res.partner"].create(
            {
                "name": "Hanna Holm",
                "parent_id": cls.client_partner.id,
                "type": "contact",
                "email": "hanna@blueharbour.example",
            }
        )
        cls.env["client.feedback"].create(
            {"relationship_id": cls.relationship.id, "kind": "concern", "text": SECRET}
        )
        cls.goal = cls.env["client.goal"].create(
            {
                "relationship_id": cls.relationship.id,
                "name": "Twenty bookings a day",
                "benefit_client": "Fuller rooms",
                "benefit_us": "A case to show",
                "date_start": fields.Date.today(),
                "date_end": fields.Date.today() + timedelta(days=60),
            }
        )
        cls.goal._agree()

    def _plan(self, user=None, **values):
        wizard = Form(
            self.env["client.meeting.plan"]
            .with_user(user or self.owner)
            .with_context(default_relationship_id=self.relationship.id)
        )
        wizard.contact_ids.add(self.contact)
        for name, value in values.items():
            setattr(wizard, name, value)
        return wizard.save()

    def _hold(self, **values):
        """Plan a meeting and let it pass; return it."""
        self._plan(**values).action_plan()
        return self._let_pass(self._get_meetings())

    def _let_pass(self, event):
        hour = timedelta(hours=1)
        now = fields.Datetime.now()
        event.sudo().write({"start": now - 3 * hour, "stop": now - 2 * hour})
        self.env.invalidate_all()
        return event

    def _get_meetings(self):
        return self.env["calendar.event"].search(
            [("client_relationship_id", "=", self.relationship.id)]
        )

    def _record(self, event, lines=(), user=None, **values):
        wizard = (
            self.env["client.meeting.outcome"]
            .with_user(user or self.owner)
            .create(
                {
                    "event_id": event.id,
                    "text": "We want weekly calls",
                    "line_ids": [Command.create(line) for line in lines],
                    **values,
                }
            )
        )
        wizard.action_record()
        return wizard


@tagged("post_install", "-at_install")
class TestMeeting(MeetingCommon):
    """From the agenda to what is on the next one."""

    def test_agenda_is_made_of_what_is_open(self):
        wizard = self._plan()
        self.assertIn("Twenty bookings a day: not measured yet", wizard.agenda)
        self.assertNotIn(SECRET, wizard.agenda)
        self.assertIn(SECRET, wizard.open_points)

    def test_it_is_planned_on_a_working_day_at_ten(self):
        self.owner.tz = "Europe/Stockholm"
        with freeze_time("2026-03-27 15:00:00"):  # a Friday; clocks change on Sunday
            wizard = self._plan()
            self.assertEqual(str(wizard.start), "2026-03-31 08:00:00")

    def test_invitation_brings_the_agenda_and_nothing_else(self):
        self._plan().action_plan()
        [event] = self._get_meetings()
        self.assertEqual(event.name, "Meeting with Blue Harbour Hotels")
        self.assertEqual(event.partner_ids, self.contact | self.owner.partner_id)
        self.assertNotIn(SECRET, str(event.description))
        mails = self.env["mail.mail"].search([("recipient_ids", "in", self.contact.ids)])
        self.assertIn("Twenty bookings a day", str(mails.mapped("body_html")))
        self.assertNotIn(SECRET, str(mails.mapped("body_html")))

    def test_without_invitation_nobody_gets_a_mail(self):
        before = self.env["mail.mail"].search_count([])
        self._plan(send_invitation=False).action_plan()
        self.assertEqual(len(self._get_meetings()), 1)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_second_click_plans_no_second_meeting(self):
        wizard = self._plan()
        wizard.action_plan()
        wizard.action_plan()
        self.assertEqual(len(self._get_meetings()), 1)

    def test_what_is_missing_is_said(self):
        wizard = self._plan()
        wizard.contact_ids = False
        with self.assertRaisesRegex(UserError, "With"):
            wizard.action_plan()
        wizard = self._plan()
        wizard.start = fields.Datetime.now() - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "over"):
            wizard.action_plan()

    def test_contact_without_address_is_named(self):
        self.contact.email = False
        self.assertEqual(self._plan().unreachable, "Hanna Holm")

    def test_the_client_shows_the_next_meeting_then_asks_for_its_outcome(self):
        self._plan().action_plan()
        event = self._get_meetings()
        self.assertEqual(self.relationship.meeting_next_id, event)
        self.assertFalse(self.relationship.meeting_to_record_id)
        event = self._let_pass(event)
        self.assertFalse(self.relationship.meeting_next_id)
        self.assertEqual(self.relationship.meeting_to_record_id, event)
        self.assertIn(
            event, self.env["calendar.event"].search([("client_is_to_record", "=", True)])
        )
        self._record(event)
        self.env.invalidate_all()
        self.assertFalse(self.relationship.meeting_to_record_id)
        self.assertNotIn(event, self._get_to_record())

    def _get_to_record(self):
        return self.env["calendar.event"].search([("client_is_to_record", "=", True)])

    def test_outcome_becomes_feedback_and_follow_ups(self):
        event = self._hold()
        self._record(
            event,
            rating="4",
            lines=[
                {"name": "Send the new offer", "date_deadline": fields.Date.today()},
                {
                    "name": "Photos of the rooms",
                    "side": "client",
                    "date_deadline": fields.Date.today(),
                },
            ],
        )
        feedback = self.env["client.feedback"].search([("event_id", "=", event.id)])
        self.assertEqual(feedback.text, "We want weekly calls")
        self.assertEqual((feedback.rating, feedback.contact_id), ("4", self.contact))
        activity = self.relationship.activity_ids.filtered("client_meeting_id")
        self.assertEqual(activity.summary, "Send the new offer")
        self.assertEqual(activity.user_id, self.owner)
        duty = self.env["client.duty"].search([("event_id", "=", event.id)])
        self.assertEqual(duty.name, "Photos of the rooms")
        self.assertEqual((duty.contact_id, duty.is_shared), (self.contact, True))
        self.assertIn("Photos of the rooms", self._plan().agenda)

    def test_what_is_not_done_is_on_the_next_agenda(self):
        event = self._hold()
        self._record(event, lines=[{"name": "Send the offer", "date_deadline": "2026-01-05"}])
        self.assertIn("Send the offer", self._plan().agenda)
        self.relationship.activity_ids.filtered("client_meeting_id").action_feedback()
        self.env.invalidate_all()
        self.assertNotIn("Send the offer", self._plan().agenda)

    def test_outcome_is_recorded_once_and_after_the_meeting(self):
        self._plan().action_plan()
        event = self._get_meetings()
        with self.assertRaisesRegex(UserError, "not over yet"):
            self._record(event)
        event = self._let_pass(event)
        self._record(event)
        with self.assertRaisesRegex(UserError, "recorded already"):
            self._record(event)
        self.assertEqual(self.env["client.feedback"].search_count([("event_id", "=", event.id)]), 1)

    def test_one_that_did_not_take_place_is_no_contact(self):
        event = self._hold()
        wizard = (
            self.env["client.meeting.outcome"]
            .with_user(self.owner)
            .create({"event_id": event.id, "text": "-"})
        )
        wizard.action_cancel_meeting()
        self.env.invalidate_all()
        self.assertFalse(self.relationship.meeting_to_record_id)
        self.assertFalse(event.active)

    def test_moved_and_deleted_meetings(self):
        event = self._hold()
        self._record(event, lines=[{"name": "Call back", "date_deadline": "2026-01-05"}])
        activity = self.relationship.activity_ids.filtered("client_meeting_id")
        event.with_user(self.owner).write(
            {
                "start": fields.Datetime.now() + timedelta(days=1),
                "stop": fields.Datetime.now() + timedelta(days=1, hours=1),
            }
        )
        self.env.invalidate_all()
        self.assertEqual(self.relationship.meeting_next_id, event)
        event.unlink()
        self.assertTrue(activity.exists())
        self.assertFalse(activity.client_meeting_id)

    def test_several_contacts_at_once(self):
        """All are invited; what they said and what they do is the client's."""
        others = self.env["res.partner"].create(
            [{"name": name, "parent_id": self.client_partner.id} for name in ("Ida", "Bo")]
        )
        wizard = self._plan()
        wizard.contact_ids |= others
        self.assertEqual(wizard.unreachable, "Ida, Bo")
        wizard.action_plan()
        event = self._get_meetings()
        self.assertEqual(event.partner_ids, self.contact | others | self.owner.partner_id)
        self._let_pass(event)
        line = {"name": "Photos", "side": "client", "date_deadline": fields.Date.today()}
        self._record(event, lines=[line])
        feedback = self.env["client.feedback"].search([("event_id", "=", event.id)])
        self.assertEqual(feedback.relationship_id, self.relationship)
        self.assertFalse(feedback.contact_id, "who of them said it is not known")
        duty = self.env["client.duty"].search([("event_id", "=", event.id)])
        self.assertTrue(duty.is_shared)

    def test_a_contact_who_left(self):
        """A meeting with somebody who left since is recorded all the same."""
        event = self._hold()
        self.contact.active = False
        line = {"name": "Photos", "side": "client", "date_deadline": fields.Date.today()}
        self._record(event, lines=[line])
        self.assertTrue(event.client_recorded_on)
        self.assertEqual(len(self.env["client.duty"].search([("event_id", "=", event.id)])), 1)

    def test_a_client_of_two_companies(self):
        """A meeting belongs to the client of one company; the other one's shows it nowhere."""
        other = self.env["res.company"].create({"name": "Second"})
        second = self.env["client.relationship"].create(
            {"partner_id": self.client_partner.id, "company_id": other.id}
        )
        event = self._hold()
        self.assertEqual(self.relationship.meeting_to_record_id, event)
        self.assertFalse(second.meeting_to_record_id)
        self._record(event, lines=[{"name": "Offer", "date_deadline": fields.Date.today()}])
        self.assertFalse(second.activity_ids.filtered("client_meeting_id"))
        self.assertNotIn("Offer", second._get_agenda())

    def test_hostile_words_are_words(self):
        self.goal.name = "<script>alert(1)</script>"
        self.assertNotIn("<script>", self._plan().agenda)

    @given(st.lists(st.text(min_size=1, max_size=200), max_size=8))
    def test_any_words_make_an_agenda(self, lines):
        html = self.relationship._to_html([("Title", lines)])
        self.assertEqual(html.count("<li>"), len(lines))


@tagged("post_install", "-at_install")
class TestMeetingAccess(MeetingCommon):
    """Who may plan, record, and read what."""

    def test_a_colleague_without_the_client_can_do_nothing(self):
        with self.assertRaises(AccessError):
            self.env["client.meeting.plan"].with_user(self.colleague).create(
                {"relationship_id": self.relationship.id}
            )
        event = self._hold()
        with self.assertRaises(AccessError):
            self._record(event, user=self.colleague)

    def test_who_reads_the_meeting_alone_reads_no_open_points(self):
        event = self._hold()
        event.privacy = "public"
        points = {
            user: event.with_user(user).client_open_points for user in (self.owner, self.colleague)
        }
        self.assertIn(SECRET, points[self.owner])
        self.assertFalse(points[self.colleague])

    def test_nobody_links_a_meeting_to_a_client_that_they_may_not_read(self):
        event = (
            self.env["calendar.event"]
            .with_user(self.colleague)
            .create(
                {"name": "Lunch", "start": fields.Datetime.now(), "stop": fields.Datetime.now()}
            )
        )
        with self.assertRaises(AccessError):
            event.client_relationship_id = self.relationship

    def test_nobody_writes_that_it_is_recorded(self):
        event = self._hold()
        with self.assertRaises(AccessError):
            event.with_user(self.owner).client_recorded_on = fields.Datetime.now()

    def test_cost_of_the_clients_meetings(self):
        counts = []
        for number in (5, 50):
            clients = self._create_clients(number)
            self.env["calendar.event"].create(
                [
                    {
                        "name": "Meet",
                        "start": fields.Datetime.now() - timedelta(hours=2),
                        "stop": fields.Datetime.now() - timedelta(hours=1),
                        "client_relationship_id": client.id,
                    }
                    for client in clients
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            clients.mapped("meeting_to_record_id")
            clients._get_open_points()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2, counts)


@tagged("post_install", "-at_install")
class TestMeetingHours(MeetingCommon):
    """M6: face to face, at no cost to the client."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner.group_ids += cls.env.ref("hr_timesheet.group_hr_timesheet_user")
        cls.employee = cls.env["hr.employee"].create(
            {"name": "Owner", "user_id": cls.owner.id, "hourly_cost": 50}
        )
        product = cls.env["product.product"].create(
            {
                "name": "Hours",
                "type": "service",
                "service_policy": "delivered_timesheet",
                "service_tracking": "task_global_project",
                "list_price": 120,
            }
        )
        cls.project = cls.env["project.project"].create(
            {
                "name": "Care",
                "partner_id": cls.client_partner.id,
                "allow_billable": True,
                "allow_timesheets": True,
            }
        )
        product.project_id = cls.project
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.client_partner.id,
                "order_line": [Command.create({"product_id": product.id, "product_uom_qty": 10})],
            }
        )
        cls.order.action_confirm()
        cls.project.sale_line_id = cls.order.order_line

    def test_hours_are_cost_and_never_billed(self):
        event = self._hold()
        self._record(event, project_id=self.project.id, hours=1.5)
        line = self.env["account.analytic.line"].search([("project_id", "=", self.project.id)])
        self.assertEqual(line.unit_amount, 1.5)
        self.assertEqual(line.amount, -75)
        self.assertFalse(line.so_line)
        self.assertEqual(self.order.order_line.qty_delivered, 0)
        self.assertEqual(self.order.order_line.qty_to_invoice, 0)
        # nor later, when Odoo looks for an order line again
        self.project.sale_line_id = False
        self.project.sale_line_id = self.order.order_line
        self.assertFalse(line.so_line)
        # beside them, ordinary hours of the same project are delivered
        self.env["account.analytic.line"].create(
            {
                "project_id": self.project.id,
                "employee_id": self.employee.id,
                "unit_amount": 2,
                "name": "Work",
            }
        )
        self.assertEqual(self.order.order_line.qty_delivered, 2)


@tagged("post_install", "-at_install")
class TestMeetingTour(MeetingCommon, HttpCase):
    """Plan a meeting and close it, as a salesperson does."""

    def test_plan_and_close(self):
        address = f"/odoo/clients/{self.relationship.id}"
        self.start_tour(address, "client_health_meeting_plan", login=self.owner.login)
        event = self._get_meetings()
        self.assertEqual(event.partner_ids, self.contact | self.owner.partner_id)
        self._let_pass(event)
        self.start_tour(address, "client_health_meeting_outcome", login=self.owner.login)
        self.assertTrue(event.client_recorded_on)
        activity = self.relationship.activity_ids.filtered("client_meeting_id")
        self.assertEqual(activity.summary, "Send the photos")
