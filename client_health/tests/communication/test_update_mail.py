import email
import re
import socket
from email import policy
from unittest.mock import patch

from aiosmtpd.controller import Controller

from odoo.tests import HttpCase, tagged

from .test_update import UpdateCommon


class Received:
    """What a mail server of the test got, as parsed messages."""

    def __init__(self):
        self.messages = []

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=policy.default)
        self.messages.append((envelope.rcpt_tos, message))
        return "250 Kept"


class SinkCase(HttpCase):
    """Mails leave Odoo over SMTP, for a server of the test that keeps them in ``received``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.received = Received()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        controller = Controller(cls.received, hostname="127.0.0.1", port=port)
        controller.start()
        cls.addClassCleanup(controller.stop)
        servers = cls.env["ir.mail_server"].sudo()
        servers.search([("active", "=", True)]).active = False
        servers.create({"name": "Sink", "smtp_host": "127.0.0.1", "smtp_port": port})


@tagged("post_install", "-at_install")
class TestUpdateMail(UpdateCommon, SinkCase):
    """A mail as the client gets it, over SMTP."""

    def test_status_update(self):
        """Drafted, sent in one click, received, and read without a login; nothing else is there."""
        self.relationship.write(
            {
                "cadence": "weekly",
                "cadence_weekday": "2",
                "update_recipient_ids": self.elena.ids,
                "note": "Backstairs gossip",
            }
        )
        update = self.relationship._draft_status()
        page = self._send_and_open(update.with_user(self.owner))
        [mail] = [found for _to, found in self.received.messages if found["Subject"] == update.name]
        for text in (mail.get_body(("html",)).get_content(), page.text):
            self.assertIn("Dear Elena Marsh", text)
            self.assertIn("there is nothing new since my last message", text)
            self.assertNotIn("Backstairs", text)
        answer = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        self.url_open(
            f"/my/updates/{update.id}/write",
            data={"csrf_token": answer, "words": "Thank you for the news"},
        )
        self.assertIn("Thank you for the news", update.message_ids[0].body)
        self.assertEqual(update.message_ids[0].author_id, self.elena)

    def test_portal_of_the_client(self):
        """Who got it finds it on the portal; other contacts and drafts are not there."""
        contact = self.portal.partner_id
        contact.email = "portal@blueharbour.example.com"
        self.relationship.write({"cadence": "weekly", "cadence_weekday": "2"})
        self.relationship.update_recipient_ids = contact
        update = self.relationship._draft_status()
        self.authenticate("client_portal", "client_portal")
        self.assertNotIn(update.name, self.url_open("/my/updates").text)
        update.action_send()
        self.assertIn(update.name, self.url_open("/my/updates").text)
        page = self.url_open(f"/my/updates/{update.id}")
        self.assertIn("there is nothing new since my last message", page.text)
        other = self._draft(kind="status", name="For Elena alone")
        other.action_send()
        self.assertNotIn("For Elena alone", self.url_open("/my/updates").text)
        self.assertNotIn("For Elena alone", self.url_open(f"/my/updates/{other.id}").text)

    def _send_and_open(self, update):
        """Send the update by the mail server of the test; return the page behind its link."""
        update.action_send()
        mails = self.env["mail.mail"].sudo().search([("state", "=", "outgoing")])
        with patch.object(self.registry["ir.mail_server"], "_disable_send", lambda *args: False):
            mails.send()
        [(recipients, message)] = [
            found for found in self.received.messages if found[1]["Subject"] == update.name
        ]
        self.assertEqual(recipients, [self.elena.email])
        body = message.get_body(("html",)).get_content()
        links = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', body)]
        [link] = {link for link in links if "/my/updates/" in link}
        page = self.url_open(link.removeprefix(update.get_base_url()))
        self.assertEqual(page.status_code, 200)
        return page

    def test_received_and_opened(self):
        update = self._draft()
        send = patch.object(self.registry["ir.mail_server"], "_disable_send", lambda *args: False)
        update.action_send()
        mails = self.env["mail.mail"].sudo().search([("state", "=", "outgoing")])
        with send:
            mails.send()
        [(recipients, message)] = [
            found for found in self.received.messages if found[1]["Subject"] == update.name
        ]
        self.assertEqual(recipients, [self.elena.email])
        body = message.get_body(("html",)).get_content()
        self.assertIn("We gave you trouble, and we are sorry.", body)
        links = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', body)]
        [link] = {link for link in links if "/my/updates/" in link}
        page = self.url_open(link.removeprefix(update.get_base_url()))
        self.assertEqual(page.status_code, 200)
        # Not the login page, which answers 200 as well
        self.assertIn("We gave you trouble, and we are sorry.", page.text)


@tagged("post_install", "-at_install")
class TestUpdateTour(UpdateCommon, HttpCase):
    def test_send_an_update(self):
        """A promised update, from the list of the morning to the answer of the client."""
        self.relationship.write(
            {
                "cadence": "weekly",
                "cadence_weekday": "2",
                "update_recipient_ids": self.elena.ids,
            }
        )
        update = self.relationship._draft_status()
        self.start_tour("/odoo/client-updates-to-send", "client_health_update", login="ch_owner")
        self.assertEqual((update.state, update.sent_by_id), ("sent", self.owner))
        key = self.env["client.personal.link"]._get_for(update, self.elena).key
        link = f"{update.access_url}?access_token={key}"
        self.start_tour(link, "client_health_update_client", login=None)
        self.assertEqual(update.message_ids[0].author_id, self.elena)
