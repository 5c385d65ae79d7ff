from odoo import api, fields, models
from odoo.tools import SQL

from ...const import MONEY_GROUP
from ...engine.clock import get_closed_months, get_today
from ...engine.profitability import figures, margin, pareto, scenario
from .client_profitability_mixin import OPTIONAL, SUMS

TOP_CLIENTS = 10
STORED = {"store": True, "compute": None, "readonly": True, "copy": False, "protected": True}


class ClientRelationship(models.Model):
    """Adds to the client its money of the last twelve full months, and what-if scenarios.

    The figures are stored, because clients are sorted, filtered and scored by them. The rebuild of
    the ledger writes them, and no user may, not even with the money group. Unknown is NULL in the
    database, so that neither a filter nor an average takes it for a zero.
    """

    _name = "client.relationship"
    _inherit = ["client.relationship", "client.profitability.mixin"]

    # The fields of client.profitability.mixin, stored here instead of computed.
    client_currency_id = fields.Many2one(related="company_id.currency_id", compute=None)
    client_revenue = fields.Monetary(**STORED)
    client_labour_cost = fields.Monetary(**STORED)
    client_other_cost = fields.Monetary(**STORED)
    client_cost = fields.Monetary(**STORED)
    client_margin = fields.Monetary(**STORED)
    client_margin_rate = fields.Float(**STORED)
    client_margin_state = fields.Selection(**STORED)
    client_margin_band = fields.Selection(**STORED)
    client_hours = fields.Float(**STORED)
    client_billable_hours = fields.Float(**STORED)
    client_uncosted_hours = fields.Float(**STORED)
    client_assumed_hours = fields.Float(**STORED)
    client_effective_rate = fields.Monetary(**STORED)
    client_overhead = fields.Monetary(**STORED)
    client_margin_after_overhead = fields.Monetary(**STORED)
    client_target_gap = fields.Float(
        string="Against Target (points)",
        compute="_compute_client_target_gap",
        digits=(16, 2),
        groups=MONEY_GROUP,
        help="Margin in percent of revenue less the target margin of the company.",
    )
    client_is_top = fields.Boolean(
        string="Among the Largest Clients",
        compute="_compute_client_is_top",
        search="_search_client_is_top",
        groups=MONEY_GROUP,
        help="One of the 10 clients with the most revenue in the last 12 full months.",
    )
    client_revenue_share = fields.Float(
        string="Share of Revenue (%)",
        digits=(16, 2),
        aggregator=None,
        readonly=True,
        copy=False,
        groups=MONEY_GROUP,
        help="Share of this client in the revenue of the company, over the last 12 full months. "
        "From 20 to 25 %, losing the client is a risk for the company.",
        protected=True,
    )
    client_margin_share = fields.Float(
        string="Share of Margin (%)",
        digits=(16, 2),
        aggregator=None,
        readonly=True,
        copy=False,
        groups=MONEY_GROUP,
        help="Share of this client in the margin of the company, over the last 12 full months. "
        "Empty when either is unknown, or when the company made no margin.",
        protected=True,
    )
    client_active_months = fields.Integer(
        string="Active Months",
        aggregator=None,
        readonly=True,
        copy=False,
        groups=MONEY_GROUP,
        help="Months of the last 12 with revenue, cost or hours.",
        protected=True,
    )
    client_loss_months = fields.Integer(
        string="Months at a Loss",
        aggregator=None,
        readonly=True,
        copy=False,
        groups=MONEY_GROUP,
        help="Months of the last 12 with cost higher than revenue. What is invoiced in advance or "
        "by milestones is spread over the months that it pays for. Hours without cost count as "
        "free, so there may be more.",
        protected=True,
    )
    client_loss_probability = fields.Float(
        string="Probability of a Loss (%)",
        digits=(16, 2),
        aggregator=None,
        readonly=True,
        copy=False,
        groups=MONEY_GROUP,
        help="Probability that the next month ends with a loss: (months at a loss + 1) / (active "
        "months + 2), over the last 12. With few months it stays near 50 %. Empty when the "
        "margin is unknown.",
        protected=True,
    )
    client_overdue = fields.Monetary(
        string="Overdue",
        currency_field="client_currency_id",
        readonly=True,
        copy=False,
        groups=MONEY_GROUP,
        help="Overdue and unpaid, less credit notes and payments that are not reconciled yet.",
        protected=True,
    )
    client_overdue_since = fields.Date(
        string="Overdue Since",
        readonly=True,
        copy=False,
        groups=MONEY_GROUP,
        help="Due date of the oldest invoice that is not paid.",
        protected=True,
    )
    client_payment_habit = fields.Integer(
        string="Usually Late by (days)",
        aggregator=None,
        readonly=True,
        copy=False,
        groups=MONEY_GROUP,
        help="The client's payment habit: median days between due date and payment of its last 10 "
        "paid invoices; negative when it pays early. Unknown with fewer than 3.",
        protected=True,
    )
    client_payment_habit_known = fields.Boolean(
        string="Payment Habit Known",
        readonly=True,
        copy=False,
        groups=MONEY_GROUP,
        protected=True,
    )
    client_payment_expected = fields.Date(
        string="Payment Expected",
        readonly=True,
        copy=False,
        groups=MONEY_GROUP,
        help="Expected payment date of the oldest overdue invoice, by the client's payment habit.",
        protected=True,
    )
    client_days_over_habit = fields.Integer(
        string="Later than Usual by (days)",
        compute="_compute_client_days_over_habit",
        groups=MONEY_GROUP,
        help="Days that the oldest overdue invoice is later than the client's payment habit; "
        "negative when it is not yet later. Unknown without a habit.",
    )
    client_to_invoice = fields.Monetary(
        string="Not Yet Invoiced",
        currency_field="client_currency_id",
        readonly=True,
        copy=False,
        groups=MONEY_GROUP,
        help="What Odoo would invoice today on confirmed orders, net of tax and of down "
        "payments. Never part of revenue or margin.",
        protected=True,
    )
    client_profitability_error = fields.Text(related="company_id.client_profitability_error")
    scenario_ids = fields.One2many(
        "client.scenario", "relationship_id", string="Saved Scenarios", groups=MONEY_GROUP
    )

    @api.depends("client_payment_expected")
    def _compute_client_days_over_habit(self):
        for relationship in self:
            today = get_today(relationship.company_id or self.env.company)
            expected = relationship.client_payment_expected
            relationship.client_days_over_habit = (today - expected).days if expected else 0

    @api.depends("client_margin_rate", "client_margin_state")
    def _compute_client_target_gap(self):
        limits = {company: company._get_margin_limits() for company in self.mapped("company_id")}
        for relationship in self:
            known = relationship.client_margin_state == margin.KNOWN
            relationship.client_target_gap = (
                relationship.client_margin_rate - limits[relationship.company_id].target
                if known
                else 0
            )

    def _compute_client_is_top(self):
        top = set(self._get_top_ids())
        for relationship in self:
            relationship.client_is_top = relationship._origin.id in top

    @api.model
    def _search_client_is_top(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("id", "in", self._get_top_ids())]

    @api.model
    def _get_top_ids(self):
        """Return the ids of the largest clients of each company, of those that the user sees."""
        return [
            relationship_id
            for company in self.env.companies
            for relationship_id in self._search(
                [("company_id", "=", company.id), ("client_revenue", ">", 0)],
                order="client_revenue desc, id",
                limit=TOP_CLIENTS,
            )
        ]

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        is_list = view_type == "list"
        return (*key, *(is_list and self.env[name]._is_used() for name in OPTIONAL))

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "list":
            for name in OPTIONAL:
                self.env[name]._hide_unused(arch)
        return arch, view

    @api.model
    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Unknown is neither much nor little: it comes last, whichever way a figure is sorted."""
        if field_name in figures.FIGURES and not nulls.code:
            nulls = SQL("NULLS LAST")
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    # Who earns

    @api.model
    def get_pareto(self):
        """Return what the page *Margin over Hours* draws; see ``pareto.get_curve``.

        Of the clients of the current company that the user may see. ``unknown``: how many are left
        out, because their margin is not known.
        """
        self.browse().check_access("read")
        names = ("partner_id", "client_margin", "client_hours", "client_margin_band")
        domain = [
            ("company_id", "=", self.env.company.id),
            ("client_margin_state", "not in", (margin.EMPTY, False)),
        ]
        rows = self.search_read([*domain, ("client_margin_band", "!=", False)], names)
        by_id = {row["id"]: row for row in rows}
        curve = pareto.get_curve(
            [pareto.Client(row["id"], row["client_margin"], row["client_hours"]) for row in rows]
        )
        return {
            "currency_id": self.env.company.currency_id.id,
            "clients": [
                {
                    **point._asdict(),
                    "name": by_id[point.id]["partner_id"][1],
                    "band": by_id[point.id]["client_margin_band"],
                }
                for point in curve
            ],
            "summary": pareto.get_summary(curve)._asdict(),
            "unknown": self.search_count([*domain, ("client_margin_band", "=", False)]),
        }

    # Ledger

    @api.model_create_multi
    def create(self, vals_list):
        relationships = super().create(vals_list)
        relationships._sync_ledger()
        return relationships

    def write(self, vals):
        result = super().write(vals)
        if not {"partner_id", "company_id"}.isdisjoint(vals):
            self._sync_ledger()
        return result

    @api.model
    def _get_ledger_field(self):
        return "relationship_id"

    def _sync_ledger(self):
        """Give the relationships the rows of the ledger that are theirs, and their figures."""
        Ledger = self.env["client.profitability"]
        Ledger._link_relationships(self)
        for company, relationships in self.grouped("company_id").items():
            Ledger._refresh_figures(company, relationships.partner_id)

    def action_rebuild_profitability(self):
        """Read the documents of these clients again, now instead of tonight."""
        self.check_access("read")
        Ledger = self.env["client.profitability"]
        Ledger.check_access("read")
        for company, relationships in self.grouped("company_id").items():
            Ledger._rebuild(company, relationships.partner_id)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Done: the money of %s is that of its documents and timesheets now.",
                    ", ".join(self.mapped("partner_id.display_name")[:3]),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # Scenarios

    def action_simulate(self):
        """Open the wizard that asks what if."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_scenario_simulation_action"
        )
        return dict(action, context={"default_relationship_id": self.id})

    def _get_scenario_figures(self, change):
        """Return the answer to a ``scenario.Change`` as plain values; see client.scenario.mixin."""
        sums = self._get_scenario_sums()
        company_rate = self._get_company_rate() if change.leaves else None
        limits = self.company_id._get_margin_limits()
        return {
            "today": list(scenario.get_outcome(sums)),
            "then": list(scenario.get_outcome(sums, change)),
            "departure": list(scenario.get_departure(sums, company_rate))
            if change.leaves
            else None,
            "target": limits.target,
            "break_even": limits.break_even,
            "company_rate": company_rate,
            "revenue_share": self.client_revenue_share,
        }

    def _get_scenario_sums(self):
        """Return the figures of the last 12 full months, as on the page, for users who may see
        them."""
        self.ensure_one()
        # asked on purpose: what another user has read is in the cache already
        self.check_access("read")
        return margin.Sums(*(self[f"client_{name}"] for name in SUMS))

    def _get_company_rate(self):
        """Return what an hour brings in on average over all clients of the company, or None.

        Unpaid hours are among them: of the hours that a client frees, some will go
        the same way.
        """
        start, end = get_closed_months(self.company_id, get_today(self.company_id))
        # sudo: one average of the whole company, for users who may see the money of one client;
        # the share of revenue on the relationship already shows as much
        ledger = self.env["client.profitability"].sudo()
        [sums] = ledger._read_group(
            [("company_id", "=", self.company_id.id), ("date", ">=", start), ("date", "<", end)],
            [],
            [f"{name}:sum" for name in SUMS],
        )
        return margin.get_effective_rate(margin.Sums(*(value or 0.0 for value in sums)))
