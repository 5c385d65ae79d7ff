"""Kinds of clients of a messy firm, in readable form, and what has to be found of each.

This is the truth: written before any result was looked at, and read by nothing of the product.
Day 0 is the day of the installation; three years of work lie before it. A quantity is a number or a
course: pairs of (day, value) with straight lines between them. ``finds``: the lists on which a
client of this kind must stand. ``may``: those on which it may stand, since a person could argue
either way: it counts neither as found nor as a false alarm.
"""

from dataclasses import dataclass

YEAR = 365
FIRST, NIGHTS = -3 * YEAR, 7

LISTS = (
    "losing",
    "silent",
    "discounts",
    "rate_fallen",
    "over_hours",
    "pays_later",
    "gone",
    "hours_without_cost",
    "projects_without_customer",
    "without_salesperson",
    "unknown_senders",
)
# A client of one of these is in trouble: an alarm about it is right.
TROUBLE = ("losing", "silent", "discounts", "rate_fallen", "over_hours", "pays_later", "gone")


@dataclass(frozen=True)
class Kind:
    """``count`` of 10,000 partners. ``hours`` and ``mails`` (the client's) per week; ``price`` per
    hour; ``billing``: hourly, retainer, milestones, jobs; ``usual``: hours per week that a retainer
    pays for; ``discount``: part of the invoices with one; ``pays``: days after the due date."""

    name: str
    count: int
    finds: tuple = ()
    may: tuple = ()
    hours: object = 8.0
    mails: object = 1.5
    price: object = 100.0
    billing: str = "hourly"
    usual: float = 8.0
    discount: object = 0.0
    pays: object = 3.0
    starts: int = FIRST
    ends: int | None = None
    project: bool = True
    costed: bool = False  # only people with a cost work for it
    archived: bool = False
    branch: bool = False
    sells: bool = False  # it also sends us bills


def season(high):
    """Work from March to October, three years long."""
    return [
        (FIRST + YEAR * year + day, value)
        for year in range(4)
        for day, value in ((0, 0), (110, 0), (125, high), (320, high), (335, 0))
    ]


KINDS = (
    Kind("steady", 34),
    Kind("retainer", 20, billing="retainer"),
    Kind("quiet retainer", 10, billing="retainer", hours=3, usual=3, mails=0.25),
    Kind("chatty", 8, hours=22, mails=6),
    Kind("jobs", 14, billing="jobs", hours=2, mails=0.3),
    Kind("milestones", 8, billing="milestones", hours=14, mails=2),
    # in winter nobody hears from it: a person who knows it only from the records may ask
    Kind("seasonal", 6, hours=season(9), mails=season(1.5), may=("silent", "gone")),
    Kind("growing", 8, hours=[(-300, 6), (0, 15)], mails=[(-300, 1), (0, 2)], may=("over_hours",)),
    Kind("new", 8, starts=-70, may=("rate_fallen", "over_hours")),
    Kind("always late", 6, pays=45),
    Kind("thin", 6, price=56, costed=True, may=("losing",)),
    Kind("without a project", 6, project=False, billing="retainer", mails=0.6),
    Kind("a discount now and then", 6, discount=0.15),
    Kind("one project", 6, starts=-110, billing="milestones", hours=16, mails=2,
         may=("over_hours",)),
    Kind("client and supplier", 6, sells=True),
    Kind("invoiced by a branch", 8, branch=True),
    Kind("archived", 6, archived=True),
    Kind("loses by the hour", 5, finds=("losing",), price=34, costed=True),
    Kind("loses by its retainer", 5, finds=("losing",), may=("over_hours",), billing="retainer",
         hours=24, usual=8, costed=True),
    Kind("went silent", 10, finds=("silent",), mails=[(-71, 1.6), (-70, 0)]),
    Kind("over-serviced", 10, finds=("over_hours",), may=("rate_fallen", "losing"),
         billing="retainer", hours=[(-150, 8), (-120, 16)]),
    Kind("squeezes", 10, finds=("discounts", "rate_fallen"), may=("losing",),
         discount=[(-300, 0), (-299, 0.85)], price=[(-300, 110), (0, 72)]),
    Kind("pays less per hour", 6, finds=("rate_fallen",), may=("losing",),
         price=[(-330, 120), (0, 72)]),
    Kind("pays later", 10, finds=("pays_later",), pays=[(-170, 3), (-169, 42)]),
    Kind("gone", 10, finds=("gone",), may=("silent",), ends=-120),
)  # fmt: skip


@dataclass(frozen=True)
class Mess:
    """Partners that are no clients, per 10,000, however much they look like some."""

    one_small_invoice: int = 150
    lost_leads: int = 300
    won_leads: int = 20
    dead_projects: int = 60
    old_clients: int = 40
    suppliers: int = 60
    freelancers: int = 30
    authorities: int = 4
    staff_with_invoices: int = 8
    duplicates: int = 9
    subsidiaries: int = 6
    projects_without_customer: int = 40
    strangers: int = 30


def get_value(course, day):
    """Return the value of a course on a day."""
    if not isinstance(course, list):
        return course
    if day <= course[0][0]:
        return course[0][1]
    for (first, low), (last, high) in zip(course, course[1:], strict=False):
        if day <= last:
            return low + (high - low) * (day - first) / (last - first)
    return course[-1][1]


def get_count(count, partners, least=2):
    """Return how many of this kind a firm of so many partners has: at least a few of each."""
    return max(min(count, least), round(count * partners / 10_000))
