from odoo import api, fields, models

from ..models.relationship.client_intake import get_left_out

BATCH = 500


class ClientSetup(models.TransientModel):
    """First set-up: proposes clients, and creates the relationships that the user chose.

    The lines are made on the server, so that a firm with thousands of partners can page through
    them. Up to one batch is created at once; the rest by a scheduled action, which continues where
    it was stopped.
    """

    _name = "client.setup"
    _description = "Client Set-up"
    _inherit = ["client.readable.links.mixin"]

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
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
        default="proposed",
        readonly=True,
    )
    progress = fields.Float(compute="_compute_progress", help="Share of the partners done, in %.")
    client_count = fields.Integer(compute="_compute_client_count")

    _months_positive = models.Constraint(
        "CHECK(months > 0)", "Please look back at least one month."
    )

    @api.depends("months")
    def _compute_display_name(self):
        for setup in self:
            setup.display_name = self.env._("First Set-up")

    @api.depends("line_ids.done")
    def _compute_progress(self):
        for setup in self:
            total = len(setup.line_ids)
            setup.progress = 100 * len(setup.line_ids.filtered("done")) / total if total else 100

    @api.depends("line_ids.is_client")
    def _compute_client_count(self):
        for setup in self:
            setup.client_count = len(setup.line_ids.filtered("is_client"))

    @api.model
    def action_open(self):
        """Open a fresh proposal for the current company."""
        setup = self.create({})
        setup.action_propose()
        return setup._get_form_action()

    def action_propose(self):
        """Search again, with the current period; changes made by hand stay."""
        self.ensure_one()
        kept = {line.partner_id.id: line for line in self.line_ids}
        rows = self.env["client.intake"]._get_candidates(self.company_id, self.months)
        found = {row["partner_id"] for row in rows}
        self.line_ids.filtered(lambda line: line.partner_id.id not in found).unlink()
        self.env["client.setup.line"].create(
            [self._prepare_line(row) for row in rows if row["partner_id"] not in kept]
        )
        return self._get_form_action()

    def _prepare_line(self, row):
        return {
            "setup_id": self.id,
            "partner_id": row["partner_id"],
            "is_client": not get_left_out(row),
            "left_out": get_left_out(row),
            "user_id": (row["user"] or self.env.user).id,
            **{key: row[key] for key in ("invoices", "projects", "won", "bills")},
        }

    def action_apply(self):
        self.ensure_one()
        self.state = "running"
        self._apply_batch()
        if self.state == "running":
            # sudo: starting our own scheduled action, which continues what the user started
            self.env.ref("client_health.ir_cron_client_setup").sudo()._trigger()
            return self._get_form_action()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_relationship_action"
        )

    def _apply_batch(self):
        """Open one batch of relationships and return how many lines are left."""
        self.ensure_one()
        todo = self.line_ids.filtered(lambda line: not line.done)
        batch = todo[:BATCH]
        chosen = batch.filtered("is_client")
        intake = self.env["client.intake"].with_context(
            mail_activity_automation_skip=not self.schedule
        )
        intake._add_clients(self.company_id, {line.partner_id: line.user_id for line in chosen})
        intake._decline(self.company_id, (batch - chosen).partner_id)
        batch.done = True
        if batch == todo:
            self._finish()
        return len(todo) - len(batch)

    def _finish(self):
        self.state = "done"
        # sudo: marks the company as set up and has its figures computed; users who may open
        # relationships may do both
        company = self.company_id.sudo()
        company.write(
            {
                "client_setup_date": fields.Date.context_today(self),
                "client_setup_months": self.months,
            }
        )
        self.env["client.profitability"].sudo()._try_rebuild(company)
        for name in ("ir_cron_client_health", "ir_cron_client_health_backfill"):
            # sudo: starting our own scheduled actions; they score the clients just added
            self.env.ref(f"client_health.{name}").sudo()._trigger()

    def _get_form_action(self):
        return self._get_records_action(name=self.env._("Who are your clients?"))

    @api.model
    def _cron_apply(self):
        """Go on with set-ups too large for one request; stoppable after every batch."""
        for setup in self.search([("state", "=", "running")]):
            remaining = True
            while remaining:
                remaining = setup.with_company(setup.company_id)._apply_batch()
                if not self.env["ir.cron"]._commit_progress(BATCH, remaining=remaining):
                    return
