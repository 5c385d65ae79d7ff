"""Two years of timesheets, in batches."""

from datetime import datetime, time

from . import hours, when
from .past import set_created

BATCH = 1000

# What people write, by what they do.
WORDS = {
    "dev": ("Implementation", "Review and tests", "Fixes after review", "Data and interfaces",
            "Pair programming", "Release"),
    "design": ("Sketches", "Screens", "Changes after feedback", "Handover to development"),
    "content": ("Texts", "Pictures and texts", "Corrections", "Checking with the client"),
    "account": ("Weekly planning", "Call with the client", "Mails and coordination", "Reporting"),
}  # fmt: skip
ROLES = {"iris": "design", "zoe": "content", "ana": "account", "leo": "account", "marc": "account"}


def build_timesheets(scene):
    demands = [
        demand
        for client, number, project in scene.each_project()
        for demand in hours.get_demands(
            (client.key, number), project, scene.today, scene.start_of(client, project)
        )
    ]
    scene.lines = hours.schedule(demands, scene.today)
    for line in scene.lines:
        key = line.task[0], when.months_between(scene.today, line.day)
        scene.month_lines.setdefault(key, []).append(line)
    people = {line.who: scene.employee(line.who) for line in scene.lines}
    values = [
        _prepare_line(scene, line, people[line.who], place)
        for place, line in enumerate(scene.lines)
    ]
    lines = scene.env["account.analytic.line"]
    for start in range(0, len(values), BATCH):
        lines += lines.create(values[start : start + BATCH])
    set_created(lines, [datetime.combine(line.day, time(16, 30)) for line in scene.lines])
    scene.timesheets = lines


def _prepare_line(scene, line, person, place):
    words = WORDS[ROLES.get(line.who, "dev")]
    key = line.task[:2]
    billable = scene.is_billable(line.task)
    return {
        "name": words[place * 7 % len(words)],
        "project_id": scene.projects[key].id,
        "task_id": scene.tasks[line.task].id,
        "employee_id": person.id,
        "date": line.day,
        "unit_amount": line.hours,
        "so_line": scene.sale_lines[key].id if billable else False,
        # Without it Odoo would make every hour billable again.
        "is_so_line_edited": not billable,
    }


def get_billable_hours(scene, key, month_of):
    """Return {month: (hours, timesheet lines)} of a project, billable ones only."""
    found = {}
    for line, record in zip(scene.lines, scene.timesheets, strict=True):
        if line.task[:2] == key and record.so_line:
            total, records = found.get(month_of(line.day), (0, record.browse()))
            found[month_of(line.day)] = (total + line.hours, records + record)
    return found
