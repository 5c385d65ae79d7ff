import re
import tempfile
from pathlib import Path

from odoo.modules.module import get_module_path
from odoo.tests import BaseCase, tagged
from odoo.tools import config

from .common_process import ProcessCase

NAME = "client_health_recipes"
MANIFEST = """{{
    "name": "The recipes of the documentation",
    "version": "19.0.1.0.0",
    "author": "Tests",
    "license": "LGPL-3",
    "depends": ["client_health"],
    "data": {data!r},
}}
"""
# A client with an order of 200 days ago where the company is, its night, and all the addon adds.
ADDED = """
from datetime import timedelta
from tempfile import TemporaryFile
from odoo.addons.client_health.engine.clock import get_first_moment, get_today

partner = env["res.partner"].create({"name": "Ordering", "is_company": True})
client = env["client.relationship"].create({"partner_id": partner.id})
order = env["sale.order"].create({"partner_id": partner.id})
day = get_today(env.company) - timedelta(days=200)
order.write({"state": "sale", "date_order": get_first_moment(env.company, day)})
env.flush_all()
env.cr.execute("UPDATE sale_order SET create_date = date_order WHERE id = %s", [order.id])
client.action_take_snapshot()
print("WARNING", client.health_warning_ids.text, client.health_warning_ids.state)
print("REASONS", client.health_reasons)
stage = env.ref("client_health_recipes.stage_watch")
client.write({"stage_id": stage.id, "stage_reason": "A look"})
env.cr.commit()
snapshot = env["client.health.snapshot"].search([("relationship_id", "=", client.id)])
print("READING", snapshot.readings["orders"]["v"])
print("STAGE", client.stage_id.name, client.phase, client.activity_ids.mapped("summary"))
print("CARD", "referred_by_id" in env["client.relationship"].get_view(view_type="kanban")["arch"])
asked = env["sale.order"].create({"partner_id": partner.id})
asked.state = "sent"
env.cr.commit()
sections = client.get_today("team")["sections"]
print("TODAY", [one["key"] for one in sections for row in one["clients"] for one in row["reasons"]])
Review = env["client.review"]
print("COLUMN", "referred_by_id" in [one.field for one in Review._get_columns()])
print("SHEET", "referrals" in [one.code for one in Review._get_sheets()])
with TemporaryFile() as file:
    Review._write_workbook(file, client)
    print("BOOK", file.tell() > 5000)
"""
# Nobody is in a stage that goes, as Odoo keeps what is in use.
UNINSTALL = """
client = env["client.relationship"].search([("partner_id.name", "=", "Ordering")])
first = env["client.relationship.stage"]._get_first_stage("healthy")
client.write({"stage_id": first.id, "stage_reason": "The addon goes"})
env.cr.commit()
addon = env["ir.module.module"].search([("name", "=", "client_health_recipes")])
addon.button_immediate_uninstall()
print("UNINSTALLED")
"""
LEFT = """
from tempfile import TemporaryFile

client = env["client.relationship"].search([("partner_id.name", "=", "Ordering")])
for model in ("client.health.measure", "client.health.warning.rule"):
    found = env[model].with_context(active_test=False).search([("code", "=", "orders")])
    print("LEFT", model, len(found))
print("LEFT data", env["ir.model.data"].search_count([("module", "=", "client_health_recipes")]))
print("LEFT views", "referred_by_id" in env["client.relationship"].get_view(
    view_type="kanban")["arch"])
print("LEFT warnings", len(client.health_warning_ids))
print("CLIENT", client.stage_id.phase, client.health_reasons)
env["client.health.snapshot"].search([("relationship_id", "=", client.id)]).sudo().unlink()
env["client.health.run"]._cron_take_snapshots()
print("FAILED", env["client.job.failure"].search([]).mapped("error"))
print("NIGHT", len(env["client.health.snapshot"].search([("relationship_id", "=", client.id)])))
with TemporaryFile() as file:
    env["client.review"]._write_workbook(file, client)
    print("BOOK", file.tell() > 5000)
"""


def get_recipes():
    """Return [(language, text)] of the code blocks of the developers' documentation."""
    text = (Path(get_module_path("client_health")) / "readme" / "DEVELOP.md").read_text("utf-8")
    return re.findall(r"^```(python|xml)\n(.*?)^```", text, re.M | re.S)


def write_addon(folder):
    """Write an addon of nothing but the recipes, each in a file of its own; return its path."""
    addon = Path(folder) / NAME
    addon.mkdir()
    data, models = [], []
    for number, (language, text) in enumerate(get_recipes()):
        name = f"recipe_{number}"
        if language == "python":
            models.append(f"from . import {name}\n")
            (addon / f"{name}.py").write_text(text, "utf-8")
        else:
            data.append(f"{name}.xml")
            # firms edit it, as the documentation says; views are ours
            noupdate = 0 if "ir.ui.view" in text else 1
            (addon / f"{name}.xml").write_text(
                f'<odoo><data noupdate="{noupdate}">\n{text}</data></odoo>', "utf-8"
            )
    (addon / "__init__.py").write_text("".join(models), "utf-8")
    (addon / "__manifest__.py").write_text(MANIFEST.format(data=data), "utf-8")
    return addon


@tagged("post_install", "-at_install")
class TestRecipes(BaseCase):
    def test_each_recipe_is_whole(self):
        """A measure, a warning, a stage, a column and a sheet of the review, a field of a card."""
        recipes = get_recipes()
        self.assertGreaterEqual(len(recipes), 8)
        for language, text in recipes:
            if language == "python":
                compile(text, "recipe", "exec")
        told = "".join(text for _language, text in recipes)
        for part in ("_get_signals", "_get_warnings", "client.relationship.stage", "_get_columns",
                     "_get_sheets", "_get_today_sections",
                     "client_relationship_view_kanban"):  # fmt: skip
            self.assertIn(part, told)


@tagged("post_install", "-at_install", "slow")
class TestSecondAddon(ProcessCase):
    """An addon made of the recipes of the documentation comes, works, and goes without a trace."""

    @classmethod
    def _start(cls, database, *arguments, **options):
        paths = f"--addons-path={','.join([*config['addons_path'], cls.folder])}"
        verb = arguments[:1] if arguments[:1] == ("shell",) else ()
        rest = arguments[len(verb) :]
        return super()._start(database, *verb, paths, *rest, **options)

    def test_it_comes_works_and_goes(self):
        folder = tempfile.TemporaryDirectory()  # removed at its end
        self.addCleanup(folder.cleanup)
        type(self).folder = folder.name
        write_addon(folder.name)
        database = self._copy_database("addon")
        quiet = ("--stop-after-init", "--no-http", "--log-level=warn")
        self.assertQuiet(self._run(database, "-i", NAME, *quiet))
        log = self._run_code(database, ADDED)
        for line in (
            "READING 1",
            "WARNING No order for 200 days severe",
            "REASONS No order for 200 days",
            "STAGE To watch healthy",
            "Ask how it is going",
            "CARD True",
            "'orders'",
            "COLUMN True",
            "SHEET True",
            "BOOK True",
        ):
            self.assertIn(line, log)
        log = self._run_code(database, UNINSTALL)
        self.assertIn("UNINSTALLED", log)
        self.assertQuiet(log)
        log = self._run_code(database, LEFT)
        for line in (
            "LEFT client.health.measure 0",
            "LEFT client.health.warning.rule 0",
            "LEFT data 0",
            "LEFT views False",
            "LEFT warnings 0",
            "FAILED []",
            "NIGHT 1",
            "BOOK True",
        ):
            self.assertIn(line, log)
        self.assertQuiet(log)

    def assertQuiet(self, log):
        noise = [line for line in log.splitlines() if re.search(" (WARNING|ERROR|CRITICAL) ", line)]
        self.assertFalse(noise)
