"""Projects, their tasks, milestones and status updates, and who asked for the work."""

from datetime import datetime, time, timedelta

from odoo.fields import Command

from . import hours, when
from .past import set_columns, set_created
from .scene import pick

STAGES = ("Backlog", "In progress", "Client review", "Done")
# Work of which nobody has said yet who asked for it.
UNCLEAR = {
    "Corrections free of charge",
    "Repairs of the stock import",
    "Guest stories with photos",
    "Notices about storms",
    "Audio books",
    "Newsletter and season pages, winter",
}
OUR_IDEA = "(our idea)"
# Asked about afterwards, and confirmed: days ago.
CLEARED = {"Changes after approval": 200, "Export of all files": 34}


def build_projects(scene):
    # the columns of the agency's boards are shared by its projects
    stages = scene.env["project.task.type"].create(
        [
            {"name": name, "sequence": place, "fold": name == "Done", "user_id": False}
            for place, name in enumerate(STAGES)
        ]
    )
    plan = list(scene.each_project())
    projects = scene.env["project.project"].create(
        [_prepare_project(scene, client, project, stages) for client, _number, project in plan]
    )
    for (client, number, _project), record in zip(plan, projects, strict=True):
        scene.projects[client.key, number] = record
    set_created(projects, [at_hour(scene.start_of(client, one)) for client, _number, one in plan])
    _build_tasks(scene, plan, stages)
    _build_tasks_ahead(scene, stages)
    _build_milestones(scene)
    _build_statuses(scene)
    _share(scene, "blue_harbour")


def _share(scene, key):
    """Let the first contact of a client follow its projects and the tasks it pays for.

    A portal user sees what he follows.
    """
    records = [record for (client, _number), record in scene.projects.items() if client == key]
    records += [
        record for task, record in scene.tasks.items() if task[0] == key and scene.is_billable(task)
    ]
    for record in records:
        record.message_subscribe(scene.contact(key, 1).ids)


def _prepare_project(scene, client, project, stages):
    # Odoo wants both dates or none; a running project ends in two years.
    ahead = scene.today + timedelta(days=730)
    return {
        "name": project.name,
        "partner_id": scene.client(client.key).id,
        "user_id": scene.user(project.manager).id,
        "company_id": scene.company.id,
        "date_start": scene.start_of(client, project),
        "date": when.last_workday(scene.today, project.end) if project.end else ahead,
        "type_ids": [Command.set(stages.ids)],
        "allow_billable": True,
        "allow_timesheets": True,
        "allow_milestones": True,
        "privacy_visibility": "portal",
    }


def _build_tasks(scene, plan, stages):
    keys, values, moments = [], [], []
    for client, number, project in plan:
        for place, effort in enumerate(project.efforts):
            for task, name in enumerate(effort.tasks):
                months = hours.get_task_months(effort, task)
                if not months:
                    continue
                keys.append((client.key, number, place, task))
                values.append(_prepare_task(scene, client, number, effort, name, months, stages))
                moments.append(_get_moments(scene, client, project, effort, name, months))
    tasks = scene.env["project.task"].create(values)
    scene.tasks = dict(zip(keys, tasks, strict=True))
    created, ended, moved = (list(column) for column in zip(*moments, strict=True))
    set_created(tasks, created, date_end=ended, date_last_stage_update=moved)


def _build_tasks_ahead(scene, stages):
    """Plan what is still to do of what is sold; nobody works on it yet."""
    tasks = scene.env["project.task"].create(
        [
            {
                "name": ahead.task,
                "project_id": scene.projects[client.key, number].id,
                "stage_id": stages[0].id,
                "user_ids": [Command.set(scene.user(project.manager).ids)],
                "allocated_hours": ahead.hours,
            }
            for client, number, project in scene.each_project()
            for ahead in project.ahead
        ]
    )
    set_created(tasks, scene.at(12, 9))


def _is_open(effort, name, months):
    return months[1] == 0 or name in effort.late


def _prepare_task(scene, client, number, effort, name, months, stages):
    is_open = _is_open(effort, name, months)
    people = {scene.user(who) for who in effort.team if who != "jon"}
    return {
        "name": name,
        "project_id": scene.projects[client.key, number].id,
        "stage_id": stages[1 if is_open else 3].id,
        "state": "01_in_progress" if is_open else "1_done",
        "user_ids": [Command.set([user.id for user in people])],
        "date_deadline": effort.billable and _get_deadline(scene, months),
        "allocated_hours": _get_allocated(effort, months) if effort.billable else 0,
        "description": effort.note or False,
    }


def _get_deadline(scene, months):
    """Return the end of the last month of a task; of a running one none, so that none is late."""
    return bool(months[1]) and at_hour(when.last_workday(scene.today, months[1]), 16)


def _get_allocated(effort, months):
    """Return the hours planned: what the story gives, rounded as people plan."""
    share = sum(effort.hours) / 2 * (months[0] - months[1] + 1)
    return round(share / 5) * 5


def _get_moments(scene, client, project, effort, name, months):
    """Return when a task was made, ended and last moved; an open one has no end."""
    yesterday = scene.today - timedelta(days=1)
    start = max(scene.start_of(client, project), when.month_start(scene.today, months[0]))
    start = min(start, yesterday)
    if _is_open(effort, name, months):
        return at_hour(start), None, at_hour(min(start + timedelta(days=5), yesterday))
    end = at_hour(when.last_workday(scene.today, months[1]), 15)
    return at_hour(start), end, end


def hand_over_projects(scene):
    """Give projects to the clients that took them over: what was done before stays where it was."""
    for client, number, project in scene.each_project():
        for key, month in project.handed_to.items():
            record = scene.projects[client.key, number]
            record.partner_id = scene.client(key)
            running = record.task_ids.filtered(lambda task: not task.is_closed)
            running.partner_id = scene.client(key)
            today = record.client_customer_ids.filtered("date_from")
            today.date_from = when.month_start(scene.today, month)


def close_projects(scene):
    """Archive what is over; the money of archived projects still counts."""
    for client, number, project in scene.each_project():
        if project.closed:
            scene.projects[client.key, number].active = False


def _build_milestones(scene):
    rows = [
        (scene.projects[client.key, number], milestone)
        for client, number, project in scene.each_project()
        for milestone in project.milestones
    ]
    milestones = scene.env["project.milestone"].create(
        [
            {
                "name": milestone.name,
                "project_id": record.id,
                "deadline": scene.planned(milestone.due),
                "is_reached": milestone.reached is not None,
            }
            for record, milestone in rows
        ]
    )
    set_columns(milestones, {"reached_date": [scene.day(one.reached) for _record, one in rows]})


def _build_statuses(scene):
    rows = [
        (scene.projects[client.key, number], project, status)
        for client, number, project in scene.each_project()
        for status in project.statuses
    ]
    updates = scene.env["project.update"].create(
        [
            {
                "project_id": record.id,
                **pick(status, "name status progress"),
                "description": f"<p>{status.text}</p>",
                "user_id": scene.user(project.manager).id,
                "date": scene.day(status.days),
            }
            for record, project, status in rows
        ]
    )
    set_created(updates, [scene.at(status.days, 14) for *_rest, status in rows])


def build_requests(scene):
    """Say who asked for the work: most of it the clients, some of it nobody."""
    tasks = scene.env["project.task"].union(*scene.tasks.values())
    ideas = tasks.filtered(lambda task: OUR_IDEA in task.name)
    ideas.requested_by = "us"
    asked = (tasks - ideas).filtered(lambda task: task.name not in UNCLEAR)
    for client in scene.stories:
        partner = scene.client(client.key)
        asked.filtered(lambda task, partner=partner: task.project_id.partner_id == partner).write(
            {"requested_by": "client", "requested_by_partner_id": scene.contact(client.key, 1).id}
        )
    for task in tasks.filtered(lambda task: task.name in CLEARED):
        task.requested_date = scene.day(CLEARED[task.name])
    # Leo wants to know; the owner finds it among her activities.
    ideas.filtered("request_to_clear").with_user(scene.user("leo")).sudo().action_ask_request()


def at_hour(day, hour=9):
    return datetime.combine(day, time(hour))
