import logging

from odoo.exceptions import UserError


class MoveQuestion(UserError):
    """A move lacks something: the web client opens where it is done, others read the message.

    :param action: what to open, the id or the dict of an action
    :param action_context: added to the context of that action
    :param notify: what is said beside what opens; True: the message; False: nothing, because
        what opens says it itself
    """

    # Odoo logs what is neither a UserError nor has a level as an error with a traceback.
    loglevel = logging.INFO

    def __init__(self, message, action, action_context=None, notify=True):
        super().__init__(message)
        # Odoo sends ``context`` to the web client; an import and the external API show only
        # the message.
        self.context = {
            "action": action,
            "action_context": action_context or {},
            "notify": notify,
        }
