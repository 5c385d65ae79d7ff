"""Goals, accomplishments and what the clients say that it is all worth, each on its day."""

from datetime import timedelta

from odoo.fields import Command

from odoo.addons.client_health.engine.clock import get_closed_months
from odoo.addons.client_health.engine.correspondence import contacts

from . import when
from .letters import set_sent
from .past import set_created
from .scene import pick


def build_results(scene):
    for client in scene.stories:
        goals = _build_goals(scene, client)
        _build_results(scene, client, goals)
    for client, words in scene.each("values"):
        value = scene.env["client.value"]._record(
            scene.relationships[client.key],
            scene.contact(client.key, words.who),
            words.source,
            words=words.text,
            date=scene.day(words.days),
        )
        set_created(value, scene.at(words.days, 11, 40))


def _build_goals(scene, client):
    """Return {name: goal}."""
    goals = scene.env["client.goal"].create(
        [_prepare_goal(scene, client, goal) for goal in client.goals]
    )
    for goal, told in zip(goals, client.goals, strict=True):
        # superuser, as all of the demo: the days on which it was agreed and closed
        goal.date_agreed = scene.day(told.agreed)
        goal.date_closed = scene.day(told.closed) if told.outcome else False
        _note_word(scene.relationships[client.key], goal)
        if told.adjusted:
            _adjust(scene, goal, *told.adjusted)
    set_created(goals, [scene.at(told.start, 11, 40) for told in client.goals])
    return dict(zip(goals.mapped("name"), goals, strict=True))


def _note_word(relationship, goal):
    """Say who agreed, and how: in the meeting of that day, or in a call, which shows nothing."""
    if goal.date_agreed:
        kinds = contacts.read_kinds(goal.env, relationship, goal.date_agreed)
        source = "meeting" if contacts.MEETING in kinds.get(relationship.id, ()) else "call"
        words = goal._prepare_words(relationship, source, goal.date_agreed)
        goal.write(words[relationship])
        goal.agreed_by_id = goal.client_owner_id


def _adjust(scene, goal, days, before):
    """Leave what a change of the target would have left in the discussion of the goal."""
    field = scene.env["ir.model.fields"]._get(goal._name, "target")
    values = {"old_value_float": before, "new_value_float": goal.target}
    message = scene.env["mail.message"].create(
        {
            "model": goal._name,
            "res_id": goal.id,
            "author_id": goal.user_id.partner_id.id,
            "message_type": "notification",
            "subtype_id": scene.env.ref("mail.mt_note").id,
            "date": scene.at(days, 11, 40),
            "tracking_value_ids": [Command.create({"field_id": field.id, **values})],
        }
    )
    set_created(message, message.date)


def _prepare_goal(scene, client, goal):
    return {
        **pick(goal, "name benefit_client benefit_us unit"),
        "relationship_id": scene.relationships[client.key].id,
        "baseline": goal.baseline,
        "target": goal.target,
        "actual": goal.actual or 0,
        "date_measured": goal.actual is not None and scene.day(goal.measured),
        "horizon": "big" if goal.big else "period",
        "date_start": when.days_ago(scene.today, goal.start),
        "date_end": scene.planned(goal.end),
        "date_discussed": scene.day(goal.talked),
        "state": goal.outcome or ("draft" if goal.agreed is None else "agreed"),
        "project_id": scene.project(client, goal.project).id,
        "client_owner_id": scene.contact(client.key, goal.who).id,
        "user_id": scene.user(client.owner).id,
    }


def _build_results(scene, client, goals):
    results = scene.env["client.accomplishment"].create(
        [_prepare_result(scene, client, result, goals) for result in client.results]
    )
    set_created(results, [scene.at(told.days, 11, 40) for told in client.results])
    for result, told in zip(results, client.results, strict=True):
        if told.verdict:
            _answer(scene, client, result, told)


def _prepare_result(scene, client, result, goals):
    project = scene.projects[client.key, 0]
    milestone = project.milestone_ids.filtered(lambda one: one.name == result.milestone)
    return {
        **pick(result, "name description value_words value_amount"),
        "relationship_id": scene.relationships[client.key].id,
        "date": scene.day(result.days),
        "is_shared": result.shared,
        "project_id": project.id,
        "milestone_id": milestone.id,
        "goal_id": goals[result.goal].id if result.goal else False,
    }


def _answer(scene, client, result, told):
    contact = scene.contact(client.key, told.who)
    answer = result._answer(
        contact,
        told.source,
        told.verdict,
        amount=told.figure,
        words=told.answer,
        date=scene.day(told.answered),
    )
    # What was seen otherwise long ago was talked over long ago.
    result.activity_unlink(["mail.mail_activity_data_call"])
    moment = scene.at(told.answered, 11, 40)
    set_created(answer, moment)
    set_created(result.message_ids, moment, date=moment)
    # by the portal or a link, as the contact; else it was written down here
    result.message_ids.author_id = contact


def build_value_reports(scene):
    """Send one value report and begin another; once the ledger knows the fees."""
    for client, report in scene.each("reports"):
        update = scene.env["client.update"].create(
            {
                "relationship_id": scene.relationships[client.key].id,
                "kind": "value_report",
                "name": "Value report",
                "recipient_ids": [Command.set(scene.contacts(client, report.who).ids)],
                "user_id": scene.user(client.owner).id,
                **(_get_year(scene) if report.sent else {}),
            }
        )
        update.action_use_template()
        if report.sent:
            update.report_html = update._get_report_html()
            update.report_lang = update._get_report_lang()
            set_sent(update, scene.user(client.owner), scene.now - timedelta(hours=2))


def _get_year(scene):
    """Return the last twelve months that are closed."""
    start, end = get_closed_months(scene.company, scene.today)
    return {
        "report_period": "own",
        "report_start": start,
        "report_end": end - timedelta(days=1),
    }
