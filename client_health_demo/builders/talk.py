"""What clients wrote and what we answered, on the projects and their tasks."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from markupsafe import escape

from odoo.fields import Command
from odoo.tools import email_normalize

from ..stories.read import read_table
from . import when
from .past import set_created

QUESTIONS = read_table("usual_questions")


class Message(NamedTuple):
    moment: datetime
    record: object
    author: object
    text: str
    theirs: bool


def build_conversation(scene):
    """Post all messages in one batch, each on its day, the oldest first."""
    messages = []
    for client in scene.stories:
        messages += _in_order([*_get_said(scene, client), *_get_usual(scene, client)], scene.now)
    messages.sort(key=lambda message: message.moment)
    comment = scene.env.ref("mail.mt_comment")
    records = scene.env["mail.message"].create(
        [_prepare_message(message, comment) for message in messages]
    )
    set_created(
        records,
        [message.moment for message in messages],
        create_uid=[message.author.user_ids[:1].id or None for message in messages],
    )


def _in_order(messages, now):
    """Let nobody answer before the question: whatever a weekend moved is put back in order.

    The stories tell their talk in order, so the order of the days decides.
    """
    ordered, last = [], datetime.min
    for _days, message in sorted(messages, key=lambda pair: -pair[0]):
        moment = message.moment
        if moment <= last:
            moment = when.in_office_hours(last + timedelta(minutes=85))
        last = min(moment, now - timedelta(minutes=30))
        ordered.append(message._replace(moment=last))
    return ordered


def _get_said(scene, client):
    for say in client.says:
        record = scene.projects[client.key, say.project]
        if say.task:
            record = record.task_ids.filtered(lambda task, say=say: task.name == say.task)
        theirs = isinstance(say.who, int)
        author = scene.partner(client, say.who)
        moment = scene.moment(say.days)
        yield say.days, Message(moment, record, author, say.text, theirs)


def _get_usual(scene, client):
    for chatter in client.chatter:
        for month in range(chatter.start, chatter.end - 1, -chatter.every):
            yield from _get_month(scene, client, chatter, month)


def _get_month(scene, client, chatter, month):
    """Yield our status at the start of a month, a question of theirs and our answer."""
    record = scene.projects[client.key, 0]
    us = scene.user(client.projects[0].manager).partner_id
    days = when.past_workdays(scene.today, month)
    place = len(client.key) + month
    status = _get_status(scene, client, month + 1)
    if days and status:
        yield _stamp(scene, Message(_at(days[0], 10), record, us, status, theirs=False))
    if month > chatter.silent_from and len(days) > 12:
        them = scene.contact(client.key, 1)
        question, answer = QUESTIONS[place % len(QUESTIONS)]
        asked = _at(days[4 + place % 6], 9)
        answered = when.in_office_hours(asked + timedelta(hours=chatter.reply_hours))
        yield _stamp(scene, Message(asked, record, them, question, theirs=True))
        yield _stamp(scene, Message(answered, record, us, answer, theirs=False))


def _stamp(scene, message):
    """Return (days ago, message), as what the stories tell."""
    return (scene.now - message.moment).total_seconds() / 86400, message


def _at(day, hour):
    """Return a moment of a day; nobody writes on the hour."""
    return datetime.combine(day, time(hour, 7 + day.day))


def _get_status(scene, client, month):
    """Return what we did in a month: the task that took most of the hours."""
    spent = {}
    for line in scene.month_lines.get((client.key, month), ()):
        spent[line.task] = spent.get(line.task, 0) + line.hours
    spent = {task: hours for task, hours in spent.items() if scene.is_billable(task)}
    if not spent:
        return None
    task = max(spent, key=spent.get)
    return (
        f"Status for {when.month_start(scene.today, month):%B}: {sum(spent.values()):g} hours, "
        f"most of them on \u201c{scene.tasks[task].name}\u201d. Questions? Write here, or call me."
    )


def _prepare_message(message, comment):
    recipients = message.record.partner_id if not message.theirs else message.author.browse()
    return {
        "model": message.record._name,
        "res_id": message.record.id,
        "author_id": message.author.id,
        "email_from": message.author.email_formatted,
        "reply_to": email_normalize(message.author.email),
        "message_type": "email" if message.theirs else "comment",
        "subtype_id": comment.id,
        "date": message.moment,
        "body": f"<p>{escape(message.text)}</p>",
        "partner_ids": [Command.set(recipients.ids)],
    }
