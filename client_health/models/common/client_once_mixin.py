from functools import wraps

from odoo import fields, models


def once(action):
    """Make the button of a form do its work once: a second click finds it done.

    Of two clicks at the same moment, PostgreSQL refuses the later one, and Odoo runs it again.
    """

    @wraps(action)
    def act(self):
        self.ensure_one()
        if self.is_done:
            return {"type": "ir.actions.client", "tag": "soft_reload"}
        result = action(self)
        self.exists().is_done = True
        return result

    return act


class ClientOnceMixin(models.AbstractModel):
    """A form that asks something and does it once, however often its button is clicked."""

    _name = "client.once.mixin"
    _description = "Form that acts once"

    is_done = fields.Boolean(readonly=True, copy=False, export_string_translation=False)
