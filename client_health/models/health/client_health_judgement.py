from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...const import STRAINS
from ...engine.clock import get_today
from ...tools import format_day
from ..common.reason import is_reason
from .client_health_snapshot import BANDS

# What each kind lifts: the warnings by their codes (None: all), the key measures by dimension.
LIFTED = {
    "loss": ({"loss", "loss_year", "margin_falling", "over_agreed"}, {"money"}),
    "seasonal": ({"silent", "fading", "supporter", "revenue_falling"}, {"contact"}),
    "internal": (None, None),
    "held": (None, None),
}

# A pulse from here on is green; so long it counts.
GREEN = 4
DAYS = 30
DAYS_NOT_GREEN = 14


class ClientHealthPeriodMixin(models.AbstractModel):
    """What a person knows better than the health of a client, for a reason and a limited time.

    It applies from the day on which it is made. It is never edited: it is ended, and another may
    follow, so that the rows are its history. Each model says how far ahead ``date_end`` may be, in
    ``_max_days``, and in which words that is refused.
    """

    _name = "client.health.period.mixin"
    _description = "Judgement on the Health of a Client"
    _inherit = ["client.record.mixin"]

    reason = fields.Char(
        required=True,
        help="What you know and the records don't show. Visible to your colleagues.",
        reason=True,
    )
    date_start = fields.Date(
        string="From",
        required=True,
        readonly=True,
        default=lambda self: get_today(self.env.company),
        protected=True,
    )
    date_end = fields.Date(string="Until", required=True, until=True)
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

    @api.depends("date_start", "date_end", "date_ended")
    def _compute_is_current(self):
        for record in self:
            today = get_today(record.company_id or self.env.company)
            record.is_current = (
                not record.date_ended
                and record.date_start
                and record.date_end
                and record.date_start <= today <= record.date_end
            )

    @api.constrains("date_start", "date_end")
    def _check_date_end(self):
        for record in self:
            if record.date_end < record.date_start:
                record._check_ahead("date_end")
            last = record.date_start + timedelta(days=self._max_days)
            if not record.date_start <= record.date_end <= last:
                raise ValidationError(self._get_refusals()["period"])

    @api.model_create_multi
    def create(self, vals_list):
        """Let it apply from today on, and note it. By whom and from when is protected."""
        records = super().create(vals_list)
        records._set_today("date_start")
        records._begin()
        records.relationship_id._refresh_health()
        records.relationship_id._message_log_batch(
            {record.relationship_id.id: record._get_note() for record in records}
        )
        return records

    def _begin(self):
        """Hook: what else happens when it begins."""

    def _get_note(self):
        """Return what the discussion of the client says of it."""
        return self.display_name

    def action_end(self):
        """End what applies today, before its time."""
        if not self.relationship_id._is_client_manager():
            raise UserError(self._get_refusals()["end"])
        self.check_access("read")
        self.filtered("is_current")._end()
        self.relationship_id._refresh_health()

    def _end(self):
        # sudo: rows are never written by users, so that they stay a history; the callers have
        # checked that a manager asks
        for company, records in self.sudo().grouped("company_id").items():
            records.write({"date_ended": get_today(company)})


class ClientHealthDeclaration(models.Model):
    """A person says why a warning is none with a client: a loss by design, its season …

    It has a reason and an end, is shown with the health, and lifts the warnings that it names, and
    what they do to the band. It is never edited: it is ended, and another may follow.
    """

    _name = "client.health.declaration"
    _description = "Health Declaration"
    _inherit = ["client.health.period.mixin", "client.deletion.mixin"]
    _order = "date_start desc, id desc"
    _rec_name = "reason"
    _max_days = 366

    kind = fields.Selection(
        [
            ("loss", "Loss by design"),
            ("seasonal", "Seasonal"),
            ("internal", "Internal"),
            ("held", "Held"),
        ],
        required=True,
        help="Loss by design: an investment or a favour, on purpose. Seasonal: quiet at times. "
        "Internal: our own company or project. Held: on hold, for a reason that we know.",
    )
    rule_ids = fields.Many2many(
        "client.health.warning.rule",
        "client_health_declaration_rule_rel",
        "declaration_id",
        "rule_id",
        string="Warnings Lifted",
        compute="_compute_rule_ids",
        store=True,
        readonly=False,
        required=True,
        help="These warnings propose nothing, and do not change the band, until the end date.",
    )
    date_end = fields.Date(help="The last day on which it applies, a year at most.")

    @api.depends("kind")
    def _compute_rule_ids(self):
        rules = self.env["client.health.warning.rule"].search([("active", "=", True)])
        for declaration in self:
            codes, _dimensions = LIFTED.get(declaration.kind, ((), ()))
            declaration.rule_ids = rules.filtered(
                lambda rule, codes=codes: codes is None or rule.code in codes
            )

    @api.depends("kind", "reason", "date_end")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for declaration in self:
            declaration.display_name = declaration.date_end and self.env._(
                "%(kind)s until %(date)s: %(reason)s",
                kind=kinds.get(declaration.kind),
                date=format_day(self.env, declaration.date_end),
                reason=declaration.reason,
            )

    @api.model
    def _get_refusals(self):
        return {
            "period": self.env._(
                "A declaration needs an end date within a year. You can create a new one "
                "afterwards."
            ),
            "end": self.env._("Only a manager can end a declaration. Please ask a manager."),
        }

    @api.model
    def _get_lifted_dimensions(self, relationships, today):
        """Return {relationship id: dimensions whose key measures cap nothing; None: all}."""
        current = self.sudo().search_fetch(  # sudo: the night compares; no reason is read
            [
                ("relationship_id", "in", relationships.ids),
                ("date_ended", "=", False),
                ("date_start", "<=", today),
                ("date_end", ">=", today),
            ],
            ["relationship_id", "kind"],
        )
        lifted = {}
        for one in current:
            _codes, dimensions = LIFTED[one.kind]
            known = lifted.setdefault(one.relationship_id.id, set())
            lifted[one.relationship_id.id] = (
                None if None in (known, dimensions) else known | dimensions
            )
        return lifted


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
    _max_days = 180

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
                date=format_day(self.env, override.date_end),
                reason=override.reason,
            )

    @api.model
    def _get_refusals(self):
        return {
            "period": self.env._(
                "An override needs an end date within the next %s days. You can create a "
                "new one afterwards.",
                self._max_days,
            ),
            "end": self.env._("Only a manager can end an override. Please ask a manager."),
        }

    def _begin(self):
        """Put each in place of the last override."""
        self._end_earlier()

    def _get_note(self):
        return self.env._(
            "Health is overridden until %(date)s: %(band)s. %(reason)s",
            date=format_day(self.env, self.date_end),
            band=self._get_band_name(),
            reason=self.reason,
        )

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

    def _end(self):
        result = super()._end()
        self.relationship_id._close_override_reminders()
        return result


class ClientPulse(models.Model):
    """How the colleagues in charge judge a client, from 1 to 5.

    Users judge in their own name, and today: neither for others nor after the fact. A judgement
    counts until ``date_end``, which comes sooner when it is not green. It is never edited: a new
    opinion is a new pulse, so the rows are its history.
    """

    _name = "client.pulse"
    _description = "Client Pulse"
    _inherit = ["client.record.mixin"]
    _order = "date desc, id desc"
    _rec_name = "value"

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
    date = fields.Date(
        required=True,
        readonly=True,
        default=lambda self: get_today(self.env.company),
        index=True,
        protected=True,
    )
    date_end = fields.Date(
        string="Valid Until",
        compute="_compute_date_end",
        store=True,
        help="A pulse expires: after 30 days if it is green, after 14 days otherwise. Then it is "
        "unknown until a new one is entered.",
    )
    value = fields.Selection(
        [
            ("1", "1 – we are losing them"),
            ("2", "2 – not going well"),
            ("3", "3 – mixed"),
            ("4", "4 – good"),
            ("5", "5 – could not be better"),
        ],
        string="Pulse",
        required=True,
        help="Your own judgement, independent of the figures. Below 4, please enter a reason.",
    )
    strain = fields.Selection(
        STRAINS,
        string="How Demanding",
        help="How demanding this client is for you. It is no fault of yours or theirs, lowers no "
        "score, and shows in time who carries too much.",
    )
    comment = fields.Text(
        string="Reason", help="Reason for your judgement. Visible to your colleagues."
    )

    @api.depends("date", "value")
    def _compute_date_end(self):
        for pulse in self:
            green = pulse.value and int(pulse.value) >= GREEN
            days = DAYS if green else DAYS_NOT_GREEN
            pulse.date_end = pulse.date and pulse.date + timedelta(days=days)

    @api.constrains("value", "comment")
    def _check_comment(self):
        for pulse in self:
            if int(pulse.value) < GREEN and not is_reason(pulse.comment):
                raise ValidationError(
                    self.env._(
                        "A pulse below 4 needs a reason. Please write a few words under “Reason”."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        pulses = super().create(vals_list)
        pulses._set_today("date")
        pulses.relationship_id._close_pulse_reminders()
        return pulses
