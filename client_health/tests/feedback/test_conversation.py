from ast import literal_eval
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ...engine.health.signals.pulse import read_open_conversations
from ..health.common_voice import VoiceCommon

TOUGH = "client_health.mail_activity_type_tough_conversation"
CONCERN = "They pay for hours, and don't know what those hours brought them."


@tagged("post_install", "-at_install")
class TestConversation(VoiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls.env["crm.lead"].create(
            {"name": "App", "partner_id": cls.elena.id, "user_id": cls.owner.id}
        )
        cls.owner.group_ids += cls.env.ref("project.group_project_user")
        cls.owner.group_ids += cls.env.ref("sales_team.group_sale_salesman")
        cls.project.message_subscribe(cls.owner.partner_id.ids)
        cls.issue = cls.env["client.issue"].create(
            {"relationship_id": cls.relationship.id, "name": "Stock is wrong"}
        )
        cls.feedback = cls.env["client.feedback"].create(
            {
                "relationship_id": cls.relationship.id,
                "kind": "price_pressure",
                "text": "Cheaper, please",
            }
        )

    def _open(self, record, user=None, **values):
        wizards = self.env["client.conversation.plan"].with_user(user or self.owner)
        wizards = wizards.with_context(active_model=record._name, active_id=record.id)
        return wizards.create({"concern": CONCERN, **values})

    def _plan(self, record, user=None, **values):
        self._open(record, user, **values).action_plan()
        return self.env["mail.activity"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)], order="id desc", limit=1
        )

    def test_from_any_record_of_the_client(self):
        for record in (
            self.relationship,
            self.client_partner,
            self.elena,
            self.project,
            self.task,
            self.lead,
            self.feedback,
            self.issue,
        ):
            with self.subTest(record=record):
                activity = self._plan(record, topic="delivery", summary="Two dates were missed")
                self.assertRecordValues(
                    activity,
                    [
                        {
                            "activity_type_id": self.env.ref(TOUGH).id,
                            "client_relationship_id": self.relationship.id,
                            "client_conversation_topic": "delivery",
                            "client_conversation_concern": CONCERN,
                            "summary": "Two dates were missed",
                            "user_id": self.owner.id,
                            "date_deadline": fields.Date.today() + timedelta(days=3),
                        }
                    ],
                )

    def test_each_action_is_bound_to_its_model(self):
        actions = self.env["ir.actions.act_window"].search(
            [("res_model", "=", "client.conversation.plan")]
        )
        self.assertEqual(len(actions.binding_model_id), 8)
        for model in actions.binding_model_id.mapped("model"):
            self.assertIn("activity_ids", self.env[model]._fields, model)

    def test_who_is_no_client_yet(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        with self.assertRaisesRegex(UserError, "does not belong to a client yet"):
            self._open(stranger)

    def test_who_may_not_work_on_the_client_plans_nothing(self):
        with self.assertRaises(UserError):
            self._plan(self.client_partner, self.colleague)
        self.relationship.message_subscribe(self.colleague.partner_id.ids)
        with self.assertRaises(AccessError):
            self._plan(self.client_partner, self.colleague)
        with self.assertRaises(AccessError):
            self._plan(self.relationship, self.portal)

    def test_bad_input(self):
        with self.assertRaisesRegex(UserError, "active internal user"):
            self._plan(self.relationship, user_id=self.portal.id)
        with self.assertRaises(UserError):
            self._open(self.env["client.relationship"].browse(self.relationship.id + 10**6))

    def test_facts_by_topic(self):
        wizard = self._open(self.relationship)
        self.assertIn("Asked for a lower price 1 times", wizard.facts)
        wizard.topic = "delivery"
        self.assertIn("Stock is wrong", wizard.facts)
        self.task.date_deadline = fields.Datetime.now() - timedelta(days=2)
        wizard.invalidate_recordset(["facts"])
        self.assertIn("Tasks past their date: 1", wizard.facts)
        wizard.topic = "cooperation"
        self.assertIn("There is no agreement in force.", wizard.facts)

    def test_figures_are_for_the_money_group_only(self):
        self.relationship.user_id = self.controller
        self.env.cr.execute(
            "UPDATE client_relationship SET client_revenue = 4321, client_margin_state = 'known',"
            " client_margin_rate = 7 WHERE id = %s",
            self.relationship.ids,
        )
        self.relationship.invalidate_recordset()
        wizard = self._open(self.relationship, self.controller)
        self.assertIn("4,321", wizard.money_facts)
        self.assertIn("Margin: 7 %", wizard.money_facts)
        activity = self._plan(self.relationship, self.controller, user_id=self.seller.id)
        texts = f"{activity.summary} {activity.note} {activity.client_conversation_concern}"
        self.assertNotIn("4,321", texts)
        self.assertNotIn("4,321", "".join(self.relationship.message_ids.mapped("body")))
        self.assertIn("4,321", activity.with_user(self.controller).client_conversation_money_facts)
        with self.assertRaises(AccessError):
            activity.with_user(self.seller).read(["client_conversation_money_facts"])
        with self.assertRaises(AccessError):
            self._open(self.relationship, self.seller).read(["money_facts"])

    def test_facts_are_not_read_over_the_back_of_the_rules(self):
        activity = self._plan(self.client_partner, topic="price")
        activity.user_id = self.colleague
        self.assertFalse(self.relationship.with_user(self.colleague).has_access("read"))
        self.assertFalse(activity.with_user(self.colleague).client_conversation_facts)
        self.assertTrue(activity.with_user(self.owner).client_conversation_facts)
        nobody = self._create_user("nobody", "base.group_user")
        activity.user_id = nobody
        with self.assertRaises(AccessError):
            activity.with_user(nobody).read(["client_conversation_concern"])

    def test_outcome_becomes_feedback(self):
        activity = self._plan(self.task, topic="price", user_id=self.owner.id)
        action = activity.with_user(self.owner).action_log_conversation()
        wizard = self.env[action["res_model"]].with_user(self.owner)
        wizard.with_context(**action["context"]).create(
            {
                "kind": "complaint",
                "contact_id": self.elena.id,
                "text": "It was not the price. Nobody called us.",
                "rating": "2",
            }
        ).action_log()
        feedback = self.relationship.feedback_ids - self.feedback
        self.assertRecordValues(
            feedback,
            [
                {
                    "kind": "complaint",
                    "contact_id": self.elena.id,
                    "text": "It was not the price. Nobody called us.",
                    "rating": "2",
                    "user_id": self.owner.id,
                    "state": "answered",
                    "answer": "Discussed: Price",
                }
            ],
        )
        self.assertTrue(activity.date_done)
        with self.assertRaisesRegex(UserError, "conversation is closed"):
            activity._log_conversation("Again")

    def test_mark_done_with_words_becomes_feedback_once(self):
        activity = self._plan(self.relationship)
        activity.with_user(self.owner).action_feedback(feedback="They want fewer surprises")
        feedback = self.relationship.feedback_ids - self.feedback
        self.assertEqual(feedback.mapped("text"), ["They want fewer surprises"])
        self.assertEqual(feedback.kind, "concern")
        silent = self._plan(self.relationship)
        silent.with_user(self.owner).action_done()
        self.assertEqual(self.relationship.feedback_ids - self.feedback, feedback)

    def test_other_activities_are_left_alone(self):
        call = self.relationship.activity_schedule("mail.mail_activity_data_call")
        self.assertFalse(call.client_relationship_id)
        call.action_feedback(feedback="Nobody there")
        self.assertEqual(self.relationship.feedback_ids, self.feedback)

    def test_list_by_age_and_owner(self):
        late = self._plan(self.task, user_id=self.seller.id)
        late.date_deadline = fields.Date.today() - timedelta(days=20)
        ahead = self._plan(self.relationship)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_conversation_action"
        )
        domain = literal_eval(action["domain"])
        found = (
            self.env["mail.activity"]
            .with_user(self.manager)
            .search(
                [*domain, ("client_relationship_id", "=", self.relationship.id)],
                order="date_deadline",
            )
        )
        self.assertEqual(found, late | ahead)
        self.assertEqual(found.mapped("client_conversation_days"), [20, 0])
        self.assertFalse(
            self.env["mail.activity"]
            .with_user(self.colleague)
            .search([*domain, ("client_relationship_id", "=", self.relationship.id)])
        )

    def test_a_talk_on_a_task_or_issue_counts_for_the_client(self):
        today = fields.Date.today()
        for record in (self.task, self.issue, self.lead):
            activity = self._plan(record)
            activity.date_deadline = today - timedelta(days=9)
            self.env.flush_all()
            readings = read_open_conversations(self.env, self.relationship, today)
            reading = readings[self.relationship.id]
            self.assertEqual(reading.value, 9)
            activity.unlink()

    def test_partner_merge_takes_talks_along(self):
        double = self.env["res.partner"].create({"name": "Blue Harbor", "is_company": True})
        other = self._create_relationship(double)
        activity = self._plan(other)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (double | self.client_partner).ids, self.client_partner
        )
        self.env.invalidate_all()
        self.assertEqual(activity.client_relationship_id, self.relationship)


@tagged("post_install", "-at_install")
class TestConversationTour(VoiceCommon, HttpCase):
    def test_plan_prepare_and_have_it(self):
        self.start_tour(
            f"/odoo/clients/{self.relationship.id}", "client_health_conversation", login="ch_owner"
        )
        feedback = self.relationship.feedback_ids
        self.assertEqual(feedback.text, "They would have liked a call")
        self.assertEqual(feedback.state, "answered")
