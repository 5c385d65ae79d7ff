"""Seconds to start Odoo with the addons and without them, and to install both.

The first is what every worker pays at its start, the last what its first user waits for.
Each is measured in a process of its own, from its start to its end.
"""

import os
import subprocess
import time

SPARE = True


def run(env, clients):
    spare = os.environ["CLIENT_HEALTH_SPARE"]
    return {
        "start_seconds": seconds_of(env.cr.dbname),
        "start_without_addon_seconds": seconds_of(spare),
        "start_and_install_seconds": seconds_of(spare, "-i", "client_health_demo"),
    }


def seconds_of(database, *options):
    odoo = os.environ["CLIENT_HEALTH_ODOO"].split()
    command = [*odoo, "-d", database, "--stop-after-init", "--no-http", *options]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return round(time.perf_counter() - start, 2)
