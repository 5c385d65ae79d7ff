"""Reads how long clients waited for our answers; returns a plain list, set-based per company.

A reply is counted as in the score: once per burst, from the first message of the client since our
last one until what we wrote next. What asks for no answer is left out; what still waits is listed
without hours, for a median of the answered ones alone would flatter.
"""

from datetime import datetime
from typing import NamedTuple

from ..clock import get_end, get_today
from ..query import fetch
from .correspondence import Correspondence
from .waiting import WINDOW
from .working_hours import WorkingHours


class Reply(NamedTuple):
    """A message that asked for an answer. ``hours``: of work until it; None: unknown, or none yet.

    ``first``: the client began, so the answer was the first one in that discussion for long.
    """

    relationship_id: int
    message_id: int
    received: datetime
    answered: datetime | None
    first: bool
    hours: float | None


def read_replies(env, relationships):
    """Return the replies to what came within a year, and what waits, of any companies' clients."""
    if not relationships:
        return []
    today = max(get_today(company) for company in relationships.company_id)
    replies = []
    with Correspondence(env, relationships, today) as correspondence:
        for clients in relationships.grouped("company_id").values():
            replies += _read_of_company(env, clients, today, correspondence)
    return replies


def _read_of_company(env, clients, today, correspondence):
    end = get_end(clients, today)
    hours = WorkingHours(clients, end - WINDOW, end)
    answered = fetch(env, correspondence.select_replies(end - WINDOW, clients))
    waiting = fetch(env, correspondence.select_waiting(clients))
    return [
        Reply(
            row["id"],
            row["message_id"],
            row["received"],
            row["answered"],
            row["first"],
            hours.between(row["received"], row["answered"]) if hours.known else None,
        )
        for row in answered
    ] + [
        Reply(row["relationship_id"], row["message_id"], row["received"], None, False, None)
        for row in waiting
    ]
