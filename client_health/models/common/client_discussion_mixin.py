from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import ormcache


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
