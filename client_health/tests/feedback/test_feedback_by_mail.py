# pylint: disable=translation-required
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common_mail import GatewayCommon
from ..health.common_voice import VoiceCommon


@tagged("post_install", "-at_install")
class TestAnswerByMail(VoiceCommon, GatewayCommon):
    """The sender of a mail can be forged: such an answer counts once the colleague confirms it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller.email = "leo@agency.example.com"
        cls.said = cls._say(cls.elena, cls.project, days=3, message_id="<said@example.com>")
        cls.feedback = cls._log(message_id=cls.said.id, date=cls.said.date)

    def _mail(self, text="All is mended", number=1):
        mail = (
            "From: Leo <leo@agency.example.com>\nTo: catchall@agency.example.com\n"
            f"Subject: Re\nMessage-ID: <leo{number}@example.com>\n"
            "In-Reply-To: <said@example.com>\nReferences: <said@example.com>\n"
            f"Date: Fri, 27 Nov 2026 10:00:00 +0000\nContent-Type: text/plain\n\n{text}\n"
        )
        with self.mock_mail_gateway():
            self.env["mail.thread"].message_process(None, mail)
        message = self.env["mail.message"].search(
            [("message_id", "=", f"<leo{number}@example.com>")]
        )
        self.assertEqual(message.author_id, self.seller.partner_id)
        self.assertEqual(message.res_id, self.project.id)

    def _find(self):
        self._run_job("ir_cron_client_feedback")

    def test_proposed_and_confirmed_in_one_click(self):
        self._mail()
        self._find()
        self.assertEqual(self.feedback.state, "open", "A mail is no evidence")
        self.assertFalse(self.feedback.answered_by_id)
        self.assertIn("All is mended", self.feedback.proposed_answer)
        self.assertEqual(self.feedback.activity_ids.user_id, self.seller)
        self._find()
        self.assertEqual(len(self.feedback.activity_ids), 1, "Asked once")
        with self.assertRaisesRegex(UserError, "Only ch_seller"):
            self.feedback.with_user(self.owner).action_confirm_answer()
        self.feedback.with_user(self.seller).action_confirm_answer()
        self.assertEqual(self.feedback.state, "answered")
        self.assertEqual(self.feedback.answered_by_id, self.seller)
        self.assertIn("All is mended", self.feedback.answer)
        self.assertFalse(self.feedback.activity_ids)

    def test_rejected(self):
        self._mail()
        self._find()
        self.feedback.with_user(self.seller).action_reject_answer()
        self._find()
        self.assertEqual(self.feedback.state, "open")
        self.assertFalse(self.feedback.proposed_answer)
        self._mail("Truly mended", 2)
        self._find()
        self.assertIn("Truly mended", self.feedback.proposed_answer)

    def test_written_in_odoo_it_counts(self):
        self._mail()
        self._find()
        self.project.message_subscribe(self.seller.partner_id.ids)
        # as the chatter does it
        self.project.with_user(self.seller).sudo().message_post(
            body="Mended indeed", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self._find()
        self.assertEqual(self.feedback.state, "answered")
        self.assertEqual(self.feedback.answer, "Mended indeed")

    def test_a_colleague_named_as_author(self):
        """Whoever may write on the project may post with any author, by the API."""
        self._say(
            self.seller.partner_id, self.project, days=2, text="All is well"
        ).flush_recordset()
        self.env.cr.execute(
            "UPDATE mail_message SET create_uid = %s WHERE author_id = %s AND res_id = %s",
            (self.colleague.id, self.seller.partner_id.id, self.project.id),
        )
        self._find()
        self.assertEqual(self.feedback.state, "open")
        self.assertIn("All is well", self.feedback.proposed_answer)

    def test_nothing_is_typed_in(self):
        for vals in (
            {"proposed_answer": "x"},
            {"proposed_by_id": self.manager.id},
            {"proposed_answer_id": self.said.id},
            {"rejected_answer_id": 1},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                self.feedback.with_user(self.manager).write(vals)

    def test_who_cannot_read_is_not_asked(self):
        self.colleague.email = "leo@agency.example.com"
        self.seller.email = "seller@agency.example.com"
        mail = (
            "From: leo@agency.example.com\nTo: catchall@agency.example.com\nSubject: Re\n"
            "Message-ID: <c@example.com>\nIn-Reply-To: <said@example.com>\n"
            "Date: Fri, 27 Nov 2026 10:00:00 +0000\nContent-Type: text/plain\n\nMended\n"
        )
        with self.mock_mail_gateway():
            self.env["mail.thread"].message_process(None, mail)
        self._find()
        self.assertEqual(self.feedback.proposed_by_id, self.colleague)
        self.assertEqual(self.feedback.activity_ids.user_id, self.owner)

    def test_a_repair_asks_for_more_than_a_mail(self):
        issue = self.env["client.issue"].create(
            {"relationship_id": self.relationship.id, "name": "Stock"}
        )
        self._mail()
        issue.invalidate_recordset()
        self.assertFalse(issue.is_answered)
        self.env["mail.message.reaction"].create(
            {
                "message_id": self.said.id,
                "partner_id": self.seller.partner_id.id,
                "content": "👍",
            }
        )
        issue.invalidate_recordset()
        self.assertTrue(issue.is_answered)
