"""Numbers in the words of the user's language."""

from odoo.tools import float_round, formatLang

CACHE = "client_health_figures"


def format_number(env, value, digits=0):
    """Return a number as the user reads it; each once in a transaction, however often it occurs.

    A review or a night says the same few numbers thousands of times.
    """
    value = float_round(value, precision_digits=digits, rounding_method="HALF-EVEN")
    found = env.cr.cache.setdefault(CACHE, {})
    key = (env.context.get("lang"), env.uid, value, digits)
    if key not in found:
        found[key] = formatLang(env, value, digits=digits)
    return found[key]
