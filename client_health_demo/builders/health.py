"""Our own judgement of the clients, and a year of scores, computed from their stories."""

from datetime import timedelta

from .past import set_created

WEEKS = 52
# So long ago Client Health was set up: what is older was computed afterwards.
NIGHT_WEEKS = 8


def build_health(scene):
    """Give the pulses and score the past weeks and today, by the code of the nightly run."""
    _build_pulses(scene)
    clients = scene.env["client.relationship"].concat(*scene.relationships.values())
    run = scene.env["client.health.run"].with_company(scene.company)
    # and last night: a client moves, or should, when it was low twice in a row
    for days in (*range(WEEKS * 7, 0, -7), 1, 0):
        date = scene.today - timedelta(days=days)
        own = clients.filtered(lambda client, date=date: _is_scored(client, date))
        run._take(scene.company, own.ids, date, backfilled=days > NIGHT_WEEKS * 7)
    clients._refresh_health()
    clients._refresh_people_flag()
    _propose(scene, clients)


def _propose(scene, clients):
    """The agency decides itself who is at risk; so the demo's stages stay as they were told."""
    scene.company.client_health_move = "propose"
    proposal = scene.env["client.health.proposal"].with_company(scene.company)
    proposal._follow_night(scene.company, clients, scene.today)


def _is_scored(client, date):
    """As the nights do it: from the first day of a client to its last."""
    ended = client.phase == "ended" and client.date_last_stage_update.date()
    return client.date_start <= date and (not ended or date <= ended)


def _build_pulses(scene):
    for client, pulse in scene.each("pulses"):
        record = scene.env["client.pulse"].create(
            {
                "relationship_id": scene.relationships[client.key].id,
                "user_id": scene.user(client.owner).id,
                "date": scene.today - timedelta(days=pulse.days),
                "value": pulse.value,
                "comment": pulse.why or False,
                "strain": pulse.strain,
            }
        )
        set_created(record, scene.at(pulse.days, 16))
