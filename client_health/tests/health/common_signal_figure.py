from typing import NamedTuple


class Figure:
    """Equal to figures that are the same with two decimals, or above another one.

    So None is unequal to all of them: unknown is neither zero nor anything else.
    """

    def __init__(self, value=None, floor=None):
        self.value, self.floor = value, floor

    @classmethod
    def of(cls, value):
        return value if value is None or isinstance(value, cls) else cls(value)

    def __eq__(self, other):
        if other is None:
            return False
        return abs(other - self.value) < 0.006 if self.floor is None else other > self.floor

    def __repr__(self):
        return repr(self.value) if self.floor is None else f"more than {self.floor}"


def above(value):
    """Return what is equal to all figures above one."""
    return Figure(floor=value)


class Case(NamedTuple):
    """What is read of a client before and after a moment, or a day; None: nothing.

    ``build``: method that makes the records, of (relationship, moment or day). ``grows``: what
    each further day adds. ``dated``: the reading is of the day on which it changed.
    """

    build: object
    before: object
    after: object
    grows: float = 0
    dated: bool = True
