"""Which phase may follow which, and whether a manager has to move the client there.

Pure data, no Odoo: read by the stage move of ``client.relationship``.
"""

from typing import NamedTuple

HEALTHY = "healthy"
AT_RISK = "at_risk"
REBOOT = "reboot"
OFFBOARD = "offboard"
ENDED = "ended"

# A record is created or imported into one of these: history is not imported as a stage.
ENTRY_PHASES = (HEALTHY, AT_RISK)

# The process that a phase holds open while a client is in it: {phase: model}. Each model
# inherits ``client.stage.process.mixin``.
STAGE_PROCESSES = {REBOOT: "client.reboot", OFFBOARD: "client.offboarding"}


class Move(NamedTuple):
    """What a change of phase asks for; ``gone``: nothing happened with the client for long."""

    manager: bool
    gone: bool = False


MOVES = {
    (HEALTHY, AT_RISK): Move(manager=False),
    (AT_RISK, HEALTHY): Move(manager=False),
    (AT_RISK, REBOOT): Move(manager=False),
    (REBOOT, HEALTHY): Move(manager=False),
    (HEALTHY, OFFBOARD): Move(manager=True),
    (AT_RISK, OFFBOARD): Move(manager=True),
    (REBOOT, OFFBOARD): Move(manager=True),
    (OFFBOARD, REBOOT): Move(manager=True),
    (OFFBOARD, ENDED): Move(manager=True),
    (HEALTHY, ENDED): Move(manager=False, gone=True),
    (AT_RISK, ENDED): Move(manager=False, gone=True),
    (ENDED, AT_RISK): Move(manager=True),
}


def get_move(old_phase, new_phase):
    """Return the Move between two phases, or None when there is no such way."""
    return MOVES.get((old_phase, new_phase))


def is_gone(old_phase, new_phase):
    """Return whether such a move is for clients with which nothing happened for long."""
    move = get_move(old_phase, new_phase)
    return bool(move and move.gone)


def get_next_phases(phase):
    """Return the phases that can follow ``phase``, in the order of the table."""
    return [new for old, new in MOVES if old == phase]


def get_open_phases(phase, manages):
    """Return the phases to which such a person may move a client."""
    return {
        new for (old, new), move in MOVES.items() if old == phase and (manages or not move.manager)
    }
