"""Reads and writes snapshots: readings as JSON, and the statements that the models run.

What did not change is not written: every UPDATE compares first. A day is looked up client by
client, by the index of the unique key: of a day that was just written the database has no
statistics, and a client has some 200 of them.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from ..query import to_array
from ..reading import Reading, Readings

DAILY_DAYS = 90
WEEKLY_DAYS = 730
TREND_DAYS = 30
# The start of a period is the first snapshot of its first week: history is kept weekly.
WEEK = 6

COLUMNS = {
    "relationship_id": "int",
    "company_id": "int",
    "date": "date",
    "score": "float8",
    "band": "text",
    "coverage": "float8",
    "points": "jsonb",
    "readings": "jsonb",
    "money_readings": "jsonb",
    "margin_rate": "float8",
    "flags": "jsonb",
    "backfilled": "bool",
}
KEY = ("relationship_id", "date")

encode = json.JSONEncoder(separators=(",", ":"), default=str).encode


def pack(readings: Readings) -> dict[str, dict[str, Any]]:
    """Return {code: plain reading} of what is known.

    A plain reading is {"v": value, "d": date of the newest record, "x": detail}.
    """
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
    """What was read of many clients on a day, made small: values to score, the rest as text.

    ``values``: {relationship id: {code: value}} of what is known. ``apart``: codes whose readings
    go into a text of their own. ``stored``: whether the readings are, not only their values.
    """

    def __init__(
        self, relationship_ids: Iterable[int], apart: Collection[str], stored: bool
    ) -> None:
        self.values: dict[int, dict[str, float]] = {key: {} for key in relationship_ids}
        self._apart = frozenset(apart)
        self._texts: dict[int, tuple[list[str], list[str]]] | None = (
            {key: ([], []) for key in self.values} if stored else None
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
        """Return the JSON of the readings of a client, and of those apart; null: not stored."""
        if self._texts is None:
            return "null", "null"
        others, apart = self._texts[key]
        return f"{{{','.join(others)}}}", f"{{{','.join(apart)}}}"


def prepare_row(values, readings, money_readings):
    """Return a row for ``upsert``; the readings are JSON already."""
    return f'{encode(values)[:-1]},"readings":{readings},"money_readings":{money_readings}}}'


def upsert(rows):
    """Return the statement that writes rows, each a JSON object as of ``COLUMNS``."""
    changing = [name for name in COLUMNS if name not in KEY]
    return SQL(
        """
        INSERT INTO client_health_snapshot AS old (%(columns)s)
        SELECT %(columns)s FROM jsonb_to_recordset(%(rows)s) AS new (%(types)s)
            ON CONFLICT (relationship_id, date) DO UPDATE SET %(assignments)s
         WHERE (%(old)s) IS DISTINCT FROM (%(new)s)
        """,
        columns=_names(COLUMNS),
        rows=f"[{','.join(rows)}]",  # one text: quicker to send and to read than many values
        types=SQL(", ").join(
            SQL("%s %s", SQL.identifier(name), SQL(kind)) for name, kind in COLUMNS.items()
        ),
        assignments=SQL(", ").join(
            SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name)) for name in changing
        ),
        old=SQL(", ").join(SQL("old.%s", SQL.identifier(name)) for name in changing),
        new=SQL(", ").join(SQL("EXCLUDED.%s", SQL.identifier(name)) for name in changing),
    )


def refresh(relationship_ids, today):
    """Write onto the clients what their latest snapshot says; returns whose band changed."""
    return SQL(
        """
        UPDATE client_relationship rel
           SET health_score = new.score, health_known = new.known, health_band = new.band,
               health_coverage = new.coverage, health_trend = new.trend,
               health_direction = new.direction, health_coverage_lost = new.lost,
               health_overridden = new.overridden
          FROM (%(latest)s) new
         WHERE rel.id = new.relationship_id
           AND (rel.health_score, rel.health_known, rel.health_band, rel.health_coverage,
                rel.health_trend, rel.health_direction, rel.health_coverage_lost,
                rel.health_overridden)
               IS DISTINCT FROM
               (new.score, new.known, new.band, new.coverage, new.trend, new.direction,
                new.lost, new.overridden)
        """,
        latest=_select_latest(relationship_ids, today),
    )


def _select_latest(relationship_ids, today):
    return SQL(
        """
        SELECT day.relationship_id, day.score, day.score IS NOT NULL AS known,
               COALESCE(own.band, day.band) AS band, day.coverage,
               round((day.score - past.score)::numeric, 1)::float8 AS trend,
               CASE WHEN day.score - past.score >= 1 THEN 'up'
                    WHEN day.score - past.score <= -1 THEN 'down'
                    WHEN day.score - past.score IS NOT NULL THEN 'same' END AS direction,
               CASE WHEN past.coverage - day.coverage > 10
                    THEN round((past.coverage - day.coverage)::numeric)::float8 END AS lost,
               own.band IS NOT NULL AS overridden
          FROM unnest(%(ids)s::int[]) AS client (id)
          JOIN LATERAL (
                SELECT * FROM client_health_snapshot day
                 WHERE day.relationship_id = client.id AND day.date <= %(today)s
                 ORDER BY day.date DESC LIMIT 1) day ON true
          LEFT JOIN LATERAL (
                SELECT score, coverage FROM client_health_snapshot past
                 WHERE past.relationship_id = day.relationship_id
                   AND past.date BETWEEN day.date - %(days)s AND day.date - %(days)s + %(week)s
                 ORDER BY past.date LIMIT 1) past ON true
          LEFT JOIN LATERAL (
                SELECT band FROM client_health_override own
                 WHERE own.relationship_id = day.relationship_id AND own.date_ended IS NULL
                   AND own.date_start <= %(today)s AND own.date_end >= %(today)s
                 ORDER BY own.id DESC LIMIT 1) own ON true
        """,
        ids=to_array(relationship_ids),
        today=today,
        days=TREND_DAYS,
        week=WEEK,
    )


def select_days(relationship_ids, days):
    """Select (client, date, score, coverage, points, readings, money readings).

    ``days``: None for the latest snapshot, 0 for the one before it, else the one that many days
    before the latest, or the next within a week.
    """
    return SQL(
        """
        SELECT day.relationship_id, day.date, day.score, day.coverage, day.points,
               day.readings, day.money_readings
          FROM unnest(%(ids)s::int[]) AS client (id)
          JOIN LATERAL (SELECT relationship_id, date FROM client_health_snapshot day
                         WHERE day.relationship_id = client.id
                         ORDER BY date DESC LIMIT 1) latest ON true
          JOIN LATERAL (SELECT * FROM client_health_snapshot day
                         WHERE day.relationship_id = latest.relationship_id AND %(which)s
                         LIMIT 1) day ON true
        """,
        ids=to_array(relationship_ids),
        which=_get_day(days),
    )


def _get_day(days):
    if days is None:
        return SQL("day.date = latest.date")
    if not days:
        return SQL("day.date < latest.date ORDER BY day.date DESC")
    return SQL(
        "day.date BETWEEN latest.date - %(days)s AND latest.date - %(days)s + %(week)s"
        " AND day.date < latest.date ORDER BY day.date",
        days=days,
        week=WEEK,
    )


def delete_old(today):
    """Return the statements that delete old snapshots; what they left stays as it is."""
    weekly, monthly = (
        today - relativedelta(days=DAILY_DAYS),
        today - relativedelta(days=WEEKLY_DAYS),
    )
    return [
        _delete_but_last("week", weekly),
        _delete_but_last("month", monthly),
        SQL(
            "UPDATE client_health_snapshot SET readings = NULL, money_readings = NULL"
            " WHERE date < %s AND (readings IS NOT NULL OR money_readings IS NOT NULL)",
            weekly,
        ),
    ]


def _delete_but_last(unit, before):
    """Delete what is older than a date and has a later snapshot in the same week or month."""
    return SQL(
        """
        DELETE FROM client_health_snapshot old
         USING client_health_snapshot later
         WHERE old.date < %(before)s
           AND later.relationship_id = old.relationship_id AND later.date > old.date
           AND date_trunc(%(unit)s, later.date) = date_trunc(%(unit)s, old.date)
        """,
        before=before,
        unit=unit,
    )


def delete_doubles(kept_id, other_ids):
    """Where clients are merged: leave one snapshot per day, that of the one that stays."""
    return SQL(
        """
        DELETE FROM client_health_snapshot
         WHERE id IN (
               SELECT id FROM (
                      SELECT id, row_number() OVER (
                             PARTITION BY date
                             ORDER BY relationship_id = %s DESC, relationship_id) AS place
                        FROM client_health_snapshot WHERE relationship_id IN %s) day
                WHERE place > 1)
        """,
        kept_id,
        (kept_id, *other_ids),
    )


def _names(names):
    return SQL(", ").join(map(SQL.identifier, names))
