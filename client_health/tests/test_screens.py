from contextlib import suppress

from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_roles import ADDON, RolesCommon
from .common_screens import ODOO_SCREENS, Screens, get_our_actions

# Users of Client Health as they are: with and without the apps that they work in
SCREEN_ROLES = {
    "own": "base.group_user,client_health.group_client_user",
    "money": "base.group_user,client_health.group_client_user,"
    "client_health.group_client_profitability",
    "salesperson": "base.group_user,sales_team.group_sale_salesman",
    "project": "base.group_user,project.group_project_user",
    "all": "base.group_user,client_health.group_client_user_all",
    "manager": "base.group_user,client_health.group_client_manager",
}


@tagged("post_install", "-at_install", "slow")
class TestScreens(RolesCommon):
    """What a user is offered works: every menu, window, view, action and button, for each role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.relationship.issue_ids.hypothesis_ids.date_deadline = "2030-01-01"
        cls.methods = get_our_actions(cls.env)
        cls.users = {
            role: cls.roles.get(role) or cls._create_role(role, groups)
            for role, groups in SCREEN_ROLES.items()
        }

    def _visit(self, role):
        user = self.users[role]
        self._let_own(user)
        screens = Screens(self.env(user=user), self.methods)
        with mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"):
            screens.open_menus()
            for model, kinds in ODOO_SCREENS:
                if self.env[model].with_user(user).has_access("read"):
                    record = self._get_sample(model)
                    screens.open_views(
                        screens.env[model],
                        [(False, kind) for kind in kinds],
                        [("id", "in", record.ids)],
                        False,
                        0,
                        model,
                    )
        self.assertFalse(screens.faults, "\n".join(screens.faults))
        self.assertGreater(len(screens.pressed), 20)

    def test_own_clients(self):
        self._visit("own")

    def test_money(self):
        self._visit("money")

    def test_salesperson(self):
        self._visit("salesperson")

    def test_project_user(self):
        self._visit("project")

    def test_all_clients(self):
        self._visit("all")

    def test_manager(self):
        self._visit("manager")

    def test_window_without_its_record(self):
        """Opened by its address, or after a reload: it says what it needs, in words."""
        user = self.users["manager"]
        for name in (*self._get_our_models(), *self._get_our_models(transient=True)):
            model = self.env[name].with_user(user)
            if not model.has_access("create"):
                continue
            view = model.get_views([[False, "form"]])["views"]["form"]
            spec = Screens(model.env, ()).get_spec(model, etree.fromstring(view["arch"]))
            with self.subTest(model=name), self.env.cr.savepoint():
                if getattr(model, "_opened_from", None):
                    with self.assertRaisesRegex(UserError, "belongs to a record"):
                        model.onchange({}, [], spec)
                else:
                    model.onchange({}, [], spec)

    def test_actions_without_records(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", ADDON), ("model", "=", "ir.actions.server")]
        )
        actions = self.env["ir.actions.server"].browse(data.mapped("res_id"))
        for action in actions.filtered(lambda action: action.usage == "ir_actions_server"):
            # a refusal in words is welcome
            with self.subTest(action=action.name), self.env.cr.savepoint(), suppress(UserError):
                action.with_user(self.users["manager"]).run()
