from datetime import date

from odoo import api, fields, models

from ..const import MONEY_GROUP
from ..engine.clock import get_closed_months, get_today
from ..engine.profitability import completion, margin
from ..engine.query import fetch
from .profitability.client_profitability_mixin import BANDS, SUMS

# At completion: for users who may see money, of the current company, all projects at once.
COMPLETION = {"compute": "_compute_client_completion", "groups": MONEY_GROUP}
AMOUNT = {**COMPLETION, "currency_field": "client_currency_id"}


class ProjectProject(models.Model):
    _name = "project.project"
    _inherit = [
        "project.project",
        "client.agreement.link.mixin",
        "client.relationship.link.mixin",
        "client.profitability.mixin",
        "client.feedback.mixin",
        "client.scope.mixin",
        "client.goal.mixin",
    ]

    client_customer_ids = fields.One2many(
        "client.project.customer",
        "project_id",
        string="Customers over Time",
        groups=MONEY_GROUP,
        help="The money of the project belongs to the customer that it had on that day. Empty: it "
        "has always had the same one.",
    )

    client_completion_state = fields.Selection(
        [
            ("known", "Known"),
            ("unknown", "Unknown: hours without cost"),
            ("empty", "No data"),
        ],
        string="Completion Status",
        **COMPLETION,
    )
    client_total_revenue = fields.Monetary(
        string="Revenue so far", help="Since the project began.", **AMOUNT
    )
    client_total_cost = fields.Monetary(
        string="Cost so far", help="Since the project began.", **AMOUNT
    )
    client_total_margin = fields.Monetary(
        string="Margin so far", help="Since the project began.", **AMOUNT
    )
    client_total_margin_rate = fields.Float(
        string="Margin so far (%)", digits=(16, 2), aggregator=None, **COMPLETION
    )
    client_total_margin_band = fields.Selection(BANDS, string="Result so far", **COMPLETION)
    client_total_hours = fields.Float(
        string="Hours so far", help="Since the project began.", **COMPLETION
    )
    client_planned_hours = fields.Float(
        string="Hours still Planned",
        help="What is left of the allocated time of open tasks. The plan of a task is that of its "
        "sub-tasks as well.",
        **COMPLETION,
    )
    client_planned_cost = fields.Monetary(
        string="Cost still Planned",
        help="Hours still planned, at what an hour on this project has cost so far; before the "
        "first one, at the average of the company. Other cost to come is not in it.",
        **AMOUNT,
    )
    client_ordered = fields.Monetary(
        string="Ordered, not Invoiced",
        help="What is left of the confirmed orders of this project, net of tax and of down "
        "payments. Of what is billed by the hour: hours worked and not invoiced, and those that "
        "are still planned, as far as they are ordered.",
        **AMOUNT,
    )
    client_expected_revenue = fields.Monetary(
        string="Revenue at Completion",
        help="Revenue so far, and what is ordered and not yet invoiced.",
        **AMOUNT,
    )
    client_expected_cost = fields.Monetary(
        string="Cost at Completion", help="Cost so far, and cost still planned.", **AMOUNT
    )
    client_expected_margin = fields.Monetary(
        string="Margin at Completion",
        help="Revenue at completion less cost at completion.",
        **AMOUNT,
    )
    client_expected_margin_rate = fields.Float(
        string="Margin at Completion (%)", digits=(16, 2), aggregator=None, **COMPLETION
    )
    client_expected_margin_band = fields.Selection(
        BANDS, string="Result at Completion", **COMPLETION
    )
    client_expected_hours = fields.Float(string="Hours at Completion", **COMPLETION)
    client_completion_note = fields.Char(
        string="Missing Plan",
        help="Hardly any hours are planned for what is ordered and not billed by the hour.",
        **COMPLETION,
    )

    @api.depends_context("company", "allowed_company_ids", "uid")
    def _compute_client_completion(self):
        """Set all of the above, with as many queries for one project as for many."""
        so_far, planned, ordered, company_cost = self._read_completion()
        limits = self.env.company._get_margin_limits()
        for project in self:
            project_id = project._origin.id
            sums = so_far.get(project_id)
            if sums is None:
                project.update(self._prepare_completion(None, None, 0, 0, limits))
                project.client_completion_note = False
                continue
            hours = planned.get(project_id, 0)
            order, unearned = ordered.get(project_id, (0, 0))
            cost = completion.get_cost_per_hour(sums) or company_cost
            expected = completion.get_expected(sums, hours, order, cost)
            project.update(self._prepare_completion(sums, expected, hours, order, limits))
            needed = expected and completion.get_unplanned_hours(sums, unearned, hours)
            project.client_completion_note = needed and self.env._(
                "At what an hour has earned so far, the rest of the price takes about %(needed)d "
                "hours; %(planned)d are planned. Please plan what is left to do: its cost is not "
                "in the margin at completion.",
                needed=round(needed),
                planned=round(hours),
            )

    def _read_completion(self):
        """Return {project id: value} of sums so far, planned hours and (ordered, not yet earned).

        And what an hour of the company costs.
        Of the projects whose rows of the ledger the user may read; who may read all of them sees
        projects without rows as well.
        """
        company = self.env.company
        ids = self._origin.ids
        ledger = self.env["client.profitability"]
        groups = ledger._read_group(
            [("company_id", "=", company.id), ("project_id", "in", ids)],
            ["project_id"],
            [f"{name}:sum" for name in SUMS],
        )
        so_far = {project.id: margin.Sums(*sums) for project, *sums in groups}
        if self.env.user.has_group("client_health.group_client_user_all"):
            so_far = dict.fromkeys(ids, margin.Sums()) | so_far
        if not so_far:
            return so_far, {}, {}, None
        rows = fetch(self.env, completion.select_planned(so_far))
        planned = {row["project_id"]: row["hours"] for row in rows}
        units = ledger._get_hours_per_unit()
        rows = fetch(self.env, completion.select_ordered(company.id, so_far, units))
        ordered = {
            row["project_id"]: (
                completion.get_ordered(
                    float(row["rest"]),
                    row["open_hours"],
                    float(row["open_value"]),
                    planned.get(row["project_id"], 0),
                ),
                float(row["unearned"]),
            )
            for row in rows
        }
        return so_far, planned, ordered, self._get_company_cost_per_hour()

    @api.model
    def _get_company_cost_per_hour(self):
        company = self.env.company
        start, end = get_closed_months(company, get_today(company))
        # sudo: one average of the whole company, for users who may see the money of one client
        [sums] = (
            self.env["client.profitability"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "=", company.id),
                    ("date", ">=", start),
                    ("date", "<", end),
                ],
                [],
                [f"{name}:sum" for name in SUMS],
            )
        )
        return completion.get_cost_per_hour(margin.Sums(*(value or 0.0 for value in sums)))

    @api.model
    def _prepare_completion(self, so_far, expected, planned_hours, ordered, limits):
        """Return the values of the fields; ``so_far`` None: nothing to show, or not allowed."""
        state = "known" if expected else "unknown"
        if so_far is None or not (any(so_far) or planned_hours or ordered):
            state, so_far = "empty", margin.Sums()
        band = margin.get_band(so_far, limits)
        done = expected or margin.Sums()
        return {
            "client_completion_state": state,
            "client_total_revenue": so_far.revenue,
            "client_total_cost": so_far.cost,
            "client_total_margin": so_far.margin if band else 0,
            "client_total_margin_rate": margin.get_margin_rate(so_far) or 0,
            "client_total_margin_band": band,
            "client_total_hours": so_far.hours,
            "client_planned_hours": planned_hours,
            "client_planned_cost": done.labour_cost - so_far.labour_cost if expected else 0,
            "client_ordered": ordered,
            "client_expected_revenue": so_far.revenue + ordered,
            "client_expected_cost": done.cost,
            "client_expected_margin": done.margin,
            "client_expected_margin_rate": margin.get_margin_rate(done) or 0,
            "client_expected_margin_band": expected and margin.get_band(expected, limits),
            "client_expected_hours": so_far.hours + planned_hours,
        }

    def write(self, vals):
        former = self._get_customers() if "partner_id" in vals else {}
        result = super().write(vals)
        self._date_customers(former)
        return result

    def _get_customers(self):
        """Return {project: its client}, as superuser: no user may see money by it."""
        # sudo: who may change the customer need not see the history of the project
        return {project: project.partner_id.commercial_partner_id for project in self.sudo()}

    def _date_customers(self, former):
        """Store from when on projects have other customers than the ``former``.

        The first customer of a project has it from the beginning.
        """
        changes = {
            project: (customer, project.partner_id.commercial_partner_id)
            for project, customer in former.items()
            if customer != project.partner_id.commercial_partner_id
            and (customer or project.client_customer_ids)
            and not project.is_template
        }
        if changes:
            self.env["client.project.customer"].sudo()._add_changes(changes)

    @api.model
    def _get_ledger_field(self):
        return "project_id"

    @api.model
    def _get_feedback_path(self):
        return "project_id"

    def _prepare_feedback_context(self):
        return {**super()._prepare_feedback_context(), "default_project_id": self.id}

    def _get_scope_hours(self, as_of):
        ids = tuple(self._origin.ids)
        companies = self.env.company | self.env.companies
        if not ids:
            return {}
        return self._read_scope_hours(companies, as_of, "project_id", project_ids=ids)

    def _get_scope_task_domain(self):
        return [("project_id", "=", self.id)]

    @api.model
    def _get_goal_path(self):
        return "project_id"

    def _get_goal_defaults(self):
        return {**super()._get_goal_defaults(), "default_project_id": self.id}


class ProjectMilestone(models.Model):
    _name = "project.milestone"
    _inherit = ["project.milestone", "client.accomplishment.source.mixin"]

    @api.model
    def _get_accomplishment_field(self):
        return "milestone_id"

    def _is_accomplished(self):
        return self.is_reached

    def _prepare_accomplishment(self):
        values = super()._prepare_accomplishment()
        return dict(
            values,
            name=self.name,
            date=self.reached_date or get_today(self.project_id.company_id or self.env.company),
        )


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
