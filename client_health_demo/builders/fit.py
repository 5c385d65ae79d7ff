"""How well agency and client fit: the answers on opportunities, and those given again later.

Told by what was not as one would wish: every other question that was asked had the good answer.
"""

from typing import NamedTuple

from odoo.fields import Command

from . import when
from .past import set_created

GROUPS = {
    "us": ("knows_us", "takes_advice"),
    "page": ("decider", "same_problem"),
    "goals": ("clear_aim", "do_their_part", "our_work"),
    "money": ("value_first", "budget"),
    "flags": ("past_agencies", "early_discount", "slow", "free_work", "ashamed"),
}


class Answers(NamedTuple):
    """What was found: ``others`` {question: answer}; ``skipped`` groups nobody asked about."""

    others: dict
    note: str = ""
    skipped: tuple = ()


class Round(NamedTuple):
    """The same questions asked again, ``days`` ago, for a reason."""

    days: int
    reason: str
    answers: Answers


ALL_WELL = Answers({})

# {opportunity: what was found}
DEALS = {
    "Website and booking for all hotels": Answers(
        {}, "Elena had read our case of the mountain lodges, and asked for Iris by name."
    ),
    "Guest app": ALL_WELL,
    "Loyalty scheme for returning guests": Answers({"clear_aim": "partly"}, skipped=("flags",)),
    "Tickets and seat plan online": Answers(
        {"value_first": "no"}, skipped=("page", "goals", "flags")
    ),
    "Patient portal for seven practices": Answers(
        {"value_first": "no", "early_discount": "yes", "do_their_part": "partly"},
        "Carla asked for ten per cent in the first call, before we had seen a single page.",
    ),
    "Intranet for the practices": Answers(
        {"budget": "no", "value_first": "no", "early_discount": "yes"},
        "They wanted the whole intranet for the price of a landing page.",
    ),
    "Tracking of parcels and vans": Answers({"slow": "partly"}),
    "Planning of routes": Answers({"slow": "yes"}, "Three reminders for one date.", ("page",)),
    "Seed shop and care": Answers({"clear_aim": "partly", "value_first": "partly"}),
    "Timetables and tickets": ALL_WELL,
    "Freight bookings": Answers({}, skipped=("page", "goals", "money", "flags")),
    "Reading room": Answers({"budget": "partly"}),
    "Relaunch of the web shop": Answers(
        {"clear_aim": "no", "decider": "partly", "do_their_part": "partly"},
        "Go-live meant something else to everybody in the room. We let it pass.",
    ),
    "Client files online": Answers(
        {
            "past_agencies": "yes",
            "early_discount": "partly",
            "value_first": "no",
            "takes_advice": "partly",
        },
        "Ms. Fox called the two agencies before us crooks. We thought that we would be different.",
    ),
    "Brand and web shop": Answers({"clear_aim": "partly"}, "Elena brought us together.", ("page",)),
    "Learning portal for four schools": Answers({"do_their_part": "partly", "slow": "partly"}),
    "Yearly care of the portal": Answers({}, skipped=("flags", "page")),
}

# {client: rounds after signing}
ROUNDS = {
    "fernhill": (
        Round(16, "check", Answers(
            {"value_first": "no", "budget": "partly", "early_discount": "yes", "free_work": "yes",
             "knows_us": "partly", "takes_advice": "partly", "same_problem": "no",
             "clear_aim": "partly", "do_their_part": "partly"},
            "The talks are about the rate only. What the portal brings them never comes up.",
        )),
    ),
    "marigold": (
        Round(12, "expectation", Answers(
            {"same_problem": "no", "clear_aim": "no", "our_work": "partly"},
            "Fay needs the catalogue. We were busy with what we would have liked to make.",
        )),
    ),
    "granite_owl": (
        Round(18, "reboot", Answers(
            {"clear_aim": "no", "same_problem": "partly", "decider": "yes", "slow": "yes",
             "do_their_part": "partly"},
            "Miles comes to the session himself, for the first time.",
        )),
    ),
    "quillfeather": (
        Round(150, "reboot", Answers(
            {"knows_us": "partly", "takes_advice": "no", "same_problem": "no", "our_work": "no",
             "do_their_part": "no", "value_first": "no", "past_agencies": "yes",
             "early_discount": "yes", "slow": "yes"},
            "Approved is not approved, and every rule for changes is refused.",
        )),
    ),
}  # fmt: skip

# {client: {red flag seen before signing: days ago on which it turned out to be right}}
CAME_TRUE = {
    "fernhill": {"early_discount": 430},
    "quillfeather": {"past_agencies": 31, "early_discount": 128},
}


def build_fit(scene):
    criteria = _get_criteria(scene)
    leads = scene.env["crm.lead"].with_context(active_test=False)
    partners = [scene.client(client.key).id for client in scene.stories]
    leads = leads.search(
        [("name", "in", list(DEALS)), ("partner_id.commercial_partner_id", "in", partners)]
    )
    for lead in leads:
        found = DEALS[lead.name]
        lead.write({"fit_note": found.note, "fit_answer_ids": _get_lines(found, criteria)})
    leads.filtered(lambda lead: lead.won_status == "won")._take_fit_along()
    _settle_open_rounds(scene)
    _build_rounds(scene, criteria)
    _let_come_true(scene, criteria)
    rounds = scene.env["client.fit.round"].search([("relationship_id.partner_id", "in", partners)])
    moments = [when.moment_ago(scene.now, (scene.today - one.date).days) for one in rounds]
    set_created(rounds, moments)


def _get_criteria(scene):
    """Return {short name: question}; the firm may have archived or deleted some."""
    names = [name for group in GROUPS.values() for name in group]
    found = {
        name: scene.env.ref(f"client_health.client_fit_criterion_{name}", raise_if_not_found=False)
        for name in names
    }
    return {name: criterion for name, criterion in found.items() if criterion}


def _get_lines(found, criteria):
    skipped = {name for group in found.skipped for name in GROUPS[group]}
    return [
        Command.create(
            {
                "criterion_id": criterion.id,
                "answer": found.others.get(name, "no" if name in GROUPS["flags"] else "yes"),
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
        if client.key in ROUNDS:
            opened.unlink()
            relationship.activity_search(["client_health.mail_activity_type_fit"]).unlink()
        elif opened and outdated:
            opened.date = max(outdated)


def _build_rounds(scene, criteria):
    scene.env["client.fit.round"].create(
        [
            {
                "relationship_id": scene.relationships[client.key].id,
                "reason": one.reason,
                "date": when.workday_ago(scene.today, one.days),
                "user_id": scene.user(client.owner).id,
                "fit_note": one.answers.note,
                "fit_answer_ids": _get_lines(one.answers, criteria),
            }
            for client in scene.stories
            for one in ROUNDS.get(client.key, ())
        ]
    )


def _let_come_true(scene, criteria):
    for client in scene.stories:
        flags = (
            scene.relationships[client.key]
            .fit_round_ids.filtered(lambda one: one.reason == "before_signing")[-1:]
            .flag_ids
        )
        for name, days in CAME_TRUE.get(client.key, {}).items():
            seen = flags.filtered(lambda line, name=name: line.criterion_id == criteria.get(name))
            seen.date_came_true = when.workday_ago(scene.today, days)
