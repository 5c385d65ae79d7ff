from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import ormcache

from ...const import ACTIVITY_SEND_AGAIN, HEADER_NOTE


class ClientDiscussionMixin(models.AbstractModel):
    """A discussion about a client, or with one: who writes there, and whom it reaches.

    Nobody writes in the name of another, and nothing leaves it by a way that asks for no recipient:
    ``_check_recipients`` is asked by notifications as well (``mail.thread``), and mass mailing is
    refused (``mail.compose.message``, ``mail.template``).

    Who gets what is written is decided each time it is sent: a follower may have left, become a
    client's contact or lost the right to read since. And writing once, because a colleague asked,
    makes nobody a follower, as followers of a client read it.
    """

    _name = "client.discussion.mixin"
    _description = "Discussion of a Client"
    _inherit = ["mail.thread"]

    @api.model
    def _check_author(self, author_id, email_from):
        """Refuse the name of another: a colleague's words are that colleague's, a client's its own.

        Mails from outside are posted by Odoo as superuser, the answers of clients by their pages.
        """
        user = self.env.user
        if self.env.su or not user._is_internal():
            return
        author, _email = self._message_compute_author(author_id, email_from)
        if author != user.partner_id.id:
            raise UserError(self.env._("You can write in your own name only."))

    def _check_recipients(self, partner_ids):
        """Raise unless all these partners may receive a message of these records."""
        raise NotImplementedError

    @api.model
    def _check_mass_mail(self):
        raise UserError(
            self.env._(
                "Mass mailing is not possible from here: the recipients would answer to an "
                "internal discussion. Please write an update to each client."
            )
        )

    # Who gets it, and who follows

    def message_post(self, **kwargs):
        self._check_author(kwargs.get("author_id"), kwargs.get("email_from"))
        thread = self
        if not self._may_author_follow(kwargs.get("author_id")):
            thread = self.with_context(mail_post_autofollow_author_skip=True)
        return super(ClientDiscussionMixin, thread).message_post(**kwargs)

    def _may_author_follow(self, author_id):
        """Return whether who writes may read this already: nobody widens their own rights."""
        author = self._message_compute_real_author(author_id)
        return bool(author and self._filter_reaching(author))

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if not self:  # a notification that is about no record
            return recipients
        partners = self.env["res.partner"].browse(data["id"] for data in recipients if data["id"])
        reached = partners.filtered(self._filter_reaching)
        return [data for data in recipients if data["id"] in reached.ids]

    def _filter_reaching(self, partner):
        """Return the records whose discussion may reach the partner at this moment."""
        # sudo: only whose login the partner is; rights are asked for each user
        users = partner.sudo().user_ids.filtered(lambda user: user.active and not user.share)
        return self.browse().union(*(self._filter_readable(user) for user in users))

    def _filter_readable(self, user):
        """Return the records that a user may read, in any of the user's companies."""
        companies = user.company_ids.ids
        records = self.with_user(user).with_context(allowed_company_ids=companies)
        return self & records._filtered_access("read")

    @api.model
    def _get_outsiders(self, partner_ids):
        """Return those of the partners who are no colleagues, and never were.

        Odoo marks the partner of an archived user as one from outside.
        """
        # sudo: only whether it is one of us, of partners named by the user
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        return partners.browse(partner_ids or []).filtered(
            lambda partner: partner.partner_share and all(user.share for user in partner.user_ids)
        )

    def _get_barred(self, partner_ids):
        """Return those of the partners who may not take part in this discussion."""
        return self._get_outsiders(partner_ids)

    def _drop_barred(self, values):
        """Return the values of a message without recipients who may not take part."""
        partner_ids = values.get("partner_ids") or []
        barred = self._get_barred(partner_ids).ids
        kept = [partner_id for partner_id in partner_ids if partner_id not in barred]
        return {**values, "outgoing_email_to": False, "partner_ids": kept}

    def _check_can_update_message_content(self, messages):
        if messages._filter_client_evidence():
            raise UserError(messages._get_client_evidence_message())
        return super()._check_can_update_message_content(messages)

    @api.model
    @ormcache()
    def _get_client_thread_models(self):
        """Return the names of all models with such a discussion."""
        mixin = self.env.registry[ClientDiscussionMixin._name]
        return [
            name
            for name, model in self.env.items()
            if isinstance(model, mixin) and not model._abstract
        ]


class ClientInternalThreadMixin(models.AbstractModel):
    """A discussion about a client that the client must never receive.

    No external contact can be a follower or a recipient. What a client is to receive is written as
    a ``client.update``. A mail that lands here all the same, because a colleague put the client in
    copy, is kept: see ``models/feedback/client_internal_thread_mixin.py``.
    """

    _name = "client.internal.thread.mixin"
    _description = "Internal Thread about a Client"
    _inherit = ["client.discussion.mixin"]

    def _mail_get_partner_fields(self, introspect_fields=False):
        """Propose no recipient: the partner of the record must not read this."""
        return []

    def _message_get_suggested_recipients_batch(self, *args, **kwargs):
        """Propose nobody from outside, not even a person who has written here by mail."""
        proposed = super()._message_get_suggested_recipients_batch(*args, **kwargs)
        return {record_id: self._filter_inside(found) for record_id, found in proposed.items()}

    @api.model
    def _filter_inside(self, proposals):
        known = {proposal["partner_id"] for proposal in proposals} - {False}
        inside = known - set(self._get_outsiders(known).ids)
        return [proposal for proposal in proposals if proposal["partner_id"] in inside]

    def message_post(self, **kwargs):
        if self.env.su and kwargs.get("message_type") == "email":
            # a mail that was refused would be lost; Odoo posts mails as superuser
            kwargs = self._drop_barred(kwargs)
        else:
            self._check_internal_partners(kwargs.get("partner_ids"))
            if kwargs.get("outgoing_email_to"):
                raise UserError(self._get_internal_thread_message())
        return super().message_post(**kwargs)

    def _check_recipients(self, partner_ids):
        self._check_internal_partners(partner_ids)

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        self._check_internal_partners(partner_ids)
        return super()._message_subscribe(partner_ids, subtype_ids, customer_ids)

    @api.model
    def _check_internal_partners(self, partner_ids):
        if self._get_outsiders(partner_ids):
            raise UserError(self._get_internal_thread_message())

    @api.model
    def _get_internal_thread_message(self):
        return self.env._(
            "This discussion is internal: external contacts can neither follow nor receive it. "
            "Please write to the client from the project, the opportunity or the contact."
        )


class ClientDocumentMixin(models.AbstractModel):
    """Mails to a client about a record, and what happens when one fails.

    A mail with a link that is for its recipient alone is sent apart: it belongs to no record and is
    deleted once sent, so that no colleague reads the link and no reply lands on an internal
    discussion. A note stands for it, with Odoo's envelope: red when the mail failed.
    """

    _name = "client.document.mixin"
    _description = "Mails to a Client"

    def _send_apart(self, template, contact, note, layout, **values):
        """Send a mail that leaves nothing in the discussion but ``note``, which shows its state.

        Return the note, as a message.
        """
        self.ensure_one()
        author = self.env.user.partner_id
        if self.env.user._is_superuser():
            author = self._get_mail_sender().partner_id or author
        # sudo: only how the mail fared; the callers have checked who sends it
        message = self.sudo()._message_log(body=note, author_id=author.id)
        mail_id = template.send_mail(
            self.id,
            email_values={
                **values,
                "model": False,
                "res_id": False,
                "auto_delete": True,
                "headers": repr({HEADER_NOTE: message.message_id}),
            },
            email_layout_xmlid=layout,
        )
        self.env["mail.notification"].sudo().create(
            {
                "author_id": author.id,
                "mail_mail_id": mail_id,
                "mail_message_id": message.id,
                "notification_status": "ready",
                "notification_type": "email",
                # not the contact itself, who could then read the note
                "mail_email_address": contact.email,
            }
        )
        # sudo: starting Odoo's own queue, right after this is saved; a mail can't be taken back
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return message

    def _get_mail_sender(self):
        """Return the user who writes to the client: never a colleague who left."""
        holder = self._get_mail_holder()
        return holder._get_responsible()[holder]

    def _get_mail_holder(self):
        """Return the client, or what stands for it: where a failed mail is planned again."""
        return self.relationship_id if "relationship_id" in self._fields else self

    def _plan_to_send_again(self, message, reason):
        holder = self._get_mail_holder()
        holder._schedule_activities(
            holder._get_responsible(),
            ACTIVITY_SEND_AGAIN,
            once=True,
            summary=self.env._("Send again: %s", self.display_name),
            note=f"{message.preview}\n{reason or ''}",
        )

    def _cancel_to_send_again(self):
        # sudo: users who may send it again cancel the reminder of a colleague as well
        self._get_mail_holder().sudo().activity_unlink([ACTIVITY_SEND_AGAIN])
