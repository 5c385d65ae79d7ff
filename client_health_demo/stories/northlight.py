from .kinds import FEE, Bill, Call, Chatter, Client, Deal, Effort, Meeting, Project, Say, Status

CARE = Project(
    name="Season website and newsletter",
    manager="ana",
    billing=FEE,
    price=4400,
    start=24,
    label="Care plan",
    ahead=(("Newsletter and season pages, next year", 530),),
    efforts=(
        Effort(
            tasks=(
                "Newsletter and season pages, spring",
                "Newsletter and season pages, summer",
                "Newsletter and season pages, autumn",
                "Newsletter and season pages, winter",
            )
            * 2,
            start=24,
            hours=(44, 44),
            team={"iris": 0.45, "zoe": 0.55},
        ),
        Effort(
            tasks=("Account management",), start=24, hours=(3, 1), team={"ana": 1}, billable=False
        ),
    ),
    statuses=(
        Status(days=130, status="on_track", progress=50, name="Nothing to report",
               text="Newsletter sent, season pages up to date. The same as last month."),
    ),
)  # fmt: skip

CLIENT = Client(
    key="northlight",
    story="Nine quiet years: the work runs by itself, and nobody remembers what it is worth.",
    owner="ana",
    since=3310,
    cadence="quarterly",
    weekday="3",
    pays_late=(0, 2),
    projects=(CARE,),
    bills=(
        Bill(vendor="driftwood", label="Season programme, print", amount=620, months=(21, 15, 9,
            3)),
    ),
    chatter=(Chatter(start=24, every=2, reply_hours=7, silent_from=8),),
    says=(
        Say(days=205, who=1, text="Newsletter received, fine as always."),
        Say(days=204.8, who="ana", text="Good to hear, Henrik."),
        Say(days=34, who=2, text="A question for the budget: what do we get for the 4,400 a month? "
            "Nobody here can tell me any more."),
        Say(days=33.9, who="ana", text="A fair question, Judith. I collect what we did and what "
            "it brought, and come by to show you."),
    ),
    meetings=(
        Meeting(days=590, title="Northlight: season planning", us=("ana", "iris"), hours=2),
        Meeting(days=228, title="Northlight: yearly talk", us=("ana",), them=(1, 2)),
    ),
    calls=(
        Call(days=96, who="ana", summary="Check-in: how are we doing for you?",
             feedback="All as usual. Talked about the weather more than about the work."),
    ),
    deals=(
        Deal(name="Tickets and seat plan online", amount=24000, stage="new", days=60),
    ),
    check_in=-4,
)  # fmt: skip
