"""wait_for_odoo.py HOST PORT DATABASE PID LOG: until admin can log in and open the first page.

More than the login page is asked for, because that one answers even where no user can get in.
"""

import http.cookiejar
import json
import os
import sys
import time
import urllib.error
import urllib.request

PATIENCE = 180  # seconds


def log_in(host, port, database):
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
    )
    base = f"http://{host}:{port}"
    params = {"db": database, "login": "admin", "password": "admin"}
    request = urllib.request.Request(
        f"{base}/web/session/authenticate",
        json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode(),
        {"Content-Type": "application/json"},
    )
    answer = json.load(opener.open(request, timeout=60))
    if "error" in answer:
        if answer["error"]["data"]["name"] == "odoo.exceptions.AccessDenied":
            return ""  # the password was changed in the demo: fine
        return f"admin can't log in: {answer['error']['data']['message']}"
    page = opener.open(f"{base}/odoo", timeout=120)
    return "" if "web.assets_web" in page.read().decode() else f"the first page is {page.url}"


def wait(host, port, database, pid, log):
    deadline = time.monotonic() + PATIENCE
    problem = "nothing answered"
    while time.monotonic() < deadline:
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return f"Odoo ended. The end of its log:\n{tail(log)}"
        try:
            problem = log_in(host, port, database)
            return problem and f"{problem}\n{tail(log)}"
        except urllib.error.HTTPError as error:
            return f"Odoo answers {error}. The end of its log:\n{tail(log)}"
        except OSError as error:
            problem = error
        time.sleep(0.1)
    return f"{problem}; gave up after {PATIENCE} s\n{tail(log)}"


def tail(log):
    with open(log, errors="replace") as lines:
        return "".join(lines.readlines()[-15:])


sys.exit(wait(*sys.argv[1:]) or 0)
