"""What clients were told on the promised day: status updates that were sent, newest last.

Of each client, the number of promised days ago, and the text. ``OVERDUE``: clients whose update of
the last promised day still waits for a click.
"""

from typing import NamedTuple


class Told(NamedTuple):
    """A status update. ``ago``: 1 is the last promised day; ``late``: days after it."""

    ago: int
    lines: tuple
    late: int = 0


TOLD = {
    "blue_harbour": (
        Told(
            ago=2,
            lines=(
                "The summer campaign pages are in your hands for a last look.",
                "Guest stories: photographs of two hotels are chosen, the third comes next week.",
                "What we need from you: the opening hours of the Lighthouse Inn in winter.",
            ),
        ),
        Told(
            ago=1,
            lines=(
                "Nothing was published this week, and all is on time.",
                "Guest stories: the texts are with your front desk until Friday.",
                "What comes next: the first story goes online as soon as we have your yes.",
            ),
        ),
    ),
    "juniper": (
        Told(
            ago=1,
            lines=(
                "The new order form takes its first orders; we look at every one of them.",
                "What comes next: the autumn menu, as soon as the prices are fixed.",
            ),
        ),
    ),
}
OVERDUE = ("granite_owl",)
# Those whose next update is drafted from the work of these days
DRAFTED = ("blue_harbour",)
