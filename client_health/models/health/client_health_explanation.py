from typing import NamedTuple

from odoo import api, fields, models

from ...const import MANAGER_GROUP, MONEY_GROUP
from ...engine.clock import get_today
from ...engine.figures import format_number
from ...engine.health import scoring, sentences, snapshots
from ...engine.reading import AGREED, DEFAULT, MOST_RECORDS, OWN
from ...tools import format_day

LAST = 0
PERIODS = (LAST, 30, 90)
# How many measures are named as reasons.
STRONGEST = 2
# What a sign has to cost, in parts of a cause, to be named before it. Rule of thumb.
OF_SIGNS = 1 / 3
MONEY = frozenset((scoring.MONEY,))
# Figures of the client that have a shared twin.
SHOWN = ("score", "band", "trend", "direction")
# What some measures are measured by, by what they are.
YARDSTICKS = {"rate_trend": OWN, "overdue_habit": OWN, "hours_over": AGREED}


class Day(NamedTuple):
    """A snapshot with its readings of both columns; None: they are no longer stored."""

    date: object
    score: float | None
    score_shared: float | None
    coverage: float
    points: dict
    readings: dict | None


def _share(day, scorer, limits):
    """Return a day as those read it who may not see money."""
    readings = day.readings
    return day._replace(
        score=day.score_shared,
        points=scoring.share_dimensions(day.points, limits),
        readings=None if readings is None else scoring.share_readings(scorer, readings, limits),
    )


class ClientHealthExplanation(models.AbstractModel):
    """Explains a score, row by row: what it is made of, the records behind it, and why it changed.

    The caller has checked that the user may read the clients. Users without access to money get the
    middle of the band of that dimension and nothing else: not its measures, values or sources. All
    that they read is explained from it, or the exact points would follow from the rest.
    """

    _name = "client.health.explanation"
    _description = "Explanation of the Score"

    # What the popover shows

    @api.model
    def _get_explanation(self, relationship):
        """Return all that the popover shows of one client, as plain JSON."""
        self = self.with_company(relationship.company_id)  # each records measures of its own
        hidden = self._get_hidden()
        day = self._read_shown_days(relationship, None, hidden).get(relationship.id)
        shown = {
            name: relationship[f"health_{name}{'_shared' if hidden else ''}"] for name in SHOWN
        }
        return {
            "name": relationship.display_name,
            "score": relationship.health_known and scoring.get_shown(shown["score"]),
            "known": relationship.health_known,
            "provisional": relationship.health_provisional,
            "band": shown["band"],
            "band_reason": self._get_band_reasons(relationship).get(relationship.id, False),
            "limits": {
                "healthy": relationship.company_id.client_health_healthy,
                "risk": relationship.company_id.client_health_risk,
            },
            "trend": shown["direction"] and scoring.get_shown(shown["trend"]),
            "coverage": day and scoring.get_shown(day.coverage),
            "coverage_lost": scoring.get_shown(relationship.health_coverage_lost),
            "date": day and format_day(self.env, day.date),
            "readers": self._get_readers_note(hidden),
            "override": self._get_override(relationship),
            "declaration": self._get_declaration(relationship),
            "warnings": self._get_warnings(relationship),
            "dimensions": self._get_dimensions(relationship, day, hidden) if day else [],
            "changes": self._get_periods(relationship, hidden) if day else [],
        }

    def _get_readers_note(self, hidden):
        """Say that there are two scores, or two colleagues would argue about one number."""
        if hidden:
            return self.env._(
                "Without the money figures. Colleagues who see them may see another score."
            )
        return self.env._("With the money figures. Colleagues without them may see another score.")

    def _get_override(self, relationship):
        override = relationship.health_override_id
        if not override:
            return False
        return {
            "band": override._get_band_name(),
            "reason": override.reason,
            "user": override.user_id.display_name,
            "until": format_day(self.env, override.date_end),
        }

    def _get_declaration(self, relationship):
        declaration = relationship.health_declaration_id
        return bool(declaration) and {
            "text": declaration.display_name,
            "user": declaration.user_id.display_name,
        }

    def _get_warnings(self, relationship):
        """Return what needs a person: its cause, since when, and the records that show it."""
        return [
            {
                "text": one["text"],
                "since": one["since"] and format_day(self.env, one["since"]),
                "severe": one["severe"],
                "sources": self._get_sources(
                    relationship, one["warning"] and one["warning"]._to_reading()
                ),
            }
            for one in self.env["client.health.warning"]._get_told(relationship)[relationship.id]
        ]

    def _get_dimensions(self, relationship, day, hidden):
        measures = self._get_shown_measures(hidden)
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
            "date": reading and reading.date and format_day(self.env, reading.date),
            "sources": self._get_sources(relationship, reading),
            "error": measure.error if error else False,
            "yardstick": self._get_yardstick(measure, reading),
            "stale": self._get_stale(reading),
            "fed": measure.is_fed,
        }

    def _get_yardstick(self, measure, reading):
        """Return in words what a reading is measured by; False where that is the same for all."""
        detail = (reading and reading.detail) or {}
        words = {
            OWN: self.env._("its own past"),
            AGREED: self.env._("as agreed"),
            DEFAULT: self.env._("the default"),
        }
        yardstick = words.get(detail.get("yardstick") or YARDSTICKS.get(measure.code))
        if not reading or reading.value is None or not yardstick:
            return False
        if "usual" not in detail:
            return yardstick
        usual = format_number(self.env, detail["usual"])
        if measure.code == "contact_gap":
            return self.env._("every %(days)s days, %(why)s", days=usual, why=yardstick)
        return self.env._("within %(hours)s working hours, %(why)s", hours=usual, why=yardstick)

    def _get_stale(self, reading):
        """Return since when a reading is not read again, because its measure is broken."""
        since = reading and (reading.detail or {}).get(snapshots.STALE)
        return bool(since) and format_day(self.env, since)

    def _get_periods(self, relationship, hidden):
        labels = {
            LAST: self.env._("Since the last score"),
            30: self.env._("Within 30 days"),
            90: self.env._("Within 90 days"),
        }
        new = self._read_shown_days(relationship, None, hidden)[relationship.id]
        periods = []
        for days in PERIODS:
            old = self._read_shown_days(relationship, days, hidden).get(relationship.id)
            if not old:
                continue
            lines = self._get_changes(relationship, days, hidden)[relationship.id]
            periods.append(
                {
                    "label": labels[days],
                    "date": format_day(self.env, old.date),
                    "old": None if old.score is None else scoring.get_shown(old.score),
                    "new": None if new.score is None else scoring.get_shown(new.score),
                    "sentences": lines or [],
                    "known": lines is not None,
                }
            )
        return periods

    # Why the colour isn't that of the number

    @api.model
    def _get_band_reasons(self, relationships):
        """Return {relationship id: why its band isn't that of its score}, where it isn't.

        A warning or a key measure caps it. Overrides say it themselves.
        """
        hidden = self._get_hidden()
        score, band = (f"health_{name}{'_shared' if hidden else ''}" for name in ("score", "band"))
        found = {}
        for company, clients in relationships.grouped("company_id").items():
            # sudo: only the limits of the bands, which are drawn in every chart
            limits = company.sudo().client_health_healthy, company.sudo().client_health_risk
            own = {
                one: scoring.get_band(one[score], *limits)
                for one in clients
                if one.health_known and one[band] and not one.health_overridden
            }
            capped = {one: (own[one], one[band]) for one in own if own[one] != one[band]}
            if capped:
                found |= self.with_company(company)._get_capped_reasons(company, capped, hidden)
        return found

    @api.model
    def _get_capped_reasons(self, company, capped, hidden):
        """Return {relationship id: reason}; ``capped``: {client: (band of the score, its own)}."""
        clients = self.env["client.relationship"].union(*capped)
        Warning = self.env["client.health.warning"]
        today = get_today(company)
        caps = Warning._get_caps(clients, today, Warning._get_lives(clients, today))
        scorer = scoring.Scorer(self._get_shown_measures(hidden))
        days = self._read_shown_days(clients, None, hidden)
        found = {}
        for client, (own, band) in capped.items():
            day = days.get(client.id)
            points = scorer.get_score(day.readings).points if day and day.readings else {}
            told = caps.cap(client.id, own, points, bool(hidden)) == band
            causes = caps.get_causes(client.id, points, bool(hidden)) if told else ([], [])
            found[client.id] = self._get_cap_text(client, band, day, *causes)
        return found

    def _get_cap_text(self, client, band, day, lives, zeros):
        """Return the sentence: of severe warnings, of key measures, of the warnings that count."""
        names = dict(client._fields["health_band_shared"]._description_selection(self.env))
        severe = [one for one in lives if one.is_severe]
        standing = [one for one in lives if one.is_standing]
        records = self._get_records()
        values = {"band": names[band], "cause": ", ".join(records[code].name for code in zeros)}
        if warnings := severe or (standing if len(zeros) < 2 else []):
            # sudo: those of money are left out for users without access to money
            told = self.env["client.health.warning"].sudo().browse([one.id for one in warnings])
            values["cause"] = " · ".join(told.mapped("text"))
        if severe:
            return self.env._("%(band)s because of a severe warning: %(cause)s", **values)
        if warnings:
            return self.env._("%(band)s because of a warning: %(cause)s", **values)
        if zeros:
            return self.env._("%(band)s because this has no points at all: %(cause)s", **values)
        date = day and format_day(self.env, day.date)
        return self.env._(
            "%(band)s as of %(date)s: what made it so has changed since.", date=date, **values
        )

    # Reasons and changes, in words

    @api.model
    def _get_reasons(self, relationships, hidden=None):
        """Return {relationship id: the words of what costs most points, the strongest first}.

        Signs, such as a judgement or late work, are named after causes unless they cost much more.
        """
        hidden = self._get_hidden() if hidden is None else hidden
        days = self._read_shown_days(relationships, None, hidden)
        scorer = scoring.Scorer(self._get_shown_measures(hidden))
        records = self._get_records()
        causes = {code for code, record in records.items() if record.is_cause} | {None}
        return {
            relationship_id: self._get_day_reasons(day, scorer, records, causes, hidden)
            for relationship_id, day in days.items()
        }

    def _get_day_reasons(self, day, scorer, records, causes, hidden):
        costs = {}
        result = scorer.get_score(day.readings or {})
        weights = scoring.get_weights(scorer.measures, result.points)
        for measure in scorer.measures:
            cost = weights[measure.code] * (100 - result.points.get(measure.code, 100))
            hide = measure.dimension in hidden
            name = (measure.dimension, None) if hide else (measure.dimension, measure.code)
            costs[name] = costs.get(name, 0) + cost
        worst = sorted(
            costs.items(),
            key=lambda item: -item[1] * (1 if item[0][1] in causes else OF_SIGNS),
        )[:STRONGEST]
        return [
            self.env._(
                "%(reason)s: −%(points)s",
                reason=self._get_reason_text(records[code], day.readings[code]),
                points=scoring.round_half_up(cost),
            )
            if code
            else self._get_hidden_reason(dimension)
            for (dimension, code), cost in worst
            if cost >= 0.5
        ]

    @api.model
    def _get_hidden_reason(self, dimension):
        """Without points: from these, the margin could be computed."""
        return self.env._("%s pulls it down", self._get_dimension_names()[dimension])

    @api.model
    def _get_reason_text(self, measure, reading):
        """Return what a measure says against the client, in a sentence where there is one."""
        detail = reading.detail or {}
        figures = {
            name: format_number(self.env, detail[name])
            for name in ("days", "hours", "usual")
            if name in detail
        }
        if measure.code == "contact_gap" and {"days", "usual"} <= detail.keys():
            return self.env._("No contact for %(days)s days, usually every %(usual)s", **figures)
        if measure.code == "unanswered_hours" and detail.get("waiting"):
            hours = format_number(self.env, reading.value)
            return self.env._("A message waits for %s working hours", hours)
        if measure.code == "reply_hours" and {"hours", "usual"} <= detail.keys():
            return self.env._("Answers take %(hours)s working hours, usually %(usual)s", **figures)
        return self._get_value_text(measure, reading.value, named=True)

    @api.model
    def _get_changes(self, relationships, days, hidden=None):
        """Return {relationship id: [{"text", "points"}]}: what changed since then."""
        hidden = self._get_hidden() if hidden is None else hidden
        old = self._read_shown_days(relationships, days, hidden)
        new = self._read_shown_days(relationships, None, hidden)
        words = self._get_records(), self._get_dimension_names()
        found = {}
        for company, clients in relationships.grouped("company_id").items():
            measures = self.with_company(company)._get_shown_measures(hidden)
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
        is_whole = abs(value) >= 10 or float(value).is_integer()
        number = format_number(self.env, value, digits=0 if is_whole else 1)
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
    def _get_shown_measures(self, hidden):
        """Return what explains the score that the user sees; see ``scoring.share_measures``."""
        measures = self.env["client.health.measure"]._get_measures()
        return scoring.share_measures(measures) if hidden else measures

    @api.model
    def _read_shown_days(self, relationships, days, hidden):
        """Return {relationship id: Day} of what the user may see of each."""
        found = self._read_days(relationships, days)
        if not hidden:
            return found
        scorer = scoring.Scorer(self.env["client.health.measure"]._get_measures())
        for company, clients in relationships.grouped("company_id").items():
            # sudo: only the limits of the bands, which are drawn in every chart
            company = company.sudo()
            limits = company.client_health_healthy, company.client_health_risk
            for key in clients._ids:
                if key in found:
                    found[key] = _share(found[key], scorer, limits)
        return found

    @api.model
    def _read_days(self, relationships, days):
        """Return {relationship id: Day}, in one query; see ``snapshots.select_days``."""
        if not relationships:
            return {}
        self.env["client.health.snapshot"].flush_model()
        rows = self.env.execute_query(snapshots.select_days(relationships.ids, days))
        return {
            client_id: Day(
                date,
                score,
                score_shared,
                coverage,
                points or {},
                None if readings is None else snapshots.unpack(readings) | snapshots.unpack(money),
            )
            for client_id, date, score, score_shared, coverage, points, readings, money in rows
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
