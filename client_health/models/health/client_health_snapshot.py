import gc
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import chain

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ...const import MONEY_GROUP
from ...engine.clock import get_today
from ...engine.health import scoring, signals, snapshot_queue, snapshots
from ...engine.query import get_company, is_one_of
from ..common.client_job_failure import JobRun

# What is sent to the database at once: some megabytes.
ROWS = 5_000
# One a week is stored at least, and after two years one a month.
LONGEST_GAP = timedelta(days=35)
BANDS = [("healthy", "Green"), ("watch", "Yellow"), ("risk", "Red")]
# What is read and committed at once: large, because what every batch has to look through grows
# with the firm; bounded, for the memory. Of these, so many are looked at together for a move.
BATCH = 100_000
PORTION = 10_000
BACKFILL_WEEKS = 104


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
    near = fields.Float(
        string="Nearness of a Warning",
        readonly=True,
        aggregator=None,
        groups=MONEY_GROUP,
        help="How near the nearest warning was: 1 is a warning.",
    )
    near_shared = fields.Float(
        string="Nearness of a Warning without Money Figures",
        readonly=True,
        aggregator=None,
        help="How near the nearest warning was that is not one of money.",
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


@contextmanager
def _without_collecting():
    """Don't look for cycles among the objects of a batch: there are many of these, and few cycles.

    The batch is bounded, and so is what waits until it is over.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _prepare_score(scorer, values, limits, cap):
    """Return {column: value} of the values of a client; shared: for those who see no money.

    ``cap(band, points, shared)``: what a mean hides.
    """
    result = scorer.get_score_of_values(values)
    exact, (shared, dimensions) = result.score, scorer.get_shared(result, limits)
    score, shared = (None if one is None else scoring.get_stored(one) for one in (exact, shared))
    return {
        "score": score,
        "score_shared": shared,
        "band": cap(scoring.get_band(score, *limits), result.points, False),
        "band_shared": cap(scoring.get_band(shared, *limits), result.points, True),
        "provisional": result.provisional,
        "coverage": scoring.get_shown(result.coverage),
        "points": _prepare_points(result.dimensions),
        "points_shared": _prepare_points(dimensions),
    }


def _prepare_points(dimensions):
    return {code: scoring.get_stored(points) for code, points in dimensions.items()}


class ClientHealthRun(models.AbstractModel):
    """The nightly run, and the filling of the past: from readings to snapshots, batch by batch.

    A batch is a fixed number of statements per company, whatever its size. What is left to do is
    read from the snapshots, so a run may be stopped after any batch and continues there.
    """

    _name = "client.health.run"
    _description = "Health Run"

    # The night

    @api.model
    def _cron_take_snapshots(self):
        """Score every client of every company that has none of today."""
        run = JobRun(self.env, "ir_cron_client_health")
        errors, failed = {}, set()
        while batch := self._get_batch(failed):
            today, clients = batch
            places = {key: company for company, ids in clients.items() for key in ids}

            def score(relationships, today=today, places=places):
                group = defaultdict(list)
                for key in relationships.ids:
                    group[places[key]].append(key)
                errors.update(self._run_night(group, today, run))

            failed.update(run.do(self.env["client.relationship"].browse(places), score).ids)
            self.env["client.health.measure"]._set_errors(errors)
            if not run.commit(len(places), self._count_unscored(failed)):
                return
        run.close()

    def _get_batch(self, failed=()):
        """Return (today, {company: ids of clients}) of what is left to score, None for nothing.

        The companies of a batch have the same day: it begins earlier in the east.

        :param failed: ids of clients that are not tried again before the next night
        """
        for today, companies in self._get_days().items():
            if clients := self._get_unscored(companies, today, BATCH, failed):
                return today, clients
        return None

    def _get_days(self):
        """Return {day: companies where it is that day}."""
        return self.env["res.company"].search([("active", "=", True)]).grouped(get_today)

    def _count_unscored(self, failed):
        return sum(
            len(ids)
            for today, companies in self._get_days().items()
            for ids in self._get_unscored(companies, today, None, failed).values()
        )

    def _get_unscored(self, companies, today, limit, failed=()):
        """Return {company: ids of its next clients without a snapshot of today}; None: of all."""
        self.env.flush_all()
        batch = defaultdict(list)
        query = snapshot_queue.select_unscored(companies.ids, today, limit, failed)
        for company_id, relationship_id in self.env.execute_query(query):
            batch[companies.browse(company_id)].append(relationship_id)
        return batch

    def _run_night(self, batch, today, job=None):
        """Score {company: ids of clients}, then let follow what follows; return broken measures."""
        job = job or JobRun(self.env, "ir_cron_client_health")
        # Until the batch is committed: group in memory, and compare all with all by hash.
        self.env.cr.execute("SET LOCAL work_mem = '128MB'; SET LOCAL enable_mergejoin = off")
        everybody = self.env["client.relationship"].browse(chain(*batch.values()))
        errors = {}
        reader = signals.Reader(self.env, everybody, today, self._get_codes())
        with _without_collecting(), reader:
            for company, relationship_ids in batch.items():
                run = self.with_company(company)
                errors.update(run._take(company, relationship_ids, today, reader=reader))
                for portion in split_every(PORTION, relationship_ids):
                    run._follow(company, portion, today, job)
        return errors

    def _follow(self, company, relationship_ids, today, job):
        """Propose and remind; the scores are kept, whatever goes wrong with what follows."""
        relationships = self.env["client.relationship"].browse(relationship_ids)
        relationships._refresh_health(get_today(company))
        propose = self.env["client.health.proposal"]._follow_night
        remind = self.env["client.health.reminder"]._remind
        job.do(relationships, lambda few: propose(company, few, today))
        job.do(relationships, lambda few: remind(few, today))

    # Snapshots of one day

    def _get_codes(self):
        """Return what is measured. What no code reads (yet, or any more) is just unknown."""
        Measure = self.env["client.health.measure"]
        readable = Measure._get_signals()
        return [measure.code for measure in Measure._get_measures() if measure.code in readable]

    @api.model
    def _take(self, company, relationship_ids, as_of, backfilled=False, reader=None):
        """Write the snapshots of one day of clients of a company; return the broken measures.

        A backfilled day is computed by the same code; clients of whom nothing was known then get
        no row. ``reader``: the
        ``signals.Reader`` of these clients, and others; by default, one of their own.
        """
        if reader is None:
            relationships = self.env["client.relationship"].browse(relationship_ids)
            with signals.Reader(self.env, relationships, as_of, self._get_codes()) as reader:
                return self._take(company, relationship_ids, as_of, backfilled, reader)
        self = self.with_company(company)
        measures = self.env["client.health.measure"]._get_measures()
        day, errors = self._read_day(relationship_ids, as_of, measures, reader)
        scorer = scoring.Scorer(self._get_fed(measures, day, as_of, backfilled))
        caps = self.env["client.health.warning"]._take(relationship_ids, as_of, backfilled, reader)
        common = {"company_id": company.id, "date": as_of, "backfilled": backfilled}
        bands = company.client_health_healthy, company.client_health_risk
        self.env["client.health.snapshot"]._upsert(
            snapshots.prepare_row(
                {
                    **common,
                    "relationship_id": key,
                    "flags": caps.get_flags(key),
                    "near": round(caps.get_near(key), 3),
                    "near_shared": round(caps.get_near(key, shared=True), 3),
                    "margin_rate": values.get("margin_rate"),
                    **_prepare_score(scorer, values, bands, partial(caps.cap, key)),
                },
                *day.get_texts(key),
            )
            for key, values in day.values.items()
            if values or not backfilled
        )
        return errors

    def _get_fed(self, measures, day, as_of, backfilled):
        """Return the measures, fed where the company can know them on that day.

        A backfilled day says it alone: what was known later was not known then.
        """
        known = day.get_codes()
        if not backfilled:
            self.env["client.health.measure"]._set_known(known, as_of)
        return [
            replace(measure, fed=measure.code in known or measure.fed and not backfilled)
            for measure in measures
        ]

    def _read_day(self, relationship_ids, as_of, measures, reader):
        """Return (``snapshots.Day``, the broken measures) of clients of a company."""
        relationships = self.env["client.relationship"].browse(relationship_ids)
        money = [measure.code for measure in measures if measure.dimension == scoring.MONEY]
        oldest_kept = get_today(get_company(relationships)) - timedelta(days=snapshots.DAILY_DAYS)
        day, errors = snapshots.Day(relationship_ids, money, as_of >= oldest_kept), {}
        for code, readings, error in reader.read_each(relationships):
            day.add(code, readings)
            if error:
                errors[code] = error
        if errors:
            for code, readings in self._read_kept(relationship_ids, errors, as_of).items():
                day.add(code, readings)
        return day, errors

    def _read_kept(self, relationship_ids, codes, as_of):
        """Return {code: {relationship id: Reading}} of what was read of broken measures lately."""
        query = snapshots.select_kept(relationship_ids, codes, as_of)
        return snapshots.get_kept(self.env.execute_query(query), as_of)

    # The past

    @api.model
    def _cron_backfill(self):
        """Fill the past of companies that were set up, week by week, backwards."""
        run = JobRun(self.env, "ir_cron_client_health_backfill")
        companies = self.env["res.company"].search([("client_setup_date", "!=", False)])
        for company in companies:
            while self.with_company(company)._backfill_batch(company, run):
                left = sum(self._count_weeks_left(one) for one in companies)
                if not run.commit(1, left):
                    return
        run.close()

    @api.model
    def _backfill_batch(self, company, run):
        """Fill one batch of one day of the past; return whether there was anything left to do."""
        date, after = company.client_health_backfill_date, company.client_health_backfill_id
        if not date:
            company.client_health_backfill_date = company.client_setup_date - timedelta(weeks=1)
            return True
        if not self._count_weeks_left(company):
            return False
        self.env.flush_all()
        query = snapshot_queue.select_unfilled(company.id, date, after, BATCH)
        rows = self.env.execute_query(query)
        ids = [relationship_id for (relationship_id,) in rows]
        if ids:
            run.do(
                self.env["client.relationship"].browse(ids),
                lambda few: self._take(company, few.ids, date, backfilled=True),
            )
            company.client_health_backfill_id = ids[-1]
        else:
            company.client_health_backfill_date = date - timedelta(weeks=1)
            company.client_health_backfill_id = 0
        return True

    def _get_backfill_progress(self, company):
        """Return how much of the past of a company has been computed, in %."""
        if not company.client_setup_date:
            return 0
        left = self._count_weeks_left(company)
        return 100 * (1 - min(left, BACKFILL_WEEKS) / BACKFILL_WEEKS)

    def _count_weeks_left(self, company):
        first = company.client_setup_date - timedelta(weeks=BACKFILL_WEEKS)
        date = company.client_health_backfill_date or company.client_setup_date
        return max(0, (date - first).days // 7 + 1)
