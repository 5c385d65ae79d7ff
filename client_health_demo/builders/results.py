"""Goals, accomplishments and what the clients say that it is all worth, each on its day."""

from datetime import datetime, time, timedelta

from odoo.fields import Command

from odoo.addons.client_health.engine.clock import get_closed_months

from ..stories.results_story import STORIES
from . import when
from .letters import set_sent
from .past import set_created


def build_results(scene):
    for client in scene.stories:
        story = STORIES.get(client.key)
        if not story:
            continue
        scene.relationships[client.key].value_estimate = story.belief
        goals = _build_goals(scene, client, story)
        _build_results(scene, client, story, goals)
        _build_words(scene, client, story)


def _build_goals(scene, client, story):
    """Return {name: goal}."""
    goals = scene.env["client.goal"].create(
        [_prepare_goal(scene, client, goal) for goal in story.goals]
    )
    for goal, told in zip(goals, story.goals, strict=True):
        # superuser, as all of the demo: the days on which it was agreed and closed
        goal.date_agreed = _day(scene, told.agreed)
        goal.date_closed = _day(scene, told.closed) if told.outcome else False
        if told.adjusted:
            _adjust(scene, goal, told)
    set_created(goals, [_at(scene, told.start) for told in story.goals])
    return dict(zip(goals.mapped("name"), goals, strict=True))


def _adjust(scene, goal, told):
    """Leave what a change of the target would have left in the discussion of the goal."""
    days, before = told.adjusted
    field = scene.env["ir.model.fields"]._get(goal._name, "target")
    message = scene.env["mail.message"].create(
        {
            "model": goal._name,
            "res_id": goal.id,
            "author_id": goal.user_id.partner_id.id,
            "message_type": "notification",
            "subtype_id": scene.env.ref("mail.mt_note").id,
            "date": _at(scene, days),
            "tracking_value_ids": [
                Command.create(
                    {
                        "field_id": field.id,
                        "old_value_float": before,
                        "new_value_float": goal.target,
                    }
                )
            ],
        }
    )
    set_created(message, [_at(scene, days)])


def _prepare_goal(scene, client, goal):
    baseline, target, unit = goal.way
    project = scene.projects[client.key, goal.project] if goal.project is not None else None
    return {
        "name": goal.name,
        "relationship_id": scene.relationships[client.key].id,
        "benefit_client": goal.theirs,
        "benefit_us": goal.ours,
        "baseline": baseline,
        "target": target,
        "unit": unit,
        "actual": goal.actual or 0,
        "date_measured": goal.actual is not None and _day(scene, goal.measured),
        "horizon": "big" if goal.big else "period",
        "date_start": when.days_ago(scene.today, goal.start),
        "date_end": when.days_ago(scene.today, goal.end),
        "date_discussed": _day(scene, goal.talked),
        "state": goal.outcome or ("draft" if goal.agreed is None else "agreed"),
        "project_id": project.id if project else False,
        "client_owner_id": scene.contact(client.key, goal.who).id,
    }


def _build_results(scene, client, story, goals):
    results = scene.env["client.accomplishment"].create(
        [_prepare_result(scene, client, result, goals) for result in story.results]
    )
    set_created(results, [_at(scene, told.days) for told in story.results])
    for result, told in zip(results, story.results, strict=True):
        if told.answer:
            _answer(scene, client, result, told)


def _prepare_result(scene, client, result, goals):
    project = scene.projects[client.key, result.project] if result.project is not None else None
    milestone = project and project.milestone_ids.filtered(
        lambda milestone: milestone.name == result.milestone
    )
    goal = goals.get(result.goal)
    return {
        "name": result.name,
        "relationship_id": scene.relationships[client.key].id,
        "date": _day(scene, result.days),
        "description": result.what,
        "value_words": result.worth,
        "value_amount": result.amount,
        "link": result.link,
        "is_shared": result.shared,
        "project_id": project.id if project else False,
        "milestone_id": milestone.id if milestone else False,
        "goal_id": goal.id if goal else False,
    }


def _answer(scene, client, result, told):
    who, days, verdict, words, amount, source = told.answer
    answer = result._answer(
        scene.contact(client.key, who),
        source,
        verdict,
        amount=amount,
        words=words,
        date=_day(scene, days),
    )
    # What was seen otherwise long ago was talked over long ago.
    result.activity_unlink(["mail.mail_activity_data_call"])
    set_created(answer, [_at(scene, days)])
    notes = result.message_ids.sorted("id")
    moments = [_at(scene, days)] * len(notes)
    set_created(notes, moments, date=moments)


def _build_words(scene, client, story):
    values = scene.env["client.value"]
    for words in story.words:
        value = values._record(
            scene.relationships[client.key],
            scene.contact(client.key, words.who),
            words.source,
            words=words.text,
            date=_day(scene, words.days),
        )
        set_created(value, [_at(scene, words.days)])


def _day(scene, days):
    return False if days is None else when.workday_ago(scene.today, days)


def _at(scene, days):
    return datetime.combine(when.workday_ago(scene.today, days), time(11, 40))


def build_value_reports(scene):
    """Send one value report and begin another; once the ledger knows the fees."""
    for client in scene.stories:
        story = STORIES.get(client.key)
        if story and story.report:
            _build_value_report(scene, client, story.report)


def _build_value_report(scene, client, report):
    contacts = [scene.contact(client.key, who).id for who in report.who]
    update = scene.env["client.update"].create(
        {
            "relationship_id": scene.relationships[client.key].id,
            "kind": "value_report",
            "name": "Value report",
            "recipient_ids": [Command.set(contacts)],
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
