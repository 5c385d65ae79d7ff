"""What a year brought us and the client: readings for ``balance.py``. Reads, never writes.

Money is that of the last twelve full months, straight from the ledger; what was said and asked is
that of the twelve months up to ``as_of``. Most of it the health score reads as well
(``signals``); here is what only a balance asks for: ``given_money.py``,
``given_words.py``. A reading with detail ``amount`` holds money:
this whole page is for who may see money.
"""

from . import period, signals
from .given_money import read_discount, read_ledger
from .given_words import read_accomplishments, read_referrals, read_unanswered, read_waiting
from .reading import make
from .signals.agreement import read_hours_over

# Measures of the health score that say what a side gets.
SHARED = (
    "margin_rate",
    "overdue_habit",
    "price_pressure",
    "goals_on_track",
    "milestones_on_time",
    "feedback_rating",
    "open_complaints",
    "unrequested_hours",
)


def read(env, relationships, as_of):
    """Return {relationship id: {code: Reading}} of relationships of one company.

    A fixed number of statements for all of them; an entry for every relationship.
    """
    readings, _errors = signals.read(env, relationships, as_of, SHARED)
    for code, read_one in ONES.items():
        for relationship_id, reading in read_one(env, relationships, as_of).items():
            readings[relationship_id][code] = reading
    for read_some in (read_ledger, read_accomplishments):
        for relationship_id, some in read_some(env, relationships, as_of).items():
            readings[relationship_id].update(some)
    for own in readings.values():
        _add_habit(own)
    return readings


def _add_habit(readings):
    """How late it usually pays, which the other reading of payments knows already."""
    overdue = readings.get("overdue_habit")
    if overdue and overdue.detail and "habit" in overdue.detail:
        readings["payment_habit"] = make(overdue.detail["habit"], overdue.date)


def _read_hours_over(env, relationships, as_of):
    return read_hours_over(env, relationships, as_of, period.MONTHS)


ONES = {
    "hours_over": _read_hours_over,
    "discount": read_discount,
    "unanswered": read_unanswered,
    "waiting": read_waiting,
    "referrals": read_referrals,
}
