import gc
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import chain

from odoo import api, models
from odoo.tools import split_every

from ...engine.clock import get_today
from ...engine.health import scoring, signals, snapshot_queue, snapshots
from ...engine.query import get_company
from ..common.client_job_failure import JobRun

# What is read and committed at once: large, because what every batch has to look through grows
# with the firm; bounded, for the memory. Of these, so many are looked at together for a move.
BATCH = 100_000
PORTION = 10_000
BACKFILL_WEEKS = 104
DIMENSION_MONEY = "money"


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
        money = [measure.code for measure in measures if measure.dimension == DIMENSION_MONEY]
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

    def _count_weeks_left(self, company):
        first = company.client_setup_date - timedelta(weeks=BACKFILL_WEEKS)
        date = company.client_health_backfill_date or company.client_setup_date
        return max(0, (date - first).days // 7 + 1)
