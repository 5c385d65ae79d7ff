# pylint: disable=translation-required
from base64 import b64encode

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...controllers.client_results_values import get_seen
from .test_accomplishment import AccomplishmentCommon

DATAS = b64encode(b"Eleven parties")


@tagged("post_install", "-at_install")
class TestConfirmedFiles(AccomplishmentCommon):
    """The link and the files of an accomplishment stay as they were when the client said yes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.files = cls.env["ir.attachment"].with_user(cls.owner)
        cls.told = cls._create_accomplishment(is_shared=True, link="https://x.example.com")
        here = {"res_model": cls.told._name, "res_id": cls.told.id}
        cls.shown, cls.beside = cls.files.create(
            [
                {"name": "shown.txt", "datas": DATAS, **here},
                {"name": "beside.txt", "datas": DATAS, **here},
            ]
        )
        # evidence may lie on another record
        cls.elsewhere = cls.files.create(
            {
                "name": "elsewhere.txt",
                "datas": DATAS,
                "res_model": "client.relationship",
                "res_id": cls.relationship.id,
            }
        )
        cls.loose = cls.files.create({"name": "loose.txt", "datas": DATAS})
        cls.told.attachment_ids = cls.shown | cls.elsewhere

    def _confirm(self):
        self.told._answer(self.contact, "link", "yes")

    def test_files_before(self):
        for user in (self.owner, self.manager):
            self.shown.with_user(user).name = "better.txt"
            self.told.with_user(user).link = "https://y.example.com"
        self.told.with_user(self.owner).attachment_ids = [Command.unlink(self.elsewhere.id)]
        self.elsewhere.unlink()

    def test_files_after(self):
        self._confirm()
        for user in (self.owner, self.manager):
            for file in (self.shown, self.elsewhere, self.beside):
                mine = file.with_user(user)
                for attempt in (
                    lambda mine=mine: mine.write({"datas": b64encode(b"Twelve parties")}),
                    lambda mine=mine: mine.write({"name": "other.txt"}),
                    lambda mine=mine: mine.write({"res_id": 0}),
                    lambda mine=mine: mine.unlink(),
                ):
                    with (
                        self.subTest(user=user.login, file=file.name),
                        self.assertRaises(AccessError),
                    ):
                        attempt()
        self.assertEqual(self.shown.datas, DATAS)

    def test_nothing_is_added(self):
        self._confirm()
        here = {"res_model": self.told._name, "res_id": self.told.id}
        with self.assertRaises(AccessError):
            self.files.create({"name": "new.txt", "datas": DATAS, **here})
        with self.assertRaises(AccessError):
            self.loose.write(here)
        for command in (
            Command.link(self.loose.id),
            Command.unlink(self.shown.id),
            Command.update(self.shown.id, {"name": "other.txt"}),
            Command.clear(),
        ):
            with self.subTest(command=command), self.assertRaises(UserError):
                self.told.with_user(self.owner).write({"attachment_ids": [command]})
        self.assertEqual(self.told.attachment_ids, self.shown | self.elsewhere)

    def test_link(self):
        self._confirm()
        for user in (self.owner, self.manager):
            with self.assertRaisesRegex(UserError, "confirmed"):
                self.told.with_user(user).link = "https://y.example.com"

    def test_a_file_in_the_discussion(self):
        """It is no evidence, and not silent."""
        self._confirm()
        pending = self.files.create(
            {"name": "n.txt", "datas": DATAS, "res_model": "mail.compose.message", "res_id": 0}
        )
        message = self.told.with_user(self.owner).message_post(
            body="As I said", attachment_ids=pending.ids
        )
        self.assertEqual(message.attachment_ids, pending)

    def test_files_elsewhere_are_free(self):
        self._confirm()
        files = self.files.create([{"name": f"{number}.txt"} for number in range(20)])
        files.write({"name": "renamed.txt"})
        files.unlink()

    def test_what_was_seen_includes_link_and_files(self):
        seen = get_seen(self.told)
        self.told.link = "https://y.example.com"
        other = get_seen(self.told)
        self.assertNotEqual(seen, other)
        self.shown.datas = b64encode(b"Twelve parties")
        self.assertNotEqual(get_seen(self.told), other)
