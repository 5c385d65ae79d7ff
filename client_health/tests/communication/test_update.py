# pylint: disable=translation-required
import re
from contextlib import suppress

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from ..common_mail import GatewayCommon
from ..feedback.test_issue import IssueCommon

REPLY = """Return-Path: <{sender}>
To: {to}
From: "Elena Marsh" <{sender}>
Subject: Re: We are sorry
Message-ID: <reply.{number}@blueharbour.example.com>
In-Reply-To: {message_id}
References: {message_id}
Date: {date}
Content-Type: text/plain

Thank you for saying so. Call me on Monday?
"""


class UpdateCommon(IssueCommon):
    @classmethod
    def _draft(cls, user=None, **vals):
        return (
            cls.env["client.update"]
            .with_user(user or cls.env.user)
            .create(
                {
                    "relationship_id": cls.relationship.id,
                    "kind": "apology",
                    "name": "We are sorry",
                    "body": "<p>We gave you trouble, and we are sorry.</p>",
                    "recipient_ids": cls.elena.ids,
                    **vals,
                }
            )
        )


@tagged("post_install", "-at_install")
class TestUpdate(UpdateCommon):
    def test_draft_from_the_template(self):
        issue = self._open_issue(user=self.owner)
        for contact in (self.elena, self.otis):
            self._log(issue_id=issue.id, contact_id=contact.id)
        action = issue.action_write_apology()
        update = self.env["client.update"].browse(action["res_id"])
        self.assertEqual(update.recipient_ids, self.elena | self.otis)
        self.assertEqual(update.name, "We are sorry")
        self.assertIn("Dear Elena Marsh and Otis Fairweather", update.body)
        self.assertIn("I am sorry", update.body)
        self.assertNotIn("Stock is wrong", update.body)
        with self.assertRaisesRegex(UserError, "fill in the placeholders first"):
            update.action_send()
        self.assertEqual(issue.action_write_apology()["res_id"], update.id, "No second draft")

    def test_nothing_is_sent_that_is_not_ready(self):
        silent = self.env["res.partner"].create(
            {"name": "Silent", "parent_id": self.client_partner.id}
        )
        for vals, message in (
            ({"recipient_ids": False}, "at least one recipient"),
            ({"recipient_ids": silent.ids}, "no valid e-mail address"),
            ({"body": "<p><br></p>"}, "enter the text"),
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, message):
                self._draft(**vals).action_send()

    def test_only_to_contacts_of_this_client(self):
        for partner in (self.stranger, self.owner.partner_id):
            with self.subTest(partner=partner.name), self.assertRaises(UserError):
                self._draft(recipient_ids=partner.ids)
        update = self._draft()
        with self.assertRaises(UserError):
            update.recipient_ids += self.stranger
        with self.assertRaises(UserError):
            update.message_post(body="Hello", partner_ids=self.stranger.ids)
        with self.assertRaises(UserError):
            update.message_post(body="Hello", outgoing_email_to="x@other.example.com")
        with self.assertRaises(UserError):
            update.message_subscribe(self.stranger.ids)
        update.message_post(body="What do you think?", partner_ids=self.seller.partner_id.ids)
        update.message_subscribe(self.elena.ids)

    def test_frozen_once_sent(self):
        update = self._draft(acknowledgement="We told you too late")
        update.with_user(self.owner).action_send()
        self.assertEqual(update.state, "sent")
        self.assertEqual(update.sent_by_id, self.owner)
        other = self._create_relationship(self.stranger)
        for vals in (
            {"body": "<p>All was fine</p>"},
            {"name": "Good news"},
            {"acknowledgement": False},
            {"recipient_ids": [(5,)]},
            {"kind": "repair"},
            {"relationship_id": other.id},
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "cannot be changed"):
                update.with_user(self.manager).write(vals)
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            update.with_user(self.manager).unlink()
        with self.assertRaisesRegex(UserError, "already been sent"):
            update.action_send()
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            self._with_issue(update)
        update.active = False
        self._draft().with_user(self.manager).unlink()

    def _with_issue(self, update):
        issue = self._open_issue()
        sent = self._draft(issue_id=issue.id)
        sent.action_send()
        issue.with_user(self.manager).unlink()

    def test_sent_is_not_typed_in(self):
        for vals in (
            {"state": "sent"},
            {"sent_date": self._ago(1)},
            {"sent_by_id": self.manager.id},
        ):
            with self.subTest(vals=vals):
                with self.assertRaises(AccessError):
                    self._draft(user=self.manager).write(vals)
                with self.assertRaises(AccessError):
                    self._draft(user=self.manager, **vals)

    def test_what_is_wicked_is_taken_out(self):
        update = self._draft(body='<p onclick="x()">Hi</p><script>alert(1)</script>')
        self.assertNotIn("script", update.body)
        self.assertNotIn("onclick", update.body)
        long = "<p>" + "ö" * 40000 + "</p>"
        update.body = long
        self.assertIn("ö" * 40000, update.body)

    def test_who_only_reads_sends_nothing(self):
        update = self._draft()
        self.relationship.message_subscribe(self.colleague.partner_id.ids)
        follower = update.with_user(self.colleague)
        self.assertEqual(follower.name, "We are sorry")
        with self.assertRaises(AccessError):
            follower.action_send()
        with self.assertRaises(AccessError):
            follower.message_post(body="Me too", message_type="comment")

    def test_token_is_for_nobody(self):
        update = self._draft()
        update.action_send()
        for user in (self.owner, self.manager):
            self.assertNotIn("access_token", update.with_user(user).fields_get())
            with self.assertRaises(AccessError):
                update.with_user(user).read(["access_token"])

    def test_merged_clients_keep_what_was_said_and_told(self):
        twin = self.env["res.partner"].create({"name": "Blue Harbor", "is_company": True})
        other = self._create_relationship(twin)
        contact = self._create_contact("Ida Twin", twin)
        issue = self._open_issue(relationship_id=other.id)
        hypothesis = self.env["client.hypothesis"].create(
            {"issue_id": issue.id, "name": "X", "effect": "Y", "contact_id": contact.id}
        )
        feedback = self._log(relationship_id=other.id, issue_id=issue.id, contact_id=contact.id)
        update = self._draft(relationship_id=other.id, issue_id=issue.id, recipient_ids=contact.ids)
        update.action_send()
        mine = self._log()
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((self.client_partner | twin).ids, self.client_partner)
        self.env.invalidate_all()
        self.assertFalse(other.exists())
        for record in (issue, hypothesis, feedback, update, mine):
            self.assertEqual(record.relationship_id, self.relationship, record)
        self.assertEqual(self.relationship.feedback_ids, feedback | mine)
        self.assertEqual(update.recipient_ids, contact)
        self.assertEqual(feedback.issue_id, issue)
        issue.root_cause = "Still to be written"
        feedback.rating = "2"


@tagged("post_install", "-at_install")
class TestUpdateMail(UpdateCommon, GatewayCommon):
    def test_sent_by_mail_and_answered_on_its_own_discussion(self):
        issue = self._open_issue()
        update = self._draft(
            issue_id=issue.id,
            acknowledgement="We told you too late",
            recipient_ids=(self.elena | self.otis).ids,
        )
        self.owner.email = "owner@agency.example.com"
        with self.mock_mail_gateway(mail_unlink_sent=False):
            update.with_user(self.owner).action_send()
        message = update.message_ids.filtered(lambda msg: msg.message_type == "comment")
        self.assertEqual(len(message), 1, "The trace stays")
        self.assertIn("We told you too late", message.body)
        self.assertEqual(message.author_id, self.owner.partner_id)
        mails = {mail["email_to"][0]: mail for mail in self._mails}
        self.assertEqual(len(mails), 2)
        links = {}
        for contact in (self.elena, self.otis):
            body = mails[contact.email_formatted]["body"]
            self.assertIn("We told you too late", body)
            links[contact] = re.search(r"/my/updates/\d+\?access_token=[\w-]+", body)[0]
            self.assertIn("Read and answer", body)
            self.assertNotIn("Update for a Client", body, "No client reads a model's name")
        self.assertNotEqual(links[self.otis], links[self.elena], "Each has their own link")
        reply_to = mails[self.elena.email_formatted]["reply_to"]
        before = len(self.relationship.message_ids), len(issue.message_ids)
        with self.mock_mail_gateway():
            self.env["mail.thread"].message_process(
                None,
                REPLY.format(
                    sender=self.elena.email,
                    to=reply_to,
                    message_id=message.message_id,
                    number=1,
                    date="Fri, 1 Jan 2027 10:00:00 +0000",
                ),
            )
        reply = update.message_ids[0]
        self.assertEqual(reply.author_id, self.elena)
        self.assertIn("Call me on Monday", reply.body)
        self.assertEqual(
            (len(self.relationship.message_ids), len(issue.message_ids)), before, "Not here"
        )
        notified = reply.notification_ids.res_partner_id
        self.assertIn(self.owner.partner_id, notified)
        issue.invalidate_recordset()
        self.assertFalse(issue.is_answered, "Elena waits")
        self.assertEqual(self.relationship.client_waiting_count, 1)


@tagged("post_install", "-at_install")
class TestUpdatePortal(UpdateCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal.partner_id.email = "portal@blueharbour.example.com"
        cls.issue = cls._open_issue(root_cause="Secret cause", side="ours")
        cls.question = cls._draft(
            kind="repair",
            name="Is it in order again?",
            issue_id=cls.issue.id,
            recipient_ids=(cls.elena | cls.portal.partner_id).ids,
        )
        cls.question.action_send()
        cls.url = f"/my/updates/{cls.question.id}"

    def _link(self, contact, key=None):
        links = self.env["client.personal.link"]
        key = key or links._get_for(self.question, contact).key
        return f"{self.url}?access_token={key}"

    def _answer(self, answer="yes", contact=None, path="answer", **data):
        page = self.url_open(self._link(contact) if contact else self.url)
        csrf = page.text.split('name="csrf_token" value="')
        return self.url_open(
            f"{self.url}/{path}",
            data={
                "csrf_token": csrf[1].split('"')[0] if len(csrf) > 1 else "",
                "answer": answer,
                "note": "The stock is right",
                **data,
            },
        )

    def test_reading_changes_nothing(self):
        page = self.url_open(self._link(self.elena))
        self.assertEqual(page.status_code, 200)
        self.assertIn("Elena Marsh, is it in order again?", page.text)
        self.assertNotIn("Secret cause", page.text)
        self.assertNotIn("Stock is wrong", page.text)
        self.assertFalse(self.issue.confirmed_date)

    def test_the_client_says_yes(self):
        page = self._answer(contact=self.elena)
        self.assertIn("We are glad", page.text)
        self.assertRecordValues(
            self.issue,
            [
                {
                    "confirmed_by_id": self.elena.id,
                    "confirmed_by_client": True,
                    "confirmed_note": "The stock is right",
                    "confirmed_user_id": False,
                }
            ],
        )
        date = self.issue.confirmed_date
        self._answer(contact=self.elena, note="Twice")
        self.assertEqual(
            (self.issue.confirmed_date, self.issue.confirmed_note), (date, "The stock is right")
        )

    def test_the_client_says_not_yet(self):
        page = self._answer("no", self.elena, note="Three articles are still wrong")
        self.assertIn("Thank you for telling us", page.text)
        self.assertFalse(self.issue.confirmed_date)
        feedback = self.issue.feedback_ids
        self.assertRecordValues(
            feedback,
            [
                {
                    "kind": "concern",
                    "contact_id": self.elena.id,
                    "given_by_client": True,
                    "text": "Three articles are still wrong",
                    "state": "open",
                    "relationship_id": self.relationship.id,
                }
            ],
        )
        self.assertEqual(self.issue.activity_ids.user_id, self.issue.user_id)

    def test_forged_links(self):
        self._answer(contact=None)
        self.assertFalse(self.issue.confirmed_date)
        foreign = self._draft(recipient_ids=self.elena.ids)
        foreign.action_send()
        key = self.env["client.personal.link"]._get_for(foreign, self.elena).key
        for link in (
            self._link(self.elena, "wrong"),
            self._link(self.elena, key),
            self.url,
            f"{self.url}?access_token=",
            "/my/updates/999999999",
        ):
            page = self.url_open(link)
            self.assertNotIn("We gave you trouble", page.text)
            self.assertEqual(page.status_code, 404)

    def test_signatures_of_the_chatter_open_nothing(self):
        token = self.question.sudo()._portal_ensure_token()
        sign = self.question._sign_token(self.elena.id)
        page = self.url_open(f"{self.url}?access_token={token}&pid={self.elena.id}&hash={sign}")
        self.assertNotIn("We gave you trouble", page.text)

    def _post(self, **identity):
        return self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": "client.update",
                "thread_id": self.question.id,
                "post_data": {
                    "body": "From the page",
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                },
                **identity,
            },
        )

    def test_writing_on_the_page(self):
        before = self.question.message_ids
        token = self.question.sudo()._portal_ensure_token()
        sign = self.question._sign_token(self.elena.id)
        stranger = new_test_user(self.env, "other_portal", groups="base.group_portal")
        stranger.partner_id.parent_id = self.stranger
        for login in (None, "other_portal"):
            self.authenticate(login, login)
            for identity in ({}, {"token": token}, {"pid": self.elena.id, "hash": sign}):
                with (
                    self.subTest(identity=identity),
                    mute_logger("odoo.http"),
                    suppress(JsonRpcException),  # how Odoo refuses is its own affair
                ):
                    self._post(**identity)
                self.assertEqual(self.question.message_ids, before)
        self.authenticate(None, None)
        self._answer(path="write", words="Lent")
        self.assertEqual(self.question.message_ids, before)
        page = self._answer(contact=self.elena, path="write", words="Is it <b>ready</b>?")
        self.assertIn("Is it &lt;b&gt;ready", page.text)
        self.question.invalidate_recordset()
        written = self.question.message_ids - before
        self.assertEqual(written.author_id, self.elena)
        self.assertEqual(self.relationship.client_waiting_count, 1)

    def test_page_shows_no_internal_note(self):
        self.question.message_post(body="They haggle", message_type="comment")
        page = self.url_open(self._link(self.elena)).text
        self.assertNotIn("haggle", page)

    def test_files_on_the_page(self):
        page = self.url_open(self._link(self.elena))
        csrf = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        self.url_open(
            f"{self.url}/write",
            data={"csrf_token": csrf, "words": "See here"},
            files={"files": ("stock.txt", b"three", "text/plain")},
        )
        self.question.invalidate_recordset()
        file = self.question.message_ids.attachment_ids
        self.assertEqual(file.raw, b"three")
        self.assertEqual(self.url_open(f"{self.url}/file/{file.id}").text, "three")
        secret = self.env["ir.attachment"].create({"name": "x", "raw": b"x"})
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(f"{self.url}/file/{secret.id}").status_code, 404)

    def test_what_is_no_text(self):
        """Megabytes, a strange link: no traceback."""
        for length in (100_001, 5_000_000):
            page = self._answer("no", self.elena, note="x" * length)
            self.assertIn("too long", page.text)
            page = self._answer(contact=self.elena, path="write", words="x" * length)
            self.assertIn("too long", page.text)
        for key in ("%C3%A4", "%00", "x" * 5000):
            self.assertEqual(self.url_open(f"{self.url}?access_token={key}").status_code, 404)
        self.assertFalse(self.issue.feedback_ids)

    def test_no_answer_without_csrf(self):
        with mute_logger("odoo.http"):
            page = self._answer(contact=self.elena, csrf_token="")
        self.assertEqual(page.status_code, 400)
        self.assertFalse(self.issue.confirmed_date)

    def test_a_colleague_does_not_answer_for_the_client(self):
        self.manager.group_ids += self.env.ref("base.group_user")
        self.authenticate("ch_manager", "ch_manager")
        self._answer(contact=self.elena)
        self.assertFalse(self.issue.confirmed_date)

    def test_portal_user_sees_own_updates_only(self):
        draft = self._draft(name="Not sent", recipient_ids=self.portal.partner_id.ids)
        other = self._draft(name="To Elena alone")
        other.action_send()
        self.authenticate("client_portal", "client_portal")
        page = self.url_open("/my/updates").text
        self.assertIn("Is it in order again?", page)
        self.assertNotIn("To Elena alone", page)
        self.assertNotIn("Not sent", page)
        self.assertIn(
            "is it in order again?</h4>", self.url_open(f"/my/updates/{self.question.id}").text
        )
        for update in (draft, other):
            self.assertNotIn(update.name, self.url_open(f"/my/updates/{update.id}").text)
        page = self.url_open("/my/work").text
        self.assertIn(f'href="/my/updates/{self.question.id}"', page)
        for update in (draft, other):
            self.assertNotIn(f'href="/my/updates/{update.id}"', page)

    def test_a_draft_has_no_page(self):
        draft = self._draft(recipient_ids=self.elena.ids)
        key = self.env["client.personal.link"]._get_for(draft, self.elena).key
        page = self.url_open(f"/my/updates/{draft.id}?access_token={key}")
        self.assertNotIn("We gave you trouble", page.text)

    def test_portal_user_gets_nothing_by_rpc(self):
        self.authenticate("client_portal", "client_portal")
        for model in ("client.update", "client.feedback", "client.issue", "client.hypothesis"):
            params = {"model": model, "method": "search_read", "args": [[]], "kwargs": {}}
            with (
                self.subTest(model=model),
                mute_logger("odoo.http"),
                self.assertRaisesRegex(Exception, "AccessError"),
            ):
                self.make_jsonrpc_request("/web/dataset/call_kw", params)
