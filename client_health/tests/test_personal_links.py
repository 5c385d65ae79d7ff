import json
import re
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ..controllers import client_portal
from ..models.common import client_personal_link
from .agreement.common_agreement import ClientAgreementCommon
from .common_mail import GatewayCommon


class LinkCommon(ClientAgreementCommon):
    """One document of each kind that a contact opens by a link: an agreement, an accomplishment,
    a client's question about value, and an update."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.links = cls.env["client.personal.link"]
        cls.agreement = cls._create_agreement(user=cls.owner)
        cls.agreement.with_user(cls.owner).action_propose()
        cls.told = cls.env["client.accomplishment"].create(
            {"relationship_id": cls.relationship.id, "name": "More bookings", "is_shared": True}
        )
        cls.issue = cls.env["client.issue"].create(
            {"relationship_id": cls.relationship.id, "name": "Stock"}
        )
        cls.question = cls.env["client.update"].create(
            {
                "relationship_id": cls.relationship.id,
                "issue_id": cls.issue.id,
                "kind": "repair",
                "name": "In order?",
                "body": "<p>We have mended it</p>",
                "recipient_ids": cls.signatory.ids,
            }
        )
        cls.question.with_user(cls.owner).action_send()
        cls.records = [cls.agreement, cls.told, cls.relationship, cls.question]

    def _get_link(self, record):
        return self.links._get_for(record, self.signatory)

    def _get_path(self, record):
        key = self._get_link(record).key
        if record in (self.told, self.relationship):
            return f"/client/value/{key}"
        return f"{record.access_url}?access_token={key}"


@tagged("post_install", "-at_install")
class TestPersonalLink(LinkCommon, GatewayCommon):
    def _set_address(self, email):
        # past our own log: only the address counts here
        self.env.cr.execute(
            "UPDATE res_partner SET email = %s, email_normalized = %s WHERE id = %s",
            (email, email, self.signatory.id),
        )
        self.signatory.invalidate_recordset()

    def _send(self, record):
        if record == self.agreement:
            self._create_agreement(name="Another").action_propose()
        elif record == self.question:
            record.copy({"name": "Again?", "recipient_ids": self.signatory.ids}).action_send()
        else:
            record._ask(self.signatory)

    def test_no_link_goes_to_one_of_us(self):
        former = new_test_user(self.env, "former", groups="base.group_user")
        former.email = "former@home.example.com"
        former.action_archive()
        self.env["hr.employee"].create(
            {
                "name": "No login",
                "work_email": "Works@Shop.example.com",
                "private_email": "private@home.example.com",
            }
        )
        self.company.email = "office@agency.example.net"
        self.env["mail.alias.domain"].create({"name": "mail.agency.example.net"})
        self.owner.email = "own_er@gmail.com"
        for email in (
            "own_er@gmail.com",
            "own_er+client@gmail.com",
            "former@home.example.com",
            "works@shop.example.com",
            "private@home.example.com",
            "anybody@agency.example.net",
            "x@mail.agency.example.net",
        ):
            self._set_address(email)
            for record in self.records:
                with (
                    self.subTest(email=email, model=record._name),
                    self.cr.savepoint(),
                    self.assertRaisesRegex(UserError, "address of a colleague"),
                ):
                    self._send(record)

    def test_no_second_address_gets_a_link(self):
        self.signatory.email = "elena@blueharbour.example.com, leo@privately.example.org"
        for record in self.records:
            with (
                self.subTest(model=record._name),
                self.cr.savepoint(),
                self.assertRaisesRegex(UserError, "several e-mail addresses"),
            ):
                self._send(record)

    def test_others_are_no_colleagues(self):
        self.company.email = "agency@gmail.com"
        self.owner.email = "own_er@gmail.com"
        self.portal.partner_id.email = "elena@blueharbour.example.com"
        for email in ("elena@gmail.com", "own1er@gmail.com", "elena@blueharbour.example.com"):
            self.assertFalse(self.links._is_ours(email), email)

    def test_no_answer_from_our_addresses(self):
        """An address that becomes a colleague's later, and the portal as well as links."""
        keys = {record: self._get_link(record).key for record in self.records}
        self.colleague.email = self.signatory.email
        for record, key in keys.items():
            self.assertFalse(self.links._open(key, [record._name]), record)
        self.assertIn("Colleagues", self.agreement._get_signing_refusal(self.portal, by_link=False))
        with self.assertRaises(UserError):
            self.told._answer(self.signatory, "portal", "yes")
        with self.assertRaises(UserError):
            self.question._answer_by_client(self.signatory, True, "")

    def test_changed_address_ends_all_links(self):
        keys = {record: self._get_link(record).key for record in self.records}
        self.signatory.with_user(self.owner).sudo().email = "new@blueharbour.example.com"
        self.signatory.email = "elena@blueharbour.example.com"
        for record, key in keys.items():
            self.assertFalse(self.links._open(key, [record._name]), "Changed back, ended still")
            self.assertNotEqual(self._get_link(record).key, key)
        ended = self.links.search([("end_reason", "=", "address")])
        self.assertEqual(len(ended), len(self.records))
        self.assertEqual(ended.ended_by_id, self.owner)

    def test_one_is_revoked(self):
        for record in self.records:
            link = self._get_link(record)
            with self.subTest(model=record._name):
                with self.assertRaises(AccessError):
                    link.with_user(self.colleague).action_revoke()
                self.assertTrue(self.links._open(link.key, [record._name]))
                shown = record.with_user(self.owner)
                self.assertEqual(shown.client_link_count, 1)
                domain = shown.action_view_client_links()["domain"]
                mine = self.links.with_user(self.owner).search(domain)
                self.assertEqual(mine, link)
                mine.action_revoke()
                self.assertFalse(self.links._open(link.key, [record._name]))
                self.assertEqual((link.end_reason, link.ended_by_id), ("revoked", self.owner))

    def test_nobody_reads_or_makes_a_key(self):
        link = self._get_link(self.agreement)
        for user in (self.owner, self.manager):
            mine = link.with_user(user)
            with self.assertRaises(AccessError):
                mine.read(["key"])
            with self.assertRaises(AccessError):
                mine.search([("key", "=like", "a%")])
            for operation in ("write", "unlink", "create"):
                self.assertFalse(mine.has_access(operation))
            with self.assertRaises(AccessError):
                mine.key  # noqa: B018  # pylint: disable=pointless-statement

    def test_who_sent_it_cannot_read_the_mail(self):
        mails = self.env["mail.mail"].sudo().search([])
        self.agreement.with_user(self.owner).action_send_again()
        mail = self.env["mail.mail"].sudo().search([]) - mails
        self.assertIn(self._get_link(self.agreement).key, mail.body_html)
        for user in (self.owner, self.manager):
            self.assertFalse(mail.mail_message_id.with_user(user).has_access("read"))

    def test_links_end_when_the_document_is_accepted(self):
        keys = {record: self._get_link(record).key for record in self.records}
        self._accept(self.agreement)
        self.told._answer(self.signatory, "link", "yes")
        for record in (self.agreement, self.told):
            self.assertFalse(self.links._open(keys[record], [record._name]))
        with self.mock_mail_gateway():
            self.agreement.with_user(self.owner).action_send_copy()
        link = self.links._open(self._get_link(self.agreement).key, ["client.agreement"])
        self.assertTrue(link, "A fresh link")

    def test_sent_again_to_nobody_of_us(self):
        self._set_address(self.owner.email)
        with self.assertRaisesRegex(UserError, "address of a colleague"):
            self.agreement.action_send_again()

    def test_links_grow_old(self):
        link = self._get_link(self.agreement)
        link.sent_on = fields.Datetime.now() - timedelta(days=91)
        self.assertFalse(self.links._open(link.key, ["client.agreement"]))
        self.agreement.action_send_again()
        self.assertTrue(self.links._open(link.key, ["client.agreement"]))

    def test_merged_clients_keep_their_links(self):
        twin = self.env["res.partner"].create({"name": "Blue Harbor", "is_company": True})
        other = self._create_relationship(twin)
        contact = self.env["res.partner"].create(
            {"name": "Ida", "parent_id": twin.id, "email": "ida@blueharbour.example.com"}
        )
        key = self.links._get_for(other, contact).key
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((self.client_partner | twin).ids, self.client_partner)
        self.env.invalidate_all()
        link = self.links._open(key, ["client.relationship"])
        self.assertEqual(link.res_id, self.relationship.id)

    def test_what_is_kept_and_how_long(self):
        visits = self.env["client.personal.link.visit"]
        self._accept(self.agreement)
        self.agreement.sudo().write({"acceptance_ip": "192.0.2.1", "acceptance_browser": "Fox"})
        link = self._get_link(self.relationship)
        ages = {("guess", 89): 1, ("guess", 91): 0, ("post", 700): 1, ("open", 731): 0}
        made = {}
        for kind, days in ages:
            made[kind, days] = visits.create({"kind": kind, "link_id": link.id, "ip": "192.0.2.1"})
            self.env.cr.execute(
                "UPDATE client_personal_link_visit SET create_date = %s WHERE id = %s",
                (fields.Datetime.now() - timedelta(days=days), made[kind, days].id),
            )
        self.env.invalidate_all()
        visits._gc_visits()
        self.assertEqual({age: len(visit.exists()) for age, visit in made.items()}, ages)
        self.agreement._gc_acceptance_visits()
        self.assertEqual(self.agreement.acceptance_ip, "192.0.2.1")
        self.agreement.sudo().accepted_on -= timedelta(days=731)
        self.agreement._gc_acceptance_visits()
        self.assertFalse(self.agreement.acceptance_ip or self.agreement.acceptance_browser)
        self.assertTrue(self.agreement.acceptance_email_date)

    def test_a_record_under_attack_stays_open(self):
        visits = self.env["client.personal.link.visit"]
        self.patch(client_personal_link, "MAX_GUESSES_OF_RECORD", 3)
        for number in range(3):
            visits._record("guess", {"ip": f"192.0.2.{number}"}, "client.agreement", 7)
        self.assertFalse(visits._may_guess("192.0.2.1", "client.agreement", 7))
        self.assertTrue(visits._may_guess("192.0.2.1", "client.agreement", 8))
        self.assertTrue(visits._may_guess("198.51.100.1", "client.agreement", 7))


@tagged("post_install", "-at_install")
class TestLinkPages(LinkCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _assert_protected(self, response):
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(response.headers["Cache-Control"], "no-store")

    def test_the_key_leaves_the_address(self):
        for record in self.records:
            link = self._get_link(record)
            with self.subTest(model=record._name):
                first = self.url_open(self._get_path(record), allow_redirects=False)
                self.assertEqual(first.status_code, 303)
                self._assert_protected(first)
                self.assertNotIn(link.key, first.headers["Location"])
                cookie = next(
                    part
                    for part in first.raw.headers.getlist("Set-Cookie")
                    if part.startswith(record._name.replace(".", "_"))
                )
                path = re.sub(r"^https?://[^/]+", "", first.headers["Location"])
                for attribute in ("HttpOnly", "SameSite=Lax", f"Path={path}", "Max-Age=3600"):
                    self.assertIn(attribute, cookie)
                self.assertNotIn(link.key, cookie)
                page = self.url_open(first.headers["Location"])
                self.assertEqual(page.status_code, 200)
                self._assert_protected(page)
                self.assertNotIn(link.key, page.text)
                self.assertNotIn("access_token", page.text)

    def test_every_page_of_a_link_is_protected(self):
        base = self.agreement.access_url
        self.url_open(self._get_path(self.agreement))
        for path in (base, f"{base}?report_type=html", f"{base}/compare"):
            self._assert_protected(self.url_open(path))
        for path in (
            f"{base}?access_token=wrong",
            "/client/value/wrong",
            "/client/value/client.accomplishment/999999",
            "/my/updates/999999",
            f"{self.question.access_url}?access_token=wrong",
        ):
            page = self.url_open(path)
            self._assert_protected(page)
        csrf = {"csrf_token": self._get_csrf(self._get_path(self.question))}
        for path in ("/answer", "/write"):
            self._assert_protected(self.url_open(self.question.access_url + path, data=csrf))

    def _get_csrf(self, path):
        return self.url_open(path).text.split('name="csrf_token" value="')[1].split('"')[0]

    def _accept_by_rpc(self):
        response = self.url_open(
            f"{self.agreement.access_url}/accept?text_hash={self.agreement._get_text_hash()}",
            data=json.dumps({"params": {"name": "Elena", "signature": self.signature}}),
            headers={"Content-Type": "application/json", "User-Agent": "Firefox 140"},
        )
        self.env.invalidate_all()
        return response

    def test_evidence_of_a_changed_address(self):
        """A colleague changes the address for a moment and accepts in the client's place."""
        self.agreement.action_withdraw()
        self.signatory.with_user(self.owner).sudo().email = "leo@privately.example.org"
        self.agreement.with_user(self.owner).action_propose()
        self.url_open(self._get_path(self.agreement))
        response = self._accept_by_rpc()
        self._assert_protected(response)
        self.signatory.with_user(self.owner).sudo().email = "elena@blueharbour.example.com"
        self.assertRecordValues(
            self.agreement,
            [
                {
                    "state": "accepted",
                    "acceptance_email": "leo@privately.example.org",
                    "acceptance_email_user_id": self.owner.id,
                    "acceptance_ip": "127.0.0.1",
                    "acceptance_browser": "Firefox 140",
                }
            ],
        )
        self.assertTrue(self.agreement.acceptance_email_date)
        arch = self.agreement.get_view(view_type="form")["arch"]
        for name in ("email", "email_date", "email_user_id", "ip", "browser"):
            self.assertIn(f"acceptance_{name}", arch)
            with self.assertRaises(AccessError):
                self.agreement.with_user(self.manager).write({f"acceptance_{name}": False})
        for name in ("client_email_date", "client_email_user_id", "client_has_link"):
            with self.assertRaises(AccessError):
                self.signatory.with_user(self.manager).write({name: False})

    def test_evidence_on_the_portal(self):
        self.authenticate("client_portal", "client_portal")
        self._accept_by_rpc()
        self.assertEqual(self.agreement.acceptance_email, "client_portal")
        self.assertEqual(self.agreement.acceptance_ip, "127.0.0.1")

    def test_cookies_are_of_one_document_and_one_hour(self):
        other = self._create_agreement(name="Another")
        other.action_propose()
        self.url_open(self._get_path(self.agreement))
        name = f"client_agreement_{self.agreement.id}"
        good = self.opener.cookies[name]
        for target, value in (
            (f"client_agreement_{other.id}", good),
            (name, good[:-4] + "AAAA"),
            (name, "x"),
            (name, ""),
        ):
            self.opener.cookies.clear()
            self.authenticate(None, None)
            self.opener.cookies.set(target, value)
            for agreement in (self.agreement, other):
                self.assertIn("agreement_gone", self.url_open(agreement.access_url).text)
        self.patch(client_portal, "HOURS", -1)
        self.opener.cookies.clear()
        self.authenticate(None, None)
        self.assertIn("agreement_gone", self.url_open(self._get_path(self.agreement)).text)

    def test_what_ends_the_link_ends_the_cookie(self):
        for record in self.records:
            self.url_open(self._get_path(record))
        pages = {
            self.agreement: self.agreement.access_url,
            self.told: f"/client/value/client.accomplishment/{self.told.id}",
            self.relationship: f"/client/value/client.relationship/{self.relationship.id}",
            self.question: self.question.access_url,
        }
        for record, path in pages.items():
            self.assertNotIn("no longer", self.url_open(path).text)
            self._get_link(record).with_user(self.owner).action_revoke()
            page = self.url_open(path).text
            self.assertTrue("no longer works" in page or "agreement_gone" in page, record)
        self.assertIn("no longer valid", self._accept_by_rpc().json()["result"]["error"])
        self.assertEqual(self.agreement.state, "proposed")

    def test_a_fresh_link_reads_what_was_accepted(self):
        self._accept(self.agreement)
        self.agreement.with_user(self.owner).action_send_copy()
        page = self.url_open(self._get_path(self.agreement)).text
        self.assertIn("Website and booking", page)
        self.assertNotIn("Accept and sign", page)
        self.assertIn("accepted already", self._accept_by_rpc().json()["result"]["error"])

    def test_guesses_are_limited(self):
        good = self._get_path(self.agreement)
        tried = (f"{self.agreement.access_url}?access_token=x", "/client/value/x",
                 f"{self.question.access_url}?access_token=x")  # fmt: skip
        for number in range(client_personal_link.MAX_GUESSES):
            self.assertEqual(self.url_open(tried[number % 3]).status_code, 404)
        for path in (*tried, good):
            page = self.url_open(path)
            self.assertEqual(page.status_code, 429)
            self._assert_protected(page)
        visits = self.env["client.personal.link.visit"]
        self.assertEqual(
            visits.search_count([("kind", "=", "guess")]), client_personal_link.MAX_GUESSES
        )
        visits.search([]).write({"ip": "192.0.2.1"})
        self.assertEqual(self.url_open(good).status_code, 200, "Another address")

    def test_posts_are_limited(self):
        self.patch(client_personal_link, "MAX_POSTS", 2)
        self.patch(client_personal_link, "MAX_POSTS_OF_ADDRESS", 5)
        csrf = {"csrf_token": self._get_csrf(self._get_path(self.question)), "words": "Hello"}
        codes = [
            self.url_open(f"{self.question.access_url}/write", data=csrf).status_code
            for _number in range(3)
        ]
        self.assertEqual(codes, [200, 200, 429])
        self.url_open(self._get_path(self.agreement))
        decline = f"{self.agreement.access_url}/decline"
        answers = [self.url_open(decline, data={**csrf, "reason": ""}).text for _number in range(3)]
        self.assertEqual(["Too many" in answer for answer in answers], [False, False, True])
        self.assertIn("Too many", self._accept_by_rpc().json()["result"]["error"])
        self.authenticate("client_portal", "client_portal")
        csrf = {"csrf_token": self._get_csrf("/my/results"), "words": "Fine"}
        path = f"/my/results/{self.relationship.id}/value"
        codes = [self.url_open(path, data=csrf).status_code for _number in range(2)]
        self.assertEqual(codes, [200, 429], "One address, whatever it is logged in as")
