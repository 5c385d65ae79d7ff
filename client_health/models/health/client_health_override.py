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
    _inherit = ["client.health.period.mixin"]
    _order = "date_start desc, id desc"
    _rec_name = "reason"

    band = fields.Selection(
        BANDS,
        required=True,
        help="Band of the client in your judgement. The score remains visible beside it.",
    )
    date_end = fields.Date(
        help="The last day on which it applies, at most half a year ahead. You are reminded a "
        "week before.",
    )

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
        """Put each in place of the last override."""
        overrides = super().create(vals_list)
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
