# pylint: disable=translation-required
from contextlib import contextmanager

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..health.common_voice import VoiceCommon

NAMES = "in their own name"


@tagged("post_install", "-at_install")
class TestOwnWords(VoiceCommon):
    """Team input, opinions and pulses are always in the name of the user who gives them."""

    @contextmanager
    def _assert_refused(self, message):
        """Odoo puts a savepoint around ``assertRaises`` alone."""
        with self.assertRaises(UserError) as refusal:
            yield
        self.assertRegex(str(refusal.exception), message)

    def _get_team_values(self, **values):
        return {
            "relationship_id": self.relationship.id,
            "kind": "team",
            "text": "They are tired of us",
            **values,
        }

    def test_nobody_gives_team_input_for_another(self):
        issue = self.env["client.issue"].create(
            {"name": "Slow", "relationship_id": self.relationship.id}
        )
        values = self._get_team_values(user_id=self.colleague.id)
        nested = {"feedback_ids": [Command.create(values)]}
        for user in (self.owner, self.manager):
            lines = self.env["client.feedback"].with_user(user)
            attempts = {
                "create": lambda lines=lines: lines.create(values),
                "nobody": lambda lines=lines: lines.create({**values, "user_id": False}),
                "context": lambda lines=lines: lines.with_context(
                    default_user_id=self.colleague.id
                ).create(self._get_team_values()),
                "client": lambda user=user: self.relationship.with_user(user).write(nested),
                "issue": lambda user=user: issue.with_user(user).write(nested),
                "save": lambda lines=lines: lines.web_save(values, {}),
            }
            for way, attempt in attempts.items():
                with (
                    self.subTest(user=user.login, way=way),
                    self._assert_refused(NAMES),
                ):
                    attempt()
            result = lines.load(
                ["relationship_id/.id", "kind", "text", "user_id/.id"],
                [[str(self.relationship.id), "team", "X", str(self.colleague.id)]],
            )
            self.assertFalse(result["ids"])
        self.env.invalidate_all()
        self.assertFalse(self.relationship.feedback_ids)

    def test_saved_default(self):
        defaults = self.env["ir.default"].with_user(self.owner)
        defaults.set("client.feedback", "user_id", self.colleague.id, user_id=True)
        with self._assert_refused(NAMES):
            self.env["client.feedback"].with_user(self.owner).create(self._get_team_values())

    def test_nothing_becomes_team_input_of_another(self):
        noted = self._log(user_id=self.colleague.id)
        own = self.env["client.feedback"].with_user(self.owner).create(self._get_team_values())
        client = self._log(given_by_client=True, contact_id=self.elena.id, user_id=False)
        for line, values in (
            (noted, {"kind": "team"}),
            (own, {"user_id": self.colleague.id}),
            (client, {"kind": "team"}),
        ):
            with self._assert_refused(NAMES):
                line.with_user(self.owner).write(values)
            self.env.invalidate_all()
            with self._assert_refused(NAMES):
                self.relationship.with_user(self.owner).write(
                    {"feedback_ids": [Command.update(line.id, values)]}
                )

    def test_a_copy_is_refused_as_well(self):
        line = self._log("team", user_id=self.colleague.id)
        with self._assert_refused(NAMES):
            line.with_user(self.manager).copy()

    def test_a_manager_corrects_nothing_and_may_delete(self):
        line = self._log("team", user_id=self.colleague.id)
        for user in (self.owner, self.manager):
            for values in (
                {"text": "All is well"},
                {"rating": "5"},
                {"strain": "1"},
                {"date": self._ago(9)},
                {"kind": "praise"},
                {"user_id": user.id},
                {"contact_id": self.elena.id},
                {"relationship_id": self.relationship.id},
            ):
                with (
                    self.subTest(user=user.login, values=values),
                    self._assert_refused("words of"),
                ):
                    line.with_user(user).write(values)
        with self.assertRaises(AccessError):
            line.with_user(self.owner).unlink()
        line.with_user(self.manager).unlink()

    def test_ones_own_words_are_ones_own_to_change(self):
        line = self.env["client.feedback"].with_user(self.owner).create(self._get_team_values())
        self.assertEqual(line.user_id, self.owner)
        line.text = "They are tired of me"
        line.kind = "concern"

    def test_pulse(self):
        pulses = self.env["client.pulse"]
        values = {"relationship_id": self.relationship.id, "value": "5"}
        for user in (self.owner, self.manager):
            for forged in ({"user_id": self.colleague.id}, {"date": self._ago(30).date()}):
                with self.subTest(user=user.login, forged=forged), self.assertRaises(AccessError):
                    pulses.with_user(user).create({**values, **forged})
            pulse = pulses.with_user(user).create(values)
            self.assertEqual(pulse.user_id, user)
            with self.assertRaises(AccessError):
                pulse.write({"comment": "Mended"})

    def test_discussions(self):
        """Odoo takes any author in ``message_post``."""
        update = self.env["client.update"].create(
            {"relationship_id": self.relationship.id, "kind": "apology", "name": "Sorry"}
        )
        for record in (self.relationship, self._log(), update):
            mine = record.with_user(self.owner)
            for forged in (
                {"author_id": self.colleague.partner_id.id},
                {"author_id": self.elena.id},
                {"email_from": self.elena.email, "message_type": "email"},
            ):
                with (
                    self.subTest(model=record._name, forged=forged),
                    self._assert_refused("in your own name"),
                ):
                    mine.message_post(body="I agree", **forged)
            message = mine.message_post(body="I agree", author_id=self.owner.partner_id.id)
            self.assertEqual(message.author_id, self.owner.partner_id)
