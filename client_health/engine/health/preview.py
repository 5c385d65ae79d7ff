"""Reads the latest readings, returns the bands of clients with other settings of the score.

Pure Python but for the one SELECT.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from odoo.tools import SQL

from ..reading import Reading
from .scoring import BANDS, Measure, Scorer, get_band

NO_SCORE = "none"


class Settings(NamedTuple):
    """What makes a band: the measures, and where the bands begin, by company id."""

    measures: Sequence[Measure]
    limits: dict[int, tuple[float, float]]


class Client(NamedTuple):
    """A client's company, and its latest readings by code."""

    id: int
    company_id: int
    readings: dict[str, Reading]


def select_latest(company_ids):
    """Select (id, company, {code: value} of the latest snapshot) of the clients in use."""
    return SQL(
        """
        SELECT rel.id, rel.company_id, day.readings
          FROM client_relationship rel
          LEFT JOIN LATERAL (
                SELECT (SELECT jsonb_object_agg(key, value->'v')
                          FROM jsonb_each(COALESCE(snapshot.readings, '{}')
                                          || COALESCE(snapshot.money_readings, '{}'))) AS readings
                  FROM client_health_snapshot snapshot
                 WHERE snapshot.relationship_id = rel.id
                 ORDER BY snapshot.date DESC LIMIT 1) day ON true
         WHERE rel.company_id IN %s AND rel.active AND rel.phase <> 'ended'
         ORDER BY rel.id
        """,
        tuple(company_ids),
    )


def get_clients(rows):
    """Return the rows of ``select_latest`` as ``Client``."""
    return [
        Client(id_, company_id, {code: Reading(value) for code, value in (values or {}).items()})
        for id_, company_id, values in rows
    ]


def get_bands(clients: Iterable[Client], settings: Settings) -> list[str]:
    """Return the band of each client by these settings, or that it would have no score."""
    scorer = Scorer(settings.measures)
    bands = []
    for client in clients:
        score = scorer.get_score(client.readings).score
        # rounded as in a snapshot, or a client at a limit would get another band
        score = None if score is None else round(score, 1)
        bands.append(get_band(score, *settings.limits[client.company_id]) or NO_SCORE)
    return bands


def count_bands(bands: Iterable[str]) -> dict[str, int]:
    """Return {band: clients}, of every band."""
    counts = Counter(bands)
    return {band: counts[band] for band in (*BANDS, NO_SCORE)}
