"""Reads measures of many clients on a day; returns their readings. One file per dimension.

``client.health.measure._get_signals`` says which code reads which measure.
"""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from math import isfinite
from typing import NamedTuple

from psycopg2.errors import ReadOnlySqlTransaction

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)


class Signal(NamedTuple):
    """How a measure is read.

    ``read(env, relationships, as_of)`` returns ``{relationship id: Reading}`` of relationships of
    one company, in a fixed number of statements. No entry, or a value of None: unknown. ``as_of``
    is a date, and the reading is that of its end: what was recorded later does not count, and what
    can't be known of the past is unknown.

    ``source``: what several measures read, as a context manager ``source(env, relationships,
    as_of)`` over clients of all companies. It is made once per run and given to ``read`` as its
    last argument.
    """

    read: Callable
    source: Callable | None = None


class Reader:
    """Reads measures of clients of any number of companies on a day: a context manager.

    ``codes``: only these measures, all by default. Whatever one measure does, the others are read:
    each has a savepoint of its own, and so has each source.
    """

    def __init__(self, env, relationships, as_of, codes=None):
        self._env, self._relationships, self._as_of = env, relationships, as_of
        self._signals = env["client.health.measure"]._get_signals()
        self._codes = [*(self._signals if codes is None else codes)]
        self._sources = {None: ((), None)}  # {source: (arguments for read, error)}
        self._open = ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return self._open.__exit__(*error)

    def read(self, relationships):  # pylint: disable=method-required-super
        """Return ``(readings, errors)`` of some of the relationships, of one company.

        ``readings``: {relationship id: {code: Reading}}, an entry for every relationship; of what
        is unknown, only when there is a reason: a value of None, with detail.
        ``errors``: {code: text}; a broken measure is unknown for all.
        """
        readings = {relationship_id: {} for relationship_id in relationships._ids}
        errors = {}
        for code, found, error in self.read_each(relationships):
            if error:
                errors[code] = error
            for relationship_id, reading in found.items():
                readings[relationship_id][code] = reading
        return readings, errors

    def read_each(self, relationships):
        """Yield ``(code, {relationship id: Reading}, error)`` of one measure at a time.

        Of many clients, the readings of all measures are too much to hold at once.
        """
        self._env.flush_all()  # before the savepoints: a rollback must not take writes along
        ids = set(relationships._ids)
        for code in self._codes if ids else ():
            found, error = self._read_one(code, relationships)
            yield code, {key: found[key] for key in ids & found.keys() if _says(found[key])}, error

    def read_apart(self, name, signal, relationships, *args):
        """Return ``({relationship id: Reading}, error)`` of what is no measure, with ``args``."""
        self._env.flush_all()
        source, error = self._get_source(signal.source)
        if error or not relationships:
            return {}, error
        found, error = self._try(
            name, signal.read, self._env, relationships, self._as_of, *args, *source
        )
        return {key: reading for key, reading in found.items() if is_known(reading)}, error

    def _read_one(self, code, relationships):
        signal = self._signals.get(code)
        source, error = self._get_source(signal and signal.source)
        return ({}, error) if error else self._try(code, self._call, code, relationships, source)

    def _call(self, code, relationships, source):
        return self._signals[code].read(self._env, relationships, self._as_of, *source)

    def _get_source(self, source):
        """Return ``(arguments, error)``; made for all clients when first asked for."""
        if source not in self._sources:
            made, error = self._try(
                source.__name__, source, self._env, self._relationships, self._as_of
            )
            if not error:
                self._open.enter_context(made)
            self._sources[source] = ((made,), error)
        return self._sources[source]

    def _try(self, name, function, *args):
        """Return ``(what the function returns, None)``, or ``({}, what went wrong)``."""
        try:
            with self._env.cr.savepoint(flush=False):
                return function(*args), None
        except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ReadOnlySqlTransaction):
            raise  # Odoo starts again, in a transaction that may write: nothing is broken
        except Exception as error:  # noqa: BLE001  see the class
            _logger.warning("%s could not be read", name, exc_info=True)
            return {}, f"{type(error).__name__}: {error}"


def read(env, relationships, as_of, codes=None):
    """Return ``(readings, errors)`` of relationships of one company, see ``Reader.read``."""
    with Reader(env, relationships, as_of, codes) as reader:
        return reader.read(relationships)


def is_known(reading):
    """Return whether there is a value, and it is one: a record may hold NaN or infinity."""
    return reading.value is not None and isfinite(reading.value)


def _says(reading):
    return is_known(reading) or reading.value is None and reading.detail
