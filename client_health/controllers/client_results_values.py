"""The white list: the plain values that a client sees of its goals and results, and no others."""

import hashlib

from odoo.tools.misc import format_amount

from ..tools import format_day


def get_seen(accomplishment):
    """Return a hash of what the client is shown: it confirms that, and nothing else."""
    shown = (
        accomplishment.name,
        accomplishment.date,
        accomplishment.description,
        accomplishment.value_words,
        accomplishment.link,
        [(file.name, file.checksum) for file in accomplishment.attachment_ids],
    )
    return hashlib.sha256(repr(shown).encode()).hexdigest()


def prepare_client(relationship, goals, accomplishments):
    """Return what the client sees of its results as a whole."""
    return {
        "id": relationship.id,
        "company": relationship.company_id.name,
        "words": relationship.value_words,
        "words_date": _format_date(relationship.env, relationship.value_date),
        "words_by": relationship.value_contact_id.name,
        "goals": [prepare_goal(goal) for goal in goals],
        "accomplishments": [
            prepare_accomplishment(record, f"/my/results/{record.id}/file/")
            for record in accomplishments
        ],
    }


def prepare_goal(goal):
    """Return what the client sees of a goal: all but the benefit for us."""
    states = dict(goal._fields["state"]._description_selection(goal.env))
    measured = bool(goal.date_measured)
    return {
        "name": goal.name,
        "benefit": goal.benefit_client,
        "state": goal.state,
        "state_name": states[goal.state],
        "figures": measured and goal._get_way_text(),
        "progress": measured and round(goal.progress),
        "date_end": _format_date(goal.env, goal.date_end),
        "us": goal.user_id.name,
        "them": goal.client_owner_id.name,
    }


def prepare_accomplishment(accomplishment, file_url):
    """Return what the client sees of an accomplishment.

    The only amount is the one that it confirmed itself: our estimate stays internal.
    """
    amount = accomplishment.confirmed_amount
    return {
        "id": accomplishment.id,
        "name": accomplishment.name,
        "date": _format_date(accomplishment.env, accomplishment.date),
        "description": accomplishment.description,
        "value_words": accomplishment.value_words,
        "amount": amount and format_amount(accomplishment.env, amount, accomplishment.currency_id),
        "currency": accomplishment.currency_id.symbol,
        "link": accomplishment.link,
        "files": [
            {"name": file.name, "url": f"{file_url}{file.id}"}
            for file in accomplishment.attachment_ids
        ],
        "state": accomplishment.state,
        "confirmed_by": accomplishment.confirmed_by_id.name,
        "confirmed_date": _format_date(accomplishment.env, accomplishment.confirmed_date),
        "confirmed_words": accomplishment.confirmed_words,
        "seen": get_seen(accomplishment),
    }


def _format_date(env, date):
    return date and format_day(env, date)
