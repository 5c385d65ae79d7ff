from datetime import timedelta
from unittest.mock import patch

from odoo import fields

from ...engine.health.signals import Signal
from ...engine.reading import Reading
from ..common import ClientHealthCommon


class HealthCommon(ClientHealthCommon):
    """Clients whose readings the test decides: ``values`` is {code: value or {client: value}}.

    The measures are the delivered ones; a value of 100 % gives all points, see ``_set_points``.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()
        cls.company.resource_calendar_id.tz = "UTC"
        cls.Run = cls.env["client.health.run"]
        cls.Snapshot = cls.env["client.health.snapshot"]
        cls.measures = cls.env["client.health.measure"].search([])
        cls.measures.with_company(cls.company).date_known = cls.today  # all of them are recorded
        cls._settle(cls.relationship)
        cls.values = {}
        fakes = {measure.code: Signal(cls._get_fake(measure.code)) for measure in cls.measures}
        Measure = cls.registry["client.health.measure"]
        cls.startClassPatcher(patch.object(Measure, "_get_signals", lambda self: fakes))

    @classmethod
    def _get_fake(cls, code):
        def read(_env, relationships, as_of):
            value = cls.values.get(code)
            if isinstance(value, Exception):
                raise value
            return {
                relationship_id: Reading(
                    own, as_of - timedelta(days=3), {"records": {"res.partner": [1]}}
                )
                for relationship_id in relationships.ids
                if (own := value.get(relationship_id) if isinstance(value, dict) else value)
                is not None
            }

        return read

    @classmethod
    def _settle(cls, relationships, days=200):
        """Have the clients been in their stage for a while."""
        since = fields.Datetime.now() - timedelta(days=days)
        relationships.sudo().write({"date_last_stage_update": since})

    def setUp(self):
        super().setUp()
        self.values.clear()

    def _stop_after(self, batches):
        """Let the scheduler end the run after so many batches."""
        left = iter([60] * (batches - 1) + [0] * 1000)
        return patch.object(
            self.registry["ir.cron"],
            "_commit_progress",
            lambda self, processed=0, *, remaining=None, deactivate=False: next(left),
        )

    def _set_points(self, points, relationship=None, codes=None):
        """Give every measure (or some) the value that is worth so many points; None: unknown."""
        for measure in self.measures:
            if codes and measure.code not in codes:
                continue
            value = None
            if points is not None:
                value = measure.floor + points / 100 * (measure.target - measure.floor)
            if relationship is None:
                self.values[measure.code] = value
            else:
                self.values.setdefault(measure.code, {})[relationship.id] = value

    def _night(self, days_ago=0, relationships=None):
        """Run the night that many days ago, and return its snapshots."""
        relationships = relationships or self.relationship
        date = self.today - timedelta(days=days_ago)
        self.env.flush_all()
        self.Run._run_night({self.company: relationships.ids}, date)
        self.env.invalidate_all()
        return self.Snapshot.search(
            [("relationship_id", "in", relationships.ids), ("date", "=", date)]
        )

    def _nights(self, points_by_days_ago):
        for days_ago, points in points_by_days_ago:
            self._set_points(points)
            self._night(days_ago)
