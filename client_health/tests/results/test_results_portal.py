import re

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ...models.common import client_personal_link
from ..common_mail import GatewayCommon
from .test_accomplishment import AccomplishmentCommon


class ResultsCase(GatewayCommon, AccomplishmentCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal.partner_id.email = "portal@blueharbour.example.com"
        cls.told = cls._create_accomplishment(
            is_shared=True, value_amount=12000, description="Eleven <b>parties</b> in a month"
        )
        cls.hidden = cls._create_accomplishment(name="Secret plan", value_amount=777)
        cls.goal = cls._create_mutual_goal(actual=30, benefit_us="We earn a fortune")
        cls.draft = cls._create_goal(name="Raise the price", benefit_client="None")
        cls.other_partner = cls.env["res.partner"].create({"name": "Rival", "is_company": True})
        cls.other_client = cls._create_relationship(cls.other_partner)
        cls.other_told = cls._create_accomplishment(
            cls.other_client, name="Theirs", is_shared=True, value_amount=5
        )
        cls.other_portal = new_test_user(cls.env, "rival_portal", groups="base.group_portal")
        cls.other_portal.partner_id.parent_id = cls.other_partner
        cls.links = cls.env["client.value.link"]

    def _get_token_path(self, record=None, contact=None):
        url = self.links._get_url(record or self.told, contact or self.contact)
        return "/client/value/" + url.rpartition("/")[2]

    def _get(self, path):
        return self.url_open(path)

    def _post(self, page, path, **data):
        """Submit a form of the page: with its token, and what it says was shown."""
        fields = {"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]}
        path = page.url.partition("?")[0] if path.startswith("/client/value") else path
        action = re.sub(r"^https?://[^/]+", "", path)
        form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page.text, re.DOTALL)
        seen = re.search(r'name="seen" value="([^"]+)"', form[0] if form else "")
        if seen:
            fields["seen"] = seen[1]
        response = self.url_open(path, data={**fields, **data})
        self.env.invalidate_all()
        return response


@tagged("post_install", "-at_install")
class TestPortalPage(ResultsCase):
    def test_what_the_client_sees(self):
        self.authenticate("client_portal", "client_portal")
        page = self._get("/my/results").text
        for shown in ("Groups book online", "More bookings from phones", "Fewer calls"):
            self.assertIn(shown, page)
        self.assertIn("the target is 100 %", page)
        for hidden in ("Secret plan", "777", "We earn a fortune", "Raise the price", "Theirs"):
            self.assertNotIn(hidden, page)
        self.assertNotRegex(page, "12.?000", "Our estimate is ours, before and after the answer")
        self.told._answer(self.contact, "link", "yes", amount=9500)
        page = self._get("/my/results").text
        self.assertIn("9,500", page)
        self.assertNotRegex(page, "12.?000")
        self.assertIn("Eleven &lt;b&gt;parties", page)
        self.assertIn("Our work together", self._get("/my/home").text)

    def test_other_client_sees_nothing(self):
        self.authenticate("rival_portal", "rival_portal")
        page = self._get("/my/results").text
        self.assertIn("Theirs", page)
        self.assertNotIn("Groups book online", page)

    def test_public_has_to_log_in(self):
        self.authenticate(None, None)
        self.assertIn("/web/login", self._get("/my/results").url)

    def test_confirm(self):
        self.authenticate("client_portal", "client_portal")
        page = self._get("/my/results")
        path = f"/my/results/{self.told.id}/answer"
        answer = self._post(page, path, verdict="yes", words="It saves us a day", amount="9000")
        self.assertIn("Thank you", answer.text)
        self.assertIn("Confirmed by you", answer.text)
        self.assertRecordValues(
            self.told,
            [
                {
                    "state": "confirmed",
                    "confirmed_by_id": self.portal.partner_id.id,
                    "confirmed_words": "It saves us a day",
                    "confirmed_amount": 9000.0,
                }
            ],
        )
        self.assertEqual(self.told.answer_ids.source, "portal")
        again = self._post(page, path, verdict="no", amount="1")
        self.assertIn("already been answered", again.text)
        self.assertEqual(self.told.confirmed_amount, 9000)

    def test_not_quite(self):
        self.authenticate("client_portal", "client_portal")
        page = self._get("/my/results")
        self._post(page, f"/my/results/{self.told.id}/answer", verdict="no", words="Hm")
        self.assertEqual(self.told.state, "disputed")

    def test_yes_to_what_was_shown_only(self):
        self.authenticate("client_portal", "client_portal")
        page = self._get("/my/results")
        self.told.value_words = "Half a post"
        answer = self._post(page, f"/my/results/{self.told.id}/answer", verdict="yes")
        self.assertIn("changed while you were reading", answer.text)
        self.assertEqual(self.told.state, "claimed")
        page = self._get("/my/results")
        self.told.value_amount = 120000
        self._post(page, f"/my/results/{self.told.id}/answer", verdict="yes")
        self.assertEqual(self.told.state, "confirmed", "Our estimate was not shown")
        self.assertFalse(self.told.confirmed_amount)

    def test_bad_amounts(self):
        self.authenticate("client_portal", "client_portal")
        page = self._get("/my/results")
        for amount in ("a lot", "nan", "inf", "-5", "1e400"):
            with self.subTest(amount=amount):
                answer = self._post(
                    page, f"/my/results/{self.told.id}/answer", verdict="yes", amount=amount
                )
                self.assertIn("plain number", answer.text)
        self.assertEqual(self.told.state, "claimed")

    def test_what_is_no_text(self):
        """Megabytes, and a file where words should be: refused in words, without a traceback."""
        self.authenticate("client_portal", "client_portal")
        page = self._get("/my/results")
        answer = f"/my/results/{self.told.id}/answer"
        value = f"/my/results/{self.relationship.id}/value"
        for path, extra in ((answer, {"verdict": "yes"}), (value, {})):
            response = self._post(page, path, words="x" * 100_001, **extra)
            self.assertEqual(response.status_code, 400)
            self.assertIn("too long", response.text)
            response = self._post(page, path, words="x" * 5_000_000, **extra)
            self.assertEqual(response.status_code, 400)
            self.assertNotIn("Traceback", response.text)
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        for fname in ("words", "amount"):
            response = self.url_open(
                answer,
                data={"csrf_token": csrf, "verdict": "yes", "seen": self._get_seen(page)},
                files={fname: ("x.txt", b"x")},
            )
            self.assertEqual(response.status_code, 400, response.text)
        self.env.invalidate_all()
        self.assertEqual(self.told.state, "claimed")
        self.assertFalse(self.relationship.value_ids)

    def _get_seen(self, page):
        return re.search(r'name="seen" value="([^"]+)"', page.text)[1]

    @mute_logger("odoo.http")
    def test_nothing_to_answer_for_others(self):
        self.authenticate("client_portal", "client_portal")
        page = self._get("/my/results")
        for record in (self.other_told, self.hidden):
            answer = self._post(page, f"/my/results/{record.id}/answer", verdict="yes", seen="x")
            self.assertEqual(answer.status_code, 404)
            self.assertEqual(record.state, "claimed")
        answer = self._post(page, f"/my/results/{self.other_client.id}/value", words="Bad")
        self.assertEqual(answer.status_code, 404)
        self.assertFalse(self.other_client.value_ids)
        answer = self._post(page, f"/my/results/{self.told.id}/answer", verdict="maybe")
        self.assertEqual(answer.status_code, 404)

    @mute_logger("odoo.http")
    def test_no_answer_without_the_form(self):
        self.authenticate("client_portal", "client_portal")
        answer = self.url_open(f"/my/results/{self.told.id}/answer", data={"verdict": "yes"})
        self.assertEqual(answer.status_code, 400)
        self.assertEqual(self.told.state, "claimed")

    def test_value_in_own_words(self):
        self.authenticate("client_portal", "client_portal")
        page = self._get("/my/results")
        path = f"/my/results/{self.relationship.id}/value"
        words = "<script>alert(1)</script> You answer at once. " + "z" * 40000
        answer = self._post(page, path, words=words)
        self.assertNotIn("<script>alert(1)", answer.text)
        self.assertEqual(self.relationship.value_words, words)
        self.assertEqual(self.relationship.value_contact_id, self.portal.partner_id)
        self._post(page, path, words=words)
        self.assertEqual(len(self.relationship.value_ids), 1, "Sent twice, kept once")
        self._post(page, path, words="  ")
        self.assertEqual(len(self.relationship.value_ids), 1)

    def test_files(self):
        file = self.env["ir.attachment"].create({"name": "Chart.txt", "raw": b"chart"})
        other = self.env["ir.attachment"].create({"name": "Salaries.txt", "raw": b"secret"})
        self.told.attachment_ids = file
        self.authenticate("client_portal", "client_portal")
        base = f"/my/results/{self.told.id}/file"
        self.assertEqual(self._get(f"{base}/{file.id}").text, "chart")
        with mute_logger("odoo.http"):
            self.assertEqual(self._get(f"{base}/{other.id}").status_code, 404)
            self.authenticate("rival_portal", "rival_portal")
            self.assertEqual(self._get(f"{base}/{file.id}").status_code, 404)

    def test_portal_rpc_is_closed(self):
        for model in ("client.goal", "client.accomplishment", "client.value", "client.value.note"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.portal).search([])
        with self.assertRaises(AccessError):
            self.told.with_user(self.portal).action_share()


@tagged("post_install", "-at_install")
class TestMailLink(ResultsCase):
    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def test_a_look_changes_nothing(self):
        path = self._get_token_path()
        page = self._get(path)
        self.assertIn("You answer as Elena Marsh", page.text)
        self.assertIn("Groups book online", page.text)
        self.assertNotRegex(page.text, "12.?000", "The client is asked for its own figure")
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self._get(path)
        self.env.invalidate_all()
        self.assertEqual(self.told.state, "claimed")

    def test_confirm(self):
        path = self._get_token_path()
        answer = self._post(self._get(path), path, verdict="yes", words="Worth it", amount="9500.5")
        self.assertIn("Thank you", answer.text)
        self.assertEqual(self.told.confirmed_by_id, self.contact)
        self.assertEqual(self.told.confirmed_amount, 9500.5)
        self.assertEqual(self.told.answer_ids.source, "link")
        self.assertTrue(self.told.answer_ids.is_own)

    def test_value(self):
        path = self._get_token_path(self.relationship)
        answer = self._post(self._get(path), path, words="You answer at once")
        self.assertIn("Your words have reached the people", answer.text)
        self.assertEqual(self.relationship.value_words, "You answer at once")
        self.assertEqual(self.relationship.value_confirmed_date, self.today)

    def test_links_that_are_no_good(self):
        path = self._get_token_path()
        good = path.rpartition("/")[2]
        forged = good[:-6] + ("A" * 6 if good[-6:] != "A" * 6 else "B" * 6)
        for token in (forged, "x", "AQ", "é", good[:30], good + "AAAA"):
            with self.subTest(token=token):
                page = self._get(f"/client/value/{token}")
                self.assertEqual(page.status_code, 404)
                self.assertIn("no longer works", page.text)

    def test_link_ends(self):
        path = self._get_token_path()
        changes = (
            (self.told, {"is_shared": False}),
            (self.told, {"is_shared": True, "active": False}),
            (self.told, {"active": True}),
            (self.contact, {"active": False}),
            (self.contact, {"active": True, "parent_id": self.other_partner.id}),
            (self.contact, {"parent_id": self.client_partner.id}),
        )
        for (record, vals), works in zip(changes, (0, 0, 1, 0, 0, 1), strict=True):
            record.write(vals)
            self.env.flush_all()
            with self.subTest(vals=vals):
                self.assertEqual(self._get(path).status_code == 200, bool(works))

    def test_old_links(self):
        self.patch(client_personal_link, "VALID_DAYS", -1)
        self.assertEqual(self._get(self._get_token_path()).status_code, 404)

    def test_not_for_who_is_somebody_else(self):
        path = self._get_token_path()
        for login, works in (("rival_portal", False), ("ch_owner", False), ("client_portal", True)):
            self.authenticate(login, login)
            with self.subTest(login=login):
                self.assertEqual(self._get(path).status_code == 200, works)

    def test_internal_user_can_not_answer_for_the_client(self):
        path = self._get_token_path()
        page = self._get(path)
        self.authenticate("ch_manager", "ch_manager")
        with mute_logger("odoo.http"):
            self._post(page, path, verdict="yes")
        self.assertEqual(self.told.state, "claimed")

    def test_mail(self):
        told = self.told.with_user(self.owner)
        action = told.action_ask()
        wizard = self.env["client.value.ask"].with_user(self.owner)
        wizard = wizard.with_context(**action["context"]).create({"contact_id": self.contact.id})
        with self.mock_mail_gateway(mail_unlink_sent=False):
            wizard.action_send()
            mail = self._new_mails
            # who asked can't read the link, or he could answer in the client's place
            self.assertFalse(mail.mail_message_id.with_user(self.owner).has_access("read"))
            self.assertFalse(mail.mail_message_id.with_user(self.manager).has_access("read"))
            mail.send()
        sent = self._mails[0]
        self.assertEqual(sent["email_to"], [self.contact.email_formatted])
        path = re.search(r"/client/value/[\w-]+", sent["body"])[0]
        for text in (self._get(path).text, sent["body"]):
            self.assertIn("Groups book online", text)
            self.assertNotRegex(text, "12.?000")
        self.assertEqual(told.asked_date, self.today)
        log = told.message_ids.sudo().mapped("body")
        self.assertTrue(any("Mail to" in body for body in log))
        self.assertFalse(any("/client/value/" in body for body in log))

    def test_mail_for_value(self):
        action = self.relationship.with_user(self.owner).action_ask_value()
        wizard = self.env["client.value.ask"].with_user(self.owner)
        wizard = wizard.with_context(**action["context"]).create({"contact_id": self.contact.id})
        with self.mock_mail_gateway(mail_unlink_sent=False):
            wizard.action_send()
            self._new_mails.send()
        body = self._mails[0]["body"]
        self.assertIn("/client/value/", body)
        self.assertIn("A question from", body)
        self.assertNotIn("Your Client Relationship", body, "No client reads a model's name")
        self.assertEqual(self.relationship.value_asked_date, self.today)

    def test_who_can_be_asked(self):
        with self.assertRaisesRegex(UserError, "show it to the client first"):
            self.hidden.with_user(self.owner).action_ask()
        with self.assertRaises(AccessError):
            self.told.with_user(self.colleague)._ask(self.contact)
        with self.assertRaisesRegex(UserError, "cannot answer"):
            self.told.with_user(self.owner)._ask(self.other_portal.partner_id)
        self.contact.email = False
        with self.assertRaisesRegex(UserError, "no valid e-mail"):
            self.told.with_user(self.owner)._ask(self.contact)
