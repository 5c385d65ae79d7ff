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
    Status,
    WriteOff,
)

FILES = Project(
    name="Client files online",
    manager="leo",
    billing=HOURS,
    price=84,
    start=21,
    label="Client files online",
    discounts=((21, 0), (10, 10)),
    efforts=(
        Effort(
            tasks=(
                "Safe room for documents",
                "Signatures online",
                "Deadlines of the courts",
                "Search in old files",
                "Export of all files",
            ),
            start=21,
            hours=(58, 14),
            team={"tom": 0.4, "ravi": 0.6},
        ),
        Effort(
            tasks=("Changes after approval",),
            start=14,
            end=2,
            hours=(12, 15),
            team={"ravi": 0.6, "iris": 0.4},
            billable=False,
        ),
        Effort(
            tasks=("Account management",), start=21, hours=(6, 8), team={"leo": 1}, billable=False
        ),
        Effort(
            tasks=("Handover: documentation and accesses",),
            start=1,
            hours=(4, 10),
            team={"tom": 1},
            billable=False,
        ),
    ),
    milestones=(
        Milestone(name="Documents online", due=530, reached=515),
        Milestone(name="Signatures", due=400, reached=371),
        Milestone(name="Handover to the successor", due=-24),
    ),
    statuses=(
        Status(days=28, status="on_hold", progress=90, name="Handover",
               text="Notice given to the end of next month. No new work; files and accesses go to "
               "the firm's own IT."),
    ),
)  # fmt: skip

CLIENT = Client(
    key="quillfeather",
    story="Takes without giving: a reboot failed, notice is given, the handover is open.",
    owner="leo",
    weekday="3",
    channel="visit",
    pays_late=(10, 38),
    projects=(FILES,),
    bills=(
        Bill(vendor="cloudmeadow", label="Encrypted storage", amount=190,
             months=(19, 16, 13, 10, 7, 4, 1)),
    ),
    write_offs=(
        WriteOff(month=4, amount=1450, reason="Changes that they refuse to pay"),
    ),
    chatter=(Chatter(start=21, end=5, every=2, reply_hours=10),),
    says=(
        Say(days=240, who=1, text="Approved or not, change it. We are lawyers, you will find it in "
            "the contract."),
        Say(days=239.5, who="leo", text="It is not in the contract, Ms. Fox. We do it once more "
            "without charge and then agree on how changes work."),
        Say(days=128, who=2, text="The partners do not see why a meeting about goals is needed. "
            "Just send fewer invoices."),
        Say(days=127.6, who="leo", text="I take that as a no to the agreement we proposed. Let me "
            "ask once more, in person."),
        Say(days=31, who="leo", text="As discussed: we end our work on the last day of next month. "
            "You get all files, a documentation and four hours with your IT, at no charge. "
            "We know two firms who fit better and gladly introduce you."),
        Say(days=30, who=1, text="Noted. We expect the handover to be complete."),
        Say(days=29.8, who="leo", text="It will be. The list with dates is attached to the "
            "project."),
    ),
    meetings=(
        Meeting(days=142, title="Quillfeather & Fox: reboot session", us=("leo", "tom"), them=(1,
            2),
                hours=2, place="Court Square 9, Hartford"),
        Meeting(days=33, title="Quillfeather & Fox: notice", us=("leo",), them=(1,),
                place="Court Square 9, Hartford"),
        Meeting(days=-9, title="Quillfeather & Fox: handover with their IT", us=("tom", "leo"),
                them=(2,), hours=4),
    ),
    calls=(
        Call(days=34, who="leo", summary="Announce the talk about the end",
             feedback="Ms. Fox was short, but not surprised."),
    ),
    moves=(
        Move(phase="at_risk", days=230, who="leo",
             reason="They reopen approved work and will not pay for the changes."),
        Move(phase="reboot", days=155, who="leo",
             reason="Five months without a margin: new rules for changes, or no future."),
        Move(phase="offboard", days=32, who="leo",
             reason="They refused every rule for changes: nothing left to gain for either side.",
             later=25,
             done=("Honest and calm. The end is on the last day of next month.",)),
    ),
    deals=(
        Deal(name="Client files online", amount=90000, stage="won", days=690, closed=655),
    ),
)  # fmt: skip
