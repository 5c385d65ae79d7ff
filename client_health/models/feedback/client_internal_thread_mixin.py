from lxml.builder import E

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import ACTIVITY_OUTSIDE_MAIL


class ClientInternalThreadMixin(models.AbstractModel):
    """Mails from outside that land on an internal discussion: kept, marked, and moved.

    A colleague answers an internal mail and puts the client in copy: the client's reply then
    lands here, where nothing reaches the client. The responsible is told, and moves it to an
    update, from which it can be answered.
    """

    _name = "client.internal.thread.mixin"
    _inherit = ["client.internal.thread.mixin"]

    client_outside_count = fields.Integer(
        string="Mails from Outside",
        compute="_compute_client_outside_count",
        help="Mails from outside that landed on this internal discussion and wait there.",
    )

    def _compute_client_outside_count(self):
        # sudo: only how many there are on records that the user may read
        rows = (
            self.env["mail.message"]
            .sudo()
            ._read_group(self._get_outside_domain(), ["res_id"], ["__count"])
        )
        counts = dict(rows)
        for record in self:
            record.client_outside_count = counts.get(record._origin.id, 0)

    def _get_outside_domain(self):
        return [
            ("model", "=", self._name),
            ("res_id", "in", self._origin.ids),
            ("client_from_outside", "=", True),
        ]

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Show above each form that a mail waits, with what can be done about it."""
        arch, view = super()._get_view(view_id, view_type, **options)
        for sheet in arch.xpath("/form/sheet"):
            sheet.addprevious(self._get_outside_alert())
        return arch, view

    @api.model
    def _get_outside_alert(self):
        return E.div(
            E.field(name="client_outside_count", invisible="1"),
            E.span(self.env._("A mail from outside waits on this internal discussion. ")),
            E.button(
                name="action_move_to_update",
                type="object",
                string=self.env._("Move to an Update"),
                **{"class": "btn btn-link p-0 me-3 align-baseline"},
            ),
            E.button(
                name="action_dismiss_outside",
                type="object",
                string=self.env._("Mark as Handled"),
                **{"class": "btn btn-link p-0 align-baseline"},
            ),
            role="alert",
            invisible="not client_outside_count",
            **{"class": "alert alert-warning mb-0"},
        )

    def message_post(self, **kwargs):
        message = super().message_post(**kwargs)
        # sudo: only of which kind the message is, and whether its author is a colleague
        if message.sudo().message_type == "email" and self._is_from_outside(message.sudo()):
            self._mark_from_outside(message)
        return message

    def _is_from_outside(self, message):
        users = message.author_id.user_ids
        return not users.filtered(lambda user: user.active and not user.share)

    def _mark_from_outside(self, message):
        # sudo: a mail arrives without a user who has rights
        thread = self.sudo()
        message.sudo().client_from_outside = True
        thread._message_log(
            body=self.env._(
                "The mail of %s came from outside. This discussion is internal: nothing that is "
                "written here reaches the sender. Please move the mail to an update to answer it.",
                message.sudo().author_id.display_name or message.sudo().email_from,
            )
        )
        client = thread._get_thread_client()
        client._schedule_activities(
            client._get_responsible(),
            ACTIVITY_OUTSIDE_MAIL,
            once=True,
            note=thread._get_html_link(),
        )

    def _get_thread_client(self):
        """Return the client of the discussion, or the opportunity that is to become one."""
        return self.relationship_id if "relationship_id" in self._fields else self

    def _get_outside_messages(self):
        self.ensure_one()
        self.check_access("write")
        # sudo: messages of a record that the user may write
        return self.env["mail.message"].sudo().search(self._get_outside_domain(), order="id")

    def action_move_to_update(self):
        """Move the client's mails to a new update, where they can be read and answered."""
        messages = self._get_outside_messages()
        client = self._get_thread_client()
        if client._name != "client.relationship":
            raise UserError(
                self.env._("There is no client yet. Please answer from the opportunity.")
            )
        own = messages.filtered(
            lambda message: message.author_id.commercial_partner_id == client.partner_id
        )
        if not own:
            raise UserError(
                self.env._(
                    "None of these mails is from a contact of %s. Please answer them from your "
                    "own mailbox, and mark them as handled.",
                    client.display_name,
                )
            )
        update = self.env["client.update"].create(
            {
                "relationship_id": client.id,
                "kind": "answer",
                "name": own[0].subject or self.env._("Your mail"),
                "recipient_ids": own.author_id.ids,
            }
        )
        self._move_outside_messages(own, update)
        return update._get_records_action()

    def _move_outside_messages(self, messages, update):
        files = messages.attachment_ids.filtered(
            lambda file: (file.res_model, file.res_id) == (self._name, self.id)
        )
        files.write({"res_model": update._name, "res_id": update.id})
        messages.write(
            {
                "model": update._name,
                "res_id": update.id,
                "parent_id": False,
                "is_internal": False,
                "subtype_id": self.env.ref("mail.mt_comment").id,
                "client_from_outside": False,
            }
        )
        self._log_outside_handled(
            messages, self.env._("Moved to %s, from where it is answered.", update._get_html_link())
        )

    def action_dismiss_outside(self):
        """Take the mark off: the mails need no answer, or got one elsewhere."""
        messages = self._get_outside_messages()
        messages.client_from_outside = False
        self._log_outside_handled(messages, self.env._("Marked as handled."))

    def _log_outside_handled(self, messages, text):
        senders = ", ".join(
            message.author_id.display_name or message.email_from for message in messages
        )
        self._message_log(
            body=self.env._("Mail from outside (%(senders)s): %(text)s", senders=senders, text=text)
        )
        self.invalidate_recordset(["client_outside_count"])
        if not self.client_outside_count:
            self._get_thread_client().activity_unlink([ACTIVITY_OUTSIDE_MAIL])
