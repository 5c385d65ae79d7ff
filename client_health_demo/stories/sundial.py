from .kinds import (
    FEE,
    HOURS,
    Bill,
    Call,
    Chatter,
    Client,
    Effort,
    Meeting,
    Milestone,
    Move,
    Project,
    Say,
    Status,
)

EXHIBITIONS = Project(
    name="Exhibition pages",
    manager="ana",
    billing=HOURS,
    price=100,
    start=24,
    end=7,
    closed=True,
    label="Exhibition pages",
    efforts=(
        Effort(
            tasks=("Pages of the spring show", "Tour on the phone", "Archive of 90 exhibitions"),
            start=24,
            end=7,
            hours=(34, 18),
            team={"zoe": 0.5, "iris": 0.3, "ravi": 0.2},
        ),
        Effort(
            tasks=("Account management",),
            start=24,
            end=7,
            hours=(3, 2),
            team={"ana": 1},
            billable=False,
        ),
    ),
    milestones=(
        Milestone(name="Tour on the phone", due=395, reached=395),
        Milestone(name="Archive complete", due=215, reached=213),
    ),
    statuses=(
        Status(days=187, status="done", progress=100, name="Handed over",
               text="Pages, archive and tour are with the museum's own editor. Nothing is open."),
    ),
)  # fmt: skip

WALKS = Project(
    name="Audio walks through the city",
    manager="ana",
    billing=FEE,
    price=420,
    start=13,
    label="Audio walks",
    handed_to=("blue_harbour", 6),
    ahead=(("Walks of the months to come", 45),),
    efforts=(
        Effort(
            tasks=("New walks for the museum", "Walks from hotel to hotel"),
            start=13,
            hours=(4, 4),
            team={"zoe": 1},
        ),
    ),
)

CLIENT = Client(
    key="sundial",
    story="Parted as friends half a year ago: the museum hired its own web editor.",
    owner="ana",
    since=1190,
    cadence="quarterly",
    channel="call",
    pays_late=(0, 0),
    projects=(EXHIBITIONS, WALKS),
    bills=(
        Bill(vendor="paperplane", label="Photographs of exhibits", amount=540, months=(20, 12)),
    ),
    chatter=(Chatter(start=24, end=9, every=2, reply_hours=4),),
    says=(
        Say(days=262, who=1, text="The city gave us a post for a web editor. That is good for the "
            "museum, and it means that we will need you less and less."),
        Say(days=261.8, who="ana", text="Congratulations, Inez! Let us plan the change well, so "
            "that your editor starts with everything in hand."),
        Say(days=225, who=1, text="The audio walks would be a pity to lose. Elena of Blue Harbour "
            "would like them for her guests. May she have them?"),
        Say(days=224.8, who="ana", text="With pleasure! From next month on they are hers, and so "
            "are the invoices."),
        Say(days=184, who=1, text="All received, and our editor found her way on the first day. "
            "Thank you for three good years."),
        Say(days=183.8, who="ana", text="It was a pleasure from the first show to the last. "
            "You are always welcome, and I will come to the vernissage."),
    ),
    meetings=(
        Meeting(days=255, title="Sundial Street: planning the handover", us=("ana",)),
        Meeting(days=186, title="Sundial Street: farewell lunch", us=("ana", "zoe"), hours=1.5,
                hour=12, place="Sundial Street 16, Santa Fe"),
    ),
    calls=(
        Call(days=88, who="ana", summary="How is life without us?",
             feedback="Well! She may come back for the anniversary show in two years."),
    ),
    moves=(
        Move(phase="offboard", days=250, who="leo",
             reason="The museum takes the work in house: we prepare a good handover."),
        Move(phase="ended", days=182, who="leo",
             reason="Handover complete, last invoice paid, on good terms."),
    ),
)  # fmt: skip
