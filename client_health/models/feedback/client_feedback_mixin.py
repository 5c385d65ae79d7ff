from odoo import api, fields, models
from odoo.tools import html2plaintext

from ...const import USER_GROUP


class ClientFeedbackMixin(models.AbstractModel):
    """Counts feedback and open issues, on the client, the contact and the project.

    Nothing is computed as superuser: users count only what they may read. A model says with
    ``_get_feedback_path`` how a feedback or issue leads to it.
    """

    _name = "client.feedback.mixin"
    _description = "Feedback and Issues of a Client"

    client_feedback_count = fields.Integer(
        string="Feedback", compute="_compute_client_feedback_count", groups=USER_GROUP
    )
    client_feedback_open_count = fields.Integer(
        string="Complaints to Answer",
        compute="_compute_client_feedback_count",
        groups=USER_GROUP,
        help="Complaints and concerns without an answer.",
    )
    client_issue_count = fields.Integer(
        string="Open Issues", compute="_compute_client_issue_count", groups=USER_GROUP
    )

    @api.model
    def _get_feedback_path(self):
        """Return the path from a feedback, or an issue, to this model, as a dotted field name."""
        raise NotImplementedError

    def _get_feedback_record(self):
        """Return the record that the path leads to: itself, unless overridden."""
        return self

    def _get_feedback_domain(self):
        ids = [record._get_feedback_record().id for record in self._origin]
        return [(self._get_feedback_path(), "in", ids)]

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_client_feedback_count(self):
        total, waiting = self._count_by_record("client.feedback", "open")
        for record in self:
            key = record._get_feedback_record()._origin.id
            record.client_feedback_count = total.get(key, 0)
            record.client_feedback_open_count = waiting.get(key, 0)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_client_issue_count(self):
        _total, still_open = self._count_by_record("client.issue", "open")
        for record in self:
            key = record._get_feedback_record()._origin.id
            record.client_issue_count = still_open.get(key, 0)

    def _count_by_record(self, model, state):
        """Return two {record id: count}, all lines and those in ``state``, in one query."""
        total, wanted = {}, {}
        for record, in_state, count in self.env[model]._read_group(
            self._get_feedback_domain(), [self._get_feedback_path(), "state"], ["__count"]
        ):
            total[record.id] = total.get(record.id, 0) + count
            if in_state == state:
                wanted[record.id] = count
        return total, wanted

    def action_view_feedback(self):
        return self._get_feedback_action("client_health.client_feedback_action")

    def action_view_issues(self):
        return self._get_feedback_action("client_health.client_issue_action")

    def action_log_feedback(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_feedback_action_log"
        )
        return dict(action, context=self._prepare_feedback_context())

    def _get_feedback_action(self, xmlid):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        context = self._prepare_feedback_context()
        return dict(action, domain=self._get_feedback_domain(), context=context)

    def _prepare_feedback_context(self):
        """Return the defaults of a feedback or an issue that is added from here."""
        self.ensure_one()
        return {"default_relationship_id": self.client_relationship_id.id}


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
