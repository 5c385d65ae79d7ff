from datetime import timedelta
from unittest.mock import patch

from odoo import fields

from ...engine.clock import get_now
from ...engine.correspondence import waiting
from ..common import ClientHealthCommon

MAIL = """\
From: {sender}
To: {to}
Subject: {subject}
Message-Id: <{number}@blueharbour.example.com>
Content-Type: text/html; charset=utf-8

<p>{text}</p>
"""


class VoiceCommon(ClientHealthCommon):
    """The agency, a project of the client, and people who write to each other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()
        cls.elena = cls._create_contact("Elena Marsh")
        cls.otis = cls._create_contact("Otis Fairweather")
        cls.project = cls.env["project.project"].create(
            {
                "name": "Hotel website",
                "partner_id": cls.client_partner.id,
                "company_id": cls.company.id,
            }
        )
        cls.task = cls.env["project.task"].create(
            {"name": "Booking", "project_id": cls.project.id, "partner_id": cls.elena.id}
        )
        cls.stranger = cls.env["res.partner"].create(
            {"name": "Other Client", "is_company": True, "email": "info@other.example.com"}
        )
        cls.other_project = cls.env["project.project"].create(
            {"name": "Other", "partner_id": cls.stranger.id, "company_id": cls.company.id}
        )

    @classmethod
    def _create_contact(cls, name, partner=None):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "parent_id": (partner or cls.client_partner).id,
                "email": f"{name.split()[0].lower()}@blueharbour.example.com",
            }
        )

    def _read_waiting(self, relationships, as_of=None):
        """Return who waits; the ways of few, of many and of all clients find the same."""
        as_of = as_of or get_now()
        found = waiting.read_waiting(self.env, relationships, as_of)
        for many in (10**6, 0):
            with patch.object(waiting, "FEW", 0), patch.object(waiting, "MANY", many):
                again = waiting.read_waiting(self.env, relationships, as_of)
            self.assertEqual(again, found, "read another way")
        return found

    @classmethod
    def _ago(cls, days=0, hours=0):
        return cls.now - timedelta(days=days, hours=hours)

    @classmethod
    def _say(cls, author, record=None, days=1, text="Hello?", subtype="mail.mt_comment", **vals):
        """Put a message on a record, received some days ago; ``author`` may be nobody."""
        record = cls.task if record is None else record
        values = {
            "model": record._name,
            "res_id": record.id,
            "author_id": author.id,
            "email_from": author.email_formatted if author else False,
            "message_type": "email" if not author or author.partner_share else "comment",
            "subtype_id": cls.env.ref(subtype).id if subtype else False,
            "body": f"<p>{text}</p>",
            "date": cls._ago(days),
        }
        message = cls.env["mail.message"].create({**values, **vals})
        message.flush_recordset()
        cls.env.cr.execute(
            "UPDATE mail_message SET create_date = %s WHERE id = %s", (cls._ago(days), message.id)
        )
        message.invalidate_recordset(["create_date"])
        return message

    def _receive(
        self,
        text="Could you call me?",
        subject="Opening hours",
        record=None,
        sender=None,
        to="hello@agency.example.com",
        days=0,
    ):
        """Let a mail come in through Odoo's gateway, some days ago, and return its message.

        ``sender``: a contact, or what stands in From. Without ``record``: on the task; with
        ``record=False``: wherever the alias ``to`` leads.
        """
        self._received = getattr(self, "_received", 0) + 1
        record = self.task if record is None else record
        number = f"{self._received}-{self.id()}"
        mail = MAIL.format(
            sender=sender if isinstance(sender, str) else (sender or self.elena).email_formatted,
            to=to,
            subject=subject,
            text=text,
            number=number,
        )
        target = {"thread_id": record.id} if record else {}
        self.env["mail.thread"].message_process(record and record._name, mail, **target)
        message = self.env["mail.message"].search([("message_id", "like", number)])
        if days:
            message.flush_recordset()
            self.env.cr.execute(
                "UPDATE mail_message SET create_date = %s WHERE id = %s",
                (self._ago(days), message.id),
            )
            message.invalidate_recordset(["create_date"])
        return message

    @classmethod
    def _log(cls, kind="complaint", text="Nobody called us", user=None, **vals):
        return (
            cls.env["client.feedback"]
            .with_user(user or cls.env.user)
            .create({"relationship_id": cls.relationship.id, "kind": kind, "text": text, **vals})
        )
