"""Meetings, calls that were made, steps of the plans that were taken, and what is still to do."""

from datetime import datetime, time, timedelta

from odoo.fields import Command

from . import when
from .past import set_columns, set_created
from .scene import AHEAD

TYPES = {
    "call": "mail.mail_activity_data_call",
    "meeting": "mail.mail_activity_data_meeting",
    "todo": "mail.mail_activity_data_todo",
    "tough": "client_health.mail_activity_type_tough_conversation",
}


def build_meetings(scene):
    rows = list(scene.each("meetings"))
    events = scene.env["calendar.event"].create([_prepare_event(scene, *row) for row in rows])
    # Invitations go out two weeks before.
    yesterday = scene.now - timedelta(days=1)
    set_created(events, [min(event.start - timedelta(days=14), yesterday) for event in events])
    scene.env["calendar.attendee"].search([("event_id", "in", events.ids)]).state = "accepted"
    scene.meetings = [(*row, event) for row, event in zip(rows, events, strict=True)]


def build_outcomes(scene):
    """Say whose meetings they were; what came out of them is known, but for the latest."""
    for client, meeting, event in scene.meetings:
        event.client_relationship_id = scene.relationships.get(client.key)
        if event.client_relationship_id and meeting.days > 0 and not meeting.unrecorded:
            event.client_recorded_on = event.stop


def _prepare_event(scene, client, meeting):
    start = datetime.combine(scene.planned(meeting.days), time(meeting.hour))
    users = [scene.user(login) for login in meeting.us]
    partners = scene.contacts(client, meeting.them).union(*(user.partner_id for user in users))
    return {
        "name": meeting.title,
        "start": start,
        "stop": start + timedelta(hours=meeting.hours),
        "user_id": users[0].id,
        "partner_ids": [Command.set(partners.ids)],
        "location": meeting.place or False,
    }


def build_activities(scene):
    for client in scene.stories:
        relationship = scene.relationships[client.key]
        plan = relationship.stage_id._get_open_activities(relationship).sorted("id")
        _take_steps(scene, client, plan)
        for call in client.calls:
            activity = _schedule(scene, client, "call", call)
            finish_activity(scene, activity, call.feedback, call.days)
        for todo in client.todos:
            activity = _schedule(scene, client, todo.kind, todo)
            activity.client_conversation_topic = todo.topic or False
            activity.client_conversation_concern = todo.concern or False


def _take_steps(scene, client, plan):
    """Put the plan of the stage to the day on which the client entered it."""
    if not client.moves:
        plan.date_deadline = scene.planned(-client.check_in)
        set_columns(plan, {"create_date": [scene.now - timedelta(days=30)] * len(plan)})
        return
    move = client.moves[-1]
    for activity in plan:
        activity.date_deadline = _get_deadline(scene, client, move, activity)
    set_columns(plan, {"create_date": [scene.at(move.days, 15, 20)] * len(plan)})
    for place, (activity, feedback) in enumerate(zip(plan, move.done, strict=False), start=1):
        finish_activity(scene, activity, feedback, max(1, move.days - place))


def _get_deadline(scene, client, move, activity):
    """Return when a step is due; the meeting of the plan is the one on the calendar."""
    planned = [meeting.days for meeting in client.meetings if meeting.days < 0]
    if planned and activity.activity_type_id == scene.env.ref(TYPES["meeting"]):
        return scene.planned(max(planned))
    due = activity.date_deadline - timedelta(days=move.days - move.later)
    return scene.planned((scene.today - due).days)


def _schedule(scene, client, kind, fact):
    activity = scene.relationships[client.key].activity_schedule(
        TYPES[kind],
        date_deadline=scene.planned(fact.days),
        summary=fact.summary,
        user_id=scene.user(fact.who).id,
    )
    made = min(datetime.combine(activity.date_deadline, time(9)), scene.now) - timedelta(days=4)
    set_columns(activity, {"create_date": [made]})
    return activity


def settle_activities(scene):
    """Put off what the product itself asks for in days to come; what is for today is late."""
    clients = scene.env["client.relationship"].concat(*scene.relationships.values())
    tasks = clients.partner_id.project_ids.task_ids
    for activity in scene.env["mail.activity"].search(
        [
            ("date_deadline", ">=", scene.today),
            ("date_deadline", "<", when.days_ago(scene.today, -AHEAD)),
            *("|", ("res_model", "=like", "client.%"), "&", ("res_model", "=", tasks._name)),
            ("res_id", "in", tasks.ids),
        ]
    ):
        days = (scene.today - activity.date_deadline).days
        activity.date_deadline = scene.planned(days) if days else scene.day(1)


def finish_activity(scene, activity, feedback, days):
    """Mark an activity done, by its owner, on its day."""
    # sudo: the demo's own record, done in the name of whoever it is about
    messages, _next = activity.with_user(activity.user_id).sudo()._action_done(feedback=feedback)
    moment = scene.at(days, 15, 20)
    set_columns(activity, {"date_done": [moment.date()]})
    set_created(messages, moment, date=moment)
