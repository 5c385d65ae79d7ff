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


@tagged("post_install", "-at_install")
class TestUpdateMail(UpdateCommon, HttpCase):
    """A mail as the client gets it, over SMTP."""

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
