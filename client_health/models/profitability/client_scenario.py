from odoo import api, fields, models

from ...engine.clock import get_today
from ...engine.profitability import margin, scenario
from .client_profitability_mixin import BAND_CLASSES

LEAVE = "leave"
# The fields of the question, apart from whose it is
QUESTION = ("kind", "rate_mode", "rate_percent", "rate", "hours", "hours_mode", "discount")
# Beyond any business, and before the numbers stop being exact.
LARGEST = 10**12


class ClientScenarioMixin(models.AbstractModel):
    """A question "what if" about one client, and the answer beside the figures of today.

    The question is in the fields, the answer in ``_get_figures``: the wizard computes it while the
    user types, a saved scenario returns the one of its day. The arithmetic is in
    ``engine/profitability/scenario.py``.
    """

    _name = "client.scenario.mixin"
    _description = "What if the Terms of a Client Change"
    _inherit = ["client.figure.format.mixin"]

    company_id = fields.Many2one(related="relationship_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    relationship_id = fields.Many2one("client.relationship", string="Client")
    kind = fields.Selection(
        [("terms", "Other terms"), (LEAVE, "The client leaves")],
        string="What if",
        default="terms",
        required=True,
    )
    rate_mode = fields.Selection(
        [("percent", "By percent"), ("amount", "To a new rate")],
        string="Change the Rate",
        default="percent",
        required=True,
    )
    rate_percent = fields.Float(
        string="Rate Change (%)",
        digits=(16, 2),
        help="Change of the income per hour; 10 is 10 % more.",
    )
    rate = fields.Monetary(
        string="New Rate",
        help="New income per hour, without other cost, before the discount below.",
    )
    hours = fields.Float(help="Hours of work in twelve months. Labour cost follows them.")
    hours_mode = fields.Selection(
        [("fixed", "The fee stays the same"), ("hourly", "The fee follows the hours")],
        string="Other Hours",
        default="fixed",
        required=True,
        help="Whether the client pays a fixed fee or by the hour.",
    )
    discount = fields.Float(
        string="Discount (%)",
        digits=(16, 2),
        help="In addition to discounts already given, on everything that is invoiced.",
    )
    problem = fields.Char(compute="_compute_comparison")
    terms = fields.Char(compute="_compute_terms")
    result = fields.Char(string="Margin", compute="_compute_comparison")
    # Not sanitised: it is made of our own template, which escapes every value.
    comparison = fields.Html(compute="_compute_comparison", sanitize=False)

    @api.depends(*QUESTION)
    def _compute_terms(self):
        for record in self:
            record.terms = record._get_terms()

    @api.depends(*QUESTION)
    def _compute_comparison(self):
        for record in self:
            figures = record._get_figures()
            today = scenario.Outcome(*figures["today"])
            then = scenario.Outcome(*figures["then"])
            record.problem = record._get_problem(today, then)
            record.result = record.comparison = False
            if not record.problem:
                record.result = f"{record._money(today.margin)} → {record._money(then.margin)}"
                record.comparison = self.env["ir.qweb"]._render(
                    "client_health.client_scenario_comparison",
                    record._prepare_comparison(today, then, figures),
                )

    # Question and answer

    def _get_figures(self):
        """Return the answer as plain values, as they can be kept as JSON.

        ``today``, ``then``: values of ``scenario.Outcome``; ``departure``: of
        ``scenario.Departure``, or None; ``target``, ``break_even``: limits of the margin in
        percent; ``company_rate``: average effective rate or None; ``revenue_share``: percent.
        """
        raise NotImplementedError

    def _get_change(self):
        """Return the question as a ``scenario.Change``."""
        if self.kind == LEAVE:
            return scenario.LEAVE
        by_amount = self.rate_mode == "amount"
        return scenario.Change(
            rate_percent=0.0 if by_amount else self.rate_percent,
            rate=self.rate if by_amount else None,
            hours=self.hours,
            by_hour=self.hours_mode == "hourly",
            discount=self.discount,
        )

    def _get_problem(self, today, then):
        """Return why there is no answer, in a sentence, or False."""
        if today.cost is None and today.revenue == today.hours == 0:
            return self.env._(
                "No invoice, cost or hour in the last 12 full months: nothing to compare with."
            )
        if self.kind == LEAVE:
            return False
        if not -100 <= self.rate_percent < LARGEST:
            return self.env._("A rate cannot fall by more than 100 %.")
        if not 0 <= self.discount <= 100:
            return self.env._("A discount must be between 0 and 100 %.")
        if not (0 <= self.hours < LARGEST and 0 <= self.rate < LARGEST):
            return self.env._("Hours and rates cannot be negative.")
        return then.revenue is None and self._get_unknown_reason(today)

    def _get_unknown_reason(self, today):
        if self.rate_mode == "amount":
            return self.env._("Without hours there is no rate: please change it by percent.")
        if today.hours <= 0:
            return self.env._("Without hours today, the fee cannot follow the hours.")
        return self.env._(
            "The income per hour is negative today, so a percentage does not help. Please enter a "
            "new rate."
        )

    def _get_terms(self):
        """Return the question in a few words: "Rate +10.0 %, 180.0 h, fixed fee"."""
        if self.kind == LEAVE:
            return self.env._("The client leaves")
        terms = []
        if self.rate_mode == "amount":
            terms.append(self.env._("Rate %s", self._per_hour(self.rate)))
        elif self.rate_percent:
            terms.append(self.env._("Rate %s", self._percent(self.rate_percent, sign=True)))
        if self.hours != self._get_hours_today():
            fee = self.env._("by the hour"), self.env._("fixed fee")
            terms.append(f"{self._hours(self.hours)}, {fee[self.hours_mode == 'fixed']}")
        if self.discount:
            terms.append(self.env._("%s discount", self._percent(self.discount)))
        return ", ".join(terms) or self.env._("As today")

    def _get_hours_today(self):
        return scenario.Outcome(*self._get_figures()["today"]).hours

    # Comparison, as text

    def _prepare_comparison(self, today, then, figures):
        """Return the values of the template: everything as text."""
        target = figures["target"]
        return {
            "leaves": self.kind == LEAVE,
            "rows": [
                {
                    "hint": self._get_hint(name, figures),
                    "label": label,
                    **self._prepare_row(name, form, today, then, figures),
                }
                for name, label, form in self._get_rows()
                if name != "margin_after_overhead" or today.overhead
            ],
            "marks": [
                self._prepare_mark(self.env._("Breaks even at"), 0, today, then),
                self._prepare_mark(
                    self.env._("Reaches %s margin at", self._percent(target)), target, today, then
                ),
            ],
            "unknown_cost": today.cost is None,
            "departure": figures["departure"] and self._prepare_departure(figures),
        }

    def _get_rows(self):
        """Return (name in ``scenario.Outcome``, label, how it is written) of each row."""
        return (
            ("revenue", self.env._("Revenue"), self._money),
            ("cost", self.env._("Cost"), self._money),
            ("margin", self.env._("Margin"), self._money),
            ("margin_after_overhead", self.env._("Margin after overhead"), self._money),
            ("margin_rate", self.env._("Margin (%)"), self._percent),
            ("hours", self.env._("Hours"), self._hours),
            ("effective_rate", self.env._("Effective hourly rate"), self._per_hour),
        )

    def _get_hint(self, name, figures):
        """Return what a figure means when the client leaves."""
        if self.kind != LEAVE:
            return ""
        share = self._percent(figures["revenue_share"])
        hints = {
            "revenue": self.env._("Income lost, %s of all revenue", share),
            "cost": self.env._("Saved, if the hours are no longer paid"),
            "hours": self.env._("Freed"),
        }
        return hints.get(name, "")

    def _prepare_row(self, name, form, today, then, figures):
        before, after = getattr(today, name), getattr(then, name)
        known = None not in (before, after)
        change = self._points if name == "margin_rate" else form
        limits = margin.Limits(figures["break_even"], figures["target"])
        coloured = name in ("margin", "margin_rate")
        return {
            "today": form(before, missing=self._get_missing(today, name)),
            "then": form(after, missing=self._get_missing(then, name)),
            "difference": change(after - before, sign=True) if known and after != before else "",
            "worse": known and name == "margin" and after < before,
            "today_class": BAND_CLASSES.get(coloured and today.get_band(limits), ""),
            "then_class": BAND_CLASSES.get(coloured and then.get_band(limits), ""),
        }

    def _prepare_mark(self, label, margin_rate, today, then):
        """Return the rate at which a margin is reached, and how far today's is from it."""
        rate = scenario.get_rate_for(today, margin_rate)
        rise = scenario.get_raise(today, rate)
        return {
            "label": label,
            "today": self._per_hour(rate, missing=self._get_missing(today)),
            "then": self._per_hour(
                scenario.get_rate_for(then, margin_rate), missing=self._get_missing(then)
            ),
            "raise": "" if rise is None else self._percent(rise, sign=True),
        }

    def _get_missing(self, outcome, name=""):
        """Return the word for a figure that is not there: unknown, or none at all.

        Without hours there is no hourly rate, and without revenue no part of it: nothing to know.
        """
        unknown = outcome.revenue is None if name == "effective_rate" else outcome.margin is None
        return self.env._("unknown") if unknown else "–"

    def _prepare_departure(self, figures):
        departure = scenario.Departure(*figures["departure"])
        return {
            "fees_lost": self._money(departure.fees_lost),
            "company_rate": self._per_hour(figures["company_rate"]),
            "earned_elsewhere": self._money(departure.earned_elsewhere),
            "difference": self._money(departure.difference, sign=True),
            "share_to_sell": self._percent(departure.share_to_sell),
            "enough": departure.share_to_sell is None or departure.share_to_sell <= 100,
        }


class ClientScenario(models.Model):
    """A saved scenario: the question, and the figures of that day.

    For users who may see money; without discussion and activities, so that no figure gets into a
    mail. No figure is typed in: the wizard stores what it has computed itself.
    """

    _name = "client.scenario"
    _description = "Saved Scenario"
    _inherit = ["client.record.mixin", "client.protected.mixin", "client.scenario.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _opened_from = "relationship_id"

    relationship_id = fields.Many2one(protected=True)
    kind = fields.Selection(protected=True)
    rate_mode = fields.Selection(protected=True)
    rate_percent = fields.Float(protected=True)
    rate = fields.Monetary(protected=True)
    hours = fields.Float(protected=True)
    hours_mode = fields.Selection(protected=True)
    discount = fields.Float(protected=True)
    name = fields.Char(string="Scenario", required=True)
    date = fields.Date(
        string="Made On",
        required=True,
        default=lambda self: get_today(self.env.company),
        help="The figures are those of the 12 full months before this day, as known then.",
        protected=True,
    )
    create_uid = fields.Many2one("res.users", string="Made By")
    note = fields.Text(string="Conclusion")
    figures = fields.Json(protected=True)

    def _get_figures(self):
        return self.figures
