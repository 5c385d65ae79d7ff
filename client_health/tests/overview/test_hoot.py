import re
from pathlib import Path

from odoo.modules.module import get_module_path
from odoo.tests import HttpCase, no_retry, tagged

ADDON = "client_health"
SUITE = f"@{ADDON}"
PASSED = re.compile(r"\[HOOT\] Passed (\d+) tests")


@tagged("post_install", "-at_install")
class TestHoot(HttpCase):
    """Runs the unit tests of our components, ``static/tests/**/*.test.js``, in Odoo's runner."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._leave_out_the_tests_of_others()

    @classmethod
    def _leave_out_the_tests_of_others(cls):
        """Take them out of the bundle: none of them runs here, and there are a thousand files."""
        paths = cls.env["ir.asset"]._get_asset_paths("web.assets_unit_tests", {})
        files = [path.strip("/") for path, *_rest in paths if path.endswith(".test.js")]
        cls.env["ir.asset"].create(
            [
                {
                    "name": f"Without the tests of {addon}",
                    "bundle": "web.assets_unit_tests",
                    "directive": "remove",
                    "path": f"{addon}/static/**/*.test.js",
                }
                for addon in sorted({file.split("/")[0] for file in files} - {ADDON})
            ]
        )

    @staticmethod
    def _get_id(name):
        """Return the id that the runner gives to a suite, by its name."""
        number = 0
        for sign in name:
            number = ((number << 5) - number + ord(sign)) & 0xFFFFFFFF
        return f"{number:08x}"

    def _count_tests(self):
        files = Path(get_module_path(ADDON), "static/tests").rglob("*.test.js")
        return sum(
            len(re.findall(r"^\s*test\(", file.read_text(encoding="utf-8"), re.MULTILINE))
            for file in files
        )

    @no_retry
    def test_components(self):
        """All of our tests pass, and all of them were run: without any, the runner is content."""
        try:
            with self.assertLogs(self._logger.name, "INFO") as logs:
                self._run_suite()
        except AssertionError as error:
            # what the browser said was kept from the log
            self.fail("\n".join([str(error), *logs.output]))
        passed = [int(count) for line in logs.output for count in PASSED.findall(line)]
        self.assertEqual(len(passed), 1, logs.output[-5:])
        self.assertGreater(self._count_tests(), 10)
        self.assertGreaterEqual(passed[0], self._count_tests())

    def _run_suite(self):
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={self._get_id(SUITE)}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )
