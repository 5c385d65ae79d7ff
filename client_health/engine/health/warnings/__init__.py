"""Reads what needs a person now, of many clients on a day: warnings, said apart from the score.

Each warning is a rule: code that reads one figure of each client, and numbers that a firm edits.
``client.health.warning.rule._get_warnings`` says which code reads which rule.
"""

from typing import NamedTuple

from ..signals import Signal

__all__ = ["Rule", "Signal", "get_level", "read_warnings"]

# From here on a figure is a warning, and from here on a severe one.
LIMIT, SEVERE = 1.0, 2.0


class Rule(NamedTuple):
    """When a figure is a warning: at ``limit``, severe at ``severe``, in either direction.

    ``least``: how much has to be known before it is judged, in the unit that the rule says.
    """

    code: str
    limit: float
    severe: float
    least: float = 0.0


def get_level(rule, value):
    """Return 1 for a figure at the limit, 2 for a severe one, less below; a straight line.

    >>> margin = Rule("margin", limit=0, severe=-20)
    >>> [get_level(margin, rate) for rate in (10, 0, -20, -30)]
    [0.5, 1.0, 2.0, 2.5]
    """
    return LIMIT + (value - rule.limit) / (rule.severe - rule.limit)


def read_warnings(reader, warnings, rules, relationships):
    """Return ({relationship id: {code: Reading}} of figures beyond their limit, near, errors).

    near: {relationship id: {code: part of the way to its limit}} of all; errors: {code: error}.

    :param reader: ``signals.Reader``, which reads one after the other, whatever one of them does
    :param warnings: {code: ``Signal``}; ``read(env, relationships, as_of, rule, *source)``
    :param rules: ``Rule`` of those that are in use
    """
    found, near, errors = {}, {}, {}
    for rule in rules:
        if rule.code not in warnings:
            continue
        readings, error = reader.read_apart(rule.code, warnings[rule.code], relationships, rule)
        if error:
            errors[rule.code] = error
        for key, reading in readings.items():
            level = get_level(rule, reading.value)
            near.setdefault(key, {})[rule.code] = min(max(level, 0.0), LIMIT)
            if level >= LIMIT:
                found.setdefault(key, {})[rule.code] = reading
    return found, near, errors
