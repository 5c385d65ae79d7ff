"""Seconds of a night when two years of nights are kept already, and of the weekly thinning.

What is looked up of the past must not grow with it. ``floor_s`` and ``ours_s`` are those of
``score.py``, ``thin_s`` is the scheduled action that runs once a week, with a week to thin.
"""

import sys
import time
from datetime import timedelta
from pathlib import Path

from odoo import fields

sys.path.append(str(Path(__file__).parent))

import score

DATA = "history"


def run(env, clients):
    rounds = [(score.measure_floor(env), score.measure_night(env)) for _ in range(score.ROUNDS)]
    floor = min(sum(floor.values()) for floor, _night in rounds)
    seconds, queries, _scored = min(night for _floor, night in rounds)
    env.cr.execute("SELECT count(*) FROM client_health_snapshot")
    [[snapshots]] = env.cr.fetchall()
    return {
        "floor_s": round(floor, 2),
        "ours_s": round(seconds, 2),
        "times_floor": round(seconds / floor, 2),
        "queries": queries,
        "snapshots": snapshots,
        "thin_s": round(measure_thinning(env), 2),
    }


def measure_thinning(env):
    """Return the seconds of the thinning a week from now; it is rolled back."""
    start = time.perf_counter()
    in_a_week = fields.Date.context_today(env.user) + timedelta(days=7)
    env["client.health.snapshot"]._delete_old(in_a_week)
    seconds = time.perf_counter() - start
    env.cr.rollback()
    return seconds
