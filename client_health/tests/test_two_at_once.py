import json
import re

from odoo.tests import tagged

from ..engine import stage_rules
from .common_process import ProcessCase

CLIENTS = 3
STEPS = 120

FILL = f"""
partners = env["res.partner"].create(
    [{{"name": f"Client {{n}}", "is_company": True}} for n in range({CLIENTS})]
)
env["client.relationship"].create([{{"partner_id": partner.id}} for partner in partners])
env.ref("base.user_admin").group_ids |= env.ref("client_health.group_client_manager")
env.cr.commit()
"""
# One person who moves, archives and hands over the clients, each step a transaction of its own
# that is tried again after a conflict, as Odoo does with a request.
PERSON = """
import random
import time
import psycopg2.errors
from odoo import api
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

chance = random.Random({seed})
counts = dict(done=0, refused=0, conflicts=0)
PHASES = ("healthy", "at_risk", "reboot", "offboard", "ended")


def step(env, client, phase, way):
    stage = env["client.relationship.stage"]._get_first_stage(phase)
    if way == "archive":
        client.action_archive() if client.active else client.action_unarchive()
    elif way == "wizard":
        env["client.decision"]._open_sheet(client)
        env["client.stage.move"].create(
            {{"relationship_ids": client.ids, "stage_id": stage.id, "reason": "Said in the test"}}
        ).action_move()
    else:
        client.write({{"stage_id": stage.id, "stage_reason": "Said in the test"}})


# neither begins before the other is there
others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid != %s"
for attempt in range(600):
    with env.registry.cursor() as cr:
        cr.execute(others, [env.cr._cnx.get_backend_pid()])
        if cr.fetchone()[0] > 1:
            break
    time.sleep(0.1)

admin = env.ref("base.user_admin").id
ids = env["client.relationship"].with_context(active_test=False).search([]).ids
for number in range({steps}):
    drawn = chance.choice(ids), chance.choice(PHASES), chance.choice(("write", "wizard", "archive"))
    for attempt in range(5):
        try:
            with env.registry.cursor() as cr:
                own = api.Environment(cr, admin, {{}})
                step(own, own["client.relationship"].browse(drawn[0]), *drawn[1:])
                own.flush_all()
            counts["done"] += 1
            break
        except UserError:
            counts["refused"] += 1
            break
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            counts["conflicts"] += 1
print("COUNTS", counts["done"], counts["refused"], counts["conflicts"])
"""


@tagged("post_install", "-at_install", "slow")
class TestTwoAtOnce(ProcessCase):
    """Two people at the same clients at the same time, in real transactions of two processes."""

    def test_stage_and_processes_fit_together(self):
        database = self._copy_database("addon")
        self._run_code(database, FILL)
        people = [
            self._start_code(database, PERSON.format(seed=seed, steps=STEPS)) for seed in (1, 2)
        ]
        counts = []
        for person in people:
            log = person.stdout.read()
            self._kill(person)
            found = re.search(r"COUNTS (\d+) (\d+) (\d+)", log)
            self.assertTrue(found, log[-3000:])
            counts.append([int(number) for number in found.groups()])
        for done, _refused, _conflicts in counts:
            self.assertGreater(done, STEPS // 10, counts)
        self.assertGreater(sum(person[2] for person in counts), 0, "They met at the same client")
        self._check_invariants(database)

    def _check_invariants(self, database):
        """The phase says which process is open; nothing of a closed one is planned."""
        self.assertEqual(
            self._execute(
                database,
                "SELECT r.id FROM client_relationship r"
                " JOIN client_relationship_stage s ON s.id = r.stage_id WHERE r.phase != s.phase",
            ),
            [],
        )
        for phase, model in stage_rules.STAGE_PROCESSES.items():
            table = model.replace(".", "_")
            wrong = self._execute(
                database,
                "SELECT r.id, r.phase, count(p.id) FROM client_relationship r"
                f" LEFT JOIN {table} p ON p.relationship_id = r.id AND p.date_end IS NULL"
                f" GROUP BY r.id HAVING count(p.id) != (r.phase = '{phase}')::int",
            )
            self.assertEqual(wrong, [], json.dumps(wrong))
            planned = self._execute(
                database,
                f"SELECT a.id FROM mail_activity a JOIN {table} p ON p.id = a.res_id"
                f" WHERE a.res_model = '{model}' AND a.active AND p.date_end IS NOT NULL",
            )
            self.assertEqual(planned, [])
