import os
import re
from datetime import datetime, time, timedelta

from odoo.tests import tagged

from odoo.addons.client_health.tests.common_process import ProcessCase

from ..stories import CLIENTS

COUNT = """
from odoo import fields
print("DAY", fields.Date.today(), env["client.relationship"].search_count([]))
"""


def get_last_evening(now):
    """Return the last evening of the next month of 31 days, in UTC.

    The last 30 days hold nothing of the month before; and in Brussels, where Odoo's own company is,
    it is the next day already.
    """
    day = now.date() + timedelta(days=1)
    while day.day != 31:
        day += timedelta(days=1)
    return datetime.combine(day, time(23, 20))


@tagged("post_install", "-at_install", "slow")
class TestOtherDay(ProcessCase):
    """The story can be installed on days and at hours at which nobody tries."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.library = os.environ.get("CLIENT_HEALTH_FAKETIME")
        assert cls.library, "Needs libfaketime: run by script/test --slow."
        now = datetime.now()
        cls.day = get_last_evening(now).date()
        cls.ahead = get_last_evening(now) - now

    @classmethod
    def _start(cls, database, *arguments, **options):
        clock = {
            "LD_PRELOAD": cls.library,
            "FAKETIME": f"+{cls.ahead.total_seconds():.0f}s",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        return super()._start(database, *arguments, env={**os.environ, **clock}, **options)

    def test_the_last_evening_of_a_month(self):
        database = self._copy_database("addon")
        quiet = ("--stop-after-init", "--no-http", "--log-level=warn")
        log = self._run(database, "-i", "client_health_demo", *quiet)
        self.assertNotRegex(log, " (WARNING|ERROR|CRITICAL) ")
        log = self._run_code(database, COUNT)
        day, clients = re.search(r"DAY (\S+) (\d+)", log).groups()
        self.assertEqual(day, str(self.day))
        self.assertGreaterEqual(int(clients), len(CLIENTS))
