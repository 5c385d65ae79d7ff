from .kinds import (
    MILESTONES,
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
    Status,
)

PORTAL = Project(
    name="Learning portal",
    manager="leo",
    billing=MILESTONES,
    price=86000,
    deposit=10,
    start=14,
    label="Learning portal",
    efforts=(
        Effort(
            tasks=(
                "Concept with teachers",
                "Courses and classes",
                "Homework and marks",
                "Letters to parents",
                "Timetables",
                "Training of the teachers",
            ),
            start=14,
            hours=(56, 45),
            team={"ravi": 0.5, "sam": 0.3, "zoe": 0.2},
            late=("Letters to parents",),
        ),
        Effort(
            tasks=("Account management",), start=14, hours=(3, 4), team={"leo": 1}, billable=False
        ),
    ),
    ahead=(("Training and go-live", 190),),
    milestones=(
        Milestone(name="Concept approved", due=368, reached=364, percent=15),
        Milestone(name="Courses online", due=300, reached=288, percent=20),
        Milestone(name="Homework and marks", due=215, reached=187, percent=20),
        Milestone(name="Letters to parents", due=60, percent=15),
        Milestone(name="Timetables", due=64, reached=49, percent=15),
        Milestone(name="Training and go-live", due=-70, percent=15),
    ),
    statuses=(
        Status(days=47, status="at_risk", progress=70, name="Letters to parents are late",
               text="The school's address data came four weeks late. Timetables went first."),
    ),
)  # fmt: skip

CLIENT = Client(
    key="orchard_lane",
    story="One fixed price, paid by milestones; one of them is late, and so is its money.",
    owner="admin",
    cadence="fortnightly",
    weekday="4",
    channel="visit",
    pays_late=(4, 6),
    projects=(PORTAL,),
    bills=(
        Bill(vendor="cloudmeadow", label="Video storage", amount=350, months=(10, 7, 4, 1)),
    ),
    chatter=(Chatter(start=14, every=2, reply_hours=6),),
    says=(
        Say(days=40, who=1, text="The addresses of the parents are complete at last. Sorry that it "
            "took so long.", task="Letters to parents"),
        Say(days=39.8, who="ravi", text="Got them, thank you. We need three weeks from here.",
            task="Letters to parents"),
    ),
    meetings=(
        Meeting(days=186, title="Orchard Lane: acceptance of homework and marks", us=("leo",
            "ravi"),
                them=(1,), hours=2),
        Meeting(days=48, title="Orchard Lane: timetables", us=("leo", "ravi"), them=(1, 2)),
        Meeting(days=-19, title="Orchard Lane: letters to parents", us=("leo", "ravi"), them=(1,)),
    ),
    calls=(
        Call(days=25, who="leo", summary="Late milestone",
             feedback="Gordon knows it is their data that was late. New date in three weeks."),
    ),
    deals=(
        Deal(name="Learning portal for four schools", amount=86000, stage="won", days=480,
             closed=440),
        Deal(name="Yearly care of the portal", amount=14400, stage="qualified", days=35),
    ),
    check_in=4,
)  # fmt: skip
