from .kinds import (
    HOURS,
    Bill,
    Call,
    Chatter,
    Client,
    Credit,
    Deal,
    Effort,
    Meeting,
    Milestone,
    Move,
    Project,
    Say,
    Status,
)

PATIENTS = Project(
    name="Patient portal",
    manager="ana",
    billing=HOURS,
    price=78,
    start=20,
    label="Patient portal",
    discounts=((20, 0), (14, 5), (11, 8), (6, 10), (2, 12)),
    efforts=(
        Effort(
            tasks=(
                "Appointments online",
                "Reminders by text message",
                "Questionnaire before the visit",
                "Pages of seven practices",
                "Treatment plans for patients",
                "Second opinion by video",
            ),
            start=20,
            hours=(62, 72),
            team={"sam": 0.5, "ravi": 0.3, "zoe": 0.2},
            late=("Second opinion by video",),
        ),
        Effort(
            tasks=("Corrections free of charge",),
            start=13,
            hours=(26, 26),
            team={"ravi": 0.7, "sam": 0.3},
            billable=False,
        ),
        Effort(
            tasks=("Account management",),
            start=20,
            hours=(5, 12),
            team={"ana": 1},
            billable=False,
        ),
    ),
    milestones=(
        Milestone(name="Appointments in all practices", due=516, reached=505),
        Milestone(name="Questionnaire live", due=335, reached=319),
        Milestone(name="Video talks live", due=16),
    ),
    statuses=(
        Status(days=60, status="at_risk", progress=70, name="Much talk about little money",
               text="The work is on time, most of it. Each invoice costs us two calls."),
    ),
)  # fmt: skip

CLIENT = Client(
    key="fernhill",
    story="Breaks even and keeps asking for cheaper rates; each discount brought the next wish.",
    owner="ana",
    weekday="2",
    channel="call",
    pays_late=(2, 9),
    hosting=480,
    projects=(PATIENTS,),
    bills=(
        Bill(vendor="cloudmeadow", label="Text messages", amount=140, months=(17, 14, 11, 8, 5, 2)),
    ),
    credits=(Credit(month=5, amount=430, reason="Goodwill: reminder texts sent twice"),),
    chatter=(Chatter(start=20, every=2, reply_hours=6),),
    says=(
        Say(days=430, who=2, text="Our board compared prices. Could you come down a little? "
            "Five per cent would help me."),
        Say(days=429.8, who="ana", text="For this quarter we can, as thanks for the good start."),
        Say(days=335, who=2, text="Another agency offers 75 an hour. Can you match that?"),
        Say(days=334.7, who="ana", text="Not quite; we take 8 % off and keep the same team for "
            "you."),
        Say(days=186, who=2, text="We need a better price for the second half of the year."),
        Say(days=185.5, who="ana", text="We can go to 10 %. That is the end of what we can do."),
        Say(days=64, who=2, text="The budget is cut. Please take another 5 % off, "
            "or we move the texts to somebody cheaper."),
        Say(days=63.6, who="ana", text="I can offer 12 % until the end of the year. Let us sit "
            "down "
            "and look at what the portal brings you; I think it is worth more than that."),
        Say(days=9, who=1, text="Carla tells me there is still no discount for the video talks. "
            "Why do we pay the full rate there?"),
        Say(days=8.8, who="ana", text="Dr. Pym, I would like to answer that in person. "
            "Would Thursday at four suit you?"),
    ),
    meetings=(
        Meeting(days=260, title="Fernhill: half-year talk", us=("ana", "sam"), them=(1, 2)),
        Meeting(days=62, title="Fernhill: rates", us=("ana",), them=(2,), hours=1.5),
        Meeting(days=-6, title="Fernhill: what the portal brings you", us=("ana", "leo"),
                them=(1, 2), hours=1.5, place="Fernhill Lane 40, Madison"),
    ),
    calls=(
        Call(days=63, who="ana", summary="Carla about rates",
             feedback="Asked for 20 %, we ended at 12 %. Said twice that the work is good."),
    ),
    moves=(
        Move(phase="at_risk", days=18, who="ana",
             reason="They ask for a cheaper rate for the fifth time, and we earn nothing with "
            "them.",
             done=("Asked what is behind it: a new purchasing target, not our work.",
                   "A quarter of the hours is corrections that we give away.")),
    ),
    deals=(
        Deal(name="Patient portal for seven practices", amount=88000, stage="won", days=660,
             closed=622),
        Deal(name="Intranet for the practices", amount=18000, stage="lost", days=150, closed=95,
             why_lost="Too expensive"),
    ),
)  # fmt: skip
