import os
import shlex
import subprocess
import sys
import uuid

import psycopg2

from odoo.modules.module import Manifest
from odoo.tests import BaseCase, TransactionCase, loaded_demo_data, tagged
from odoo.tools import config

TIMEOUT = 600  # seconds for one run of Odoo

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
relationship.flush_recordset()
env.cr.commit()
"""


@tagged("post_install", "-at_install", "client_health_install", "slow")
class TestInstall(BaseCase):
    """Installs the addon on a database without demo data, fills it, and takes it off again.

    The database is a copy of the one that ``script/test`` keeps, with the addon's own
    dependencies; without that, Odoo installs them first.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = f"ch_install_{uuid.uuid4().hex[:8]}"
        template = os.environ.get("CLIENT_HEALTH_BARE_TEMPLATE", "template0")
        cls._execute("postgres", f'CREATE DATABASE "{cls.database}" TEMPLATE "{template}"')
        cls.addClassCleanup(cls._drop)

    @classmethod
    def _drop(cls):
        cls._execute("postgres", f'DROP DATABASE IF EXISTS "{cls.database}" WITH (FORCE)')

    @classmethod
    def _connect(cls, database):
        options = {name: config[f"db_{name}"] for name in ("host", "port", "user", "password")}
        return psycopg2.connect(
            dbname=database, **{name: value for name, value in options.items() if value}
        )

    @classmethod
    def _execute(cls, database, query):
        connection = cls._connect(database)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(query)
                return cursor.fetchall() if cursor.description else None
        finally:
            connection.close()

    def _run_odoo(self, *arguments, stdin=None):
        """Run Odoo on the database; return its log."""
        command = shlex.split(os.environ.get("CLIENT_HEALTH_ODOO", "odoo"))
        rc_file = os.environ.get("CLIENT_HEALTH_ODOO_RC") or config.rcfile
        result = subprocess.run(
            [*command, *arguments, "-c", rc_file, "-d", self.database],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        log = result.stdout + result.stderr
        self.assertEqual(result.returncode, 0, log[-3000:])
        return log

    def _get_names(self):
        return {
            label: {name for [name] in self._execute(self.database, query)}
            for label, query in LEFTOVERS.items()
        }

    def test_install_fill_uninstall(self):
        if "CLIENT_HEALTH_BARE_TEMPLATE" not in os.environ:
            depends = Manifest.for_addon("client_health")["depends"]
            self._run_odoo("-i", ",".join(depends), "--stop-after-init", "--no-http")
        before = self._get_names()
        log = self._run_odoo(
            "-i", "client_health", "--stop-after-init", "--no-http", "--log-level=warn"
        )
        noise = [line for line in log.splitlines() if " WARNING " in line or " ERROR " in line]
        self.assertFalse(noise, "Installing without demo data is silent")
        installed = self._get_names()
        self.assertIn("client_relationship", installed["tables"])
        self.assertFalse(self._execute(self.database, "SELECT id FROM client_relationship"))

        self._run_odoo("shell", "--no-http", stdin=FILL)
        self._run_odoo("module", "uninstall", "client_health")
        after = self._get_names()
        left = {
            label: sorted(name for name in after[label] - before[label] if self._is_ours(name))
            for label in LEFTOVERS
        }
        self.assertFalse({label: names for label, names in left.items() if names})
        lost = {label: sorted(before[label] - after[label]) for label in LEFTOVERS}
        self.assertFalse({label: names for label, names in lost.items() if names})

    def _is_ours(self, name):
        """The project and the partner that the test made stay, with what Odoo made of them."""
        return not name.startswith(("project.project", "res.partner", "account.analytic"))


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
