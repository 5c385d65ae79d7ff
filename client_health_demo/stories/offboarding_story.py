"""How the agency parts with two of its clients: pure data. Days are days ago, see ``kinds.py``."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Thing:
    """A line of the handover that somebody added; ``done``: days ago, and by whom it was done."""

    kind: str
    name: str
    who: str
    done: int | None = None
    note: str = ""
    contact: int | None = None


@dataclass(frozen=True, kw_only=True)
class Farewell:
    """The letter; ``sent``: days ago, None while it is a draft."""

    sent: int | None
    name: str
    text: tuple
    who: tuple = (1,)


@dataclass(frozen=True, kw_only=True)
class Parting:
    """An offboarding; ``talk`` is the title of the meeting in which it was said."""

    reasons: tuple
    talk: str
    notice: int
    last_day: int
    work_again: str
    lessons: str
    # Why they ended the relationship, from the decision sheet.
    why: str
    things: tuple = ()
    farewell: Farewell
    # Contact of the demo partners (xml id) who fits better, and who introduced them.
    referral: tuple = ()
    # Days ago on which our own accesses were given back.
    accesses: int | None = None


QUILLFEATHER = Parting(
    reasons=("cooperation", "price"),
    talk="Quillfeather & Fox: notice",
    notice=31,
    last_day=-26,
    work_again="closed",
    why="A year of changes after approval without a margin, and no wish to talk about how we "
    "work. The hours earn more elsewhere, and the team gets its evenings back.",
    lessons="Agree on what a change is before the first one. Two partners who decide are none.",
    things=(
        Thing(kind="document", name="Documentation of the safe room", who="tom", done=6,
              note="In their own repository, read by Mr. Trent", contact=2),
        Thing(kind="document", name="Export of all files, checked by their IT", who="ravi",
              contact=2),
        Thing(kind="access", name="Keys of the signature service", who="tom", contact=2),
    ),
    farewell=Farewell(
        sent=None,
        name="Thank you, and all the best",
        who=(1, 2),
        text=("our work together ends on the last day of next month. Thank you for the trust to "
              "build a place for documents that must never get lost.",
              "All files, a documentation and four hours with your IT are yours. I gladly "
              "introduce you to Hollow Oak Systems, who know law firms from the inside."),
    ),
    referral=("friend_hollow_oak", "Leo, by mail to Ms. Fox"),
)  # fmt: skip

SUNDIAL = Parting(
    reasons=("in_house",),
    talk="Sundial Street: planning the handover",
    notice=255,
    last_day=184,
    work_again="open",
    why="Nobody did anything wrong: they have an editor of their own now. We part while both "
    "sides are happy, and help her start.",
    lessons="Offer training early: they may come back, and it was paid work.",
    things=(
        Thing(kind="document", name="Handbook for the new editor", who="zoe", done=190,
              note="Printed, and signed by the team"),
        Thing(kind="other", name="Two days of training", who="iris", done=189),
    ),
    farewell=Farewell(
        sent=183,
        name="Thank you for three good years",
        text=("your editor starts on Monday with everything in hand, and so our part is done. "
              "Thank you for three good years, ninety exhibitions and the best coffee in town.",
              "Should you need us for a great show one day, just call. I will come to the "
              "vernissage in any case."),
    ),
    accesses=185,
)  # fmt: skip

PARTINGS = {"quillfeather": QUILLFEATHER, "sundial": SUNDIAL}
