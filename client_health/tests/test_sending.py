from base64 import b64encode
from contextlib import nullcontext
from inspect import isfunction
from unittest.mock import patch

from odoo import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_mail import GatewayCommon
from .test_left_colleague import LeaverCommon

PROOF = b64encode(b"Signed")
# Buttons of forms that only open or read something
HARMLESS = {
    ("client.reply.time", "action_open"),
    ("client.reply.time", "action_open_message"),
    ("client.waiting", "get_count"),
    ("client.waiting", "get_summary"),
    ("client.health.calibration", "action_open"),
    ("client.offboarding.end.line", "action_open_point"),
    ("client.review.export", "action_export"),
    ("client.review.export", "action_export_client"),
    ("client.review.export", "action_export_selection"),
    ("client.waiting", "action_answer"),
    ("client.waiting", "action_hand_over"),
    ("client.waiting", "action_no_answer"),
    ("client.waiting", "action_open"),
    ("client.waiting", "action_open_document"),
}


class SendingCommon(LeaverCommon, GatewayCommon):
    """The company's mail server works, or not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.relationship.user_id = cls.owner
        cls.env["mail.mail"].sudo().search([]).unlink()

    def _send_mails(self, works=True):
        mails = self.env["mail.mail"].sudo().search([("state", "in", ("outgoing", "exception"))])
        mails.state = "outgoing"
        server = self.registry["ir.mail_server"]
        broken = patch.object(server, "_connect__", side_effect=OSError("no such server"))
        with self.mock_mail_gateway(mail_unlink_sent=True), nullcontext() if works else broken:
            mails.send()
        self.env.invalidate_all()
        return self._mails

    def _get_notifications(self, record):
        return self.env["mail.notification"].search(
            [
                ("mail_message_id.model", "=", record._name),
                ("mail_message_id.res_id", "=", record.id),
                ("notification_type", "=", "email"),
                "|",
                ("res_partner_id", "=", False),
                ("res_partner_id.partner_share", "=", True),
            ]
        )

    def _get_key(self, record):
        links = self.env["client.personal.link"].sudo()
        return links.search([("res_model", "=", record._name), ("res_id", "=", record.id)]).key

    def _get_planned(self):
        return self.relationship.activity_search(["client_health.mail_activity_type_send_again"])


@tagged("post_install", "-at_install")
class TestFailedMails(SendingCommon):
    def _check_failed(self, record):
        """The envelope is red for the sender, and sending it again is planned."""
        self.assertEqual(
            set(self._get_notifications(record).mapped("notification_status")), {"ready"}
        )
        self.assertFalse(self._get_planned())
        self._send_mails(works=False)
        failed = self._get_notifications(record)
        self.assertEqual(set(failed.mapped("notification_status")), {"exception"})
        self.assertTrue(failed.failure_type)
        self.assertTrue(record.with_user(self.owner).message_has_error)
        planned = self._get_planned()
        self.assertEqual(planned.user_id, self.owner)
        self.assertIn(record.display_name, planned.summary)

    def test_proposal(self):
        agreement = self._create_agreement(user=self.owner)
        agreement.action_propose()
        self._check_failed(agreement)
        token = self._get_key(agreement)
        self.assertFalse(any(token in body for body in agreement.message_ids.mapped("body")))
        agreement.action_send_again()
        self.assertFalse(self._get_planned(), "It is on its way again")
        self.env["mail.mail"].sudo().search([("state", "=", "exception")]).unlink()
        self._send_mails()
        states = self._get_notifications(agreement).sorted("id").mapped("notification_status")
        self.assertEqual(states, ["exception", "sent"])

    def test_what_was_sent_is_marked_as_sent(self):
        agreement = self._create_agreement(user=self.owner)
        agreement.action_propose()
        [mail] = self._send_mails()
        self.assertIn(self._get_key(agreement), mail["body"])
        self.assertEqual(self._get_notifications(agreement).notification_status, "sent")
        self.assertFalse(agreement.message_has_error)
        self.assertFalse(self._get_planned())
        bodies = " ".join(agreement.message_ids.mapped("body"))
        self.assertNotIn("was sent", bodies)
        self.assertIn("open until", bodies)

    def test_the_note_is_not_for_the_client(self):
        agreement = self._create_agreement(user=self.owner)
        agreement.action_propose()
        note = self._get_notifications(agreement).mail_message_id
        self.assertFalse(note.with_user(self.portal).has_access("read"))

    def test_copy_after_acceptance(self):
        agreement = self._create_agreement(user=self.owner)
        agreement.action_propose()
        self._send_mails()
        known = self._get_notifications(agreement)
        self._accept(agreement)
        self._send_mails(works=False)
        failed = self._get_notifications(agreement) - known
        self.assertEqual(failed.notification_status, "exception")
        self.assertEqual(failed.author_id, self.owner.partner_id)
        self.assertTrue(self._get_planned())

    def test_update(self):
        update = self.update.with_user(self.owner)
        update.action_send()
        self._check_failed(update)

    def test_question_about_value(self):
        self.relationship.with_user(self.owner)._ask(self.signatory)
        self._check_failed(self.relationship)

    def test_question_about_an_accomplishment(self):
        told = self.env["client.accomplishment"].create(
            {"name": "Booked", "relationship_id": self.relationship.id, "is_shared": True}
        )
        told.with_user(self.owner)._ask(self.signatory)
        self._check_failed(told)

    def _bounce(self, mail, header):
        """The client's mail server says later that there is no such address."""
        original = "\n".join(f"{name}: {value}" for name, value in header.items())
        self.env["mail.thread"].message_process(
            "res.partner",
            f"""\
Return-Path: <>
From: MAILER-DAEMON@example.com
To: {self.alias_bounce}@{self.alias_domain}
Subject: Undelivered Mail Returned to Sender
Message-Id: <bounce.{self.id()}@example.com>
Content-Type: multipart/report; report-type=delivery-status; boundary="=bounce"

--=bounce
Content-Type: text/plain

There is no such address.

--=bounce
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com

Final-Recipient: rfc822; {mail["email_to"][0]}
Action: failed
Status: 5.1.1

--=bounce
Content-Type: text/rfc822-headers

{original}

--=bounce--
""",
        )
        self.env.invalidate_all()

    def test_a_proposal_that_comes_back(self):
        agreement = self._create_agreement(user=self.owner)
        agreement.action_propose()
        [mail] = self._send_mails()
        self.assertEqual(self._get_notifications(agreement).notification_status, "sent")
        header = {"Message-Id": mail["message_id"], **mail["headers"]}
        self._bounce(mail, header)
        self.assertEqual(self._get_notifications(agreement).notification_status, "bounce")
        self.assertTrue(agreement.with_user(self.owner).message_has_error)
        self.assertEqual(self._get_planned().user_id, self.owner)

    def test_an_update_that_comes_back(self):
        update = self.update.with_user(self.owner)
        update.action_send()
        mail = self._send_mails()[0]
        self._bounce(mail, {"Message-Id": mail["message_id"]})
        self.assertIn("bounce", self._get_notifications(update).mapped("notification_status"))
        self.assertEqual(self._get_planned().user_id, self.owner)

    def test_mails_among_colleagues_are_not_planned(self):
        self.relationship.with_user(self.owner).message_post(
            body="Look", partner_ids=self.seller.partner_id.ids
        )
        self._send_mails(works=False)
        self.assertFalse(self._get_planned())

    def test_a_colleague_who_left_writes_to_nobody(self):
        self.relationship.user_id = self.leaver
        for _way in self._each_way():
            agreement = self._create_agreement(user=self.manager)
            agreement.action_propose()
            mails = [one for one in self._send_mails() if "elena" in str(one["email_to"])]
            self.assertTrue(mails)
            for mail in mails:
                for key in ("email_from", "reply_to", "body"):
                    self.assertNotIn("leaver", mail[key])


@tagged("post_install", "-at_install")
class TestSecondClick(SendingCommon):
    """A button that is clicked twice does its work once, and says nothing technical."""

    def test_every_form_acts_once(self):
        for name, model in self.env.items():
            if not name.startswith("client.") or not model._transient:
                continue
            for action in dir(type(model)):
                method = getattr(type(model), action)
                ours = isfunction(method) and "client_health" in method.__module__
                if not action.startswith("action_") or not ours:
                    continue
                with self.subTest(model=name, action=action):
                    acts_once = "is_done" in model._fields and hasattr(method, "__wrapped__")
                    self.assertTrue(acts_once or (name, action) in HARMLESS, (name, action))

    def _click_twice(self, model, action, values, counted=None, domain=()):
        before = counted and self.env[counted].search_count(list(domain))
        form = self.env[model].with_user(self.manager).create(values)
        for _click in range(2):
            self.assertTrue(getattr(form, action)())
        if counted:
            self.assertEqual(self.env[counted].search_count(list(domain)), before + 1)

    def test_forms(self):
        draft = self._create_agreement(user=self.manager)
        rel = self.relationship.id
        self._click_twice(
            "client.agreement.acceptance",
            "action_record",
            {"agreement_id": draft.id, "accepted_by": "Elena", "proof": PROOF},
        )
        self.assertEqual(draft.state, "accepted")
        self._click_twice(
            "client.agreement.change",
            "action_mark_outdated",
            {
                "agreement_id": self.agreement.id,
                "partner_id": self.signatory.id,
                "reason": "More",
            },
        )
        self._click_twice(
            "client.value.note",
            "action_note",
            {"relationship_id": rel, "contact_id": self.signatory.id, "words": "Fine"},
            "client.value",
        )
        self._click_twice(
            "client.value.ask",
            "action_send",
            {"relationship_id": rel, "contact_id": self.signatory.id},
            "mail.mail",
        )
        self._click_twice(
            "client.opinion.ask",
            "action_ask",
            {
                "relationship_ids": [rel],
                "user_ids": self.seller.ids,
                "question": "What now?",
            },
            "mail.activity",
        )
        self._click_twice(
            "client.conversation.plan",
            "action_plan",
            {
                "res_model": "client.relationship",
                "res_id": rel,
                "relationship_id": rel,
                "concern": "Too expensive",
            },
            "mail.activity",
        )
        line = self._log("complaint")
        self._click_twice(
            "client.feedback.answer",
            "action_save",
            {"feedback_ids": line.ids, "answer": "Called"},
        )
        self._click_twice(
            "client.stage.move",
            "action_move",
            {
                "relationship_ids": [rel],
                "stage_id": self._get_stage("at_risk").id,
                "reason": "Quiet",
            },
        )
        self.assertEqual(self.relationship.phase, "at_risk")

    def test_send(self):
        update = self.update.with_user(self.owner)
        update.action_send()
        messages = update.message_ids
        with self.assertRaisesRegex(UserError, "has already been sent"):
            update.action_send()
        self.assertEqual(update.message_ids, messages)

    def test_sign(self):
        agreement = self._create_agreement(user=self.owner)
        agreement.action_propose()
        text_hash = agreement._get_text_hash()
        answers = agreement.with_user(SUPERUSER_ID)
        for _click in range(2):
            answers._accept_online("Elena Marsh", self.signature, text_hash)
        signed = agreement.message_ids.filtered(lambda one: "accepted" in (one.body or ""))
        self.assertEqual(len(signed.filtered(lambda one: "Elena Marsh accepted" in one.body)), 1)
        with self.assertRaisesRegex(UserError, "was accepted already"):
            answers._accept_online("Otis", self.signature, text_hash)

    def test_propose_and_decline(self):
        agreement = self._create_agreement(user=self.owner)
        agreement.action_propose()
        with self.assertRaisesRegex(UserError, "waits for the client"):
            agreement.action_propose()
        text_hash = agreement._get_text_hash()
        answers = agreement.with_user(SUPERUSER_ID)
        answers._decline_online("Two languages", text_hash)
        with self.assertRaisesRegex(UserError, "being worked on"):
            answers._decline_online("Two languages", text_hash)

    def test_accept_a_proposed_stage(self):
        stage = self._get_stage("at_risk")
        self.relationship.write(
            {"health_proposed_stage_id": stage.id, "health_proposal_reason": "Quiet"}
        )
        client = self.relationship.with_user(self.manager)
        for _click in range(2):
            client.action_accept_proposal()
        self.assertEqual(client.phase, "at_risk")
