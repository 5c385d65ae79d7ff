from .kinds import (
    HOURS,
    Bill,
    Call,
    Chatter,
    Client,
    Credit,
    Deal,
    Effort,
    Expense,
    Meeting,
    Milestone,
    Move,
    Project,
    Say,
    Status,
    Todo,
)

RELAUNCH = Project(
    name="Shop relaunch",
    manager="leo",
    billing=HOURS,
    price=94,
    start=16,
    label="Shop relaunch",
    efforts=(
        Effort(
            tasks=(
                "Look and feel of the new shop",
                "Catalogue moved over",
                "Search and filters",
                "Checkout",
                "Stock of the stores",
                "Go-live",
            ),
            start=16,
            hours=(80, 46),
            team={"tom": 0.4, "sam": 0.4, "iris": 0.2},
            late=("Checkout", "Stock of the stores"),
        ),
        Effort(
            tasks=("Repairs of the stock import",),
            start=6,
            hours=(10, 22),
            team={"tom": 0.5, "sam": 0.5},
            billable=False,
        ),
        Effort(
            tasks=("Account management",), start=16, hours=(5, 10), team={"leo": 1}, billable=False
        ),
    ),
    milestones=(
        Milestone(name="Design approved", due=410, reached=388),
        Milestone(name="Catalogue moved", due=360, reached=330),
        Milestone(name="Checkout ready", due=165),
        Milestone(name="Go-live", due=72),
    ),
    statuses=(
        Status(days=75, status="at_risk", progress=65, name="Go-live moves again",
               text="The stock files change every week. We repaired instead of asking why."),
        Status(days=20, status="on_hold", progress=65, name="We stop and start afresh",
               text="No new features before both sides know what go-live means."),
    ),
)  # fmt: skip

CLIENT = Client(
    key="granite_owl",
    story="Two launches missed, silence on the phone, and a new start on the calendar.",
    owner="leo",
    cadence="weekly",
    weekday="2",
    channel="call",
    pays_late=(3, 24),
    projects=(RELAUNCH,),
    bills=(
        Bill(vendor="cloudmeadow", label="Test servers", amount=220, months=(12, 9, 6, 3)),
        Bill(vendor="paperplane", label="Photographs of tents", amount=980, months=(10,)),
    ),
    credits=(Credit(month=2, amount=1500, reason="Launch missed: our share of the lost campaign"),),
    expenses=(
        Expense(who="leo", label="Flight to Bozeman, crisis talk", amount=318, days=44),
    ),
    chatter=(Chatter(start=16, end=4, reply_hours=9),),
    says=(
        Say(days=111, who=1, text="The launch is off for the second time and I hear it from my own "
            "team. Why did nobody call me?"),
        Say(days=110.2, who="leo", text="You should have heard it from me, Dana. I am sorry. "
            "The stock import broke, and we hoped to mend it in time instead of telling you."),
        Say(days=73, who=2, text="We printed 20,000 flyers with the date on it."),
        Say(days=72.7, who="leo", text="That is our fault and we carry our share of it. Can I fly "
            "over next week?"),
        Say(days=46, who=1, text="Come, but bring a plan we can believe."),
        Say(days=45.9, who="leo", text="I do. Thank you for the chance."),
        Say(days=6, who=1, text="The date for the new start suits us. Miles comes as well."),
        Say(days=5.8, who="leo", text="Very good. I send you three questions before we meet: what "
            "you expect, where you want to be in three years, and what holds us up on either "
            "side."),
    ),
    meetings=(
        Meeting(days=300, title="Granite Owl: design approval", us=("leo", "iris"), them=(1,)),
        Meeting(days=44, title="Granite Owl: what went wrong", us=("leo", "tom"), them=(1, 2),
                hours=3, place="Ridge Road 88, Bozeman"),
        Meeting(days=-5, title="Granite Owl: reboot session", us=("leo", "tom", "iris"), them=(1,
            2),
                hours=3, place="Ridge Road 88, Bozeman"),
    ),
    calls=(
        Call(days=19, who="leo", summary="Invitation to the reboot session",
             feedback="Dana agrees to one more try. She wants Miles to be there."),
    ),
    todos=(
        Todo(due=2, who="leo", kind="todo", summary="Questions for the session to Dana and Miles"),
    ),
    moves=(
        Move(phase="at_risk", days=70, who="leo",
             reason="The launch was missed twice and the client stopped calling back."),
        Move(phase="reboot", days=20, who="leo",
             reason="Patching no longer helps: we try a fresh start together before we end it.",
             done=("Dana agrees to one more try.", "The team wants one list and one date.")),
    ),
    deals=(
        Deal(name="Relaunch of the web shop", amount=120000, stage="won", days=530, closed=500),
    ),
)  # fmt: skip
