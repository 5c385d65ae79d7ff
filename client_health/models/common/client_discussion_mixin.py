from odoo import api, models
from odoo.exceptions import UserError


class ClientDiscussionMixin(models.AbstractModel):
    """A discussion about a client, or with one: who writes there, and whom it reaches.

    Nobody writes in the name of another, and nothing leaves it by a way that asks for no recipient:
    ``_check_recipients`` is asked by notifications as well (``mail.thread``), and mass mailing is
    refused (``mail.compose.message``, ``mail.template``).
    """

    _name = "client.discussion.mixin"
    _description = "Discussion of a Client"
    _inherit = ["mail.thread"]

    def message_post(self, **kwargs):
        self._check_author(kwargs.get("author_id"), kwargs.get("email_from"))
        return super().message_post(**kwargs)

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
