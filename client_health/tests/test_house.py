import inspect
from collections import Counter
from datetime import date
from pathlib import Path

from lxml import etree

from odoo.modules import get_module_path
from odoo.modules.module import Manifest
from odoo.tests import TransactionCase, tagged

from ..tools import format_day
from .common import ClientHealthCommon

ADDON = "client_health"
# The one file of each kind
HOMES = {
    "ir.cron": "data/ir_cron_data.xml",
    "mail.activity.type": "data/mail_activity_type_data.xml",
    "mail.template": "data/mail_template_data.xml",
}
# The tabs of a client, with their sections
TABS = {
    "work": ["goals", "scope", "agreement", "duties"],
    "voice": ["feedback", "issues", "value", "updates"],
    "money": [],
    "health": ["pulse", "reboots"],
    "people": ["contacts", "rhythm", "fit", "origin"],
    "notes": [],
}
# Of the user or in UTC, which is another day than the company's for some hours
USERS_DAY = "Date.context_today"
OTHER_DAYS = ("context_today", "Date.today", "date.today", "now().date()")
MAX_FIELDS_PER_GROUP = 6
DEFAULT_PRIORITY = 16
MAX_LINES = 550
# A feature that a reader takes in at a glance. A file holds a model and its small companions; at
# the root is what we add to Odoo's models, those of one kind together.
MAX_FILES_PER_FOLDER = 16
MAX_FOLDERS = 13


def get_subclasses(cls):
    return {cls}.union(*map(get_subclasses, cls.__subclasses__()))


@tagged("post_install", "-at_install")
class TestHouse(TransactionCase):
    """Everything is where a reader looks for it, and nothing grows a second place."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = Path(get_module_path(ADDON))

    def _get_ours(self, model):
        """Return {name: record} of the external ids of this addon."""
        data = self.env["ir.model.data"].search([("module", "=", ADDON), ("model", "=", model)])
        return {line.name: self.env[model].browse(line.res_id) for line in data}

    def _get_model_files(self):
        return [path for path in self.root.glob("models/**/*.py") if path.name != "__init__.py"]

    def test_one_file_for_each_kind(self):
        for model, home in HOMES.items():
            records = etree.parse(self.root / home).findall(".//record")
            self.assertEqual({record.get("model") for record in records}, {model}, home)
            self.assertEqual(
                {record.get("id") for record in records},
                set(self._get_ours(model)),
                f"Records of {model} belong in {home}",
            )

    def test_scheduled_actions_are_explained(self):
        """Each says what it needs before it, what it writes, and how it resumes."""
        for record in etree.parse(self.root / HOMES["ir.cron"]).findall(".//record"):
            comment = record.getprevious()
            self.assertIs(comment.tag, etree.Comment, record.get("id"))
            for word in ("Needs", "Writes:", "Resumes:"):
                self.assertIn(word, comment.text, record.get("id"))

    def test_every_file_is_loaded(self):
        loaded = set(Manifest.for_addon(ADDON)["data"])
        files = {
            path.relative_to(self.root).as_posix()
            for folder in ("data", "security", "views", "wizards")
            for path in (self.root / folder).rglob("*")
            if path.suffix in (".xml", ".csv")
        }
        self.assertEqual(files, loaded)

    def test_relationship_views_have_an_order(self):
        """Without a priority of its own, a view's place depends on the order of installation.

        Below Odoo's default, so that the views of other addons come after all of ours.
        """
        views = self.env["ir.ui.view"].concat(*self._get_ours("ir.ui.view").values())
        inherited = views.filtered(
            lambda view: view.model == "client.relationship" and view.inherit_id
        )
        self.assertIn("form", inherited.mapped("type"))
        for base, extensions in inherited.grouped("inherit_id").items():
            priorities = extensions.mapped("priority")
            self.assertLess(max(priorities), DEFAULT_PRIORITY, base.name)
            self.assertEqual(len(set(priorities)), len(extensions), base.name)

    def _get_client_arch(self, kind):
        view = self.env.ref(f"client_health.client_relationship_view_{kind}")
        return etree.fromstring(view.get_combined_arch())

    def test_tabs_of_the_client(self):
        arch = self._get_client_arch("form")
        pages = arch.xpath("//sheet/notebook/page")
        self.assertEqual(
            {
                page.get("name"): page.xpath("./div[hasclass('o_client_section')]/@name")
                for page in pages
            },
            TABS,
        )
        self.assertEqual([page.get("name") for page in pages], list(TABS))
        for section in arch.xpath("//div[hasclass('o_client_section')]"):
            self.assertTrue(len(section), f"{section.get('name')} is empty")
        for name in ",".join(arch.xpath("//page/@data-count")).split(","):
            self.assertTrue(arch.xpath(f"//field[@name='{name}']"), f"{name} is not in the form")

    def test_groups_are_taken_in_at_a_glance(self):
        for group in self._get_client_arch("form").xpath("//sheet//group[not(group)]"):
            shown = group.xpath("./field[not(@invisible='1')] | ./label")
            self.assertLessEqual(len(shown), MAX_FIELDS_PER_GROUP, group.attrib)

    def test_card_and_form_have_the_same_actions(self):
        """In the same order; the first button of the form is the next step of the phase."""
        form, card = self._get_client_arch("form"), self._get_client_arch("kanban")
        buttons = form.xpath("//header/button[not(@context)]")
        first = [button for button in buttons if button.get("class") == "btn-primary"]
        others = [button for button in buttons if button not in first]
        self.assertEqual(buttons[: len(first)], first)
        self.assertEqual(
            [(button.get("name"), button.get("string")) for button in others],
            [
                (link.get("name"), link.text)
                for link in card.xpath("//t[@t-name='menu']//a[@type='object']")
            ],
        )

    def test_menus(self):
        menus = self.env["ir.ui.menu"].concat(*self._get_ours("ir.ui.menu").values())
        menus = menus.with_context(**{"ir.ui.menu.full_list": True})
        for menu in menus:
            self.assertTrue(menu.action or menu.child_id, f"{menu.complete_name} leads nowhere")
        doors = menus.filtered("action").grouped(lambda menu: (menu.parent_id, menu.action))
        for same in doors.values():
            self.assertEqual(len(same), 1, same.mapped("complete_name"))
        for parent, children in menus.grouped("parent_id").items():
            sequences = children.mapped("sequence")
            self.assertEqual(len(set(sequences)), len(children), parent.complete_name)

    def test_mixins_have_two_users(self):
        """What belongs to one model is part of that model."""
        mixins = [
            name
            for name, model in self.registry.items()
            if name.startswith("client.") and name.endswith(".mixin") and model._abstract
        ]
        self.assertTrue(mixins)
        for name in mixins:
            users = set(self.registry[name]._inherit_children) - {name}
            self.assertGreater(len(users), 1, f"{name}: {users}")

    def test_days_are_those_of_the_company(self):
        """Jobs have no time zone: there, Odoo's own "today" is the day in UTC.

        ``engine.clock.get_today`` says which day it is where a company is.
        """
        for folder in ("models", "engine", "wizards", "report"):
            for path in (self.root / folder).rglob("*.py"):
                code = path.read_text(encoding="utf-8")
                for word in OTHER_DAYS:
                    self.assertNotIn(word, code, path)

    def test_days_of_tests_are_those_of_the_company(self):
        """Else a test fails for an hour or two a day, in which nobody runs it.

        The company of ClientHealthCommon is in UTC, though not its users; what has another company
        asks ``get_today``.
        """
        for path in {*self.root.glob("tests/**/*.py")} - {Path(__file__)}:
            self.assertNotIn(USERS_DAY, path.read_text("utf-8"), path)
        others = [
            cls
            for cls in get_subclasses(TransactionCase)
            if cls.__module__.startswith(f"odoo.addons.{ADDON}.")
            and not issubclass(cls, ClientHealthCommon)
        ]
        self.assertGreater(len(others), 10)
        for cls in others:
            for word in OTHER_DAYS:
                self.assertNotIn(word, inspect.getsource(cls), cls)

    def test_the_engine_knows_what_came_in_this_second(self):
        """``clock.get_now`` has parts of a second, as stored moments do; Odoo's clock has none."""
        for path in self.root.glob("engine/**/*.py"):
            code = path.read_text(encoding="utf-8")
            self.assertNotRegex(code, r"Datetime\.now", path)
            if path.name != "clock.py":
                self.assertNotRegex(code, r"datetime\.now\(", path)

    def test_dates_are_written_in_one_way(self):
        """As in lists: “Nov 29, 2026”. Figures such as 11/12/2026 are read in two ways.

        ``tools.format_day`` for texts, the medium form for templates, and in JavaScript what lists
        use. The workbook and stored values have the form of ISO.
        """
        own_forms = {"tools.py", "engine/reading.py"}
        for path in self.root.rglob("*.py"):
            name = path.relative_to(self.root).as_posix()
            if name in own_forms or name.startswith(("report/review/", "tests/")):
                continue
            code = path.read_text(encoding="utf-8")
            for word in (r"(?<![.\w])format_date", "format_datetime", "strftime", "babel"):
                self.assertNotRegex(code, word, path)
        for path in self.root.rglob("static/src/**/*.js"):
            self.assertNotRegex(path.read_text(encoding="utf-8"), r"\bformatDate\b", path)
        for path in [*self.root.glob("data/mail_*.xml"), *self.root.glob("views/**/*.xml")]:
            code = path.read_text(encoding="utf-8")
            self.assertNotRegex(code, r"format_date\((?![^()]*'medium')", path)
            self.assertNotRegex(code, r"'widget': 'date'(?!, 'format': 'medium')", path)

    def test_a_day_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("de_DE")
        day = date(2026, 11, 29)
        self.assertEqual(format_day(self.env(context={"lang": "en_US"}), day), "Nov 29, 2026")
        self.assertEqual(format_day(self.env(context={"lang": "de_DE"}), day), "29.11.2026")
        self.assertEqual(format_day(self.env, False), "")

    def test_size_of_files(self):
        for path in self._get_model_files():
            lines = len(path.read_text(encoding="utf-8").splitlines())
            self.assertLessEqual(lines, MAX_LINES, path.name)

    def test_number_of_files(self):
        files = self._get_model_files()
        counts = Counter(path.parent for path in files)
        folders = counts.keys() - {self.root / "models"}
        for folder in folders:
            self.assertLessEqual(counts[folder], MAX_FILES_PER_FOLDER, folder.name)
        self.assertLessEqual(len(folders), MAX_FOLDERS)
        for folder in folders:
            self.assertIn(f"from . import {folder.name}\n", self._read("models/__init__.py"))

    def _read(self, name):
        return (self.root / name).read_text(encoding="utf-8")
