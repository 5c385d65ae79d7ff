"""Takes a screenshot of a page, with Playwright and the machine's own Chromium. See script/shot."""

import argparse
import re
import sys
import time

from playwright.sync_api import Error, TimeoutError, sync_playwright

PATIENCE = 30  # seconds, for each wait
QUIET = 0.35  # seconds without a request, after which a page counts as idle

# What a page shows while it is not yet there.
READY = """() => {
    if (document.readyState !== "complete") return false;
    if (document.querySelector(".o_blockUI, .o_loading_indicator")) return false;
    const client = document.querySelector("body.o_web_client");
    return !client || !!document.querySelector(".o_action_manager > *, .o_home_menu");
}"""


class Shot:
    """One page, and what went wrong on it."""

    def __init__(self, page):
        self.page = page
        self.pending = set()
        self.last_traffic = time.monotonic()
        self.errors = []
        page.set_default_timeout(PATIENCE * 1000)
        page.on("request", self.note_start)
        page.on("requestfinished", self.note_end)
        page.on("requestfailed", self.note_end)
        page.on("pageerror", lambda error: self.errors.append(error.stack or error.message))
        page.on("dialog", lambda dialog: dialog.accept())

    def note_start(self, request):
        # The end of a worker's script is told to the worker, not to the page.
        if "websocket_worker" not in request.url:
            self.pending.add(request)
            self.last_traffic = time.monotonic()

    def note_end(self, request):
        self.pending.discard(request)
        self.last_traffic = time.monotonic()

    def settle(self):
        """Wait until the page is there and asks for nothing more."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            quiet = time.monotonic() - self.last_traffic > QUIET
            if quiet and not self.pending and self.page.evaluate(READY):
                return
            self.page.wait_for_timeout(50)
        print(f"The page is still busy after {PATIENCE} s; taking it as it is.", file=sys.stderr)

    def find(self, selector):
        """The first visible match of a CSS selector, with :contains(TEXT) as in tours."""
        selector = re.sub(r":contains\([\"']?(.*?)[\"']?\)", r':has-text("\1")', selector)
        if selector.startswith(":has-text"):
            selector = selector.replace(":has-text", ":text", 1)
        return self.page.locator(selector).filter(visible=True).first

    def do(self, kind, value):
        if kind == "js":
            outcome = self.page.evaluate(value)
            if outcome is not None:
                print(outcome)
        elif kind == "fill":
            selector, _, text = value.rpartition("=")
            self.find(selector).fill(text)
        elif kind == "click":
            self.find(value).click()
        else:
            self.find(value).wait_for()
        self.settle()

    def try_to_do(self, kind, value):
        try:
            self.do(kind, value)
        except TimeoutError as error:
            self.errors.append(f"--{kind} {value}: {error.message.splitlines()[0]}")


def log_in(context, options):
    """The session's cookie stays with the context, as after the login form."""
    params = {"db": options.database, "login": options.login, "password": options.login}
    try:
        answer = context.request.post(
            f"{options.base}/web/session/authenticate",
            data={"jsonrpc": "2.0", "method": "call", "params": params},
            timeout=2 * PATIENCE * 1000,
        ).json()
    except Error as error:
        sys.exit(f"The demo doesn't answer ({error.message}). Start it:  script/demo --detach")
    if "error" in answer:
        sys.exit(f"{options.login} can't log in: {answer['error']['data']['message']}")


def open_context(browser, options):
    context = browser.new_context(
        viewport={"width": options.width, "height": options.height},
        device_scale_factor=options.scale,
        is_mobile=options.phone,
        has_touch=options.phone,
        color_scheme="dark" if options.dark else "light",
    )
    if options.dark:
        # Odoo's own switch; its server chooses the stylesheet by it.
        context.add_cookies([{"name": "color_scheme", "value": "dark", "url": options.base}])
    if options.login:
        log_in(context, options)
    return context


def take(options):
    url = options.url if "://" in options.url else options.base + options.url
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=options.browser,
            chromium_sandbox=False,  # there is none for root, nor in most containers
            args=["--force-color-profile=srgb", "--disable-quic"],
        )
        shot = Shot(open_context(browser, options).new_page())
        try:
            shot.page.goto(url)
        except Error as error:
            sys.exit(f"{url} can't be opened: {error.message.splitlines()[0]}")
        shot.settle()
        for kind, value in options.steps or []:
            shot.try_to_do(kind, value)
        shot.page.screenshot(path=options.out, full_page=options.full)
        browser.close()
    return shot.errors


def parse():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("url")
    parser.add_argument("out")
    for name in ("browser", "base", "database"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--login", default="admin")
    parser.add_argument("--width", type=int)
    parser.add_argument("--height", type=int)
    parser.add_argument("--scale", type=float)
    parser.add_argument("--phone", "--mobile", action="store_true")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--full", action="store_true")
    for name in ("wait", "click", "fill", "js"):
        step = lambda value, name=name: (name, value)  # noqa: E731
        parser.add_argument(f"--{name}", action="append", type=step, dest="steps")
    options = parser.parse_args()
    width, height, scale = (390, 844, 2) if options.phone else (1400, 900, 1)
    options.width = options.width or width
    options.height = options.height or height
    options.scale = options.scale or scale
    return options


if __name__ == "__main__":
    arguments = parse()
    problems = take(arguments)
    for problem in problems:
        print(f"ERROR on the page: {problem}", file=sys.stderr)
    print(arguments.out)
    sys.exit(bool(problems))
