"""The map of the people at each client, and what the clients owe us, each on its day."""

from datetime import datetime, time

from ..stories.people_story import BOUNCING, DUTIES, ROLES
from . import when
from .past import set_created

# The map was drawn in the spring, so to say.
DRAWN = 160
# A duty is agreed on three weeks before it is due.
BEFORE = 21


def build_people(scene):
    for client in scene.stories:
        _build_map(scene, client)
        _build_duties(scene, client)


def _build_map(scene, client):
    relationship = scene.relationships[client.key]
    drawn = max(when.days_ago(scene.today, DRAWN), relationship.date_start)
    people = scene.env["client.contact"].create(
        [
            {
                "relationship_id": relationship.id,
                "contact_id": scene.contact(client.key, number).id,
                "date_roles": drawn,
                **dict.fromkeys(roles, True),
            }
            for number, roles in ROLES.get(client.key, {}).items()
        ]
    )
    if client.key in BOUNCING:
        scene.contact(client.key, BOUNCING[client.key]).message_bounce = 2
    set_created(people, [datetime.combine(drawn, time(10))] * len(people))


def _build_duties(scene, client):
    stories = DUTIES.get(client.key, ())
    duties = scene.env["client.duty"].create(
        [_prepare_duty(scene, client, story) for story in stories]
    )
    set_created(duties, [_at(scene, max(story.due, 0) + BEFORE, hour=10) for story in stories])


def _prepare_duty(scene, client, story):
    relationship = scene.relationships[client.key]
    values = {
        "relationship_id": relationship.id,
        "name": story.name,
        "note": story.note or False,
        "kind": story.kind,
        "contact_id": scene.contact(client.key, story.who).id,
        "date_deadline": when.workday_ago(scene.today, story.due),
    }
    if story.source == "agreement":
        values["agreement_id"] = relationship.agreement_id.id
    if story.source == "meeting":
        values["event_id"] = _get_meeting(scene, relationship).id
    if story.done is not None:
        who = scene.contact(client.key, story.done_by or story.who)
        values |= {
            "state": "done",
            "done_date": _at(scene, story.done, hour=15),
            "done_by_id": who.id,
            "done_user_id": scene.user(story.told).id if story.told else False,
            "done_words": story.words or False,
        }
    return values


def _get_meeting(scene, relationship):
    """Return the last meeting with the client."""
    return scene.env["calendar.event"].search(
        [
            ("partner_ids", "child_of", relationship.partner_id.ids),
            ("stop", "<", scene.now),
        ],
        order="stop desc",
        limit=1,
    )


def _at(scene, days, hour):
    return datetime.combine(when.workday_ago(scene.today, days), time(hour, 20))
