# pylint: disable=translation-required
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ...models.mail_activity import STEPS
from ..results.test_goal import GoalCommon


@tagged("post_install", "-at_install")
class TestSteps(GoalCommon):
    """What an activity of ours asks for opens where one does it, and is closed when it is done."""

    def _plan(self, xmlid):
        return self.relationship._schedule_activities({self.relationship: self.owner}, xmlid)

    def test_each_step_opens_its_place(self):
        types = self.env["mail.activity.type"].search([("category", "=", "client_step")])
        self.assertGreater(len(types), 10)
        for activity_type in types.filtered(
            lambda one: one.res_model in (False, "client.relationship")
        ):
            xmlid = activity_type.get_external_id()[activity_type.id]
            with self.subTest(type=xmlid):
                activity = self._plan(xmlid).with_user(self.owner)
                action = activity.action_client_step()
                self.assertIn("res_model", action)
                if STEPS.get(xmlid) != "action_view_agreement" and xmlid in STEPS:
                    self.assertNotEqual(action.get("res_id"), self.relationship.id)

    def test_each_step_is_a_type_and_a_method(self):
        for xmlid, method in STEPS.items():
            self.assertEqual(self.env.ref(xmlid).category, "client_step", xmlid)
            self.assertTrue(hasattr(self.env["client.relationship"], method), method)

    def test_only_who_may_read(self):
        activity = self._plan("client_health.mail_activity_type_pulse")
        with self.assertRaises(AccessError):
            activity.with_user(self.colleague).action_client_step()

    def test_an_activity_on_no_record_opens_itself(self):
        activity = self.env["mail.activity"].with_user(self.owner)
        own = activity.create(
            {
                "summary": "Mine",
                "user_id": self.owner.id,
                "activity_type_id": self.env.ref("client_health.mail_activity_type_pulse").id,
            }
        )
        action = own.action_client_step()
        self.assertEqual((action["res_model"], action["res_id"]), ("mail.activity", own.id))

    def test_done_closes_the_reminder(self):
        scope = "client_health.mail_activity_type_clear_scope"
        task = self.env["project.task"].create({"name": "Odd", "project_id": self.project.id})
        task.action_ask_request()
        self.assertTrue(self.relationship.activity_search([scope]))
        task.with_user(self.owner)._set_requested(self.contact, "call")
        self.assertFalse(self.relationship.activity_search([scope]))

    # The big goals

    def test_no_big_goal_is_to_be_named(self):
        action = self.relationship.with_user(self.owner).action_discuss_big_goals()
        self.assertEqual((action["res_model"], action["target"]), ("client.goal", "new"))
        self.assertEqual(action["context"]["default_horizon"], "big")

    def test_the_talk_is_planned_held_and_closed(self):
        goal = self._create_goal(name="Ten hotels", horizon="big", state="agreed")
        self._create_goal(name="Our own guess", horizon="big")
        client = self.relationship.with_user(self.owner)
        self.assertTrue(client.has_stale_big_goals)
        action = client.action_discuss_big_goals()
        form = Form(
            self.env["client.meeting.plan"].with_user(self.owner).with_context(**action["context"])
        )
        self.assertTrue(form.about_big_goals)
        self.assertIn("Ten hotels", str(form.agenda))
        self.assertNotIn("Our own guess", str(form.agenda), "a draft is ours")
        self.assertIn("in three years?", str(form.agenda))
        form.about_big_goals = False
        self.assertNotIn("in three years?", str(form.agenda))
        form.about_big_goals = True
        form.contact_ids.add(self.contact)
        form.send_invitation = False
        form.save().action_plan()
        meeting = client._get_big_goal_meeting()
        self.assertEqual(client.action_discuss_big_goals()["res_id"], meeting.id)
        # a day later, it was held
        stop = fields.Datetime.now() - timedelta(hours=1)
        meeting.sudo().write({"start": stop - timedelta(hours=1), "stop": stop})
        action = client.action_discuss_big_goals()
        self.assertEqual(action["res_model"], "client.meeting.outcome")
        form = Form(
            self.env["client.meeting.outcome"]
            .with_user(self.owner)
            .with_context(**action["context"])
        )
        self.assertTrue(form.has_big_goals and form.big_goals_discussed)
        form.text = "They want ten hotels, and Spain"
        form.save().action_record()
        self.assertEqual(goal.date_discussed, meeting.start.date())
        self.assertFalse(client.has_stale_big_goals)
        self.assertFalse(client._get_big_goal_meeting(), "nothing is left to do")

    def test_a_meeting_about_something_else_says_nothing_of_them(self):
        goal = self._create_goal(horizon="big")
        stop = fields.Datetime.now() - timedelta(hours=1)
        meeting = self.env["calendar.event"].create(
            {
                "name": "Weekly",
                "start": stop - timedelta(hours=1),
                "stop": stop,
                "user_id": self.owner.id,
                "client_relationship_id": self.relationship.id,
                "partner_ids": (self.owner.partner_id | self.contact).ids,
            }
        )
        form = Form(
            self.env["client.meeting.outcome"]
            .with_user(self.owner)
            .with_context(default_event_id=meeting.id)
        )
        self.assertFalse(form.big_goals_discussed)
        form.text = "All is well"
        form.save().action_record()
        self.assertFalse(goal.date_discussed)
