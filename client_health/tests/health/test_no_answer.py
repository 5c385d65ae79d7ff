from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError
from odoo.tests import BaseCase, tagged

from ...engine.clock import get_today
from ...engine.correspondence import no_answer
from ...engine.health import signals
from ...models.mail_message import _get_text
from .common_voice import VoiceCommon

THANKS = (
    "Thanks a lot!",
    "Hi Anna,\nperfect, thanks a lot!\n\nBest regards\nElena Marsh",
    "Super, danke!",
    "Hallo Herr Müller,\n\nvielen Dank für die schnelle Hilfe!\n\nMit freundlichen Grüßen\nE. M.",
    "Great, works now. Thanks!",
    "OK, got it",
    "👍",
    "Merci beaucoup !",
    "Thanks for the quick fix of the header!",
    "Noted, thanks\n\nOn Mon, 3 Nov 2025 at 10:00, Anna <a@x.example.com> wrote:\n> Is it fine?",
)
ASKING = (
    "Hello?",
    "Thanks, but it still does not work",
    "Thanks. Please send the invoice",
    "Thank you for everything, we have decided to move to another agency.",
    "Thanks in advance",
    "Vielen Dank im Voraus",
    "Danke. Könnten Sie noch den Footer ändern",
    "Great. The price is too high",
    "Thanks, works great. One more thing: the logo",
    "Thanks for nothing",
    "Ok the checkout is down",
    "Good morning",
    "We leave",
    "",
)

MAIL = """\
From: {sender}
To: hello@agency.example.com
Subject: {subject}
Message-Id: <{number}@blueharbour.example.com>
Date: Mon, 02 Nov 2026 09:00:00 +0000
{headers}Content-Type: text/html; charset=utf-8

{body}
"""


@tagged("at_install", "-post_install")
class TestNoAnswerEngine(BaseCase):
    def test_thanks(self):
        for text in THANKS:
            with self.subTest(text):
                self.assertTrue(no_answer.is_thanks(text))
        for text in ASKING:
            with self.subTest(text):
                self.assertFalse(no_answer.is_thanks(text))

    @settings(deadline=None)
    @given(st.sampled_from(THANKS), st.text(max_size=30))
    def test_a_question_is_never_thanks(self, thanks, more):
        own = thanks.split("\n\n")[0]
        self.assertFalse(no_answer.is_thanks(f"{own}\nx{more}?".replace("\r", " ")[:390]))

    @settings(deadline=None)
    @given(st.text(max_size=500))
    def test_any_text(self, text):
        self.assertIn(no_answer.is_thanks(text), (True, False))

    @settings(deadline=None)
    @given(
        st.text(max_size=200)
        | st.sampled_from(['<?xml version="1.0" encoding="utf-8"?><p>', "<!--"])
    )
    def test_any_body(self, body):
        self.assertIsInstance(_get_text(body), str)


@tagged("post_install", "-at_install")
class TestNoAnswer(VoiceCommon):
    """Which messages ask for no answer, and who may say so; mails come through the gateway."""

    number = 0

    def _receive(
        self, body="<p>Could you call me?</p>", subject="Booking", headers="", sender=None
    ):
        """Have a mail of Elena come in on the task, and return its message."""
        TestNoAnswer.number += 1
        mail = MAIL.format(
            sender=sender or self.elena.email_formatted,
            subject=subject,
            headers=headers,
            body=body,
            number=f"{TestNoAnswer.number}-{self.id()}",
        )
        self.env["mail.thread"].message_process("project.task", mail, thread_id=self.task.id)
        return self.task.message_ids.sorted("id")[-1]

    def _count_waiting(self, relationship=None):
        relationship = relationship or self.relationship
        # a moment later: Odoo's clock has no microseconds, the database's has
        found = self._read_waiting(relationship)
        return len(found[relationship.id])

    def _read(self, code):
        readings, errors = signals.read(
            self.env, self.relationship, get_today(self.company), [code]
        )
        self.assertFalse(errors)
        return readings[self.relationship.id].get(code)

    def test_an_ordinary_mail_waits(self):
        message = self._receive()
        self.assertRecordValues(message, [{"message_type": "email", "client_no_answer": False}])
        self.assertEqual(message.author_id, self.elena)
        self.assertEqual(self._count_waiting(), 1)

    def test_what_a_machine_wrote(self):
        """RFC 3834, an empty return path, known subjects; a person's answer is none of these."""
        automatic, bulk = "automatic", "bulk"
        for mark, headers, subject in (
            (automatic, "Auto-Submitted: auto-replied\n", "Re: Booking"),
            (automatic, "auto-submitted: Auto-Replied; owner-email=x\n", "Re: Booking"),
            (automatic, "Auto-Submitted: auto-generated\n", "Ticket 7"),
            (automatic, "Precedence: auto_reply\n", "Booking"),
            (automatic, "X-Autoreply: yes\n", "Booking"),
            (automatic, "Return-Path: <>\n", "Booking"),
            (automatic, "", "Automatic reply: Booking"),
            (automatic, "", "AW: Abwesenheitsnotiz: Booking"),
            (automatic, "", "Réponse automatique : Booking"),
            (automatic, "", "Out of Office Re: Booking"),
            (bulk, "List-Unsubscribe: <https://news.example.com/off>\n", "News of May"),
            (bulk, "Precedence: bulk\n", "News of May"),
            (bulk, "List-Unsubscribe: <x>\nAuto-Submitted: auto-generated\n", "News"),
            (False, "Auto-Submitted: no\n", "Booking"),
            (False, "Return-Path: <elena@blueharbour.example.com>\n", "Booking"),
            (False, "X-Auto-Response-Suppress: All\n", "Booking"),
            (False, "Precedence: normal\n", "Is your reply automatic?"),
        ):
            with self.subTest(headers=headers, subject=subject), self._rolled_back():
                message = self._receive(headers=headers, subject=subject)
                self.assertEqual(message.client_no_answer, mark)
                kind = "out_of_office" if mark == automatic else "email"
                self.assertEqual(message.message_type, kind)
                self.assertEqual(self._count_waiting(), 0 if mark else 1)
                known = self._read("unanswered_hours")
                self.assertEqual(known is None, bool(mark), "No message of the client at all")

    def _rolled_back(self):
        savepoint = self.env.cr.savepoint()

        class RolledBack:
            def __enter__(self):
                return savepoint

            def __exit__(self, *error):
                savepoint.rollback()
                savepoint.close(rollback=False)

        return RolledBack()

    def test_an_answer_through_a_mailing_list_is_no_newsletter(self):
        question = "Which colour?"
        ours = self.task.message_post(
            body=question, message_type="comment", subtype_xmlid="mail.mt_comment",
            author_id=self.owner.partner_id.id, partner_ids=self.elena.ids,
        )  # fmt: skip
        message = self._receive(
            body="<p>Blue. Can you show it?</p>",
            headers=f"In-Reply-To: {ours.message_id}\nReferences: {ours.message_id}\n"
            "List-Unsubscribe: <https://groups.example.com/leave>\nPrecedence: list\n",
        )
        self.assertFalse(message.client_no_answer)
        self.assertEqual(self._count_waiting(), 1)

    def test_thanks_do_not_wait(self):
        for text in THANKS:
            with self.subTest(text), self._rolled_back():
                message = self._receive("<br/>".join(text.split("\n")))
                self.assertEqual(message.client_no_answer, "thanks")
                self.assertEqual(self._count_waiting(), 0)
        message = self._receive(
            '<div>Perfect, thank you!</div><div class="gmail_quote">Anna wrote:'
            "<blockquote>Could you please look at it?</blockquote></div>"
        )
        self.assertEqual(message.client_no_answer, "thanks", "without the mail that it quotes")

    def test_thanks_are_a_message_of_the_client(self):
        self._receive("<p>Thanks!</p>")
        self.assertEqual(self._read("unanswered_hours").value, 0)

    def test_a_question_before_the_thanks_waits_still(self):
        asked = self._receive()
        self._receive("<p>Thanks!</p>")
        found = self._read_waiting(self.relationship)
        (row,) = found[self.relationship.id]
        self.assertEqual((row.message_id, row.messages), (asked.id, 1))

    def test_closed_tasks_do_not_wait(self):
        self._say(self.elena, days=3)
        self.assertEqual(self._count_waiting(), 1)
        self.task.state = "1_done"
        self.assertEqual(self._count_waiting(), 0)
        self.task.state = "01_in_progress"
        self.assertEqual(self._count_waiting(), 1)

    def test_what_comes_after_a_task_was_closed_waits(self):
        self.task.state = "1_canceled"
        self.task.date_last_stage_update = self._ago(5)
        self._say(self.elena, days=3, text="The checkout is down")
        self.assertEqual(self._count_waiting(), 1)

    def test_what_was_old_at_set_up_does_not_wait(self):
        self._say(self.elena, days=50, text="Old")
        self._say(self.elena, self.project, days=20, text="New")
        self.assertEqual(self._count_waiting(), 2)
        self.company.client_setup_date = self._ago(5).date()
        self.assertEqual(self._count_waiting(), 1)
        before = self._read_waiting(self.relationship, self._ago(40))
        self.assertEqual(len(before[self.relationship.id]), 1, "The past is judged as it was")

    def test_one_click(self):
        """By whoever may write on the document, with a reason if they like; and back."""
        first = self._say(self.elena, days=3)
        last = self._say(self.elena, days=2)
        later = self._say(self.elena, self.task.copy(), days=1)
        self.assertEqual(self._count_waiting(), 2)
        self.owner.group_ids |= self.env.ref("project.group_project_user")
        last.with_user(self.owner).client_set_no_answer("Called her")
        self.assertEqual(self._count_waiting(), 1, "with all before it, in its discussion")
        self.assertRecordValues(
            last,
            [
                {
                    "client_no_answer": "said",
                    "client_no_answer_reason": "Called her",
                    "client_no_answer_user_id": self.owner.id,
                }
            ],
        )
        self.assertFalse(first.client_no_answer)
        earlier = self._read_waiting(self.relationship, self._ago(0, hours=12))
        self.assertEqual(len(earlier[self.relationship.id]), 2, "It counts from then on")
        again = self._say(self.elena, days=0)
        self.assertEqual(self._count_waiting(), 2)
        (last | again).with_user(self.owner).client_set_asks()
        later.with_user(self.owner).client_set_no_answer()
        self.assertEqual(self._count_waiting(), 1)
        found = self._read_waiting(self.relationship)
        self.assertEqual(found[self.relationship.id][0].message_id, first.id)

    def test_reply_time_follows_the_same_rule(self):
        waiting_for_us = self.env["mail.message"]
        for days in (30, 20, 10):
            waiting_for_us |= self._say(self.elena, self.task.copy(), days=days)
        self.assertEqual(self._read("reply_hours").detail["waiting"], 3)
        waiting_for_us.client_set_no_answer()
        self.assertIsNone(self._read("reply_hours"))
        for days in (9, 6, 3):
            task = self.task.copy()
            self._say(self.elena, task, days=days, text="Thanks a lot!")
            self._say(self.owner.partner_id, task, days=days - 1, text="You are welcome")
        self.assertIsNone(self._read("reply_hours"), "answered thanks are no quick replies")

    def test_nobody_else_writes_the_mark(self):
        message = self._say(self.elena, days=2)
        plain = self._create_user("plain", "base.group_user")
        for user in (plain, self.portal):
            with self.assertRaises(AccessError):
                message.with_user(user).client_set_no_answer()
        stranger = self._create_user("stranger", "client_health.group_client_user")
        self.project.privacy_visibility = "followers"
        with self.assertRaises(AccessError):
            message.with_user(stranger).client_set_no_answer()
        for values in ({"client_no_answer": "said"}, {"client_no_answer_reason": "Forged"}):
            with self.assertRaises(AccessError):
                message.with_user(self.manager).write(values)
        self.assertFalse(message.client_no_answer)
        words = "x"
        with self.assertRaises(AccessError):
            self.task.with_user(self.manager).message_post(body=words, client_no_answer="said")

    def test_old_messages_are_read_at_installation(self):
        thanks = self._say(self.elena, days=9, text="Thanks a lot!")
        away = self._say(self.elena, days=8, subject="Automatic reply: Booking")
        news = self._say(
            self.elena,
            days=7,
            body='<p>May <a href="https://x.example.com/unsubscribe">off</a></p>',
        )
        asked = self._say(self.elena, days=6, text="Thanks. Could you call?")
        ours = self._say(self.owner.partner_id, days=5, text="Thanks a lot!")
        old = thanks | away | news | asked | ours
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_message SET client_no_answer = NULL WHERE id IN %s", (old._ids,)
        )
        self.env.invalidate_all()
        self.env["mail.message"]._mark_old_messages()
        self.assertEqual(
            old.mapped("client_no_answer"), ["thanks", "automatic", "bulk", False, False]
        )
