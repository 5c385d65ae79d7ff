"""What was to be reached with the twelve clients, what was, and what it is worth: pure data.

Days are days ago, negative ones lie ahead, see ``kinds.py``. Contacts are their numbers.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Goal:
    name: str
    theirs: str = ""
    ours: str = ""
    # (baseline, target, unit)
    way: tuple = (0, 100, "%")
    # The last figure and when it was measured; None: nobody did.
    actual: float | None = None
    measured: int = 4
    start: int
    end: int
    # When both sides said yes; None: they have not.
    agreed: int | None = None
    # How it ended (reached, missed, dropped), and when.
    outcome: str = ""
    closed: int = 0
    # Days since a big goal was talked about; None: never. Only big goals have it.
    talked: int | None = None
    big: bool = False
    who: int = 1
    project: int | None = 0
    # How the target was adjusted: (days ago, the target before).
    adjusted: tuple = ()


@dataclass(frozen=True, kw_only=True)
class Result:
    """An accomplishment; ``amount`` in the agency's currency, 0 where words say it."""

    name: str
    days: int
    what: str
    worth: str = ""
    amount: float = 0
    shared: bool = True
    # The answer: contact, days ago, "yes" or "no", words, own figure, and by which way.
    answer: tuple = ()
    # The goal or the milestone that it comes from, by name.
    goal: str = ""
    milestone: str = ""
    project: int | None = 0
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a contact said it values, and where: portal, link, call, meeting."""

    days: int
    who: int = 1
    source: str = "meeting"
    text: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """A value report: over the twelve months before, sent today; or a draft of the last quarter."""

    who: tuple = (1,)
    sent: bool = False


@dataclass(frozen=True, kw_only=True)
class Story:
    report: Report | None = None
    goals: tuple = ()
    results: tuple = ()
    words: tuple = ()
    belief: str = ""


BLUE_HARBOUR = Story(
    report=Report(who=(1, 2), sent=True),
    belief="That guests book with us at night and nobody has to pick up the phone. And Tom.",
    goals=(
        Goal(
            name="Bookings from phones up by a fifth",
            theirs="Fewer rooms sold through portals",
            ours="A case we may show",
            way=(100, 120, "% of last year"),
            actual=121,
            measured=272,
            start=420,
            end=260,
            agreed=421,
            outcome="reached",
            closed=271,
        ),
        Goal(
            name="One booking in three on their own pages",
            project=0,
            theirs="Each direct booking saves the portal's commission",
            ours="Work on the part of the site we are best at",
            way=(19, 33, "% of bookings"),
            actual=29,
            measured=6,
            start=298,
            end=-70,
            agreed=296,
            adjusted=(152, 30),
        ),
        Goal(
            name="Room key on the phone in all five hotels",
            theirs="No queue at the front desk",
            ours="We learn to build apps, and may reuse the key",
            way=(0, 5, "hotels"),
            actual=4,
            measured=11,
            start=200,
            end=-60,
            agreed=196,
            who=2,
            project=1,
        ),
        Goal(
            name="The app of the house, before anybody else's",
            big=True,
            talked=290,
            project=None,
            theirs="Guests who come back without being asked",
            ours="A product that we can show",
            way=(0, 1, "app"),
            actual=1,
            measured=143,
            start=290,
            end=120,
            agreed=288,
            outcome="reached",
            closed=142,
        ),
        Goal(
            name="Seven hotels in three years",
            big=True,
            talked=48,
            project=None,
            theirs="Growth without a second head office",
            ours="Two hotels more to look after",
            way=(5, 7, "hotels"),
            actual=5,
            measured=48,
            start=139,
            end=-950,
            agreed=48,
        ),
    ),
    results=(
        Result(
            name="Pages open in under two seconds on phones",
            days=309,
            milestone="Phones: pages under two seconds",
            what="From 5.4 to 1.8 seconds, measured on ten phones in three hotels.",
            worth="Guests stay and book",
            amount=210000,
            answer=(
                1,
                270,
                "yes",
                "Bookings from phones are up by 21 %: rooms for 268,000 that portals sold before. "
                "The board asked for your names.",
                268000,
                "portal",
            ),
        ),
        Result(
            name="Bookings from phones are up by 21 %",
            days=271,
            goal="Bookings from phones up by a fifth",
            what="121 for every 100 of last year.",
            worth="Rooms that portals sold before",
        ),
        Result(
            name="Groups and weddings book online",
            days=144,
            milestone="Group booking live",
            what="Eleven wedding parties in the first four weeks, without one call.",
            amount=60000,
            worth="About an hour a day at the front desk",
            answer=(
                2,
                76,
                "yes",
                "Eleven weddings that we would have sent away, and my people could look after the "
                "guests who were already here.",
                84000,
                "link",
            ),
        ),
    ),
    words=(
        Words(days=440, source="meeting", text="You know our season by heart."),
        Words(
            days=48,
            source="portal",
            text="You say no when an idea is bad, and then you build the good one "
            "in two weeks. That, and that guests book while we sleep.",
        ),
    ),
)

NORTHLIGHT = Story(
    belief="That the newsletter is always on time, and that they never have to explain opera.",
    goals=(
        Goal(
            name="Newsletter to 20,000 readers",
            theirs="A full house on weekdays",
            ours="",
            way=(14000, 20000, "readers"),
            actual=19200,
            measured=390,
            start=900,
            end=420,
            agreed=890,
            outcome="missed",
            closed=415,
        ),
        Goal(
            name="A third of the tickets sold online",
            big=True,
            talked=590,
            project=None,
            theirs="No queue at the box office",
            ours="",
            start=590,
            end=-500,
            way=(12, 33, "% of tickets"),
            agreed=580,
        ),
    ),
    results=(
        Result(
            name="Season website in one day instead of five",
            days=640,
            what="The programme is read in from their planning file.",
            worth="A week of work each season",
            amount=6000,
            answer=(1, 612, "yes", "Nobody misses the old way.", 0, "portal"),
        ),
        Result(
            name="192 newsletters on the promised day",
            days=60,
            what="None late in nine years.",
            worth="Nobody has to think of it",
            shared=False,
        ),
    ),
    words=(
        Words(
            days=612, source="call", text="It works. We hardly notice it, which is a compliment."
        ),
    ),
)

FERNHILL = Story(
    report=Report(),
    belief="Fewer missed appointments. We think that it saves each practice half a post.",
    goals=(
        Goal(
            name="Four appointments in ten made online",
            theirs="Reception is free for the patients there",
            ours="Proof of what the portal brings, when prices come up",
            way=(9, 40, "% of appointments"),
            actual=38,
            measured=14,
            start=500,
            end=-20,
            agreed=490,
        ),
        Goal(
            name="Video talks in three practices",
            theirs="Second opinions without a drive",
            ours="",
            way=(0, 3, "practices"),
            actual=0,
            measured=9,
            start=150,
            end=-16,
            agreed=148,
        ),
        Goal(
            name="Rates that pay for the work",
            theirs="",
            ours="A margin of a tenth",
            project=None,
            way=(78, 90, "per hour"),
            start=20,
            end=-120,
            who=2,
        ),
    ),
    results=(
        Result(
            name="One missed appointment in ten, not one in four",
            days=230,
            what="Reminders by text message, two days and two hours before.",
            worth="Half a post for each practice",
            amount=96000,
            answer=(
                2,
                64,
                "no",
                "It is what one expects of such a system. We do not put a figure on it.",
                0,
                "portal",
            ),
        ),
        Result(
            name="Appointments online in all seven practices",
            days=505,
            milestone="Appointments in all practices",
            what="Live eleven days early.",
            amount=18000,
            worth="Reception has its hands free",
        ),
    ),
    words=(
        Words(
            days=63,
            who=2,
            source="call",
            text="The work is good. The price is what I am measured by.",
        ),
    ),
)

COPPERKETTLE = Story(
    belief="That their own customers see the van on a map and stop calling.",
    goals=(
        Goal(
            name="Calls “where is my parcel” halved",
            theirs="Two people fewer on the phones",
            ours="A product we can offer other carriers",
            way=(420, 210, "calls a week"),
            actual=205,
            measured=30,
            start=400,
            end=28,
            agreed=395,
            outcome="reached",
            closed=29,
        ),
        Goal(
            name="Reports for the ten largest customers",
            theirs="They stay another year",
            ours="Follow-up work we plan well ahead",
            way=(0, 10, "customers"),
            actual=6,
            measured=5,
            start=90,
            end=-40,
            agreed=88,
        ),
        Goal(
            name="Invoices paid within 30 days",
            theirs="",
            ours="We pay our people without a loan",
            way=(90, 30, "days"),
            actual=75,
            measured=10,
            start=38,
            end=-100,
            who=2,
            project=None,
        ),
        Goal(
            name="Carrier of choice in four states",
            big=True,
            talked=210,
            project=None,
            theirs="Scale that pays for the hubs",
            ours="We grow along",
            way=(2, 4, "states"),
            actual=2,
            measured=210,
            start=210,
            end=-880,
            agreed=205,
        ),
    ),
    results=(
        Result(
            name="Half as many calls about parcels",
            days=29,
            goal="Calls “where is my parcel” halved",
            what="From 420 to 205 calls a week.",
            worth="Two people can do other work",
            amount=78000,
        ),
        Result(
            name="Drivers' app in every van",
            days=333,
            milestone="Drivers' app in all vans",
            what="140 vans in nine days, and no paper since.",
            amount=22000,
            answer=(1, 210, "yes", "The best roll-out I have seen in IT.", 25000, "link"),
        ),
    ),
    words=(
        Words(
            days=210, source="meeting", text="You ship what you show. I never have to ask twice."
        ),
    ),
)

MARIGOLD = Story(
    belief="Our drawings. We love them; whether Fay does, nobody asked until last week.",
    goals=(
        Goal(
            name="Autumn catalogue online",
            theirs="Orders before the first frost",
            ours="A plan that fits the monthly fee",
            way=(0, 400, "seeds"),
            actual=190,
            measured=3,
            start=60,
            end=-18,
            agreed=58,
            who=2,
        ),
        Goal(
            name="Garden planner for everybody",
            theirs="",
            ours="We always wanted to build one",
            start=95,
            end=-30,
            way=(0, 1, "planner"),
            outcome="dropped",
            closed=12,
        ),
    ),
    results=(
        Result(
            name="Seed shop open for the season",
            days=366,
            milestone="Shop open",
            what="600 seeds with sowing times.",
            worth="A season not lost",
            amount=15000,
            answer=(1, 300, "yes", "We sold out of beans for the first time.", 18000, "portal"),
        ),
        Result(
            name="400 seeds in a new drawing style",
            days=40,
            what="All drawn by hand.",
            worth="A shop like no other",
            amount=9000,
            answer=(1, 14, "no", "Pretty, thank you. We did not ask for it.", 0, "link"),
        ),
    ),
    words=(
        Words(days=14, source="call", text="The sowing calendar. People plan their year by it."),
    ),
)

KESTREL = Story(
    belief="Live delays. On stormy days half the island looks at our page.",
    goals=(
        Goal(
            name="Two tickets in three sold on the phone",
            theirs="Boats leave on time",
            ours="A reference in public transport",
            way=(31, 66, "% of tickets"),
            actual=48,
            measured=71,
            start=290,
            end=-60,
            agreed=288,
        ),
        Goal(
            name="Cars and bicycles bookable",
            theirs="No quarrel on the pier",
            ours="Regular work in winter",
            way=(0, 2, "routes"),
            start=110,
            end=-24,
            agreed=105,
        ),
    ),
    results=(
        Result(
            name="Season cards without a queue",
            days=235,
            milestone="Season cards",
            what="1,900 islanders bought theirs at home.",
            amount=12000,
            worth="Three weeks at the counter",
            answer=(2, 200, "yes", "My mother bought hers on her own. Enough said.", 0, "link"),
        ),
    ),
    words=(
        Words(
            days=410,
            who=1,
            source="meeting",
            text="When it storms, your page is the only one that is right.",
        ),
    ),
)

LARKSPUR = Story(
    belief="That reading feels like paper. Jon's reader does that.",
    goals=(
        Goal(
            name="2,000 subscribers",
            theirs="The press pays for itself",
            ours="A share of the yearly care",
            way=(0, 2000, "subscribers"),
            actual=2040,
            measured=28,
            start=210,
            end=-10,
            agreed=208,
        ),
        Goal(
            name="Audio books in the reader",
            theirs="Readers who drive",
            ours="Know-how in audio",
            way=(0, 30, "titles"),
            actual=11,
            measured=8,
            start=60,
            end=-33,
            agreed=58,
            who=2,
        ),
        Goal(
            name="The house for new poets",
            big=True,
            talked=150,
            project=None,
            theirs="A name beyond the state",
            ours="Work we are proud of",
            way=(8, 40, "authors"),
            actual=14,
            measured=150,
            start=150,
            end=-900,
            agreed=150,
        ),
    ),
    results=(
        Result(
            name="Subscriptions opened on the day promised",
            days=210,
            milestone="Subscriptions open",
            what="312 on the first evening.",
            amount=20000,
            worth="Money that comes every month",
            answer=(1, 150, "yes", "It carries the rent now.", 24000, "portal"),
        ),
    ),
    words=(
        Words(
            days=29,
            source="link",
            text="A reader that disappears while I read. And that Ana calls before I do.",
        ),
    ),
)

GRANITE_OWL = Story(
    belief="We thought: the new look. After the talk in Bozeman: a date they can rely on.",
    goals=(
        Goal(
            name="Go-live before the season",
            theirs="Tents sold in spring",
            ours="A shop to show",
            way=(0, 6, "parts of the shop"),
            actual=3,
            measured=75,
            start=400,
            end=72,
            agreed=398,
            outcome="missed",
            closed=70,
        ),
        Goal(
            name="One list, one date, for the new start",
            theirs="The campaign can be planned",
            ours="An end to free repairs",
            way=(0, 1, "list"),
            start=5,
            end=-40,
            who=2,
        ),
        Goal(
            name="A shop that every store sells through",
            big=True,
            talked=6,
            project=None,
            theirs="No tent is sold out in one town and dusty in the next",
            ours="Care of the shop for years",
            way=(2, 11, "stores"),
            start=6,
            end=-1000,
        ),
    ),
    results=(
        Result(
            name="Catalogue moved without losing an article",
            days=330,
            milestone="Catalogue moved",
            what="8,400 articles, thirty days early.",
            amount=8000,
            worth="No week of typing",
        ),
    ),
    words=(
        Words(
            days=44,
            source="meeting",
            text="When it worked, you were quick. Now I value a phone call more than a feature.",
        ),
    ),
)

QUILLFEATHER = Story(
    belief="Search in the old files, though they would never say so.",
    goals=(
        Goal(
            name="Approved means approved",
            theirs="",
            ours="No more changes for nothing",
            project=None,
            way=(9, 0, "changes after approval"),
            actual=11,
            measured=160,
            start=150,
            end=60,
            outcome="dropped",
            closed=33,
        ),
    ),
    results=(
        Result(
            name="All documents in a safe room",
            days=515,
            milestone="Documents online",
            what="Forty thousand files, searchable.",
            amount=30000,
            worth="Minutes instead of an afternoon",
            answer=(1, 400, "no", "That was in the contract.", 0, "portal"),
        ),
    ),
)

SUNDIAL = Story(
    belief="That we cared for the archive as if it were ours.",
    goals=(
        Goal(
            name="Archive of 90 exhibitions online",
            theirs="Schools find it",
            ours="A case in culture",
            way=(0, 90, "exhibitions"),
            actual=90,
            measured=213,
            start=700,
            end=210,
            agreed=690,
            outcome="reached",
            closed=213,
            project=0,
        ),
    ),
    results=(
        Result(
            name="90 exhibitions, open to everybody",
            days=213,
            goal="Archive of 90 exhibitions online",
            what="With 4,100 pictures.",
            amount=10000,
            worth="What we were, kept",
            answer=(1, 184, "yes", "Thank you for three good years.", 0, "portal"),
        ),
    ),
    words=(
        Words(days=184, source="portal", text="You left nothing half done, not even the farewell."),
    ),
)

JUNIPER = Story(
    goals=(
        Goal(
            name="Brand approved",
            theirs="Four bakeries that look like one",
            ours="A brand from scratch, at last",
            way=(0, 4, "bakeries"),
            start=36,
            end=-21,
            agreed=30,
        ),
    ),
)

ORCHARD_LANE = Story(
    belief="Homework in one place: teachers told us that evenings are calmer.",
    goals=(
        Goal(
            name="Four schools on the portal",
            theirs="One way of working for 110 teachers",
            ours="The last milestone, and its invoice",
            way=(0, 4, "schools"),
            actual=2,
            measured=20,
            start=300,
            end=-70,
            agreed=298,
        ),
        Goal(
            name="Letters to parents by portal",
            theirs="No more lost letters",
            ours="",
            way=(0, 1200, "families"),
            actual=250,
            measured=19,
            start=200,
            end=30,
            agreed=195,
        ),
    ),
    results=(
        Result(
            name="Homework and marks for all classes",
            days=187,
            milestone="Homework and marks",
            what="Used every day by 1,150 pupils.",
            amount=16000,
            worth="An evening a week for each teacher",
        ),
    ),
    words=(
        Words(days=186, source="meeting", text="You sat in on lessons before you built anything."),
    ),
)

STORIES = {
    "blue_harbour": BLUE_HARBOUR,
    "northlight": NORTHLIGHT,
    "fernhill": FERNHILL,
    "copperkettle": COPPERKETTLE,
    "marigold": MARIGOLD,
    "kestrel": KESTREL,
    "larkspur": LARKSPUR,
    "granite_owl": GRANITE_OWL,
    "quillfeather": QUILLFEATHER,
    "sundial": SUNDIAL,
    "juniper": JUNIPER,
    "orchard_lane": ORCHARD_LANE,
}
