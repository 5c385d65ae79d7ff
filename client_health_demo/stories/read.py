"""Reads the stories, a table each: ``<client>.csv``.

A row is a fact: its kind, the columns that such a fact always has, in the order of ``kinds.py``,
and those of the others that it has, as ``column=value``.
"""

import csv
from pathlib import Path

from .kinds import KINDS, PARENTS


class Client:
    """One client and its story: the columns of its profile, and a tuple of facts per kind.

    Facts that belong to another one are at that one as well: ``client.projects[0].efforts``.
    """

    def __init__(self, key, facts):
        self.key = key
        [profile] = facts["client"]
        self.__dict__.update(profile._asdict())
        for kind in KINDS:
            setattr(self, kind, tuple(facts.get(kind, ())))
        for kind, (above, column) in PARENTS.items():
            setattr(self, above, tuple(self._adopt(kind, above, column)))

    def _adopt(self, kind, above, column):
        for place, parent in enumerate(getattr(self, above)):
            own = tuple(fact for fact in getattr(self, kind) if getattr(fact, column) == place)
            yield Parent(parent, kind, own)


class Parent:
    """A fact with those that belong to it."""

    def __init__(self, fact, kind, facts):
        self.__dict__.update(vars(fact) if isinstance(fact, Parent) else fact._asdict())
        self.__dict__[kind] = facts


def read_table(name):
    with Path(__file__).with_name(f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def read_stories(*names):
    """Return the clients of the tables; of several in one, "kind:key" says whose a fact is."""
    found = {}
    for name in names:
        for first, *cells in read_table(name):
            kind, _colon, key = first.partition(":")
            facts = found.setdefault(key or name, {})
            facts.setdefault(kind, []).append(KINDS[kind].read_row(cells))
    return tuple(Client(key, facts) for key, facts in found.items())
