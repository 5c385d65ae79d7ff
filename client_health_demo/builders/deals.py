"""Opportunities: the won ones behind the projects, open ones, and one that was lost."""

from .past import set_created

OPEN_STAGES = ("new", "qualified", "proposition")
PROBABILITIES = {"new": 15, "qualified": 35, "proposition": 60, "won": 100, "lost": 20}


def build_deals(scene):
    rows = list(scene.each("deals"))
    stages = scene.env["crm.stage"].search([("team_ids", "=", False)])
    leads = scene.env["crm.lead"].create([_prepare_lead(scene, *row, stages) for row in rows])
    for lead, (_client, deal) in zip(leads, rows, strict=True):
        if deal.stage == "lost":
            lead.action_set_lost(lost_reason_id=_get_lost_reason(scene, deal.why_lost).id)
    made = [scene.at(deal.days, 13) for _client, deal in rows]
    closed = [scene.at(deal.closed, 13) for _client, deal in rows]
    moved = [end or start for start, end in zip(made, closed, strict=True)]
    set_created(leads, made, date_open=made, date_closed=closed, date_last_stage_update=moved)
    scene.won = {client.key: [] for client in scene.stories}
    for lead, (client, deal) in zip(leads, rows, strict=True):
        if deal.stage == "won":
            scene.won[client.key].append(lead)


def _prepare_lead(scene, client, deal, stages):
    won = stages.filtered("is_won")[:1]
    pending = stages - won
    place = OPEN_STAGES.index(deal.stage) if deal.stage in OPEN_STAGES else 0
    values = {
        "name": deal.name,
        "type": "opportunity",
        "partner_id": scene.contact(client.key, 1).id,
        "user_id": scene.user(client.owner).id,
        "company_id": scene.company.id,
        "expected_revenue": deal.amount,
        "stage_id": pending[min(place, len(pending) - 1)].id,
        "probability": PROBABILITIES[deal.stage],
    }
    if deal.stage == "won":
        values |= {"stage_id": won.id, "date_closed": scene.at(deal.closed, 13)}
    return values


def _get_lost_reason(scene, name):
    reasons = scene.env["crm.lost.reason"]
    return reasons.search([("name", "=", name)], limit=1) or reasons.create({"name": name})
