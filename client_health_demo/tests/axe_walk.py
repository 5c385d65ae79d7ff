"""Walks screens in Chromium and lets axe look at each."""

import re
import time
from pathlib import Path

from playwright.sync_api import Error

PATIENCE = 90  # seconds, for each wait, on a machine that has much else to do
QUIET = 0.2  # seconds without a request, after which a screen counts as loaded
SIZES = {"desktop": (1366, 768), "phone": (390, 844)}
IMPACTS = ("serious", "critical")
# Best practices that we keep as well, on the pages that clients see
PORTAL_RULES = ("heading-order", "page-has-heading-one", "empty-heading")
STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")

READY = """() => {
    if (document.readyState !== "complete") return false;
    if (document.querySelector(".o_blockUI, .o_loading_indicator")) return false;
    const client = document.querySelector("body.o_web_client");
    return !client || !!document.querySelector(".o_action_manager > *");
}"""
OPEN = """async ({ action, kind, context, res_id }) => {
    const { services } = odoo.__WOWL_DEBUG__.root.env;
    services.dialog.closeAll();
    await services.action.doAction(action, {
        clearBreadcrumbs: true,
        additionalContext: context,
        ...(kind ? { viewType: kind } : {}),
        ...(res_id ? { props: { resId: res_id } } : {}),
    });
}"""
CLOSE = """() => odoo.__WOWL_DEBUG__.root.env.services.dialog.closeAll()"""
# Axe looks at what is shown, not at what is being faded in: by a stylesheet here, and by scripts,
# as Odoo's popovers are, in LOOK.
STILL = "*, ::before, ::after { transition: none !important; animation: none !important; }"
# What axe finds. ``ours`` says who wrote the element: a view or a template of ours, or Odoo, whose
# web client draws the bars, the chatter, calendars, and what is inside of fields. ``mark`` is how
# the same fault on one of Odoo's screens is known: its colours, where it is about colours, else the
# element with those of its classes that Odoo gives it, and the kind of field it stands in.
LOOK = r"""async ({ scope, rules, tags }) => {
    const options = {
        resultTypes: ["violations"],
        iframes: false,
        preload: false,
        runOnly: rules ? { type: "rule", values: rules } : { type: "tag", values: tags },
    };
    const CHROME = [
        ".o_main_navbar, .o_control_panel, .o_cp_bottom_right, .o_searchview, .o_statusbar_status",
        ".o-mail-Form-chatter, .o-mail-ChatterContainer, .o-mail-Chatter, .o-mail-Activity",
        ".o_calendar_container, .o_pivot, .o_graph_renderer, .o_activity_view thead",
        ".o_kanban_header, .o_list_controller thead, .o_optional_columns_dropdown",
        ".o_datetime_picker, .o_notification_manager, .o_bottom_sheet_handle, .o-tooltip",
    ].join(", ");
    const isOurs = (rule, element) => {
        if (!element) {
            return true;
        }
        const own = element.closest("[class*='o_client']");
        const chrome = element.closest(CHROME);
        const field = element.closest(".o_field_widget");
        if (chrome && !(own && chrome.contains(own))) {
            return false;
        }
        if (!field || (own && field.contains(own)) || element.matches("button[name][type]")) {
            return true;
        }
        // a field has a label unless a view forgets it, and the colours that a view gives it
        const isLabelled = rule === "label" && !element.closest(".o_list_renderer");
        return isLabelled || rule === "color-contrast";
    };
    const OF_VIEWS = /client|_modifier$|^(m|p)[tbsexy]?-|\d{2,}|active|focus|show/;
    const core = (element) =>
        [element.tagName.toLowerCase(), ...element.classList]
            .filter((name) => !OF_VIEWS.test(name))
            .sort()
            .join(".");
    const getMark = (rule, node, element) => {
        const data = node.any[0]?.data;
        if (rule === "color-contrast" && data?.fgColor) {
            return `${data.fgColor} on ${data.bgColor}`;
        }
        if (!element) {
            return node.target.join(" ");
        }
        const field = element.closest(".o_field_widget");
        return field && field !== element ? `${core(field)} ${core(element)}` : core(element);
    };
    const find = (target) => {
        try {
            return document.querySelector(target);
        } catch {
            return null; // within a shadow root
        }
    };
    const isEnding = (animation) =>
        animation.playState === "running" &&
        Number.isFinite(animation.effect.getComputedTiming().endTime);
    const endings = document.getAnimations().filter(isEnding);
    await Promise.allSettled(endings.map((animation) => animation.finished));
    // what lies under a dialog can't be reached, and is looked at by itself
    const dialog = [...document.querySelectorAll(".o_dialog .modal-dialog")].at(-1);
    const found = await axe.run(scope || dialog || document, { ...options, elementRef: true });
    return found.violations.flatMap(({ id, impact, nodes }) =>
        nodes.map((node) => {
            const target = node.target.flat().join(" ");
            // an icon of the chatter may be drawn anew by now
            const element = node.element || find(target);
            const checks = [...node.any, ...node.all, ...node.none];
            return {
                rule: id,
                impact,
                target,
                html: node.html.slice(0, 300),
                ours: isOurs(id, element),
                mark: getMark(id, node, element),
                says: checks[0]?.message || "",
            };
        })
    );
}"""
# Words in Odoo's own classes, on the ground of its own screens: a palette of what is its own.
PALETTE = """() => {
    for (const tone of ["muted", "success", "info", "warning", "danger", "primary"]) {
        for (const [tag, name] of [["span", `text-${tone}`], ["b", `badge text-bg-${tone}`]]) {
            const words = document.createElement(tag);
            words.className = name;
            words.textContent = "Words";
            document.querySelector(".o_list_renderer, .o_form_sheet, #wrap").prepend(words);
        }
    }
}"""
LINKS = "() => [...document.querySelectorAll('a[href]')].map((a) => a.pathname)"


def get_axe(folder):
    return (Path(folder) / "node_modules/axe-core/axe.min.js").read_text()


class Walk:
    """One browser window in one theme and size; ``findings`` holds what axe found.

    :param axe: the script
    :param rules: only these rules of axe; None: all of the standards
    """

    def __init__(self, browser, base, theme, size, axe, rules=None):
        width, height = SIZES[size]
        self.base = base
        self.label = f"{theme}, {size}"
        self.axe = axe
        self.rules = rules
        self.findings = []
        self.screens = []
        self.failures = []
        self.pending = set()
        self.last_traffic = time.monotonic()
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            is_mobile=size == "phone",
            has_touch=size == "phone",
            color_scheme=theme,
            reduced_motion="reduce",
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE * 1000)
        self.page.on("request", self._note_start)
        self.page.on("requestfinished", self._note_end)
        self.page.on("requestfailed", self._note_end)
        self.page.on("dialog", lambda dialog: dialog.accept())

    def _note_start(self, request):
        # The end of a worker's script is told to the worker, not to the page.
        if "websocket_worker" not in request.url:
            self.pending.add(request)
            self.last_traffic = time.monotonic()

    def _note_end(self, request):
        self.pending.discard(request)
        self.last_traffic = time.monotonic()

    def settle(self):
        """Wait until the screen is there and asks for nothing more."""
        self.page.wait_for_timeout(60)  # for what was pressed to ask for something
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            quiet = time.monotonic() - self.last_traffic > QUIET
            if quiet and not self.pending and self.page.evaluate(READY):
                return
            self.page.wait_for_timeout(40)
        self.failures.append(f"still busy after {PATIENCE} s: {self.page.url}")

    def log_in(self, database, login, password):
        params = {"db": database, "login": login, "password": password}
        answer = self.context.request.post(
            f"{self.base}/web/session/authenticate",
            data={"jsonrpc": "2.0", "method": "call", "params": params},
            timeout=2 * PATIENCE * 1000,
        ).json()
        assert "error" not in answer, answer
        self.user_id = answer["result"]["uid"]

    def choose_theme(self, theme):
        """As the user does it with web_dark_mode."""
        values = {"dark_mode": theme == "dark", "dark_mode_device_dependent": False}
        params = {"model": "res.users", "method": "write", "kwargs": {}}
        answer = self.context.request.post(
            f"{self.base}/web/dataset/call_kw",
            data={
                "jsonrpc": "2.0",
                "method": "call",
                "params": {**params, "args": [[self.user_id], values]},
            },
        ).json()
        assert answer.get("result"), answer

    def is_dark(self):
        colour = self.page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(map(int, re.findall(r"\d+", colour)[:3])) < 3 * 128

    def get_path(self):
        """Return the path of the page that is shown."""
        return "/" + self.page.url.removeprefix(self.base).lstrip("/")

    def go(self, path):
        """Open a page by its address; return the answer's status."""
        answer = self.page.goto(self.base + path)
        self.settle()
        self.page.evaluate(self.axe)
        self.page.add_style_tag(content=STILL)
        return answer.status

    def look(self, screen, scope=None, rules=None):
        """Let axe look at what is shown."""
        self.screens.append(screen)
        found = self.page.evaluate(
            LOOK, {"scope": scope, "rules": rules or self.rules, "tags": STANDARDS}
        )
        for one in found:
            if one["impact"] in IMPACTS or rules:
                self.findings.append({**one, "screen": screen, "label": self.label})

    def take_findings(self):
        """Return what was found since the last time."""
        found, self.findings = self.findings, []
        return found

    # Odoo's web client

    def open(self, screen):
        """Open a screen of ScreenList; a refusal in words is a window to look at, too."""
        self.page.evaluate(OPEN, screen)
        self.settle()

    def visit(self, screen):
        try:
            self.open(screen)
            self.look(screen["name"])
            if not screen["is_window"] and screen["kind"] == "form":
                self.visit_tabs(screen)
        except Error as error:
            self.failures.append(f"{screen['name']}: {error.message[:600]}")
        self.page.evaluate(CLOSE)

    def look_at_palette(self, screen):
        self.open(screen)
        self.page.evaluate(PALETTE)
        self.look("palette")

    def visit_tabs(self, screen):
        tabs = self.page.locator(".o_form_view .o_notebook_headers .nav-link:not(.active)")
        for name in [tab.inner_text() for tab in tabs.all()]:
            self.page.locator(f".o_notebook_headers .nav-link:text-is('{name}')").first.click()
            self.settle()
            self.look(f"{screen['name']}, tab {name}", scope=".o_notebook_content")

    def visit_popover(self):
        """What a score explains, on a fresh page: a popover, on a phone a sheet."""
        self.go("/odoo/action-client_health.client_relationship_action")
        self.page.locator(".o_client_health").first.click()
        self.page.locator(".o_client_health_explanation").wait_for()
        self.settle()
        self.look("score, explained")

    # Pages of the portal

    def crawl(self, start, routes):
        """Look at each page of the routes that links lead to; return their addresses."""
        patterns = [get_pattern(route) for route in routes]
        waiting, seen = [*start], set()
        while waiting:
            path = waiting.pop(0)
            if path in seen:
                continue
            seen.add(path)
            if self.visit_page(path) >= 500:
                self.failures.append(f"{path}: an error of the server")
            links = self.page.evaluate(LINKS)
            waiting += [
                link
                for link in dict.fromkeys(links)
                if any(pattern.fullmatch(link) for pattern in patterns)
            ]
        return seen

    def visit_page(self, path):
        status = self.go(path)
        name = re.sub(r"[\w-]{20,}", "KEY", path)
        self.look(name)
        self.look(name, scope="#wrap", rules=PORTAL_RULES)
        return status


def get_pattern(route):
    return re.compile(re.sub(r"<[^>]+>", "[^/]+", route))


def select_ours(findings, core):
    """Leave out what Odoo wrote, and what its own screens have as well: the same rule and mark."""
    known = {(one["rule"], one["mark"]) for one in core}
    return [one for one in findings if one["ours"] and (one["rule"], one["mark"]) not in known]
