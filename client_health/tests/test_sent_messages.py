from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .communication.test_update import UpdateCommon


class SentMessagesCommon(UpdateCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        cls.relationship = cls.relationship.with_env(cls.env)
        cls.admin = new_test_user(
            cls.env,
            "ch_admin",
            groups="base.group_system,client_health.group_client_manager",
        )
        cls.file = cls.env["ir.attachment"].create({"name": "plan.txt", "raw": b"Plan"})
        cls.update = cls._draft(user=cls.owner)
        cls.update.body = "<p>Dear Elena</p>"
        cls.update.action_send()
        cls.sent = cls.update.message_ids.filtered(lambda msg: msg.message_type == "comment")
        cls.answer = cls._say(cls.elena, cls.update, attachment_ids=cls.file.ids)
        cls.notice = cls._say(
            cls.owner.partner_id, cls.update, partner_ids=cls.admin.partner_id.ids
        )
        cls.elena.email = "elena@blueharbour.example.com"
        cls.agreement = cls.env["client.agreement"].create(
            {
                "relationship_id": cls.relationship.id,
                "signatory_id": cls.elena.id,
                "outcome": "<p>Guests</p>",
                "process": "<p>Calls</p>",
                "scope_in": "<p>Website</p>",
            }
        )
        cls.agreement.with_user(cls.owner).action_propose()
        cls.proposed = cls.agreement.message_ids.filtered(lambda msg: "Mail to" in msg.body)
        cls.agreement._decline_online("Three languages", cls.agreement._get_text_hash())
        cls.declined = cls.agreement.message_ids.filtered(lambda msg: "Three lang" in msg.body)
        cls._run_tracking()
        cls.relationship.user_id = cls.seller
        cls._run_tracking()
        cls.relationship.user_id = cls.owner
        cls._run_tracking()
        cls.tracked = cls.relationship.message_ids.filtered("tracking_value_ids")
        cls.note = cls.relationship.with_user(cls.owner).message_post(
            body="They haggle", message_type="comment"
        )

    @classmethod
    def _run_tracking(cls):
        cls.env.flush_all()
        cls.env.cr.precommit.run()

    @property
    def evidence(self):
        return self.sent | self.answer | self.notice | self.proposed | self.declined | self.tracked


@tagged("post_install", "-at_install")
class TestSentMessages(SentMessagesCommon):
    def test_there_is_one_of_each_kind(self):
        for name in ("sent", "answer", "notice", "proposed", "declined", "tracked"):
            self.assertTrue(getattr(self, name), name)

    def test_nobody_rewrites_what_was_sent(self):
        for message in self.evidence:
            before = message.body
            for user in (self.owner, self.manager, self.admin):
                with self.subTest(message=message.body, user=user.login):
                    mine = message.with_user(user)
                    for vals in (
                        {"body": "<p>All is well</p>"},
                        {"subject": "Other"},
                        {"author_id": self.otis.id},
                        {"date": "2020-01-01 00:00:00"},
                        {"attachment_ids": [(5,)]},
                        {"partner_ids": [(5,)]},
                        {"tracking_value_ids": [(5,)]},
                        {"is_internal": True},
                    ):
                        with self.assertRaises(AccessError):
                            mine.write(vals)
                    with self.assertRaises(AccessError):
                        mine.unlink()
                    with self.assertRaises(UserError):
                        self._edit(mine)
            self.assertEqual(message.body, before)

    def _edit(self, message):
        record = self.env[message.model].browse(message.res_id).with_user(message.env.user)
        record._message_update_content(message.sudo(), body="x")

    def test_changes_stay(self):
        value = self.tracked.tracking_value_ids[:1]
        with self.assertRaises(AccessError):
            value.with_user(self.admin).new_value_char = "Nobody"
        with self.assertRaises(AccessError):
            value.with_user(self.admin).unlink()
        with self.assertRaises(AccessError):
            self.note.with_user(self.admin).write(
                {"tracking_value_ids": [(0, 0, {"field_id": value.field_id.id})]}
            )

    def test_files_stay(self):
        inline = self.env["ir.attachment"].create(
            {"name": "image.png", "res_model": "client.update", "res_id": self.update.id}
        )
        self.env.cr.execute(
            "UPDATE ir_attachment SET create_date = %s WHERE id = %s",
            (self._ago(1), inline.id),
        )
        inline.invalidate_recordset()
        self.file.sudo().write({"res_model": "client.update", "res_id": self.update.id})
        for file in self.file | inline:
            for user in (self.owner, self.admin):
                mine = file.with_user(user)
                for vals in ({"raw": b"Other"}, {"name": "x"}, {"res_id": 0}):
                    with self.assertRaises(AccessError):
                        mine.write(vals)
                with self.assertRaises(AccessError):
                    mine.unlink()
            with self.assertRaises(UserError):
                file.sudo()._delete_and_notify()
        later = self.env["ir.attachment"].create(
            {"name": "note.txt", "res_model": "client.update", "res_id": self.update.id}
        )
        self.env.cr.execute(
            "UPDATE ir_attachment SET create_date = %s WHERE id = %s",
            (self._ago(-1), later.id),
        )
        later.invalidate_recordset()
        later.with_user(self.owner).unlink()

    def test_notes_stay_as_odoo_has_them(self):
        note = self.note.with_user(self.owner)
        note.body = "<p>They ask for a discount</p>"
        self._edit(note)
        self.assertIn("x", note.body)
        note.unlink()
        inside = self.update.with_user(self.owner).message_post(body="Hm", message_type="comment")
        inside.with_user(self.owner).body = "<p>Better</p>"

    def test_no_words_in_the_name_of_others(self):
        Message = self.env["mail.message"].with_user(self.owner)
        values = {"model": "client.update", "res_id": self.update.id, "body": "All is well"}
        for forged in (
            {"author_id": self.elena.id},
            {"author_id": self.manager.partner_id.id, "message_type": "comment"},
            {"message_type": "email", "author_id": self.owner.partner_id.id},
        ):
            with self.subTest(forged=forged), self.assertRaises(AccessError):
                Message.create({**values, **forged})
        with self.assertRaises(UserError):
            self.update.with_user(self.owner).message_post(
                body="All is well", author_id=self.elena.id, message_type="comment"
            )

    def test_a_note_that_went_to_the_client_is_none(self):
        note = self.update.with_user(self.owner).message_post(
            body="Between us", message_type="comment", partner_ids=self.elena.ids
        )
        with self.assertRaises(AccessError):
            note.body = "<p>x</p>"

    def test_confirmations_are_not_deleted_with_their_issue(self):
        issue = self._open_issue()
        issue._confirm_by_client(self.elena, "In order", self.owner)
        with self.assertRaisesRegex(UserError, "confirmed by the client"):
            issue.with_user(self.manager).unlink()

    def test_activities_with_files_are_done(self):
        activity = self.relationship.with_user(self.owner).activity_schedule(
            "mail.mail_activity_data_call", user_id=self.owner.id
        )
        self.env["ir.attachment"].with_user(self.owner).create(
            {"name": "x.txt", "res_model": "mail.activity", "res_id": activity.id}
        )
        activity.with_user(self.owner).action_feedback("They are happy")
        self.assertTrue(self.relationship.message_ids[0].attachment_ids)

    def test_drafts_are_deleted_with_their_discussion(self):
        draft = self._draft(user=self.owner)
        draft.with_user(self.manager).unlink()
        self.assertFalse(draft.exists())


@tagged("post_install", "-at_install")
class TestSentMessagesRoute(SentMessagesCommon, HttpCase):
    @mute_logger("odoo.http")
    def test_chatter_routes(self):
        self.file.sudo().write({"res_model": "client.update", "res_id": self.update.id})
        token = self.file._get_ownership_token()
        for user in (self.owner, self.admin):
            self.authenticate(user.login, user.login)
            for message in self.evidence:
                before = message.body
                for data in ({"body": "x"}, {"body": "", "attachment_ids": []}):
                    with self.assertRaises(JsonRpcException):
                        self.make_jsonrpc_request(
                            "/mail/message/update_content",
                            {"message_id": message.id, "update_data": data},
                        )
                self.env.invalidate_all()
                self.assertEqual(message.body, before)
            with self.assertRaises(JsonRpcException):
                self.make_jsonrpc_request(
                    "/mail/attachment/delete",
                    {"attachment_id": self.file.id, "access_token": token},
                )
            self.assertTrue(self.file.exists())
        self.make_jsonrpc_request(
            "/mail/message/update_content",
            {"message_id": self.note.id, "update_data": {"body": "They ask for less"}},
        )
        self.assertIn("ask for less", self.note.body)
