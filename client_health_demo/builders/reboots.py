"""The reboots that the moves have opened and ended, put to their days, with what they reached."""

from datetime import timedelta

from odoo.addons.client_health.engine.reboot import read_facts

from .past import set_created


def build_reboots(scene):
    for client in scene.stories:
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
        move, *after = client.moves[place:]
        start = scene.day(move.days)
        values = {"date_start": start, "date_deadline": start + timedelta(days=move.given)}
        if after:
            values["date_end"] = scene.day(after[0].days)
        reboot.write(values)
        set_created(reboot, scene.at(move.days, 10, 30))


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
