"""The relationships: who looks after whom, and the way through the stages."""

from datetime import datetime, time, timedelta

from . import when
from .offboardings import prepare_end
from .past import set_created


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
    starts = [_at(get_start(scene, client)) for client in scene.stories]
    moved = [
        _at(when.workday_ago(scene.today, client.moves[-1].days)) if client.moves else start
        for client, start in zip(scene.stories, starts, strict=True)
    ]
    relationships = model.browse(scene.relationships[client.key].id for client in scene.stories)
    set_created(relationships, starts, date_last_stage_update=moved)


def get_start(scene, client):
    """Return since when somebody is a client: the day the first order was placed."""
    first = min(scene.start_of(client, project) for project in client.projects)
    return min(first - timedelta(days=1), when.days_ago(scene.today, client.since))


def _prepare_relationship(scene, client):
    referrer = client.referred_by and scene.client(client.referred_by)
    return {
        "user_id": scene.user(client.owner).id,
        "date_start": get_start(scene, client),
        "cadence": client.cadence,
        "cadence_weekday": client.weekday,
        "channel": client.channel,
        "referred_by_id": referrer.id if referrer else False,
        "note": f"<p>{client.story}</p>",
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
            user = scene.user(move.who or client.owner)
            # sudo: the past is told in the name of who moved, whatever he may do today
            mover = relationship.with_user(user).sudo()
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
    moments = [_at(when.workday_ago(scene.today, move.days)) for move in client.moves]
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


def _at(day):
    return datetime.combine(day, time(10, 30))
