from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _timesheet_create_task(self, project):
        """Odoo's own hook for work that an order makes: it was requested by the customer of the
        order."""
        task = super()._timesheet_create_task(project)
        self.env.add_to_compute(task._fields["requested_by"], task)
        self.env.add_to_compute(task._fields["requested_by_partner_id"], task)
        return task
