"""Takes a screenshot with headless Chromium, over the DevTools protocol. See script/shot."""

import argparse
import base64
import itertools
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket

PATIENCE = 30  # seconds, for each wait
QUIET = 0.35  # seconds without a request, after which a page counts as idle

# What a page shows while it is not yet there.
READY = """(() => {
    if (document.readyState !== "complete") return false;
    if (document.querySelector(".o_blockUI, .o_loading_indicator")) return false;
    const client = document.querySelector("body.o_web_client");
    return !client || !!document.querySelector(".o_action_manager > *, .o_home_menu");
})()"""

# CSS, with :contains(TEXT) at the end as in tours; the first one that is visible.
FIND = """((selector) => {
    const [, css, text] = selector.match(/^(.*?)(?::contains\\(["']?(.*?)["']?\\))?$/s);
    const found = [...document.querySelectorAll(css || "*")].filter(
        (node) => !text || node.textContent.includes(text)
    );
    const visible = found.filter((node) => node.getClientRects().length);
    return text && !css ? visible.at(-1) : visible[0];
})(%s)"""


class Page:
    """One tab, driven over its web socket."""

    def __init__(self, address):
        self.socket = websocket.create_connection(address, timeout=PATIENCE, suppress_origin=True)
        self.numbers = itertools.count(1)
        self.pending = set()
        self.last_traffic = time.monotonic()
        self.errors = []

    def call(self, method, **params):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = self.receive(PATIENCE)
            if message.get("id") == number:
                if "error" in message:
                    sys.exit(f"{method}: {message['error']['message']}")
                return message["result"]

    def receive(self, timeout):
        self.socket.settimeout(timeout)
        message = json.loads(self.socket.recv())
        self.note(message.get("method"), message.get("params", {}))
        return message

    def note(self, event, params):
        if event == "Network.requestWillBeSent":
            # The end of a worker's script is told to the worker, not to the page.
            if "websocket_worker" in params["request"]["url"]:
                return
            self.pending.add(params["requestId"])
            self.last_traffic = time.monotonic()
        elif event in ("Network.loadingFinished", "Network.loadingFailed"):
            self.pending.discard(params["requestId"])
            self.last_traffic = time.monotonic()
        elif event == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description") or details["text"])
        elif event == "Page.javascriptDialogOpening":
            self.socket.send(
                '{"id": 0, "method": "Page.handleJavaScriptDialog", "params": {"accept": true}}'
            )

    def listen(self, seconds):
        """Read what comes in, for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                self.receive(left)
            except websocket.WebSocketTimeoutException:
                return

    def evaluate(self, code):
        result = self.call(
            "Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            sys.exit(
                f"JavaScript: {details.get('exception', {}).get('description', details['text'])}"
            )
        return result["result"].get("value")

    def until(self, condition, what):
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                return what
            self.listen(0.05)
        return None

    def settle(self):
        """Wait until the page is there and asks for nothing more."""

        def is_idle():
            quiet = time.monotonic() - self.last_traffic > QUIET
            return quiet and not self.pending and self.evaluate(READY)

        problem = self.until(is_idle, "The page is still busy")
        if problem:
            print(f"{problem} after {PATIENCE} s; taking it as it is.", file=sys.stderr)

    def wait_for(self, selector):
        found = f"!!{FIND % json.dumps(selector)}"
        problem = self.until(lambda: self.evaluate(found), f"Nothing visible matches {selector}")
        if problem:
            self.errors.append(problem)

    def click(self, selector):
        self.wait_for(selector)
        spot = self.evaluate(
            f"""(() => {{
                const node = {FIND % json.dumps(selector)};
                node?.scrollIntoView({{block: "center", inline: "center"}});
                const box = node?.getBoundingClientRect();
                return box && {{x: box.x + box.width / 2, y: box.y + box.height / 2}};
            }})()"""
        )
        if spot:
            self.call("Input.dispatchMouseEvent", type="mouseMoved", **spot)
            for kind in ("mousePressed", "mouseReleased"):
                self.call(
                    "Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **spot
                )

    def fill(self, selector, text):
        self.click(selector)
        self.evaluate("document.activeElement.select?.()")
        self.call("Input.insertText", text=text)

    def do(self, kind, value):
        if kind == "click":
            self.click(value)
        elif kind == "wait":
            self.wait_for(value)
        elif kind == "fill":
            selector, _, text = value.rpartition("=")
            self.fill(selector, text)
        else:
            outcome = self.evaluate(value)
            if outcome is not None:
                print(outcome)
        self.settle()


def open_browser(browser, folder, width, height):
    command = [
        browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--hide-scrollbars", "--no-first-run", "--disable-extensions", "--disable-component-update",
        "--disable-background-networking", "--disable-sync", "--disable-quic", "--mute-audio",
        "--force-color-profile=srgb", "--remote-debugging-port=0", f"--user-data-dir={folder}",
        f"--window-size={width},{height}", "about:blank",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    port_file = Path(folder, "DevToolsActivePort")
    end = time.monotonic() + PATIENCE
    while not (port_file.exists() and port_file.read_text().count("\n")):
        if process.poll() is not None or time.monotonic() > end:
            sys.exit(f"{browser} doesn't start. Try: {browser} --headless --no-sandbox about:blank")
        time.sleep(0.02)
    return process, int(port_file.read_text().split()[0])


def page_address(port):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    targets = json.load(opener.open(f"http://127.0.0.1:{port}/json/list"))
    return next(t["webSocketDebuggerUrl"] for t in targets if t["type"] == "page")


def log_in(base, database, login):
    """A session's cookie, as the login form would give it."""
    params = {"db": database, "login": login, "password": login}
    request = urllib.request.Request(
        f"{base}/web/session/authenticate",
        json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode(),
        {"Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        response = opener.open(request, timeout=60)
    except OSError as error:
        sys.exit(f"The demo doesn't answer ({error}). Start it:  script/demo --detach")
    answer = json.load(response)
    if "error" in answer:
        sys.exit(f"{login}/{login} can't log in: {answer['error']['data']['message']}")
    cookies = response.headers.get_all("Set-Cookie") or []
    return next(c.split(";")[0].partition("=")[2] for c in cookies if c.startswith("session_id="))


def set_up(page, options):
    for domain in ("Network", "Page", "Runtime"):
        page.call(f"{domain}.enable")
    size = {"width": options.width, "height": options.height}
    page.call(
        "Emulation.setDeviceMetricsOverride",
        **size, deviceScaleFactor=options.scale, mobile=options.mobile,
    )  # fmt: skip
    if options.mobile:
        page.call("Emulation.setTouchEmulationEnabled", enabled=True)
    cookies = {"color_scheme": "dark"} if options.dark else {}
    if options.login:
        cookies["session_id"] = log_in(options.base, options.database, options.login)
    for name, value in cookies.items():
        page.call("Network.setCookie", name=name, value=value, url=options.base)


def take(options):
    url = options.url if "://" in options.url else options.base + options.url
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process, port = open_browser(options.browser, folder, options.width, options.height)
        try:
            page = Page(page_address(port))
            set_up(page, options)
            failure = page.call("Page.navigate", url=url).get("errorText")
            if failure:
                sys.exit(f"{url} can't be opened: {failure}")
            page.settle()
            for kind, value in options.steps or []:
                page.do(kind, value)
            picture = page.call("Page.captureScreenshot", format="png")["data"]
        finally:
            process.terminate()
            process.wait()
    Path(options.out).write_bytes(base64.b64decode(picture))
    return page.errors


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("out")
    for name in ("browser", "base", "database"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--login", default="admin")
    parser.add_argument("--width", type=int)
    parser.add_argument("--height", type=int)
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--mobile", action="store_true")
    parser.add_argument("--dark", action="store_true")
    for name in ("wait", "click", "fill", "js"):
        step = lambda value, name=name: (name, value)  # noqa: E731
        parser.add_argument(f"--{name}", action="append", type=step, dest="steps")
    options = parser.parse_args()
    width, height = (390, 844) if options.mobile else (1400, 900)
    options.width = options.width or width
    options.height = options.height or height
    return options


if __name__ == "__main__":
    arguments = parse()
    problems = take(arguments)
    for problem in problems:
        print(f"ERROR on the page: {problem}", file=sys.stderr)
    print(arguments.out)
    sys.exit(bool(problems))
