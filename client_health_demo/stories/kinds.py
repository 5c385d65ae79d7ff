"""The words in which a client's story is told: pure data, no Odoo.

Months are counted backwards: 0 is the running month, 1 the last full one. Days are days ago;
negative ones lie ahead. People (``who``) are logins or, on the client's side, the number of the
contact (1 is the first). Sentences of a list are parted by ``|``, other lists by blanks.
"""

from collections import namedtuple

HOURS, FEE, MILESTONES, FIXED, YEARLY = "hours", "fee", "milestones", "fixed", "yearly"


# What the cells of a column become.
def number(text):
    if text == "-":
        return None
    return float(text) if "." in text else int(text)


def flag(text):
    return text == "yes"


def person(text):
    return int(text) if text.isdigit() else text


def sentences(text):
    return tuple(part.strip() for part in text.split("|"))


def names(text):
    return tuple(text.split())


def numbers(text):
    return tuple(number(part) for part in text.split())


def pairs(text):
    """Return {name: value}, of "name:value name:value"."""
    found = (part.split(":") for part in text.split())
    return {person(key): number(value) if value[0].isdigit() else value for key, value in found}


EMPTY = {sentences: (), names: (), numbers: (), pairs: {}, person: 1}


class Kind:
    """A kind of fact: its columns.

    A column is given by what its cells become, and has to be there; or by what it is where it is
    empty: ``[sentences]`` is an empty list of them.
    """

    def __init__(self, name, columns):
        self.columns = {column: self._get_reader(given) for column, given in columns.items()}
        self.needed = [column for column, given in columns.items() if callable(given)]
        others = {
            column: EMPTY[given[0]] if isinstance(given, list) else given
            for column, given in columns.items()
            if column not in self.needed
        }
        self.make = namedtuple(name, [*self.needed, *others], defaults=others.values())

    def _get_reader(self, given):
        if callable(given):
            return given
        if isinstance(given, list):
            return given[0]
        if isinstance(given, tuple):
            return numbers
        return {bool: flag, str: str}.get(type(given), number)

    def read_row(self, cells):
        """Return the fact of a row: the needed columns in their order, others by name."""
        values = dict(zip(self.needed, cells, strict=False))
        values.update(cell.split("=", 1) for cell in cells[len(self.needed) :])
        return self.make(**{column: self.columns[column](cell) for column, cell in values.items()})


# fmt: off
KINDS = {
    # One client: its address card, and what its owner knows. ``since``: days since the first day,
    # where that was before the first project told here. ``pays_late``: days after the due date,
    # when we began and now. ``hosting``: yearly invoices without a project. ``check_in``: days from
    # today to the next one. ``belief``: what it values most, as we think. ``update``: the next one
    # is "drafted", or "overdue" since the last promised day.
    "client": dict(
        story=str, owner=str, name=str, street=str, city=str, mail=str, country="us", since=0,
        cadence="monthly", weekday="4", channel="mail", referred_by="", currency="",
        pays_late=(0, 0), hosting=0, check_in=5, belief="", update=""),
    # A person of the client: roles on its map; ``bounces``: mails come back.
    "contacts": dict(name=str, job=str, mail=str, roles=[names], bounces=False),
    # A project and the order behind it. ``price``: per hour, month, year or in all, as ``billing``
    # says, in the client's currency. ``discounts``: {from this many months ago on: percent}.
    # ``deposit``: percent of the price. ``last_month``: posted, draft or open (not invoiced yet).
    # ``label``: the line on its invoices. ``closed``: archived. ``handed_to``: {client: month},
    # from which on it is theirs.
    "projects": dict(
        name=str, manager=str, billing=str, price=number, start=number, end=0, discounts=[pairs],
        deposit=0, last_month="posted", label="Design and development", closed=False,
        handed_to=[pairs]),
    # A stretch of work: its tasks follow each other. ``hours``: a month, at the start and at the
    # end. ``team``: {login: share}. Not ``billable``: nobody pays for it. ``late``: tasks that are
    # still open although they should be done.
    "efforts": dict(
        tasks=sentences, start=number, hours=numbers, team=pairs, end=0, billable=True,
        late=[sentences], note="", project=0),
    # What is still to do of what is sold.
    "ahead": dict(task=str, hours=number, project=0),
    # A promised result; ``percent``: its part of the price, where milestones are billed.
    "milestones": dict(name=str, due=number, reached=None, percent=0, project=0),
    "statuses": dict(days=number, status=str, progress=number, name=str, text=str, project=0),
    # Vendor bills, credit notes (net of tax), media that is passed on as it is beside our fee, what
    # of an invoice is never paid, invoices of the branch, expenses of employees.
    "bills": dict(vendor=str, label=str, amount=number, months=numbers, project=0),
    "credits": dict(month=number, amount=number, reason=str, project=0),
    "media": dict(months=numbers, spend=number, fee=number, vendor=str, label=str, project=0),
    "write_offs": dict(month=number, amount=number, reason=str),
    "branch_invoices": dict(month=number, amount=number, label=str, project=0),
    "expenses": dict(who=str, label=str, amount=number, days=number, project=0),
    # An opportunity: ``stage`` is new, qualified, proposition, won or lost.
    "deals": dict(name=str, amount=number, stage=str, days=number, closed=None, why_lost=""),
    # Answers to the questions of fit, on an opportunity, or again later for a ``reason``: those
    # that were not as one would wish. ``skipped``: groups that nobody asked about.
    "fits": dict(deal="", days=None, reason="", others=[pairs], note="", skipped=[names]),
    # A red flag that was seen before signing, and turned out to be right.
    "flags": dict(days=number, name=str),
    # A change of stage and why. ``done``: steps of its plan that were taken; ``later``: days by
    # which they were put off; ``given``: days of a reboot.
    "moves": dict(
        days=number, phase=str, who=str, reason=str, done=[sentences], later=0, given=30),
    # ``unrecorded``: nobody has written down what came of it.
    "meetings": dict(
        days=number, title=str, us=names, them=(1,), hour=10, hours=1, place="", unrecorded=False),
    # A call that was made, and an activity that is still open; a tough conversation has a topic,
    # and the client's side.
    "calls": dict(days=number, who=str, summary=str, feedback=str),
    "todos": dict(days=number, who=str, kind=str, summary=str, topic="", concern=""),
    # The usual talk: our status every so many months, a question of theirs, our answer. From
    # ``silent_from`` months ago on the client no longer writes.
    "chatter": dict(start=number, end=0, every=1, reply_hours=5, silent_from=-1),
    # A message on a project, or on one of its tasks.
    "says": dict(days=number, who=person, text=str, project=0, task=""),
    # One version of the working agreement; one that is accepted replaces the one before.
    # ``review``: months after the proposal. ``outdated``: since when, ``changed_by`` whom, and how
    # the talk about it went (empty: still to come). ``deal``: it began on that opportunity.
    "agreements": dict(
        outcome=str, process=str, scope=sentences, ours=sentences, theirs=sentences,
        proposed=number, accepted=None, not_scope=[sentences], hours=0, signatory=1,
        channel="online", review=12, outdated=None, changed_by=[person], change="", talked="",
        deal="", name="Working agreement"),
    # ``actual``: the last figure, ``measured`` then. ``outcome``: reached, missed or dropped.
    # ``talked``: when a big goal was talked about. ``adjusted``: days ago, the target before.
    "goals": dict(
        name=str, unit=str, baseline=number, target=number, start=number, end=number,
        benefit_client="", benefit_us="", actual=None, measured=4, agreed=None, outcome="",
        closed=0, talked=None, big=False, who=1, project=0, adjusted=[numbers]),
    # An accomplishment, the goal or milestone it comes from, and the client's answer to it.
    "results": dict(
        days=number, name=str, description=str, value_words="", value_amount=0, shared=True,
        goal="", milestone="", answered=None, who=1, verdict="", answer="", figure=0, source=""),
    # What a contact said it values, and where: portal, link, call, meeting.
    "values": dict(days=number, text=str, who=1, source="meeting"),
    # A value report over twelve months, sent today; or a draft of the last quarter.
    "reports": dict(who=(1,), sent=False),
    # A line of the feedback log; linked to the message with the same words. ``issue``: its number.
    "heard": dict(
        days=number, kind=str, text=str, who=1, rating="", channel="mail", answered=None, answer="",
        resolved=None, resolution="", issue=None),
    # A question to colleagues and their answers; ``waiting`` have not answered yet.
    "rounds": dict(question=str, waiting=[names]),
    "opinions": dict(days=number, login=str, rating=str, strain=str, text=str, round=0),
    # ``confirmed``: when a contact said that it is in order.
    "issues": dict(
        days=number, name=str, root_cause="", side="", severity="2", kind="issue", closed=None,
        confirmed=None, confirmed_by=1, confirmed_words=""),
    # A hypothesis: whose it is, with us or at the client, and the task it became; ``asked``: the
    # client wants it.
    "guesses": dict(
        name=str, effect=str, login="", who=0, days=0, done=False, verdict="open", task=True,
        asked=False, issue=0),
    # What we told the client: an apology and our part, or the question whether it is repaired.
    "letters": dict(days=number, name=str, text=str, kind="apology", part="", who=(1,), issue=0),
    # A question how our work is going, 0 to 10; without a grade nobody answered (yet).
    "asked": dict(
        days=number, who=1, grade=None, answered=None, comment="", better="", replied=None,
        reply=""),
    # A status update: 1 is the last promised day; sent so many days ``late``.
    "told": dict(ago=number, lines=sentences, late=0),
    # What a client owes, due when, said where (agreement, meeting), and how it was done: by a
    # contact on the portal with a word, or told to one of us.
    "duties": dict(
        days=number, name=str, who=1, kind="content", note="", source="", done=None, done_by=None,
        words="", told=""),
    # The judgement of the owner, and how demanding the client is.
    "pulses": dict(days=number, value=str, strain=str, why=""),
    # An offboarding: ``talk`` is the title of the meeting in which it was said; ``why`` stands on
    # the decision sheet; ``referral``: who fits better, ``introduced`` by whom; ``accesses``: when
    # ours were given back; the letter, ``sent`` or still a draft.
    "partings": dict(
        reasons=names, notice=number, last_day=number, work_again=str, why=str, lessons=str,
        talk="", referral="", introduced="", accesses=None, sent=None, subject="",
        letter=[sentences], letter_to=(1,)),
    # A line of the handover that somebody added.
    "things": dict(kind=str, name=str, who=str, done=None, note="", contact=None),
}
# fmt: on
KINDS = {name: Kind(name, columns) for name, columns in KINDS.items()}
# {kind: (what its facts belong to, the column with the number of that)}
PARENTS = {
    **dict.fromkeys(("efforts", "ahead", "milestones", "statuses"), ("projects", "project")),
    **dict.fromkeys(("guesses", "letters"), ("issues", "issue")),
    "opinions": ("rounds", "round"),
}
