from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_clicks import Clicks
from .common_roles import RolesCommon
from .common_screens import get_our_actions

# Odoo's own screens in which our buttons stand
ODOO_MODELS = (
    "res.partner",
    "project.project",
    "project.task",
    "project.milestone",
    "crm.lead",
    "calendar.event",
    "mail.activity",
)
ROLES_THAT_CLICK = {
    "owner": "base.group_user,client_health.group_client_user,sales_team.group_sale_salesman",
    "leader": "base.group_user,client_health.group_client_user_all,"
    "sales_team.group_sale_salesman_all_leads,project.group_project_manager",
    "controller": "base.group_user,client_health.group_client_user_all,"
    "client_health.group_client_profitability,account.group_account_invoice",
    "manager": "base.group_user,client_health.group_client_manager,"
    "client_health.group_client_profitability",
    "admin": "base.group_system,client_health.group_client_manager,"
    "client_health.group_client_profitability,project.group_project_manager,"
    "sales_team.group_sale_manager",
}


@tagged("post_install", "-at_install", "slow")
class TestClicks(RolesCommon):
    """Every button of every form, list and card leads on, for each role and state."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.methods = get_our_actions(cls.env)
        cls.users = {
            role: cls._create_role(f"click_{role}", groups)
            for role, groups in ROLES_THAT_CLICK.items()
        }
        cls.clients = cls.relationship | cls._create_gallery()
        cls.env.flush_all()

    @classmethod
    def _create_gallery(cls):
        """Create a client for each stage, and what they have in each state."""
        clients = cls._create_clients(5)
        for client, phases in zip(
            clients,
            (
                (),
                ("at_risk",),
                ("at_risk", "reboot"),
                ("at_risk", "reboot", "offboard"),
                ("at_risk", "reboot", "offboard", "ended"),
            ),
            strict=True,
        ):
            contact = cls._create_contact(f"Contact {client.id}", client.partner_id)
            cls._create_agreement(client, signatory_id=contact.id)
            cls._create_agreement(client, signatory_id=contact.id).action_propose()
            if phases:
                cls._make_rich(client, f"Gallery {client.id}")
            cls._move(client, *phases, user=cls.manager)
        return clients

    def _click(self, role):
        user = self.users[role]
        self.clients.user_id = user
        clicks = Clicks(self.env(user=user), self.methods, self._type)
        names = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.http")
        with mute_logger(*names):
            for name in self._get_our_models():
                self._visit(clicks, name, clicks.get_our_views(name))
            for name in ODOO_MODELS:
                self._visit(clicks, name, [(False, kind) for kind in ("form", "list", "kanban")])
        self.assertGreater(len(clicks.pressed), 100)
        self.assertFalse(clicks.faults, "\n".join(clicks.faults))

    def _visit(self, clicks, name, views):
        """Click on what this test has made of a model."""
        if clicks.env[name].has_access("read"):
            model = self.env[name].with_context(active_test=False)
            made = [("create_date", ">=", self.cr.now())] if model._log_access else []
            clicks.visit(model.search(made), views)

    def _type(self, user, model, field, domain):
        """Return what a user chooses or types in a field."""
        if field.relational:
            return self.env[field.comodel_name].with_user(user).search(domain, limit=1)
        return self._get_value(model, field)

    def test_owner(self):
        self._click("owner")

    def test_leader(self):
        self._click("leader")

    def test_controller(self):
        self._click("controller")

    def test_manager(self):
        self._click("manager")

    def test_admin(self):
        self._click("admin")
