from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..const import MONEY_GROUP, USER_GROUP
from ..engine.clock import get_closed_months, get_day, get_today
from ..engine.correspondence import waiting

ACTIONS = {
    "kpi_client_red": "client_health.client_relationship_action",
    "kpi_client_waiting": "client_health.client_waiting_open_action",
    "kpi_client_promise_kept": "client_health.client_update_action",
    "kpi_client_promise_late": "client_health.client_update_action",
    "kpi_client_margin": "client_health.client_profitability_action",
}


class DigestDigest(models.Model):
    """Adds to Odoo's digest how the clients stand, as each recipient may read it.

    Odoo leaves a figure out of a mail when reading it raises an AccessError: so do we where a
    recipient may not see it, and where it is not known, which is no zero.
    """

    _inherit = "digest.digest"

    kpi_client_red = fields.Boolean(
        "Clients in Red", help="Clients whose health is red at the end of the period."
    )
    kpi_client_red_value = fields.Integer(
        compute="_compute_kpi_client_red_value", groups=USER_GROUP
    )
    kpi_client_waiting = fields.Boolean(
        "Clients Waiting for an Answer",
        help="Clients who wait for an answer at the end of the period.",
    )
    kpi_client_waiting_value = fields.Integer(
        compute="_compute_kpi_client_waiting_value", groups=USER_GROUP
    )
    kpi_client_promise_kept = fields.Boolean(
        "Promised Updates Kept", help="Updates sent on the day promised for them, or before."
    )
    kpi_client_promise_kept_value = fields.Integer(
        compute="_compute_kpi_client_promise_kept_value", groups=USER_GROUP
    )
    kpi_client_promise_late = fields.Boolean(
        "Promised Updates Late", help="Updates sent after the day promised for them, or not yet."
    )
    kpi_client_promise_late_value = fields.Integer(
        compute="_compute_kpi_client_promise_late_value", groups=USER_GROUP
    )
    kpi_client_margin = fields.Boolean(
        "Margin of 12 Full Months",
        help="Margin of all clients over the last 12 full months. Only recipients who may see "
        "profitability get it.",
    )
    kpi_client_margin_value = fields.Monetary(
        compute="_compute_kpi_client_margin_value", groups=MONEY_GROUP
    )

    def _compute_kpi_client_red_value(self):
        self._compute_client_kpi("kpi_client_red_value", self._count_red)

    def _compute_kpi_client_waiting_value(self):
        self._compute_client_kpi("kpi_client_waiting_value", self._count_waiting)

    def _compute_kpi_client_promise_kept_value(self):
        self._compute_client_kpi("kpi_client_promise_kept_value", self._count_kept)

    def _compute_kpi_client_promise_late_value(self):
        self._compute_client_kpi("kpi_client_promise_late_value", self._count_late)

    def _compute_kpi_client_margin_value(self):
        if not self.env.user.has_group(MONEY_GROUP):
            raise self._get_left_out()
        self._compute_client_kpi("kpi_client_margin_value", self._sum_margin)

    def _compute_client_kpi(self, fname, compute):
        """Fill a figure; ``compute(company, start, end)`` gets moments, naive in UTC."""
        start, end, _companies = self._get_kpi_compute_parameters()
        end = fields.Datetime.to_datetime(end) or fields.Datetime.now()
        start = fields.Datetime.to_datetime(start) or fields.Datetime.subtract(end, days=1)
        user = self.env.user
        for company, digests in self.grouped(lambda one: one.company_id or one.env.company).items():
            if not user.has_group(USER_GROUP) or company not in user.company_ids:
                raise self._get_left_out()
            digests[fname] = compute(company, start, end)

    def _get_left_out(self):
        return AccessError(self.env._("This figure is left out of the digest of this user."))

    def _get_clients(self, company):
        """Return the clients of a company, for its users alone."""
        clients = self.env["client.relationship"].with_context(allowed_company_ids=company.ids)
        return clients.search([("company_id", "=", company.id), ("phase", "!=", "ended")])

    def _count_red(self, company, start, end):
        """Today as on the board, where overrides count; before, as the nights computed it."""
        clients, day = self._get_clients(company), get_day(company, end)
        if day >= get_today(company):
            has_money = self.env.user.has_group(MONEY_GROUP)
            fname = "health_band" if has_money else "health_band_shared"
            return len(clients.filtered_domain([(fname, "=", "risk")]))
        scores = clients.env["client.health.snapshot"]._get_scores(clients, day)
        return sum(row["band"] == "risk" for row in scores.values())

    def _count_waiting(self, company, start, end):
        clients = self._get_clients(company)
        return sum(map(bool, waiting.read_waiting(clients.env, clients, end).values()))

    def _count_kept(self, company, start, end):
        return self._count_promises(company, start, end, Domain("promise", "=", "kept"))

    def _count_late(self, company, start, end):
        """What was promised for today may still be kept."""
        is_late = Domain("promise", "in", ("late", "open"))
        return self._count_promises(company, start, end, is_late)

    def _count_promises(self, company, start, end, domain):
        """Of the days of a period that are over."""
        over = min(get_day(company, end), get_today(company))
        updates = self.env["client.update"].with_context(allowed_company_ids=company.ids)
        return updates.search_count(
            domain
            & Domain("company_id", "=", company.id)
            & Domain("kind", "=", "status")
            & Domain("promised_date", ">=", get_day(company, start))
            & Domain("promised_date", "<", over)
        )

    def _sum_margin(self, company, start, end):
        first, after = get_closed_months(company, get_day(company, end))
        ledger = self.env["client.profitability"].with_context(allowed_company_ids=company.ids)
        [(margin,)] = ledger._read_group(
            [("company_id", "=", company.id), ("date", ">=", first), ("date", "<", after)],
            [],
            ["margin:sum"],
        )
        if margin is False or margin is None:
            raise self._get_left_out()
        return margin

    def _compute_kpis_actions(self, company, user):
        menu = self.env.ref("client_health.menu_client_health_root")
        return {
            **super()._compute_kpis_actions(company, user),
            **{kpi: f"{action}?menu_id={menu.id}" for kpi, action in ACTIONS.items()},
        }
