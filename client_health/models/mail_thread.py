from odoo import api, models
from odoo.fields import Domain

from ..const import HEADER_NOTE
from ..engine.correspondence import no_answer


class MailThread(models.AbstractModel):
    _name = "mail.thread"
    _inherit = ["mail.thread"]

    def message_notify(self, *, model=False, res_id=False, partner_ids=False, **kwargs):
        """Notify of a client's record those who may receive its messages, whatever the way.

        Called on this model itself, Odoo takes the name and the id of any record.
        """
        thread = self.env[model].browse(res_id) if not self and model in self.env else self
        if hasattr(thread, "_check_recipients"):
            thread._check_recipients(partner_ids)
            thread._check_author(kwargs.get("author_id"), kwargs.get("email_from"))
        return super().message_notify(model=model, res_id=res_id, partner_ids=partner_ids, **kwargs)

    @api.model
    def _get_bounced_message_data(self, message, message_dict):
        """A mail that was sent apart is gone once sent: it names the note that stands for it."""
        bounced, references = super()._get_bounced_message_data(message, message_dict)
        note_id = str(message.get(HEADER_NOTE, "")).strip()
        if note_id and not bounced:
            bounced = self.env["mail.message"].search([("message_id", "=", note_id)], limit=1)
        return bounced, references

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        result = super()._routing_handle_bounce(email_message, message_dict)
        # sudo: Odoo's gateway has just marked them; they are only read
        message_dict["bounced_message"].sudo().notification_ids._plan_client_mails_again()
        return result

    @api.model
    def message_parse(self, message, save_original=False):
        """Mark what a machine wrote: only the mail itself says so.

        Automatic replies become what Odoo calls its own, so that they are no messages of a client.
        An answer to a mail of ours is no newsletter, whatever list it came through.
        """
        found = super().message_parse(message, save_original=save_original)
        mark = no_answer.get_mark(message, found.get("subject") or "")
        if found.get("is_bounce") or (mark == no_answer.BULK and found.get("parent_id")):
            return found
        if mark == no_answer.AUTOMATIC:
            found["message_type"] = "out_of_office"
        if mark:
            found["client_no_answer"] = mark
        return found

    def _get_message_create_valid_field_names(self):
        return super()._get_message_create_valid_field_names() | {"client_no_answer"}


class MailFollowers(models.Model):
    """Whoever can't read a discussion about a client any more doesn't follow it either."""

    _name = "mail.followers"
    _inherit = ["mail.followers"]

    @api.autovacuum
    def _gc_client_followers(self):
        """Find those who lost their right in a way that nobody was told of."""
        self._unsubscribe_non_readers(Domain.TRUE)

    @api.model
    def _unsubscribe_non_readers(self, domain):
        models_ = self.env["client.discussion.mixin"]._get_client_thread_models()
        # sudo: users may not read who follows what; only rows without effect go
        followers = self.sudo().search(Domain("res_model", "in", models_) & domain)
        for (model, partner), rows in followers.grouped(
            lambda row: (row.res_model, row.partner_id)
        ).items():
            records = self.env[model].with_context(active_test=False)
            records = records.browse(rows.mapped("res_id")).exists()
            reached = records._filter_reaching(partner).ids
            rows.filtered(lambda row, reached=reached: row.res_id not in reached).unlink()


class MailTemplate(models.Model):
    _name = "mail.template"
    _inherit = ["mail.template"]

    def send_mail_batch(self, res_ids, **kwargs):
        """Send from discussions of clients by our own methods only, which know the recipient."""
        if not self.env.su and hasattr(self.env[self.model], "_check_mass_mail"):
            self.env[self.model]._check_mass_mail()
        return super().send_mail_batch(res_ids, **kwargs)
