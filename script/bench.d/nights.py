"""Does the nightly job warn of what the simulation of nights warns of, and would a person agree?

The demo story goes through its last 60 nights three times: by the scheduled action with the clock
moved to the end of each day, the same at the hour of the job, and as ``fates`` does it, by day with
today's clock. The first and the last have to find the same; at its own hour, before anybody works,
the job finds it a day later at most. What was found is listed with its reason.
``NIGHTS`` makes it shorter, for a look.
"""

import os
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from unittest.mock import patch

from odoo.tests import freeze_time

from odoo.addons.client_health.engine.clock import get_start

NIGHTS = int(os.environ.get("NIGHTS", 60))
HOUR = time(4)


def run(env, _clients):
    company = env.ref("base.main_company")
    today = date.today()
    days = [today - timedelta(days=ago) for ago in range(NIGHTS, 0, -1)]
    clients = env["client.relationship"].search([("phase", "!=", "ended")])
    by_company = {one: group.ids for one, group in clients.grouped("company_id").items()}

    def get_last_minute(day):
        following = get_start(clients.filtered(lambda one: one.company_id == company), day
                              + timedelta(days=1))  # fmt: skip
        return following - timedelta(minutes=1)

    def do(moment):
        def night(day):
            with freeze_time(moment(day)):
                env["client.health.run"]._cron_take_snapshots()

        return night

    def simulate(day):
        env["client.health.run"]._run_night(by_company, day)

    with patch.object(type(env.cr), "commit", lambda cr: None):
        job = live(env, days, do(get_last_minute))
        early = live(env, days, do(lambda day: datetime.combine(day, HOUR)))
        simulated = live(env, days, simulate)
    for line in job.values():
        print("  " + " | ".join(map(str, line)))
    both = job.keys() & early.keys()
    return {
        "nights": NIGHTS,
        "clients": len(clients),
        "alarms": len(job),
        "simulated_alarms": len(simulated),
        "different": len(set(job.items()) ^ set(simulated.items())),
        "at_its_hour_missing": len(job.keys() ^ early.keys()),
        "at_its_hour_days_later": max((abs((early[key][2] - job[key][2]).days) for key in both),
                                      default=0),
    }  # fmt: skip


@contextmanager
def taken_back(env):
    env.flush_all()
    env.cr.execute("SAVEPOINT nights")
    yield
    env.flush_all()
    env.cr.execute("ROLLBACK TO SAVEPOINT nights")
    env.invalidate_all()
    env.registry.clear_cache()


def live(env, days, night):
    """Return {(client, rule): (client, rule, found on, counts from, gone on, reason, stage)}."""
    with taken_back(env):
        env.cr.execute(
            """
            DELETE FROM client_health_snapshot; DELETE FROM client_health_warning;
            UPDATE client_relationship
               SET health_score = NULL, health_band = NULL, health_band_shared = NULL,
                   health_proposed_stage_id = NULL, health_proposal_reason = NULL,
                   health_decided_on = NULL
            """
        )
        env.invalidate_all()
        for day in days:
            night(day)
            env.flush_all()
        failures = env["client.job.failure"].search([("error", "!=", False)])
        if failures:
            raise ValueError(f"Failed: {failures.mapped('error')}")
        return {
            (one.relationship_id.id, one.rule_id.code): (
                one.relationship_id.display_name,
                one.rule_id.code,
                one.date_start,
                one.date_counts,
                one.date_end,
                one.text,
                one.relationship_id.stage_id.name,
            )
            for one in env["client.health.warning"].search([("rule_id", "!=", False)], order="id")
        }
