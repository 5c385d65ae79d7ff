from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from ...const import MANAGER_GROUP, MONEY_GROUP
from ...engine.health import scoring, sentences, snapshots
from ...engine.reading import MOST_RECORDS
from .client_health_run import DIMENSION_MONEY

LAST = 0
PERIODS = (LAST, 30, 90)
# How many measures are named as reasons.
STRONGEST = 2
MONEY = frozenset((DIMENSION_MONEY,))


class Day(NamedTuple):
    """A snapshot with its readings of both columns; None: they are no longer stored."""

    date: object
    score: float | None
    coverage: float
    points: dict
    readings: dict | None


class ClientHealthExplanation(models.AbstractModel):
    """Explains a score, row by row: what it is made of, the records behind it, and why it changed.

    The caller has checked that the user may read the clients. Users without access to money get the
    points of that dimension and nothing else: not its measures, values or sources.
    """

    _name = "client.health.explanation"
    _description = "Explanation of the Score"

    # What the popover shows

    @api.model
    def _get_explanation(self, relationship):
        """Return all that the popover shows of one client, as plain JSON."""
        self = self.with_company(relationship.company_id)  # each records measures of its own
        day = self._read_days(relationship, None).get(relationship.id)
        hidden = self._get_hidden()
        return {
            "name": relationship.display_name,
            "score": relationship.health_known and scoring.get_shown(relationship.health_score),
            "known": relationship.health_known,
            "provisional": relationship.health_provisional,
            "band": relationship.health_band,
            "limits": {
                "healthy": relationship.company_id.client_health_healthy,
                "risk": relationship.company_id.client_health_risk,
            },
            "trend": relationship.health_direction and scoring.get_shown(relationship.health_trend),
            "coverage": day and scoring.get_shown(day.coverage),
            "coverage_lost": scoring.get_shown(relationship.health_coverage_lost),
            "date": day and format_date(self.env, day.date),
            "override": self._get_override(relationship),
            "dimensions": self._get_dimensions(relationship, day, hidden) if day else [],
            "changes": self._get_periods(relationship, hidden) if day else [],
        }

    def _get_override(self, relationship):
        override = relationship.health_override_id
        if not override:
            return False
        return {
            "band": override._get_band_name(),
            "reason": override.reason,
            "user": override.user_id.display_name,
            "until": format_date(self.env, override.date_end),
        }

    def _get_dimensions(self, relationship, day, hidden):
        measures = self.env["client.health.measure"]._get_measures()
        result = scoring.get_score(measures, day.readings or {})
        weights = scoring.get_weights(measures, result.points)
        records = self._get_records()
        rows = []
        for dimension in self.env["client.health.dimension"].search([("code", "!=", False)]):
            own = [m for m in measures if m.dimension == dimension.code]
            if not own:
                continue
            points = result.dimensions.get(dimension.code)
            shown = [] if dimension.code in hidden else own
            rows.append(
                {
                    "code": dimension.code,
                    "name": dimension.name,
                    "points": None if points is None else scoring.get_shown(points),
                    "weight": scoring.round_half_up(100 * sum(weights[m.code] for m in own)),
                    "hidden": dimension.code in hidden,
                    "measures": [
                        self._get_measure(
                            relationship, records[m.code], (day.readings or {}).get(m.code),
                            result.points.get(m.code), weights[m.code],
                        )
                        for m in shown
                    ],
                }
            )  # fmt: skip
        return rows

    def _get_measure(self, relationship, measure, reading, points, weight):
        error = measure.error and self.env.user.has_group(MANAGER_GROUP)
        return {
            "code": measure.code,
            "name": measure.name,
            "help": measure.description or "",
            "value": reading and self._get_value_text(measure, reading.value),
            "points": None if points is None else scoring.get_shown(points),
            "weight": scoring.round_half_up(100 * weight),
            "date": reading and reading.date and format_date(self.env, reading.date),
            "sources": self._get_sources(relationship, reading),
            "error": measure.error if error else False,
            "stale": self._get_stale(reading),
            "fed": measure.is_fed,
        }

    def _get_stale(self, reading):
        """Return since when a reading is not read again, because its measure is broken."""
        since = reading and (reading.detail or {}).get(snapshots.STALE)
        return bool(since) and format_date(self.env, since)

    def _get_periods(self, relationship, hidden):
        labels = {
            LAST: self.env._("Since the last score"),
            30: self.env._("Within 30 days"),
            90: self.env._("Within 90 days"),
        }
        new = self._read_days(relationship, None)[relationship.id]
        periods = []
        for days in PERIODS:
            old = self._read_days(relationship, days).get(relationship.id)
            if not old:
                continue
            lines = self._get_changes(relationship, days, hidden)[relationship.id]
            periods.append(
                {
                    "label": labels[days],
                    "date": format_date(self.env, old.date),
                    "old": None if old.score is None else scoring.get_shown(old.score),
                    "new": None if new.score is None else scoring.get_shown(new.score),
                    "sentences": lines or [],
                    "known": lines is not None,
                }
            )
        return periods

    # Reasons and changes, in words

    @api.model
    def _get_reasons(self, relationships, hidden=None):
        """Return {relationship id: the words of what costs most points, the strongest first}."""
        days = self._read_days(relationships, None)
        measures = self.env["client.health.measure"]._get_measures()
        records = self._get_records()
        hidden = self._get_hidden() if hidden is None else hidden
        return {
            relationship_id: self._get_day_reasons(day, measures, records, hidden)
            for relationship_id, day in days.items()
        }

    def _get_day_reasons(self, day, measures, records, hidden):
        costs = {}
        result = scoring.get_score(measures, day.readings or {})
        weights = scoring.get_weights(measures, result.points)
        for measure in measures:
            cost = weights[measure.code] * (100 - result.points.get(measure.code, 100))
            hide = measure.dimension in hidden
            name = (measure.dimension, None) if hide else (measure.dimension, measure.code)
            costs[name] = costs.get(name, 0) + cost
        worst = sorted(costs.items(), key=lambda item: -item[1])[:STRONGEST]
        return [
            self.env._(
                "%(reason)s: −%(points)s",
                reason=self._get_value_text(records[code], day.readings[code].value, named=True),
                points=scoring.round_half_up(cost),
            )
            if code
            # no points: from these, the margin could be computed
            else self.env._("%s pulls it down", self._get_dimension_names()[dimension])
            for (dimension, code), cost in worst
            if cost >= 0.5
        ]

    @api.model
    def _get_changes(self, relationships, days, hidden=None):
        """Return {relationship id: [{"text", "points"}]}: what changed since then."""
        old, new = self._read_days(relationships, days), self._read_days(relationships, None)
        words = self._get_records(), self._get_dimension_names()
        hidden = self._get_hidden() if hidden is None else hidden
        found = {}
        for company, clients in relationships.grouped("company_id").items():
            measures = self.env["client.health.measure"].with_company(company)._get_measures()
            for key in clients._ids:
                if key in old and key in new:
                    found[key] = self._get_sentences(old[key], new[key], measures, words, hidden)
        return found

    def _get_sentences(self, old, new, measures, words, hidden):
        """Return the sentences from one day to another; None: it can't be known."""
        if None in (old.score, new.score, old.readings, new.readings):
            return None
        changes = sentences.get_changes(measures, old.readings, new.readings)
        return [
            {"text": self._get_sentence_text(sentence, *words), "points": sentence.points}
            for sentence in sentences.get_sentences(changes, old.score, new.score, hidden)
        ]

    @api.model
    def _get_sentence_text(self, sentence, records, dimensions):
        if sentence.kind == sentences.HIDDEN:
            return dimensions[sentence.dimension]
        if sentence.kind == sentences.SMALL:
            return self.env._("Smaller changes")
        if sentence.kind == sentences.SETTINGS:
            return self.env._("The settings of the score were changed")
        measure = records[sentence.code]
        old, new = (
            value is not None and self._get_value_text(measure, value)
            for value in (sentence.old, sentence.new)
        )
        if sentence.kind == sentences.KNOWN:
            return self.env._("%(name)s: %(new)s, known now", name=measure.name, new=new)
        if sentence.kind == sentences.LOST:
            return self.env._("%(name)s: no longer known, was %(old)s", name=measure.name, old=old)
        return self.env._("%(name)s: from %(old)s to %(new)s", name=measure.name, old=old, new=new)

    @api.model
    def _get_value_text(self, measure, value, named=False):
        """Return a reading in words: "45 days", or "Last contact: 45 days"."""
        number = formatLang(self.env, value, digits=0 if abs(value) >= 10 else 1)
        if float(value).is_integer():
            number = formatLang(self.env, value, digits=0)
        text = " ".join(filter(None, (number, measure.unit)))
        if not named:
            return text
        return self.env._("%(name)s: %(value)s", name=measure.name, value=text)

    # Snapshots and measures

    @api.model
    def _get_hidden(self):
        """Return the dimensions of which the user reads the points only."""
        return frozenset() if self.env.user.has_group(MONEY_GROUP) else MONEY

    @api.model
    def _read_days(self, relationships, days):
        """Return {relationship id: Day}, in one query; see ``snapshots.select_days``."""
        if not relationships:
            return {}
        self.env["client.health.snapshot"].flush_model()
        rows = self.env.execute_query(snapshots.select_days(relationships.ids, days))
        return {
            relationship_id: Day(
                date,
                score,
                coverage,
                points or {},
                None if readings is None else snapshots.unpack(readings) | snapshots.unpack(money),
            )
            for relationship_id, date, score, coverage, points, readings, money in rows
        }

    @api.model
    def _get_records(self):
        """Return {code: measure}, archived ones included: older snapshots hold them."""
        measures = self.env["client.health.measure"].search([("active", "in", [True, False])])
        return {measure.code: measure for measure in measures}

    @api.model
    def _get_dimension_names(self):
        return {
            dimension.code: dimension.name
            for dimension in self.env["client.health.dimension"].search([("code", "!=", False)])
        }

    # Records behind a reading

    def _get_sources(self, relationship, reading):
        """Return the records behind a reading, as far as the user may read them."""
        detail = (reading and reading.detail) or {}
        records = detail.get("records") or {}
        found = self._get_ledger(relationship, reading) if "start" in detail else []
        for model, ids in records.items():
            found += [
                {
                    "model": name,
                    "ids": own,
                    "domain": [("id", "in", own)],
                    "count": len(own),
                    # the reading names so many and no more
                    "more": len(ids) >= MOST_RECORDS,
                    "label": self.env["ir.model"]._get(name).name,
                }
                for name, own in self._get_readable(model, ids).items()
            ]
        return found

    def _get_readable(self, model, ids):
        """Return {model: ids} of what the user may open; of messages, their documents."""
        if model not in self.env or not self.env[model].has_access("read"):
            return {}
        readable = self.env[model].browse(ids).exists()._filtered_access("read")
        if not readable:
            return {}
        if model != "mail.message":
            return {model: readable.ids}
        return {
            document: [*dict.fromkeys(group.mapped("res_id"))]
            for document, group in readable.grouped("model").items()
            if document in self.env and self.env[document].has_access("read")
        }

    def _get_ledger(self, relationship, reading):
        """Return the months of the ledger that a reading sums up: too many to name each."""
        ledger = self.env["client.profitability"]
        if not ledger.has_access("read"):
            return []
        domain = [
            ("relationship_id", "=", relationship.id),
            ("date", ">=", reading.detail["start"]),
            ("date", "<=", fields.Date.to_string(reading.date)),
        ]
        return [
            {
                "model": ledger._name,
                "domain": domain,
                "count": ledger.search_count(domain),
                "more": False,
                "label": self.env["ir.model"]._get(ledger._name).name,
            }
        ]
