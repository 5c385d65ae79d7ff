from odoo.tests import HttpCase, tagged

from ..health.common_voice import VoiceCommon


class FeedbackTourCommon(VoiceCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner.group_ids += cls.env.ref("project.group_project_user")
        cls.task.user_ids = cls.owner
        cls.project.message_subscribe(cls.owner.partner_id.ids)


@tagged("post_install", "-at_install")
class TestFeedbackTours(FeedbackTourCommon):
    def test_log_feedback_from_a_message(self):
        message = self._say(self.elena, text="The form does not send")
        self.start_tour(
            f"/odoo/project.task/{self.task.id}", "client_health_feedback", login="ch_owner"
        )
        feedback = self.relationship.feedback_ids
        self.assertRecordValues(
            feedback,
            [
                {
                    "message_id": message.id,
                    "task_id": self.task.id,
                    "contact_id": self.elena.id,
                    "kind": "complaint",
                    "state": "answered",
                    "answered_by_id": self.owner.id,
                    "user_id": self.owner.id,
                }
            ],
        )

    def test_second_opinion(self):
        self.relationship.with_user(self.owner)._ask_opinion(
            self.colleague, "What would you do next?", self.now.date()
        )
        self.start_tour(
            f"/odoo/client.relationship/{self.relationship.id}",
            "client_health_opinion",
            login="ch_colleague",
        )
        self.assertRecordValues(
            self.relationship.feedback_ids,
            [{"kind": "team", "user_id": self.colleague.id, "strain": "4"}],
        )


@tagged("post_install", "-at_install", "slow")
class TestIssueTour(FeedbackTourCommon):
    """The journey of an issue, through four pages of two people."""

    def test_from_three_complaints_to_a_repair(self):
        for days, text in (
            (9, "The stock is wrong"),
            (6, "Again sold out"),
            (3, "We printed flyers"),
        ):
            self._log(
                text=text,
                date=self._ago(days),
                contact_id=self.elena.id,
                project_id=self.project.id,
            )
        self.start_tour("/odoo/client-feedback", "client_health_issue", login="ch_owner")
        issue = self.relationship.issue_ids
        self.assertEqual(len(issue.feedback_ids), 3)
        self.assertEqual(issue.apology_days, 9)
        hypothesis = issue.hypothesis_ids
        self.assertEqual(hypothesis.contact_id, self.elena)
        self.assertEqual(hypothesis.task_id.project_id, self.project)
        hypothesis.task_id.state = "1_done"
        url = f"/odoo/client.issue/{issue.id}"
        self.start_tour(url, "client_health_issue_ask", login="ch_owner")
        question = issue.update_ids.filtered(lambda update: update.kind == "repair")
        key = self.env["client.personal.link"]._get_for(question, self.elena).key
        link = f"{question.access_url}?access_token={key}"
        self.start_tour(link, "client_health_issue_client", login=None)
        self.assertEqual(issue.confirmed_by_id, self.elena)
        self.assertEqual(issue.confirmed_note, "Yes, since Monday")
        self.start_tour(url, "client_health_issue_close", login="ch_owner")
        self.assertEqual(issue.state, "closed")
