"""A reading: the value of one measure of a client, with its records. Pure Python, no Odoo."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Source records that a reading names: enough to look into, few enough to store every day.
MOST_RECORDS = 10
# What a value is measured by, as ``yardstick`` in the detail: the client's own past, what was
# agreed with it, or what holds for all clients of whom neither is known.
OWN, AGREED, DEFAULT = "own", "agreed", "default"


@dataclass(frozen=True, slots=True)
class Reading:
    """The value of a measure; ``date`` is that of the newest record, ``detail`` fits into JSON."""

    value: float | None = None
    date: datetime.date | None = None
    detail: dict[str, Any] | None = None


Readings = Mapping[str, Reading]


def make(value, date, records=None, **detail):
    """Return a Reading; ``records``: {model: ids of the source records, the weightiest first}.

    Dates in ``detail`` are written as in JSON. Figures are rounded: a float that differs in its
    last digit is no change.
    """
    detail = {
        # most are whole numbers: asked here, they cost no call
        key: item if type(item) is int else _to_json(item)
        for key, item in detail.items()
        if item is not None
    }
    if records:
        named = {model: [*ids][:MOST_RECORDS] for model, ids in records.items() if ids}
        if named:
            detail["records"] = named
    return Reading(None if value is None else round(float(value), 2), date, detail or None)


def unknown(reason, **detail):
    """Return a Reading without a value, with the reason."""
    return make(None, None, unknown=reason, **detail)


def _to_json(item):
    if isinstance(item, (int, str)):
        return item
    if isinstance(item, datetime.datetime):
        return item.strftime("%Y-%m-%d %H:%M:%S")  # as Odoo writes it
    if hasattr(item, "isoformat"):
        return item.isoformat()
    if isinstance(item, float):
        return round(item, 2)
    return item
