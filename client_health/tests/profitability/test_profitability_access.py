from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .common_money import month_ago
from .common_money_access import MoneyAccessCommon


@tagged("post_install", "-at_install")
class TestMoneyAccess(MoneyAccessCommon):
    """Who sees money, and who does not, whatever they try."""

    others_ways = ("read", "order")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.relationship = cls._create_relationship(cls.client, cls.owner)
        cls.controlled = cls._create_relationship(cls.other_client, cls.controller)
        cls.other_project = cls._create_project("Shop", cls.other_client)
        for project in cls.project + cls.other_project:
            cls._invoice(project.partner_id, [(100, {project: 100})], month_ago(2))
        cls.Ledger._rebuild(cls.company)
        cls.project.privacy_visibility = "portal"
        cls.accountant = cls._create_member("books", "account.group_account_manager")
        for user in cls.owner + cls.seller + cls.salesman + cls.worker + cls.accountant:
            user.group_ids |= cls.env.ref("base.group_allow_export")
        cls.project.message_subscribe(cls.portal.partner_id.ids)
        cls.env.invalidate_all()

    def _get_money_fields(self, model):
        names = [
            name
            for name, field in self.env[model]._fields.items()
            if field.groups == "client_health.group_client_profitability"
            and name != "client_currency_id"  # which currency is no secret
        ]
        self.assertGreaterEqual(len(names), 12)
        return names

    def _get_attempts(self, record, name):
        """Return every way to get at a field of a record, as calls of a client program."""
        model, domain = record._name, [("id", "=", record.id)]
        return {
            "read": (model, "read", [record.ids, [name]]),
            "search_read": (model, "search_read", [domain, [name]]),
            "web_search_read": (model, "web_search_read", [domain, {name: {}}]),
            "search": (model, "search", [[(name, "!=", False), *domain]]),
            "order": (model, "search", [domain, 0, 1, f"{name} desc"]),
            "group": (model, "formatted_read_group", [domain, [name], ["__count"]]),
            "sum": (model, "formatted_read_group", [domain, [], [f"{name}:max"]]),
            "export": (model, "export_data", [record.ids, [name]]),
        }

    def assertFieldRefused(self, user, record, name, ways=None):
        for way, (model, method, args) in self._get_attempts(record, name).items():
            if ways and way not in ways:
                continue
            # Portal users export nothing at all.
            error = UserError if way == "export" and user.share else AccessError
            with self.assertRaises(error, msg=f"{user.login}: {way} {name} of {model}"):
                call_kw(self.env[model].with_user(user), method, args, {})

    def test_who_has_no_business_with_money(self):
        """Every field in every way by the owner; the others in every way with the slow tests."""
        for user in (self.owner, self.seller, self.salesman, self.worker, self.accountant):
            for record in (self.client, self.project, self.relationship):
                if record == self.relationship and user == self.accountant:
                    continue  # reads no relationship at all
                ways = None if user == self.owner else self.others_ways
                for name in self._get_money_fields(record._name):
                    self.assertFieldRefused(user, record, name, ways)

    def test_portal_user(self):
        for record in (self.client, self.project):
            self.assertTrue(record.with_user(self.portal).name)
            for name in self._get_money_fields(record._name):
                self.assertFieldRefused(self.portal, record, name)

    def test_ledger_is_for_the_money_group(self):
        row = self._get_rows()[:1]
        for user in (self.owner, self.seller, self.salesman, self.worker, self.portal):
            for model in (
                "client.profitability",
                "client.reconciliation",
                "client.profitability.finding",
            ):
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])
            with self.assertRaises(AccessError):
                row.with_user(user).read(["revenue"])

    def test_money_without_all_clients_is_money_of_own_clients(self):
        ledger = self.Ledger.with_user(self.controller)
        self.assertEqual(ledger.search([]).partner_id, self.other_client)
        for record, revenue in (
            (self.client, 0),
            (self.other_client, 100),
            (self.project, 0),
            (self.other_project, 100),
        ):
            self.assertEqual(record.with_user(self.controller).client_revenue, revenue)
        self.assertEqual(self.client.with_user(self.controller).client_margin_state, "empty")
        with self.assertRaises(AccessError):
            self.relationship.with_user(self.controller).read(["client_revenue"])
        with self.assertRaises(AccessError):
            self.env["client.reconciliation"].with_user(self.controller).search([])

    def test_money_group_alone_sees_nothing(self):
        self.controller.group_ids -= self.env.ref("client_health.group_client_user")
        self.controlled.user_id = self.owner
        self.assertFalse(self.Ledger.with_user(self.controller).search([]))

    def test_team_members_see_their_teams_money(self):
        team = self.env["crm.team"].create({"name": "North", "company_id": self.company.id})
        self.env["crm.team.member"].create({"crm_team_id": team.id, "user_id": self.controller.id})
        self.relationship.team_id = team
        clients = self.Ledger.with_user(self.controller).search([]).partner_id
        self.assertEqual(clients, self.client + self.other_client)

    def test_manager_sees_all_of_the_company_and_no_other(self):
        swiss = self._create_company("Northlight Alps", "CHF")
        self._create_move("out_invoice", self.client, [10], month_ago(2), company=swiss)
        self.Ledger._rebuild(swiss)
        manager = self.manager
        self.assertEqual(self.Ledger.with_user(manager).search([]), self._get_rows())
        self.assertEqual(self.client.with_user(manager).client_revenue, 100)
        reconciliation = self.env["client.reconciliation"].with_user(manager).search([])
        self.assertEqual(reconciliation.company_id, self.company)
        with self.assertRaises(AccessError):
            self._get_rows(swiss).with_user(manager).read(["revenue"])

    def test_nobody_types_money_in(self):
        row = self._get_rows()[:1]
        for user in (self.manager, self.env.ref("base.user_admin")):
            relationship = self.relationship.with_user(user)
            with self.assertRaises(AccessError):
                relationship.write({"client_margin": 1})
            with self.assertRaises(AccessError):
                row.with_user(user).write({"revenue": 1})
            with self.assertRaises(AccessError):
                row.with_user(user).unlink()
            with self.assertRaises(AccessError):
                self.Ledger.with_user(user).create(
                    {"company_id": self.company.id, "date": "2025-01-01"}
                )
        with self.assertRaises(AccessError):
            self.env["client.relationship"].with_user(self.manager).create(
                {"partner_id": self.vendor.id, "client_revenue": 1}
            )

    def test_rebuild_on_demand_needs_the_money_group(self):
        with self.assertRaises(AccessError):
            self.relationship.with_user(self.owner).action_rebuild_profitability()
        with self.assertRaises(AccessError):
            self.relationship.with_user(self.controller).action_rebuild_profitability()
        self.controlled.with_user(self.controller).action_rebuild_profitability()
        self.relationship.with_user(self.manager).action_rebuild_profitability()


@tagged("post_install", "-at_install", "slow")
class TestMoneyAccessInEveryWay(TestMoneyAccess):
    others_ways = None
