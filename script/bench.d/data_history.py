"""The data of the score, and two years of nights: what a firm has that worked with it for so long.

Each client has a snapshot of every day of the last 90, with readings like last night's, and one of
every week of the two years before, without. Three nights of ten were in another band.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

import data_score

from odoo.tools import SQL

DAILY, WEEKLY = 90, 730


def prepare(env, clients):
    data_score.prepare(env, clients)
    take_past(env)


def take_past(env):
    env.cr.execute("DELETE FROM client_health_snapshot WHERE date < current_date - 2")
    columns = env["client.health.snapshot"].fields_get(attributes=["store"])
    kept = [name for name, info in columns.items() if info["store"] and name != "id"]
    values = {
        "date": "last.date - n",
        "band": "CASE WHEN (relationship_id + n) %% 10 < 3 THEN 'watch' ELSE band END",
        "readings": f"CASE WHEN n <= {DAILY} THEN readings END",
        "money_readings": f"CASE WHEN n <= {DAILY} THEN money_readings END",
    }
    env.cr.execute(
        SQL(
            "INSERT INTO client_health_snapshot (%s)"
            " SELECT %s FROM client_health_snapshot last, LATERAL ("
            "     SELECT generate_series(2, %s) UNION ALL SELECT generate_series(%s, %s, 7)) d (n)"
            " WHERE last.date = current_date - 1",
            SQL(", ").join(map(SQL.identifier, kept)),
            SQL(", ").join(SQL(values.get(name, name)) for name in kept),
            DAILY,
            DAILY + 7,
            WEEKLY,
        )
    )
    env.cr.execute("ANALYZE client_health_snapshot")
