from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import ClientHealthCommon


@tagged("post_install", "-at_install")
class TestArchive(ClientHealthCommon):
    """Archiving is for partners that are no clients; it is no way to end a relationship."""

    def _assert_not_archived(self, user):
        mine = self.relationship.with_user(user)
        for archive in (
            mine.action_archive,
            lambda: mine.write({"active": False}),
            lambda: mine.write({"active": False, "note": "Gone"}),
            lambda: mine.load([".id", "active"], [[str(mine.id), "0"]]),
        ):
            with self.env.cr.savepoint():
                try:
                    result = archive()
                except UserError as error:
                    self.assertIn("cannot be archived", str(error))
                else:
                    # an import names its errors instead of raising them
                    self.assertIn("cannot be archived", str(result["messages"]))
        self.relationship.invalidate_recordset()
        self.assertTrue(self.relationship.active)

    def test_not_in_reboot(self):
        self._move(self.relationship, "at_risk", "reboot")
        for user in (self.owner, self.manager):
            self._assert_not_archived(user)

    def test_not_in_offboard(self):
        self._move(self.relationship, "offboard")
        self._assert_not_archived(self.manager)

    def test_one_of_many_is_enough(self):
        others = self._create_clients(2)
        self._move(others[1], "at_risk", "reboot")
        with self.assertRaisesRegex(UserError, "Client 1 is in"):
            others.with_user(self.owner).action_archive()

    def test_healthy_and_ended(self):
        self.relationship.with_user(self.owner).action_archive()
        self.assertFalse(self.relationship.active)
        self.relationship.action_unarchive()
        self._move(self.relationship, "offboard", "ended")
        self.relationship.with_user(self.owner).action_archive()
        self.assertFalse(self.relationship.active)

    def test_no_process_behind_an_archived_client(self):
        self._move(self.relationship, "at_risk")
        self.relationship.active = False
        with self.assertRaisesRegex(UserError, "is archived"):
            self._move(self.relationship, "reboot", user=self.owner)
        self.assertFalse(self.relationship.reboot_ids)
