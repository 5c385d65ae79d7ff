from odoo import api, models
from odoo.fields import Domain


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
