from datetime import date

from odoo import api, fields, models

from ...engine.clock import get_today


class ClientProjectCustomer(models.Model):
    """From when on a project was whose: its money before that day stays with the former client.

    Filled when a project gets another customer; a project that never did has no rows. Who sees
    money may correct them: a customer that was wrong from the start is a row to delete.
    """

    _name = "client.project.customer"
    _description = "Former Customers of a Project"
    _inherit = ["client.protected.mixin", "client.readable.links.mixin"]
    _order = "project_id, date_from NULLS FIRST, id"
    _rec_name = "partner_id"

    project_id = fields.Many2one(
        "project.project", required=True, index=True, ondelete="cascade", bypass_search_access=True
    )
    company_id = fields.Many2one(
        related="project_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        index=True,
        ondelete="restrict",
        domain="[('parent_id', '=', False)]",
        help="Empty: the project had no customer.",
    )
    date_from = fields.Date(string="From", help="Empty: from the beginning.")

    # two customers of one day would each get all of the money
    _day_uniq = models.UniqueIndex(
        "(project_id, COALESCE(date_from, '-infinity'::date))",
        "A project has one customer at a time. Give each customer a day of its own.",
    )

    @api.model
    def _add_changes(self, changes):
        """Store that projects got other customers today.

        :param changes: {project: (former customer, customer)}, companies or independent persons
        """
        for project in changes:
            lines = project.client_customer_ids
            today = get_today(project.company_id or self.env.company)
            # what was changed twice on a day was changed once
            lines.filtered(lambda line, today=today: line.date_from == today).unlink()
        values = []
        for project, (former, customer) in changes.items():
            lines = project.client_customer_ids.sorted(lambda line: line.date_from or date.min)
            first = {"project_id": project.id, "partner_id": former.id}
            last = lines[-1:].partner_id if lines else former
            if last != customer:
                today = get_today(project.company_id or self.env.company)
                values += [] if lines else [first]
                values.append(
                    {"project_id": project.id, "partner_id": customer.id, "date_from": today}
                )
            elif len(lines) == 1:
                lines.unlink()
        self.create(values)
