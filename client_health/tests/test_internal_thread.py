from contextlib import suppress

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .common_mail import GatewayCommon
from .health.common_voice import VoiceCommon

MAIL = """From: {sender}
To: {to}
Cc: {cc}
Subject: {subject}
Message-ID: <{number}@mail.example.com>
In-Reply-To: {parent}
References: {parent}
Date: Fri, 27 Nov 2026 10:00:00 +0000
Content-Type: text/plain

{text}
"""


class InternalThreadCommon(VoiceCommon, GatewayCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.owner, cls.colleague, cls.seller, cls.manager):
            user.email = f"{user.login}@agency.example.com"
        cls.number = 0
        cls.agreement = cls.env["client.agreement"].create(
            {"relationship_id": cls.relationship.id, "signatory_id": cls.elena.id}
        )
        cls.records = [
            cls.relationship,
            cls.agreement,
            cls._log(),
            cls.env["client.issue"].create(
                {"relationship_id": cls.relationship.id, "name": "Stock is wrong"}
            ),
            cls.env["client.goal"].create(
                {
                    "relationship_id": cls.relationship.id,
                    "name": "More guests",
                    "date_end": cls.now.date(),
                }
            ),
            cls.env["client.accomplishment"].create(
                {"relationship_id": cls.relationship.id, "name": "Online"}
            ),
        ]
        cls._move(cls.relationship, "at_risk", "reboot", user=cls.manager)
        cls.records.append(cls.env["client.reboot"]._get_open(cls.relationship))
        other = cls._create_relationship(cls.stranger)
        cls._move(other, "offboard", user=cls.manager)
        cls.records.append(cls.env["client.offboarding"]._get_open(other))

    def _post(self, record, user=None, **vals):
        """Post as the chatter does, and return (message, notified partners)."""
        values = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment", **vals}
        with self.mock_mail_gateway():
            message = record.with_user(user or self.manager).message_post(body="News", **values)
        return message, message.sudo().notification_ids.res_partner_id

    def _mail(self, sender, parent, text="Hello", cc="", subject="Re: News"):
        """Let a real mail arrive that answers ``parent``; return what was stored."""
        self.number += 1
        with self.mock_mail_gateway():
            self.env["mail.thread"].message_process(
                None,
                MAIL.format(
                    sender=sender,
                    to="catchall@agency.example.com",
                    cc=cc,
                    subject=subject,
                    number=self.number,
                    parent=parent.sudo().message_id,
                    text=text,
                ),
            )
        return (
            self.env["mail.message"]
            .sudo()
            .search([("message_id", "=", f"<{self.number}@mail.example.com>")])
        )


@tagged("post_install", "-at_install")
class TestWhoGetsIt(InternalThreadCommon):
    """What is written among colleagues goes to those who may read it when it is written."""

    def test_all_discussions_are_looked_at(self):
        tested = {record._name for record in self.records} | {"client.update"}
        self.assertEqual(
            tested, set(self.env["client.discussion.mixin"]._get_client_thread_models())
        )

    def _follow(self, record, user):
        # as superuser and past the rules: followers of the past
        self.env["mail.followers"].create(
            {
                "res_model": record._name,
                "res_id": record.id,
                "partner_id": user.partner_id.id,
                "subtype_ids": self.env.ref("mail.mt_comment").ids,
            }
        )

    def _create_followers(self, record):
        """Return users who may not get anything, all of them followers."""
        numbered = f"{record._name.replace('.', '_')}"
        kinds = {
            "archived": "client_health.group_client_user_all",
            "portal": "base.group_portal",
            "plain": "base.group_user",
        }
        users = {
            kind: new_test_user(self.env, f"{kind}_{numbered}", groups=groups)
            for kind, groups in kinds.items()
        }
        for user in users.values():
            self._follow(record, user)
        # past our own clean-up, as a module or a script would do it
        self.env.cr.execute(
            "UPDATE res_users SET active = false WHERE id = %s", (users["archived"].id,)
        )
        self.env.invalidate_all()
        return list(users.values())

    def test_only_readers_get_it(self):
        for record in [*self.records, self._create_update()]:
            with self.subTest(model=record._name):
                users = self._create_followers(record)
                self._follow(record, self.seller)
                _message, notified = self._post(record)
                self.assertIn(self.seller.partner_id, notified)
                for user in users:
                    self.assertNotIn(user.partner_id, notified, user.login)

    def _create_update(self):
        return self.env["client.update"].create(
            {
                "relationship_id": self.relationship.id,
                "kind": "apology",
                "name": "Sorry",
                "recipient_ids": self.elena.ids,
            }
        )

    def test_tracked_changes_and_notifications(self):
        users = [user for user in self._create_followers(self.relationship) if not user.share]
        with self.mock_mail_gateway():
            message = self.relationship.message_notify(
                body="Look", partner_ids=[user.partner_id.id for user in users]
            )
        self.assertFalse(message.notification_ids)

    def test_archiving_unsubscribes(self):
        for record in self.records:
            self._follow(record, self.seller)
        self.seller.action_archive()
        self.assertNotIn(self.seller.partner_id, self._get_followers())

    def test_losing_the_right_unsubscribes(self):
        for change in ("group", "portal", "other way", "company"):
            user = new_test_user(
                self.env, f"loser_{change}", groups="client_health.group_client_user_all"
            )
            for record in self.records:
                self._follow(record, user)
            group = self.env.ref("client_health.group_client_user_all")
            if change == "group":
                user.group_ids = self.env.ref("base.group_user")
            elif change == "portal":
                user.group_ids = self.env.ref("base.group_portal")
            elif change == "other way":
                group.user_ids -= user
            else:
                sister = self.env["res.company"].create({"name": "Sister"})
                user.write({"company_ids": sister.ids, "company_id": sister.id})
            with self.subTest(change=change):
                self.assertNotIn(user.partner_id, self._get_followers())

    def _get_followers(self):
        self.env.invalidate_all()
        followers = self.env["res.partner"]
        for record in self.records:
            followers |= record.message_partner_ids
        return followers

    def test_followers_of_the_past_are_found(self):
        users = self._create_followers(self.relationship)
        self._follow(self.relationship, self.seller)
        update = self._create_update()
        update.message_subscribe(self.elena.ids)
        self.env["mail.followers"]._gc_client_followers()
        self.env.invalidate_all()
        self.assertFalse(
            self.relationship.message_partner_ids
            & self.env["res.partner"].concat(*(user.partner_id for user in users))
        )
        self.assertIn(self.seller.partner_id, self.relationship.message_partner_ids)
        self.assertIn(self.elena, update.message_partner_ids, "A contact of the client stays")

    def test_a_former_colleague_breaks_nothing(self):
        """Odoo takes the partner of an archived user for one from outside."""
        self.seller.action_archive()
        former = self.seller.partner_id
        for record in self.records:
            with self.subTest(model=record._name):
                _message, notified = self._post(record, partner_ids=former.ids)
                self.assertNotIn(former, notified)
        self.relationship.message_subscribe(former.ids)


@tagged("post_install", "-at_install")
class TestMention(InternalThreadCommon):
    """Being mentioned gives no right to read, whatever one does next."""

    def setUp(self):
        super().setUp()
        self.note, self.notified = self._post(
            self.relationship, partner_ids=self.colleague.partner_id.ids
        )

    def _assert_not_reader(self):
        self.env.invalidate_all()
        self.assertNotIn(self.colleague.partner_id, self.relationship.message_partner_ids)
        self.assertFalse(self.relationship.with_user(self.colleague).has_access("read"))

    def test_answer_by_rpc(self):
        for context in ({}, {"mail_post_autofollow": True}, {"mail_create_nosubscribe": False}):
            thread = self.relationship.with_user(self.colleague).with_context(**context)
            with suppress(AccessError):
                thread.message_post(
                    body="I think so",
                    parent_id=self.note.id,
                    message_type="comment",
                    subtype_xmlid="mail.mt_comment",
                    partner_ids=self.colleague.partner_id.ids,
                )
            self._assert_not_reader()

    def test_answer_by_mail(self):
        message = self._mail(self.colleague.email, self.note)
        self.assertEqual(message.author_id, self.colleague.partner_id)
        self.assertEqual(message.res_id, self.relationship.id, "Kept")
        self._assert_not_reader()

    def test_readers_follow_what_they_answer(self):
        self.relationship.message_unsubscribe(self.seller.partner_id.ids)
        self._post(self.relationship, self.seller)
        self.assertIn(self.seller.partner_id, self.relationship.message_partner_ids)

    def test_every_discussion(self):
        for record in self.records:
            with self.subTest(model=record._name):
                note, _notified = self._post(record, partner_ids=self.colleague.partner_id.ids)
                self._mail(self.colleague.email, note)
                self.assertNotIn(self.colleague.partner_id, record.message_partner_ids)

    def test_nobody_subscribes_themselves(self):
        thread = self.relationship.with_user(self.colleague)
        thread.message_subscribe(self.colleague.partner_id.ids)
        with self.assertRaises(AccessError):
            self.env["mail.followers"].with_user(self.colleague).create(
                {
                    "res_model": self.relationship._name,
                    "res_id": self.relationship.id,
                    "partner_id": self.colleague.partner_id.id,
                }
            )
        self._assert_not_reader()

    def test_being_asked_opens_the_client(self):
        self.relationship.with_user(self.owner)._ask_opinion(
            self.colleague, "And now?", self.now.date()
        )
        self.assertTrue(self.relationship.with_user(self.colleague).has_access("read"))


@tagged("post_install", "-at_install")
class TestMailFromOutside(InternalThreadCommon):
    """A colleague answers an internal mail by mail, with the client in copy."""

    def _land(self, record, text="We are not amused"):
        """Let a client's mail land on an internal discussion; return it and what it answers."""
        note, _notified = self._post(record)
        copy = self._mail(self.owner.email, note, cc=self.elena.email)
        self.assertFalse(copy.partner_ids & self.elena, "In copy, but no recipient of ours")
        return self._mail(self.elena.email, copy, text=text, cc=self.owner.email), copy

    def test_kept_marked_and_told(self):
        for record in self.records[:-1]:
            with self.subTest(model=record._name):
                self.relationship.activity_ids.unlink()
                message, _copy = self._land(record)
                self.assertEqual((message.model, message.res_id), (record._name, record.id))
                self.assertIn("not amused", message.body)
                self.assertTrue(message.client_from_outside)
                self.assertEqual(record.client_outside_count, 1)
                activity = self.relationship.activity_ids.filtered(
                    lambda act: act.activity_type_id.name == "Mail from outside"
                )
                self.assertEqual(activity.user_id, self.owner)
                arch = record.get_view(view_type="form")["arch"]
                self.assertIn("action_move_to_update", arch)

    def test_the_next_mail_is_kept_and_stays_inside(self):
        message, _copy = self._land(self.relationship)
        answer = self._mail(self.owner.email, message, text="Sorry for that", cc=self.elena.email)
        self.assertEqual(answer.res_id, self.relationship.id)
        self.assertIn("Sorry for that", answer.body)
        self.assertNotIn(self.elena, answer.partner_ids | answer.notification_ids.res_partner_id)
        self.assertFalse([mail for mail in self._mails if self.elena.email in mail["email_to"]])

    def test_unknown_senders(self):
        note, _notified = self._post(self.relationship)
        message = self._mail("nobody@nowhere.example.com", note, text="Buy this")
        self.assertTrue(message.client_from_outside)
        with self.assertRaisesRegex(UserError, "None of these mails"):
            self.relationship.with_user(self.owner).action_move_to_update()
        self.relationship.with_user(self.owner).action_dismiss_outside()
        self.assertFalse(self.relationship.client_outside_count)

    def test_mails_of_colleagues_are_not_marked(self):
        note, _notified = self._post(self.relationship)
        message = self._mail(self.colleague.email, note)
        self.assertFalse(message.client_from_outside)

    def test_moved_to_an_update(self):
        message, copy = self._land(self.relationship, text="Call me")
        stranger = self._mail("nobody@nowhere.example.com", copy)
        with self.assertRaises(AccessError):
            self.relationship.with_user(self.colleague).action_move_to_update()
        action = self.relationship.with_user(self.owner).action_move_to_update()
        update = self.env["client.update"].browse(action["res_id"])
        self.assertEqual(update.recipient_ids, self.elena)
        self.assertEqual((message.model, message.res_id), ("client.update", update.id))
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
        self.assertEqual(stranger.res_id, self.relationship.id, "No client reads a stranger's mail")
        self.assertEqual(self.relationship.client_outside_count, 1)
        waiting = self.relationship.action_view_waiting()["domain"][0][2]
        self.assertIn(message.id, waiting)
        self.assertIn("Moved to", self.relationship.message_ids[0].body)
        update.body = "<p>On Monday.</p>"
        with self.mock_mail_gateway():
            update.with_user(self.owner).action_send()
        self.assertIn(self.elena.email_formatted, self._mails[0]["email_to"])

    def test_no_recipient_from_outside_is_proposed(self):
        message, _copy = self._land(self.relationship)
        for options in ({"reply_discussion": True}, {"reply_message": message}):
            proposed = self.relationship.with_user(self.owner)._message_get_suggested_recipients(
                **options
            )
            emails = [recipient["email"] for recipient in proposed]
            self.assertNotIn(self.elena.email, emails)

    def test_recipients_are_not_added_later(self):
        note, _notified = self._post(self.relationship)
        note.with_user(self.manager).partner_ids += self.portal.partner_id
        self.assertFalse(note.partner_ids & self.portal.partner_id)

    def test_an_update_reaches_its_client_only(self):
        update = self.env["client.update"].create(
            {
                "relationship_id": self.relationship.id,
                "kind": "apology",
                "name": "Sorry",
                "body": "<p>We are sorry</p>",
                "recipient_ids": self.elena.ids,
            }
        )
        with self.mock_mail_gateway():
            update.with_user(self.owner).action_send()
        sent = update.message_ids.filtered(lambda msg: msg.message_type == "comment")
        foreign = self._mail("info@other.example.com", sent, text="Wrong address?")
        self.assertEqual(foreign.res_id, update.id, "Kept")
        answer = self._mail(self.owner.email, foreign, cc="info@other.example.com", text="Yes")
        self.assertIn("Yes", answer.body)
        self.assertNotIn(self.stranger, answer.partner_ids | answer.notification_ids.res_partner_id)


@tagged("post_install", "-at_install")
class TestComposerRoute(InternalThreadCommon, HttpCase):
    def test_reader_by_the_route(self):
        """The chatter's own route posts as superuser: the same rules hold."""
        note, _notified = self._post(self.relationship, partner_ids=self.colleague.partner_id.ids)
        self.authenticate(self.colleague.login, self.colleague.login)
        # how Odoo refuses is its own affair
        with suppress(JsonRpcException), mute_logger("odoo.http"):
            self.make_jsonrpc_request(
                "/mail/message/post",
                {
                    "thread_model": "client.relationship",
                    "thread_id": self.relationship.id,
                    "post_data": {
                        "body": "Me too",
                        "message_type": "comment",
                        "subtype_xmlid": "mail.mt_comment",
                        "parent_id": note.id,
                    },
                    "context": {"mail_post_autofollow": True},
                },
            )
        self.env.invalidate_all()
        self.assertFalse(self.relationship.with_user(self.colleague).has_access("read"))
