"""Makes a run of pytest fail for what pytest alone would pass over.

* a warning or an error that the addon caused in Odoo's log, at its install or during a test;
* an HTTP or browser test that was skipped, for want of a browser for example;
* a test that would run neither with ``--slow`` nor without it.

A class tagged "slow" (``@tagged("slow")``, of odoo.tests) runs only with ``--slow``. Tests whose
examples Hypothesis makes up run both ways, with ``--slow`` on many more examples.

Three things that Odoo and pytest-odoo leave to chance are settled here: how long a browser may take
to start (start_browser_patiently), how long its requests wait for each other (wait_for_requests),
and whose files a worker clears away (own_filestore).

Where the database goes away with the run (CLIENT_HEALTH_THROWAWAY, of script/test), the users that
nearly all test classes need are made once (cast), and not by each class.

A test that provokes a log line on purpose says so: ``mute_logger("odoo.http")`` and
``assertLogs("odoo.addons.client_health")`` keep it from here, because both put their own
handler in the place of those further up.
"""

import logging
import os
import re
import shutil
import unittest
from pathlib import Path

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

# Examples per test of Hypothesis. How long one takes says how busy the machine is, and nothing
# about the addon.
EXAMPLES = {"quick": 100, "slow": 1000}
for name, count in EXAMPLES.items():
    settings.register_profile(
        name,
        max_examples=count,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )

NAMES_ADDON = re.compile(r"\bclient_health(_demo)?\b")
NAMES_TESTS = re.compile(r"\bclient_health(_demo)?[./]tests\b")
LOG_LINE = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ (WARNING|ERROR|CRITICAL) ")
# The folder of the clone may be called like the addon.
ROOT = str(Path(__file__).parent)
BROWSER_START = 30  # seconds
REQUEST_WAIT = 60  # seconds

problems = []


class AddonRecords(logging.Handler):
    """Collects what the addon logs, or what is logged about it."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.setFormatter(logging.Formatter())

    def emit(self, record):
        # What a test case logs itself (its browser's console, for one) is its own affair.
        if NAMES_TESTS.search(record.name):
            return
        text = self.format(record)
        caller = NAMES_TESTS.sub("", record.pathname)
        where = f"{record.name} {caller} {text}".replace(ROOT, "")
        if NAMES_ADDON.search(where):
            test = os.environ.get("PYTEST_CURRENT_TEST", "no test")
            problems.append(
                f"{record.levelname} in the log of {record.name}, during {test}:\n{text}"
            )


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="Run the slow tests, and only those.")


def pytest_configure(config):
    # Before the tests are read: a test takes the profile that is loaded by then.
    settings.load_profile("slow" if config.getoption("slow") else "quick")
    logging.getLogger().addHandler(AddonRecords())
    log = os.environ.get("CLIENT_HEALTH_INSTALL_LOG")
    if log:
        problems.extend(install_problems(Path(log)))


def is_slow(item):
    return item.get_closest_marker("slow") is not None


def runs_quick(item):
    return not is_slow(item)


def runs_slow(item):
    return is_slow(item) or is_hypothesis_test(getattr(item, "obj", None))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    for item in items:
        if "slow" in getattr(getattr(item, "cls", None), "test_tags", ()):
            item.add_marker("slow")
    problems.extend(
        f"Runs neither with --slow nor without it: {item.nodeid}"
        for item in items
        if not (runs_quick(item) or runs_slow(item))
    )
    runs = runs_slow if config.getoption("slow") else runs_quick
    left_out = [item for item in items if not runs(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    # Browsers first, as the longest classes: at the end, one worker would wait for the other.
    items[:] = sorted((item for item in items if runs(item)), key=needs_server, reverse=True)


def pytest_collection_finish():
    start_browser_patiently()
    wait_for_requests()
    leave_heap_alone()


def start_browser_patiently():
    """Lets Odoo's ChromeBrowser wait 30 s for its start, and start a second time.

    Odoo waits 10 s and then skips the test, which fails a run of ours; a machine that has much
    else to do, or that has never run the browser before, takes longer now and then.
    """
    from odoo.tests import common  # Odoo is set up by pytest-odoo, later than this file is read

    spawn = common.ChromeBrowser._spawn_chrome

    def spawn_twice(browser, command):
        try:
            return spawn(browser, command)
        except unittest.SkipTest:
            # Odoo has removed the profile, in which the browser's log goes as well.
            Path(browser.user_data_dir).mkdir(exist_ok=True)
            return spawn(browser, command)

    common.CHECK_BROWSER_ITERATIONS = round(BROWSER_START / common.CHECK_BROWSER_SLEEP)
    common.ChromeBrowser._spawn_chrome = spawn_twice


def wait_for_requests():
    """Lets a page's requests wait longer for each other than Odoo's 20 s.

    A test has one transaction for all of them. Who waited too long gets an error for an answer.
    """
    from odoo.tests import common  # late, like above

    common.BaseCase.test_cursor_lock_timeout = REQUEST_WAIT


def leave_heap_alone():
    """Spares each browser test a third of a second at its end, when the page clears its memory.

    Odoo asks for that to log how much is left, which nobody reads here.
    """
    from odoo.tests import common  # late, like above

    send = common.ChromeBrowser._websocket_send

    def send_cheaply(browser, method, **options):
        if method == "HeapProfiler.collectGarbage":
            method = "Runtime.getHeapUsage"
        return send(browser, method, **options)

    common.ChromeBrowser._websocket_send = send_cheaply


@pytest.fixture(scope="session", autouse=True)
def own_filestore(load_registry):
    """Give a worker of pytest-xdist files of its own.

    pytest-odoo lets all of them use those of the database that theirs are copies of; but after
    each class Odoo deletes what its own database doesn't know, which another may just have stored.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if not worker:
        yield
        return
    from odoo.tools import config

    shared = Path(config.filestore.return_value)  # pytest-odoo's patch
    own = shared.with_name(f"{shared.name}-{worker}")
    # Files are never changed once stored, so links do.
    shutil.copytree(shared, own, copy_function=os.link)
    config.filestore.return_value = str(own)
    yield
    shutil.rmtree(own)


@pytest.fixture(scope="session", autouse=True)
def cast(request, load_registry, own_filestore):
    """Make the users of client_health's tests, for all of them."""
    if not os.environ.get("CLIENT_HEALTH_THROWAWAY"):
        return
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.modules.registry import Registry
    from odoo.tests.common import get_db_name

    from odoo.addons.client_health.tests.common import CAST, QUIET, ClientHealthCommon, create_users

    classes = {getattr(item, "cls", None) for item in request.session.items}
    if any(cls and issubclass(cls, ClientHealthCommon) for cls in classes):
        with Registry(get_db_name()).cursor() as cr:
            create_users(Environment(cr, SUPERUSER_ID, QUIET), CAST)


def install_problems(log):
    lines = log.read_text(errors="replace").splitlines()
    return [f"At the addon's install ({log}):\n{line}" for line in lines if LOG_LINE.match(line)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    if report.skipped and needs_server(item):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        problems.append(f"An HTTP or browser test was skipped: {item.nodeid}: {reason}")
    return report


def needs_server(item):
    from odoo.tests import HttpCase  # late, like above

    return isinstance(getattr(item, "cls", None), type) and issubclass(item.cls, HttpCase)


def pytest_sessionfinish(session, exitstatus):
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["problems"] = problems  # for the one that sent it out
    elif problems and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Take over what a worker of pytest-xdist found."""
    problems.extend(getattr(node, "workeroutput", {}).get("problems", []))


def pytest_terminal_summary(terminalreporter):
    summary = os.environ.get("CLIENT_HEALTH_SUMMARY")
    if summary:
        counts, _color = terminalreporter.build_summary_stats_line()
        Path(summary).write_text(", ".join(text for text, _markup in counts))
    if problems:
        terminalreporter.section("this run fails, whatever its tests say", red=True)
        for problem in dict.fromkeys(problems):
            terminalreporter.line(problem)
