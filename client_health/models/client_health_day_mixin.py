from typing import NamedTuple

from odoo import api, models

from ..engine.health import snapshots
from ..engine.health.packing import unpack
from .client_health_run import DIMENSION_MONEY
from .client_health_snapshot import MONEY_GROUP

MONEY = frozenset((DIMENSION_MONEY,))


class Day(NamedTuple):
    """A snapshot with its readings of both columns; None: they are no longer kept."""

    date: object
    score: float | None
    coverage: float
    points: dict
    readings: dict | None


class ClientHealthDayMixin(models.AbstractModel):
    """Fetches what the score is put into words from: snapshots, measures, and who sees what."""

    _name = "client.health.day.mixin"
    _description = "Readings to Explain"

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
                None if readings is None else unpack(readings) | unpack(money),
            )
            for relationship_id, date, score, coverage, points, readings, money in rows
        }

    @api.model
    def _get_records(self):
        """Return {code: measure}, those that are switched off as well: the past knows them."""
        measures = self.env["client.health.measure"].search([("active", "in", [True, False])])
        return {measure.code: measure for measure in measures}

    @api.model
    def _get_dimension_names(self):
        return {
            dimension.code: dimension.name
            for dimension in self.env["client.health.dimension"].search([("code", "!=", False)])
        }
