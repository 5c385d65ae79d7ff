from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .relationship.test_client_merge_content import RichClientCommon

OPERATIONS = ("read", "write", "create", "unlink")
WORK = ("read", "write", "create")
# What hangs on a client, and the operations of who works on it; managers may delete as well.
RIGHTS = {
    "client.accomplishment": WORK,
    "client.agreement": WORK,
    "client.feedback": WORK,
    "client.goal": WORK,
    "client.review.decision": WORK,
    "client.issue": WORK,
    "client.update": WORK,
    "client.fit.round": WORK,
    # guesses and answers come and go
    "client.hypothesis": OPERATIONS,
    "client.fit.answer": OPERATIONS,
    "client.contact": OPERATIONS,
    "client.duty": OPERATIONS,
    # made by asking
    "client.feedback.request": ("read", "write"),
    # the client's own words: written by nobody
    "client.value": ("read",),
}
# Judgements, scores, money and what stages hold open have rights and tests of their own.
ELSEWHERE = {
    "client.decision",
    "client.handover",
    "client.health.declaration",
    "client.health.override",
    "client.health.snapshot",
    "client.health.warning",
    "client.offboarding",
    "client.pulse",
    "client.reboot",
    "client.scenario",
}
DELETED_BY_MANAGERS = {name for name, rights in RIGHTS.items() if rights == WORK}


@tagged("post_install", "-at_install")
class TestRecordAccess(RichClientCommon):
    """Who may do what with all that hangs on a client: every model, every role, yes and no."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_rich(cls.relationship, "Rich")
        cls.env["client.review.decision"].create(
            {"relationship_id": cls.relationship.id, "name": "Call", "user_id": cls.owner.id}
        )
        # the opinion that was asked for made a follower of the colleague
        cls.relationship.message_unsubscribe(cls.colleague.partner_id.ids)
        cls.env["mail.activity"].search([("user_id", "=", cls.colleague.id)]).unlink()
        cls.records = {name: cls._find(name) for name in RIGHTS}

    @classmethod
    def _find(cls, model):
        paths = {
            "client.hypothesis": "issue_id.relationship_id",
            "client.fit.answer": "round_id.relationship_id",
        }
        path = paths.get(model, "relationship_id")
        return cls.env[model].search([(path, "=", cls.relationship.id)])

    def test_no_model_is_forgotten(self):
        own = {
            name
            for name, model in self.env.registry.items()
            if name.startswith("client.")
            and not (model._abstract or model._transient)
            and issubclass(model, self.env.registry["client.record.mixin"])
        }
        self.assertLessEqual(own - ELSEWHERE, RIGHTS.keys())

    def _assert_rights(self, user, get_rights):
        for model, records in self.records.items():
            self.assertTrue(records, model)
            allowed = get_rights(model)
            for operation in OPERATIONS:
                with self.subTest(user=user.login, model=model, operation=operation):
                    mine = records.with_user(user)
                    self.assertEqual(mine.has_access(operation), operation in allowed)
            with self.subTest(user=user.login, model=model):
                self.assertEqual(self._finds(user, records), "read" in allowed)

    def _finds(self, user, records):
        try:
            return bool(records.with_user(user).search([("id", "in", records.ids)]))
        except AccessError:
            return False

    def _nothing(self, _model):
        return ()

    def _all(self, model):
        return OPERATIONS if model in DELETED_BY_MANAGERS else RIGHTS[model]

    def test_who_looks_after_the_client(self):
        self._assert_rights(self.owner, RIGHTS.get)

    def test_who_sees_all_clients(self):
        self._assert_rights(self.seller, RIGHTS.get)

    def test_managers(self):
        self._assert_rights(self.manager, self._all)

    def test_strangers(self):
        plain = self._create_user("plain", "base.group_user")
        salesman = self._create_user("salesman", "sales_team.group_sale_salesman")
        for user in (self.colleague, self.controller, self.portal, plain, salesman):
            self._assert_rights(user, self._nothing)

    def test_team(self):
        team = self.env["crm.team"].create(
            {
                "name": "Harbour",
                "user_id": self.controller.id,
                "crm_team_member_ids": [Command.create({"user_id": self.colleague.id})],
            }
        )
        self.relationship.team_id = team
        self._assert_rights(self.controller, RIGHTS.get)
        self._assert_rights(self.colleague, RIGHTS.get)

    def test_followers_read(self):
        self.relationship.message_subscribe(self.colleague.partner_id.ids)
        self._assert_rights(self.colleague, lambda _model: ("read",))

    def test_another_company(self):
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        self.manager.write({"company_ids": [Command.link(sister.id)]})
        for model, records in self.records.items():
            there = records.with_user(self.manager).with_context(allowed_company_ids=sister.ids)
            with self.subTest(model=model):
                self.assertFalse(there.has_access("read"))
                self.assertFalse(there.search([("id", "in", records.ids)]))

    def test_strangers_get_no_word_by_rpc(self):
        for model, records in self.records.items():
            for user in (self.colleague, self.portal):
                with self.subTest(model=model, user=user.login), self.assertRaises(AccessError):
                    records.with_user(user).read(["display_name"])
