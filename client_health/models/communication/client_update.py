import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS
from odoo.tools import html2plaintext, is_html_empty, plaintext2html

from ...tools import get_data_record

# Templates by kind: where a text starts from
TEMPLATES = {
    "status": "client_health.mail_template_client_status",
    "apology": "client_health.mail_template_client_apology",
    "repair": "client_health.mail_template_client_repair",
    "farewell": "client_health.mail_template_client_farewell",
    "value_report": "client_health.mail_template_client_value_report",
}
# What was sent to a client, and cannot be changed afterwards
FROZEN = frozenset(
    (
        "relationship_id",
        "issue_id",
        "offboarding_id",
        "kind",
        "name",
        "body",
        "acknowledgement",
        "recipient_ids",
    )
)
# A place that the template left open: "[what happened…]"
OPEN_PLACE = re.compile(r"\[[^\[\]]*…\]")


class ClientUpdate(models.Model):
    """A message to a client: the one model through which clients are written to.

    Once sent it is frozen, and its discussion with the client goes on below it. Only contacts of
    the client and colleagues take part, each by a personal link, so that no answer lands on an
    internal discussion. Kinds differ by their template and by what follows from the answer.
    """

    _name = "client.update"
    _description = "Update for a Client"
    _inherit = [
        "client.record.mixin",
        "client.protected.mixin",
        "client.discussion.mixin",
        "client.link.holder.mixin",
        "client.document.mixin",
        "portal.mixin",
    ]
    _order = "sent_date desc, id desc"

    name = fields.Char(string="Subject", required=True)
    kind = fields.Selection(
        [
            ("status", "Status update"),
            ("apology", "Apology"),
            ("repair", "Is it repaired?"),
            ("farewell", "Farewell"),
            ("answer", "Answer"),
            ("value_report", "Value report"),
        ],
        required=True,
        index=True,
    )
    state = fields.Selection(
        [("draft", "Draft"), ("sent", "Sent")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        protected=True,
    )
    active = fields.Boolean(default=True)
    body = fields.Html(string="Text", help="What the client reads. Frozen once sent.")
    acknowledgement = fields.Text(
        string="Our Part in It",
        help="What was our fault, in plain words and without a “but”. The client reads it as "
        "part of the text.",
    )
    issue_id = fields.Many2one(
        "client.issue",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('relationship_id', '=', relationship_id)]",
    )
    offboarding_id = fields.Many2one(
        "client.offboarding",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('relationship_id', '=', relationship_id)]",
    )
    salutation = fields.Char(compute="_compute_salutation", help="Names of the recipients.")
    sent_date = fields.Datetime(string="Sent On", readonly=True, copy=False, protected=True)
    sent_by_id = fields.Many2one("res.users", readonly=True, copy=False, protected=True)
    sent_message_id = fields.Many2one(
        "mail.message",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        protected=True,
    )
    # Not used, links are personal (client.personal.link); and readable by no group.
    access_token = fields.Char(groups=NO_ACCESS)
    recipient_ids = fields.Many2many(
        "res.partner",
        string="To",
        domain="[('id', 'child_of', partner_id), ('email', '!=', False)]",
        help="Contacts of this client. Other contacts cannot be added here.",
    )

    @api.depends("recipient_ids.name")
    def _compute_salutation(self):
        for update in self:
            names = [name for name in update.recipient_ids.mapped("name") if name]
            last = names.pop() if names else update.partner_id.name
            update.salutation = (
                self.env._("%(names)s and %(last)s", names=", ".join(names), last=last)
                if names
                else last
            )

    @api.model
    def _get_client_links(self):
        return {
            "issue_id": ("relationship_id.partner_id",),
            "offboarding_id": ("relationship_id.partner_id",),
        }

    # Frozen once it is sent

    def write(self, vals):
        if not FROZEN.isdisjoint(vals) and any(update.state == "sent" for update in self):
            raise UserError(self.env._("A sent update cannot be changed. Please write a new one."))
        return super().write(vals)

    def unlink(self):
        # not @api.ondelete: mail.thread deletes the messages before that is asked
        self._check_not_sent()
        return super().unlink()

    def _check_not_sent(self):
        if any(update.state == "sent" for update in self):
            raise UserError(
                self.env._("A sent update cannot be deleted. Please archive it instead.")
            )

    # Writing and sending

    def _open_draft(self, values):
        """Open the one of self that is of this kind and unsent, or a new one from its template."""
        draft = self.filtered(lambda upd: upd.state == "draft" and upd.kind == values["kind"])[:1]
        if not draft:
            draft = self.create(values)
            draft.action_use_template()
        # the context may hold defaults of the record from which it is opened, such as its kind
        return draft._get_records_action(context={})

    def action_use_template(self):
        """Start from the template of the kind, in the language of the recipient."""
        to_fill = self.filtered(lambda update: update.kind in TEMPLATES)
        for (kind, lang), updates in to_fill.grouped(
            lambda update: (update.kind, update._get_lang())
        ).items():
            template = get_data_record(self.env, TEMPLATES[kind])
            template = template.with_context(lang=lang) if lang else template
            updates._fill_in(template)

    def _fill_in(self, template):
        subjects = template._render_field("subject", self.ids)
        bodies = template._render_field("body_html", self.ids)
        for update in self:
            update.write({"name": subjects[update.id], "body": bodies[update.id]})

    def _get_lang(self):
        """Return the language in which the recipients read, if it is known."""
        self.ensure_one()
        # sudo: only the language of contacts of the client
        update = self.sudo()
        chosen = [update.relationship_id.update_lang, *update.recipient_ids.mapped("lang")]
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        return next(
            (lang for lang in [*chosen, update.partner_id.lang] if lang in installed), False
        )

    def action_send(self):
        """Send it to its recipients, and freeze it."""
        self.check_access("write")
        for update in self:
            update._check_ready()
        for update in self:
            update._send()

    def _check_ready(self):
        if self.state == "sent":
            raise UserError(
                self.env._("“%s” has already been sent. Please write a new one.", self.name)
            )
        if not self.recipient_ids:
            raise UserError(self.env._("Please add at least one recipient."))
        for contact in self.recipient_ids:
            self.env["client.personal.link"]._check_contact(contact)
        if is_html_empty(self.body):
            raise UserError(self.env._("Please enter the text: it is still empty."))
        open_place = OPEN_PLACE.search(html2plaintext(self.body))
        if open_place:
            raise UserError(
                self.env._("Please fill in the placeholders first: %s", open_place.group())
            )

    def _send(self):
        """Post it on its own discussion with the client: the trace stays there."""
        message = self.message_post_with_source(
            "client_health.client_update_message",
            render_values={"update": self},
            subject=self.name,
            partner_ids=self.recipient_ids.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            email_layout_xmlid="mail.mail_notification_layout",
            attachments=self._get_files_to_send(),
        )
        # The responsible hears of answers even when a colleague has sent it.
        responsible = self.relationship_id._get_responsible()[self.relationship_id]
        self.message_subscribe((self.env.user | responsible).partner_id.ids)
        # sudo: evidence fields; the caller may write the update and it has just been sent
        self.sudo().write(
            {
                "state": "sent",
                "sent_date": fields.Datetime.now(),
                "sent_by_id": self.env.user.id,
                "sent_message_id": message.id,
            }
        )

    def _get_files_to_send(self):
        """Return [(name, content)] of the files that go with it."""
        return []

    # The client's answer

    def _is_question_open(self):
        """Return whether the client can still say that something is repaired."""
        return (
            self.kind == "repair"
            and self.issue_id.state == "open"
            and not self.issue_id.confirmed_date
        )

    def _get_button_title(self):
        """Return the title of a mail's button: what the client finds behind it."""
        if self._is_question_open():
            return self.env._("Please answer: is it in order?")
        return self.env._("Read and answer")

    def _answer_by_client(self, partner, repaired, note):
        """Take the client's answer; the caller has made sure that it is ``partner``.

        A "not yet" goes into the feedback log as the client's own words, and to the responsible.
        """
        self.ensure_one()
        if not self._is_question_open():
            return
        if self.env["client.personal.link"]._is_ours(partner.email):
            raise UserError(
                self.env._("Colleagues cannot answer for the client. Please log feedback instead.")
            )
        issue = self.issue_id
        if repaired:
            issue._confirm_by_client(partner, note, self.sent_by_id)
            return
        self.env["client.feedback"].create(
            {
                "relationship_id": self.relationship_id.id,
                "issue_id": issue.id,
                "contact_id": partner.id,
                "kind": "concern",
                "channel": "portal",
                "text": note or self.env._("Not repaired yet."),
                "given_by_client": True,
                "user_id": False,
            }
        )
        issue._schedule_activities(
            issue._get_responsible(),
            "mail.mail_activity_data_call",
            summary=self.env._("%s answered that it is not repaired yet", partner.name),
        )

    # The discussion with the client

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for update in self:
            update.access_url = f"/my/updates/{update.id}"
        return result

    @api.constrains("relationship_id", "recipient_ids")
    def _check_recipient_ids(self):
        for update in self:
            update._check_outsiders(update.recipient_ids.ids, client_only=True)

    @api.model
    def _get_thread_with_access(self, thread_id, *, mode="read", **kwargs):
        """The link in the mail opens the page, which shows and takes the answers."""
        for key in ("hash", "pid", "token"):
            kwargs.pop(key, None)
        return super()._get_thread_with_access(thread_id, mode=mode, **kwargs)

    def _mail_get_partner_fields(self, introspect_fields=False):
        """No author by default: the link alone is not enough to write in a client's name."""
        return []

    def _message_add_suggested_recipients(self, force_primary_email=False):
        suggested = super()._message_add_suggested_recipients(force_primary_email)
        for update in self:
            suggested[update.id]["partners"] |= update.recipient_ids
        return suggested

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Give each recipient a personal link, which identifies them."""
        groups = super()._notify_get_recipients_groups(message, model_description, msg_vals)
        if not self:
            return groups
        links = self.env["client.personal.link"]
        title = self._get_button_title()
        own = [
            (
                f"client_{partner.id}",
                lambda data, partner_id=partner.id: data["id"] == partner_id,
                {
                    "active": True,
                    "has_button_access": True,
                    "button_access": {
                        "url": self._get_link_url(links._get_for(self, partner)),
                        "title": title,
                    },
                },
            )
            for partner in self._get_linked(message, msg_vals or {})
        ]
        return own + groups

    def _get_linked(self, message, values):
        """Return the recipients of the update who get this message, and a link with it."""
        # sudo: who the recipients are, and whether an address is one of ours
        update = self.sudo()
        named = values.get("partner_ids") or message.sudo().partner_ids.ids
        reached = {*named, *update.message_partner_ids.ids}
        links = self.env["client.personal.link"]
        return update.recipient_ids.filtered(
            lambda partner: (
                partner.id in reached
                and partner.email_normalized
                and not links._is_ours(partner.email)
            )
        )

    def _get_link_url(self, link):
        return f"{self.get_base_url()}{self.access_url}?access_token={link.key}"

    def _may_follow_link(self, contact):
        return contact in self.recipient_ids

    def _post_by_client(self, partner, words, files):
        """Keep what a recipient wrote on the page; the caller has made sure who it is."""
        self.message_post(
            body=plaintext2html(words),
            author_id=partner.id,
            email_from=partner.email_formatted,
            attachments=files,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

    def _get_portal_messages(self):
        """Return what was written below the text, as plain values for the client's page."""
        shared = (self.message_ids - self.sent_message_id).filtered(
            lambda message: (
                message.message_type in ("comment", "email", "email_outgoing")
                and message.subtype_id == self.env.ref("mail.mt_comment")
                and not message.is_internal
            )
        )
        return [
            {
                "author": message.author_id.name or message.email_from,
                "date": message.date,
                "body": message.body,
                "files": [{"id": file.id, "name": file.name} for file in message.attachment_ids],
            }
            for message in shared.sorted("id")
        ]

    def message_post(self, **kwargs):
        if self.env.su and kwargs.get("message_type") == "email":
            # Mails from outside, which Odoo posts as superuser, would be lost.
            kwargs = self._drop_barred(kwargs)
        else:
            self._check_outsiders(kwargs.get("partner_ids"))
            if kwargs.get("outgoing_email_to"):
                raise UserError(self._get_outsider_message())
        return super().message_post(**kwargs)

    def _check_recipients(self, partner_ids):
        self._check_outsiders(partner_ids)

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        self._check_outsiders(partner_ids)
        return super()._message_subscribe(partner_ids, subtype_ids, customer_ids)

    def _filter_reaching(self, partner):
        """The contacts of the client take part as well."""
        # sudo: only whose contact it is
        client = partner.sudo().commercial_partner_id
        own = self.filtered(lambda update: update.sudo().partner_id == client)
        return own | super()._filter_reaching(partner)

    def _get_barred(self, partner_ids):
        # sudo: only whose contacts they are
        clients = self.sudo().partner_id
        barred = super()._get_barred(partner_ids)
        return barred.filtered(lambda partner: partner.commercial_partner_id not in clients)

    def _check_outsiders(self, partner_ids, client_only=False):
        """Refuse people of another client; ``client_only``: and colleagues, too."""
        # sudo: only the client of a contact, of partners named by the user
        partners = self.env["res.partner"].sudo().browse(partner_ids or [])
        outside = partners if client_only else self._get_outsiders(partner_ids)
        for update in self.sudo():
            if outside.commercial_partner_id - update.relationship_id.partner_id:
                raise UserError(self._get_outsider_message())

    def _get_sent_moment(self):
        """Return when the client got the text: its files stay as they were then."""
        return self.sent_date

    @api.model
    def _get_outsider_message(self):
        return self.env._(
            "Only contacts of this client can receive this. Please write to other contacts "
            "elsewhere."
        )
