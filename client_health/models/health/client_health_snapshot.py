from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ...const import MONEY_GROUP
from ...engine.clock import get_today
from ...engine.health import snapshots
from ...engine.query import is_one_of
from ..common.client_job_failure import JobRun

# What is sent to the database at once: some megabytes.
ROWS = 5_000
# One a week is stored at least, and after two years one a month.
LONGEST_GAP = timedelta(days=35)
BANDS = [("healthy", "Green"), ("watch", "Yellow"), ("risk", "Red")]


class ClientHealthSnapshot(models.Model):
    """The score of a client on one day, and the readings that it was made of.

    Written by the nightly run in SQL, never by users. Unknown is NULL: neither a filter nor an
    average takes it for a zero. Readings of money stand in a column of their own, for the money
    group, and so does the exact score: others read ``score_shared``. ``readings`` is {code: {"v":
    value, "d": date of the newest record, "x": detail}} of what is known; ``points`` is {dimension:
    points}.
    """

    _name = "client.health.snapshot"
    _description = "Health Snapshot"
    _inherit = ["client.record.mixin"]
    _order = "date desc, id desc"
    _rec_name = "date"
    _log_access = False

    # Made automatically: they are no reason to keep a client without any work.
    # The unique key begins with the client, and of the few companies each has most of the rows: a
    # night writes one for every client, and each index costs it.
    relationship_id = fields.Many2one(ondelete="cascade", readonly=True, index=False)
    company_id = fields.Many2one(index=False)
    date = fields.Date(required=True, readonly=True, index=True)
    score = fields.Float(
        readonly=True,
        aggregator="avg",
        groups=MONEY_GROUP,
        help="From 0 to 100. Empty when too little is known.",
    )
    score_shared = fields.Float(
        string="Score without Money Figures",
        readonly=True,
        aggregator="avg",
        help="The score, with the middle of its band in place of the points of money: from the "
        "exact one, the margin of the client could be computed.",
    )
    band = fields.Selection(
        BANDS, readonly=True, groups=MONEY_GROUP, falsy_value_label="Not enough data"
    )
    band_shared = fields.Selection(
        BANDS,
        string="Band without Money Figures",
        readonly=True,
        falsy_value_label="Not enough data",
    )
    provisional = fields.Boolean(
        readonly=True, help="A first look: less is known than a score needs."
    )
    coverage = fields.Float(
        string="Coverage (%)",
        readonly=True,
        aggregator="avg",
        help="Share of what your company can know that is known of this client, by weight.",
    )
    points = fields.Json(readonly=True, groups=MONEY_GROUP)
    points_shared = fields.Json(readonly=True)
    readings = fields.Json(readonly=True)
    money_readings = fields.Json(readonly=True, groups=MONEY_GROUP)
    margin_rate = fields.Float(
        string="Margin (%)",
        readonly=True,
        aggregator="avg",
        groups=MONEY_GROUP,
        help="Margin in percent of revenue, as read on that day.",
    )
    flags = fields.Json(
        readonly=True,
        groups=MONEY_GROUP,
        help="Warnings that stood on that day, by their codes; those of money among them.",
    )
    backfilled = fields.Boolean(
        readonly=True, help="Computed afterwards from the records of that day."
    )

    _relationship_date_uniq = models.Constraint(
        "UNIQUE(relationship_id, date)", "There can be only one snapshot per client and day."
    )

    @api.model
    def _get_scores(self, relationships, day):
        """Return {client id: {"score", "band", "date"}} as of a day, as the user may read it.

        In one query; the latest snapshot up to the day, and none that is older than LONGEST_GAP.
        Users who see no money get the shared score and band.
        """
        shared = "" if self.env.user.has_group(MONEY_GROUP) else "_shared"
        query = self._search([("date", "<=", day), ("date", ">", day - LONGEST_GAP)])
        client = self._field_to_sql(query.table, "relationship_id", query)
        query.add_where(is_one_of(client, relationships._ids))
        query.order = SQL("%s, %s DESC", client, SQL.identifier(query.table, "date"))
        columns = [SQL("DISTINCT ON (%s) %s AS id", client, client)]
        columns += [
            SQL("%s AS %s", self._field_to_sql(query.table, fname, query), SQL.identifier(name))
            for name, fname in (
                ("score", f"score{shared}"),
                ("band", f"band{shared}"),
                ("date", "date"),
            )
        ]
        return {row["id"]: row for row in self.env.execute_query_dict(query.select(*columns))}

    @api.model
    def _upsert(self, rows):
        """Write rows, as ``snapshots.prepare_row`` makes them; what is the same stays untouched."""
        for portion in split_every(ROWS, rows):
            self.env.cr.execute(snapshots.upsert(portion))
        self.invalidate_model()

    @api.model
    def _cron_delete_old(self):
        """Delete old snapshots, once a week: for what comes of age in a night it is too much."""
        JobRun(self.env, "ir_cron_client_health_delete_old").do_all(
            self.env["res.company"].with_context(active_test=False).search([]),  # pylint: disable=no-search-all
            self._delete_old,
            size=1,
        )

    @api.model
    def _delete_old(self, company):
        """Make the past smaller, see ``engine/health/snapshots.py``."""
        self.flush_model()
        for statement in snapshots.delete_old(company.id, get_today(company)):
            self.env.cr.execute(statement)
        self.invalidate_model()

    @api.model
    def _merge(self, kept, others):
        """Before clients are merged: one snapshot per day, or the merge would lose them all."""
        self.flush_model()
        self.env.cr.execute(snapshots.delete_doubles(kept.id, others.ids))
        self.invalidate_model()
