from odoo import api, models
from odoo.tools import format_date

from ..engine.health import scoring

LAST = 0
PERIODS = (LAST, 30, 90)


class ClientHealthExplanation(models.AbstractModel):
    """Says what the score is made of and why it changed: the popover, row by row.

    Reads the snapshots of clients that the caller has been checked for. Who does not see money
    gets of that dimension its points and nothing else: not its measures, values or sources.
    """

    _name = "client.health.explanation"
    _inherit = ["client.health.sentence.mixin", "client.health.source.mixin"]
    _description = "Explanation of the Score"

    @api.model
    def _get_explanation(self, relationship):
        """Return all that the popover shows of one client, as plain JSON."""
        day = self._read_days(relationship, None).get(relationship.id)
        hidden = self._get_hidden()
        return {
            "name": relationship.display_name,
            "score": relationship.health_known and scoring.get_shown(relationship.health_score),
            "known": relationship.health_known,
            "band": relationship.health_band,
            "limits": {
                "healthy": relationship.company_id.client_health_healthy,
                "risk": relationship.company_id.client_health_risk,
            },
            "trend": relationship.health_direction
            and scoring.round_half_up(relationship.health_trend),
            "coverage": day and scoring.round_half_up(day.coverage),
            "coverage_lost": scoring.round_half_up(relationship.health_coverage_lost),
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
        error = measure.error and self.env.user.has_group("client_health.group_client_manager")
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
        }

    def _get_periods(self, relationship, hidden):
        labels = {
            LAST: self.env._("Since the last time"),
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
