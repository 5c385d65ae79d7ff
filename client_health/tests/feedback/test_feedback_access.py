# pylint: disable=translation-required
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..communication.test_update import UpdateCommon

MODELS = ("client.feedback", "client.issue", "client.hypothesis", "client.update")
ALL = ("read", "write", "create", "unlink")


@tagged("post_install", "-at_install")
class TestFeedbackAccess(UpdateCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.issue = cls._open_issue()
        cls.records = {
            "client.feedback": cls._log(),
            "client.issue": cls.issue,
            "client.hypothesis": cls.env["client.hypothesis"].create(
                {"issue_id": cls.issue.id, "name": "X", "effect": "Y"}
            ),
            "client.update": cls._draft(),
        }

    def _can(self, user, model, operation):
        record = self.records[model].with_user(user)
        if operation != "create":
            return record.has_access(operation)
        try:
            with self.env.cr.savepoint():
                record.create(self._values(model))
        except AccessError:
            return False
        return True

    def _values(self, model):
        if model == "client.hypothesis":
            return {"issue_id": self.issue.id, "name": "X", "effect": "Y"}
        values = {"relationship_id": self.relationship.id}
        return {
            "client.feedback": {**values, "kind": "praise", "text": "X"},
            "client.issue": {**values, "name": "X"},
            "client.update": {**values, "kind": "apology", "name": "X"},
        }[model]

    def _assert_rights(self, user, allowed):
        for model in MODELS:
            rights = {*allowed}
            # guesses come and go: whoever may write them may delete them
            if model == "client.hypothesis" and "write" in rights:
                rights.add("unlink")
            for operation in ALL:
                with self.subTest(user=user.login, model=model, operation=operation):
                    self.assertEqual(self._can(user, model, operation), operation in rights)

    def test_by_role(self):
        plain = self._create_user("plain", "base.group_user")
        salesman = self._create_user("salesman", "sales_team.group_sale_salesman")
        for user, allowed in (
            (self.owner, ("read", "write", "create")),
            (self.colleague, ()),
            (self.controller, ()),
            (salesman, ()),
            (self.seller, ("read", "write", "create")),
            (self.manager, ALL),
            (self.portal, ()),
            (plain, ()),
        ):
            self._assert_rights(user, allowed)

    def test_team_member(self):
        team = self.env["crm.team"].create({"name": "Harbour", "user_id": self.controller.id})
        self.relationship.team_id = team
        self._assert_rights(self.controller, ("read", "write", "create"))

    def test_follower_reads(self):
        self.relationship.message_subscribe(self.colleague.partner_id.ids)
        self._assert_rights(self.colleague, ("read",))

    def test_other_company(self):
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        self.manager.company_ids += sister
        far = self._create_relationship(self.stranger, self.env["res.users"], company_id=sister.id)
        line = self._log(relationship_id=far.id)
        issue = self._open_issue(relationship_id=far.id)
        for record in (line, issue):
            self.assertEqual(record.company_id, sister)
            record = record.with_user(self.manager)
            here = record.with_context(allowed_company_ids=self.company.ids)
            there = record.with_context(allowed_company_ids=sister.ids)
            self.assertFalse(here.has_access("read"))
            self.assertTrue(there.has_access("read"))

    def test_discussions_are_internal(self):
        for model in ("client.feedback", "client.issue"):
            with self.subTest(model=model), self.assertRaises(UserError):
                self.records[model].message_post(body="Hi", partner_ids=self.elena.ids)
            with self.subTest(model=model), self.assertRaises(UserError):
                self.records[model].message_subscribe(self.elena.ids)
