from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import USER_GROUP
from ...engine.clock import get_now
from ...engine.correspondence import waiting
from ...engine.correspondence.replies import read_replies
from ...engine.correspondence.working_hours import WorkingHours


class ClientWaiting(models.TransientModel):
    """A discussion in which a client waits for us, as it was when the user opened the list.

    What the row says of the document is there only if its user may read that: of the others it
    says who waits and how long, for the client itself is theirs to read.
    """

    _name = "client.waiting"
    _description = "Client Waiting for Us"
    _inherit = ["client.readable.links.mixin"]
    _order = "received, id"
    _rec_name = "author"

    relationship_id = fields.Many2one(
        "client.relationship",
        string="Client",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        "res.users", string="Salesperson", readonly=True, index=True, ondelete="cascade"
    )
    author = fields.Char(
        string="Who Wrote", readonly=True, help="Author of the first message that waits."
    )
    subject = fields.Char(
        readonly=True, help="Subject of the first message that waits, or how it begins."
    )
    document = fields.Char(readonly=True, help="Where it was written, and where to answer.")
    message_id = fields.Many2one(
        "mail.message",
        string="Last Message",
        readonly=True,
        index=True,
        ondelete="cascade",
        help="The last message of the client there; empty if you may not read the document.",
    )
    messages = fields.Integer(readonly=True, help="Messages of the client that wait there.")
    received = fields.Datetime(readonly=True, help="When the first of them came in.")
    hours = fields.Float(
        string="Working Hours",
        readonly=True,
        aggregator="max",
        help="So many working hours of the company have passed since then.",
    )
    hours_known = fields.Boolean(
        readonly=True, help="The company has working hours, so they can be counted."
    )

    @api.model
    def action_open(self):
        """List who waits now, of the clients in the chosen companies that the user may read."""
        rows = self._make_rows(self._get_relationships())
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_waiting_all_action"
        )
        # without its id, a reload makes the list anew by the action of the menu
        del action["id"]
        return dict(action, domain=[("id", "in", rows.ids)])

    @api.model
    @api.readonly
    def get_count(self):
        """Return how many discussions wait with the user's own clients: the number in the top bar.

        Every page asks for it, so it is one statement, and nothing else is read.
        """
        if not self.env.user.has_group(USER_GROUP):
            return 0
        return waiting.count_waiting(self.env, self.env.uid, self.env.companies.ids, get_now())

    @api.model
    @api.readonly
    def get_summary(self):
        """Return what the board says on top, of all clients that the user may read.

        ``hours``: of work since the oldest came in, False if the company has no working hours.
        """
        relationships, now = self._get_relationships(), get_now()
        found = waiting.read_waiting(self.env, relationships, now)
        lines = [line for rows in found.values() for line in rows]
        if not lines:
            return {"clients": 0, "hours": False}
        oldest = min(lines, key=lambda line: line.received)
        client = relationships.browse(oldest.relationship_id)
        hours = self._get_hours(client, [oldest], now)[oldest]
        return {
            "clients": len({line.relationship_id for line in lines}),
            "hours": False if hours is None else hours,
        }

    @api.model
    def _get_relationships(self):
        return self.env["client.relationship"].search(
            Domain("company_id", "in", self.env.companies.ids)
        )

    @api.model
    def _make_rows(self, relationships):
        now = get_now()
        found = waiting.read_waiting(self.env, relationships, now)
        lines = [line for lines in found.values() for line in lines]
        # sudo: who wrote may be shown; all else only of documents that the user may read
        messages = self.env["mail.message"].sudo().browse([line.message_id for line in lines])
        by_id = {message.id: message for message in messages}
        names = self._get_document_names(lines)
        hours = self._get_hours(relationships, lines, now)
        salespeople = {client.id: client.user_id.id for client in relationships}
        # sudo: nobody writes these rows by hand; they belong to the user who opened the list
        rows = self.sudo().create(
            [
                {
                    "relationship_id": line.relationship_id,
                    "user_id": salespeople[line.relationship_id],
                    "messages": line.messages,
                    "received": line.received.replace(microsecond=0),
                    "hours": hours[line],
                    "hours_known": hours[line] is not None,
                    **self._prepare_words(by_id[line.message_id], line, names),
                }
                for line in lines
            ]
        )
        return rows.sudo(False)

    @api.model
    def _prepare_words(self, message, line, names):
        """Return what a row says of a message; no more than the author of an unreadable one."""
        author = {"author": message.author_id.name or message.email_from}
        if (line.model, line.res_id) not in names:
            return {**author, "document": self.env._("A document you can't open")}
        return {
            **author,
            "subject": message.subject or message.preview,
            "document": names[line.model, line.res_id],
            "message_id": line.last_message_id,
        }

    @api.model
    def _get_document_names(self, lines):
        """Return {(model, id): name} of the documents that the user may read."""
        by_model = {}
        for line in lines:
            by_model.setdefault(line.model, set()).add(line.res_id)
        return {
            (model, document.id): document.display_name
            for model, ids in by_model.items()
            if model in self.env
            for document in self.env[model].browse(ids).exists()._filtered_access("read")
        }

    @api.model
    def _get_hours(self, relationships, lines, now):
        """Return {Waiting: working hours since it was received, None if they are unknown}."""
        companies = {client.id: client.company_id for client in relationships}
        known = {}
        for company, clients in relationships.grouped("company_id").items():
            received = [
                line.received for line in lines if companies[line.relationship_id] == company
            ]
            if received:
                known[company] = WorkingHours(clients, min(received), now)
        spans = {line: known[companies[line.relationship_id]] for line in lines}
        return {
            line: span.between(line.received, now) if span.known else None
            for line, span in spans.items()
        }

    @api.model
    def _drop(self, messages):
        """Remove the rows whose discussion needs no answer any more, from all open lists."""
        # sudo: rows of other users are out of date as well; none is read or told of
        self.sudo().search([("message_id", "in", messages.ids)]).unlink()

    def action_open_document(self):
        self.ensure_one()
        return self._get_message().action_open_document()

    def action_answer(self):
        """Open Odoo's composer over the list: the answer goes into the discussion."""
        self.ensure_one()
        message = self._get_message()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answer %s", self.author),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": message.model,
                "default_res_ids": [message.res_id],
                "default_composition_mode": "comment",
                "default_partner_ids": message.author_id.ids,
                "default_parent_id": message.id,
                "client_waiting_id": self.id,
            },
        }

    def action_no_answer(self):
        self.ensure_one()
        message = self._get_message()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_no_answer_action"
        )
        return dict(action, context={"default_message_id": message.id})

    def action_hand_over(self):
        """Open Odoo's window for an activity on the client, for whom the user chooses."""
        self.ensure_one()
        self.check_access("read")
        words = self.env._("Answer %s", self.author)
        if self.message_id:
            words = self.env._(
                "Answer %(author)s: %(document)s", author=self.author, document=self.document
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand Over"),
            "res_model": "mail.activity.schedule",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "active_model": "client.relationship",
                "active_id": self.relationship_id.id,
                "active_ids": self.relationship_id.ids,
                "default_summary": words,
            },
        }

    def _get_message(self):
        """Return the last message of the discussion, or say that the user may not read it."""
        self.check_access("read")
        if not self.message_id:
            raise UserError(
                self.env._(
                    "This was written on a document that you can't open. Please ask a colleague "
                    "who can."
                )
            )
        return self.message_id


class ClientReplyTime(models.TransientModel):
    """A message of a client that asked for an answer, as it was when the user opened the report.

    One row each, because medians don't add up: whatever the rows are grouped by, PostgreSQL makes
    the median of what is in the group. Unknown hours are in none of them.
    """

    _name = "client.reply.time"
    _description = "Reply Time"
    _inherit = ["client.readable.links.mixin"]
    _order = "hours desc, received desc, id"
    _rec_name = "relationship_id"

    relationship_id = fields.Many2one(
        "client.relationship",
        string="Client",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        readonly=True,
        index=True,
        ondelete="cascade",
        help="Who looks after the client now, whoever answered.",
    )
    message_number = fields.Integer(
        readonly=True,
        aggregator=None,
        help="The message, for who may read it.",
    )
    received = fields.Datetime(readonly=True, help="When the first message that waited came in.")
    answered = fields.Datetime(
        string="Answered On", readonly=True, help="When we wrote next; empty while it waits."
    )
    answered_count = fields.Integer(string="Answered", readonly=True)
    waiting_count = fields.Integer(
        string="Still Waiting", readonly=True, help="Not answered yet, and in no median."
    )
    first_hours = fields.Float(
        string="First Reply (Median Hours)",
        readonly=True,
        aggregator="median",
        help="Working hours until our first answer where the client began: nothing of ours stood "
        "there in the two weeks before.",
    )
    is_first = fields.Boolean(string="First Reply", readonly=True)
    hours = fields.Float(
        string="Reply (Median Hours)",
        readonly=True,
        aggregator="median",
        help="Working hours of the company until we answered.",
    )
    hours_longest = fields.Float(
        string="Longest Reply (Hours)",
        readonly=True,
        aggregator="max",
        help="Working hours until the answer that took longest.",
    )
    hours_known = fields.Boolean(
        readonly=True, help="It was answered, and the company has working hours to count."
    )

    def _read_group_select(self, aggregate_spec, query):
        """Add the median, and keep unknown hours, stored as zero, out of every figure."""
        name, _colon, aggregator = aggregate_spec.partition(":")
        if name not in ("hours", "first_hours", "hours_longest"):
            return super()._read_group_select(aggregate_spec, query)
        known = "is_first" if name == "first_hours" else "hours_known"
        hours = self._field_to_sql(self._table, name, query)
        figures = {
            "median": SQL("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY %s)", hours),
            "max": SQL("MAX(%s)", hours),
            "avg": SQL("AVG(%s)", hours),
        }
        if aggregator not in figures:
            raise ValueError(f"Hours have no {aggregator!r}")
        condition = self._field_to_sql(self._table, known, query)
        return SQL("%s FILTER (WHERE %s)", figures[aggregator], condition)

    @api.model
    def action_open(self):
        """Open the report of the last twelve months, of the clients that the user may read."""
        relationships = self.env["client.waiting"]._get_relationships()
        salespeople = {client.id: client.user_id.id for client in relationships}
        # sudo: nobody writes these rows by hand; they belong to the user who opened the report
        rows = self.sudo().create(
            [
                self._prepare_row(reply, salespeople[reply.relationship_id])
                for reply in read_replies(self.env, relationships)
            ]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_reply_time_action"
        )
        # without its id, a reload makes the report anew by the action of the menu
        del action["id"]
        return dict(action, domain=[("id", "in", rows.ids)])

    @api.model
    def _prepare_row(self, reply, user_id):
        known = reply.hours is not None
        hours = reply.hours or 0.0
        return {
            "relationship_id": reply.relationship_id,
            "user_id": user_id,
            "message_number": reply.message_id,
            "received": reply.received.replace(microsecond=0),
            "answered": reply.answered and reply.answered.replace(microsecond=0),
            "answered_count": int(bool(reply.answered)),
            "waiting_count": int(not reply.answered),
            "is_first": known and reply.first,
            "first_hours": hours if reply.first else 0.0,
            "hours": hours,
            "hours_longest": hours,
            "hours_known": known,
        }

    def action_open_message(self):
        """Open the document on which it was written, for who may read it."""
        self.ensure_one()
        self.check_access("read")
        message = self.env["mail.message"].browse(self.message_number).exists()
        if not message or not message.has_access("read"):
            raise UserError(
                self.env._(
                    "This was written on a document that you can't open. Please ask a colleague "
                    "who can."
                )
            )
        return message.action_open_document()
