from odoo.exceptions import UserError
from odoo.tools import format_date

RELOAD = {"type": "ir.actions.client", "tag": "soft_reload"}
CLOSE = {"type": "ir.actions.act_window_close"}


def tell(message, kind="success", after=None):
    """Return the action that says what was done.

    ``after``: what follows it. By default, dialogs are closed and the page is read anew; ``CLOSE``
    closes the dialog only, and what opened it knows what to read anew.
    """
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {"type": kind, "message": message, "next": after or RELOAD},
    }


def get_data_record(env, xmlid):
    """Return a record of our data that a firm may delete; say so in words where it did."""
    record = env.ref(xmlid, raise_if_not_found=False)
    if not record:
        raise UserError(
            env._(
                "What this needs was deleted from the configuration. Please ask an administrator "
                "to restore it: %s.",
                xmlid,
            )
        )
    return record


def format_day(env, day, date_format="medium"):
    """Return a day in words for people, in their language: “Nov 29, 2026”; empty without one.

    As dates are shown in lists and forms, never as figures that are read in two ways. The one place
    where texts get their dates; ``date_format`` is for what is no day, such as a month.
    """
    return format_date(env, day, date_format=date_format)
