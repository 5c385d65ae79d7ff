import base64
import logging
from contextlib import contextmanager
from datetime import timedelta

from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import USER_GROUP
from ...engine.clock import get_today
from ..common.client_job_failure import JobRun

_logger = logging.getLogger(__name__)
OPEN = ("waiting", "running")
KEPT_DAYS = 14
STEPS = {
    "weekly": relativedelta(weeks=1),
    "monthly": relativedelta(months=1),
    "quarterly": relativedelta(months=3),
}


class ReviewCancelled(Exception):
    """The user does not want the file any more."""


class ClientReviewRun(models.Model):
    """A review that is made in the background, for one user: how far it is, and its file.

    It is made with the rights of that user, and nobody else reads it: managers neither. It is read
    with a cursor of its own, so that all sheets show the same moment while progress is committed.
    """

    _name = "client.review.run"
    _description = "Review File"
    _inherit = ["client.protected.mixin"]
    _order = "id desc"
    _rec_name = "file_name"

    user_id = fields.Many2one(
        "res.users",
        string="Made For",
        required=True,
        index=True,
        ondelete="cascade",
        protected=True,
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", protected=True)
    schedule_id = fields.Many2one(
        "client.review.schedule", index="btree_not_null", ondelete="set null", protected=True
    )
    relationship_ids = fields.Many2many("client.relationship", string="Clients", protected=True)
    filters = fields.Json(protected=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("running", "Being made"),
            ("done", "Ready"),
            ("cancelled", "Cancelled"),
            ("failed", "Failed"),
        ],
        required=True,
        default="waiting",
        index=True,
        protected=True,
    )
    step = fields.Char(string="Sheet", protected=True)
    progress = fields.Float(string="Progress (%)", aggregator=None, protected=True)
    date_done = fields.Datetime(string="Ready Since", protected=True)
    file = fields.Binary(string="Workbook", attachment=False, protected=True)
    file_name = fields.Char(protected=True)

    # Whoever asks gets one at a time; what is scheduled is made one after the other anyway.
    _one_per_user = models.UniqueIndex(
        "(user_id) WHERE state IN ('waiting', 'running') AND schedule_id IS NULL",
        "A review of yours is being made already.",
    )

    @api.model
    def _queue(self, relationships, filters=()):
        """Have a review made in the background for the current user; return it."""
        # sudo: users don't write these; what it is made of is read with their rights
        Run = self.sudo()
        if Run.search_count(
            [("user_id", "=", self.env.uid), ("state", "in", OPEN), ("schedule_id", "=", False)]
        ):
            raise UserError(
                self.env._(
                    "A review of yours is being made already. Please wait for it, or cancel it: "
                    "Reporting / Review Files."
                )
            )
        run = Run.create(
            {
                "user_id": self.env.uid,
                "company_id": self.env.company.id,
                "relationship_ids": [(6, 0, relationships.ids)],
                "filters": list(filters),
                "file_name": self._get_file_name(),
            }
        )
        self.env.ref("client_health.ir_cron_client_review").sudo()._trigger()
        return run.with_env(self.env)

    @api.model
    def _get_file_name(self):
        return f"client-review-{fields.Date.to_string(get_today(self.env.company))}.xlsx"

    def action_cancel(self):
        """Stop a review that is being made, or take it out of the queue."""
        self.check_access("read")
        # sudo: its user alone can read it, and may always do without it
        self.sudo().filtered(lambda run: run.state in OPEN).state = "cancelled"

    def action_refresh(self):
        """Show how far it is: Odoo reads the record again after a button."""
        self.check_access("read")

    def action_download(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file/{self.file_name}?download=true",
            "target": "download",
        }

    # The job

    @api.model
    def _cron_make(self):
        """Queue what is scheduled for today, then make what waits, one after the other.

        One that was interrupted is still running, and made anew.
        """
        job = JobRun(self.env, "ir_cron_client_review")
        self.env["client.review.schedule"]._queue_due(job)
        runs = self.search([("state", "in", OPEN)], order="id")
        left = len(runs)
        for run in runs:
            left -= 1
            run._make_safely(job)
            if not job.commit(1, left) and left:
                return
        job.close()

    def _make_safely(self, job):
        """Make the file; one that fails says so to its user, and to managers."""
        try:
            self._make()
        except ReviewCancelled:
            _logger.info("%s was cancelled", self)
        except Exception as error:
            self.env.cr.rollback()
            self.invalidate_recordset()
            if self._is_wanted():
                self.state = "failed"
                job.fail(self, error)

    def _is_wanted(self):
        self.invalidate_recordset(["state"])
        return bool(self.exists()) and self.state in OPEN

    def _make(self):
        self.ensure_one()
        if not self._is_user_allowed():
            self.state = "cancelled"
            return
        self.state = "running"
        self.env["ir.cron"]._commit_progress()
        with self._open_env() as env:
            run = self.with_env(env)
            content = env["client.review"]._get_workbook(
                run._get_relationships(), filters=self.filters or (), progress=self._set_step
            )
        self.write(
            {
                "state": "done",
                "progress": 100,
                "step": False,
                "date_done": fields.Datetime.now(),
                "file": base64.b64encode(content),
            }
        )
        if self.schedule_id:
            self._send(content)

    def _is_user_allowed(self):
        """Return whether its user is still active, one of ours, and in the company."""
        user = self.user_id
        return user.active and user.has_group(USER_GROUP) and self.company_id in user.company_ids

    @contextmanager
    def _open_env(self):
        """Open an environment of its user that sees the same moment until it is closed."""
        user = self.user_id
        context = {
            "lang": user.lang,
            "tz": user.tz,
            "allowed_company_ids": self.company_id.ids,
        }
        with self.env.registry.cursor() as cr:
            yield api.Environment(cr, user.id, context)

    def _get_relationships(self):
        """Return the clients of the review, as far as its user may read them."""
        # sudo: which clients were chosen; the search below is done as the user
        chosen = self.sudo().relationship_ids
        if self.sudo().schedule_id:
            domain = self.sudo().schedule_id._get_domain()
        else:
            domain = [("id", "in", chosen.ids), ("active", "in", [True, False])]
        return self.env["client.relationship"].search(domain, order="stage_id, partner_id, id")

    def _set_step(self, names, name):
        """Write how far it is, for all to see; raise where the user has cancelled."""
        if not self._is_wanted():
            raise ReviewCancelled
        self.write({"step": name, "progress": 100 * names.index(name) / len(names)})
        self.env["ir.cron"]._commit_progress()

    def _send(self, content):
        """Mail the file to its user, and to nobody else."""
        user = self.user_id
        own = self.with_context(lang=user.lang)
        self.env["mail.thread"].message_notify(
            model=self._name,
            res_id=self.id,
            partner_ids=user.partner_id.ids,
            subject=own.env._("Client review: %s", self.schedule_id.name),
            body=Markup("<p>{}</p>").format(
                own.env._(
                    "The review is attached: as of today, with what you may see. Its first sheet "
                    "names the clients to talk about, and why."
                )
            ),
            attachments=[(self.file_name, content)],
        )

    @api.autovacuum
    def _gc_runs(self):
        """Delete files after two weeks: they are made anew in seconds, and hold figures."""
        before = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.search([("create_date", "<", before)]).unlink()


class ClientReviewSchedule(models.Model):
    """A review that is mailed regularly; each recipient gets a file made with their own rights."""

    _name = "client.review.schedule"
    _description = "Scheduled Review"
    _inherit = ["client.protected.mixin", "client.readable.links.mixin"]
    _order = "date_next, id"
    _check_company_auto = True

    name = fields.Char(required=True, default=lambda self: self.env._("Client review"))
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    recipient_ids = fields.Many2many(
        "res.users",
        string="Send To",
        required=True,
        check_company=True,
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
        help="Each gets a file of the clients and figures that they may see. Users who left, or "
        "who have no access to clients, get none.",
    )
    interval = fields.Selection(
        [("weekly", "Every week"), ("monthly", "Every month"), ("quarterly", "Every quarter")],
        required=True,
        default="monthly",
    )
    date_next = fields.Date(
        string="Next On",
        required=True,
        index=True,
        default=lambda self: get_today(self.env.company),
        help="Two days before the meeting leaves time to read it.",
    )
    stage_ids = fields.Many2many(
        "client.relationship.stage", string="Stages", help="Empty: all but ended clients."
    )
    user_ids = fields.Many2many(
        "res.users",
        "client_review_schedule_salesperson_rel",
        string="Salespersons",
        domain="[('share', '=', False)]",
        help="Empty: all.",
    )

    def _get_domain(self):
        """Return the domain of the clients; whoever searches by it finds what they may read."""
        self.ensure_one()
        domain = [("company_id", "=", self.company_id.id)]
        if self.stage_ids:
            domain.append(("stage_id", "in", self.stage_ids.ids))
        else:
            domain.append(("phase", "!=", "ended"))
        if self.user_ids:
            domain.append(("user_id", "in", self.user_ids.ids))
        return domain

    def _get_filters(self):
        """Return words for what was chosen."""
        return [*self.stage_ids.mapped("name"), *self.user_ids.mapped("name")]

    @api.model
    def _queue_due(self, job):
        """Queue a file for each recipient of what is due; once, however late the job comes."""
        for company in self.env["res.company"].search([]):  # pylint: disable=no-search-all
            today = get_today(company)
            due = self.search([("company_id", "=", company.id), ("date_next", "<=", today)])
            for schedule in due:
                job.do(schedule, lambda one, day=today: one._queue_files(day))

    def _queue_files(self, today):
        self.ensure_one()
        Run = self.env["client.review.run"]
        Run.create(
            [
                {
                    "user_id": user.id,
                    "company_id": self.company_id.id,
                    "schedule_id": self.id,
                    "filters": self._get_filters(),
                    "file_name": f"client-review-{fields.Date.to_string(today)}.xlsx",
                }
                for user in self.recipient_ids
                if user.active
            ]
        )
        while self.date_next <= today:
            self.date_next += STEPS[self.interval]
