from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ...engine.clock import get_today

STEPS = {
    "weekly": relativedelta(weeks=1),
    "monthly": relativedelta(months=1),
    "quarterly": relativedelta(months=3),
}


class ClientReviewSchedule(models.Model):
    """A review that is mailed regularly; each recipient gets a file made with their own rights."""

    _name = "client.review.schedule"
    _description = "Scheduled Review"
    _inherit = ["client.protected.mixin", "client.readable.links.mixin"]
    _order = "date_next, id"
    _check_company_auto = True

    name = fields.Char(required=True, default=lambda self: self.env._("Client review"))
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    recipient_ids = fields.Many2many(
        "res.users",
        string="Send To",
        required=True,
        check_company=True,
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
        help="Each gets a file of the clients and figures that they may see. Users who left, or "
        "who have no access to clients, get none.",
    )
    interval = fields.Selection(
        [("weekly", "Every week"), ("monthly", "Every month"), ("quarterly", "Every quarter")],
        required=True,
        default="monthly",
    )
    date_next = fields.Date(
        string="Next On",
        required=True,
        index=True,
        default=lambda self: get_today(self.env.company),
        help="Two days before the meeting leaves time to read it.",
    )
    stage_ids = fields.Many2many(
        "client.relationship.stage", string="Stages", help="Empty: all but ended clients."
    )
    user_ids = fields.Many2many(
        "res.users",
        "client_review_schedule_salesperson_rel",
        string="Salespersons",
        domain="[('share', '=', False)]",
        help="Empty: all.",
    )

    def _get_domain(self):
        """Return the domain of the clients; whoever searches by it finds what they may read."""
        self.ensure_one()
        domain = [("company_id", "=", self.company_id.id)]
        if self.stage_ids:
            domain.append(("stage_id", "in", self.stage_ids.ids))
        else:
            domain.append(("phase", "!=", "ended"))
        if self.user_ids:
            domain.append(("user_id", "in", self.user_ids.ids))
        return domain

    def _get_filters(self):
        """Return words for what was chosen."""
        return [*self.stage_ids.mapped("name"), *self.user_ids.mapped("name")]

    @api.model
    def _queue_due(self, job):
        """Queue a file for each recipient of what is due; once, however late the job comes."""
        for company in self.env["res.company"].search([]):  # pylint: disable=no-search-all
            today = get_today(company)
            due = self.search([("company_id", "=", company.id), ("date_next", "<=", today)])
            for schedule in due:
                job.do(schedule, lambda one, day=today: one._queue_files(day))

    def _queue_files(self, today):
        self.ensure_one()
        Run = self.env["client.review.run"]
        Run.create(
            [
                {
                    "user_id": user.id,
                    "company_id": self.company_id.id,
                    "schedule_id": self.id,
                    "filters": self._get_filters(),
                    "file_name": f"client-review-{fields.Date.to_string(today)}.xlsx",
                }
                for user in self.recipient_ids
                if user.active
            ]
        )
        while self.date_next <= today:
            self.date_next += STEPS[self.interval]
