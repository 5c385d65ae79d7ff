"""Kinds of clients with a known fate, in readable form, and what is expected of each.

The expectations were written before the first run. Day 0 is the first night that is looked at, 365
the last; before it lies a year of history. A quantity is a number, or a course: pairs of (day,
value) with straight lines between them. ``TROUBLE`` says from which day on a warning is right.
"""

from dataclasses import dataclass, field

WEEKS_PER_MONTH = 52 / 12


@dataclass(frozen=True)
class Kind:
    """One kind of client.

    Who writes: ``mails`` of the client and ``ours`` per week, ``meetings`` per month, ``answered``
    the part of its mails that we answer, ``people`` (share of its mails, day on which the person
    leaves for good or None). What we do: ``hours`` per week; ``tasks`` per month, ``late`` the part
    of them that is done too late, by ``delay`` days, ``estimate`` hours each; ``agreed`` hours per
    month. Money: ``billing`` (hourly, retainer, yearly, milestones, none), ``price`` per hour,
    ``discount`` the part of invoices with one, ``pays`` days after the due date, ``erratic`` days
    of noise. What it says: ``complaints``, ``pressure`` and ``praise`` per month, ``settled`` days
    until a complaint is answered (None: never), ``rating`` of a complaint; ``issue`` the day of a
    severe issue. ``away``: spans of (first, last day) without any word or work.
    """

    name: str
    story: str
    ends: int | None = None
    sudden: bool = False
    trouble: int | None = None  # a warning is right from here on
    healed: int | None = None  # and wrong again from here on
    first: tuple = ()  # codes of which one has to be the first reason
    starts: int = -365
    mails: object = 1.5
    ours: object = 1.0
    answered: object = 0.95
    meetings: object = 1.0
    people: tuple = ((1.0, None),)
    hours: object = 8.0
    agreed: float | None = None
    tasks: object = 3.0
    late: object = 0.12
    delay: float = 5.0
    estimate: float = 6.0
    billing: str = "hourly"
    price: object = 100.0
    discount: object = 0.0
    pays: object = 2.0
    erratic: float = 4.0
    complaints: object = 0.08
    settled: object = 3.0
    rating: str = "2"
    pressure: object = 0.02
    praise: object = 0.2
    issue: int | None = None
    away: tuple = ()
    declared: str | None = None
    quiet: bool = field(default=False)  # no alarm at all is allowed: yearly, seasonal, tiny …

    @property
    def leaves(self):
        return self.ends is not None


CONTACT = ("silent", "fading", "supporter")
MARGIN = ("margin_falling", "loss", "over_agreed")
VOICE = ("complaints",)
# Summer and Christmas, when nobody works for anybody.
HOLIDAYS = ((-345, -328), (-185, -174), (20, 37), (180, 191))

STAYS = [
    Kind("steady", "One mail a week or two, a meeting a month, paid by the hour."),
    Kind("chatty", "Writes nearly every day.", mails=5, ours=4, hours=20, meetings=4),
    Kind("quiet retainer", "A mail a month, a retainer, all is well.", mails=0.3, ours=0.4,
         meetings=0.4, hours=3, agreed=13, billing="retainer", tasks=1, quiet=True),
    Kind("tiny", "Two hours a month, a mail every six weeks.", mails=0.17, ours=0.2, meetings=0,
         hours=0.5, tasks=0.3, estimate=2, complaints=0, quiet=True),
    Kind("huge", "Eighty hours a week, three people who write all day.", mails=14, ours=12,
         meetings=8, hours=80, tasks=30, people=((0.5, None), (0.3, None), (0.2, None))),
    Kind("yearly", "A contract that is invoiced once a year.", billing="yearly", mails=0.5,
         ours=0.5, meetings=0.3, hours=4, tasks=1, quiet=True),
    Kind("milestones", "A large project that is invoiced at four milestones a year.",
         billing="milestones", hours=16, mails=2, quiet=True),
    Kind("seasonal", "Works from March to October, nothing in winter; the same last year.",
         hours=[(-365, 10), (-240, 10), (-225, 0), (-120, 0), (-105, 10), (125, 10), (140, 0),
                (245, 0), (260, 10)],
         mails=[(-365, 2), (-240, 2), (-225, 0), (-120, 0), (-105, 2), (125, 2), (140, 0),
                (245, 0), (260, 2)],
         ours=[(-365, 1), (-240, 1), (-225, 0), (-120, 0), (-105, 1), (125, 1), (140, 0),
               (245, 0), (260, 1)],
         meetings=[(-240, 1), (-225, 0), (-120, 0), (-105, 1), (125, 1), (140, 0), (245, 0),
                   (260, 1)],
         tasks=[(-240, 3), (-225, 0), (-120, 0), (-105, 3), (125, 3), (140, 0), (245, 0),
                (260, 3)], quiet=True),
    Kind("peak at the year's end", "Twice as much work for three months, every year.",
         hours=[(-220, 6), (-200, 14), (-120, 14), (-100, 6), (145, 6), (165, 14), (245, 14),
                (265, 6)],
         mails=[(-220, 1.2), (-200, 2.6), (-120, 2.6), (-100, 1.2), (145, 1.2), (165, 2.6),
                (245, 2.6), (265, 1.2)], quiet=True),
    Kind("new", "Came sixty days before.", starts=-60, quiet=True,
         hours=[(-60, 14), (0, 14), (60, 8)], mails=[(-60, 3), (0, 3), (60, 1.5)]),
    Kind("new this year", "Comes on day 100, lively at first.", starts=100, quiet=True,
         hours=[(100, 14), (160, 14), (220, 7)], mails=[(100, 3.5), (160, 3), (220, 1.3)]),
    Kind("internal", "Our own product: hours, no invoices; declared.", billing="none",
         declared="internal", mails=1, hours=20, pressure=0, complaints=0, quiet=True),
    Kind("loss by design", "The first of its trade, at a loss on purpose; declared.",
         declared="loss", price=38, hours=10, quiet=True),
    Kind("late payer", "Pays seven weeks late, always has.", pays=50, erratic=6),
    Kind("erratic payer", "Pays at once, or after two months.", pays=25, erratic=18),
    Kind("grumbler", "Complains twice a month; we answer, and all is resolved.", complaints=1.3,
         settled=1.5, rating="3"),
    Kind("discount as always", "Fifteen per cent off on every invoice.", discount=1.0, price=90),
    Kind("one late task", "There is always one small thing that is late.", late=0.3, tasks=3,
         delay=12, estimate=3),
    Kind("two holidays", "Silent for weeks in summer and at Christmas, like everybody.",
         away=HOLIDAYS, quiet=True),
    Kind("good hand-over", "The contact leaves, the next one writes as much.",
         people=((0.75, 150), (0.25, None)), mails=1.6),
    Kind("growing", "More of all, month by month.", hours=[(-365, 4), (0, 8), (365, 16)],
         mails=[(-365, 0.8), (0, 1.5), (365, 3)]),
    Kind("after the project", "The project ends as planned, care remains: less of all.",
         hours=[(60, 16), (150, 4)], mails=[(60, 2.5), (150, 0.6)], ours=[(60, 2), (150, 0.5)],
         meetings=[(60, 3), (150, 0.5)], tasks=[(60, 5), (150, 1)]),
    Kind("quarterly", "A meeting and some mails each quarter.", mails=0.35, ours=0.3, meetings=0.4,
         hours=2.5, tasks=0.7, quiet=True),
    Kind("support only", "Writes when something breaks, then often.", mails=1.0, ours=0.2,
         meetings=0, hours=4, tasks=2),
    Kind("two contacts", "Two people write as much.", people=((0.5, None), (0.5, None))),
    Kind("thin margin", "Nine per cent, and always has been.", price=50, hours=14),
    Kind("uneven work", "Hours that jump from month to month.", hours=[
        (day, value) for number, day in enumerate(range(-365, 380, 30))
        for value in [(5, 12, 8, 14, 4, 9)[number % 6]]]),
    Kind("retainer of weeks", "Forty hours a month agreed, forty worked.", agreed=40, hours=9.2,
         billing="retainer"),
    Kind("crisis that heals", "A bad quarter with complaints; repaired, and it stays.",
         trouble=90, healed=190, first=VOICE, complaints=[(89, 0.05), (90, 2.5), (135, 2.5),
                                                       (136, 0.05)],
         settled=[(89, 2), (90, 25), (150, 25), (151, 2)]),
    Kind("silence that ends", "Silent for two months, for its own reasons, then as before.",
         trouble=110, healed=200, first=CONTACT, mails=[(109, 1.6), (110, 0), (168, 0),
                                                       (169, 1.6)],
         meetings=[(109, 1), (110, 0), (168, 0), (169, 1)]),
]  # fmt: skip

LEAVES = [
    Kind("silent churner", "Its mails die down over ten weeks while we work on.", ends=300,
         trouble=225, first=CONTACT, mails=[(225, 1.8), (270, 0.2), (285, 0)],
         meetings=[(225, 1), (250, 0)], ours=[(225, 1), (300, 1.2)]),
    Kind("abrupt silence", "From one day to the next no word, for eight weeks.", ends=250,
         trouble=192, first=CONTACT, mails=[(191, 1.6), (192, 0)], meetings=[(191, 1), (192, 0)]),
    Kind("slow fade", "Half a year of less and less, then gone.", ends=340, trouble=170,
         first=CONTACT, mails=[(170, 2.4), (290, 0.4), (320, 0)], meetings=[(170, 1.5), (280, 0)]),
    Kind("chatty goes quiet", "Every day, then once in a fortnight, then no more.", ends=200,
         trouble=140, first=CONTACT, mails=[(139, 5), (150, 0.6), (185, 0)], hours=16, meetings=[
             (140, 2), (160, 0)]),
    Kind("monthly goes quiet", "A mail a month, then none for four months.", ends=330, trouble=215,
         first=CONTACT, mails=[(214, 0.45), (215, 0)], ours=0.4, meetings=[(214, 0.5), (215, 0)],
         hours=4, agreed=17, billing="retainer"),
    Kind("big one goes quiet", "Forty hours a week; the steering stops, then it ends.", ends=280,
         trouble=220, first=CONTACT, mails=[(219, 7), (232, 1.0), (262, 0)], hours=40, meetings=[
             (219, 6), (232, 0)], tasks=12),
    Kind("squeezer", "Asks for a lower price each month, gets it, and leaves.", ends=310,
         trouble=180, first=("price", "margin_falling"), pressure=[(179, 0.02), (180, 1.1)],
         discount=[(195, 0), (215, 0.8)], price=[(195, 100), (300, 70)]),
    Kind("squeezer without words", "The price per hour falls by a third in half a year.",
         ends=320, trouble=150, first=("margin_falling", "price", "revenue_falling", "loss"),
         price=[(150, 100), (290, 58)], discount=[(170, 0), (200, 0.5)]),
    Kind("over-serviced darling", "More and more hours in a fixed retainer; we end it.", ends=300,
         trouble=130, first=("over_agreed", "margin_falling", "loss"), billing="retainer",
         agreed=35, hours=[(130, 8), (240, 16)]),
    Kind("loss after a change", "A new scope at the old price: a loss from then on.", ends=330,
         trouble=160, first=MARGIN, hours=[(159, 8), (160, 15)], billing="retainer", agreed=35),
    Kind("blow-up", "Complaint after complaint for seven weeks, not answered.", ends=220,
         trouble=165, first=VOICE, complaints=[(164, 0.05), (165, 2.4)],
         settled=[(150, 3), (160, None)], rating="1"),
    Kind("answered, not solved", "Complaints get nice answers, and nothing changes.", ends=260,
         trouble=170, first=VOICE, complaints=[(169, 0.05), (170, 1.6)],
         settled=[(150, 3), (165, 60)]),
    Kind("severe issue", "Data are lost; seven weeks later it leaves.", ends=230, trouble=180,
         first=VOICE, issue=180, complaints=[(179, 0.05), (180, 1.0)],
         settled=[(170, 3), (178, 40)]),
    Kind("supporter leaves", "The one who wanted us leaves, nobody takes over.", ends=290,
         trouble=215, first=CONTACT, people=((0.9, 215), (0.1, None)), mails=[(214, 1.6),
                                                                             (216, 0.25)],
         meetings=[(214, 1.2), (216, 0.2)]),
    Kind("supporter sidelined", "Who wrote nine of ten mails writes no more; another, a little.",
         ends=320, trouble=240, first=CONTACT, people=((0.88, 240), (0.12, None)),
         mails=[(239, 1.8), (241, 0.4)]),
    Kind("pays later and later", "From a week to three months late, then not at all.", ends=330,
         trouble=200, first=("payment",), pays=[(-365, 5), (199, 5), (320, 120)]),
    Kind("stops paying and writing", "No money and no word for ten weeks.", ends=270, trouble=195,
         first=("payment", *CONTACT), pays=[(165, 5), (166, 200)], mails=[(205, 1.5), (206, 0.05)],
         meetings=[(205, 1), (206, 0)]),
    Kind("work is late", "Everything slips for three months, then it leaves.", ends=280,
         trouble=180, first=("late_work", *VOICE), late=[(179, 0.1), (180, 0.95)], delay=60,
         tasks=5, complaints=[(200, 0.05), (215, 1.0)], settled=[(200, 3), (215, 25)]),
    Kind("half of the revenue", "Takes half of the work elsewhere at the old effort of ours.",
         ends=340, trouble=180, first=("revenue_falling", "margin_falling", "loss", *CONTACT),
         price=[(179, 100), (181, 60)], mails=[(200, 1.6), (320, 0.5)]),
    Kind("reboot that fails", "Complaints, then two good months, then silence.", ends=330,
         trouble=100, first=VOICE, complaints=[(99, 0.05), (100, 2.2), (140, 2.2), (141, 0.05)],
         settled=[(99, 3), (100, 30), (150, 30), (151, 3)], mails=[(239, 1.6), (262, 0)],
         meetings=[(239, 1), (262, 0)]),
    Kind("neglected", "We answer late or not at all; it complains, then gives up.", ends=300,
         trouble=200, first=(*VOICE, *CONTACT), answered=[(199, 0.95), (200, 0.2)],
         complaints=[(214, 0.05), (215, 1.6)], settled=[(210, 3), (214, 45)],
         mails=[(250, 1.6), (275, 0.1)]),
    Kind("fades on both sides", "Less of all for four months, then gone.", ends=330, trouble=210,
         first=(*CONTACT, "revenue_falling"), mails=[(210, 1.8), (300, 0)],
         hours=[(210, 8), (310, 2)], ours=[(210, 1), (310, 0.2)], meetings=[(210, 1), (270, 0)],
         tasks=[(210, 3), (300, 0.5)]),
    Kind("bought by another", "Its new owner has an agency: no sign before.", ends=240,
         sudden=True),
    Kind("insolvent", "All is well on Monday, bankrupt on Tuesday.", ends=310, sudden=True,
         hours=12),
]  # fmt: skip

KINDS = STAYS + LEAVES


def get_value(course, day, default=0.0):
    """Return the value of a quantity on a day.

    >>> [get_value([(0, 2.0), (10, 1.0)], day) for day in (-5, 0, 5, 10, 99)]
    [2.0, 2.0, 1.5, 1.0, 1.0]
    >>> get_value(3, 7)
    3
    """
    if not isinstance(course, list):
        return course
    before = after = None
    for point in course:
        if point[0] <= day:
            before = point
        elif after is None:
            after = point
    if before is None or after is None or None in (before[1], after[1]):
        return (before or after)[1] if course else default
    share = (day - before[0]) / (after[0] - before[0])
    return before[1] + share * (after[1] - before[1])
