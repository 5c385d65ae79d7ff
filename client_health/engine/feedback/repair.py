"""Reads what the records show of a repair, returns its next step of six. Pure Python, no Odoo."""

RECOGNISED = "recognised"
APOLOGISED = "apologised"
ANSWERED = "answered"
FIXED = "fixed"
ACKNOWLEDGED = "acknowledged"
CONFIRMED = "confirmed"

STEPS = (RECOGNISED, APOLOGISED, ANSWERED, FIXED, ACKNOWLEDGED, CONFIRMED)

# Kinds of feedback that need an answer.
TO_ANSWER = ("complaint", "concern")

OURS = "ours"
THEIRS = "theirs"
SHARED = "shared"


def get_needed(side):
    """Return the steps that count: an acknowledgement only where part of the fault is ours."""
    return tuple(step for step in STEPS if step != ACKNOWLEDGED or side != THEIRS)


def get_missing(side, done):
    """Return the needed steps that are not among ``done``, in their order."""
    return [step for step in get_needed(side) if step not in done]
