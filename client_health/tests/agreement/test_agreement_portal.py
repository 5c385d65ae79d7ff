# pylint: disable=translation-required
import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ..common_mail import GatewayCommon
from .common_agreement import ClientAgreementCommon


@tagged("post_install", "-at_install")
class TestAgreementPortal(ClientAgreementCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_partner = cls.env["res.partner"].create({"name": "Rival", "is_company": True})
        cls.stranger = new_test_user(cls.env, "rival_portal", groups="base.group_portal")
        cls.stranger.partner_id.parent_id = cls.other_partner
        cls.other_relationship = cls._create_relationship(cls.other_partner, cls.owner)
        cls.second = new_test_user(cls.env, "second_portal", groups="base.group_portal")
        cls.second.partner_id.parent_id = cls.client_partner
        cls.agreement = cls._create_agreement(user=cls.owner)
        cls.agreement.action_propose()

    def _login(self, user):
        self.authenticate(user and user.login, user and user.login)

    def _get_url(self, agreement=None, suffix="", **query):
        agreement = agreement or self.agreement
        parts = "&".join(f"{key}={value}" for key, value in query.items())
        return f"/my/agreements/{agreement.id}{suffix}?{parts}"

    def _open(self, agreement=None, **query):
        return self.url_open(self._get_url(agreement, **query)).text

    def _accept_by_rpc(self, agreement=None, token="", text_hash=None, **params):
        agreement = agreement or self.agreement
        text_hash = agreement._get_text_hash() if text_hash is None else text_hash
        if token:
            self._open(agreement, access_token=token)  # for the cookie
        url = self._get_url(agreement, "/accept", text_hash=text_hash)
        params = {"name": "Elena Marsh", "signature": self.signature, **params}
        response = self.url_open(
            url, data=json.dumps({"params": params}), headers={"Content-Type": "application/json"}
        )
        self.agreement.invalidate_recordset()
        return response.json()["result"]

    @property
    def token(self):
        return self._get_key(self.agreement)

    def test_what_is_no_text(self):
        """A list as the name, megabytes, a strange link: refused in words."""
        self._login(None)
        for params in (
            {"name": ["Elena"]},
            {"name": {"first": "Elena"}},
            {"name": 7},
            {"name": "E" * 201},
            {"name": "E" * 5_000_000},
            {"signature": ["x"]},
            {"signature": "A" * 5_000_000},
            {"text_hash": ["x"]},
        ):
            with self.subTest(params=str(params)[:40]):
                self.assertTrue(self._accept_by_rpc(token=self.token, **params)["error"])
        self.assertEqual(self.agreement.state, "proposed")
        for key in ("%C3%A4", "%00", "x" * 5000):
            self.assertNotIn("Website and booking", self._open(access_token=key))
        with self.assertRaisesRegex(UserError, "too long"):
            self.agreement._decline_online("x" * 5_000_000, self.agreement._get_text_hash())

    def test_link_opens_the_page_and_accepts(self):
        self._login(None)
        page = self._open(access_token=self.token)
        self.assertIn("Website and booking", page)
        self.assertIn("Accept and sign", page)
        result = self._accept_by_rpc(token=self.token)
        self.assertIn("message=accepted", result["redirect_url"])
        self.assertEqual(self.agreement.state, "accepted")
        self.assertEqual(self.agreement.accepted_by, "Elena Marsh")
        page = self.url_open(result["redirect_url"]).text
        self.assertIn("Thank you!", page)
        self.assertNotIn("Website and booking", page, "The link has ended with the acceptance")
        self.assertIn("agreement_gone", self._open())
        self._login(self.portal)
        page = self._open()
        self.assertIn("data:image/png;base64", page)
        self.assertNotIn("Accept and sign", page)

    def test_wrong_or_old_link(self):
        self._login(None)
        old = self.token
        for query in ({}, {"access_token": "wrong"}, {"access_token": ""}):
            self.assertIn("agreement_gone", self._open(**query))
        self.assertIn("no longer valid", self._accept_by_rpc(token="wrong")["error"])
        self.agreement.action_withdraw()
        self.assertIn("agreement_gone", self._open(access_token=old), "Never a draft")
        self.assertIn("no longer valid", self._accept_by_rpc(token=old)["error"])
        self.agreement.action_propose()
        self.assertNotEqual(self.token, old)
        self.assertIn("no longer valid", self._accept_by_rpc(token=old)["error"])
        self.assertEqual(self.agreement.state, "proposed")

    def test_another_client_is_refused_even_with_the_link(self):
        self._login(self.stranger)
        self.assertIn("agreement_gone", self._open())
        self.assertIn("agreement_gone", self._open(access_token=self.token))
        self.assertIn("no longer valid", self._accept_by_rpc(token=self.token)["error"])
        self.assertNotIn("Working agreement", self.url_open("/my/agreements").text)
        self.assertEqual(self.agreement.state, "proposed")

    def test_only_the_signatory_accepts(self):
        self._login(self.second)
        page = self._open()
        self.assertIn("Website and booking", page, "Colleagues of the signatory may read it")
        self.assertIn("waits for the answer of Elena Marsh", page)
        self.assertNotIn("Accept and sign", page)
        for token in ("", self.token):
            error = self._accept_by_rpc(token=token)["error"]
            self.assertIn("waits for the answer of Elena Marsh", error)
        self._login(self.portal)
        self.assertIn("Accept and sign", self._open())
        self.assertIn("redirect_url", self._accept_by_rpc())
        self.assertEqual(self.agreement.state, "accepted")

    def test_nobody_of_us_accepts(self):
        for user in (self.owner, self.manager):
            self._login(user)
            self.assertIn("This is what your client reads", self._open())
            error = self._accept_by_rpc(token=self.token)["error"]
            self.assertIn("Only the client can accept", error)
        self._login(self.colleague)
        self.assertIn("agreement_gone", self._open(access_token=self.token))
        self.assertEqual(self.agreement.state, "proposed")

    def test_second_acceptance(self):
        self._login(self.portal)
        self.assertIn("redirect_url", self._accept_by_rpc())
        first = self.agreement.accepted_on
        self.assertIn("accepted already", self._accept_by_rpc(name="Somebody else")["error"])
        self.assertEqual(self.agreement.accepted_on, first)
        self.assertEqual(self.agreement.accepted_by, "Elena Marsh")

    def test_text_changed_between_reading_and_accepting(self):
        self._login(self.portal)
        read = self.agreement._get_text_hash()
        self.agreement.action_withdraw()
        self.agreement.hours_month = 80
        self.agreement.action_propose()
        self.assertIn("was changed", self._accept_by_rpc(text_hash=read)["error"])
        self.assertIn("was changed", self._accept_by_rpc(text_hash="")["error"])
        self.assertEqual(self.agreement.state, "proposed")

    def test_too_late(self):
        self._login(self.portal)
        late = self.today + timedelta(days=31)
        self.env.cr.execute(
            "UPDATE client_agreement SET proposal_end = %s WHERE id = %s",
            (self.today - timedelta(days=1), self.agreement.id),
        )
        self.agreement.invalidate_recordset()
        self.assertGreater(late, self.agreement.proposal_end)
        self.assertIn("This proposal was open until", self._open())
        self.assertIn("ask us for a new one", self._accept_by_rpc()["error"])
        self.assertEqual(self.agreement.state, "proposed")

    def test_broken_answers(self):
        self._login(self.portal)
        for params in ({"name": " "}, {"name": None}, {"signature": None}, {"signature": "!"}):
            with self.subTest(**params):
                self.assertTrue(self._accept_by_rpc(**params)["error"])
        self.assertEqual(self.agreement.state, "proposed")
        self.assertIn("agreement_gone", self.url_open("/my/agreements/999999999").text)

    def test_asking_for_changes(self):
        self._login(self.portal)
        page = self._open()
        csrf = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        url = self._get_url(suffix="/decline", text_hash=self.agreement._get_text_hash())
        answer = self.url_open(url, data={"csrf_token": csrf, "reason": ""}).text
        self.assertIn("tell us what should change", answer)
        reason = "We need <b>three</b> languages"
        answer = self.url_open(url, data={"csrf_token": csrf, "reason": reason}).text
        self.assertIn("We have received your wishes", answer)
        self.agreement.invalidate_recordset()
        self.assertEqual(self.agreement.state, "draft")
        talk = self.relationship.activity_ids.filtered(lambda act: "changes" in (act.summary or ""))
        self.assertEqual(talk.user_id, self.owner)
        self.assertIn("&lt;b&gt;three", talk.note)
        notes = "".join(self.agreement.message_ids.mapped("body"))
        self.assertIn("&lt;b&gt;three", notes)
        self.assertIn("agreement_gone", self._open())

    def test_list_and_home(self):
        draft = self._create_agreement(name="Secret draft")
        accepted = self._create_accepted(name="Accepted one")
        self._mark_outdated(accepted)
        successor = accepted._create_successor()
        successor.name = "Accepted again"
        self._accept(successor)
        foreign = self._create_agreement(
            self.other_relationship, signatory_id=self.stranger.partner_id.id, name="Rival's"
        )
        self.stranger.partner_id.email = "rival@example.com"
        foreign.action_propose()
        self._login(self.portal)
        for path in ("/my/agreements", "/my/work"):
            page = self.url_open(path).text
            for text in ("Working agreement", "Accepted one", "Accepted again", "Replaced"):
                self.assertIn(text, page)
            for text in ("Secret draft", "Rival"):
                self.assertNotIn(text, page)
        self.assertIn("was replaced by a newer one", self._open(accepted))
        for agreement in (draft, foreign):
            self.assertIn("agreement_gone", self._open(agreement))
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["client_work_waiting_count"]}
        )
        self.assertEqual(counters, {"client_work_waiting_count": 1})

    def test_what_changed(self):
        self._accept(self.agreement)
        successor = self.agreement._create_successor()
        successor.scope_in = "<p>Website and shop.</p>"
        successor.action_propose()
        self._login(self.portal)
        page = self.url_open(self._get_url(successor, "/compare")).text
        self.assertIn("<del>booking.</del>", page)
        self.assertIn("<ins>shop.</ins>", page)
        self.assertIn("agreement_gone", self.url_open(self._get_url(suffix="/compare")).text)
        self._login(self.stranger)
        page = self.url_open(self._get_url(successor, "/compare")).text
        self.assertIn("agreement_gone", page)

    def test_printable_page(self):
        self._login(self.portal)
        page = self._open(report_type="html")
        self.assertIn("Website and booking", page)
        self.assertNotIn("modal_accept", page)

    def test_page_shows_nothing_internal(self):
        self.agreement.message_post(body="They haggle", message_type="comment")
        self.relationship.note = "<p>Difficult people</p>"
        self._login(self.portal)
        page = self._open()
        for text in ("haggle", "Difficult", "Healthy", "o_portal_chatter"):
            self.assertNotIn(text, page)
        values = self.agreement.sudo()._get_portal_values()
        self.assertFalse({"relationship_id", "message_ids", "access_token"} & set(values))

    def test_discussion_is_closed_to_the_link(self):
        self.agreement.message_post(
            body="They haggle", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self._login(None)
        response = self.url_open(
            "/mail/chatter_fetch",
            data=json.dumps(
                {
                    "params": {
                        "thread_model": "client.agreement",
                        "thread_id": self.agreement.id,
                        "token": self.token,
                    }
                }
            ),
            headers={"Content-Type": "application/json"},
        )
        self.assertNotIn("haggle", response.text)
        self.assertIn("error", response.json())


@tagged("post_install", "-at_install")
class TestAgreementMail(ClientAgreementCommon, GatewayCommon):
    def _send(self):
        mails = self.env["mail.mail"].sudo().search([("state", "=", "outgoing")])
        with self.mock_mail_gateway(mail_unlink_sent=True):
            mails.send()
        return [
            mail for mail in self._mails if "elena@blueharbour.example.com" in str(mail["email_to"])
        ]

    def _propose(self):
        agreement = self._create_agreement(user=self.owner)
        self.env["mail.mail"].sudo().search([]).unlink()
        agreement.action_propose()
        return agreement

    def test_proposal_by_mail(self):
        agreement = self._propose()
        (mail,) = self._send()
        token = self._get_key(agreement)
        self.assertIn(f"/my/agreements/{agreement.id}?access_token={token}", mail["body"])
        self.assertIn("owner@example.com", mail["reply_to"])
        self.assertIn("Elena Marsh", mail["body"])

    def test_mail_leaves_no_link_behind(self):
        agreement = self._propose()
        token = self._get_key(agreement)
        waiting = self.env["mail.message"].sudo().search([("body", "ilike", token)])
        self.assertEqual(len(waiting), 1)
        self.assertFalse(waiting.model or waiting.res_id, "Not in the discussion")
        self.assertFalse(waiting.with_user(self.seller).has_access("read"))
        self._send()
        self.assertFalse(self.env["mail.message"].sudo().search([("body", "ilike", token)]))
        bodies = " ".join(agreement.message_ids.mapped("body"))
        self.assertIn("Mail to Elena Marsh", bodies)
        self.assertNotIn(token, bodies)
        self.assertFalse(
            agreement.message_partner_ids.filtered("partner_share"), "The client follows nothing"
        )

    def test_answer_to_the_mail_lands_on_no_discussion(self):
        agreement = self._propose()
        message = self.env["mail.mail"].sudo().search([("state", "=", "outgoing")]).mail_message_id
        self.assertTrue(message.reply_to_force_new)
        self.assertNotIn(f"{agreement.id}-client.agreement", message.message_id)

    def test_send_again(self):
        agreement = self._propose()
        token = self._get_key(agreement)
        self._send()
        agreement.action_send_again()
        (mail,) = self._send()
        self.assertIn(token, mail["body"])

    def test_copy_after_acceptance(self):
        agreement = self._propose()
        self._send()
        self._accept(agreement)
        (mail,) = self._send()
        for text in ("Your copy", "Working agreement"):
            self.assertIn(text, mail["subject"])
        for text in ("Guests book on their phones", "Website and booking", "accepted by"):
            self.assertIn(text, mail["body"])
        note = agreement.message_ids.filtered(lambda msg: "Elena Marsh accepted" in msg.body)
        self.assertEqual(note.notified_partner_ids, self.owner.partner_id)
        self.assertEqual(note.author_id, self.env.ref("base.partner_root"))
        self.assertEqual(fields.Date.to_date(agreement.accepted_on), self.today)
