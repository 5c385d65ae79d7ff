import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import split_every

KEPT_DAYS = 90
BATCH = 500
_logger = logging.getLogger(__name__)


class JobRun:
    """One run of a scheduled action: its work in savepoints, and the names of what failed.

    A batch that fails is tried again in halves, down to the bad record; the rest is done. Failures
    are stored with each commit as ``client.job.failure``, and removed there once they succeed.
    """

    def __init__(self, env, xmlid):
        self.env = env
        self.cron = env.ref(f"client_health.{xmlid}")
        self.errors = {}
        self.done = {}

    def do(self, records, work):
        """Call ``work(records)``; return the records that failed."""
        try:
            with self.env.cr.savepoint():
                if records:
                    work(records)
        except Exception as error:
            if len(records) > 1:
                half = len(records) // 2
                return self.do(records[:half], work) | self.do(records[half:], work)
            self.fail(records, error)
            return records
        self.done.setdefault(records._name, set()).update(records.ids)
        return records.browse()

    def do_all(self, records, work, size=BATCH):
        """Work through the records in batches and commit each; the last one closes the run."""
        left = len(records)
        for ids in split_every(size, records.ids):
            left -= len(ids)
            self.do(records.browse(ids).exists(), work)
            if not self.commit(len(ids), left) and left:
                return
        self.close()

    def fail(self, record, error):
        """Note that the record failed; to be called where the error is handled."""
        _logger.error("%s: %s failed", self.cron.cron_name, record, exc_info=error)
        self.errors[record] = str(error) or type(error).__name__

    def commit(self, processed, remaining):
        """Commit what was done and what failed; return the seconds left for this run."""
        self._store()
        return self.env["ir.cron"]._commit_progress(processed, remaining=max(remaining, 0))

    def close(self):
        """Forget old failures that were not met again: they are no longer due."""
        self._store()
        self.env["client.job.failure"]._forget(self.cron, timedelta(days=1))

    def _store(self):
        self.env["client.job.failure"]._store(self.cron, self.errors, self.done)


class ClientJobFailure(models.Model):
    """What a scheduled action could not do, for managers: which record, why, and since when."""

    _name = "client.job.failure"
    _description = "Failure of a Scheduled Action"
    _inherit = ["client.protected.mixin"]
    _order = "date_last desc, id desc"
    _rec_name = "job"

    cron_id = fields.Many2one("ir.cron", required=True, index=True, ondelete="cascade")
    job = fields.Char(string="Scheduled Action", related="cron_id.cron_name")
    record_ref = fields.Reference("_get_record_models", string="Record")
    company_id = fields.Many2one("res.company", index="btree_not_null", ondelete="cascade")
    error = fields.Text(required=True)
    date_first = fields.Datetime(string="Since", required=True)
    date_last = fields.Datetime(string="Last Tried", required=True, index=True)

    _record_uniq = models.Constraint(
        "UNIQUE(cron_id, record_ref)", "There is one failure per scheduled action and record."
    )

    @api.model
    def _get_record_models(self):
        # sudo: the names of models; managers may not read the list
        found = self.env["ir.model"].sudo().search([("transient", "=", False)])
        return [(model.model, model.name) for model in found]

    def action_try_again(self):
        """Run the scheduled actions as soon as possible."""
        self.check_access("read")
        # sudo: starting our own scheduled actions, which only repeat what they do every night
        for cron in self.sudo().cron_id:
            cron._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("It is tried again within a few minutes."),
            },
        }

    @api.model
    def _store(self, cron, errors, done):
        """Add and update what failed; remove what was done.

        :param errors: {record: text}
        :param done: {model: ids}
        """
        # sudo: only scheduled actions come here, and what they do is theirs to tell
        failures = self.sudo().search([("cron_id", "=", cron.id)])
        known = {(one.record_ref._name, one.record_ref.id): one for one in failures}
        now = fields.Datetime.now()
        new = []
        for record, text in errors.items():
            values = {"error": text, "date_last": now}
            if failure := known.pop((record._name, record.id), None):
                failure.write(values)
            else:
                new.append({**values, **self._prepare_failure(cron, record), "date_first": now})
        for (model, res_id), failure in known.items():
            if res_id in done.get(model, ()):
                failure.unlink()
        failures.create(new)

    @api.model
    def _prepare_failure(self, cron, record):
        company = record if record._name == "res.company" else getattr(record, "company_id", record)
        return {
            "cron_id": cron.id,
            "record_ref": f"{record._name},{record.id}",
            "company_id": company.id if company._name == "res.company" else False,
        }

    @api.model
    def _forget(self, cron, age):
        """Remove failures of the scheduled action that were not met again for a while."""
        before = fields.Datetime.now() - age
        # sudo: only scheduled actions come here; nothing is read back
        self.sudo().search([("cron_id", "=", cron.id), ("date_last", "<", before)]).unlink()

    @api.autovacuum
    def _gc_failures(self):
        """Remove what is older than 90 days, as of a scheduled action that was switched off."""
        before = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.search([("date_last", "<", before)]).unlink()
