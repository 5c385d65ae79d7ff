"""What the records say about a client, one file per dimension. Reads, never writes.

Each file has ``MEASURES = {code: function}``; ``function(env, relationships, as_of)`` returns
``{relationship id: Reading}`` for all relationships (of one company) in a fixed number of
statements. No entry, or a value of None: unknown. ``as_of`` is a date, and the reading is that of
its end: what was recorded later does not count, and what can't be known of the past is unknown.
"""

import logging
from math import isfinite

from psycopg2.errors import ReadOnlySqlTransaction

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...reading import Reading
from . import agreement, contact, money, pulse, results, voice

_logger = logging.getLogger(__name__)

SIGNALS = {
    code: function
    for module in (money, results, contact, voice, agreement, pulse)
    for code, function in module.MEASURES.items()
}
# What has to be done once before any of these functions: ``(env, relationships, as_of)``.
PREPARES = dict.fromkeys(contact.MEASURES.values(), contact.prepare)


def prepare(env, relationships, as_of, codes=None):
    """Do what several measures share, and return what ``read`` has to know of it.

    The relationships may be of several companies: nothing is looked through for each of them.
    """
    if not relationships:
        return {}
    functions = [SIGNALS.get(code) for code in (SIGNALS if codes is None else codes)]
    prepares = dict.fromkeys(PREPARES[function] for function in functions if function in PREPARES)
    env.flush_all()  # before the savepoints: what is rolled back must not take writes along
    return {
        function: _try(env, function.__module__, function, relationships, as_of)[1]
        for function in prepares
    }


def read(env, relationships, as_of, codes=None, prepared=None):
    """Return ``(readings, errors)`` of relationships of one company on the date ``as_of``.

    ``readings``: {relationship id: {code: Reading}}, an entry for every relationship; of what is
    unknown, only when there is something to say about it: a value of None, with detail.
    ``errors``: {code: what went wrong}: a broken measure is unknown for all, the others are read.
    ``codes``: only these measures, all by default. ``prepared``: what ``prepare`` returned for
    these relationships, and others.
    """
    readings = {relationship_id: {} for relationship_id in relationships._ids}
    errors = {}
    for code, found, error in read_each(env, relationships, as_of, codes, prepared):
        if error:
            errors[code] = error
        for relationship_id, reading in found.items():
            readings[relationship_id][code] = reading
    return readings, errors


def read_each(env, relationships, as_of, codes=None, prepared=None):
    """Yield ``(code, {relationship id: Reading}, error)`` of one measure at a time; see ``read``.

    Of many clients, the readings of all measures are too much to hold at once.
    """
    if prepared is None:
        prepared = prepare(env, relationships, as_of, codes)
    env.flush_all()
    ids = set(relationships._ids)
    for code in (SIGNALS if codes is None else codes) if ids else ():
        found, error = {}, prepared.get(PREPARES.get(SIGNALS.get(code)))
        if not error:
            found, error = _try(env, code, _read_one, relationships, as_of, code)
        yield code, {key: found[key] for key in ids & found.keys() if _is_told(found[key])}, error


def _is_told(reading):
    return is_known(reading) or reading.value is None and reading.detail


def is_known(reading):
    """Return whether there is a value, and it is one: a record may hold NaN or infinity."""
    return reading.value is not None and isfinite(reading.value)


def _read_one(env, relationships, as_of, code):
    return SIGNALS[code](env, relationships, as_of)


def _try(env, name, function, *args):
    """Return (what the function returns, None), or ({}, what went wrong).

    In a savepoint of its own: whatever one measure does, the rest is scored.
    """
    try:
        with env.cr.savepoint(flush=False):
            return function(env, *args), None
    except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ReadOnlySqlTransaction):
        raise  # Odoo starts again, in a transaction that may write: nothing is broken
    except Exception as error:  # noqa: BLE001  see above
        _logger.warning("The measure %s could not be read", name, exc_info=True)
        return {}, f"{type(error).__name__}: {error}"


__all__ = ["SIGNALS", "Reading", "prepare", "read"]
