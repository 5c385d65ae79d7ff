from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ..engine import stage_rules
from . import client_episode_mixin  # noqa: F401  it has to be there before
from .client_episode_mixin import EPISODE_FIELDS

OPEN_STATES = ("running", "awaiting")


class ClientReboot(models.Model):
    """One attempt to start afresh with a client, before anybody says goodbye."""

    _name = "client.reboot"
    _description = "Reboot"
    _inherit = ["client.episode.mixin"]
    _order = "date_start desc, id desc"
    _open_states = OPEN_STATES
    _move_fields = ("date_deadline", "user_id")
    _evidence_fields = EPISODE_FIELDS | {"outcome", "is_forced"}

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
        help="Awaiting decision: all five points are done, or the deadline has passed. "
        "Withdrawn: the client turned out to be part of another one.",
    )
    date_deadline = fields.Date(
        string="Deadline",
        required=True,
        tracking=True,
        index=True,
        default=lambda self: self._get_default_deadline(self.env.company),
        help="Until then it is clear whether both sides want to go on.",
    )
    outcome = fields.Text(
        readonly=True, copy=False, help="How it ended, in the words of who decided."
    )
    is_forced = fields.Boolean(
        string="Points Left Open",
        readonly=True,
        copy=False,
        help="A manager ended it as renewed although not all five points were done.",
    )

    _open_uniq = models.UniqueIndex(
        "(relationship_id) WHERE state IN ('running', 'awaiting')",
        "This client has an open reboot already.",
    )

    @api.depends("relationship_id", "date_start")
    def _compute_display_name(self):
        for reboot in self:
            reboot.display_name = self.env._(
                "Reboot of %s", reboot.relationship_id.display_name or ""
            )

    @api.model
    def _get_default_deadline(self, company):
        return fields.Date.context_today(self) + relativedelta(days=company.client_reboot_days)

    @api.model
    def _prepare_opening(self, relationship, reason):
        return dict(
            super()._prepare_opening(relationship, reason),
            date_deadline=self._get_default_deadline(relationship.company_id),
        )

    def _prepare_closing(self, phase, reason):
        renewed = phase == stage_rules.HEALTHY
        return dict(
            super()._prepare_closing(phase, reason),
            state="renewed" if renewed else "not_renewed",
            outcome=reason,
        )

    def _prepare_joining(self, kept):
        return dict(
            super()._prepare_joining(kept),
            state="withdrawn",
            outcome=self.env._("Joined with %s.", kept.display_name),
        )

    @api.model
    def _open_missing(self):
        """Open one for clients in a reboot stage that have none: they came before reboots did."""
        relationships = (
            self.env["client.relationship"]
            .with_context(active_test=False)
            .search([("phase", "=", stage_rules.REBOOT)])
        )
        for relationship in relationships - self._get_open(relationships).relationship_id:
            reason = relationship.stage_reason or self.env._("Started before reboots were kept.")
            self._open_for_move(relationship, reason, {})
