"""Whom we asked how our work is going, and what they answered: pure data, no Odoo.

Days are days ago. ``who`` is the number of the contact. Without a grade nobody answered: of
what was asked within two weeks the answer may still come, the rest is silence.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question, 0 to 10, and the answer."""

    days: float
    who: int = 1
    grade: int | None = None
    answered: float | None = None
    comment: str = ""
    better: str = ""
    # Our answer to a low one: days ago, words
    reply: tuple = ()


QUESTIONS = {
    "blue_harbour": (
        Asked(
            days=205,
            grade=10,
            answered=204.8,
            comment="You notice what our guests stumble over before we do.",
        ),
        Asked(
            days=205,
            who=2,
            grade=6,
            answered=203,
            comment="The double booking in spring was a hard week for my front desk.",
            better="Try a change with more than one visitor before it goes online.",
            reply=(202.9, "Called Otis. We now try every change of the booking with ten people."),
        ),
        Asked(
            days=101,
            grade=9,
            answered=100.5,
            better="A note the day before the pages change.",
        ),
        Asked(days=101, who=2, grade=9, answered=99, comment="Calmer than ever at the desk."),
        Asked(days=5),
    ),
    # the value that became routine: the work is fine, and nobody can say what it is for
    "northlight": (
        Asked(days=190, grade=8, answered=189, comment="All as always."),
        Asked(days=190, who=2),
        Asked(
            days=6,
            who=2,
            grade=5,
            answered=1.2,
            comment="The work is fine. But when my board asks what it brings, I have no answer.",
            better="Show us once a quarter what has changed because of you.",
        ),
    ),
    "fernhill": (Asked(days=120, grade=7, answered=118, better="A lower price, as you know."),),
    # quiet, as in all else
    "marigold": (Asked(days=150), Asked(days=45)),
    "kestrel": (Asked(days=64, grade=9, answered=63.7, comment="On time, and no surprises."),),
    "larkspur": (
        Asked(days=130, grade=9, answered=129.5, comment="A lantern for every season. Lovely."),
        Asked(days=33, who=2, grade=8, answered=32, better="Jon should be easier to reach."),
    ),
    "quillfeather": (Asked(days=240),),
    "juniper": (Asked(days=4),),
    "orchard_lane": (
        Asked(days=75, grade=7, answered=74, better="Earlier word when a date slips."),
    ),
}
