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

TIMETABLE = Project(
    name="Timetables and tickets",
    manager="marc",
    billing=HOURS,
    price=96,
    start=18,
    last_month="draft",
    label="Timetables and tickets",
    efforts=(
        Effort(
            tasks=(
                "Timetable with live delays",
                "Tickets on the phone",
                "Season cards for islanders",
                "Cars and bicycles on board",
                "Notices about storms",
            ),
            start=18,
            hours=(46, 50),
            team={"sam": 0.5, "ravi": 0.3, "iris": 0.2},
            late=("Cars and bicycles on board",),
        ),
        Effort(
            tasks=("Account management",), start=18, hours=(4, 1), team={"marc": 1}, billable=False
        ),
    ),
    milestones=(
        Milestone(name="Tickets on the phone", due=310, reached=312),
        Milestone(name="Season cards", due=238, reached=235),
        Milestone(name="Cars on board", due=24),
    ),
)

CLIENT = Client(
    key="kestrel",
    story="A friendly client in euros that has been waiting for our answer for nine days.",
    owner="marc",
    cadence="fortnightly",
    referred_by="blue_harbour",
    currency="EUR",
    pays_late=(0, 3),
    projects=(TIMETABLE,),
    bills=(
        Bill(vendor="wordsmith", label="Irish version", amount=390, months=(14, 6)),
    ),
    chatter=(Chatter(start=18, end=2, reply_hours=6),),
    says=(
        Say(days=9.2, who=1, text="The page for cars shows yesterday's prices, and passengers "
            "complain at the counter. Can somebody look, please?", task="Cars and bicycles on "
            "board"),
        Say(days=5.1, who=1, text="Did you see my message about the prices for cars?",
            task="Cars and bicycles on board"),
        Say(days=1.3, who=2, text="Marc, is anybody there? Aoife has been waiting since last "
            "week."),
    ),
    meetings=(
        Meeting(days=265, title="Kestrel Bay: summer timetable", us=("marc", "sam"), them=(1, 2)),
        Meeting(days=71, title="Kestrel Bay: cars on board", us=("marc", "sam"), them=(1,)),
    ),
    calls=(
        Call(days=70, who="marc", summary="Check-in: how are we doing for you?",
             feedback="Content. Wants the cars before the holidays."),
    ),
    deals=(
        Deal(name="Timetables and tickets", amount=70000, stage="won", days=600, closed=570),
        Deal(name="Freight bookings", amount=19000, stage="new", days=80),
    ),
    check_in=-11,
)  # fmt: skip
