from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ...engine.clock import get_today
from .client_health_snapshot import BANDS

MAX_DAYS = 180


class ClientHealthOverride(models.Model):
    """A manager sets the band of a client for a limited time, whatever the score says.

    It has a reason and an end, is shown wherever the score is, and never changes the score itself.
    It is never edited: it is ended, and a new one may follow, so the rows are its history.
    """

    _name = "client.health.override"
    _description = "Health Override"
    _inherit = ["client.record.mixin"]
    _order = "date_start desc, id desc"
    _rec_name = "reason"

    band = fields.Selection(
        BANDS,
        required=True,
        help="Band of the client in your judgement. The score remains visible beside it.",
    )
    reason = fields.Char(
        required=True, help="What you know and the records don't show. Visible to your colleagues."
    )
    date_start = fields.Date(
        string="From",
        required=True,
        readonly=True,
        default=lambda self: get_today(self.env.company),
        protected=True,
    )
    date_end = fields.Date(
        string="Until",
        required=True,
        help="The last day on which it applies, at most half a year ahead. You are reminded a "
        "week before.",
    )
    date_ended = fields.Date(
        string="Ended Early On",
        readonly=True,
        copy=False,
        help="Date on which it was ended before its end date.",
        protected=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="By",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
        protected=True,
    )
    is_current = fields.Boolean(string="Applies Today", compute="_compute_is_current")

    @api.depends("band", "reason", "date_end")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """Show all of it: where only the name is shown, there is no need to open it."""
        for override in self:
            override.display_name = override.date_end and self.env._(
                "%(band)s until %(date)s: %(reason)s",
                band=override._get_band_name(),
                date=format_date(self.env, override.date_end),
                reason=override.reason,
            )

    @api.depends("date_start", "date_end", "date_ended")
    def _compute_is_current(self):
        for override in self:
            today = get_today(override.company_id or self.env.company)
            override.is_current = (
                not override.date_ended
                and override.date_start
                and override.date_end
                and override.date_start <= today <= override.date_end
            )

    @api.constrains("reason")
    def _check_reason(self):
        if any(not override.reason.strip() for override in self):
            raise ValidationError(self.env._("Please enter a reason for the override."))

    @api.constrains("date_start", "date_end")
    def _check_date_end(self):
        for override in self:
            last = override.date_start + timedelta(days=MAX_DAYS)
            if not override.date_start <= override.date_end <= last:
                raise ValidationError(
                    self.env._(
                        "An override needs an end date within the next %s days. You can create a "
                        "new one afterwards.",
                        MAX_DAYS,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Put each in place of the last override. By whom and from when is protected."""
        overrides = super().create(vals_list)
        if not self.env.su:
            for company, group in overrides.grouped("company_id").items():
                # sudo: protected; users override from today on, where the client's company is
                group.sudo().date_start = get_today(company)
        overrides._end_earlier()
        relationships = overrides.relationship_id
        relationships._refresh_health()
        relationships._message_log_batch(
            {
                override.relationship_id.id: self.env._(
                    "Health is overridden until %(date)s: %(band)s. %(reason)s",
                    date=format_date(self.env, override.date_end),
                    band=override._get_band_name(),
                    reason=override.reason,
                )
                for override in overrides
            }
        )
        return overrides

    def _get_band_name(self):
        return dict(self._fields["band"]._description_selection(self.env)).get(self.band)

    def _end_earlier(self):
        earlier = self.search(
            [
                ("relationship_id", "in", self.relationship_id.ids),
                ("id", "not in", self.ids),
                ("date_ended", "=", False),
            ]
        ).filtered("is_current")
        earlier._end()

    def action_end(self):
        """End what counts today, before its time."""
        if not self.relationship_id._is_client_manager():
            raise UserError(self.env._("Only a manager can end an override. Please ask a manager."))
        self.check_access("read")
        self.filtered("is_current")._end()
        self.relationship_id._refresh_health()

    def _end(self):
        # sudo: rows are never written by users, so that they stay a history; the callers have
        # checked that a manager asks
        for company, overrides in self.sudo().grouped("company_id").items():
            overrides.write({"date_ended": get_today(company)})
        self.relationship_id._close_override_reminders()
