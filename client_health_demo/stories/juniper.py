from .kinds import FIXED, Client, Deal, Effort, Meeting, Milestone, Project, Say

BRAND = Project(
    name="Brand and web shop",
    manager="iris",
    billing=FIXED,
    price=16500,
    deposit=30,
    start=1,
    label="Brand and web shop",
    efforts=(
        Effort(
            tasks=("Visits of the bakeries", "Name, colours and signs"),
            start=1,
            hours=(16, 30),
            team={"iris": 0.6, "zoe": 0.4},
        ),
        Effort(
            tasks=("Account management",), start=1, hours=(3, 3), team={"leo": 1}, billable=False
        ),
    ),
    ahead=(("Web shop", 110),),
    milestones=(
        Milestone(name="Brand approved", due=-21),
        Milestone(name="Web shop open", due=-80),
    ),
)

CLIENT = Client(
    key="juniper",
    story="Five weeks young, and too little has happened to judge anything.",
    owner="leo",
    cadence="weekly",
    weekday="0",
    channel="call",
    referred_by="blue_harbour",
    pays_late=(0, 0),
    projects=(BRAND,),
    says=(
        Say(days=20, who=1, text="I have sent you the recipes' names and my grandmother's labels. "
            "Elena promised you would know what to do with them."),
        Say(days=19.8, who="iris", text="They are wonderful. Two directions are on the wall "
            "already."),
    ),
    meetings=(
        Meeting(days=30, title="Juniper Crumb: first visit", us=("leo", "iris"), hours=2,
                place="Mill Lane 2, Asheville"),
        Meeting(days=-7, title="Juniper Crumb: two directions for the brand", us=("iris", "leo")),
    ),
    deals=(
        Deal(name="Brand and web shop", amount=16500, stage="won", days=58, closed=36),
    ),
    check_in=1,
)  # fmt: skip
