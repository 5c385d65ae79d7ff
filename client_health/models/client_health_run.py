import gc
import json
import logging
from contextlib import contextmanager
from datetime import date, timedelta

from odoo import api, fields, models

from ..engine import flags, scoring, signals, snapshots

# Large, because what every batch has to look through grows with the firm; bounded, for the memory.
BATCH = 10_000
BACKFILL_WEEKS = 104
DIMENSION_MONEY = "money"

_logger = logging.getLogger(__name__)
_encode = json.JSONEncoder(separators=(",", ":"), default=str).encode


class ClientHealthRun(models.AbstractModel):
    """The nightly run and the filling of the past: from readings to snapshots, batch by batch.

    A batch is a fixed number of statements, whatever its size. What is left to do is read from
    the snapshots themselves, so the run may be stopped after any batch and goes on there.
    """

    _name = "client.health.run"
    _description = "Health Run"

    @api.model
    def _cron_take_snapshots(self):
        """Score every client of every company that has none of today, then thin the past."""
        today = fields.Date.context_today(self)
        errors = {}
        companies = self.env["res.company"].search([("active", "=", True)])
        remaining = {company: self._count_unscored(company, today) for company in companies}
        for company in companies:
            run = self.with_company(company)
            while ids := run._get_unscored(company, today, BATCH):
                errors.update(run._run_night(company, ids, today))
                self.env["client.health.measure"]._set_errors(errors)
                remaining[company] = max(remaining[company] - len(ids), 0)
                left = self.env["ir.cron"]._commit_progress(
                    len(ids), remaining=sum(remaining.values())
                )
                if not left:
                    return
        self.env["client.health.snapshot"]._thin(today)

    def _count_unscored(self, company, today):
        return len(self._get_unscored(company, today, None))

    def _get_unscored(self, company, today, limit):
        """Return the ids of the next clients that have no snapshot of today; None: of all."""
        self.env.flush_all()
        rows = self.env.execute_query(snapshots.select_unscored(company.id, today, limit))
        return [relationship_id for (relationship_id,) in rows]

    def _run_night(self, company, relationship_ids, today):
        """Score a batch of clients, then let follow what follows; return broken measures."""
        with _without_collecting():
            errors = self._take(company, relationship_ids, today)
            relationships = self.env["client.relationship"].browse(relationship_ids)
            relationships._refresh_health()
            for follow in (self._propose, self._remind):
                self._try(follow, company, relationships, today)
        return errors

    def _try(self, follow, company, relationships, today):
        try:
            with self.env.cr.savepoint():
                follow(company, relationships, today)
        except Exception:
            # the scores are worth keeping, whatever goes wrong with what follows from them
            _logger.exception("%s failed for company %s", follow.__name__, company.id)

    def _propose(self, company, relationships, today):
        self.env["client.health.proposal"]._follow_night(company, relationships, today)

    def _remind(self, company, relationships, today):
        self.env["client.health.reminder"]._remind(relationships, today)

    @api.model
    def _take(self, company, relationship_ids, as_of, backfilled=False):
        """Write the snapshots of one day of clients of a company; return the broken measures.

        A backfilled day is computed by the same code. It has no hard flags, which nobody needs
        afterwards, and clients of whom nothing was known then get no row.
        """
        relationships = self.env["client.relationship"].browse(relationship_ids)
        measures = self.env["client.health.measure"]._get_measures()
        # a measure that no code reads (yet, or any more) is unknown, and nothing is broken
        codes = [measure.code for measure in measures if measure.code in signals.SIGNALS]
        readings, errors = signals.read(self.env, relationships, as_of, codes)
        found = {} if backfilled else flags.read_flags(self.env, relationship_ids, as_of)
        today = fields.Date.context_today(self)
        kept = as_of >= today - timedelta(days=snapshots.DAILY_DAYS)
        scorer = scoring.Scorer(measures)
        rows = [
            self._prepare_row(company, relationship_id, as_of, scorer, known, kept)
            | {"flags": json.dumps(found.get(relationship_id, [])), "backfilled": backfilled}
            for relationship_id, known in readings.items()
            if known or not backfilled
        ]
        self.env["client.health.snapshot"]._upsert(
            [tuple(row[name] for name in snapshots.COLUMNS) for row in rows]
        )
        return errors

    @api.model
    def _prepare_row(self, company, relationship_id, as_of, scorer, readings, kept):
        """Return {column: value} of a snapshot; ``kept``: the readings are, not only the points."""
        result = scorer.get_score(readings)
        score = None if result.score is None else round(result.score, 1)
        margin = readings.get("margin_rate")
        money, others = {}, {}
        for code, plain in pack(readings).items() if kept else ():
            is_money = scorer.dimensions.get(code) == DIMENSION_MONEY
            (money if is_money else others)[code] = plain
        return {
            "relationship_id": relationship_id,
            "company_id": company.id,
            "date": as_of,
            "score": score,
            "band": scoring.get_band(
                score, company.client_health_healthy, company.client_health_risk
            ),
            "coverage": round(result.coverage, 1),
            "points": _encode({code: round(p, 1) for code, p in result.dimensions.items()}),
            "readings": _dump(others, kept),
            "money_readings": _dump(money, kept),
            "margin_rate": margin and margin.value,
        }

    @api.model
    def _cron_backfill(self):
        """Fill the past of companies that were set up, week by week, backwards."""
        companies = self.env["res.company"].search([("client_setup_date", "!=", False)])
        for company in companies:
            run = self.with_company(company)
            while run._backfill_batch(company):
                weeks = run._count_weeks_left(company)
                if not self.env["ir.cron"]._commit_progress(1, remaining=weeks):
                    return

    @api.model
    def _backfill_batch(self, company):
        """Fill one batch of one day of the past; return whether there was anything left to do."""
        date, after = company.client_health_backfill_date, company.client_health_backfill_id
        if not date:
            company.client_health_backfill_date = company.client_setup_date - timedelta(weeks=1)
            return True
        if self._count_weeks_left(company) <= 0:
            return False
        self.env.flush_all()
        rows = self.env.execute_query(snapshots.select_unfilled(company.id, date, after, BATCH))
        ids = [relationship_id for (relationship_id,) in rows]
        if ids:
            self._take(company, ids, date, backfilled=True)
            company.client_health_backfill_id = ids[-1]
        else:
            company.client_health_backfill_date = date - timedelta(weeks=1)
            company.client_health_backfill_id = 0
        return True

    def _count_weeks_left(self, company):
        first = company.client_setup_date - timedelta(weeks=BACKFILL_WEEKS)
        date = company.client_health_backfill_date or company.client_setup_date
        return (date - first).days // 7 + (date >= first)


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


def pack(readings):
    """Return readings as plain JSON: {code: {"v": value, "d": date, "x": detail}}."""
    return {
        code: {
            "v": round(reading.value, 4),
            **({"d": reading.date.isoformat()} if reading.date else {}),
            **({"x": reading.detail} if reading.detail else {}),
        }
        for code, reading in readings.items()
        if reading.value is not None
    }


def unpack(readings):
    """Return the readings that ``pack`` made plain."""
    return {
        code: scoring.Reading(
            row["v"],
            # much faster than fields.Date, and a night reads a hundred thousand of them
            date.fromisoformat(row["d"]) if "d" in row else None,
            row.get("x"),
        )
        for code, row in (readings or {}).items()
    }


def _dump(readings, kept):
    return _encode(readings) if kept else None
