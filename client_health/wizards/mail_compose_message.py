from odoo import api, fields, models

from ..const import USER_GROUP


class MailComposeMessage(models.TransientModel):
    _name = "mail.compose.message"
    _inherit = ["mail.compose.message"]

    client_question = fields.Html(
        string="Message to Answer", compute="_compute_client_question", groups=USER_GROUP
    )

    @api.depends("parent_id")
    @api.depends_context("client_waiting_id")
    def _compute_client_question(self):
        """What is answered, where the composer was opened from a list and not below it."""
        from_list = bool(self.env.context.get("client_waiting_id"))
        for composer in self:
            composer.client_question = from_list and composer.parent_id.body

    def _action_send_mail_mass_mail(self, res_ids, auto_commit=False):
        if hasattr(self.env[self.model], "_check_mass_mail"):
            self.env[self.model]._check_mass_mail()
        return super()._action_send_mail_mass_mail(res_ids, auto_commit=auto_commit)

    def _action_send_mail_comment(self, res_ids):
        """Take what was answered out of the list from which the composer was opened."""
        result = super()._action_send_mail_comment(res_ids)
        row = self.env["client.waiting"].browse(self.env.context.get("client_waiting_id")).exists()
        if row and not self.subtype_is_log:
            row._drop(row.message_id)
        return result
