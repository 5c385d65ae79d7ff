"""How the agency parts with a client: talk, handover, farewell, and the sheet of that day."""

from datetime import datetime, time

from odoo.fields import Command

from .letters import set_sent, write_letter
from .past import set_columns, set_created
from .scene import pick


def prepare_end(scene, client):
    """Do all that has to be done before a client may end, each thing on its day."""
    [parting] = client.partings
    offboarding = _get_offboarding(scene, client)
    offboarding.event_id = next(
        (event for one, meeting, event in scene.meetings
         if one == client and meeting.title == parting.talk), False
    )  # fmt: skip
    _build_lines(scene, client, parting, offboarding)
    letter = write_letter(
        scene,
        client,
        "farewell",
        parting.subject,
        parting.letter,
        scene.contacts(client, parting.letter_to),
        offboarding_id=offboarding.id,
    )
    if parting.sent is not None:
        set_sent(letter, scene.user(client.owner), scene.at(parting.sent, 11, 5))


def build_offboardings(scene):
    for client, parting in scene.each("partings"):
        offboarding = _get_offboarding(scene, client)
        if offboarding.state == "open":
            prepare_end(scene, client)
        offboarding.write(_prepare_offboarding(scene, parting))
        days = {move.phase: move.days for move in client.moves}
        offboarding.date_start = scene.day(days["offboard"])
        if offboarding.date_end:
            offboarding.date_end = scene.day(days["ended"])
        set_created(offboarding, scene.at(days["offboard"], 10, 30))
        set_created(offboarding.line_ids, scene.at(days["offboard"], 10, 30))


def freeze_decisions(scene):
    """Give the sheets the figures of their day, now that the money of the past is known."""
    for client, parting in scene.each("partings"):
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
        set_created(decision, moment)
        scene.env.cr.execute(
            "UPDATE client_decision SET reason = %s WHERE id = %s", (parting.why, decision.id)
        )
        decision.invalidate_recordset(["reason"])


def _get_offboarding(scene, client):
    return scene.env["client.offboarding"].search(
        [("relationship_id", "=", scene.relationships[client.key].id)], limit=1
    )


def _prepare_offboarding(scene, parting):
    reasons = [
        scene.env.ref(f"client_health.client_offboarding_reason_{name}") for name in parting.reasons
    ]
    values = {
        "reason_ids": [Command.link(reason.id) for reason in reasons],
        "notice_date": scene.day(parting.notice),
        "last_day": scene.planned(parting.last_day),
        **pick(parting, "work_again lessons"),
    }
    if parting.referral:
        partner = scene.ref(parting.referral)
        values |= {"referral_partner_id": partner.id, "referral_note": parting.introduced}
    return values


def _build_lines(scene, client, parting, offboarding):
    lines = scene.env["client.handover"].create(
        [
            {
                "offboarding_id": offboarding.id,
                **pick(thing, "kind name note"),
                "user_id": scene.user(thing.who).id,
                "contact_id": thing.contact and scene.contact(client.key, thing.contact).id,
            }
            for thing in client.things
        ]
    )
    for line, thing in zip(lines, client.things, strict=True):
        _do(scene, line, thing.done)
    accesses = (offboarding.line_ids - lines).filtered(lambda line: line.kind == "access")
    _do(scene, accesses, parting.accesses)


def _do(scene, lines, days):
    if days is None:
        return
    for line in lines:
        # sudo: the demo's own record, done in the name of whoever it is about
        line.with_user(line.user_id).sudo().action_done()
    set_columns(lines, {"done_date": [scene.day(days)] * len(lines)})
