"""Spreads hours over people and working days: pure Python, the same on every run.

A person works at most eight hours a day over all clients, as long as the month has room.
"""

import math
import random
from collections import defaultdict
from typing import NamedTuple

from . import when

DAY = 8.0
# Nobody writes down fractions of a quarter of an hour.
STEP = 0.25
# A line of a timesheet rarely says more than half a day.
LINE = 4.5


class Demand(NamedTuple):
    """Hours that a person works on a task in a month, not before ``start`` (a date)."""

    month: int
    who: str
    hours: float
    task: tuple
    start: object


class Line(NamedTuple):
    """One line of a timesheet."""

    day: object
    who: str
    hours: float
    task: tuple


def get_demands(key, project, today, start):
    """Yield the demands of a project; ``task`` is (client key, project, effort, task)."""
    client, number = key
    for place, effort in enumerate(project.efforts):
        for month in range(effort.start, effort.end - 1, -1):
            total = get_month_hours(effort, month, today)
            task = (client, number, place, get_task_number(effort, month))
            for who, share in effort.team.items():
                yield Demand(month, who, _round(total * share), task, start)


def get_month_hours(effort, month, today):
    """Return the hours of a month: a straight line with the seasons on it, to date if running."""
    first, last = effort.hours
    length = max(1, effort.start - effort.end)
    hours = first + (last - first) * (effort.start - month) / length
    # July and August are quiet, and so is December.
    season = {7: 0.93, 8: 0.9, 12: 0.94, 3: 1.04, 10: 1.05}
    hours *= season.get(when.month_start(today, month).month, 1.0)
    if not month:
        hours *= len(when.past_workdays(today, 0)) / max(1, len(when.workdays(today, 0)))
    return hours


def get_task_number(effort, month):
    """Return which task of the effort is worked on in a month: one after the other."""
    months = effort.start - effort.end + 1
    return min(len(effort.tasks) - 1, (effort.start - month) * len(effort.tasks) // months)


def get_task_months(effort, number):
    """Return (first, last) month of a task, or None when it never gets its turn."""
    months = [
        month
        for month in range(effort.start, effort.end - 1, -1)
        if get_task_number(effort, month) == number
    ]
    return (months[0], months[-1]) if months else None


def schedule(demands, today):
    """Return the lines of all demands, day by day."""
    by_person = defaultdict(list)
    for demand in demands:
        by_person[demand.month, demand.who].append(demand)
    lines = []
    for (month, who), group in by_person.items():
        lines += _fill_month(group, when.past_workdays(today, month), f"{who}{month}")
    return sorted(lines, key=lambda line: (line.day, line.who, line.task))


def _fill_month(demands, days, seed):
    rng = random.Random(seed)
    left = dict.fromkeys(days, DAY)
    pieces = [(piece, demand) for demand in demands for piece in _split(demand.hours, rng)]
    rng.shuffle(pieces)
    for piece, demand in sorted(pieces, key=lambda pair: -pair[0]):
        possible = [day for day in days if day >= demand.start]
        if not possible:
            continue
        roomy = [day for day in possible if left[day] >= piece]
        day = rng.choice(roomy) if roomy else max(possible, key=left.get)
        left[day] -= piece
        yield Line(day, demand.who, piece, demand.task)


def _split(hours, rng):
    """Cut hours into pieces of a quarter to half a day, never losing any."""
    count = max(1, math.ceil(hours / LINE))
    pieces = []
    for place in range(count, 1, -1):
        piece = _round(hours / place * rng.uniform(0.75, 1.25))
        pieces.append(piece)
        hours -= piece
    return [piece for piece in [*pieces, hours] if piece > 0]


def _round(hours):
    return round(hours / STEP) * STEP
