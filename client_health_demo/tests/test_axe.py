import json
import os
import resource
import shutil
import socket
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

from odoo.tests import tagged
from odoo.tools import config

from odoo.addons.client_health.tests.common_process import ProcessCase

from .axe_walk import SIZES, Walk, get_axe, get_pattern, select_ours

PATIENCE = 180  # seconds, for the server to start
MARK = "SCREENS "
DESCRIBE = f"""
import json
from odoo.addons.client_health_demo.tests.axe_screens import describe
print({MARK!r} + json.dumps(describe(env)))
env.cr.commit()
"""
# Odoo draws graphs, pivots and calendars by itself: what is ours in them is seen on a desktop. In
# dark colours a phone differs from that only where templates of ours do: on boards and own pages.
PHONE_KINDS = {"light": ("kanban", "list", "form", None), "dark": ("kanban", None)}
CORE_PAGES = ("/my", "/my/tasks", "/my/invoices", "/my/quotes", "/my/account")
# Themes have their colours, and nothing else of their own.
DARK_RULES = ["color-contrast"]
# A button of a view of ours that nobody can read
BAD = """(parent) => {
    const button = document.createElement("button");
    button.innerHTML = '<i class="fa fa-heart" />';
    document.querySelector(parent).append(button);
}"""
FOCUS = "(place) => Boolean(document.activeElement.closest(place))"
PALE = """(parent) => {
    const words = document.createElement("p");
    words.style = "color: #777; background: #888";
    words.textContent = "Who reads this?";
    document.querySelector(parent).append(words);
}"""


@tagged("post_install", "-at_install", "slow")
class TestAxe(ProcessCase):
    """axe finds nothing serious on any screen of ours, in both themes, on desktop and phone.

    A server of its own has the story and OCA's web_dark_mode, the dark colours of Odoo's community
    edition. What Odoo's own screens have as well is Odoo's, and so is what it draws in ours.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        node, dark = (os.environ.get(f"CLIENT_HEALTH_{name}") for name in ("NODE", "DARK_ADDONS"))
        assert node and dark, "Needs axe and web_dark_mode: run by script/test --slow."
        cls.axe = get_axe(node)
        cls.database = cls._copy_database("story")
        cls._copy_files()
        log = cls._run_code(cls.database, DESCRIBE)
        line = next(line for line in log.splitlines() if line.startswith(MARK))
        cls.screens = json.loads(line.removeprefix(MARK))
        addons = ",".join([*config["addons_path"], dark])
        paths = (f"--addons-path={addons}", "--log-level=warn")
        cls._run(cls.database, "-i", "web_dark_mode", "--stop-after-init", "--no-http", *paths)
        cls.base = cls._serve(*paths)
        cls.browser = cls._start_browser()

    @classmethod
    def _copy_files(cls):
        """Give the copy the files of the story's database, such as pictures and stylesheets."""
        template = os.environ.get(cls.TEMPLATES["story"])
        folder = Path(os.environ.get("CLIENT_HEALTH_DATA_DIR") or config["data_dir"]) / "filestore"
        cls.addClassCleanup(shutil.rmtree, folder / cls.database, ignore_errors=True)
        if template and (folder / template).is_dir():
            # files are never changed once stored, so links do
            shutil.copytree(folder / template, folder / cls.database, copy_function=os.link)

    @classmethod
    def _serve(cls, *arguments):
        """Start a server, and return its address once it answers."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        process = cls._start(
            cls.database,
            "--http-interface=127.0.0.1",
            f"--http-port={port}",
            "--max-cron-threads=0",
            f"--logfile={Path(folder) / 'odoo.log'}",
            *arguments,
        )
        cls.addClassCleanup(cls._kill, process)
        base = f"http://127.0.0.1:{port}"
        end = time.monotonic() + PATIENCE
        while not cls._answers(base):
            assert time.monotonic() < end, "The server doesn't answer."
            time.sleep(0.25)
        return base

    @staticmethod
    def _answers(base):
        try:
            with urllib.request.urlopen(f"{base}/web/login", timeout=PATIENCE):
                return True
        except (urllib.error.URLError, ConnectionError):
            return False

    @classmethod
    def _start_browser(cls):
        """Start Chromium without the limit of memory that Odoo sets for itself."""
        limits = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, limits[1]))
        try:
            playwright = cls.enterClassContext(sync_playwright())
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CLIENT_HEALTH_BROWSER") or shutil.which("chromium"),
                chromium_sandbox=False,  # there is none for root, nor in most containers
            )
        finally:
            resource.setrlimit(resource.RLIMIT_AS, limits)
        cls.addClassCleanup(browser.close)
        return browser

    def _open(self, theme, size, login="admin", **options):
        """Return a walk of a user that has logged in."""
        walk = Walk(self.browser, self.base, theme, size, self.axe, **options)
        self.addCleanup(walk.context.close)
        if login:
            walk.log_in(self.database, login, login)
        return walk

    def _open_client(self, theme, size):
        rules = DARK_RULES if theme == "dark" else None
        walk = self._open(theme, size, rules=rules)
        walk.choose_theme(theme)
        walk.go("/odoo/crm")
        self.assertEqual(walk.is_dark(), theme == "dark")
        return walk

    def _choose_screens(self, kind, theme, size):
        """Return what is walked: all where it is seen best, elsewhere what may look different."""
        screens = self.screens[kind]
        if size == "phone":
            screens = [one for one in screens if one["kind"] in PHONE_KINDS[theme]]
        if (theme, size) != ("light", "desktop"):
            screens = [one for one in screens if not one["is_variant"]]
        return screens

    def _walk_client(self, theme):
        """Walk the screens of Odoo and ours in the web client; return what of it is ours."""
        core, ours, failures, looked = [], [], [], 0
        for size in SIZES:
            walk = self._open_client(theme, size)
            for screen in self._choose_screens("core", theme, size):
                walk.visit(screen)
            for kind in ("list", "form"):
                example = next(one for one in self.screens["core"] if one["kind"] == kind)
                walk.look_at_palette(example)
            core += walk.take_findings()
            for screen in self._choose_screens("ours", theme, size):
                walk.visit(screen)
            walk.visit_popover()
            ours += walk.take_findings()
            failures += walk.failures
            looked += len(walk.screens)
        # the registry gives them, and it is not empty
        self.assertGreater(len(self.screens["ours"]), 100)
        self.assertGreater(looked, 200)
        return select_ours(ours, core), failures

    def _assert_clean(self, found, failures):
        self.assertFalse(failures, "\n".join(failures))
        lines = {
            f"{one['rule']} ({one['mark']}) in {one['screen']}, {one['label']}:\n"
            f"    {one['html']}\n    {one['says']}"
            for one in found
        }
        self.assertFalse(found, f"{len(found)} findings:\n" + "\n".join(sorted(lines)))

    def test_light(self):
        self._assert_clean(*self._walk_client("light"))

    def test_dark(self):
        self._assert_clean(*self._walk_client("dark"))

    def _walk_portal(self, theme, size):
        """Walk what clients see, by login and by the links of mails; return what Odoo's pages
        have, what ours have, failures, and the addresses."""
        walk = self._open(theme, size, login="harbour")
        for path in CORE_PAGES:
            walk.visit_page(path)
        core = walk.take_findings()
        routes = [one.replace("<int:page>", "1") for one in self.screens["routes"]]
        paths = [route for route in routes if "<" not in route]
        visited = walk.crawl(paths, self.screens["routes"])
        guest = self._open(theme, size, login=None)
        for link in self.screens["links"]:
            guest.visit_page(link)
            visited |= {link, guest.get_path()}
        staff = self._open(theme, size)
        for link in self.screens["staff"]:
            staff.visit_page(link)
            visited.add(link)
        found = [finding for one in (walk, guest, staff) for finding in one.take_findings()]
        return core, found, [*walk.failures, *guest.failures, *staff.failures], visited

    def test_portal(self):
        """No page of ours that clients see is left out."""
        core, found, failures, visited = [], [], [], set()
        for theme in ("light", "dark"):
            for size in SIZES:
                walked = self._walk_portal(theme, size)
                core += walked[0]
                found += walked[1]
                failures += walked[2]
                visited |= walked[3]
        self._assert_clean(select_ours(found, core), failures)
        self.assertGreater(len(visited), 10)
        missed = [
            route
            for route in self.screens["routes"]
            if not any(get_pattern(route).fullmatch(path.partition("?")[0]) for path in visited)
        ]
        self.assertFalse(missed)

    def test_bad_screens_are_found(self):
        """A button without a name and pale words are found: in the client and on a page."""
        client = self._open_client("light", "desktop")
        board = next(one for one in self.screens["ours"] if one["kind"] == "kanban")
        page = self._open("light", "phone", login="harbour")
        client.open(board)
        page.go("/my/results")
        for walk, parent in ((client, ".o_kanban_record"), (page, "#wrap")):
            walk.look("before")
            known = walk.take_findings()
            walk.page.evaluate(BAD, parent)
            walk.page.evaluate(PALE, parent)
            walk.look("after")
            found = select_ours(walk.take_findings(), known)
            self.assertEqual(
                {(one["rule"], one["ours"]) for one in found},
                {("button-name", True), ("color-contrast", True)},
            )

    def test_score_by_keyboard(self):
        """Enter and Space open it on board and list, and nothing else; Esc leads back to it."""
        walk = self._open_client("light", "desktop")
        page = walk.page
        for kind in ("kanban", "list"):
            walk.open({"action": "client_health.client_relationship_action", "kind": kind})
            address = page.url
            for key in ("Enter", "Space"):
                score = page.locator(".o_client_health").first
                score.focus()
                page.keyboard.press(key)
                dialog = page.get_by_role("dialog", name=": health")
                dialog.wait_for()
                page.wait_for_function(FOCUS, arg=".o_client_health_explanation")
                page.keyboard.press("Escape")
                dialog.wait_for(state="detached")
                page.wait_for_function(FOCUS, arg=".o_client_health")
                self.assertEqual(page.url, address, f"{kind}, {key}")
