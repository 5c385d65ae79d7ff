from odoo import Command
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import new_test_user

from .common_money import MoneyCommon


class MoneyAccessCommon(MoneyCommon):
    """``outsiders``: people who have no business with money, from the owner to the client."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman = cls._create_member("sales", "sales_team.group_sale_manager")
        cls.worker = cls._create_member("work", "project.group_project_manager")
        cls.portal = new_test_user(cls.env, "money_portal", groups="base.group_portal")
        cls.portal.partner_id.parent_id = cls.client
        cls.outsiders = (
            cls.owner | cls.seller | cls.colleague | cls.salesman | cls.worker | cls.portal
        )

    @classmethod
    def _create_member(cls, login, group):
        return new_test_user(
            cls.env,
            f"money_{login}",
            groups=f"base.group_user,{group}",
            company_ids=[Command.set(cls.company.ids)],
            company_id=cls.company.id,
        )

    def assertRefused(self, user, model, method, *args, **kwargs):
        with (
            self.subTest(user=user.login, model=model, method=method),
            self.assertRaises(AccessError),
        ):
            call_kw(self.env[model].with_user(user), method, args, kwargs)
