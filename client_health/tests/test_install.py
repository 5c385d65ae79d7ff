import os
import sys

from odoo.modules.module import Manifest
from odoo.tests import TransactionCase, loaded_demo_data, tagged

from .common_process import ProcessCase

# What must not be left behind: {label: query of names}
LEFTOVERS = {
    "tables": "SELECT relname FROM pg_class WHERE relkind IN ('r', 'v')"
    " AND relnamespace = current_schema::regnamespace",
    "columns": "SELECT table_name || '.' || column_name FROM information_schema.columns"
    " WHERE table_schema = current_schema",
    "indexes": "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema",
    "models": "SELECT model FROM ir_model",
    "fields": "SELECT model || '.' || name FROM ir_model_fields",
    "selections": "SELECT f.model || '.' || f.name || '.' || s.value"
    " FROM ir_model_fields_selection s JOIN ir_model_fields f ON f.id = s.field_id",
    "crons": "SELECT cron_name FROM ir_cron",
    "parameters": "SELECT key FROM ir_config_parameter",
    "activities": "SELECT COALESCE(res_model, '') || res_id || COALESCE(summary, '')"
    " FROM mail_activity",
    "filters": "SELECT name::text FROM ir_filters",
    "exports": "SELECT name FROM ir_exports",
    "activity types": "SELECT name::text FROM mail_activity_type",
    "activity plans": "SELECT name::text FROM mail_activity_plan",
    "menus": "SELECT id || name::text FROM ir_ui_menu",
    "actions": "SELECT id || name::text FROM ir_actions",
    "views": "SELECT id || name FROM ir_ui_view",
    "groups": "SELECT name::text FROM res_groups",
    "implied groups": "SELECT gid || '>' || hid FROM res_groups_implied_rel",
    "rules": "SELECT name FROM ir_rule",
    "mail templates": "SELECT name::text FROM mail_template",
    "messages": "SELECT model || res_id FROM mail_message",
    "followers": "SELECT res_model || res_id FROM mail_followers",
    "attachments": "SELECT COALESCE(res_model, '') || name FROM ir_attachment"
    " WHERE url IS NULL OR url NOT LIKE '/web/assets/%'",
    # ids that other modules gave to our models stay behind with every addon: Odoo's own way
    "external ids": "SELECT name FROM ir_model_data WHERE module = 'client_health'",
}

FILL = """
partner = env["res.partner"].create({"name": "Blue Harbour Hotels", "is_company": True})
env["project.project"].create({"name": "Site", "partner_id": partner.id})
relationship = env["client.relationship"].create({"partner_id": partner.id})
stage = env["client.relationship.stage"].search([("phase", "=", "at_risk")])
relationship.write({"stage_id": stage.id, "stage_reason": "No answer"})
relationship.message_post(body="They are not happy")
assert relationship.activity_ids
# done activities of each of our types, on our records and on Odoo's
ours = env["ir.model.data"].search(
    [("module", "=", "client_health"), ("model", "=", "mail.activity.type")]
)
for kind in env["mail.activity.type"].browse(ours.mapped("res_id")):
    model = kind.res_model or "res.partner"
    if model in ("res.partner", "client.relationship"):
        record = relationship if kind.res_model else partner
        for summary in ("Open", "Done"):
            activity = record.activity_schedule(activity_type_id=kind.id, summary=summary)
        activity.action_feedback(feedback="Said")
    plan = env["mail.activity.plan"].create({"name": f"{model} plan", "res_model": model})
    env["mail.activity.plan.template"].create(
        {"plan_id": plan.id, "activity_type_id": kind.id, "summary": "Own step"}
    )
for model in ("client.relationship", "client.goal", "client.reboot"):
    model_id = env["ir.model"]._get_id(model)
    env["ir.filters"].create({"name": "Mine", "model_id": model})
    env["ir.exports"].create({"name": "My export", "resource": model})
    env["ir.actions.server"].create(
        {"name": "Own action", "model_id": model_id, "state": "code", "binding_model_id": model_id}
    )
    env["ir.cron"].create({"name": "Own job", "model_id": model_id, "state": "code"})
    env["mail.template"].create({"name": "Own mail", "model_id": model_id})
relationship.flush_recordset()
env.cr.commit()
"""


@tagged("post_install", "-at_install", "client_health_install", "slow")
class TestInstall(ProcessCase):
    """Installs the addon on a database without demo data, fills it, and takes it off again.

    The database is a copy of the one that ``script/test`` keeps, with the addon's own
    dependencies; without that, Odoo installs them first.
    """

    def _get_names(self):
        return {
            label: {name for [name] in self._execute(self.database, query)}
            for label, query in LEFTOVERS.items()
        }

    def test_install_fill_uninstall(self):
        self.database = self._copy_database("bare")
        if "CLIENT_HEALTH_BARE_TEMPLATE" not in os.environ:
            depends = Manifest.for_addon("client_health")["depends"]
            self._run(self.database, "-i", ",".join(depends), "--stop-after-init", "--no-http")
        before = self._get_names()
        log = self._run(
            self.database,
            *("-i", "client_health", "--stop-after-init", "--no-http", "--log-level=warn"),
        )
        self.assertFalse(self._get_noise(log), "Installing without demo data is silent")
        installed = self._get_names()
        self.assertIn("client_relationship", installed["tables"])
        self.assertFalse(self._execute(self.database, "SELECT id FROM client_relationship"))

        self._run_code(self.database, FILL)
        log = self._run(self.database, "module", "uninstall", "client_health")
        self.assertFalse(self._get_noise(log), "Uninstalling is silent")
        after = self._get_names()
        left = {
            label: sorted(name for name in after[label] - before[label] if self._is_ours(name))
            for label in LEFTOVERS
        }
        self.assertFalse({label: names for label, names in left.items() if names})
        lost = {label: sorted(before[label] - after[label]) for label in LEFTOVERS}
        self.assertFalse({label: names for label, names in lost.items() if names})

    def _get_noise(self, log):
        return [line for line in log.splitlines() if " WARNING " in line or " ERROR " in line]

    def _is_ours(self, name):
        """The project and the partner that the test made stay, with what Odoo made of them.

        Odoo leaves the messages of the server actions that go with their model.
        """
        stays = ("project.project", "res.partner", "account.analytic", "ir.actions.server")
        return not name.startswith(stays)


@tagged("post_install", "-at_install")
class TestWithoutStory(TransactionCase):
    """The story is an addon of its own, which Odoo's demo data doesn't bring along."""

    def test_no_story(self):
        self.assertTrue(loaded_demo_data(self.env))
        self.assertFalse(Manifest.for_addon("client_health")["demo"])
        self.assertFalse(self.env["client.relationship"].search([]))
        self.assertFalse(
            self.env["ir.model.data"].search(
                [("module", "=like", "client\\_health%"), ("name", "=like", "demo\\_%")]
            )
        )
        self.assertNotIn("client.demo", self.env)
        self.assertNotIn("odoo.addons.client_health_demo", sys.modules)
