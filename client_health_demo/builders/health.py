"""Our own judgement of the clients, and a year of scores, computed from their stories."""

from datetime import timedelta

from .past import set_created
from .projects import at_hour

WEEKS = 52
# So long ago Client Health was set up: what is older was computed afterwards.
NIGHT_WEEKS = 8

# {client key: (pulse, days ago, why, how demanding)}; nobody judged the others yet.
PULSES = {
    "blue_harbour": ("5", 4, "They call us before they call anybody else.", "1"),
    "fernhill": ("2", 6, "Every talk ends with the price. Nobody asks what we deliver.", "5"),
    "marigold": ("2", 3, "The team works for them at night, and nothing of it was ordered.", "5"),
    "northlight": ("4", 9, "Happy with the season, planning the next one.", "2"),
    "copperkettle": ("4", 12, False, "3"),
    "granite_owl": ("3", 5, "The new start is honest, but they have heard that before.", "4"),
    "kestrel": ("2", 2, "Polite as ever, and slower to answer with every month.", "3"),
}


def build_health(scene):
    """Give the pulses and score the past weeks and today, by the code of the nightly run."""
    _build_pulses(scene)
    clients = scene.env["client.relationship"].browse(
        relationship.id for relationship in scene.relationships.values()
    )
    run = scene.env["client.health.run"].with_company(scene.company)
    # and last night: a client moves, or should, when it was low twice in a row
    for days in (*range(WEEKS * 7, 0, -7), 1, 0):
        date = scene.today - timedelta(days=days)
        own = clients.filtered(lambda client, date=date: _is_scored(client, date))
        run._take(scene.company, own.ids, date, backfilled=days > NIGHT_WEEKS * 7)
    clients._refresh_health()
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
    pulses = scene.env["client.pulse"].create(
        [
            {
                "relationship_id": scene.relationships[client.key].id,
                "user_id": scene.user(client.owner).id,
                "date": scene.today - timedelta(days=days),
                "value": value,
                "comment": comment,
                "strain": strain,
            }
            for client in scene.stories
            for value, days, comment, strain in [PULSES.get(client.key, (None,) * 4)]
            if value
        ]
    )
    set_created(pulses, [at_hour(pulse.date, 16) for pulse in pulses])
