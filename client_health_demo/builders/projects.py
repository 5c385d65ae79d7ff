"""Projects, their tasks, milestones and status updates."""

from datetime import datetime, time, timedelta

from odoo.fields import Command

from . import hours, when
from .past import set_columns, set_created

STAGES = ("Backlog", "In progress", "Client review", "Done")


def build_projects(scene):
    stages = _get_stages(scene)
    plan = list(scene.each_project())
    projects = scene.env["project.project"].create(
        [_prepare_project(scene, client, project, stages) for client, _number, project in plan]
    )
    moments = []
    for (client, number, project), record in zip(plan, projects, strict=True):
        scene.projects[client.key, number] = record
        moments.append(at_hour(scene.start_of(client, project)))
    set_created(projects, moments)
    _build_tasks(scene, plan, stages)
    _build_tasks_ahead(scene, plan, stages)
    _build_milestones(scene, plan)
    _build_statuses(scene, plan)
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


def _get_stages(scene):
    """Return the columns of the agency's boards; they are shared by its projects."""
    types = scene.env["project.task.type"]
    return types.create(
        [
            {"name": name, "sequence": place, "fold": name == "Done", "user_id": False}
            for place, name in enumerate(STAGES)
        ]
    )


def _prepare_project(scene, client, project, stages):
    start = scene.start_of(client, project)
    return {
        "name": project.name,
        "partner_id": scene.client(client.key).id,
        "user_id": scene.user(project.manager).id,
        "company_id": scene.company.id,
        "date_start": start,
        # Odoo wants both dates or none; the end of a running project is half a year ahead.
        "date": when.workdays(scene.today, project.end)[-1]
        if project.end
        else scene.today + timedelta(days=180),
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
    created, ended, moved = zip(*moments, strict=True)
    set_created(tasks, created, date_end=ended, date_last_stage_update=moved)


def _build_tasks_ahead(scene, plan, stages):
    """Plan what is still to do of what is sold; nobody works on it yet."""
    tasks = scene.env["project.task"].create(
        [
            {
                "name": name,
                "project_id": scene.projects[client.key, number].id,
                "stage_id": stages[0].id,
                "user_ids": [Command.set(scene.user(project.manager).ids)],
                "allocated_hours": planned,
            }
            for client, number, project in plan
            for name, planned in project.ahead
        ]
    )
    set_created(tasks, [at_hour(when.workday_ago(scene.today, 12))] * len(tasks))


def _is_open(effort, name, months):
    return months[1] == 0 or name in effort.late


def _prepare_task(scene, client, number, effort, name, months, stages):
    deadline = when.last_workday(scene.today, months[1])
    is_open = _is_open(effort, name, months)
    people = {scene.user(who) for who in effort.team if who != "jon"}
    return {
        "name": name,
        "project_id": scene.projects[client.key, number].id,
        "stage_id": stages[1 if is_open else 3].id,
        "state": "01_in_progress" if is_open else "1_done",
        "user_ids": [Command.set([user.id for user in people])],
        "date_deadline": at_hour(deadline, 16) if effort.billable else False,
        "allocated_hours": _get_allocated(effort, months) if effort.billable else 0,
        "description": effort.note or False,
    }


def _get_allocated(effort, months):
    """Return the hours planned: what the story gives, rounded as people plan."""
    share = sum(effort.hours) / 2 * (months[0] - months[1] + 1)
    return round(share / 5) * 5


def _get_moments(scene, client, project, effort, name, months):
    """Return when a task was made, ended and last moved; an open one has no end."""
    start = max(scene.start_of(client, project), when.month_start(scene.today, months[0]))
    start = min(start, when.days_ago(scene.today, 1))
    if _is_open(effort, name, months):
        return (
            at_hour(start),
            None,
            at_hour(min(start + timedelta(days=5), scene.today - timedelta(days=1))),
        )
    end = at_hour(when.last_workday(scene.today, months[1]), 15)
    return at_hour(start), end, end


def hand_over_projects(scene):
    """Give projects to the clients that took them over: what was done before stays where it was."""
    for client, number, project in scene.each_project():
        if project.handed_to:
            key, month = project.handed_to
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


def _build_milestones(scene, plan):
    values, reached = [], []
    for client, number, project in plan:
        for milestone in project.milestones:
            values.append(
                {
                    "name": milestone.name,
                    "project_id": scene.projects[client.key, number].id,
                    "deadline": when.workday_ago(scene.today, milestone.due),
                    "is_reached": milestone.reached is not None,
                }
            )
            reached.append(
                None
                if milestone.reached is None
                else when.workday_ago(scene.today, milestone.reached)
            )
    milestones = scene.env["project.milestone"].create(values)
    set_columns(milestones, {"reached_date": reached})


def _build_statuses(scene, plan):
    rows = [
        (scene.projects[client.key, number], project, status)
        for client, number, project in plan
        for status in project.statuses
    ]
    updates = scene.env["project.update"].create(
        [
            {
                "project_id": record.id,
                "name": status.name,
                "status": status.status,
                "progress": status.progress,
                "description": f"<p>{status.text}</p>",
                "user_id": scene.user(project.manager).id,
                "date": when.workday_ago(scene.today, status.days),
            }
            for record, project, status in rows
        ]
    )
    set_created(
        updates,
        [at_hour(when.workday_ago(scene.today, status.days), 14) for *_rest, status in rows],
    )


def at_hour(day, hour=9):
    return datetime.combine(day, time(hour))
