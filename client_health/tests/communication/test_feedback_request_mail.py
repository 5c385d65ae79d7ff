import re
from unittest.mock import patch

from lxml import html

from odoo.tests import HttpCase, new_test_user, tagged

from .common_feedback_request import FeedbackRequestCommon
from .test_update_mail import SinkCase


@tagged("post_install", "-at_install")
class TestFeedbackMail(FeedbackRequestCommon, SinkCase):
    """The question as the contact gets it, over SMTP, and answered on a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def setUp(self):
        super().setUp()
        self.received.messages.clear()

    def _receive(self, asked):
        """Return the mail to the contact, as it was received, and its links by their text."""
        mails = self.env["mail.mail"].sudo().search([("state", "=", "outgoing")])
        with patch.object(self.registry["ir.mail_server"], "_disable_send", lambda *args: False):
            mails.send()
        [message] = [
            message
            for recipients, message in self.received.messages
            if recipients == [asked.contact_id.email]
        ]
        body = html.fromstring(message.get_body(("html",)).get_content())
        base = asked.get_base_url()
        links = {
            " ".join(link.text_content().split()): link.get("href").removeprefix(base)
            for link in body.iterfind(".//a")
            if "/client/feedback/" in link.get("href", "")
        }
        return message, body, links

    def test_answered_on_a_phone(self):
        asked = self._ask()
        message, body, links = self._receive(asked)
        self.assertEqual(message["From"].addresses[0].addr_spec, self.owner.email)
        self.assertIn(f"Dear {self.elena.name}", body.text_content())
        self.assertEqual([*links][:11], [str(number) for number in range(11)])
        # what Outlook takes: a table, styles at each node, and nothing that runs
        self.assertTrue(all(link.getparent().tag == "td" for link in body.iterfind(".//td/a")))
        self.assertFalse(body.xpath("//script | //form | //input | //link"))
        self.assertFalse(
            self.env["mail.mail"].sudo().search([("subject", "=", message["Subject"])])
        )
        self.start_tour(links["7"], "client_health_feedback_request", login=None)
        self.env.invalidate_all()
        self.assertRecordValues(
            asked,
            [
                {
                    "state": "answered",
                    "grade": 6,
                    "comment": "Two dates slipped",
                    "improvement": "Tell us the day before",
                    "is_low": True,
                }
            ],
        )
        self.assertEqual(len(self.env["client.feedback"].search([])), 1)
        self.assertTrue(
            self.relationship.activity_search(["client_health.mail_activity_type_low_answer"])
        )

    def test_five_faces(self):
        self.company.client_feedback_scale = "faces"
        asked = self._ask(self.otis)
        _message, body, links = self._receive(asked)
        self.assertEqual(
            [*links],
            [
                "Very unhappy",
                "Unhappy",
                "So-so",
                "Happy",
                "Delighted",
                "Please ask me no more",
            ],
        )
        for image in body.xpath("//td/a/img"):
            self.assertTrue(image.get("alt"), "seen where pictures are blocked")
            self.assertRegex(image.get("src"), r"^https?://.*/face_\d\.png$")
            self.assertTrue(image.get("width") and image.get("height"))
        self.authenticate(None, None)
        page = self.url_open(links["Unhappy"])
        self.assertEqual(
            html.fromstring(page.text).xpath("//input[@checked]/@value"), ["2"], "as clicked"
        )
        self.assertIn("No more questions?", self.url_open(links["Please ask me no more"]).text)

    def test_hostile_names(self):
        self.elena.name = "<script>alert('x')</script> \"Elena\" {{ 7*7 }}"
        self.company.name = "<b>Agency</b> & Co"
        asked = self._ask()
        message, body, links = self._receive(asked)
        self.assertFalse(body.xpath("//script"))
        text = body.text_content()
        self.assertIn(self.elena.name, text)
        self.assertNotIn("49", text)
        self.authenticate(None, None)
        page = html.fromstring(self.url_open(links["3"]).text)
        [main] = page.xpath("//div[contains(@class, 'o_client_feedback')]")
        self.assertFalse(main.xpath(".//script | .//b"))
        self.assertIn(self.elena.name, " ".join(main.text_content().split()))
        self.assertTrue(re.match(r"^[^<\r\n]+$", message["Subject"]))

    def test_in_the_language_of_the_contact(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("client_health.mail_template_feedback_request")
        template.with_context(lang="fr_FR").subject = "Comment allons-nous ?"
        self.elena.lang = "fr_FR"
        message, _body, _links = self._receive(self._ask())
        self.assertEqual(message["Subject"], "Comment allons-nous ?")
        message, _body, _links = self._receive(self._ask(self.otis))
        self.assertEqual(message["Subject"], "How is our work going for you?")


@tagged("post_install", "-at_install")
class TestAskTour(FeedbackRequestCommon, HttpCase):
    def test_ask_from_the_form(self):
        salesperson = new_test_user(
            self.env,
            "ch_tour_asks",
            groups="base.group_user,client_health.group_client_user,sales_team.group_sale_salesman",
        )
        client = self.env["res.partner"].create({"name": "Ferry of the Tour", "is_company": True})
        elena = self._create_contact("Elena Tour", client)
        self.env["res.partner"].create({"name": "No address", "parent_id": client.id})
        relationship = self._create_relationship(client, salesperson)
        self.start_tour(
            f"/odoo/clients/{relationship.id}", "client_health_feedback_ask", login="ch_tour_asks"
        )
        self.assertEqual(relationship.feedback_request_ids.contact_id, elena)
