"""Calls that were made, steps of the plans that were taken, and what is still to do."""

from datetime import datetime, time, timedelta

from . import when
from .past import set_columns, set_created

TYPES = {
    "call": "mail.mail_activity_data_call",
    "meeting": "mail.mail_activity_data_meeting",
    "todo": "mail.mail_activity_data_todo",
    "tough": "client_health.mail_activity_type_tough_conversation",
}


def build_activities(scene):
    for client in scene.stories:
        relationship = scene.relationships[client.key]
        plan = relationship.stage_id._get_open_activities(relationship).sorted("id")
        _take_steps(scene, client, plan)
        for call in client.calls:
            activity = _schedule(scene, client, "call", call.who, call.summary, call.days)
            _finish(scene, activity, call.feedback, call.days)
        for todo in client.todos:
            activity = _schedule(scene, client, todo.kind, todo.who, todo.summary, -todo.due)
            activity.client_conversation_topic = todo.topic or False
            activity.client_conversation_concern = todo.concern or False


def _take_steps(scene, client, plan):
    """Put the plan of the stage to the day on which the client entered it."""
    if not client.moves:
        plan.date_deadline = when.workday_ago(scene.today, -client.check_in)
        set_columns(plan, {"create_date": [scene.now - timedelta(days=30)] * len(plan)})
        return
    move = client.moves[-1]
    for activity in plan:
        activity.date_deadline = _get_deadline(scene, client, move, activity)
    set_columns(plan, {"create_date": [_at(when.workday_ago(scene.today, move.days))] * len(plan)})
    for place, (activity, feedback) in enumerate(zip(plan, move.done, strict=False), start=1):
        _finish(scene, activity, feedback, max(1, move.days - place))


def _get_deadline(scene, client, move, activity):
    """Return when a step is due; the meeting of the plan is the one on the calendar."""
    planned = [meeting.days for meeting in client.meetings if meeting.days < 0]
    if planned and activity.activity_type_id == scene.env.ref(TYPES["meeting"]):
        return when.workday_ago(scene.today, max(planned))
    return activity.date_deadline - timedelta(days=move.days - move.later)


def _schedule(scene, client, kind, who, summary, days):
    relationship = scene.relationships[client.key]
    activity = relationship.activity_schedule(
        TYPES[kind],
        date_deadline=when.workday_ago(scene.today, days),
        summary=summary,
        user_id=scene.user(who).id,
    )
    made = min(datetime.combine(activity.date_deadline, time(9)), scene.now) - timedelta(days=4)
    set_columns(activity, {"create_date": [made]})
    return activity


def _finish(scene, activity, feedback, days):
    """Mark an activity done, by its owner, on its day."""
    user = activity.user_id
    # sudo: the demo's own record, done in the name of whoever it is about
    messages, _next = activity.with_user(user).sudo()._action_done(feedback=feedback)
    day = when.workday_ago(scene.today, days)
    set_columns(activity, {"date_done": [day]})
    set_created(messages, [_at(day)], date=[_at(day)])


def _at(day):
    return datetime.combine(day, time(15, 20))
