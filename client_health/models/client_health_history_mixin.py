from odoo import fields, models
from odoo.tools import SQL

from ..engine.health import history
from .client_health_snapshot import MONEY_GROUP

FIGURES = ("date", "score", "backfilled")


class ClientHealthHistoryMixin(models.AbstractModel):
    """The score and the margin of a client over time, for the chart."""

    _name = "client.health.history.mixin"
    _description = "Health over Time"

    def get_health_history(self):
        """Return what the chart draws of the last 24 months, as the user may read it.

        ``days`` are {"date", "score", "backfilled", "margin"}; a figure that was unknown is None,
        a day without any breaks the lines. Users without access to money get no ``margin`` at all.
        """
        self.ensure_one()
        self.check_access("read")
        company = self.company_id
        return {
            "name": self.display_name,
            "limits": {
                "healthy": company.client_health_healthy,
                "risk": company.client_health_risk,
            },
            "sees_margin": self.env.user.has_group(MONEY_GROUP),
            "days": [
                dict(day, date=fields.Date.to_string(day["date"]))
                for day in history.with_gaps(self._read_health_history())
            ],
        }

    def _read_health_history(self):
        """Read the snapshots in one query: by SQL, because the ORM takes NULL for 0."""
        snapshots = self.env["client.health.snapshot"]
        names = {name: name for name in FIGURES}
        if self.env.user.has_group(MONEY_GROUP):
            names["margin"] = "margin_rate"
        start = history.get_start(fields.Date.context_today(self))
        # the rules are in the query; _field_to_sql() checks the groups of each field
        query = snapshots._search(
            [("relationship_id", "=", self.id), ("date", ">=", start)], order="date"
        )
        columns = [
            SQL(
                "%s AS %s",
                snapshots._field_to_sql(query.table, fname, query),
                SQL.identifier(name),
            )
            for name, fname in names.items()
        ]
        return self.env.execute_query_dict(query.select(*columns))
