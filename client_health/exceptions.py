import logging

from odoo.exceptions import RedirectWarning


class MoveQuestion(RedirectWarning):
    """A move lacks its reason: the web client opens the question, others read the message."""

    # Odoo logs what is neither a UserError nor has a level as an error with a traceback.
    loglevel = logging.INFO
