"""Reads and writes snapshots: readings as JSON, and the statements that the models run.

What did not change is not written: every UPDATE compares first. A day is looked up client by
client, by the index of the unique key: of a day that was just written the database has no
statistics, and a client has some 200 of them.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from ..query import to_array
from ..reading import Reading, Readings
from .warnings import rows

DAILY_DAYS = 90
WEEKLY_DAYS = 730
TREND_DAYS = 30
# So long, a measure that can't be read keeps what was read last, marked as stale: a fault of ours
# must neither raise nor lower a score.
STALE_DAYS = 7
STALE = "stale"
# The start of a period is the first snapshot of its first week: history is kept weekly.
WEEK = 6
# What a client is usually worth: its own year.
YEAR = 365
# In the order of attention: one rank of a warning is more than any fall of the score, and to be
# next to a warning as much as a fall by so many points. Rules of thumb.
RANK = 200
NEAR = 20

COLUMNS = {
    "relationship_id": "int",
    "company_id": "int",
    "date": "date",
    "score": "float8",
    "score_shared": "float8",
    "band": "text",
    "band_shared": "text",
    "provisional": "bool",
    "coverage": "float8",
    "points": "jsonb",
    "points_shared": "jsonb",
    "readings": "jsonb",
    "money_readings": "jsonb",
    "margin_rate": "float8",
    "flags": "jsonb",
    "near": "float8",
    "near_shared": "float8",
    "backfilled": "bool",
}
KEY = ("relationship_id", "date")
# What the clients show of their latest snapshot, as ``refresh`` writes it.
FIGURES = (
    "health_score",
    "health_score_shared",
    "health_known",
    "health_provisional",
    "health_band",
    "health_band_shared",
    "health_coverage",
    "health_trend",
    "health_trend_shared",
    "health_direction",
    "health_direction_shared",
    "health_coverage_lost",
    "health_overridden",
    "health_attention",
    "health_attention_shared",
)

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

    def get_codes(self) -> set[str]:
        """Return what is known of any of them."""
        return set().union(*self.values.values())

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
    """Write onto the clients what their latest snapshot says, where it differs.

    The trend is the difference of the two scores as they are shown. Ended clients have no band.
    ``health_attention``: the rank of what warns; then the points below the client's own year, and
    how near the next warning is.
    """
    return SQL(
        """
        UPDATE client_relationship rel
           SET (%(figures)s) = ROW (%(new)s)
          FROM (%(latest)s) new
         WHERE rel.id = new.relationship_id AND (%(old)s) IS DISTINCT FROM (%(new)s)
        """,
        figures=_names(FIGURES),
        old=SQL(", ").join(SQL.identifier("rel", name) for name in FIGURES),
        new=SQL(", ").join(SQL.identifier("new", name) for name in FIGURES),
        latest=_select_latest(relationship_ids, today),
    )


def _select_latest(relationship_ids, today):
    return SQL(
        """
        SELECT day.relationship_id, day.score AS health_score,
               day.score_shared AS health_score_shared,
               day.score IS NOT NULL AS health_known,
               COALESCE(day.provisional, false) AS health_provisional,
               CASE WHEN client.phase <> 'ended'
                    THEN COALESCE(own.band, day.band) END AS health_band,
               CASE WHEN client.phase <> 'ended'
                    THEN COALESCE(own.band, day.band_shared) END AS health_band_shared,
               day.coverage AS health_coverage,
               floor(day.score) - floor(past.score) AS health_trend,
               floor(day.score_shared) - floor(past.score_shared) AS health_trend_shared,
               %(direction)s AS health_direction,
               %(direction_shared)s AS health_direction_shared,
               CASE WHEN past.coverage - day.coverage > 10
                    THEN floor(past.coverage - day.coverage) END AS health_coverage_lost,
               own.band IS NOT NULL AS health_overridden,
               %(attention)s AS health_attention,
               %(attention_shared)s AS health_attention_shared
          FROM client_relationship client
          JOIN LATERAL (
                SELECT * FROM client_health_snapshot day
                 WHERE day.relationship_id = client.id AND day.date <= %(today)s
                 ORDER BY day.date DESC LIMIT 1) day ON true
          LEFT JOIN LATERAL (
                SELECT score, score_shared, coverage FROM client_health_snapshot past
                 WHERE past.relationship_id = day.relationship_id
                   AND past.date BETWEEN day.date - %(days)s AND day.date - %(days)s + %(week)s
                 ORDER BY past.date LIMIT 1) past ON true
          LEFT JOIN LATERAL (
                SELECT band FROM client_health_override own
                 WHERE own.relationship_id = day.relationship_id AND own.date_ended IS NULL
                   AND own.date_start <= %(today)s AND own.date_end >= %(today)s
                 ORDER BY own.id DESC LIMIT 1) own ON true
          LEFT JOIN LATERAL (
                SELECT avg(score) AS score, avg(score_shared) AS score_shared
                  -- by weeks: older days are kept once a week
                  FROM (SELECT avg(score) AS score, avg(score_shared) AS score_shared
                          FROM client_health_snapshot one
                         WHERE one.relationship_id = day.relationship_id
                           AND one.date BETWEEN day.date - %(year)s AND day.date
                         GROUP BY date_trunc('week', one.date)) week) usual ON true
          LEFT JOIN (%(ranks)s) warned ON warned.id = client.id
         WHERE client.id = ANY (%(ids)s)
        """,
        attention=_get_attention("score", "rank", "near"),
        attention_shared=_get_attention("score_shared", "rank_shared", "near_shared"),
        ranks=rows.select_ranks(relationship_ids, today),
        year=YEAR,
        direction=_get_direction("score"),
        direction_shared=_get_direction("score_shared"),
        ids=to_array(relationship_ids),
        today=today,
        days=TREND_DAYS,
        week=WEEK,
    )


def _get_direction(name):
    """Return the SQL of how a score differs from the past one, as both are shown."""
    return SQL(
        """
        CASE WHEN floor(%(new)s) > floor(%(old)s) THEN 'up'
             WHEN floor(%(new)s) < floor(%(old)s) THEN 'down'
             WHEN floor(%(new)s) = floor(%(old)s) THEN 'same' END
        """,
        new=SQL.identifier("day", name),
        old=SQL.identifier("past", name),
    )


def _get_attention(score, rank, near):
    """Return the SQL of how soon a person should look; NULL where nothing is known.

    A rank is worth more than any fall of the score: warnings come first.
    """
    return SQL(
        """
        CASE WHEN client.phase <> 'ended' AND (%(rank)s IS NOT NULL OR %(score)s IS NOT NULL)
             THEN %(step)s * COALESCE(%(rank)s, 0) + COALESCE(%(usual)s - %(score)s, 0)
                  + %(points)s * COALESCE(%(near)s, 0) END
        """,
        rank=SQL.identifier("warned", rank),
        score=SQL.identifier("day", score),
        usual=SQL.identifier("usual", score),
        near=SQL.identifier("day", near),
        step=RANK,
        points=NEAR,
    )


def select_kept(relationship_ids, codes, as_of):
    """Select (client, code, plain reading, its date) of the last one before ``as_of`` of each."""
    return SQL(
        """
        SELECT client.id, code.code, day.known->code.code, day.date
          FROM unnest(%(ids)s::int[]) AS client (id)
    CROSS JOIN unnest(%(codes)s::text[]) AS code (code)
          JOIN LATERAL (
                SELECT date, COALESCE(readings, '{}') || COALESCE(money_readings, '{}') AS known
                  FROM client_health_snapshot day
                 WHERE day.relationship_id = client.id
                   AND day.date BETWEEN %(as_of)s - %(days)s AND %(as_of)s - 1
                   AND (day.readings ? code.code OR day.money_readings ? code.code)
                 ORDER BY day.date DESC LIMIT 1) day ON true
        """,
        ids=to_array(relationship_ids),
        codes=list(codes),
        as_of=as_of,
        days=STALE_DAYS,
    )


def get_kept(rows, as_of):
    """Return {code: {relationship id: Reading}} of the rows of ``select_kept``, marked as stale.

    What was stale already is so since it was read, and is unknown when that is too long ago.
    """
    kept = {}
    for relationship_id, code, plain, day in rows:
        reading = unpack({code: plain})[code]
        since = (reading.detail or {}).get(STALE) or day.isoformat()
        if (as_of - date.fromisoformat(since)).days <= STALE_DAYS:
            detail = (reading.detail or {}) | {STALE: since}
            kept.setdefault(code, {})[relationship_id] = replace(reading, detail=detail)
    return kept


def select_days(relationship_ids, days):
    """Select (client, date, score, shared score, coverage, points, readings, money readings).

    ``days``: None for the latest snapshot, 0 for the one before it, else the one that many days
    before the latest, or the next within a week.
    """
    return SQL(
        """
        SELECT day.relationship_id, day.date, day.score, day.score_shared, day.coverage, day.points,
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


def delete_old(company_id, today):
    """Return the statements that delete old snapshots; what they left stays as it is."""
    weekly, monthly = (
        today - relativedelta(days=DAILY_DAYS),
        today - relativedelta(days=WEEKLY_DAYS),
    )
    return [
        _delete_but_last("week", company_id, weekly),
        _delete_but_last("month", company_id, monthly),
        SQL(
            "UPDATE client_health_snapshot SET readings = NULL, money_readings = NULL"
            " WHERE company_id = %s AND date < %s"
            " AND (readings IS NOT NULL OR money_readings IS NOT NULL)",
            company_id,
            weekly,
        ),
    ]


def _delete_but_last(unit, company_id, before):
    """Delete what is older than a date and has a later snapshot in the same week or month."""
    return SQL(
        """
        DELETE FROM client_health_snapshot old
         USING client_health_snapshot later
         WHERE old.company_id = %(company)s AND old.date < %(before)s
           AND later.relationship_id = old.relationship_id AND later.date > old.date
           AND date_trunc(%(unit)s, later.date) = date_trunc(%(unit)s, old.date)
        """,
        before=before,
        company=company_id,
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
