from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...const import ACTIVITY_REBOOT
from ...engine import stage_rules
from ...engine.clock import get_today
from ..common.client_job_failure import JobRun


class ClientReboot(models.Model):
    """One attempt at a fresh start with a client, before the relationship is ended.

    ``client_reboot_checklist.py`` has its five points, ``client.stage.process.mixin`` how a move of
    the client opens and closes it. A user is reminded halfway, at the deadline, and when it can be
    decided. A date per reminder records that it was given, so that none is given twice; after a
    later deadline it is given again.
    """

    _name = "client.reboot"
    _description = "Reboot"
    _inherit = ["client.stage.process.mixin"]
    _order = "date_start desc, id desc"
    _open_states = ("running", "awaiting")
    _move_fields = ("date_deadline", "user_id")

    state = fields.Selection(
        [
            ("running", "Running"),
            ("awaiting", "Awaiting decision"),
            ("renewed", "Renewed"),
            ("not_renewed", "Not renewed"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        default="running",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        help="Awaiting decision: all five points are done, or the deadline has passed. Withdrawn: "
        "the client was merged into another one.",
        protected=True,
    )
    date_deadline = fields.Date(
        string="Deadline",
        required=True,
        tracking=True,
        index=True,
        default=lambda self: self._get_default_deadline(self.env.company),
        help="Date by which both sides decide whether to continue.",
        until=True,
    )
    outcome = fields.Text(
        readonly=True,
        copy=False,
        help="How it ended, as entered with the decision.",
        protected=True,
    )
    is_forced = fields.Boolean(
        string="Points Left Open",
        readonly=True,
        copy=False,
        help="A manager ended it as renewed although not all five points were done.",
        protected=True,
    )
    fit_state = fields.Selection(related="relationship_id.fit_state", related_sudo=False)
    fit_date = fields.Date(related="relationship_id.fit_date", related_sudo=False)
    date_halfway = fields.Date(compute="_compute_date_halfway", store=True)
    date_reminded_halfway = fields.Date(readonly=True, copy=False, protected=True)
    date_reminded_deadline = fields.Date(readonly=True, copy=False, protected=True)
    is_overdue = fields.Boolean(
        string="Past the Deadline", compute="_compute_is_overdue", search="_search_is_overdue"
    )

    _open_uniq = models.UniqueIndex(
        "(relationship_id) WHERE state IN ('running', 'awaiting')",
        "This client already has an open reboot.",
    )

    @api.constrains("date_deadline")
    def _check_date_deadline(self):
        for reboot in self:
            if reboot.date_deadline < reboot.date_start:
                raise ValidationError(
                    self.env._(
                        "The deadline of a reboot cannot be before its start. Please enter a "
                        "later one."
                    )
                )

    @api.depends("relationship_id", "date_start")
    def _compute_display_name(self):
        for reboot in self:
            reboot.display_name = self.env._(
                "Reboot of %s", reboot.relationship_id.display_name or ""
            )

    # Deadline

    @api.depends("date_start", "date_deadline")
    def _compute_date_halfway(self):
        for reboot in self:
            start, end = reboot.date_start, reboot.date_deadline
            reboot.date_halfway = start and end and start + (end - start) / 2

    @api.depends("state", "date_deadline")
    def _compute_is_overdue(self):
        days = {company: get_today(company) for company in self.company_id}
        for reboot in self:
            is_open = reboot.state in self._open_states
            deadline = reboot.date_deadline
            reboot.is_overdue = is_open and bool(deadline) and deadline < days[reboot.company_id]

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        overdue = self._get_overdue_domain()
        return Domain.OR([overdue] * (True in value) + [~overdue] * (False in value))

    @api.model
    def _get_overdue_domain(self):
        return Domain("state", "in", self._open_states) & self._get_due_domain("date_deadline", "<")

    def write(self, vals):
        if (
            not self.env.su
            and self.filtered("date_end")
            and {"date_deadline", "user_id"} & set(vals)
        ):
            raise UserError(
                self.env._(
                    "This reboot has ended and cannot be changed. Please write what you found as "
                    "a note."
                )
            )
        result = super().write(vals)
        if "date_deadline" in vals:
            self._follow_deadline()
        return result

    def _follow_deadline(self):
        """A deadline that was put off gives new time: it is reminded of again, at its new day."""
        later = self.filtered(
            lambda reboot: (
                not reboot.date_end and reboot.date_deadline > get_today(reboot.company_id)
            )
        )
        # sudo: evidence; they follow from the deadline, which the user may write
        later.filtered("date_reminded_deadline").sudo().date_reminded_deadline = False
        later.filtered(
            lambda reboot: reboot.state == "awaiting" and reboot.done_count < 5
        ).sudo().state = "running"

    @api.model
    def _get_default_deadline(self, company):
        return get_today(company) + relativedelta(days=company.client_reboot_days)

    # Moves of the client: opening and closing

    @api.model
    def _open_for_move(self, relationships, reason, values):
        """Ask the fit questions again as well: are the reasons still there why we matched?"""
        reboots = super()._open_for_move(relationships, reason, values)
        relationships._start_fit_round("reboot", remind=False)
        return reboots

    @api.model
    def _prepare_opening(self, relationship, reason):
        return dict(
            super()._prepare_opening(relationship, reason),
            date_deadline=self._get_default_deadline(relationship.company_id),
        )

    def _get_missing(self, phase):
        if phase != stage_rules.HEALTHY:
            return {}
        return {
            reboot: [f"{label}: {text}" for _point, label, text in reboot._get_open_points()]
            for reboot in self
        }

    def _prepare_closing(self, phase, reason):
        renewed = phase == stage_rules.HEALTHY
        return {
            **super()._prepare_closing(phase, reason),
            **self._prepare_frozen(),
            "state": "renewed" if renewed else "not_renewed",
            "is_forced": renewed and self.done_count < 5,
            "outcome": reason,
        }

    def _prepare_merge_end(self, kept):
        return {
            **super()._prepare_merge_end(kept),
            **self._prepare_frozen(),
            "state": "withdrawn",
            "outcome": self.env._("Merged with %s.", kept.display_name),
        }

    @api.model
    def _open_missing(self):
        """Open one for clients in a reboot stage that have none: they came before reboots did."""
        relationships = (
            self.env["client.relationship"]
            .with_context(active_test=False)
            .search([("phase", "=", stage_rules.REBOOT)])
        )
        for relationship in relationships - self._get_open(relationships).relationship_id:
            reason = relationship.stage_reason or self.env._(
                "Started before reboots were recorded."
            )
            self._open_for_move(relationship, reason, {})

    # Decision

    def action_renew(self):
        """Go on with the client: back to Healthy, once the reason is given."""
        missing = self._get_missing(stage_rules.HEALTHY)
        if any(missing.values()) and not self.relationship_id._is_client_manager():
            raise UserError(
                self.env._(
                    "Not yet renewed. What is missing:\n%s\n\nA manager can move the client all "
                    "the same, with a reason.",
                    self._format_missing(missing),
                )
            )
        return self._ask_end(stage_rules.HEALTHY)

    def action_not_renew(self):
        """Move the client to Offboard, with the reason. Managers only."""
        return self._ask_end(stage_rules.OFFBOARD)

    def _ask_end(self, phase):
        self.ensure_one()
        return self.relationship_id.with_context(client_phase=phase).action_ask_stage()

    def action_ask_decision(self):
        """Mark it as ready for a decision, and ask the team leader."""
        self.check_access("write")
        running = self.filtered(lambda reboot: reboot.state == "running")
        # sudo: evidence; users who work on the reboot may ask for its decision
        running.sudo().write({"state": "awaiting"})
        running._remind("decide", running._get_deciders())

    def _get_deciders(self):
        """Return {reboot: its team leader, else its responsible}."""
        # sudo: only who it is; users who work on the reboot may be unable to read the team
        teams = {reboot: reboot.sudo().relationship_id.team_id for reboot in self}
        responsible = self._get_responsible()
        return {
            reboot: self.relationship_id._filter_responsible(team.user_id, reboot.company_id)
            or responsible[reboot]
            for reboot, team in teams.items()
        }

    # Reminders

    @api.model
    def _get_reminder_domains(self):
        """Return {field that notes the reminder: domain of the reboots to remind of today}."""
        live = Domain("state", "in", self._open_states) & Domain(
            "relationship_id.active", "=", True
        )
        ended = self._get_due_domain("date_deadline")
        never = Domain("date_reminded_deadline", "=", False)
        return {
            "date_reminded_halfway": live
            & ~ended
            & Domain("state", "=", "running")
            & self._get_due_domain("date_halfway")
            & Domain("date_reminded_halfway", "=", False),
            "date_reminded_deadline": live & ended & never,
        }

    @api.model
    def _cron_follow_reboots(self, batch_size=100):
        """Remind of open reboots, and mark those that wait for a decision; every night."""
        domains = self._get_reminder_domains()
        domain = Domain.OR([*domains.values(), Domain("state", "=", "running")])
        JobRun(self.env, "ir_cron_client_reboot").do_all(
            self.search(domain, order="id"),
            lambda reboots: reboots._follow(domains),
            batch_size,
        )

    def _follow(self, domains):
        for fname, domain in domains.items():
            due = self.filtered_domain(domain)
            due._remind(fname)
            for company, reboots in due.grouped("company_id").items():
                # sudo: evidence; only our own cron comes here
                reboots.sudo().write({fname: get_today(company)})
        self._await_decision()

    def _await_decision(self):
        """Mark those that can be decided: all points are done, or the deadline has passed."""
        running = self.filtered(lambda reboot: reboot.state == "running")
        complete = running.filtered(lambda reboot: reboot.done_count == 5)
        over = running.filtered(lambda reboot: reboot.date_deadline < get_today(reboot.company_id))
        # sudo: evidence; what the records show decides, not the current user
        (complete | over).sudo().write({"state": "awaiting"})
        (complete - over)._remind("complete")

    @api.model
    def _get_reminder_texts(self):
        return {
            "date_reminded_halfway": self.env._("Half of the time for the reboot is over"),
            "date_reminded_deadline": self.env._("The deadline of the reboot has passed: renewed?"),
            "complete": self.env._("All five points of the reboot are done: renewed?"),
            "decide": self.env._("Decide: renewed, or is there nothing left to gain?"),
        }

    def _remind(self, kind, users=None):
        """Give each reboot an activity of ``users``, else of its responsible."""
        self._schedule_activities(
            users or self._get_responsible(),
            ACTIVITY_REBOOT,
            get_summary=lambda reboots: reboots._get_reminder_texts()[kind],
        )
