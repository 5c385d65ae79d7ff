"""What the records say about a client, one file per dimension. Reads, never writes.

Each file has ``MEASURES = {code: function}``; ``function(env, relationships, as_of)`` returns
``{relationship id: Reading}`` for all relationships (of one company) in a fixed number of
statements. No entry, or a value of None: unknown. ``as_of`` is a date, and the reading is that of
its end: what was recorded later does not count, and what can't be known of the past is unknown.
"""

import logging
from math import isfinite

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..scoring import Reading
from . import agreement, contact, money, pulse, results, voice

_logger = logging.getLogger(__name__)

SIGNALS = {
    code: function
    for module in (money, results, contact, voice, agreement, pulse)
    for code, function in module.MEASURES.items()
}
# What has to be done once before any of these functions: ``(env, relationships, as_of)``.
PREPARES = {function: contact.prepare for function in contact.MEASURES.values()}


def read(env, relationships, as_of, codes=None):
    """Return ``(readings, errors)`` of relationships of one company on the date ``as_of``.

    ``readings``: {relationship id: {code: Reading}}, an entry for every relationship; of what is
    unknown, only when there is something to say about it: a value of None, with detail.
    ``errors``: {code: what went wrong}: a broken measure is unknown for all, the others are read.
    ``codes``: only these measures, all by default.
    """
    env.flush_all()  # before the savepoints: what is rolled back must not take writes along
    readings = {relationship_id: {} for relationship_id in relationships.ids}
    errors = {}
    prepared = {}
    for code in SIGNALS if codes is None else codes:
        try:
            found = _read_one(env, relationships, as_of, code, prepared)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise  # Odoo starts the transaction again: nothing is broken
        except Exception as error:  # noqa: BLE001  whatever one measure does, the rest is scored
            _logger.warning("The measure %s could not be read", code, exc_info=True)
            errors[code] = f"{type(error).__name__}: {error}"
            continue
        for relationship_id, reading in found.items():
            if is_known(reading) or reading.value is None and reading.detail:
                readings[relationship_id][code] = reading
    return readings, errors


def is_known(reading):
    """Return whether there is a value, and it is one: a record may hold NaN or infinity."""
    return reading.value is not None and isfinite(reading.value)


def _read_one(env, relationships, as_of, code, prepared):
    """Return {relationship id: Reading} of one measure, in a savepoint of its own.

    ``prepared``: what was prepared for the measures before. It outlives their savepoints.
    """
    if not relationships:
        return {}
    read_signal = SIGNALS[code]
    prepare = PREPARES.get(read_signal)
    if prepare and prepare not in prepared:
        with env.cr.savepoint(flush=False):
            prepare(env, relationships, as_of)
        prepared[prepare] = True
    with env.cr.savepoint(flush=False):
        return read_signal(env, relationships, as_of)


__all__ = ["SIGNALS", "Reading", "read"]
