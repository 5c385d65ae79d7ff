"""The clients with their people, who looks after whom, the way through the stages, and duties."""

from datetime import datetime, time, timedelta

from . import when
from .offboardings import prepare_end
from .past import set_created
from .scene import pick

# The map of the people was drawn in the spring, so to say.
DRAWN = 160
# A duty is agreed on three weeks before it is due.
BEFORE = 21


def load_partners(env, clients):
    """Make the clients and their contacts with external ids, where they are missing."""
    values = {}
    for client in clients:
        values[f"client_{client.key}"] = {
            **pick(client, "name street city"),
            "is_company": True,
            "country_id": env.ref(f"base.{client.country}").id,
            "email": client.mail,
        }
    _load(env, values)
    _load(
        env,
        {
            f"contact_{client.key}_{number}": {
                "name": contact.name,
                "parent_id": env.ref(f"client_health_demo.demo_client_{client.key}").id,
                "function": contact.job,
                "email": contact.mail,
            }
            for client in clients
            for number, contact in enumerate(client.contacts, start=1)
        },
    )


def _load(env, values):
    env["res.partner"]._load_records(
        [
            {"xml_id": f"client_health_demo.demo_{name}", "values": partner, "noupdate": True}
            for name, partner in values.items()
        ]
    )


def build_relationships(scene):
    model = scene.env["client.relationship"].with_context(active_test=False)
    for client in scene.stories:
        partner = scene.client(client.key)
        domain = [("partner_id", "=", partner.id), ("company_id", "=", scene.company.id)]
        # Winning an opportunity has made one already.
        relationship = model.search(domain) or model.create(
            {"partner_id": partner.id, "company_id": scene.company.id}
        )
        relationship.write(_prepare_relationship(scene, client))
        partner.user_id = scene.user(client.owner)
        scene.relationships[client.key] = relationship
    _build_moves(scene)
    starts = [datetime.combine(get_start(scene, one), time(10, 30)) for one in scene.stories]
    moved = [
        scene.at(client.moves[-1].days, 10, 30) if client.moves else start
        for client, start in zip(scene.stories, starts, strict=True)
    ]
    relationships = model.concat(*scene.relationships.values())
    set_created(relationships, starts, date_last_stage_update=moved)


def get_start(scene, client):
    """Return since when somebody is a client: the day the first order was placed."""
    first = min(scene.start_of(client, project) for project in client.projects)
    return min(first - timedelta(days=1), when.days_ago(scene.today, client.since))


def _prepare_relationship(scene, client):
    return {
        "user_id": scene.user(client.owner).id,
        "date_start": get_start(scene, client),
        "cadence_weekday": client.weekday,
        **pick(client, "cadence channel"),
        "referred_by_id": bool(client.referred_by) and scene.client(client.referred_by).id,
        "note": f"<p>{client.story}</p>",
        "value_estimate": client.belief or False,
    }


def _build_moves(scene):
    """Take every client through its stages, by the same write as a drag on the board."""
    stages = scene.env["client.relationship.stage"]
    # Records that were just made are not tracked until their creation is over.
    scene.env["client.relationship"]._track_finalize()
    for client in scene.stories:
        relationship = scene.relationships[client.key].with_context(tracking_disable=False)
        for move in client.moves:
            if move.phase == "ended":
                prepare_end(scene, client)
            # sudo: the past is told in the name of who moved, whatever he may do today
            mover = relationship.with_user(scene.user(move.who)).sudo()
            mover.write(
                {"stage_id": stages._get_first_stage(move.phase).id, "stage_reason": move.reason}
            )
            # One message per move: without this, Odoo would track the first and last stage only.
            mover._track_finalize()
        _date_moves(scene, client, relationship)
    # The fit questions that a reboot asks again are told in fit.py.
    scene.env["client.fit.round"].search(
        [("relationship_id", "in", [rel.id for rel in scene.relationships.values()])]
    ).unlink()


def _date_moves(scene, client, relationship):
    moments = [scene.at(move.days, 10, 30) for move in client.moves]
    values = scene.env["mail.tracking.value"].search(
        [
            ("mail_message_id.model", "=", relationship._name),
            ("mail_message_id.res_id", "=", relationship.id),
            ("field_id.name", "=", "stage_id"),
        ],
        order="id",
    )
    set_created(values, moments)
    set_created(values.mail_message_id.sorted("id"), moments, date=moments)
    # what else the moves left: what was planned ends with a client that goes
    others = relationship.message_ids - values.mail_message_id
    if moments:
        set_created(others, moments[-1], date=moments[-1])


def build_people(scene):
    """Draw the map of the people, and say what the clients owe us."""
    for client in scene.stories:
        _build_map(scene, client)
    duties = scene.env["client.duty"]
    for client, duty in scene.each("duties"):
        record = duties.create(_prepare_duty(scene, client, duty))
        set_created(record, scene.at(max(duty.days, 0) + BEFORE, 10, 20))


def _build_map(scene, client):
    relationship = scene.relationships[client.key]
    drawn = max(when.days_ago(scene.today, DRAWN), relationship.date_start)
    values = []
    for number, contact in enumerate(client.contacts, start=1):
        partner = scene.contact(client.key, number)
        partner.message_bounce = 2 * contact.bounces
        if contact.roles:
            roles = dict.fromkeys(contact.roles, True)
            values.append({"contact_id": partner.id, "date_roles": drawn, **roles})
    people = scene.env["client.contact"].create(
        [{"relationship_id": relationship.id, **one} for one in values]
    )
    set_created(people, datetime.combine(drawn, time(10)))


def _prepare_duty(scene, client, duty):
    relationship = scene.relationships[client.key]
    values = {
        "relationship_id": relationship.id,
        **pick(duty, "name note kind"),
        "contact_id": scene.contact(client.key, duty.who).id,
        "date_deadline": scene.planned(duty.days),
    }
    if duty.source == "agreement":
        values["agreement_id"] = relationship.agreement_id.id
    if duty.source == "meeting":
        held = [event for one, meeting, event in scene.meetings if one == client and
                meeting.days > 0]  # fmt: skip
        values["event_id"] = max(held, key=lambda event: event.stop).id
    if duty.done is not None:
        values |= {
            "state": "done",
            "done_date": scene.at(duty.done, 15, 20),
            "done_by_id": scene.contact(client.key, duty.done_by or duty.who).id,
            "done_user_id": scene.user(duty.told).id if duty.told else False,
            "done_words": duty.words or False,
        }
    return values
