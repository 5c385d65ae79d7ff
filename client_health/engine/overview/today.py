"""Makes one list of clients of what many sections found: a client once, with all its reasons.

Pure: no records, no texts of its own. A section reads lines; ``gather`` puts those of a client
together, ``pick`` leaves as many clients as a person looks through in a day.
"""

from collections.abc import Callable, Hashable
from datetime import date
from typing import Any, NamedTuple

# So many clients stand on the page; the rest are one click away.
MOST = 20


class Button(NamedTuple):
    """The next step: a method of a record, a choice between two of them, or the record itself.

    ``choices``: (label, method), the one that is proposed first. Without method and choices, the
    form of the record opens; in a window over the page, if ``dialog`` is its view's id.
    """

    label: str
    model: str
    res_id: int
    method: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    dialog: int = 0


class Line(NamedTuple):
    """A reason why a client needs a person.

    ``day``: since when, or due when if ``due``. ``urgency``: within its section; of the same, the
    earlier day comes first. ``user_id``: who is to do it, where that isn't the salesperson.
    ``note``: what goes with the day, such as when the client is met.
    ``about``: what two sections may have found, such as a discussion; the first one keeps it.
    ``source``: whatever the section needs again when it tells its lines.
    """

    client_id: int
    button: Button
    text: str = ""
    day: date | None = None
    due: bool = False
    urgency: float = 0.0
    user_id: int | None = None
    note: str = ""
    about: Hashable = None
    source: Any = None


class Section(NamedTuple):
    """A kind of reasons. ``read`` gets clients and returns lines, in a fixed number of queries.

    ``tell`` gets those lines that are shown and returns them with their text: for texts that would
    cost too much for all of them.
    """

    key: str
    title: str
    read: Callable[[Any], list[Line]]
    tell: Callable[[list[Line]], list[Line]] | None = None
    icon: str = "fa-circle-o"


class Reason(NamedTuple):
    """What a section says of a client: its first line, and how many more there are."""

    key: str
    line: Line
    more: int


class Entry(NamedTuple):
    """A client on the page, in the section of its first reason."""

    client_id: int
    reasons: list[Reason]

    @property
    def key(self):
        return self.reasons[0].key


def gather(found: dict[str, list[Line]]) -> list[Entry]:
    """Return the clients, most urgent first: in the order of the sections, then of their lines.

    :param found: {key of the section: lines}, the sections in their order
    """
    known: set[tuple[int, Hashable]] = set()
    reasons: dict[int, list[Reason]] = {}
    for key, lines in found.items():
        here: dict[int, list[Line]] = {}
        for line in sorted(lines, key=_get_rank):
            if line.about is None or (line.client_id, line.about) not in known:
                here.setdefault(line.client_id, []).append(line)
        # of one section, all that are about the same count
        known |= {(line.client_id, line.about) for line in lines}
        for client_id, own in here.items():
            reasons.setdefault(client_id, []).append(Reason(key, own[0], len(own) - 1))
    order = {key: number for number, key in enumerate(found)}
    entries = [Entry(client_id, own) for client_id, own in reasons.items()]
    return sorted(entries, key=lambda one: (order[one.key], _get_rank(one.reasons[0].line)))


def _get_rank(line):
    return -line.urgency, line.day or date.max, line.client_id


def pick(entries: list[Entry], most: int = MOST) -> list[Entry]:
    """Return at most so many entries, in their order: the first of every section, then the rest.

    However many are red, those who wait for an answer stay in sight.
    """
    if len(entries) <= most:
        return entries
    sections: dict[str, list[Entry]] = {}
    for entry in entries:
        sections.setdefault(entry.key, []).append(entry)
    fair = max(most // len(sections), 1)
    first = [entry for own in sections.values() for entry in own[:fair]]
    rest = [entry for own in sections.values() for entry in own[fair:]]
    chosen = {entry.client_id for entry in (first + rest)[:most]}
    return [entry for entry in entries if entry.client_id in chosen]
