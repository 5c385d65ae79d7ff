from .kinds import (
    HOURS,
    Bill,
    Call,
    Chatter,
    Client,
    Deal,
    Effort,
    Meeting,
    Milestone,
    Project,
    Say,
)

READER = Project(
    name="Reading room",
    manager="iris",
    billing=HOURS,
    price=98,
    start=14,
    last_month="draft",
    label="Reading room",
    efforts=(
        Effort(
            tasks=(
                "Reader for books in the browser",
                "Subscriptions",
                "Reading groups",
                "Audio books",
            ),
            start=14,
            hours=(40, 46),
            team={"jon": 0.55, "zoe": 0.25, "iris": 0.2},
        ),
        Effort(
            tasks=("Account management",), start=14, hours=(3, 3), team={"ana": 1}, billable=False
        ),
    ),
    milestones=(
        Milestone(name="Subscriptions open", due=210, reached=210),
        Milestone(name="Audio books in the reader", due=-33),
    ),
)

CLIENT = Client(
    key="larkspur",
    story="A freelancer does half of the work, and nobody entered what his hours cost.",
    owner="ana",
    weekday="1",
    channel="video",
    pays_late=(0, 1),
    projects=(READER,),
    bills=(
        Bill(vendor="driftwood", label="Posters for the opening", amount=280, months=(7,)),
    ),
    chatter=(Chatter(start=14, reply_hours=4),),
    says=(
        Say(days=29, who=1, text="Subscribers passed two thousand this week. Jon's reader is a "
            "joy."),
        Say(days=28.9, who="ana", text="Wonderful. I pass it on to Jon at once."),
    ),
    meetings=(
        Meeting(days=150, title="Larkspur Lantern: opening of subscriptions", us=("ana", "iris"),
                them=(1, 2)),
        Meeting(days=26, title="Larkspur Lantern: audio books", us=("ana",), them=(2,)),
        Meeting(days=-15, title="Larkspur Lantern: quarter review", us=("ana", "iris"), them=(1,
            2)),
    ),
    calls=(
        Call(days=27, who="ana", summary="Check-in: how are we doing for you?",
             feedback="Happy. Would like to know whether Jon stays with us next year."),
    ),
    deals=(
        Deal(name="Reading room", amount=60000, stage="won", days=470, closed=440),
    ),
    check_in=6,
)  # fmt: skip
