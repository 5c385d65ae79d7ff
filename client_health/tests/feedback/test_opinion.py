from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..common import create_users
from ..health.common_voice import VoiceCommon


@tagged("post_install", "-at_install")
class TestOpinion(VoiceCommon):
    def _ask(self, users, question="What would you do next?", user=None, context=None):
        context = {"default_relationship_ids": self.relationship.ids, **(context or {})}
        wizard = (
            self.env["client.opinion.ask"]
            .with_user(user or self.owner)
            .with_context(**context)
            .create({"question": question})
        )
        if users is not None:
            wizard.user_ids = users
        wizard.action_ask()
        return wizard

    def _questions(self, user):
        return self.env["mail.activity"].search(
            [("user_id", "=", user.id), ("activity_category", "=", "client_opinion")]
        )

    def test_asked_reads_and_never_writes(self):
        asked = self.relationship.with_user(self.colleague)
        self.assertFalse(asked.has_access("read"))
        line = self._log()
        self._ask(self.colleague)
        self.assertTrue(asked.has_access("read"))
        self.assertFalse(asked.has_access("write"))
        self.assertTrue(line.with_user(self.colleague).has_access("read"))
        for operation in ("write", "unlink"):
            self.assertFalse(line.with_user(self.colleague).has_access(operation))
        with self.assertRaises(AccessError):
            self._log(user=self.colleague)
        self.assertEqual(asked.client_question, "What would you do next?")
        self.assertFalse(self.relationship.with_user(self.owner).client_question_id)

    def test_answer_from_the_form(self):
        self._ask(self.colleague)
        action = self.relationship.with_user(self.colleague).action_answer_opinion()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.colleague)
            .with_context(**action["context"])
        )
        self.assertEqual(form.question, "What would you do next?")
        form.text = "Fly over and listen"
        form.rating = "2"
        form.strain = "4"
        form.save().action_save()
        self.assertRecordValues(
            self.relationship.feedback_ids,
            [
                {
                    "kind": "team",
                    "user_id": self.colleague.id,
                    "question": "What would you do next?",
                    "text": "Fly over and listen",
                    "rating": "2",
                    "strain": "4",
                    "contact_id": False,
                    "state": "noted",
                }
            ],
        )
        self.assertFalse(self._questions(self.colleague))
        relationship = self.relationship.with_user(self.colleague)
        relationship.invalidate_recordset()
        self.assertFalse(relationship.client_question_id)
        self.assertFalse(relationship.has_access("write"))

    def test_answer_by_marking_it_done(self):
        self._ask(self.colleague)
        question = self._questions(self.colleague).with_user(self.colleague)
        question.action_feedback(feedback="Call them today")
        self.assertEqual(self.relationship.feedback_ids.text, "Call them today")
        self.assertEqual(self.relationship.feedback_ids.user_id, self.colleague)

    def test_done_without_a_word_is_no_answer(self):
        self._ask(self.colleague)
        self._questions(self.colleague).with_user(self.colleague).action_done()
        self.assertFalse(self.relationship.feedback_ids)

    def test_nobody_answers_for_another(self):
        self._ask(self.colleague)
        question = self._questions(self.colleague)
        with self.assertRaisesRegex(UserError, "not for you"):
            question.with_user(self.owner)._answer_opinion("I know what he thinks")
        question.with_user(self.owner).action_feedback(feedback="He told me")
        self.assertFalse(self.relationship.feedback_ids)

    def test_a_question_is_answered_once(self):
        self._ask(self.colleague)
        question = self._questions(self.colleague).with_user(self.colleague)
        question._answer_opinion("Once")
        with self.assertRaisesRegex(UserError, "already been answered"):
            question._answer_opinion("Twice")

    def test_another_client_in_the_activity_leads_nowhere(self):
        secret = self._create_relationship(self.stranger, self.seller)
        self._ask(self.colleague)
        question = self._questions(self.colleague).with_user(self.colleague)
        question.sudo().res_id = secret.id
        with self.assertRaises(AccessError):
            question._answer_opinion("Smuggled")
        self.assertFalse(secret.feedback_ids)

    def test_who_only_reads_asks_nobody(self):
        self.relationship.message_subscribe(self.colleague.partner_id.ids)
        with self.assertRaises(AccessError):
            self._ask(self.seller, user=self.colleague)

    def test_whom_one_may_ask(self):
        plain = self._create_user("plain", "base.group_user")
        with self.assertRaisesRegex(UserError, "has no access to Client Health"):
            self._ask(plain)
        with self.assertRaisesRegex(UserError, "has no access to Client Health"):
            self._ask(self.portal)
        with self.assertRaisesRegex(UserError, "at least one colleague"):
            self._ask(self.env["res.users"])

    def test_nobody_is_asked_the_same_twice(self):
        for _time in range(2):
            self._ask(self.colleague)
        self.assertEqual(len(self._questions(self.colleague)), 1)
        self._ask(self.colleague, "And in a year?")
        self.assertEqual(len(self._questions(self.colleague)), 2)

    def test_round_asks_everybody_on_the_projects(self):
        manager, worker, booked, former, elsewhere, plain = (
            new_test_user(self.env, f"ch_{name}", groups=groups)
            for name, groups in (
                ("pm", "project.group_project_user"),
                ("worker", "project.group_project_user"),
                ("booked", "project.group_project_user"),
                ("former", "project.group_project_user"),
                ("elsewhere", "project.group_project_user"),
                ("plainer", "base.group_user"),
            )
        )
        self.project.user_id = manager
        self.task.user_ids = worker | self.portal | plain
        done = self.task.copy({"user_ids": elsewhere.ids})
        done.state = "1_done"
        self.other_project.user_id = elsewhere
        employees = {
            user: self.env["hr.employee"].create({"name": user.name, "user_id": user.id})
            for user in (booked, former, elsewhere)
        }
        for user, days in ((booked, 80), (former, 1), (elsewhere, 95)):
            self.env["account.analytic.line"].create(
                {
                    "name": "Work",
                    "project_id": self.project.id,
                    "task_id": self.task.id,
                    "employee_id": employees[user].id,
                    "date": self._ago(days).date(),
                    "unit_amount": 1,
                }
            )
        former.active = False
        action = self.relationship.with_context(client_round=True).action_ask_opinion()
        wizard = self._ask(None, context=action["context"])
        self.assertEqual(wizard.user_ids, manager | worker | booked)
        for user in (manager, worker, booked):
            self.assertEqual(len(self._questions(user)), 1, user.login)

    def test_fifty_are_asked_in_one_batch_and_no_mail(self):
        team = {f"team{number:02}": "client_health.group_client_user" for number in range(55)}
        users = create_users(self.env, team)
        mails = self.env["mail.mail"].search_count([])
        counts = []
        for group in (users[:5], users[5:]):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self.relationship.with_user(self.owner)._ask_opinion(
                group, f"Question {len(group)}", self.now.date()
            )
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - start)
        self.assertEqual(len(self._questions(users[54])), 1)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        per_person = (counts[1] - counts[0]) / 45
        self.assertLess(per_person, 4, counts)
