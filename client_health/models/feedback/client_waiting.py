from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...engine.correspondence import waiting
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
        relationships = self.env["client.relationship"].search(
            Domain("company_id", "in", self.env.companies.ids)
        )
        rows = self._make_rows(relationships)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_waiting_all_action"
        )
        # without its id, a reload makes the list anew by the action of the menu
        del action["id"]
        return dict(action, domain=[("id", "in", rows.ids)])

    @api.model
    def _make_rows(self, relationships):
        now = waiting.get_now()
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

    def action_answer(self):
        self.ensure_one()
        return self._get_message().action_open_document()

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
            raise UserError(self.env._("This was written on a document that you can't open."))
        return self.message_id
