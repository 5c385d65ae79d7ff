"""What clients send from their pages and links: plain text of a bounded length, or a refusal."""

from odoo.exceptions import UserError

NAME_LENGTH = 200
TEXT_LENGTH = 100_000
# A drawn signature is a picture of some ten thousand bytes.
PICTURE_LENGTH = 2_000_000


def read_text(env, value, limit=TEXT_LENGTH):
    """Return the text as PostgreSQL takes it, "" for none; raise UserError for anything else.

    An address or a form can carry a list as a name, a file as words, or megabytes.
    """
    if value is None or value is False:
        return ""
    if not isinstance(value, str):
        raise UserError(env._("This is not a text. Please reload the page and type it again."))
    text = value.replace("\0", "").encode(errors="ignore").decode().strip()
    if len(text) > limit:
        raise UserError(
            env._(
                "This text is too long: it has %(length)s characters, and at most %(limit)s are "
                "possible. Please shorten it.",
                length=len(text),
                limit=limit,
            )
        )
    return text


def is_token(value):
    """Return whether a value can be compared with a token: any other makes Python raise."""
    return isinstance(value, str) and value.isascii()
