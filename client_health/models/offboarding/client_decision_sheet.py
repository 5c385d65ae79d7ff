from odoo import api, fields, models

from ...engine.clock import get_closed_months
from ...engine.decision import balance, departure
from ...engine.decision.money import read_sums
from ...engine.decision.readings import read_balance
from ...engine.health.snapshots import pack, unpack
from ...engine.profitability import margin, scenario
from ...engine.reading import Reading

# Lines whose documents are the ledger itself
LEDGER_LINES = frozenset(("margin_rate", "loss_probability", "rate_vs_average", "growth"))
SCENARIO_ROWS = (
    "revenue",
    "cost",
    "margin",
    "margin_after_overhead",
    "margin_rate",
    "hours",
    "effective_rate",
)
BAND_TONES = {
    margin.LOSS: "against",
    margin.BREAK_EVEN: "against",
    margin.BELOW_TARGET: "even",
    margin.PROFIT: "for",
}


class ClientDecisionSheet(models.Model):
    """The decision sheet: what each side gives, and what follows from keeping, raising or leaving.

    ``_read_figures`` returns plain values; ``sheet`` puts them into words for the widget
    ``client_decision_sheet``. Figures are read for many clients at once, as superuser: the caller
    makes sure that the user may see the client and its money. Records that the reader may not open
    are left out of the words.
    """

    _name = "client.decision"
    _inherit = ["client.decision", "client.figure.format.mixin"]

    currency_id = fields.Many2one(related="company_id.currency_id")
    sheet = fields.Json(compute="_compute_sheet")

    # Figures

    @api.depends("state")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_sheet(self):
        found = self._get_figures()
        for record in self:
            record.sheet = record._prepare_sheet(found[record.id])

    @api.model
    def _read_figures(self, relationships, as_of):
        """Return {relationship id: figures}, plain values that can be kept as JSON.

        ``readings``: as packed for snapshots; ``us``, ``them``: fields of ``balance.Side``;
        ``signs``: reasons of the finding; ``sums``: of ``margin.Sums``; ``departure``: of
        ``departure.Consequences``; ``revenue_share``: percent; what is None is unknown.
        """
        found = {}
        # sudo: figures of clients that the caller has been checked for; see the class
        for company, group in relationships.sudo().grouped("company_id").items():
            found.update(self._read_company_figures(company, group.with_company(company), as_of))
        return found

    @api.model
    def _read_company_figures(self, company, relationships, as_of):
        env = relationships.env
        readings = read_balance(env, relationships, as_of)
        sums, total = read_sums(env, relationships, as_of)
        hours_per_unit = env["client.profitability"]._get_hours_per_unit()
        departures = departure.read(env, relationships, as_of, hours_per_unit)
        limits = company._get_margin_limits()
        figures = {}
        for rel in relationships:
            own = sums.get(rel.id, margin.Sums())
            result = balance.get_balance(readings[rel.id], limits.target)
            figures[rel.id] = {
                "as_of": as_of.isoformat(),
                "target": limits.target,
                "break_even": limits.break_even,
                "company_rate": margin.get_effective_rate(total),
                "revenue_share": 100 * own.revenue / total.revenue if total.revenue > 0 else None,
                "sums": list(own),
                "readings": pack(readings[rel.id]),
                "us": list(result.us),
                "them": list(result.them),
                "signs": balance.get_signs(readings[rel.id], result.us),
                "departure": departures[rel.id]._asdict(),
            }
        return figures

    # What each side gives

    def _prepare_sheet(self, figures):
        self.ensure_one()
        result = balance.Balance(balance.Side(*figures["us"]), balance.Side(*figures["them"]))
        readings = unpack(figures["readings"])
        as_of = fields.Date.to_date(figures["as_of"])
        start, end = get_closed_months(self.relationship_id.company_id, as_of)
        return {
            "relationship_id": self.relationship_id.id,
            "period": self._get_period(start, end),
            "quadrant": {
                "code": result.quadrant,
                "us": result.us.points,
                "them": result.them.points,
                **self._get_quadrant_words(result),
            },
            "finding": [self._get_sign_words(sign, readings) for sign in figures["signs"]],
            "sides": [
                self._prepare_side(name, side, readings, figures)
                for name, side in zip(balance.SIDES, result, strict=True)
            ],
            "facts": self._prepare_facts(figures),
            "promises": self._prepare_promises(figures),
            "people": self._prepare_people(figures),
            "referred": self._prepare_referred(figures),
            "scenarios": self._prepare_scenarios(figures),
        }

    def _prepare_side(self, name, side, readings, figures):
        labels = self._get_line_labels()
        measures = {
            measure.code: measure for measure in balance.get_measures(name, figures["target"])
        }
        return {
            "code": name,
            "title": self._get_side_title(name),
            "points": side.points,
            "lines": [
                {
                    "code": code,
                    "label": labels[code],
                    "value": self._get_line_words(code, readings[code], figures),
                    "tone": self._get_line_tone(measure, side.lines[code], figures),
                    "sources": self._get_line_sources(code, readings[code]),
                }
                for code, measure in measures.items()
                if code in side.lines
            ],
            "unknown": [labels[code] for code in measures if code not in side.lines],
        }

    def _get_line_tone(self, measure, points, figures):
        """Return for, even or against: of the margin by its limits, as everywhere."""
        band = measure.code == "margin_rate" and margin.get_band(
            margin.Sums(*figures["sums"]), self._get_limits(figures)
        )
        return BAND_TONES.get(band) or balance.get_tone(points, balance.is_fault(measure))

    def _get_limits(self, figures):
        return margin.Limits(figures["break_even"], figures["target"])

    def _get_line_sources(self, code, reading):
        if code in LEDGER_LINES:
            return [self._get_ledger_source()]
        return self.env["client.health.explanation"]._get_sources(self.relationship_id, reading)

    def _get_ledger_source(self):
        return {
            "label": self.env._("Profitability"),
            "model": "client.relationship",
            "method": "action_view_profitability",
            "ids": self.relationship_id.ids,
        }

    def _get_sources(self, model, ids):
        """Return what the reader may open of some records."""
        reading = Reading(detail={"records": {model: ids}})
        return self.env["client.health.explanation"]._get_sources(self.relationship_id, reading)

    # What follows if the client leaves

    def _prepare_facts(self, figures):
        """Return the lines of "if they leave": what is lost, saved, freed and still owed."""
        return self._prepare_year_facts(figures) + self._prepare_open_facts(figures)

    def _prepare_year_facts(self, figures):
        sums = margin.Sums(*figures["sums"])
        departure = scenario.get_departure(sums, figures["company_rate"])
        ledger = [self._get_ledger_source()]
        return [
            self._fact(
                self.env._("Income lost"),
                self._money(departure.income_lost),
                self.env._("%s of all revenue", self._percent(figures["revenue_share"])),
                ledger,
            ),
            self._fact(
                self.env._("Cost saved"),
                self._money(departure.cost_saved),
                self.env._("if these hours are no longer paid"),
                ledger,
            ),
            self._fact(
                self.env._("Hours freed"),
                self._hours(departure.hours_freed),
                self.env._("They earn %s here", self._money(departure.fees_lost)),
                ledger,
            ),
            self._fact(
                self.env._("Earned elsewhere"),
                self._money(departure.earned_elsewhere),
                self._get_elsewhere_hint(departure, figures),
            ),
        ]

    def _prepare_open_facts(self, figures):
        left = departure.Consequences(**figures["departure"])
        return [
            self._fact(
                self.env._("They still owe us"),
                self._money(left.receivable),
                "",
                self._get_sources("account.move", left.records["receivable"]),
            ),
            self._fact(
                self.env._("Not invoiced yet"),
                self._money(left.to_invoice),
                self._get_unbilled_hint(left),
                [
                    *self._get_sources("sale.order", left.records["to_invoice"]),
                    *self._get_sources("account.analytic.line", left.records["hours_to_invoice"]),
                    *self._get_sources("account.move", left.records["drafts"]),
                ],
            ),
        ]

    def _fact(self, label, value, hint="", sources=()):
        return {"label": label, "value": value, "hint": hint, "sources": list(sources)}

    def _prepare_promises(self, figures):
        promises = figures["departure"]["promises"]
        labels = self._get_promise_labels()
        return [
            {
                "label": labels[model],
                "value": str(len(promises[model])),
                "sources": self._get_sources(model, promises[model]),
            }
            for model in departure.PROMISES
            if model in promises
        ]

    def _prepare_people(self, figures):
        return [
            {"name": name, "hours": self._hours(hours)}
            for name, hours in figures["departure"]["people"]
        ]

    def _prepare_referred(self, figures):
        """Name the clients that the reader may see, and say that there are others."""
        revenue = dict(figures["departure"]["referred"])
        visible = (
            self.env["client.relationship"]
            .with_context(active_test=False)
            .search([("id", "in", list(revenue))])
            .sorted(lambda rel: -revenue[rel.id])
        )
        return {
            "lines": [
                {
                    "label": rel.partner_id.display_name,
                    "value": self._money(revenue[rel.id]),
                    "sources": self._get_sources("client.relationship", rel.ids),
                }
                for rel in visible
            ],
            "total": self._money(sum(revenue[rel.id] for rel in visible)),
            "hidden": len(revenue) - len(visible),
        }

    # Options side by side

    def _prepare_scenarios(self, figures):
        """Return what can be done, side by side: a column each, today's the first."""
        sums = margin.Sums(*figures["sums"])
        columns = [
            (kind, scenario.get_outcome(sums, change))
            for kind, change in departure.get_scenarios(sums, figures["target"])
        ]
        words = self._get_scenario_words(figures, sums)
        limits = self._get_limits(figures)
        forms = {"hours": self._hours, "margin_rate": self._percent}
        forms["effective_rate"] = self._per_hour
        return {
            "columns": [words[kind] for kind, _outcome in columns],
            "rows": [
                {
                    "code": name,
                    "label": self._get_row_labels()[name],
                    "values": [
                        {
                            "text": self._get_outcome_text(outcome, name, forms),
                            "band": name in ("margin", "margin_rate") and outcome.get_band(limits),
                        }
                        for _kind, outcome in columns
                    ],
                }
                for name in SCENARIO_ROWS
                if name != "margin_after_overhead" or sums.overhead
            ],
        }

    def _get_outcome_text(self, outcome, name, forms):
        value = getattr(outcome, name)
        none = name in ("margin_rate", "effective_rate") and outcome.margin is not None
        return forms.get(name, self._money)(value, missing="–" if none else None)
