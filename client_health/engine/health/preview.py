"""Reads the latest readings, returns the bands of clients with other settings of the score.

Pure Python but for the one SELECT.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from typing import NamedTuple

from odoo.tools import SQL

from ..reading import Reading
from .scoring import BANDS, Measure, Scorer, get_band, get_stored
from .warnings.caps import Caps

NO_SCORE = "none"


class Settings(NamedTuple):
    """What makes a band: the measures; by company id, where bands begin and which codes are fed."""

    measures: Sequence[Measure]
    limits: dict[int, tuple[float, float]]
    fed: dict[int, Set[str]]


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


def get_bands(clients: Sequence[Client], settings: Settings, caps: Mapping[int, Caps]) -> list[str]:
    """Return the band of each client by these settings, or that it would have no score.

    ``caps``: by company id, what caps the bands as in a night: warnings and key measures at zero.
    """
    scorers = _get_scorers(clients, settings)
    bands = []
    for client in clients:
        result = scorers[client.company_id].get_score(client.readings)
        # as in a snapshot, or a client at a limit would get another band
        score = None if result.score is None else get_stored(result.score)
        band = get_band(score, *settings.limits[client.company_id])
        cap = caps[client.company_id].cap
        bands.append(cap(client.id, band, result.points) or NO_SCORE)
    return bands


def _get_scorers(clients: Sequence[Client], settings: Settings) -> dict[int, Scorer]:
    """Return {company id: Scorer}: each company feeds measures of its own."""
    fed = {company_id: set(codes) for company_id, codes in settings.fed.items()}
    for client in clients:
        fed[client.company_id].update(client.readings)
    return {
        company_id: Scorer(
            replace(measure, fed=measure.code in codes) for measure in settings.measures
        )
        for company_id, codes in fed.items()
    }


def count_bands(bands: Iterable[str]) -> dict[str, int]:
    """Return {band: clients}, of every band."""
    counts = Counter(bands)
    return {band: counts[band] for band in (*BANDS, NO_SCORE)}
