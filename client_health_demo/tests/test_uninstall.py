from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import DemoCommon

MODULE = "client_health_demo"


@tagged("post_install", "-at_install")
class TestUninstall(DemoCommon):
    """What other records need stays and can be read; the rest goes, as Odoo does it for data."""

    def test_uninstall(self):
        module = self.env["ir.module.module"].search([("name", "=", MODULE)])
        with mute_logger("odoo.sql_db"):  # of what can't be deleted
            module.module_uninstall()
        self.env.invalidate_all()
        self.assertEqual(module.state, "uninstalled")
        self.assertEqual(len(self.relationships.exists()), 12)
        for model in ("client.relationship", "project.project", "account.move", "res.users"):
            records = self.env[model].with_context(active_test=False).search([])
            self.assertTrue(records.mapped("display_name"))
        left = self.env["ir.model.data"].search([("module", "=", MODULE)])
        for data in left:
            self.assertTrue(self.env[data.model].browse(data.res_id).exists(), data.name)
