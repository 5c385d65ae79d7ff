from odoo.exceptions import UserError
from odoo.tests import tagged

from ...const import MANAGER_GROUP
from .test_issue import IssueCommon


@tagged("post_install", "-at_install")
class TestTaskHelp(IssueCommon):
    """A salesperson without access to projects asks a colleague for the task, in one click."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.worker = cls._create_user("ch_worker", f"{MANAGER_GROUP},project.group_project_user")
        cls.project.user_id = cls.worker
        cls.project.message_subscribe(cls.worker.partner_id.ids)
        cls.issue = cls._open_issue(user=cls.owner, root_cause="Files", side="ours")
        cls.hypothesis = cls.env["client.hypothesis"].create(
            {
                "issue_id": cls.issue.id,
                "name": "Check the files",
                "effect": "The stock is right",
                "project_id": cls.project.id,
                "user_id": cls.owner.id,
                "date_deadline": "2030-01-01",
            }
        )

    def _ask(self):
        return self.hypothesis.with_user(self.owner).action_ask_for_task()

    def test_the_project_manager_is_asked_once(self):
        message = self._ask()["params"]["message"]
        self.assertIn(self.worker.name, message)
        self._ask()
        activity = self.issue.activity_ids
        self.assertEqual(activity.user_id, self.worker)
        self.assertIn("Check the files", activity.summary)
        self.hypothesis.with_user(self.worker).action_create_task()
        self.assertEqual(self.hypothesis.task_id.project_id, self.project)

    def test_what_is_missing_is_named(self):
        self.hypothesis.date_deadline = False
        with self.assertRaisesRegex(UserError, "a date"):
            self._ask()

    def test_nobody_can_help(self):
        self.worker.active = False
        self.manager.group_ids -= self.env.ref("project.group_project_manager")
        worked = self.env.ref("project.group_project_user")
        others = self.env["res.users"].search([("all_group_ids", "in", worked.ids)])
        others.active = False
        with self.assertRaisesRegex(UserError, "administrator"):
            self._ask()
        self.assertFalse(self.issue.activity_ids)
