"""The feedback log, issues with their repair, what we told clients, and what colleagues think."""

from datetime import datetime, time, timedelta

from . import when
from .letters import set_sent, write_letter
from .past import set_created
from .scene import pick


def build_feedback(scene):
    for client in scene.stories:
        issues = [_build_issue(scene, client, issue) for issue in client.issues]
        lines = scene.env["client.feedback"].create(
            [_prepare_heard(scene, client, line, issues) for line in client.heard]
        )
        set_created(lines, lines.mapped("date"))
        for question in client.rounds:
            _build_round(scene, client, question)


def _prepare_heard(scene, client, line, issues):
    owner = scene.user(client.owner)
    contact = scene.contact(client.key, line.who)
    message = _find_message(scene, contact, line.text)
    said = message.date or scene.moment(line.days)
    values = {
        "relationship_id": scene.relationships[client.key].id,
        **pick(line, "kind text rating channel"),
        "date": said,
        "contact_id": contact.id,
        "user_id": owner.id,
        "message_id": message.id,
        "issue_id": issues[line.issue].id if line.issue is not None else False,
    }
    if message.model == "project.task":
        task = scene.env["project.task"].browse(message.res_id)
        values |= {"task_id": task.id, "project_id": task.project_id.id}
    elif message.model == "project.project":
        values["project_id"] = message.res_id
    if line.answered is not None:
        answered = max(scene.moment(line.answered), said + timedelta(minutes=25))
        values |= {"answered_date": answered, "answered_by_id": owner.id, "answer": line.answer}
    if line.resolved is not None:
        values |= {
            "resolved_date": max(scene.moment(line.resolved), answered),
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
                **pick(opinion, "text rating strain"),
                "date": scene.moment(opinion.days),
            }
            for opinion in question.opinions
        ]
    )
    set_created(lines, lines.mapped("date"))
    users = scene.env["res.users"].union(*(scene.user(login) for login in question.waiting))
    if users:
        relationship._ask_opinion(users, question.question, scene.planned(-1))


def _build_issue(scene, client, story):
    issue = scene.env["client.issue"].create(
        {
            "relationship_id": scene.relationships[client.key].id,
            **pick(story, "name kind severity side root_cause"),
            "date": when.days_ago(scene.today, story.days),
            "project_id": scene.projects[client.key, 0].id,
            "user_id": scene.user(client.owner).id,
        }
    )
    for guess in story.guesses:
        _build_guess(scene, client, issue, guess)
    for letter in story.letters:
        update = write_letter(
            scene,
            client,
            letter.kind,
            letter.name,
            [letter.text],
            scene.contacts(client, letter.who),
            issue_id=issue.id,
            acknowledgement=letter.part,
        )
        set_sent(update, scene.user(client.owner), scene.moment(letter.days))
    if story.confirmed is not None:
        issue.write(
            {
                "confirmed_date": scene.moment(story.confirmed),
                "confirmed_by_id": scene.contact(client.key, story.confirmed_by).id,
                "confirmed_note": story.confirmed_words,
                "confirmed_by_client": True,
            }
        )
    if story.closed is not None:
        issue.action_close()
        issue.closed_date = scene.moment(story.closed)
    set_created(issue, datetime.combine(issue.date, time(9, 30)))
    return issue


def _build_guess(scene, client, issue, guess):
    """A hypothesis and the task that tries it; what is done was done when it was due."""
    hypothesis = scene.env["client.hypothesis"].create(
        {
            "issue_id": issue.id,
            **pick(guess, "name effect"),
            "user_id": scene.user(guess.login).id if guess.login else False,
            "contact_id": scene.contact(client.key, guess.who).id if guess.who else False,
            "date_deadline": scene.planned(guess.days),
        }
    )
    if guess.task:
        hypothesis.action_create_task()
        made = moved = datetime.combine(issue.date, time(16, 10))
        if guess.asked:
            hypothesis.task_id.requested_by = "client"
        if guess.done:
            hypothesis.task_id.state = "1_done"
            day = min(hypothesis.date_deadline, scene.today - timedelta(days=1))
            moved = max(made, datetime.combine(day, time(15)))
        set_created(hypothesis.task_id, made, date_last_stage_update=moved)
    hypothesis.verdict = guess.verdict
