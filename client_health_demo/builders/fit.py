"""How well agency and client fit: the answers on opportunities, and those given again later."""

from odoo.fields import Command

from .past import set_created

# Every question that was asked and is not told of had the good answer.
GROUPS = {
    "us": ("knows_us", "takes_advice"),
    "page": ("decider", "same_problem"),
    "goals": ("clear_aim", "do_their_part", "our_work"),
    "money": ("value_first", "budget"),
    "flags": ("past_agencies", "early_discount", "slow", "free_work", "ashamed"),
}


def build_fit(scene):
    criteria = _get_criteria(scene)
    _build_deals(scene, criteria)
    _settle_open_rounds(scene)
    scene.env["client.fit.round"].create(
        [
            {
                "relationship_id": scene.relationships[client.key].id,
                "reason": fit.reason,
                "date": scene.day(fit.days),
                "user_id": scene.user(client.owner).id,
                "fit_note": fit.note,
                "fit_answer_ids": _get_lines(fit, criteria),
            }
            for client, fit in scene.each("fits")
            if fit.reason
        ]
    )
    for client, flag in scene.each("flags"):
        rounds = scene.relationships[client.key].fit_round_ids
        signed = rounds.filtered(lambda one: one.reason == "before_signing")[-1:]
        seen = signed.flag_ids.filtered(
            lambda line, flag=flag: line.criterion_id == criteria.get(flag.name)
        )
        seen.date_came_true = scene.day(flag.days)
    rounds = scene.env["client.relationship"].concat(*scene.relationships.values()).fit_round_ids
    set_created(rounds, [scene.moment((scene.today - one.date).days) for one in rounds])


def _build_deals(scene, criteria):
    leads = scene.env["crm.lead"].with_context(active_test=False)
    won = leads.browse()
    for client, fit in scene.each("fits"):
        if fit.reason:
            continue
        lead = leads.search(
            [
                ("name", "=", fit.deal),
                ("partner_id.commercial_partner_id", "=", scene.client(client.key).id),
            ]
        )
        lead.write({"fit_note": fit.note, "fit_answer_ids": _get_lines(fit, criteria)})
        won += lead.filtered(lambda lead: lead.won_status == "won")
    won._take_fit_along()


def _get_criteria(scene):
    """Return {short name: question}; the firm may have archived or deleted some."""
    names = [name for group in GROUPS.values() for name in group]
    found = {
        name: scene.env.ref(f"client_health.client_fit_criterion_{name}", raise_if_not_found=False)
        for name in names
    }
    return {name: criterion for name, criterion in found.items() if criterion}


def _get_lines(fit, criteria):
    skipped = {name for group in fit.skipped for name in GROUPS[group]}
    return [
        Command.create(
            {
                "criterion_id": criterion.id,
                "answer": fit.others.get(name, "no" if name in GROUPS["flags"] else "yes"),
            }
        )
        for name, criterion in criteria.items()
        if name not in skipped
    ]


def _settle_open_rounds(scene):
    """Put the rounds that changed expectations have opened to their day.

    Where the story has a round of its own, they were answered by that.
    """
    for client in scene.stories:
        relationship = scene.relationships[client.key]
        opened = relationship.fit_round_ids.filtered(lambda one: one.reason == "expectation")
        outdated = relationship.agreement_ids.filtered("outdated_on").mapped("outdated_on")
        if any(fit.reason for fit in client.fits):
            opened.unlink()
            relationship.activity_search(["client_health.mail_activity_type_fit"]).unlink()
        elif opened and outdated:
            opened.date = max(outdated)
