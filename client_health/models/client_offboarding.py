from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..engine import stage_rules
from . import (
    client_episode_mixin,  # noqa: F401  these have to be there before
    client_offboarding_move_mixin,  # noqa: F401
    client_offboarding_place_mixin,  # noqa: F401
    client_offboarding_points_mixin,  # noqa: F401
)
from .client_episode_mixin import EPISODE_FIELDS
from .client_profitability_mixin import MONEY_GROUP


class ClientOffboarding(models.Model):
    """The way out with a client: conversation, handover, final invoice, farewell. Its points are
    never ticked by hand: see ``client.offboarding.points.mixin``. What it takes to begin
    and to end one is in ``client.offboarding.move.mixin``.
    """

    _name = "client.offboarding"
    _description = "Offboarding"
    _inherit = [
        "client.belonging.mixin",
        "client.offboarding.move.mixin",
        "client.episode.mixin",
        "client.offboarding.points.mixin",
        "client.offboarding.place.mixin",
    ]
    _order = "date_start desc, id desc"
    _open_states = ("open",)
    _move_fields = ("user_id",)
    _evidence_fields = EPISODE_FIELDS | {"closing", "outcome", "decision_id", "excuse_ids"}

    state = fields.Selection(
        [("open", "Open"), ("ended", "Ended"), ("withdrawn", "Withdrawn")],
        required=True,
        default="open",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        help="Withdrawn: both sides try again, or the client was merged into another one.",
    )
    outcome = fields.Text(
        readonly=True, copy=False, help="How it ended, as entered with the last move of the client."
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    reason_ids = fields.Many2many(
        "client.offboarding.reason",
        string="Reasons",
        ondelete="restrict",
        help="Reasons for ending the relationship. They show which clients to avoid in the future.",
    )
    event_id = fields.Many2one(
        "calendar.event",
        string="Meeting",
        index="btree_not_null",
        ondelete="set null",
        help="The meeting in which the client was informed. It counts when it is over.",
    )
    feedback_id = fields.Many2one(
        "client.feedback",
        string="Client's Response",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        domain="[('relationship_id', '=', relationship_id), ('kind', '!=', 'team')]",
        help="The client's answer, from the feedback log.",
    )
    notice_date = fields.Date(string="Notice Given On", tracking=True)
    last_day = fields.Date(tracking=True, index=True)
    is_late = fields.Boolean(
        string="Past the Last Day", compute="_compute_is_late", search="_search_is_late"
    )
    line_ids = fields.One2many("client.handover", "offboarding_id", string="Handover")
    update_ids = fields.One2many("client.update", "offboarding_id", string="Farewell")
    referral_partner_id = fields.Many2one(
        "res.partner",
        string="Recommended Provider",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="A provider that fits the client better. The name is used in the farewell.",
    )
    referral_note = fields.Char(string="Introduced", help="How and when the two were introduced.")
    door = fields.Selection(
        [
            ("open", "Yes, any time"),
            ("talk", "Under conditions"),
            ("closed", "No"),
        ],
        string="Work Again",
        help="Whether we would work for this client again.",
    )
    lessons = fields.Text(help="What you will do differently with the next client.")
    excuse_ids = fields.One2many(
        "client.offboarding.excuse", "offboarding_id", string="Waived Points", readonly=True
    )
    decision_id = fields.Many2one(
        "client.decision",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups=MONEY_GROUP,
        help="The decision sheet, as it was when you decided to end the relationship.",
    )

    _open_uniq = models.UniqueIndex(
        "(relationship_id) WHERE state IN ('open')",
        "This client already has an open offboarding.",
    )

    @api.depends("relationship_id")
    def _compute_display_name(self):
        for offboarding in self:
            offboarding.display_name = self.env._(
                "Offboarding of %s", offboarding.relationship_id.display_name or ""
            )

    @api.depends("state", "last_day")
    def _compute_is_late(self):
        self.is_late = False
        self.filtered_domain(self._get_late_domain()).is_late = True

    @api.model
    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain(self._get_late_domain())
        return Domain.OR([late] * (True in value) + [~late] * (False in value))

    @api.model
    def _get_late_domain(self):
        return [("state", "=", "open"), ("last_day", "<", fields.Date.context_today(self))]

    @api.model
    def _get_client_links(self):
        return {"feedback_id": ("relationship_id.partner_id",)}

    @api.constrains("event_id", "relationship_id")
    def _check_event_id(self):
        for record in self:
            guests = record.event_id.partner_ids.commercial_partner_id
            if record.event_id and record.partner_id not in guests:
                raise ValidationError(
                    self.env._(
                        "“%(meeting)s” was not held with %(client)s: none of their contacts is "
                        "among the attendees.",
                        meeting=record.event_id.name,
                        client=record.partner_id.display_name,
                    )
                )

    @api.constrains("notice_date", "last_day", "relationship_id")
    def _check_dates(self):
        for record in self:
            since = record.relationship_id.date_start
            if record.notice_date and record.last_day and record.last_day < record.notice_date:
                raise ValidationError(self.env._("The last day cannot be before the notice date."))
            first = min(filter(None, (record.notice_date, record.last_day)), default=None)
            if since and first and first < since:
                raise ValidationError(
                    self.env._(
                        "The date is before the start of the relationship. Please check the dates."
                    )
                )

    @api.constrains("referral_partner_id")
    def _check_referral_partner_id(self):
        for record in self:
            if record.referral_partner_id.commercial_partner_id == record.partner_id:
                raise ValidationError(
                    self.env._("The recommended provider cannot be the client itself.")
                )

    def unlink(self):
        # not @api.ondelete: mail.thread deletes the messages before that is asked
        self._check_kept()
        return super().unlink()

    def _check_kept(self):
        if self:
            raise UserError(self.env._("An offboarding cannot be deleted."))

    def action_end(self):
        """Open what ends it: the points, and why the client goes although some are open."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_offboarding_end_action"
        )
        return dict(action, context={"default_offboarding_id": self.id})

    def action_withdraw(self):
        """Ask why they try again together: back to the reboot."""
        relationship = self.relationship_id.with_context(client_phase=stage_rules.REBOOT)
        return relationship.action_ask_stage()

    def action_look_again(self):
        """Add to the list what came up since."""
        self.check_access("write")
        self._add_lines()
