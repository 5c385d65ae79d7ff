"""The reboots that the moves have opened and ended, put to their days, with what they reached."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from odoo.addons.client_health.engine.reboot import read_facts

from . import when
from .past import set_created


class Bottleneck(NamedTuple):
    """What holds a client up, and what is tried; days are days ago, negative ones lie ahead."""

    days: int
    name: str
    cause: str
    side: str
    guess: str
    effect: str
    login: str
    who: int
    due: int


BOTTLENECKS = {
    "granite_owl": Bottleneck(
        days=13,
        name="Nobody knows whose stock file is right",
        cause="Each store sends its own file, in its own form, at a time of its own.",
        side="shared",
        guess="one export a night from the tills, with one person who answers for it",
        effect="the import runs for two weeks without a repair",
        login="tom",
        who=2,
        due=-12,
    ),
}


def build_reboots(scene):
    for client in scene.stories:
        if client.key in BOTTLENECKS:
            _build_bottleneck(scene, client, BOTTLENECKS[client.key])
        _date_reboots(scene, client)
    relationships = scene.env["client.relationship"].union(*scene.relationships.values())
    scene.env.flush_all()
    ended = relationships.reboot_ids.filtered("date_end")
    _freeze(ended)
    # As the nightly job does: reminders, and the state of those whose time is over.
    still_open = relationships.reboot_ids - ended
    still_open._follow(still_open._get_reminder_domains())


def _date_reboots(scene, client):
    """Put each reboot between the move that opened it and the one that ended it."""
    reboots = scene.relationships[client.key].reboot_ids.sorted("id")
    places = [place for place, move in enumerate(client.moves) if move.phase == "reboot"]
    for reboot, place in zip(reboots, places, strict=True):
        start = when.workday_ago(scene.today, client.moves[place].days)
        values = {
            "date_start": start,
            "date_deadline": start + timedelta(days=client.moves[place].given),
        }
        if place + 1 < len(client.moves):
            values["date_end"] = when.workday_ago(scene.today, client.moves[place + 1].days)
        reboot.write(values)
        set_created(reboot, [datetime.combine(start, time(10, 30))])


def _freeze(ended):
    """Keep what the records show at the end of each, as ending it does.

    What work is unclear today was not unclear then.
    """
    facts = read_facts(ended.env, ended)
    for reboot in ended:
        reboot.evidence = reboot._judge_points(facts[reboot.id], tasks=0)
        accepted = reboot.relationship_id.agreement_ids.filtered(
            lambda agreement, end=reboot.date_end: (
                agreement.accepted_on and agreement.accepted_on.date() <= end
            )
        )
        reboot.agreement_id = accepted.sorted("accepted_on")[-1:]
        reboot.is_forced = reboot.state == "renewed" and reboot.done_count < 5


def _build_bottleneck(scene, client, story):
    issue = scene.env["client.issue"].create(
        {
            "relationship_id": scene.relationships[client.key].id,
            "name": story.name,
            "kind": "bottleneck",
            "side": story.side,
            "root_cause": story.cause,
            "date": when.workday_ago(scene.today, story.days),
            "project_id": scene.projects[client.key, 0].id,
            "user_id": scene.user(client.owner).id,
        }
    )
    hypothesis = scene.env["client.hypothesis"].create(
        {
            "issue_id": issue.id,
            "name": story.guess,
            "effect": story.effect,
            "user_id": scene.user(story.login).id,
            "contact_id": scene.contact(client.key, story.who).id,
            "date_deadline": when.workday_ago(scene.today, story.due),
        }
    )
    hypothesis.action_create_task()
    hypothesis.task_id.requested_by = "client"
    moment = [datetime.combine(issue.date, time(15, 40))]
    set_created(issue, moment)
    set_created(hypothesis.task_id, moment, date_last_stage_update=moment)
