from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine.clock import get_today
from ..common.client_job_failure import BATCH, JobRun

PROPOSAL_DAYS = 30
KEPT_DAYS = 90
# Working days over which the first check-ins are spread, by the rhythm of updates
CHECK_IN_DAYS = {"quarterly": 60}
USUAL_CHECK_IN_DAYS = 20


class ClientSetup(models.Model):
    """First set-up: proposes clients, and creates the relationships that the user chose.

    The lines are made on the server, so that a firm with thousands of partners can page through
    them. A scheduled action creates the relationships, in batches; it continues where it was
    stopped. The records are real ones: transient ones would be deleted while it runs.
    """

    _name = "client.setup"
    _description = "Client Set-up"
    _inherit = ["client.readable.links.mixin", "client.protected.mixin"]
    _order = "id desc"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
        index=True,
        protected=True,
    )
    months = fields.Integer(
        string="Look Back (months)",
        required=True,
        default=lambda self: self.env.company.client_setup_months,
    )
    line_ids = fields.One2many("client.setup.line", "setup_id", string="Partners")
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson for the Others",
        default=lambda self: self.env.user,
        ondelete="set null",
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
        help="Gets the clients for whom no salesperson is proposed or chosen.",
    )
    schedule = fields.Boolean(
        string="Schedule a first check-in",
        default=True,
        help="Every new client gets the activities of its stage, after the first score: those in "
        "trouble first, the others over the following weeks. Nobody gets an e-mail for it.",
    )
    is_planned = fields.Boolean(readonly=True, copy=False, protected=True)
    state = fields.Selection(
        [("proposed", "Proposal"), ("running", "Running"), ("done", "Done")],
        required=True,
        default="proposed",
        readonly=True,
        index=True,
        protected=True,
    )
    progress = fields.Float(compute="_compute_counts", help="Share of the partners done, in %.")
    client_count = fields.Integer(compute="_compute_counts")
    ended_count = fields.Integer(
        string="Maybe Ended",
        compute="_compute_counts",
        help="Clients chosen of whom nothing has been seen for long.",
    )
    unassigned_count = fields.Integer(
        string="Without a Salesperson",
        compute="_compute_counts",
        help="Clients chosen that get the salesperson for the others.",
    )
    history_progress = fields.Float(
        string="Past Two Years",
        compute="_compute_history_progress",
        help="How much of the history has been computed, in %. What Odoo's records don't tell of a "
        "day stays unknown.",
    )
    failed_count = fields.Integer(
        string="Failed",
        compute="_compute_counts",
        help="Partners that could not be added; the reasons are listed under Failed Jobs.",
    )

    unfed_measures = fields.Char(
        string="Not Recorded Yet",
        compute="_compute_unfed_measures",
        help="Measures of which nobody in your company has records. They are left out of the "
        "coverage, and come in by themselves with the first records.",
    )

    _months_positive = models.Constraint(
        "CHECK(months > 0)", "Please look back at least one month."
    )

    @api.depends("months")
    def _compute_display_name(self):
        for setup in self:
            setup.display_name = self.env._("First Set-up")

    @api.depends("line_ids.state", "line_ids.is_client", "line_ids.hint", "line_ids.user_id")
    def _compute_counts(self):
        self.line_ids.flush_recordset(["is_client", "state", "hint", "user_id"])
        rows = self.env["client.setup.line"]._read_grouping_sets(
            [("setup_id", "in", self.ids)],
            [
                ["setup_id", "is_client", "state"],
                ["setup_id", "is_client", "hint"],
                ["setup_id", "is_client", "user_id"],
            ],
            ["__count"],
        )
        for setup in self:
            by_state, by_hint, by_user = (
                [row[1:] for row in group if row[0] == setup._origin] for group in rows
            )
            total = sum(count for *_keys, count in by_state)
            left = sum(count for _is_client, state, count in by_state if state == "todo")
            setup.progress = 100 * (total - left) / total if total else 100
            setup.failed_count = sum(count for _is, state, count in by_state if state == "failed")
            setup.client_count = sum(count for is_client, _key, count in by_state if is_client)
            setup.ended_count = sum(
                count for is_client, hint, count in by_hint if is_client and hint == "ended"
            )
            setup.unassigned_count = sum(
                count for is_client, user, count in by_user if is_client and not user
            )

    @api.depends("state", "company_id")
    def _compute_history_progress(self):
        run = self.env["client.health.run"]
        for setup in self:
            # sudo: where the background job is; the company's fields are those of managers
            setup.history_progress = run._get_backfill_progress(setup.company_id.sudo())

    @api.depends("state")
    def _compute_unfed_measures(self):
        """Name what nobody feeds, once a night has looked."""
        measures = self.env["client.health.measure"].search([("active", "=", True)])
        for setup in self:
            own = measures.with_company(setup.company_id)
            unfed = own.filtered(lambda measure: not measure.is_fed)
            setup.unfed_measures = unfed != measures and ", ".join(unfed.mapped("name"))

    # Proposal

    @api.model
    def action_open(self):
        """Open the set-up that runs for the current company, else the user's proposal."""
        here = [("company_id", "=", self.env.company.id)]
        setup = self.search([*here, ("state", "=", "running")], limit=1)
        if not setup:
            own = [("create_uid", "=", self.env.uid), ("state", "=", "proposed")]
            setup = self.search([*here, *own], limit=1) or self.create({})
            setup.action_propose()
        return setup._get_form_action()

    def action_propose(self):
        """Search again, with the current period; changes made by hand stay."""
        self.ensure_one()
        self.check_access("write")
        self._check_proposed()
        kept = {line.partner_id.id: line for line in self.line_ids}
        rows = self.env["client.intake"]._get_candidates(self.company_id, self.months)
        found = {row["partner_id"] for row in rows}
        # sudo: users can't write lines of their own: who is proposed follows from the documents
        lines = self.line_ids.sudo()
        lines.filtered(lambda line: line.partner_id.id not in found).unlink()
        lines.create([self._prepare_line(row) for row in rows if row["partner_id"] not in kept])
        return self._get_form_action()

    def _check_proposed(self):
        if self.state != "proposed":
            raise UserError(
                self.env._(
                    "This set-up has been started and cannot be changed. Please change the "
                    "clients themselves."
                )
            )

    def _prepare_line(self, row):
        return {
            "setup_id": self.id,
            "is_client": not row["left_out"],
            "user_id": row["user"].id,
            "hours": round(row["hours"], 2),
            "same_partner_id": row["same_id"],
            **{
                key: row[key]
                for key in (
                    "partner_id",
                    "invoices",
                    "projects",
                    "won",
                    "bills",
                    "revenue",
                    "last_date",
                    "left_out",
                    "hint",
                )
            },
        }

    def action_open_lines(self):
        """Open the partners as a list of their own: to search, filter and tick many at once."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "client_health.client_setup_line_action"
        )
        return {**action, "domain": [("setup_id", "=", self.id)]}

    def _get_form_action(self):
        return self._get_records_action(name=self.env._("Who are your clients?"))

    # Running in the background

    def action_apply(self):
        """Start it; a second click finds it running."""
        self.ensure_one()
        self.check_access("write")
        if self.state == "proposed":
            # sudo: protected from users; that this user may start it was just checked
            self.sudo().state = "running"
            # sudo: starting our own scheduled action, which does what the user started
            self.env.ref("client_health.ir_cron_client_setup").sudo()._trigger()
        return self._get_form_action()

    def action_refresh(self):
        """Show how far it is."""
        self.check_access("read")
        return self._get_form_action()

    @api.model
    def _cron_apply(self):
        """Go on with the set-ups that were started; stoppable after every batch."""
        run = JobRun(self.env, "ir_cron_client_setup")
        for setup in self.search([("state", "=", "running")]):
            setup = setup.with_company(setup.company_id)
            while lines := setup.line_ids.search(setup._get_todo_domain(), limit=BATCH):
                failed = run.do(lines, setup._apply)
                failed.state = "failed"
                if not run.commit(len(lines), self._count_left()):
                    return
            if not run.do(setup, lambda setup: setup._finish()):
                # it is done, with or without the lines that failed
                run.commit(1, self._count_left())
        run.do(self._get_unplanned(), lambda setups: setups._plan_check_ins())
        run.close()

    def _get_todo_domain(self):
        return [("setup_id", "in", self.ids), ("state", "=", "todo")]

    def _count_left(self):
        running = self.search([("state", "=", "running")])
        return len(running) + running.line_ids.search_count(running._get_todo_domain())

    def _apply(self, lines):
        """Open the relationships of some lines; without a mail, and without activities yet."""
        chosen = lines.filtered("is_client")
        intake = self.env["client.intake"].with_context(mail_activity_automation_skip=True)
        intake._add_clients(
            self.company_id, {line.partner_id: line.user_id or self.user_id for line in chosen}
        )
        intake._decline(self.company_id, (lines - chosen).partner_id)
        lines.state = "done"

    def _finish(self):
        self.state = "done"
        # sudo: marks the company as set up and has its figures computed; users who may open
        # relationships may do both
        company = self.company_id.sudo()
        company.write({"client_setup_date": get_today(company), "client_setup_months": self.months})
        self.env["client.profitability"].sudo()._try_rebuild(company)
        for name in ("ir_cron_client_health", "ir_cron_client_health_backfill"):
            # sudo: starting our own scheduled actions; they score the clients just added
            self.env.ref(f"client_health.{name}").sudo()._trigger()
        self.is_planned = not self.schedule

    # The first check-ins

    @api.model
    def _get_unplanned(self):
        """Return the set-ups whose check-ins can be planned; come back for those that wait."""
        setups = self.search([("state", "=", "done"), ("is_planned", "=", False)])
        run = self.env["client.health.run"]
        yesterday = fields.Datetime.now() - timedelta(days=1)
        waiting = setups.filtered(
            lambda setup: (
                setup.write_date > yesterday
                and run._get_unscored(setup.company_id, get_today(setup.company_id), 1)
            )
        )
        if waiting:
            # sudo: starting our own scheduled action again, once the first scores are there
            cron = self.env.ref("client_health.ir_cron_client_setup").sudo()
            cron._trigger(fields.Datetime.now() + timedelta(minutes=2))
        return setups - waiting

    def _plan_check_ins(self):
        """Plan the steps of the stage of the new clients: the worst first, over some weeks.

        Who may have ended gets none: whether it has is a question of its own.
        """
        for setup in self:
            clients = setup._get_new_clients().sorted(
                lambda client: (client.phase != "healthy", client.health_attention or 0),
                reverse=True,
            )
            users = {client: client.user_id for client in clients}
            days = CHECK_IN_DAYS.get(setup.company_id.client_cadence, USUAL_CHECK_IN_DAYS)
            dates = clients._spread_days(users, days)
            for stage, group in clients.grouped("stage_id").items():
                stage._schedule_plan(group, dates)
            setup._greet(clients)
            setup.is_planned = True

    def _get_new_clients(self):
        lines = self.line_ids.filtered(
            lambda line: line.is_client and line.state == "done" and line.hint != "ended"
        )
        return self.env["client.relationship"].search(
            [
                ("partner_id", "in", lines.partner_id.ids),
                ("company_id", "=", self.company_id.id),
                ("user_id", "!=", False),
                ("phase", "in", ("healthy", "at_risk")),
            ]
        )

    def _greet(self, clients):
        """Tell each salesperson once, on the client to begin with, that theirs are there."""
        first = {
            group[:1]: user for user, group in clients.grouped("user_id").items() if user.active
        }
        clients.browse(client.id for client in first)._schedule_activities(
            first,
            "mail.mail_activity_data_todo",
            get_summary=lambda records: records.env._(
                "Your clients are here: begin with this one. The first check-ins are spread over "
                "the next weeks."
            ),
        )

    @api.autovacuum
    def _gc_setups(self):
        """Delete proposals that were not followed up, and set-ups that ended long ago."""
        now = fields.Datetime.now()
        for state, days in (("proposed", PROPOSAL_DAYS), ("done", KEPT_DAYS)):
            before = now - timedelta(days=days)
            self.search([("state", "=", state), ("write_date", "<", before)]).unlink()
