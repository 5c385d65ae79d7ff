"""The words in which a client's story is told: pure data, no Odoo.

Months are counted backwards: 0 is the running month, 1 the last full one. Days are days ago;
negative ones lie ahead. People are logins (``ana``) or, on the client's side, the number of the
contact in data/clients.xml (1 is the first). Later chapters of the stories (goals,
feedback, agreements …) get a kind here, a field on ``Client`` and a builder of their own.
"""

from dataclasses import dataclass

HOURS = "hours"
FEE = "fee"
MILESTONES = "milestones"
FIXED = "fixed"
YEARLY = "yearly"


@dataclass(frozen=True, kw_only=True)
class Effort:
    """A stretch of work: its tasks follow each other from ``start`` to ``end``."""

    tasks: tuple
    start: int
    end: int = 0
    # Hours a month, at the start and at the end of the stretch.
    hours: tuple
    # {login: share of the hours}
    team: dict
    # Hours that nobody pays for: account management, repairs, work that nobody ordered.
    billable: bool = True
    # Tasks that are still open although they should be done.
    late: tuple = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Milestone:
    """A promised result; ``reached`` is None while it is open."""

    name: str
    due: int
    reached: int | None = None
    # Part of the price in percent, where the project is billed on milestones.
    percent: int = 0


@dataclass(frozen=True, kw_only=True)
class Status:
    """A project update: ``status`` as in project.update."""

    days: int
    status: str
    name: str
    text: str
    progress: int = 0


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project and the order behind it.

    ``price``: per hour, per month, per year or in all, as ``billing`` says, in the client's
    currency. What is paid a year ahead is earned month by month (``builders/deferrals.py``).
    """

    name: str
    manager: str
    billing: str
    price: float
    start: int
    end: int = 0
    efforts: tuple
    # Discount in percent on the invoices: {from this many months ago on: percent}.
    discounts: tuple = ()
    # Percent of the price asked as a down payment.
    deposit: int = 0
    milestones: tuple = ()
    # What is still to do of what is sold: ((task, hours), …).
    ahead: tuple = ()
    statuses: tuple = ()
    # What became of the last full month: "posted", "draft" or "open" (not invoiced yet).
    last_month: str = "posted"
    # The order's line on the invoices of a month.
    label: str = "Design and development"
    # Archived: over, and out of sight.
    closed: bool = False
    # (client key, month): from this month on it is that client's project, and pays for it.
    handed_to: tuple = ()


@dataclass(frozen=True, kw_only=True)
class Bill:
    """A vendor bill on the analytic account of a project (number in ``Client.projects``)."""

    vendor: str
    label: str
    amount: float
    # Months in which it came.
    months: tuple
    project: int = 0
    paid: bool = True


@dataclass(frozen=True, kw_only=True)
class Credit:
    """A credit note, in the client's currency, net of tax."""

    month: int
    amount: float
    reason: str
    project: int = 0


@dataclass(frozen=True, kw_only=True)
class Media:
    """Advertising that is passed on as it is, on a clearing account, and our fee for it."""

    months: tuple
    spend: float
    fee: float
    vendor: str
    label: str
    project: int = 0


@dataclass(frozen=True, kw_only=True)
class WriteOff:
    """What of an invoice will never be paid; the rest of it is."""

    month: int
    amount: float
    reason: str


@dataclass(frozen=True, kw_only=True)
class BranchInvoice:
    """An invoice of the branch, for a project whose hours are written down in the company."""

    month: int
    amount: float
    label: str
    project: int = 0


@dataclass(frozen=True, kw_only=True)
class Expense:
    """An expense of an employee on a project."""

    who: str
    label: str
    amount: float
    days: int
    project: int = 0


@dataclass(frozen=True, kw_only=True)
class Say:
    """A message on a project, or on one of its tasks."""

    days: float
    who: str | int
    text: str
    project: int = 0
    task: str = ""


@dataclass(frozen=True, kw_only=True)
class Chatter:
    """The usual talk: our status every so many months, a question of theirs, our answer."""

    start: int
    end: int = 0
    every: int = 1
    reply_hours: float = 5
    # From this many months ago on the client no longer writes.
    silent_from: int = -1


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """A meeting held, or planned when ``days`` is negative."""

    days: int
    title: str
    us: tuple
    them: tuple = (1,)
    hour: int = 10
    hours: float = 1.0
    place: str = ""
    # nobody has written down yet what came out of it
    unrecorded: bool = False


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call that was made: an activity of the relationship, done."""

    days: int
    who: str
    summary: str
    feedback: str


@dataclass(frozen=True, kw_only=True)
class Todo:
    """An activity of the relationship that is still open, due in ``due`` days."""

    due: int
    who: str
    kind: str
    summary: str
    # Of a tough conversation: price, delivery or cooperation, and the client's side.
    topic: str = ""
    concern: str = ""


@dataclass(frozen=True, kw_only=True)
class Move:
    """A change of stage and why, in one sentence; ``done`` steps of its plan were taken."""

    phase: str
    days: int
    reason: str
    who: str = ""
    done: tuple = ()
    # Days by which the steps of its plan were put off.
    later: int = 0
    # Of a reboot: days that it was given.
    given: int = 30


@dataclass(frozen=True, kw_only=True)
class Deal:
    """An opportunity: ``stage`` is new, qualified, proposition, won or lost."""

    name: str
    amount: float
    stage: str
    days: int
    closed: int | None = None
    why_lost: str = ""
    who: str = ""


@dataclass(frozen=True, kw_only=True)
class Client:
    """One client and its story."""

    key: str
    story: str
    owner: str
    projects: tuple
    # Days since the first day, where that was before the first project told here.
    since: int = 0
    cadence: str = "monthly"
    weekday: str = "4"
    channel: str = "mail"
    referred_by: str = ""
    currency: str = ""
    # Days after the due date on which it pays: when we began, and now.
    pays_late: tuple = (0, 0)
    # Yearly invoices without a project: hosting and domains.
    hosting: float = 0
    bills: tuple = ()
    credits: tuple = ()
    media: tuple = ()
    write_offs: tuple = ()
    branch_invoices: tuple = ()
    expenses: tuple = ()
    says: tuple = ()
    chatter: tuple = ()
    meetings: tuple = ()
    calls: tuple = ()
    todos: tuple = ()
    moves: tuple = ()
    deals: tuple = ()
    # The plan of the stage: days from today on which the next check-in is due.
    check_in: int = 5
