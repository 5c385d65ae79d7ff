from .kinds import (
    HOURS,
    YEARLY,
    Bill,
    BranchInvoice,
    Call,
    Chatter,
    Client,
    Deal,
    Effort,
    Expense,
    Media,
    Meeting,
    Milestone,
    Move,
    Project,
    Say,
    Status,
)

WEBSITE = Project(
    name="Hotel websites and booking",
    manager="leo",
    billing=HOURS,
    price=118,
    start=24,
    label="Websites and booking",
    efforts=(
        Effort(
            tasks=(
                "Research with guests of three hotels",
                "New design for all hotel pages",
                "Booking in three steps",
                "Gift vouchers",
                "Pages of the Lighthouse Inn",
                "Faster pages on phones",
                "Offers for returning guests",
                "Booking for groups and weddings",
                "Summer campaign pages",
                "Guest stories with photos",
            ),
            start=24,
            hours=(55, 88),
            team={"tom": 0.4, "iris": 0.35, "sam": 0.25},
        ),
        Effort(
            tasks=("Account management",),
            start=24,
            hours=(5, 7),
            team={"leo": 1},
            billable=False,
        ),
    ),
    milestones=(
        Milestone(name="New booking live", due=514, reached=517),
        Milestone(name="Gift vouchers live", due=445, reached=446),
        Milestone(name="Phones: pages under two seconds", due=306, reached=309),
        Milestone(name="Group booking live", due=142, reached=144),
        Milestone(name="Guest stories live", due=-25),
    ),
    statuses=(
        Status(days=290, status="on_track", progress=60, name="Phones first",
               text="Pages load in 1.8 seconds on phones; bookings from phones went up by a "
            "fifth."),
        Status(days=135, status="on_track", progress=85, name="Group booking is live",
               text="First eleven wedding parties booked online. Guest stories come next."),
    ),
)  # fmt: skip

APP = Project(
    name="Guest app",
    manager="leo",
    billing=HOURS,
    price=112,
    start=9,
    last_month="open",
    label="Guest app",
    efforts=(
        Effort(
            tasks=("Digital room key", "Breakfast orders", "Messages to the front desk"),
            start=9,
            hours=(25, 38),
            team={"sam": 0.6, "iris": 0.4},
        ),
    ),
    milestones=(
        Milestone(name="Room key in two hotels", due=120, reached=121),
        Milestone(name="Breakfast orders in all hotels", due=-40),
    ),
)

CARE = Project(
    name="Care of the hotel websites",
    manager="leo",
    billing=YEARLY,
    price=12000,
    start=14,
    label="Care of the hotel websites, one year",
    efforts=(
        Effort(
            tasks=("Updates and backups, first year", "Updates and backups, second year"),
            start=14,
            hours=(7, 7),
            team={"ravi": 0.6, "zoe": 0.4},
        ),
    ),
)

CLIENT = Client(
    key="blue_harbour",
    story="The star: gains a lot from our work, says so, pays early and sends us others.",
    owner="leo",
    cadence="weekly",
    weekday="1",
    channel="video",
    pays_late=(-3, -5),
    hosting=720,
    projects=(WEBSITE, APP, CARE),
    bills=(
        Bill(vendor="paperplane", label="Photographs of the hotels", amount=1900, months=(20, 8)),
        Bill(vendor="cloudmeadow", label="Servers of the booking", amount=260,
             months=(22, 19, 16, 13, 10, 7, 4, 1)),
        Bill(vendor="wordsmith", label="Translations of the app", amount=740, months=(3,),
            project=1),
    ),
    media=(
        Media(months=(8, 7, 6), spend=6000, fee=900, vendor="beacon",
              label="Campaign for the season"),
    ),
    branch_invoices=(
        BranchInvoice(month=3, amount=2400, label="Two days of photographs in Portland"),
    ),
    expenses=(
        Expense(who="leo", label="Train to Portland, yearly review", amount=146, days=48),
        Expense(who="iris", label="Workshop material", amount=62.5, days=83, project=1),
    ),
    chatter=(Chatter(start=24, reply_hours=3),),
    says=(
        Say(days=270, who=1, text="Bookings from phones are up by 21 % since the pages got faster. "
            "Our managing board asked for your names. Thank you!"),
        Say(days=269, who="leo", text="What a message to start the day with. I have read it out "
            "to the team. Tom says the credit goes to your front desk: they told us what guests "
            "ask."),
        Say(days=78, who=2, text="First wedding booked online, 46 guests, without one call to the "
            "front desk.", task="Booking for groups and weddings"),
        Say(days=77.8, who="tom", text="That is what it was made for. Tell us what they stumbled "
            "over, and we smooth it.", task="Booking for groups and weddings"),
        Say(days=62, who=1, text="I told Pauline of Juniper Crumb about you over breakfast, and "
            "Declan's ferries before. You will not need advertising."),
        Say(days=61.9, who="leo", text="Thank you, Elena. I call Pauline tomorrow."),
        Say(days=3, who=1, text="Could the app greet guests who come back? I would have a budget "
            "for a loyalty scheme next quarter.", project=1),
        Say(days=2.9, who="leo", text="Yes. I bring a sketch to our Tuesday call.", project=1),
    ),
    meetings=(
        Meeting(days=320, title="Blue Harbour: year review", us=("leo", "tom", "iris"), them=(1, 2),
                hours=2, place="Harbour Quay 12, Portland"),
        Meeting(days=290, title="Blue Harbour: what changed, and what comes next",
                us=("leo", "iris"), them=(1, 2), hours=3, place="Harbour Quay 12, Portland"),
        Meeting(days=139, title="Blue Harbour: goals for the winter", us=("leo", "iris"),
            them=(1,)),
        Meeting(days=48, title="Blue Harbour: review and the year to come", us=("leo", "tom"),
                them=(1, 2), hours=2, place="Harbour Quay 12, Portland"),
        Meeting(days=6, title="Blue Harbour: weekly call", us=("leo",), hours=0.5,
                unrecorded=True),
        Meeting(days=-8, title="Blue Harbour: sketch of the loyalty scheme", us=("leo", "iris")),
    ),
    calls=(
        Call(days=33, who="leo", summary="Check-in: how are we doing for you?",
             feedback="Very content. Wants the guest stories before the spring season."),
    ),
    moves=(
        Move(phase="at_risk", days=315, who="leo",
             reason="They talked to another agency about an app, and told us last."),
        Move(phase="reboot", days=302, who="leo",
             reason="Their plans have outgrown what we agreed on: a fresh start, with both heads.",
             given=45),
        Move(phase="healthy", days=262, who="admin", later=265,
             reason="Renewed: a new agreement with the app in it, and no bottleneck worth the "
             "name."),
    ),
    deals=(
        Deal(name="Website and booking for all hotels", amount=96000, stage="won", days=790,
             closed=755),
        Deal(name="Guest app", amount=42000, stage="won", days=325, closed=290),
        Deal(name="Loyalty scheme for returning guests", amount=28000, stage="proposition", days=3),
    ),
)  # fmt: skip
