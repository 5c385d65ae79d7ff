"""Who is who at the clients, and what they owe us: pure data. Days are days ago."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Duty:
    """What a client owes: who of them, due when (negative: to come), and how it was done."""

    name: str
    who: int = 1
    kind: str = "content"
    due: int
    note: str = ""
    # Where it was said: "agreement" or "meeting", the last one of them.
    source: str = ""
    # Done by a contact on the portal, with a word; or told to a user of ours.
    done: int | None = None
    done_by: int | None = None
    words: str = ""
    told: str = ""


# {client: {number of the contact: roles}}
ROLES = {
    "blue_harbour": {1: ("decides", "supports"), 2: ("uses",), 3: ("pays",)},
    "northlight": {1: ("uses", "supports"), 2: ("decides", "pays")},
    "fernhill": {1: ("decides", "doubts"), 2: ("uses", "pays")},
    "copperkettle": {1: ("decides", "supports"), 2: ("pays",)},
    "marigold": {1: ("decides", "pays"), 2: ("uses",)},
    "kestrel": {1: ("uses",), 2: ("decides", "supports")},
    "larkspur": {1: ("decides",), 2: ("uses", "supports")},
    "granite_owl": {1: ("uses", "supports"), 2: ("decides", "pays")},
    "quillfeather": {1: ("decides", "doubts"), 2: ("pays",)},
    "sundial": {1: ("decides", "uses", "pays")},
    "juniper": {1: ("decides", "supports")},
}

# Whose mails come back: {client: number of the contact}
BOUNCING = {"copperkettle": 2}

DUTIES = {
    "blue_harbour": (
        Duty(name="Texts of the breakfast menus", who=2, due=64, done=66, done_by=2,
             words="All five hotels, in English and Spanish."),
        Duty(name="Access to the statistics of the booking", kind="access", due=41, done=43,
             done_by=1, words="You should have the invitation by mail.", source="meeting"),
        Duty(name="Logo of the Lighthouse Inn as a vector file", due=20, done=18, told="leo"),
        Duty(name="Five photographs for the guest stories", who=2, due=-6,
             note="With the permission of the guests. Phone pictures are fine, larger than 2 MB.",
             source="meeting"),
        Duty(name="Yes or no to the sketch of the loyalty scheme", kind="approval", due=-12),
    ),
    "granite_owl": (
        Duty(name="Access to the stock system of the stores", kind="access", due=24,
             note="A user that may read is enough.", source="agreement"),
        Duty(name="Photographs of the spring collection", due=10),
        Duty(name="Texts for the pages of the stores", due=52, done=45, done_by=1,
             words="Sorry for the delay, Miles had to read them first."),
        Duty(name="Approval of the checkout", who=2, kind="approval", due=-4),
    ),
    "kestrel": (
        Duty(name="Timetable of the summer", who=1, due=30, done=33, done_by=1),
        Duty(name="Prices of the new island tour", who=2, due=-9),
    ),
    "larkspur": (
        Duty(name="List of the authors who agreed to an interview", who=2, due=38, done=36,
             told="leo"),
        Duty(name="Decision about the newsletter", kind="approval", due=12),
    ),
}  # fmt: skip
