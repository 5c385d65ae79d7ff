"""Readings as the JSON of a snapshot, and back: pure Python, no Odoo.

A reading is {"v": value, "d": date of the newest record, "x": what else is worth telling}.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from ..reading import Reading, Readings

encode = json.JSONEncoder(separators=(",", ":"), default=str).encode


def pack(readings: Readings) -> dict[str, dict[str, Any]]:
    """Return {code: plain reading} of what is known."""
    return {code: _pack(reading) for code, reading in readings.items() if reading.value is not None}


def _pack(reading: Reading) -> dict[str, Any]:
    plain: dict[str, Any] = {"v": round(reading.value, 4)}
    if reading.date:
        plain["d"] = reading.date.isoformat()
    if reading.detail:
        plain["x"] = reading.detail
    return plain


def unpack(plain: Mapping[str, Mapping[str, Any]] | None) -> dict[str, Reading]:
    """Return the readings that ``pack`` made plain."""
    return {
        code: Reading(
            row["v"],
            # much faster than fields.Date, and a night reads a hundred thousand of them
            date.fromisoformat(row["d"]) if "d" in row else None,
            row.get("x"),
        )
        for code, row in (plain or {}).items()
    }


class Day:
    """What was read of many clients on a day, kept small: values to score, the rest as text.

    ``values``: {relationship id: {code: value}} of what is known. ``apart``: codes whose readings
    go into a text of their own. ``kept``: whether the readings are, not only their values.
    """

    def __init__(self, relationship_ids: Iterable[int], apart: Collection[str], kept: bool) -> None:
        self.values: dict[int, dict[str, float]] = {key: {} for key in relationship_ids}
        self._apart = frozenset(apart)
        self._texts: dict[int, tuple[list[str], list[str]]] | None = (
            {key: ([], []) for key in self.values} if kept else None
        )

    def add(self, code: str, readings: Mapping[int, Reading]) -> None:
        """Take the readings of a measure, {relationship id: Reading}."""
        place = int(code in self._apart)
        for key, reading in readings.items():
            if reading.value is None:
                continue
            self.values[key][code] = reading.value
            if self._texts is not None:
                self._texts[key][place].append(f'"{code}":{encode(_pack(reading))}')

    def get_texts(self, key: int) -> tuple[str, str]:
        """Return the JSON of the readings of a client, and of those apart; null: not kept."""
        if self._texts is None:
            return "null", "null"
        others, apart = self._texts[key]
        return f"{{{','.join(others)}}}", f"{{{','.join(apart)}}}"
