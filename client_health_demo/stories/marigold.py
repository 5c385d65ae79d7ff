from .kinds import (
    FEE,
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
    Status,
)

SHOP = Project(
    name="Seed shop",
    manager="zoe",
    billing=FEE,
    price=3600,
    start=15,
    label="Care plan of the seed shop",
    ahead=(("Care of the shop, the months to come", 360),),
    efforts=(
        Effort(
            tasks=("Shop set up", "Seed finder", "Sowing calendar by mail", "Autumn catalogue"),
            start=15,
            hours=(40, 38),
            team={"iris": 0.4, "zoe": 0.6},
        ),
        Effort(
            tasks=(
                "New drawing style for 400 seeds (our idea)",
                "Animated intro of the shop (our idea)",
                "Garden planner in 3D (our idea)",
            ),
            start=3,
            end=1,
            hours=(66, 74),
            team={"iris": 0.5, "tom": 0.3, "ravi": 0.2},
            billable=False,
            note="An idea of ours, not in the order.",
        ),
        Effort(
            tasks=("Account management",), start=15, hours=(3, 4), team={"ana": 1}, billable=False
        ),
    ),
    milestones=(
        Milestone(name="Shop open", due=365, reached=366),
        Milestone(name="Autumn catalogue online", due=-18),
    ),
    statuses=(
        Status(days=13, status="off_track", progress=60, name="Who asked for this?",
               text="Three months of extra work on things that are not in the order. "
               "The client likes the drawings, but never asked for them and will not pay for "
            "them."),
    ),
)  # fmt: skip

CLIENT = Client(
    key="marigold",
    story="Three months at a loss: we fell in love with ideas that nobody had ordered.",
    owner="ana",
    weekday="4",
    pays_late=(1, 1),
    projects=(SHOP,),
    bills=(
        Bill(vendor="paperplane", label="Photographs of flowers", amount=450, months=(13, 7)),
    ),
    chatter=(Chatter(start=15, every=2, reply_hours=5),),
    says=(
        Say(days=58, who=2, text="The new drawings are pretty. Just so we agree: they are part of "
            "our monthly fee, are they not?", task="New drawing style for 400 seeds (our idea)"),
        Say(days=57.9, who="zoe", text="Yes, you pay nothing on top.",
            task="New drawing style for 400 seeds (our idea)"),
        Say(days=16, who=1, text="I saw a garden planner on the test page. Nice, but we asked for "
            "the catalogue. When does it come?"),
        Say(days=15.8, who="ana", text="You are right, Fay. The catalogue comes first from today "
            "on; "
            "I send you the date tomorrow."),
    ),
    meetings=(
        Meeting(days=170, title="Marigold & Moss: plans for the season", us=("ana", "zoe"),
            them=(1, 2)),
        Meeting(days=-4, title="Marigold & Moss: what you need, and what you do not",
                us=("ana", "zoe"), them=(1, 2), place="Greenhouse Road 5, Boise"),
    ),
    calls=(
        Call(days=14, who="ana", summary="Fay about the catalogue",
             feedback="Friendly. She wonders what we do all day, and so do I."),
    ),
    moves=(
        Move(phase="at_risk", days=13, who="leo",
             reason="Third month at a loss: we worked 200 hours on ideas that nobody ordered.",
             done=("She never asked for the planner, the intro or the drawings.",)),
    ),
    deals=(
        Deal(name="Seed shop and care", amount=43200, stage="won", days=500, closed=470),
    ),
)  # fmt: skip
