from odoo import api, fields, models
from odoo.tools import SQL

from ...const import USER_GROUP
from ...engine.agreement import scope
from ...engine.clock import get_closed_months, get_today


class ClientScopeMixin(models.AbstractModel):
    """Hours of the last twelve full months and since by "Requested By", of a client or a project.

    Summed from the timesheets in one query, today included: what matters is the unrequested work
    that is done now. What is later than the twelve months of the profitability is named. Without
    hours ``scope_hours`` is 0 and nothing is known: views hide the rest.
    """

    _name = "client.scope.mixin"
    _description = "Scope of the Work"

    scope_hours = fields.Float(
        string="Hours Worked",
        compute="_compute_scope_hours",
        groups=USER_GROUP,
        help="All hours on timesheets of the last 12 full months, and since then.",
    )
    scope_recent_hours = fields.Float(
        string="Of These, since Then",
        compute="_compute_scope_hours",
        groups=USER_GROUP,
        help="Hours after the last 12 full months. Without them it is the hours that profitability "
        "shows.",
    )
    requested_hours = fields.Float(
        compute="_compute_scope_hours",
        groups=USER_GROUP,
        help="Hours of the last 12 full months and since on tasks that the client requested.",
    )
    unrequested_hours = fields.Float(
        compute="_compute_scope_hours",
        groups=USER_GROUP,
        help="Hours of the last 12 full months and since on tasks that were our own idea.",
    )
    unclear_hours = fields.Float(
        compute="_compute_scope_hours",
        groups=USER_GROUP,
        help="Hours of the last 12 full months and since on work without a known “Requested By”. "
        "They count neither as requested nor as our own idea.",
    )
    unrequested_share = fields.Float(
        string="Unrequested (%)",
        compute="_compute_scope_hours",
        digits=(16, 0),
        aggregator=None,
        groups=USER_GROUP,
        help="Hours on our own ideas in percent of all these hours.",
    )

    @api.depends_context("company", "allowed_company_ids")
    def _compute_scope_hours(self):
        hours_by_record = self._get_scope_hours(get_today(self.env.company))
        for record in self:
            hours = hours_by_record.get(record._origin.id, scope.Hours())
            record.scope_hours = hours.total
            record.scope_recent_hours = hours.recent
            record.requested_hours = hours.client
            record.unrequested_hours = hours.us
            record.unclear_hours = hours.unclear
            record.unrequested_share = hours.unrequested_share or 0

    def _get_scope_hours(self, as_of):
        """Return {id: engine.scope.Hours} of the last twelve closed months and until ``as_of``."""
        raise NotImplementedError

    @api.model
    def _read_scope_hours(self, companies, as_of, key, **filters):
        """Return {partner or project id: Hours}, in one query; ``key`` names the column."""
        start, end = get_closed_months(companies[:1], as_of)
        for model in ("account.analytic.line", "project.task", "project.project", "res.partner"):
            self.env[model].flush_model()
        # Superuser by nature of SQL: sums of hours of records that the user may read already.
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT %(key)s AS id,
                       COALESCE(SUM(client), 0) AS client,
                       COALESCE(SUM(us), 0) AS us,
                       COALESCE(SUM(unclear), 0) AS unclear,
                       COALESCE(SUM(recent), 0) AS recent
                  FROM (%(hours)s) h
                 WHERE %(key)s IS NOT NULL
              GROUP BY 1
                """,
                key=SQL.identifier(key),
                hours=scope.select_hours(
                    companies.ids,
                    start,
                    as_of,
                    self.env["client.profitability"]._get_hours_per_unit(),
                    recent=end,
                    **filters,
                ),
            )
        )
        return {row.pop("id"): scope.Hours(**row) for row in rows}

    def _get_scope_task_domain(self):
        """Return the domain of the tasks behind the figures."""
        raise NotImplementedError

    def action_view_unrequested(self):
        """Open the unrequested work, to clarify it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.project_task_action_unrequested"
        )
        return dict(
            action,
            domain=self._get_scope_task_domain(),
            context={"search_default_to_clear": 1},
        )
