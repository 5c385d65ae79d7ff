from odoo import api, models
from odoo.fields import Domain


class AccountAnalyticLine(models.Model):
    """Hides hours from clients on the portal, where a company wants that.

    What was invoiced by time stays: the client has it on its invoice.
    """

    _inherit = "account.analytic.line"

    @api.model
    def _get_hiding_companies(self):
        """Return the companies that hide hours from the user; none of one of us."""
        clients = self.env.user.partner_id
        if self.env.user._is_internal():
            clients = clients.browse()
        return self.env["client.relationship"]._get_hidden_companies(clients)

    def _timesheet_get_portal_domain(self):
        domain = Domain(super()._timesheet_get_portal_domain())
        hiding = self._get_hiding_companies()
        if hiding:
            domain &= Domain("company_id", "not in", hiding.ids) | Domain(
                "timesheet_invoice_id", "!=", False
            )
        return domain
