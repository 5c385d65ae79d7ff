import os
import shlex
import signal
import subprocess
import time
import uuid

import psycopg2

from odoo.tests import BaseCase
from odoo.tools import config

TIMEOUT = 600  # seconds for one run of Odoo


class ProcessCase(BaseCase):
    """Databases and Odoo processes of a test's own, all gone at its end.

    A database is a copy of one that ``script/test`` keeps: ``bare`` has what the addon depends on,
    ``addon`` the addon as well, ``story`` also the demo addon. Without ``script/test`` Odoo
    installs what is missing.
    """

    TEMPLATES = {
        "bare": "CLIENT_HEALTH_BARE_TEMPLATE",
        "addon": "CLIENT_HEALTH_ADDON_TEMPLATE",
        "story": "CLIENT_HEALTH_STORY_TEMPLATE",
    }
    INSTALLED = {"addon": "client_health", "story": "client_health_demo"}

    @classmethod
    def _copy_database(cls, kind):
        """Return the name of a copy that is dropped after the class."""
        database = f"ch_{kind}_{uuid.uuid4().hex[:8]}"
        template = os.environ.get(cls.TEMPLATES[kind])
        smaller = os.environ.get(cls.TEMPLATES["addon"] if kind == "story" else "", None)
        cls._copy(
            template or smaller or os.environ.get(cls.TEMPLATES["bare"], "template0"), database
        )
        if not template and kind in cls.INSTALLED:
            cls._run(database, "-i", cls.INSTALLED[kind], "--stop-after-init", "--no-http")
        return database

    @classmethod
    def _copy(cls, source, database):
        cls._execute("postgres", f'CREATE DATABASE "{database}" TEMPLATE "{source}"')
        cls.addClassCleanup(
            cls._execute, "postgres", f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'
        )

    @classmethod
    def _connect(cls, database):
        options = {name: config[f"db_{name}"] for name in ("host", "port", "user", "password")}
        return psycopg2.connect(
            dbname=database, **{name: value for name, value in options.items() if value}
        )

    @classmethod
    def _execute(cls, database, query):
        connection = cls._connect(database)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(query)
                return cursor.fetchall() if cursor.description else None
        finally:
            connection.close()

    @classmethod
    def _start(cls, database, *arguments, **options):
        """Start Odoo on the database, as the leader of a group that can be killed."""
        command = shlex.split(os.environ.get("CLIENT_HEALTH_ODOO", "odoo"))
        rc_file = os.environ.get("CLIENT_HEALTH_ODOO_RC") or config.rcfile
        return subprocess.Popen(
            [*command, *arguments, "-c", rc_file, "-d", database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            **options,
        )

    @classmethod
    def _run(cls, database, *arguments, stdin=None):
        """Run Odoo to its end; return its log."""
        process = cls._start(database, *arguments)
        try:
            log, _nothing = process.communicate(stdin, timeout=TIMEOUT)
        finally:
            cls._kill(process)
        assert process.returncode == 0, log[-3000:]
        return log

    @classmethod
    def _run_code(cls, database, code):
        """Run Python in Odoo's shell; return what it printed and logged."""
        return cls._run(database, "shell", "--no-http", "--log-level=warn", stdin=code)

    @classmethod
    def _start_code(cls, database, code):
        """Start Python in Odoo's shell, and don't wait."""
        process = cls._start(database, "shell", "--no-http", "--log-level=warn")
        process.stdin.write(code)
        process.stdin.close()
        return process

    @classmethod
    def _kill(cls, process):
        """Kill it as a power failure would (-9); nothing happens where it has ended."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()

    @classmethod
    def _wait_for(cls, database, query, wanted, process):
        """Wait until a query counts ``wanted``, or the process has ended; return the count."""
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end:
            [(count,)] = cls._execute(database, query)
            if count >= wanted or process.poll() is not None:
                return count
            time.sleep(0.02)
        raise AssertionError(f"Never {wanted}: {query}")
