from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import stage_rules
from . import (
    client_episode_mixin,  # noqa: F401  these have to be there before
    client_reboot_evidence_mixin,  # noqa: F401
    client_reboot_reminder_mixin,  # noqa: F401
    client_reboot_step_mixin,  # noqa: F401
)
from .client_episode_mixin import EPISODE_FIELDS


class ClientReboot(models.Model):
    """One attempt at a fresh start with a client, before the relationship is ended.

    What its five points are, and when they are done, is in ``engine/reboot.py``.
    """

    _name = "client.reboot"
    _description = "Reboot"
    _inherit = [
        "client.reboot.evidence.mixin",
        "client.reboot.reminder.mixin",
        "client.reboot.step.mixin",
        "client.episode.mixin",
    ]
    _order = "date_start desc, id desc"
    _open_states = ("running", "awaiting")
    _move_fields = ("date_deadline", "user_id")
    _evidence_fields = EPISODE_FIELDS | {
        "outcome",
        "is_forced",
        "evidence",
        "agreement_id",
        "date_reminded_halfway",
        "date_reminded_deadline",
    }

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
    )
    date_deadline = fields.Date(
        string="Deadline",
        required=True,
        tracking=True,
        index=True,
        default=lambda self: self._get_default_deadline(self.env.company),
        help="Date by which both sides decide whether to continue.",
    )
    outcome = fields.Text(
        readonly=True, copy=False, help="How it ended, as entered with the decision."
    )
    is_forced = fields.Boolean(
        string="Points Left Open",
        readonly=True,
        copy=False,
        help="A manager ended it as renewed although not all five points were done.",
    )
    fit_state = fields.Selection(related="relationship_id.fit_state", related_sudo=False)
    fit_date = fields.Date(related="relationship_id.fit_date", related_sudo=False)

    _open_uniq = models.UniqueIndex(
        "(relationship_id) WHERE state IN ('running', 'awaiting')",
        "This client already has an open reboot.",
    )

    @api.constrains("date_deadline")
    def _check_date_deadline(self):
        for reboot in self:
            if reboot.date_deadline < reboot.date_start:
                raise ValidationError(
                    self.env._("The deadline of a reboot cannot be before its start.")
                )

    @api.depends("relationship_id", "date_start")
    def _compute_display_name(self):
        for reboot in self:
            reboot.display_name = self.env._(
                "Reboot of %s", reboot.relationship_id.display_name or ""
            )

    def write(self, vals):
        if (
            not self.env.su
            and self.filtered("date_end")
            and {"date_deadline", "user_id"} & set(vals)
        ):
            raise UserError(self.env._("This reboot has ended and cannot be changed."))
        result = super().write(vals)
        if "date_deadline" in vals:
            self._follow_deadline()
        return result

    def _follow_deadline(self):
        """A deadline that was put off gives new time: it is reminded of again, at its new day."""
        today = fields.Date.context_today(self)
        later = self.filtered(lambda reboot: not reboot.date_end and reboot.date_deadline > today)
        # sudo: evidence; they follow from the deadline, which the user may write
        later.filtered("date_reminded_deadline").sudo().date_reminded_deadline = False
        later.filtered(
            lambda reboot: reboot.state == "awaiting" and reboot.done_count < 5
        ).sudo().state = "running"

    @api.model
    def _get_default_deadline(self, company):
        return fields.Date.context_today(self) + relativedelta(days=company.client_reboot_days)

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

    def _prepare_joining(self, kept):
        return {
            **super()._prepare_joining(kept),
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
        leaders = running.grouped(lambda reboot: reboot.relationship_id.team_id.user_id)
        for leader, reboots in leaders.items():
            reboots._remind("decide", leader)
