"""How the agency parts with a client: talk, handover, farewell, and the sheet of that day."""

from datetime import datetime, time

from markupsafe import Markup

from odoo.fields import Command

from ..stories.offboarding_story import PARTINGS
from . import when
from .letters import set_sent
from .past import set_columns, set_created


def prepare_end(scene, client):
    """Do all that has to be done before a client may end, each thing on its day."""
    offboarding = _get_offboarding(scene, client)
    story = PARTINGS[client.key]
    _build_conversation(scene, story, offboarding)
    _build_lines(scene, client, story, offboarding)
    _build_farewell(scene, client, story, offboarding)


def build_offboardings(scene):
    for client in scene.stories:
        story = PARTINGS.get(client.key)
        if not story:
            continue
        offboarding = _get_offboarding(scene, client)
        if offboarding.state == "open":
            prepare_end(scene, client)
        offboarding.write(_prepare_offboarding(scene, story))
        _date_offboarding(scene, client, offboarding)


def freeze_decisions(scene):
    """Give the sheets the figures of their day, now that the money of the past is known."""
    for client in scene.stories:
        story = PARTINGS.get(client.key)
        if not story:
            continue
        offboarding = _get_offboarding(scene, client)
        decision, day = offboarding.decision_id, offboarding.date_start
        figures = decision._read_figures(offboarding.relationship_id, day)
        moment = datetime.combine(day, time(10, 25))
        decision.write(
            {
                "date": day,
                "figures": figures[offboarding.relationship_id.id],
                "decided_date": moment,
                "seen_date": moment,
                "seen_by_ids": [Command.set(decision.decided_by_id.ids)],
            }
        )
        # superuser: what was decided is frozen for everybody else; so is why
        set_created(decision, [moment])
        scene.env.cr.execute(
            "UPDATE client_decision SET reason = %s WHERE id = %s", (story.why, decision.id)
        )
        decision.invalidate_recordset(["reason"])


def _get_offboarding(scene, client):
    return scene.env["client.offboarding"].search(
        [("relationship_id", "=", scene.relationships[client.key].id)], limit=1
    )


def _prepare_offboarding(scene, story):
    values = {
        "reason_ids": [
            Command.link(scene.env.ref(f"client_health.client_offboarding_reason_{name}").id)
            for name in story.reasons
        ],
        "notice_date": when.workday_ago(scene.today, story.notice),
        "last_day": when.days_ago(scene.today, story.last_day),
        "work_again": story.work_again,
        "lessons": story.lessons,
    }
    if story.referral:
        partner, note = story.referral
        values |= {"referral_partner_id": scene.ref(partner).id, "referral_note": note}
    return values


def _date_offboarding(scene, client, offboarding):
    days = {move.phase: when.workday_ago(scene.today, move.days) for move in client.moves}
    start = days["offboard"]
    offboarding.date_start = start
    if offboarding.date_end:
        offboarding.date_end = days["ended"]
    moment = datetime.combine(start, time(10, 30))
    set_created(offboarding, [moment])
    set_created(offboarding.line_ids, [moment] * len(offboarding.line_ids))


def _build_conversation(scene, story, offboarding):
    offboarding.event_id = scene.env["calendar.event"].search(
        [
            ("name", "=", story.talk),
            ("partner_ids.commercial_partner_id", "=", offboarding.partner_id.id),
        ],
        limit=1,
    )


def _build_lines(scene, client, story, offboarding):
    lines = scene.env["client.handover"].create(
        [
            {
                "offboarding_id": offboarding.id,
                "kind": thing.kind,
                "name": thing.name,
                "note": thing.note,
                "user_id": scene.user(thing.who).id,
                "contact_id": scene.contact(client.key, thing.contact).id
                if thing.contact
                else False,
            }
            for thing in story.things
        ]
    )
    for line, thing in zip(lines, story.things, strict=True):
        _do(scene, line, thing.done)
    accesses = (offboarding.line_ids - lines).filtered(lambda line: line.kind == "access")
    _do(scene, accesses, story.accesses)


def _do(scene, lines, days):
    if days is None:
        return
    for line in lines:
        # sudo: the demo's own record, done in the name of whoever it is about
        line.with_user(line.user_id).sudo().action_done()
    set_columns(lines, {"done_date": [when.workday_ago(scene.today, days)] * len(lines)})


def _build_farewell(scene, client, story, offboarding):
    """What was sent, and its trace; no mail goes out."""
    letter = story.farewell
    owner = scene.user(client.owner)
    contacts = scene.env["res.partner"].union(
        *(scene.contact(client.key, who) for who in letter.who)
    )
    names = " and ".join(contact.name.split()[0] for contact in contacts)
    update = scene.env["client.update"].create(
        {
            "relationship_id": offboarding.relationship_id.id,
            "offboarding_id": offboarding.id,
            "kind": "farewell",
            "name": letter.name,
            "recipient_ids": [Command.set(contacts.ids)],
            "body": Markup("<p>Dear {},</p>").format(names)
            + Markup("").join(Markup("<p>{}</p>").format(text) for text in letter.text),
        }
    )
    if letter.sent is None:
        return
    moment = datetime.combine(when.workday_ago(scene.today, letter.sent), time(11, 5))
    set_sent(update, owner, moment)
