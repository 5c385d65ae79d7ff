from odoo.tests import tagged

from ..common import ClientHealthCommon

MODEL = "client.relationship"


@tagged("post_install", "-at_install")
class TestFavourites(ClientHealthCommon):
    """A shared favourite that uses money is offered to those who see money, and only to them."""

    def _share(self, **values):
        return self.env["ir.filters"].create(
            {"name": "By money", "model_id": MODEL, "is_default": True, **values}
        )

    def _get_offered(self, user, favourite, model=MODEL):
        offered = self.env["ir.filters"].with_user(user).get_filters(model)
        return favourite.id in [found["id"] for found in offered]

    def test_every_place_of_a_field(self):
        money = next(
            name
            for name, field in self.env[MODEL]._fields.items()
            if field.groups and field.store is False and "profitability" in field.groups
        )
        for values in (
            {"domain": f"[('{money}', '>', 5)]"},
            {"domain": f"['|', ('active', '=', True), ('{money}', '!=', False)]"},
            {"domain": f"[('{money}', '>', 5), ('user_id', '=', uid)]"},
            {"domain": f"[('scenario_ids.relationship_id.{money}', '>', 5)]"},
            {"context": f"{{'group_by': ['stage_id', '{money}']}}"},
            {"context": f"{{'group_by': ['{money}:month']}}"},
            {"context": f"{{'graph_measure': '{money}'}}"},
            {"context": f"{{'pivot_measures': ['__count', '{money}']}}"},
            {"sort": f'["{money} desc"]'},
        ):
            with self.subTest(**values):
                favourite = self._share(**values)
                self.assertFalse(self._get_offered(self.owner, favourite))
                self.assertTrue(self._get_offered(self.controller, favourite))
                favourite.unlink()

    def test_without_money(self):
        for values in (
            {"domain": "[('user_id', '=', uid), ('create_date', '>', context_today())]"},
            {"context": "{'group_by': ['user_id', 'create_date:month']}"},
            {"sort": '["partner_id desc", "id"]'},
        ):
            favourite = self._share(**values)
            self.assertTrue(self._get_offered(self.owner, favourite), values)
            favourite.unlink()

    def test_odoo_models(self):
        favourite = self._share(
            model_id="res.partner", domain="[('client_relationship_id', '!=', False)]"
        )
        plain = self._create_user("plain", "base.group_user")
        self.assertFalse(self._get_offered(plain, favourite, "res.partner"))
        self.assertTrue(self._get_offered(self.owner, favourite, "res.partner"))
