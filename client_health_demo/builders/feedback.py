"""The feedback log, issues with their repair, what we told clients, and what colleagues think."""

from datetime import datetime, time, timedelta

from markupsafe import Markup

from odoo.fields import Command

from ..stories.feedback_story import VOICES
from . import when
from .letters import set_sent
from .past import set_created


def build_feedback(scene):
    for client in scene.stories:
        voice = VOICES[client.key]
        issue = voice.issue and _build_issue(scene, client, voice.issue)
        _build_heard(scene, client, voice.heard, issue)
        for question in voice.rounds:
            _build_round(scene, client, question)


def _at(scene, days):
    return when.moment_ago(scene.now, days)


def _build_heard(scene, client, heard, issue):
    lines = scene.env["client.feedback"].create(
        [_prepare_heard(scene, client, line, issue) for line in heard]
    )
    set_created(lines, lines.mapped("date"))


def _prepare_heard(scene, client, line, issue):
    owner = scene.user(client.owner)
    contact = scene.contact(client.key, line.who)
    message = _find_message(scene, contact, line.text)
    said = message.date or _at(scene, line.days)
    values = {
        "relationship_id": scene.relationships[client.key].id,
        "kind": line.kind,
        "text": line.text,
        "rating": line.rating or False,
        "channel": line.channel,
        "date": said,
        "contact_id": contact.id,
        "user_id": owner.id,
        "message_id": message.id,
        "issue_id": issue.id if issue and line.issue else False,
    }
    if message.model == "project.task":
        task = scene.env["project.task"].browse(message.res_id)
        values |= {"task_id": task.id, "project_id": task.project_id.id}
    elif message.model == "project.project":
        values["project_id"] = message.res_id
    if line.answered is not None:
        answered = max(_at(scene, line.answered), said + timedelta(minutes=25))
        values |= {
            "answered_date": answered,
            "answered_by_id": owner.id,
            "answer": line.answer,
        }
        if line.resolved is not None:
            values |= {
                "resolved_date": max(_at(scene, line.resolved), answered),
                "resolved_by_id": owner.id,
                "resolution": line.resolution,
            }
    return values


def _find_message(scene, author, text):
    return scene.env["mail.message"].search(
        [("author_id", "=", author.id), ("body", "ilike", text[:30].replace("%", r"\%"))], limit=1
    )


def _build_round(scene, client, question):
    """The question of a round: answers are in the log, who waits has it among the activities."""
    relationship = scene.relationships[client.key]
    asked = (*(opinion.login for opinion in question.opinions), *question.waiting)
    relationship.message_subscribe([scene.user(login).partner_id.id for login in asked])
    lines = scene.env["client.feedback"].create(
        [
            {
                "relationship_id": relationship.id,
                "kind": "team",
                "user_id": scene.user(opinion.login).id,
                "question": question.question,
                "text": opinion.text,
                "rating": opinion.rating,
                "strain": opinion.strain,
                "date": _at(scene, opinion.days),
            }
            for opinion in question.opinions
        ]
    )
    set_created(lines, lines.mapped("date"))
    users = scene.env["res.users"].union(*(scene.user(login) for login in question.waiting))
    if users:
        relationship._ask_opinion(users, question.question, when.workday_ago(scene.today, -1))


def _build_issue(scene, client, story):
    issue = scene.env["client.issue"].create(
        {
            "relationship_id": scene.relationships[client.key].id,
            "name": story.name,
            "kind": story.kind,
            "severity": story.severity,
            "side": story.side or False,
            "root_cause": story.cause,
            "date": when.days_ago(scene.today, story.days),
            "project_id": scene.projects[client.key, 0].id,
            "user_id": scene.user(client.owner).id,
        }
    )
    for guess in story.guesses:
        _build_guess(scene, client, issue, guess)
    for letter in story.letters:
        _build_letter(scene, client, issue, letter)
    if story.confirmed:
        days, who, words = story.confirmed
        issue.write(
            {
                "confirmed_date": _at(scene, days),
                "confirmed_by_id": scene.contact(client.key, who).id,
                "confirmed_note": words,
                "confirmed_by_client": True,
            }
        )
    if story.closed is not None:
        issue.action_close()
        issue.closed_date = _at(scene, story.closed)
    set_created(issue, [datetime.combine(issue.date, time(9, 30))])
    return issue


def _build_guess(scene, client, issue, guess):
    hypothesis = scene.env["client.hypothesis"].create(
        {
            "issue_id": issue.id,
            "name": guess.name,
            "effect": guess.effect,
            "user_id": scene.user(guess.login).id if guess.login else False,
            "contact_id": scene.contact(client.key, guess.who).id if guess.who else False,
            "date_deadline": when.workday_ago(scene.today, -guess.due),
        }
    )
    if guess.task:
        _build_task(scene, hypothesis, guess)
    hypothesis.verdict = guess.verdict


def _build_task(scene, hypothesis, guess):
    """The task that tries it; what is done was done when it was due."""
    hypothesis.action_create_task()
    made = moved = datetime.combine(hypothesis.issue_id.date, time(16, 10))
    if guess.done:
        hypothesis.task_id.state = "1_done"
        day = min(hypothesis.date_deadline, scene.today - timedelta(days=1))
        moved = max(made, datetime.combine(day, time(15)))
    set_created(hypothesis.task_id, [made], date_last_stage_update=[moved])


def _build_letter(scene, client, issue, letter):
    """What was sent, and its trace; no mail goes out."""
    owner = scene.user(client.owner)
    moment = _at(scene, letter.days)
    contacts = scene.env["res.partner"].union(
        *(scene.contact(client.key, who) for who in letter.who)
    )
    names = " and ".join(contact.name.split()[0] for contact in contacts)
    update = scene.env["client.update"].create(
        {
            "relationship_id": issue.relationship_id.id,
            "issue_id": issue.id,
            "kind": letter.kind,
            "name": letter.name,
            "recipient_ids": [Command.set(contacts.ids)],
            "body": Markup("<p>Dear {},</p><p>{}</p>").format(names, letter.text),
            "acknowledgement": letter.part,
        }
    )
    set_sent(update, owner, moment)
