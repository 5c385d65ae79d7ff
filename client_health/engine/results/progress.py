"""Reads figures and dates of a goal, returns how far it is. Pure Python, no Odoo.

Goals show it and the score reads it. A *share* is a part of the whole: 0.25 is a quarter. ``None``
is unknown, which is neither zero nor good.
"""

from datetime import date
from fractions import Fraction

from dateutil.relativedelta import relativedelta

UNKNOWN = "unknown"
ON_TRACK = "on_track"
BEHIND = "behind"
MET = "met"

# A goal is behind when it is more than this part of the way short of the time gone.
SLACK = Fraction(1, 10)
# Beyond this, a share means no more than "far": ten times the way, in either direction.
LIMIT = 10
# A big goal without a conversation about it for longer may no longer be one.
STALE_AFTER = relativedelta(years=1)


def get_share(baseline, target, actual):
    """Return the part of the way from baseline to target that is done.

    The direction follows from both: from 10 to 4 complaints, 7 is half of the way. Below 0 things
    got worse. Fractions, because a difference of large floats would not be exact.
    """
    if None in (baseline, target, actual) or baseline == target:
        return None
    way = Fraction(target) - Fraction(baseline)
    done = Fraction(actual) - Fraction(baseline)
    return float(max(-LIMIT, min(LIMIT, done / way)))


def get_time_share(start, end, today):
    """Return the part of the time from start to end that is gone: an exact fraction, 0 to 1."""
    if today >= end:
        return Fraction(1)
    if today <= start:
        return Fraction(0)
    return Fraction((today - start).days, (end - start).days)


def get_standing(share, time_share):
    if share is None:
        return UNKNOWN
    if share >= 1:
        return MET
    return ON_TRACK if Fraction(share) + SLACK >= time_share else BEHIND


def get_schedule_date(start, end, share):
    """Return the last day on which a goal with this share is not behind; None if it never is.

    A date to store and to search by: it does not change from day to day, a standing does.
    """
    if share is None or Fraction(share) + SLACK >= 1:
        return None
    covered = Fraction(share) + SLACK
    days = (end - start).days
    offset = int(covered * days) if covered >= 0 and days else -1
    return date.fromordinal(max(1, start.toordinal() + offset))
