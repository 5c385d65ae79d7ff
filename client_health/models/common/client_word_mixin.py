from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...const import USER_GROUP
from ...engine.clock import get_today
from ...engine.correspondence.contacts import MEETING, MESSAGE, read_kinds

WORD_SOURCES = [
    ("meeting", "In a meeting"),
    ("call", "On the phone"),
    ("mail", "By mail"),
    ("portal", "On the portal"),
]
# What of the client in Odoo shows it. A call leaves nothing that comes from the client.
SHOWN_BY = {"meeting": MEETING, "mail": MESSAGE, "portal": MESSAGE}


class ClientWordMixin(models.AbstractModel):
    """What a client said, and one of us recorded with a click: how, and what shows it.

    Who said it and when are fields of the models. A meeting in the calendar or a message of the
    client on that day is a trace of the client; without one it is our own word, which is marked
    where it is shown, and weighs less where it is counted.
    """

    _name = "client.word.mixin"
    _description = "Recorded Word of a Client"
    _inherit = ["client.protected.mixin"]

    word_source = fields.Selection(
        WORD_SOURCES,
        string="Said",
        readonly=True,
        copy=False,
        groups=USER_GROUP,
        help="How the client said it.",
        protected=True,
    )
    word_trace = fields.Char(
        string="Shown By",
        readonly=True,
        copy=False,
        groups=USER_GROUP,
        help="What of the client in Odoo shows it: a meeting or a message of that day.",
        protected=True,
    )
    word_is_own = fields.Boolean(
        string="By Our Word Only",
        compute="_compute_word_is_own",
        groups=USER_GROUP,
        help="Nothing in Odoo that came from the client shows it: no meeting and no message of "
        "the day. It counts less than what the client said itself.",
    )

    def _compute_word_is_own(self):
        raise NotImplementedError

    @api.model
    def _find_word_trace(self, relationship, source, day):
        """Return what of the client shows it, in words; False: it is our own word only."""
        kind = relationship and SHOWN_BY.get(source)
        # sudo: only whether there was a contact on that day; callers may write what it is about
        if not kind or kind not in read_kinds(self.sudo().env, relationship.sudo(), day):
            return False
        shown = format_date(self.env, day)
        if kind == MEETING:
            return self.env._("The meeting of %s in the calendar", shown)
        return self.env._("A message of the client of %s", shown)

    @api.model
    def _prepare_word(self, relationship, source, day):
        """Return the values of who said what, after a check of the day."""
        if day > get_today(relationship.company_id or self.env.company):
            raise UserError(
                self.env._("“On” is in the future. Please enter the day on which it was said.")
            )
        trace = self._find_word_trace(relationship, source, day)
        return {"word_source": source, "word_trace": trace}
