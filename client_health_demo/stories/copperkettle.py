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
    Move,
    Project,
    Say,
    Todo,
)

TRACKING = Project(
    name="Parcel tracking",
    manager="marc",
    billing=HOURS,
    price=106,
    start=22,
    label="Parcel tracking",
    efforts=(
        Effort(
            tasks=(
                "Map of all vans",
                "Arrival times for customers",
                "App for drivers",
                "Proof of delivery with photo",
                "Returns desk",
                "Reports for large customers",
            ),
            start=22,
            hours=(48, 60),
            team={"tom": 0.5, "ravi": 0.5},
        ),
        Effort(
            tasks=("Account management",), start=22, hours=(3, 4), team={"marc": 1}, billable=False
        ),
    ),
    milestones=(
        Milestone(name="Drivers' app in all vans", due=330, reached=333),
        Milestone(name="Returns desk open", due=95, reached=99),
        Milestone(name="Reports for large customers", due=-20),
    ),
)

CLIENT = Client(
    key="copperkettle",
    story="Good work, good margin, and every invoice is paid a little later than the one before.",
    owner="marc",
    cadence="fortnightly",
    weekday="0",
    pays_late=(0, 75),
    hosting=480,
    projects=(TRACKING,),
    bills=(
        Bill(vendor="cloudmeadow", label="Map data", amount=310, months=(18, 15, 12, 9, 6, 3)),
    ),
    chatter=(Chatter(start=22, reply_hours=4),),
    says=(
        Say(days=120, who=2, text="We have received the reminder. The payment run was moved to the "
            "end of the month."),
        Say(days=119.8, who="marc", text="Thank you, Stan. Please tell me the day once you know "
            "it."),
        Say(days=41, who=2, text="Treasury pays suppliers after 60 days now. I can not change it."),
        Say(days=40.7, who="marc", text="Our invoices say 30 days, as agreed. I will call Rhea."),
    ),
    meetings=(
        Meeting(days=210, title="Copperkettle: half-year talk", us=("marc", "tom"), them=(1,)),
        Meeting(days=54, title="Copperkettle: reports for large customers", us=("marc", "ravi"),
                them=(1,)),
        Meeting(days=-12, title="Copperkettle: demo of the reports", us=("marc", "tom"), them=(1,
            2)),
    ),
    calls=(
        Call(days=39, who="marc", summary="Rhea about the payment runs",
             feedback="She is embarrassed: the whole group delays payments. Work may go on."),
    ),
    todos=(
        Todo(due=-2, who="marc", kind="tough", summary="Two invoices overdue: agree on dates",
             topic="price",
             concern="The group pays when it wants, and Rhea has to say so to people she likes."),
    ),
    moves=(
        Move(phase="at_risk", days=66, who="marc",
             reason="Every invoice is paid later than the one before, and reminders are ignored."),
        Move(phase="reboot", days=41, who="marc", later=22,
             reason="We do not want to work for a bank: a fresh start, with dates that both sides "
             "keep.",
             done=("Rhea agrees to talk. She wants the treasury at the table.",)),
    ),
    deals=(
        Deal(name="Tracking of parcels and vans", amount=110000, stage="won", days=720, closed=684),
        Deal(name="Planning of routes", amount=36000, stage="qualified", days=47),
    ),
)  # fmt: skip
