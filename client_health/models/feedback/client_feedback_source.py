from odoo import api, fields, models
from odoo.tools import html2plaintext

# Where a feedback may come from: its field, and how it then reached us
CHANNELS = {"email": "mail", "email_outgoing": "mail", "comment": "portal"}


class ClientFeedbackSource(models.AbstractModel):
    """Fills in a feedback from the message, meeting, task or project that it is made from."""

    _name = "client.feedback.source"
    _description = "Where Feedback Comes From"

    @api.model
    def _prepare_feedback(self, values):
        """Return further values for a feedback, found through the links in ``values``.

        Nothing is read as superuser: users without access to the source learn nothing of it.
        """
        known = {}
        for fname, model, prepare in (
            ("message_id", "mail.message", self._prepare_from_message),
            ("event_id", "calendar.event", self._prepare_from_event),
            ("task_id", "project.task", self._prepare_from_task),
            ("project_id", "project.project", self._prepare_from_project),
        ):
            record = self.env[model].browse(values.get(fname)).exists()
            if record:
                record.check_access("read")
                known = {**prepare(record), **known}
        partner = self.env["res.partner"].browse(known.pop("partner_id", False))
        company = self.env["res.company"].browse(known.pop("company_id", False))
        relationship = self._get_relationship(partner, company)
        return {**known, "relationship_id": relationship.id} if relationship else known

    @api.model
    def _get_relationship(self, partner, company):
        """Return that of the company, else the last one that any company has with the client."""
        Relationship = self.env["client.relationship"]
        client = partner.commercial_partner_id
        known = Relationship._get_by_client(client)
        found = known.get((client, company or self.env.company))
        return found or next(iter(known.values()), Relationship)

    @api.model
    def _prepare_from_message(self, message):
        values = {
            "message_id": message.id,
            "date": min(message.date, fields.Datetime.now()),
            "text": html2plaintext(message.body or "").strip(),
            "channel": CHANNELS.get(message.message_type, False),
        }
        if message.model in ("project.project", "project.task", "calendar.event"):
            document = self.env[message.model].browse(message.res_id)
            values = {**self._prepare_from_document(document), **values}
        elif message.model and message.res_id:
            document = self.env[message.model].browse(message.res_id)
            partner = document if message.model == "res.partner" else self._get_partner(document)
            values["partner_id"] = partner.id
        author = message.author_id
        if self._get_outsiders(author):
            values.update(contact_id=author.id, partner_id=author.id)
        return values

    @api.model
    def _get_outsiders(self, partners):
        return self.env["client.internal.thread.mixin"]._get_outsiders(partners.ids)

    @api.model
    def _get_partner(self, document):
        if "partner_id" not in document._fields:
            return self.env["res.partner"]
        return document.partner_id

    @api.model
    def _prepare_from_document(self, document):
        prepare = {
            "project.project": self._prepare_from_project,
            "project.task": self._prepare_from_task,
            "calendar.event": self._prepare_from_event,
        }[document._name]
        return prepare(document)

    @api.model
    def _prepare_from_event(self, event):
        """Read the attendees of a meeting; with attendees of one client, the author as well."""
        outside = self._get_outsiders(event.partner_ids)
        clients = outside.commercial_partner_id
        values = {
            "event_id": event.id,
            "date": min(event.stop, fields.Datetime.now()),
            "channel": "video" if event.videocall_location else "visit",
        }
        if len(clients) == 1:
            values["partner_id"] = clients.id
            values["contact_id"] = outside.id if len(outside) == 1 else False
        return values

    @api.model
    def _prepare_from_task(self, task):
        project = task.project_id
        return {
            "task_id": task.id,
            "project_id": project.id,
            "partner_id": (project.partner_id or task.partner_id).id,
            "company_id": task.company_id.id,
        }

    @api.model
    def _prepare_from_project(self, project):
        return {
            "project_id": project.id,
            "partner_id": project.partner_id.id,
            "company_id": project.company_id.id,
        }
