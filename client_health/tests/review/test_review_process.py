import re
import time

from odoo.tests import tagged

from ..common_process import ProcessCase

CLIENTS = 1_000

FILL = f"""
admin = env.ref("base.user_admin")
admin.group_ids |= env.ref("client_health.group_client_manager")
partners = env["res.partner"].create(
    [{{"name": f"Client {{n}}", "is_company": True}} for n in range({CLIENTS})]
)
clients = env["client.relationship"].create([{{"partner_id": partner.id}} for partner in partners])
env["client.review.run"].with_user(admin)._queue(clients.with_user(admin))
env.cr.commit()
"""
# The job, as the scheduler calls it
MAKE = """
import time
others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid != %s"
for attempt in range(600 if {waits} else 0):
    with env.registry.cursor() as cr:
        cr.execute(others, [env.cr._cnx.get_backend_pid()])
        # this one, that of the test, and the person
        if cr.fetchone()[0] > 2:
            break
    time.sleep(0.1)
env["client.review.run"]._cron_make()
env.cr.commit()
"""
# The person: a transaction of its own, tried again after a conflict, as Odoo does with a request
CANCEL = """
import time
from odoo import api
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

admin = env.ref("base.user_admin").id
for attempt in range(6000):
    try:
        with env.registry.cursor() as cr:
            run = api.Environment(cr, admin, {})["client.review.run"].search([], limit=1)
            if run.state == "running" and run.progress > 10:
                run.action_cancel()
                run.flush_recordset()
                print("CANCELLED AT", run.step, run.progress)
                break
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        pass
    time.sleep(0.01)
"""
STATE = "SELECT state, step, progress, file IS NOT NULL FROM client_review_run"


@tagged("post_install", "-at_install", "slow")
class TestReviewProcess(ProcessCase):
    """A review made by the scheduler, watched and cancelled in other transactions."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = cls._copy_database("addon")
        cls._run_code(cls.source, FILL)

    def _make_copy(self):
        database = f"{self.source}_{self._testMethodName}"
        self._copy(self.source, database)
        return database

    def _watch(self, database, process):
        """Return [(state, step, progress, has a file)]: each that another connection saw."""
        seen = []
        connection = self._connect(database)
        connection.autocommit = True
        with connection.cursor() as cursor:
            while process.poll() is None:
                cursor.execute(STATE)
                [row] = cursor.fetchall()
                if row not in seen:
                    seen.append(row)
                time.sleep(0.005)
            cursor.execute(STATE)
            seen.append(cursor.fetchone())
        connection.close()
        return seen

    def test_progress_is_seen_while_it_is_made(self):
        database = self._make_copy()
        process = self._start_code(database, MAKE.format(waits=False))
        seen = self._watch(database, process)
        self._kill(process)
        running = [row for row in seen if row[0] == "running" and row[1]]
        self.assertGreater(len(running), 5, seen)
        progress = [row[2] for row in running]
        self.assertEqual(progress, sorted(progress))
        self.assertIn("Clients", [row[1] for row in running])
        self.assertEqual(seen[-1], ("done", None, 100, True))

    def test_cancelled_by_another_transaction(self):
        database = self._make_copy()
        job = self._start_code(database, MAKE.format(waits=True))
        person = self._start_code(database, CANCEL)
        seen = self._watch(database, job)
        log = person.stdout.read()
        self._kill(person)
        self._kill(job)
        found = re.search(r"CANCELLED AT (.+) ([\d.]+)", log)
        self.assertTrue(found, log[-2000:])
        state, _step, progress, has_file = seen[-1]
        self.assertEqual((state, has_file), ("cancelled", False), seen)
        self.assertLess(progress, 100)
        [(failures,)] = self._execute(database, "SELECT count(*) FROM client_job_failure")
        self.assertEqual(failures, 0)
