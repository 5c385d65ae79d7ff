"""What the clients said, what broke, and how it was put right: pure data, no Odoo.

Days are days ago. ``who`` is the number of the contact; a line whose words stand in the talk of
``stories/`` is linked to its message.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A line of the feedback log."""

    days: float
    kind: str
    text: str
    who: int = 1
    rating: str = ""
    channel: str = "mail"
    # Days ago on which we answered, and on which it was resolved.
    answered: float | None = None
    answer: str = ""
    resolved: float | None = None
    resolution: str = ""
    # Part of the client's issue.
    issue: bool = False


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """What a colleague answered when he was asked."""

    days: float
    login: str
    text: str
    rating: str
    strain: str


@dataclass(frozen=True, kw_only=True)
class Round:
    """A question to colleagues; ``waiting`` have not answered yet."""

    question: str
    opinions: tuple = ()
    waiting: tuple = ()


@dataclass(frozen=True, kw_only=True)
class Guess:
    """A hypothesis: its owner with us or at the client, and the task it became."""

    name: str
    effect: str
    login: str = ""
    who: int = 0
    due: int = 0
    done: bool = False
    verdict: str = "open"
    # Without a task: not decided yet.
    task: bool = True


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Something that we told the client: an apology, or whether it is repaired."""

    days: float
    name: str
    text: str
    kind: str = "apology"
    part: str = ""
    who: tuple = (1,)


@dataclass(frozen=True, kw_only=True)
class Issue:
    name: str
    days: int
    cause: str = ""
    side: str = ""
    severity: str = "2"
    kind: str = "issue"
    guesses: tuple = ()
    letters: tuple = ()
    # The client's word: days ago, who, in which words.
    confirmed: tuple = ()
    closed: float | None = None


@dataclass(frozen=True, kw_only=True)
class Voice:
    heard: tuple = ()
    issue: Issue | None = None
    rounds: tuple = ()


VOICES = {
    "blue_harbour": Voice(
        heard=(
            Heard(
                days=270,
                kind="praise",
                rating="5",
                text="Bookings from phones are up by 21 % since the pages got faster. "
                "Our managing board asked for your names. Thank you!",
            ),
            Heard(
                days=96,
                kind="complaint",
                who=2,
                rating="2",
                channel="call",
                issue=True,
                text="Two wedding parties got the same ballroom on the same day.",
                answered=95.9,
                answer="Called Otis at once and phoned both couples ourselves.",
                resolved=80,
                resolution="The calendar holds a room as soon as the form is opened.",
            ),
            Heard(
                days=94,
                kind="concern",
                who=2,
                issue=True,
                channel="mail",
                text="The front desk no longer trusts the calendar and writes everything twice.",
                answered=93.8,
                answer="We sit at the front desk for a day and watch.",
                resolved=79,
                resolution="The second book is closed since the update.",
            ),
            Heard(
                days=78,
                kind="praise",
                who=2,
                rating="5",
                text="First wedding booked online, 46 guests, without one call to the front desk.",
            ),
            Heard(
                days=48,
                kind="value",
                channel="visit",
                rating="5",
                text="You notice what guests stumble over before we do. That is what we pay for.",
            ),
            Heard(
                days=12,
                kind="praise",
                rating="5",
                text="I told Pauline of Juniper Crumb about you over breakfast, and Declan's "
                "ferries before. You will not need advertising.",
            ),
        ),
        issue=Issue(
            name="Ballroom booked twice",
            days=96,
            severity="2",
            side="ours",
            cause="The form reserved a room only when it was sent, minutes after it was opened. "
            "Two couples filled it in at the same time.",
            guesses=(
                Guess(
                    name="a room is held for 20 minutes once the form is opened",
                    effect="no two couples see the same free day",
                    login="sam",
                    who=2,
                    due=-85,
                    done=True,
                    verdict="confirmed",
                ),
                Guess(
                    name="the front desk confirms each booking by phone",
                    effect="mistakes are found before the couple knows",
                    who=2,
                    due=-88,
                    task=False,
                    verdict="refuted",
                ),
            ),
            letters=(
                Letter(
                    days=95.5,
                    name="The ballroom, booked twice",
                    who=(1, 2),
                    text="Two couples were promised the same day in your house, and your front "
                    "desk had to explain it. I am sorry. We have called both couples this "
                    "morning, and Sam is on the cause; I write again by Friday.",
                    part="We tested the form with one visitor at a time. It was ours to think "
                    "of two.",
                ),
                Letter(
                    days=80,
                    kind="repair",
                    name="The ballroom: is it in order again?",
                    who=(2,),
                    text="A room is now held from the moment its form is opened. We tried it "
                    "with eleven people at once. Does it hold at your desk, too?",
                ),
            ),
            confirmed=(79, 2, "Yes. We closed the second book on Monday. Thank you for coming."),
            closed=78,
        ),
    ),
    "northlight": Voice(
        heard=(
            Heard(
                days=228,
                kind="praise",
                rating="3",
                channel="visit",
                text="All as always. We hardly think about the newsletter any more.",
            ),
            Heard(
                days=34,
                kind="concern",
                who=2,
                rating="2",
                text="A question for the budget: what do we get for the 4,400 a month? "
                "Nobody here can tell me any more.",
                answered=33.9,
                answer="A fair question. We collect what we did and what it brought.",
            ),
        ),
        rounds=(
            Round(
                question="What would Northlight miss if we stopped tomorrow?",
                opinions=(
                    Opinion(
                        days=30,
                        login="iris",
                        rating="3",
                        strain="2",
                        text="The season pages sell a third of the tickets. I doubt that "
                        "anybody there knows.",
                    ),
                    Opinion(
                        days=29,
                        login="zoe",
                        rating="3",
                        strain="3",
                        text="Honestly? I send the same newsletter every month. We could do "
                        "more if somebody asked.",
                    ),
                ),
            ),
        ),
    ),
    "fernhill": Voice(
        heard=(
            Heard(
                days=430,
                kind="price_pressure",
                who=2,
                text="Our board compared prices. Could you come down a little? "
                "Five per cent would help me.",
            ),
            Heard(
                days=335,
                kind="price_pressure",
                who=2,
                text="Another agency offers 75 an hour. Can you match that?",
            ),
            Heard(
                days=186,
                kind="price_pressure",
                who=2,
                rating="3",
                text="We need a better price for the second half of the year.",
            ),
            Heard(
                days=64,
                kind="price_pressure",
                who=2,
                rating="2",
                text="The budget is cut. Please take another 5 % off, or we move the texts to "
                "somebody cheaper.",
            ),
            Heard(
                days=62,
                kind="value",
                who=2,
                channel="visit",
                rating="4",
                text="The work is good, I say that in every meeting. It is only ever the price.",
            ),
            Heard(
                days=9,
                kind="price_pressure",
                rating="2",
                text="Carla tells me there is still no discount for the video talks. "
                "Why do we pay the full rate there?",
            ),
        ),
        rounds=(
            Round(
                question="Fernhill asks for the sixth discount. What would you do?",
                opinions=(
                    Opinion(
                        days=7,
                        login="sam",
                        rating="3",
                        strain="4",
                        text="A quarter of my hours is corrections. I would agree on two "
                        "rounds per text and leave the rate alone.",
                    ),
                    Opinion(
                        days=6,
                        login="leo",
                        rating="3",
                        strain="3",
                        text="Show Dr. Pym what the portal saves at the phone. He has never "
                        "seen the figures; Carla only sees invoices.",
                    ),
                ),
                waiting=("marc",),
            ),
        ),
    ),
    "copperkettle": Voice(
        heard=(
            Heard(
                days=210,
                kind="praise",
                rating="5",
                channel="visit",
                text="Our drivers stopped calling the office. That alone was worth it.",
            ),
            Heard(
                days=54,
                kind="scope_change",
                channel="visit",
                rating="4",
                text="Could the reports for large customers also come as a spreadsheet?",
            ),
            Heard(
                days=39,
                kind="concern",
                channel="call",
                rating="3",
                text="I am embarrassed. The whole group delays payments, and I can't change it.",
                answered=39,
                answer="Thanked Rhea for her openness; work goes on for now.",
            ),
        ),
        issue=Issue(
            name="Every invoice is paid later than the one before",
            days=120,
            kind="bottleneck",
            side="theirs",
            severity="2",
            cause="Treasury of the group moved all suppliers to 60 days. Rhea can't decide it.",
            guesses=(
                Guess(
                    name="Rhea takes us to the head of treasury",
                    effect="somebody who may decide hears of the agreed 30 days",
                    login="marc",
                    who=1,
                    due=9,
                ),
            ),
        ),
    ),
    "marigold": Voice(
        heard=(
            Heard(
                days=170,
                kind="praise",
                rating="5",
                channel="visit",
                text="The drawings are lovely, everybody says so.",
            ),
            Heard(
                days=58,
                kind="concern",
                who=2,
                rating="3",
                issue=True,
                text="The new drawings are pretty. Just so we agree: they are part of our monthly "
                "fee, are they not?",
                answered=57.9,
                answer="Yes, you pay nothing on top.",
            ),
            Heard(
                days=16,
                kind="complaint",
                rating="2",
                issue=True,
                text="I saw a garden planner on the test page. Nice, but we asked for the "
                "catalogue. When does it come?",
                answered=15.8,
                answer="The catalogue comes first from today on.",
            ),
        ),
        issue=Issue(
            name="We work on what nobody asked for",
            days=58,
            side="ours",
            severity="2",
            cause="We fell in love with ideas and took the silence of the client for a yes.",
            guesses=(
                Guess(
                    name="each task names who asked for it before anybody starts",
                    effect="hours go where the client wants them",
                    login="zoe",
                    due=-3,
                    done=True,
                ),
                Guess(
                    name="Fay gets a list of what is planned every Friday",
                    effect="she says no before the work, not after it",
                    login="ana",
                    who=1,
                    due=6,
                ),
            ),
            letters=(
                Letter(
                    days=12,
                    name="The catalogue, and what we did instead",
                    text="You asked for the catalogue and found a garden planner. I am sorry for "
                    "the months you waited. From today on the catalogue comes first, and you "
                    "see every Friday what we plan for the week after.",
                    part="The planner, the intro and the drawings were our wishes, not yours. "
                    "We did not ask.",
                ),
            ),
        ),
    ),
    "kestrel": Voice(
        heard=(
            Heard(
                days=71,
                kind="praise",
                rating="4",
                channel="visit",
                text="You understand how passengers think. The islanders love the new timetable.",
            ),
            Heard(
                days=9.2,
                kind="complaint",
                rating="2",
                text="The page for cars shows yesterday's prices, and passengers complain at the "
                "counter. Can somebody look, please?",
            ),
            Heard(
                days=1.3,
                kind="complaint",
                who=2,
                rating="1",
                text="Marc, is anybody there? Aoife has been waiting since last week.",
            ),
        ),
    ),
    "larkspur": Voice(
        heard=(
            Heard(
                days=29,
                kind="praise",
                rating="5",
                text="Subscribers passed two thousand this week. Jon's reader is a joy.",
            ),
            Heard(
                days=27,
                kind="concern",
                channel="call",
                rating="4",
                text="Does Jon stay with you next year? The reader is his child.",
                answered=27,
                answer="His contract runs on; he would like to stay.",
                resolved=20,
                resolution="Jon told her himself that he stays.",
            ),
            Heard(
                days=26,
                kind="scope_change",
                who=2,
                channel="video",
                rating="4",
                text="Could the reader play audio books as well?",
            ),
        ),
    ),
    "granite_owl": Voice(
        heard=(
            Heard(
                days=111,
                kind="complaint",
                rating="1",
                issue=True,
                text="The launch is off for the second time and I hear it from my own team. "
                "Why did nobody call me?",
                answered=110.2,
                answer="You should have heard it from me. I am sorry.",
            ),
            Heard(
                days=73,
                kind="complaint",
                who=2,
                rating="1",
                issue=True,
                text="We printed 20,000 flyers with the date on it.",
                answered=72.7,
                answer="We carry our share of it; a credit note is on the way.",
                resolved=50,
                resolution="Credit note sent, the flyers are pulped.",
            ),
            Heard(
                days=46,
                kind="concern",
                rating="2",
                issue=True,
                text="Come, but bring a plan we can believe.",
                answered=45.9,
                answer="I do. Thank you for the chance.",
            ),
            Heard(
                days=44,
                kind="value",
                who=2,
                channel="visit",
                rating="3",
                text="What I want is simple: customers who find the tent that our store has.",
            ),
        ),
        issue=Issue(
            name="The launch moves, and nobody says so in time",
            days=111,
            side="shared",
            severity="3",
            cause="The stores send the stock in another format every week. We repaired each file "
            "instead of asking why, and hoped to make it instead of calling.",
            guesses=(
                Guess(
                    name="one person per store owns the stock file",
                    effect="the import no longer breaks every week",
                    who=2,
                    due=-20,
                    done=True,
                    verdict="confirmed",
                ),
                Guess(
                    name="Leo calls every Wednesday, also with bad news",
                    effect="Dana hears of a delay from us, and first",
                    login="leo",
                    due=-13,
                    done=True,
                    verdict="confirmed",
                ),
                Guess(
                    name="the checkout is cut to two ways of paying",
                    effect="the date of go-live holds",
                    login="tom",
                    who=1,
                    due=12,
                ),
            ),
            letters=(
                Letter(
                    days=71,
                    name="The launch, twice",
                    who=(1, 2),
                    text="Twice you told your people a date, and twice we let it pass without a "
                    "call. The flyers are printed, and you had to explain it. I am sorry, to "
                    "both of you. I come to Bozeman, I listen, and I bring one list and one "
                    "date.",
                    part="We knew four days before that it would not hold. I should have called "
                    "you on the first of them.",
                ),
            ),
        ),
        rounds=(
            Round(
                question="What would make this launch the last one that moves?",
                opinions=(
                    Opinion(
                        days=18,
                        login="tom",
                        rating="2",
                        strain="4",
                        text="One list, one date, and nobody adds a wish after Friday. Their "
                        "store people are willing, nobody ever asked them.",
                    ),
                    Opinion(
                        days=17,
                        login="iris",
                        rating="2",
                        strain="5",
                        text="I start each week with somebody else's broken file. Give me one "
                        "person per store and I sleep again.",
                    ),
                ),
                waiting=("admin",),
            ),
        ),
    ),
    "quillfeather": Voice(
        heard=(
            Heard(
                days=240,
                kind="complaint",
                rating="1",
                text="Approved or not, change it. We are lawyers, you will find it in the "
                "contract.",
                answered=239.5,
                answer="It is not in the contract; once more without charge.",
                resolved=232,
                resolution="Changed a last time.",
            ),
            Heard(
                days=128,
                kind="price_pressure",
                who=2,
                rating="1",
                text="The partners do not see why a meeting about goals is needed. Just send "
                "fewer invoices.",
            ),
            Heard(
                days=30,
                kind="concern",
                rating="2",
                text="Noted. We expect the handover to be complete.",
                answered=29.8,
                answer="It will be. The list with dates is attached.",
            ),
        ),
        rounds=(
            Round(
                question="Is there a way to keep Quillfeather that you could live with?",
                opinions=(
                    Opinion(
                        days=40,
                        login="tom",
                        rating="1",
                        strain="5",
                        text="No. I have rebuilt the same page four times, and each time it "
                        "was our fault.",
                    ),
                    Opinion(
                        days=39,
                        login="leo",
                        rating="1",
                        strain="5",
                        text="I offered three ways to work. They took none. Let us part well.",
                    ),
                ),
            ),
        ),
    ),
    "sundial": Voice(
        heard=(
            Heard(
                days=262,
                kind="value",
                rating="5",
                text="The city gave us a post for a web editor. That is good for the museum, and "
                "it means that we will need you less and less.",
            ),
            Heard(
                days=184,
                kind="praise",
                rating="5",
                text="All received, and our editor found her way on the first day. Thank you for "
                "three good years.",
            ),
        ),
    ),
    "juniper": Voice(
        heard=(
            Heard(
                days=30,
                kind="value",
                channel="visit",
                rating="4",
                text="I want people to smell the bread when they see the bag.",
            ),
        ),
    ),
    "orchard_lane": Voice(
        heard=(
            Heard(
                days=186,
                kind="praise",
                channel="visit",
                rating="4",
                text="Homework and marks work. Even the caretaker's daughter uses it.",
            ),
            Heard(
                days=52,
                kind="concern",
                rating="3",
                channel="call",
                issue=True,
                text="Parents ask when the letters come. We are late with the addresses, I know.",
                answered=52,
                answer="We build on with test addresses until the real ones are there.",
            ),
            Heard(
                days=40,
                kind="concern",
                rating="3",
                issue=True,
                text="The addresses of the parents are complete at last. Sorry that it took so "
                "long.",
                answered=39.8,
                answer="Got them, thank you. We need three weeks from here.",
                resolved=39,
                resolution="All addresses are in.",
            ),
        ),
        issue=Issue(
            name="The addresses of the parents came late",
            days=70,
            kind="bottleneck",
            side="theirs",
            severity="1",
            cause="Four schools keep their lists apart, and nobody was asked to join them.",
            guesses=(
                Guess(
                    name="one secretary collects the lists of all four schools",
                    effect="the letters go out with the right names",
                    who=2,
                    due=-41,
                    done=True,
                    verdict="confirmed",
                ),
            ),
        ),
    ),
}
