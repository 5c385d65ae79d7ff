from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import USER_GROUP
from ...engine.clock import get_today
from ...engine.correspondence.contacts import MEETING, MESSAGE, read_kinds
from ...tools import format_day

# What is written where an earlier word says nothing any more
NO_WORD = {"word_source": False, "word_trace": False, "word_partner_id": False}
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
    word_partner_id = fields.Many2one(
        "res.partner",
        string="Shown For",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=USER_GROUP,
        help="The client who said it. It shows nothing of another client.",
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
    def _find_word_traces(self, relationships, source, day):
        """Return {client: what of it shows it, in words}, for those that have something.

        One query for each company. For the others it is our own word only.
        """
        kind = SHOWN_BY.get(source)
        if not kind:
            return {}
        shown = format_day(self.env, day)
        if kind == MEETING:
            words = self.env._("The meeting of %s in the calendar", shown)
        else:
            words = self.env._("A message of the client of %s", shown)
        traces = {}
        # sudo: only whether there was a contact on that day; callers may write what it is about
        for clients in relationships.sudo().grouped("company_id").values():
            kinds = read_kinds(clients.env, clients, day)
            traces |= {one: words for one in clients if kind in kinds.get(one.id, ())}
        return traces

    @api.model
    def _prepare_words(self, relationships, source, day):
        """Return {client: values of who said what}, after a check of the day; also for none."""
        companies = relationships.company_id or self.env.company
        if any(day > get_today(company) for company in companies):
            raise UserError(
                self.env._("“On” is in the future. Please enter the day on which it was said.")
            )
        traces = self._find_word_traces(relationships, source, day)
        return {
            client: {
                "word_source": source,
                "word_trace": traces.get(client, False),
                "word_partner_id": client in traces and client.partner_id.id,
            }
            for client in (*relationships, relationships.browse())
        }

    def _is_word_shown(self, partner):
        """Return whether something that came from this client shows the word.

        What another client said, before the work was moved, shows nothing of this one.
        """
        said = self.word_trace and self.word_partner_id.commercial_partner_id
        return bool(said and said == partner.commercial_partner_id)
