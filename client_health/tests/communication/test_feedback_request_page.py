# pylint: disable=translation-required
import re
from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from ...controllers.client_feedback import prepare_page
from ...models.common import client_personal_link
from .common_feedback_request import FeedbackRequestCommon

# What differs between two pages of the same words
MARKS = re.compile(r'(csrf_token[^"]*"[^"]*"|\bcsrf_token: "[^"]*"|data-[a-z-]+="[^"]*")')


class PageCommon(FeedbackRequestCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.asked = cls._ask()
        cls.path = f"/client/feedback/{cls._get_key(cls.asked)}"
        cls.page = f"/client/feedback/answer/{cls.asked.id}"

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _read(self, response):
        return html.fromstring(response.text)

    def _get_csrf(self, response):
        return self._read(response).xpath("//form//input[@name='csrf_token']/@value")[0]

    def _get_chosen(self, response):
        return self._read(response).xpath("//input[@name='grade'][@checked]/@value")

    def _send(self, path=None, **post):
        csrf = self._get_csrf(self.url_open(self.path))
        response = self.url_open(path or self.page, data={"csrf_token": csrf, **post})
        self.env.invalidate_all()
        return response

    def _forget(self):
        """Be another visitor."""
        self.opener.cookies.clear()
        self.authenticate(None, None)


@tagged("post_install", "-at_install")
class TestFeedbackPage(PageCommon):
    def _get_state(self):
        self.env.invalidate_all()
        return [
            self.asked.read()[0],
            self.elena.client_feedback_opt_out,
            self.env["client.feedback"].search_count([]),
            self.env["mail.activity"].search_count([]),
            self.env["mail.message"].search_count([]),
        ]

    def test_a_click_writes_nothing(self):
        """Programs that look through mails follow every link, some of them twice."""
        before = self._get_state()
        for grade in [*range(11), 11, -1, "x", "٣", "", "9" * 400]:
            response = self.url_open(f"{self.path}?grade={grade}")
            self.assertEqual(response.status_code, 200)
            wanted = [str(grade)] if isinstance(grade, int) and 0 <= grade <= 10 else []
            self.assertEqual(self._get_chosen(response), wanted, grade)
        self.assertEqual(self.url_open(f"{self.path}?stop=1").status_code, 200)
        self.assertEqual(self.opener.head(self.base_url() + self.path).status_code, 303)
        self.url_open(f"{self.page}?said=answer")
        self.url_open(f"{self.page}?said=stop&grade=3&comment=x")
        self.assertEqual(self._get_state(), before)

    def test_sending_counts_and_can_be_changed(self):
        response = self._send(grade="4", comment="<b>Slow</b> & late", improvement="Call")
        self.assertIn("Thank you, Elena", response.text)
        self.assertIn("&lt;b&gt;Slow&lt;/b&gt; &amp; late", response.text)
        self.assertNotIn("<b>Slow", response.text)
        self.assertRecordValues(
            self.asked,
            [{"state": "answered", "grade": 4, "comment": "<b>Slow</b> & late", "is_low": True}],
        )
        again = self.url_open(self.path)
        self.assertEqual(self._get_chosen(again), ["4"])
        self.assertIn("You have answered already", again.text)
        self.assertEqual(self._read(again).xpath("//textarea")[0].text, "<b>Slow</b> & late")
        click = self.url_open(f"{self.path}?grade=8")
        self.assertEqual(self._get_chosen(click), ["8"], "as clicked")
        line = self.asked.feedback_id
        self._send(grade="8", comment="", improvement="")
        self.assertEqual((self.asked.grade, self.asked.feedback_id), (8, line))
        self.assertEqual(self.env["client.feedback"].search_count([]), 1)

    def test_what_is_no_answer_is_asked_again(self):
        for post in ({}, {"grade": "11"}, {"grade": "x"}, {"grade": "-1"}):
            response = self._send(comment="Kept", **post)
            self.assertIn("Please choose one of the answers", response.text)
            self.assertIn("Kept", response.text)
        response = self._send(grade="5", comment="x" * 10_001)
        self.assertIn("too long", response.text)
        self.assertEqual(self.asked.state, "waiting")
        response = self._send(grade="5", comment="a\0b")
        self.assertIn("Thank you", response.text)
        self.assertEqual(self.asked.comment, "ab")

    def test_sending_needs_the_page(self):
        """Without the token of the page nothing counts: no other site sends for the contact."""
        self.url_open(self.path)
        self.assertEqual(self.url_open(self.page, data={"grade": "1"}).status_code, 400)
        self._forget()
        csrf = self._get_csrf(self.url_open(self.path))
        self._forget()
        response = self.url_open(self.page, data={"csrf_token": csrf, "grade": "1"})
        self.assertIn(response.status_code, (400, 404))
        self.env.invalidate_all()
        self.assertEqual(self.asked.state, "waiting")

    def test_links_that_are_no_good_look_alike(self):
        """Guessed, expired, revoked, of another purpose, of a contact who left: one answer."""
        expired, foreign, revoked, left = (
            self._ask(self._create_contact(name, self.client_partner))
            for name in ("Old", "Foreign", "Revoked", "Left")
        )
        keys = {
            name: self._get_key(asked)
            for name, asked in (
                ("expired", expired),
                ("foreign", foreign),
                ("revoked", revoked),
                ("left", left),
            )
        }
        self._age(expired, 91)
        self.env["client.personal.link"].search([("key", "=", keys["revoked"])])._end("revoked")
        left.contact_id.sudo().parent_id = self.stranger
        value = self.env["client.personal.link"]._get_for(self.relationship, self.elena).key
        paths = {
            "guessed": "/client/feedback/x" + "a" * 42,
            "empty": "/client/feedback/%00",
            "expired": f"/client/feedback/{keys['expired']}?grade=3",
            "revoked": f"/client/feedback/{keys['revoked']}",
            "left": f"/client/feedback/{keys['left']}?stop=1",
            "of another purpose": f"/client/feedback/{value}",
            "without a key": f"/client/feedback/answer/{foreign.id}",
            "of nothing": "/client/feedback/answer/999999999",
        }
        self.env.flush_all()
        bodies = {}
        for name, path in paths.items():
            self._forget()
            response = self.url_open(path)
            self.assertEqual(response.status_code, 404, name)
            self.assertEqual(response.headers["Cache-Control"], "no-store", name)
            self.assertEqual(response.headers["Referrer-Policy"], "no-referrer", name)
            bodies[name] = MARKS.sub("", response.text)
        self.assertEqual(len(set(bodies.values())), 1, {k: len(v) for k, v in bodies.items()})
        # the key of one purpose opens no other page
        self._forget()
        self.assertEqual(
            self.url_open(f"/client/value/{self._get_key(self.asked)}").status_code, 404
        )
        self._forget()
        csrf = self._get_csrf(self.url_open(self.path))
        for asked in (foreign, expired, revoked):
            response = self.url_open(
                f"/client/feedback/answer/{asked.id}", data={"csrf_token": csrf, "grade": "1"}
            )
            self.assertEqual(response.status_code, 404)
            self.env.invalidate_all()
            self.assertEqual(asked.state, "waiting")

    def test_the_link_ends_while_the_page_is_open(self):
        csrf = self._get_csrf(self.url_open(self.path))
        self._age(self.asked, 91)
        response = self.url_open(self.page, data={"csrf_token": csrf, "grade": "1"})
        self.assertEqual(response.status_code, 404)
        self.env.invalidate_all()
        self.assertEqual(self.asked.state, "waiting")

    def test_nobody_else_answers_by_it(self):
        """A forwarded mail: a colleague, or another client's user, who is logged in."""
        other = new_test_user(self.env, "other_portal", groups="base.group_portal")
        other.partner_id.parent_id = self.stranger
        for login in (self.owner.login, other.login):
            self.authenticate(login, login)
            self.assertEqual(self.url_open(self.path).status_code, 404, login)
        self.authenticate(self.portal.login, self.portal.login)
        self.assertEqual(self.url_open(self.path).status_code, 200, "of the same client")

    def test_the_key_leaves_the_address(self):
        key = self._get_key(self.asked)
        first = self.url_open(f"{self.path}?grade=7", allow_redirects=False)
        self.assertEqual(first.status_code, 303)
        self.assertTrue(first.headers["Location"].endswith(f"{self.page}?grade=7"))
        cookie = next(
            part
            for part in first.raw.headers.getlist("Set-Cookie")
            if part.startswith("client_feedback_request_")
        )
        for attribute in ("HttpOnly", "SameSite=Lax", "Path=/client/feedback", "Max-Age=3600"):
            self.assertIn(attribute, cookie)
        page = self.url_open(first.headers["Location"])
        self.assertNotIn(key, page.text + cookie)

    def test_guesses_and_posts_are_limited(self):
        self.patch(client_personal_link, "MAX_POSTS", 2)
        codes = [self._send(grade="7").status_code for _number in range(3)]
        self.assertEqual(codes, [200, 200, 429])
        self._forget()
        for _number in range(client_personal_link.MAX_GUESSES):
            self.assertEqual(self.url_open("/client/feedback/x").status_code, 404)
        for path in ("/client/feedback/x", self.path):
            self.assertEqual(self.url_open(path).status_code, 429)

    def test_no_more_questions(self):
        asks = self.url_open(f"{self.path}?stop=1")
        self.assertIn("No more questions?", asks.text)
        self.env.invalidate_all()
        self.assertFalse(self.elena.client_feedback_opt_out, "a click writes nothing")
        response = self._send(f"{self.page}/stop")
        self.assertIn("We will not ask you again", response.text)
        self.assertTrue(self.elena.client_feedback_opt_out)
        self.assertFalse(self.otis.client_feedback_opt_out)
        self._age(self.asked, 80)
        self.assertFalse(self._ask())
        self.assertIn("Thank you", self._send(grade="9").text, "this one can be answered still")

    def test_in_the_language_of_the_contact(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        fr = self.env["res.lang"]._lang_get("fr_FR")
        view = self.env.ref("client_health.client_feedback_thanks")
        terms, _context = view.get_field_translations("arch_db")
        term = next(one["source"] for one in terms if "Thank you," in one["source"])
        view.update_field_translations(
            "arch_db", {"fr_FR": {term: term.replace("Thank you,", "Merci,")}}
        )
        self.elena.lang = fr.code
        self.assertIn("Merci,", self._send(grade="9").text)
        self.elena.lang = False
        self._forget()
        self.assertIn("Thank you,", self._send(grade="10").text, "no language, no error")

    def test_five_faces(self):
        self.company.client_feedback_scale = "faces"
        asked = self._ask(self.otis)
        response = self.url_open(f"/client/feedback/{self._get_key(asked)}?grade=4")
        tree = self._read(response)
        self.assertEqual(tree.xpath("//input[@name='grade']/@value"), list("12345"))
        self.assertEqual(self._get_chosen(response), ["4"])
        for source in tree.xpath("//label/img/@src"):
            self.assertEqual(self.url_open(source).headers["Content-Type"], "image/png")
        outside = self.url_open(f"/client/feedback/{self._get_key(asked)}?grade=9")
        self.assertFalse(self._get_chosen(outside))


@tagged("post_install", "-at_install")
class TestWhiteList(PageCommon):
    """No page of a client shows an amount, score, stage, issue or an internal note."""

    SECRETS = {
        "client.relationship": {
            "note": "<p>SECRET note</p>",
            "stage_reason": "SECRET reason",
            "value_estimate": "SECRET estimate",
            "health_score": 41.37,
            "client_revenue": 73019.5,
            "client_margin": -919.25,
        }
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.relationship.sudo().write(
            {
                "note": "<p>SECRET note</p>",
                "value_estimate": "SECRET estimate",
                "health_score": 41.37,
                "client_revenue": 73019.5,
            }
        )
        cls._open_issue(name="SECRET issue")
        cls._log(
            "team", text="SECRET opinion", user_id=cls.owner.id, relationship_id=cls.relationship.id
        )
        cls.relationship.message_post(body="SECRET message")
        cls.company.sudo().client_feedback_scale = "numbers"

    def _check(self, text, words):
        self.assertNotIn("SECRET", text)
        self.assertNotIn("41.37", text)
        self.assertNotIn("73", text.replace(words, ""))
        names = [stage.name for stage in self.env["client.relationship.stage"].search([])]
        for name in names:
            self.assertNotIn(name, text)

    def test_the_page_has_these_values_and_no_others(self):
        values = prepare_page(self.asked.with_user(1), self.elena.sudo())
        self.assertEqual(
            set(values),
            {
                "company_name",
                "contact_name",
                "sender_name",
                "scale",
                "choices",
                "chosen",
                "comment",
                "improvement",
                "is_answered",
                "is_low",
                "until",
            },
        )
        for name, value in values.items():
            plain = isinstance(value, (str, int, list, type(None)))
            self.assertTrue(plain, f"{name}: {value!r}")
        for choice in values["choices"]:
            self.assertEqual(set(choice), {"grade", "label", "image", "sign"})

    def test_pages(self):
        pages = [
            self.url_open(self.path),
            self.url_open(f"{self.path}?stop=1"),
            self._send(grade="2", comment="Hm"),
            self._send(f"{self.page}/stop"),
        ]
        for response in pages:
            [main] = self._read(response).xpath("//div[contains(@class, 'o_client_feedback')]")
            text = " ".join(main.text_content().split())
            self._check(text, str(fields.Date.to_date(self.asked.date_end)))

    def test_mail(self):
        mail = self.env["mail.mail"].sudo().search([("body_html", "like", self.path)])
        text = " ".join(html.fromstring(mail.body_html).text_content().split())
        self._check(text, "")
        self.assertLess(self.asked.sent_date - fields.Datetime.now(), timedelta(minutes=1))
