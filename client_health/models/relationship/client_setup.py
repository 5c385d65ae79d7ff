from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine import intake, stage_rules
from ...engine.clock import get_today
from ..common.client_job_failure import BATCH, JobRun

READ_MODELS = (
    "account.move",
    "client.relationship",
    "crm.lead",
    "project.project",
    "res.company",
    "res.partner",
    "res.users",
)


def get_left_out(row):
    """Return why a candidate is not proposed as a client ("internal", "supplier"), or False."""
    if row["internal"]:
        return "internal"
    return "supplier" if row["bills"] > row["invoices"] and not row["won"] else False


class ClientIntake(models.AbstractModel):
    """How a partner becomes a client: at set-up, every night, and when an opportunity is won.

    Who is proposed is read by ``engine/intake.py``.
    """

    _name = "client.intake"
    _description = "Client Intake"

    @api.model
    def _get_candidates(self, company, months):
        """Return one dict per proposed partner; see ``engine.intake`` for the keys.

        Added here: ``partner`` and ``user`` (the proposed salesperson: the partner's salesperson,
        else the manager of its latest project, else empty).
        """
        date_from = get_today(company) - relativedelta(months=months)
        for model in READ_MODELS:
            self.env[model].flush_model()
        rows = self.env.execute_query_dict(intake.select_candidates(company.id, date_from))
        partners = self.env["res.partner"].browse(row["partner_id"] for row in rows)
        managers = self._get_project_managers(partners, company)
        Relationship = self.env["client.relationship"]
        for row, partner in zip(rows, partners, strict=True):
            row["partner"] = partner
            row["user"] = Relationship._filter_responsible(
                partner.user_id, company
            ) or managers.get(partner.id, self.env["res.users"])
        return rows

    @api.model
    def _get_project_managers(self, partners, company):
        """Return {client id: manager of its latest running project}, in one query.

        A project of the company itself beats one that belongs to no company.
        """
        Relationship = self.env["client.relationship"]
        # sudo: only the manager's name is taken, as the person to ask
        projects = (
            self.env["project.project"]
            .sudo()
            .search_fetch(
                [
                    ("partner_id.commercial_partner_id", "in", partners.ids),
                    ("company_id", "in", [company.id, False]),
                    ("user_id", "!=", False),
                    ("is_template", "=", False),
                ],
                ["partner_id", "company_id", "user_id"],
                order="id",
            )
        )
        return {
            project.partner_id.commercial_partner_id.id: project.user_id.sudo(False)
            for project in projects.sorted(lambda project: bool(project.company_id))
            if Relationship._filter_responsible(project.user_id, company)
        }

    @api.model
    def _add_clients(self, company, owners):
        """Open the missing relationships of a company; return the new ones.

        :param owners: {commercial partner: user, or an empty recordset}
        A client that had ended is never moved: a person is asked to look at it.
        """
        Relationship = self.env["client.relationship"]
        known = Relationship.with_context(active_test=False)._get_by_client(
            self.env["res.partner"].union(*owners), company
        )
        Relationship.union(*known.values())._remind_returned()
        return Relationship._create_in_batch(
            [
                {"partner_id": partner.id, "company_id": company.id, "user_id": user.id}
                for partner, user in owners.items()
                if (partner, company) not in known
            ]
        )

    @api.model
    def _decline(self, company, partners):
        """Remember that these are not clients, so that they are not proposed again."""
        Relationship = self.env["client.relationship"]
        known = Relationship.with_context(active_test=False)._get_by_client(partners, company)
        Relationship._create_in_batch(
            [
                {
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "active": False,
                    "user_id": False,
                }
                for partner in partners
                if (partner, company) not in known
            ]
        )

    @api.model
    def _cron_add_clients(self):
        """Add the clients of yesterday to every company that has been set up."""
        run = JobRun(self.env, "ir_cron_client_intake")
        companies = self.env["res.company"].search([("client_setup_date", "!=", False)])
        run.do_all(companies, lambda few: self._add_new_clients(few, run), size=1)

    @api.model
    def _add_new_clients(self, company, run):
        intake_here = self.with_company(company)
        merge = intake_here.env["client.merge"]
        run.do(merge._get_moved_partners(company), merge._follow_commercial_partners)
        rows = intake_here._get_candidates(company, company.client_setup_months)
        owners = {row["partner"]: row["user"] for row in rows if not get_left_out(row)}
        run.do(
            self.env["res.partner"].union(*owners),
            lambda partners: intake_here._add_clients(
                company, {partner: owners[partner] for partner in partners}
            ),
        )
        run.do(intake_here._get_returned(company), lambda clients: clients._remind_returned())

    @api.model
    def _get_returned(self, company):
        """Return the ended clients that were invoiced since."""
        ended = self.env["client.relationship"].search(
            [("phase", "=", stage_rules.ENDED), ("company_id", "=", company.id)]
        )
        last_invoices = dict(
            self.env["account.move"]._read_group(
                [
                    ("commercial_partner_id", "in", ended.partner_id.ids),
                    ("company_id", "=", company.id),
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                ],
                ["commercial_partner_id"],
                ["create_date:max"],
            )
        )
        return ended.filtered(
            lambda rel: (
                (last := last_invoices.get(rel.partner_id)) and last > rel.date_last_stage_update
            )
        )


PROPOSAL_DAYS = 30
KEPT_DAYS = 90


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
    schedule = fields.Boolean(
        string="Schedule a first check-in",
        default=True,
        help="Every new client gets the activities of its stage.",
    )
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

    @api.depends("line_ids.state", "line_ids.is_client")
    def _compute_counts(self):
        self.line_ids.flush_recordset(["is_client", "state"])
        rows = self.env["client.setup.line"]._read_group(
            [("setup_id", "in", self.ids)], ["setup_id", "is_client", "state"], ["__count"]
        )
        for setup in self:
            own = [row[1:] for row in rows if row[0] == setup._origin]
            total = sum(count for _is_client, _state, count in own)
            left = sum(count for _is_client, state, count in own if state == "todo")
            setup.progress = 100 * (total - left) / total if total else 100
            setup.client_count = sum(count for is_client, _state, count in own if is_client)
            setup.failed_count = sum(count for _is, state, count in own if state == "failed")

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
            raise UserError(self.env._("This set-up has been started and cannot be changed."))

    def _prepare_line(self, row):
        return {
            "setup_id": self.id,
            "partner_id": row["partner_id"],
            "is_client": not get_left_out(row),
            "left_out": get_left_out(row),
            "user_id": (row["user"] or self.env.user).id,
            **{key: row[key] for key in ("invoices", "projects", "won", "bills")},
        }

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
        run.close()

    def _get_todo_domain(self):
        return [("setup_id", "in", self.ids), ("state", "=", "todo")]

    def _count_left(self):
        running = self.search([("state", "=", "running")])
        return len(running) + running.line_ids.search_count(running._get_todo_domain())

    def _apply(self, lines):
        """Open the relationships of some lines; without one mail per client."""
        chosen = lines.filtered("is_client")
        intake = self.env["client.intake"].with_context(
            mail_activity_automation_skip=not self.schedule
        )
        intake._add_clients(self.company_id, {line.partner_id: line.user_id for line in chosen})
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

    @api.autovacuum
    def _gc_setups(self):
        """Delete proposals that were not followed up, and set-ups that ended long ago."""
        now = fields.Datetime.now()
        for state, days in (("proposed", PROPOSAL_DAYS), ("done", KEPT_DAYS)):
            before = now - timedelta(days=days)
            self.search([("state", "=", state), ("write_date", "<", before)]).unlink()


class ClientSetupLine(models.Model):
    """A partner that the set-up proposes as a client, or leaves out with the reason."""

    _name = "client.setup.line"
    _description = "Proposed Client"
    _inherit = ["client.readable.links.mixin", "client.protected.mixin"]
    _order = "is_client desc, id"
    _rec_name = "partner_id"

    setup_id = fields.Many2one(
        "client.setup", required=True, index=True, ondelete="cascade", protected=True
    )
    company_id = fields.Many2one(related="setup_id.company_id")
    partner_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="cascade", protected=True
    )
    is_client = fields.Boolean(
        string="Client", help="Not ticked: archived, and not proposed again."
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        ondelete="set null",
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
    )
    invoices = fields.Integer(readonly=True, protected=True)
    projects = fields.Integer(
        readonly=True, help="Running projects of this partner.", protected=True
    )
    won = fields.Integer(readonly=True, help="Opportunities won with this partner.", protected=True)
    bills = fields.Integer(readonly=True, help="Vendor bills of this partner.", protected=True)
    left_out = fields.Selection(
        [("internal", "Own company or colleague"), ("supplier", "Supplier")],
        string="Note",
        readonly=True,
        help="Why this partner is not proposed as a client.",
        protected=True,
    )
    state = fields.Selection(
        [("todo", "To do"), ("done", "Done"), ("failed", "Failed")],
        required=True,
        default="todo",
        readonly=True,
        index=True,
        help="Failed: the reason is listed under Failed Jobs. Clients are tried again every night.",
        protected=True,
    )

    def write(self, vals):
        if not self.env.su:
            for setup in self.setup_id:
                setup._check_proposed()
        return super().write(vals)
