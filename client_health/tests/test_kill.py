import json
import random
import time

from odoo.tests import tagged

from .common_process import ProcessCase

CLIENTS = 300
UPDATES = 200

# A firm with clients, as each test needs it; without mail servers, so that nothing leaves.
FILL = f"""
partners = env["res.partner"].create(
    [
        {{"name": f"Client {{n}}", "is_company": True, "email": f"client{{n}}@example.com"}}
        for n in range({CLIENTS})
    ]
)
env["client.relationship"].create([{{"partner_id": partner.id}} for partner in partners])
env["project.project"].create(
    [{{"name": f"Site {{n}}", "partner_id": partners[n].id}} for n in range(0, {CLIENTS}, 3)]
)
env["client.update"].create(
    [
        {{
            "relationship_id": partner.client_relationship_ids.id,
            "kind": "apology",
            "name": "Sorry",
            "body": "<p>We are sorry.</p>",
            "recipient_ids": partner.ids,
        }}
        for partner in partners[:{UPDATES}]
    ]
)
journal = env["account.journal"].search([("type", "=", "sale")], limit=1)
if journal:
    moves = env["account.move"].create(
        [
            {{
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": "2026-01-15",
                "invoice_line_ids": [(0, 0, {{"name": "Work", "price_unit": 100.0 + n}})],
            }}
            for n, partner in enumerate(partners[:60])
        ]
    )
    moves.action_post()
env.company.client_setup_date = "2026-01-01"
env.cr.commit()
"""
# Each runs to its end however often it was killed before, as the scheduler or a user would do it.
CRON = """
from odoo.addons.client_health.models.health import client_health_snapshot
client_health_snapshot.BATCH = 20
env[{model!r}].{method}()
env.cr.commit()
"""
# What a run leaves behind, without ids and times: the same after kills as without.
COUNTS = {
    "snapshots": "SELECT count(*), count(DISTINCT (relationship_id, date))"
    " FROM client_health_snapshot",
    "scored": "SELECT count(*) FROM client_relationship WHERE health_score IS NOT NULL",
    "ledger": "SELECT count(*), count(DISTINCT (company_id, partner_id, project_id, date)),"
    " round(sum(revenue)::numeric, 2), round(sum(labour_cost)::numeric, 2)"
    " FROM client_profitability",
    "clients": "SELECT count(*), count(DISTINCT (partner_id, company_id)) FROM client_relationship",
    "phases": "SELECT phase, count(*) FROM client_relationship GROUP BY phase ORDER BY phase",
    "reboots": "SELECT state, count(*), count(DISTINCT relationship_id) FROM client_reboot"
    " GROUP BY state ORDER BY state",
    "activities": "SELECT res_model, summary, count(*) FROM mail_activity WHERE active"
    " AND res_model LIKE 'client.%' GROUP BY 1, 2 ORDER BY 1, 2",
    "updates": "SELECT state, count(*) FROM client_update GROUP BY state ORDER BY state",
    "messages": "SELECT model, count(*), count(DISTINCT res_id) FROM mail_message"
    " WHERE model = 'client.update' AND message_type = 'comment' GROUP BY model",
    "mails": "SELECT count(*), count(DISTINCT mail_message_id) FROM mail_mail",
}


# Enough clients for a run of some batches.
SOME_PROMISED = (
    "UPDATE client_relationship SET phase = 'ended' WHERE id NOT IN"
    " (SELECT id FROM client_relationship ORDER BY id LIMIT 120)"
)


@tagged("post_install", "-at_install", "slow")
class TestKill(ProcessCase):
    """Jobs and mass actions in processes of their own, killed with -9 and started again.

    In the end all is as if nothing had happened: nothing lost, nothing double, nothing stuck.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = cls._copy_database("addon")
        cls._run_code(cls.source, FILL)

    def _read(self, database):
        return {name: self._execute(database, query) for name, query in COUNTS.items()}

    def _make_copy(self, name):
        database = f"{self.source}_{self._testMethodName}_{name}"
        self._copy(self.source, database)
        return database

    def _check_killed(self, code, progress, kills=3, prepare=None):
        """Compare a run that was killed again and again with one that was left alone.

        ``progress`` counts what is committed: the kills are spread over the run.
        """
        calm, killed = self._make_copy("calm"), self._make_copy("killed")
        if prepare:
            for database in (calm, killed):
                self._execute(database, prepare)
        before = self._read(calm)
        self._run_code(calm, code)
        expected = self._read(calm)
        self.assertNotEqual(expected, before, "The code did something")
        [(total,)] = self._execute(calm, progress)
        seed = random.randrange(1000)
        chance = random.Random(seed)
        for kill in range(kills):
            process = self._start_code(killed, code)
            self._wait_for(killed, progress, max(1, total * kill // kills), process)
            time.sleep(chance.random())
            self._kill(process)
        self._run_code(killed, code)
        self.assertEqual(
            json.dumps(self._read(killed), default=str, indent=1),
            json.dumps(expected, default=str, indent=1),
            f"seed {seed}",
        )

    def test_night(self):
        code = CRON.format(model="client.health.run", method="_cron_take_snapshots")
        self._check_killed(code, "SELECT count(*) FROM client_health_snapshot")

    def test_ledger(self):
        code = CRON.format(model="client.profitability", method="_cron_rebuild_profitability")
        self._check_killed(code, "SELECT count(*) FROM client_profitability")

    def test_intake(self):
        code = CRON.format(model="client.intake", method="_cron_add_clients")
        self._check_killed(
            code,
            "SELECT count(*) FROM client_relationship",
            prepare="DELETE FROM client_relationship"
            " WHERE id NOT IN (SELECT relationship_id FROM client_update)",
        )

    def test_moved_cards(self):
        """300 cards in one click: all of them or none."""
        code = """
for old_phase, phase in (("healthy", "at_risk"), ("at_risk", "reboot")):
    cards = env["client.relationship"].search([("phase", "=", old_phase)])
    stage = env["client.relationship.stage"]._get_first_stage(phase)
    cards.write({"stage_id": stage.id, "stage_reason": "Test"})
    env.cr.commit()
"""
        moved = "SELECT count(*) FROM client_relationship WHERE phase != 'healthy'"
        self._check_killed(code, moved)

    def test_sent_updates(self):
        """One click each, and each is sent exactly once."""
        code = """
for update in env["client.update"].search([("state", "!=", "sent")]):
    update.action_send()
    env.cr.commit()
# what was saved and not yet handed to the mail server waits in Odoo's own queue
env["mail.mail"].process_email_queue()
env.cr.commit()
"""
        self._check_killed(code, "SELECT count(*) FROM client_update WHERE state = 'sent'")

    def test_status_updates(self):
        """Drafted and sent in the night: one per client and day, each mailed once."""
        code = """
clients = env["client.relationship"].search([("phase", "!=", "ended")])
for client in clients:
    client.update_recipient_ids = client.partner_id
today = env.cr.now().weekday()
# today; on a weekend Monday, whose draft is due already, and is sent by nobody yet
weekday = str(today if today < 5 else 0)
clients.write(
    {"cadence": "weekly", "cadence_weekday": weekday, "cadence_hour": 0, "channel": "mail"}
)
env.company.client_update_auto = True
env.cr.commit()
env["client.update"]._cron_draft_status(10)
env.cr.commit()
env["client.update"]._cron_send_status(10)
env.cr.commit()
"""
        done = "SELECT count(*) FROM client_update WHERE kind = 'status'"
        self._check_killed(code, done, prepare=SOME_PROMISED)
