from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...const import MONEY_GROUP
from ...engine import stage_rules
from ...engine.clock import get_today
from ...exceptions import MoveQuestion
from ...tools import tell

POINTS = TALK, WORK, HANDOVER, MONEY, THANKS = ("talk", "work", "handover", "money", "thanks")
POINT_SELECTION = [
    (TALK, "The conversation"),
    (WORK, "Open work"),
    (HANDOVER, "The handover"),
    (MONEY, "The final invoice"),
    (THANKS, "The farewell"),
]
POINT_FIELDS = {
    TALK: "is_discussed",
    WORK: "is_worked_off",
    HANDOVER: "is_handed_over",
    MONEY: "is_billed",
    THANKS: "is_thanked",
}


class ClientOffboarding(models.Model):
    """The way out with a client: conversation, open work, handover, final invoice, farewell.

    ``client_offboarding_checklist.py`` has these five points, ``client.stage.process.mixin`` how a
    move of the client opens and closes it. It cannot end while a point is open, unless a manager
    waives the point with a reason.
    """

    _name = "client.offboarding"
    _description = "Offboarding"
    _inherit = ["client.stage.process.mixin"]
    _order = "date_start desc, id desc"
    _open_states = ("open",)
    _move_fields = ("user_id", "reason_ids", "notice_date", "last_day")

    state = fields.Selection(
        [("open", "Open"), ("ended", "Ended"), ("withdrawn", "Withdrawn")],
        required=True,
        default="open",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        help="Withdrawn: both sides try again, or the client was merged into another one.",
        protected=True,
    )
    outcome = fields.Text(
        readonly=True,
        copy=False,
        help="How it ended, as entered with the last move of the client.",
        protected=True,
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
    work_again = fields.Selection(
        [
            ("open", "Yes, any time"),
            ("talk", "Under conditions"),
            ("closed", "No"),
        ],
        help="Whether we would work for this client again.",
    )
    lessons = fields.Text(help="What you will do differently with the next client.")
    waiver_ids = fields.One2many(
        "client.offboarding.waiver",
        "offboarding_id",
        string="Waived Points",
        readonly=True,
        protected=True,
    )
    decision_id = fields.Many2one(
        "client.decision",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups=MONEY_GROUP,
        help="The decision sheet, as it was when you decided to end the relationship.",
        protected=True,
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
        return [("state", "=", "open"), ("last_day", "<", get_today(self.env.company))]

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
                        "among the attendees. Please choose another meeting, or add them.",
                        meeting=record.event_id.name,
                        client=record.partner_id.display_name,
                    )
                )

    @api.constrains("notice_date", "last_day", "relationship_id")
    def _check_dates(self):
        for record in self:
            since = record.relationship_id.date_start
            if record.notice_date and record.last_day and record.last_day < record.notice_date:
                raise ValidationError(
                    self.env._(
                        "The last day cannot be before the notice date. Please check both dates."
                    )
                )
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
                    self.env._(
                        "The recommended provider cannot be the client itself. Please choose "
                        "another company."
                    )
                )

    def unlink(self):
        # not @api.ondelete: mail.thread deletes the messages before that is asked
        self._check_kept()
        return super().unlink()

    def _check_kept(self):
        if self:
            raise UserError(
                self.env._(
                    "An offboarding cannot be deleted. Please move the client to another stage, "
                    "with a reason."
                )
            )

    # Buttons

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
        before = len(self.line_ids)
        self._add_lines()
        added = len(self.line_ids) - before
        return tell(
            self.env._("%s lines are new: please look at them.", added)
            if added
            else self.env._("The list is up to date.")
        )

    # Moves of the client: opening and closing

    @api.model
    def _check_enter(self, relationships, stage, reason):
        """After a reboot, the decision sheet must be opened before a client is offboarded."""
        rebooted = relationships.filtered(lambda rel: rel.stage_id.phase == stage_rules.REBOOT)
        unseen = self.env["client.decision"]._get_unseen(rebooted)
        if len(unseen) > 1:
            raise UserError(
                self.env._(
                    "Please open the decision sheet of each of these clients first: %s.",
                    ", ".join(unseen.mapped("display_name")),
                )
            )
        if unseen:
            raise MoveQuestion(
                self.env._(
                    "Before you end the relationship with %s: what each side gave, and what would "
                    "follow. You can decide at the end of the page.",
                    unseen.display_name,
                ),
                self.env.ref("client_health.client_decision_open_action").id,
                {
                    "active_model": unseen._name,
                    "active_id": unseen.id,
                    "active_ids": unseen.ids,
                },
            )

    def _check_leave(self, stage, reason):
        """Refuse the end while a point is open; what is missing is named, and its place opens."""
        if stage.phase != stage_rules.ENDED:
            return
        missing = self._get_missing(stage.phase)
        open_ones = self.browse().union(*(record for record in missing if missing[record]))
        if not open_ones:
            return
        message = self.env._(
            "The client cannot move to %(stage)s yet. Missing:\n%(missing)s",
            stage=stage.name,
            missing=self._format_missing(missing),
        )
        if len(open_ones) > 1:
            action = open_ones._get_records_action(name=self.env._("Offboardings"))
            raise MoveQuestion(message, action)
        # the form that opens lists what is missing itself
        raise MoveQuestion(message, open_ones.action_end(), notify=False)

    def _get_missing(self, phase):
        if phase != stage_rules.ENDED:
            return {}
        return {
            record: [*record._get_open_points().values(), *record._get_missing_notice()]
            for record in self
        }

    def _get_missing_notice(self):
        """Return what nobody entered about the notice, in words; our own code is not asked."""
        self.ensure_one()
        if self.env.su:
            return []
        labels = [
            self._fields[fname]._description_string(self.env)
            for fname in ("reason_ids", "notice_date", "last_day")
            if not self[fname]
        ]
        return [self.env._("The notice: %s.", ", ".join(labels))] if labels else []

    @api.model
    def _open_for_move(self, relationships, reason, values):
        decisions = self.env["client.decision"]._freeze_for_leaving(relationships, reason)
        offboardings = super()._open_for_move(relationships, reason, values)
        for offboarding in offboardings:
            offboarding.decision_id = decisions[offboarding.relationship_id.id].id
        offboardings._add_lines()
        return offboardings

    def _add_lines(self):
        """Put on the handover list what the records show and is not on it yet."""
        # sudo: names of projects and of people who can log in, for users in charge of the client
        self.env["client.handover"].sudo().create(self.sudo()._prepare_lines())

    def _prepare_lines(self):
        return self.env["client.handover"]._prepare_lines(self)

    def _prepare_closing(self, phase, reason):
        ended = phase == stage_rules.ENDED
        return dict(
            super()._prepare_closing(phase, reason),
            state="ended" if ended else "withdrawn",
            outcome=reason,
            closing=self._get_closing(),
        )

    def _get_closing(self):
        missing = self._get_missing_words()
        waivers = {waiver.point: waiver.reason for waiver in self.waiver_ids}
        return {
            point: [point not in missing, missing.get(point, ""), waivers.get(point, "")]
            for point in POINTS
        }

    def _prepare_merge_end(self, kept):
        return dict(
            super()._prepare_merge_end(kept),
            state="withdrawn",
            outcome=self.env._("Merged with %s.", kept.display_name),
            closing=self._get_closing(),
        )

    @api.model
    def _open_missing(self):
        """Open one for clients in an offboard stage that have none: they came before it was."""
        relationships = (
            self.env["client.relationship"]
            .with_context(active_test=False)
            .search([("phase", "=", stage_rules.OFFBOARD)])
        )
        for relationship in relationships - self._get_open(relationships).relationship_id:
            reason = relationship.stage_reason or self.env._(
                "Decided before offboardings were recorded."
            )
            self._open_for_move(relationship, reason, {})

    # Waiver of open points

    def _waive(self, reasons):
        """Record why points may stay open; ``reasons``: {point: why}. Managers only. A point that
        is done needs none.
        """
        self.ensure_one()
        if not self.relationship_id._is_client_manager():
            raise UserError(
                self.env._(
                    "Only a manager can waive an open point. Please ask a manager, with a reason."
                )
            )
        self.check_access("write")
        open_points = self._get_open_points()
        # sudo: protected from users; that this user may do it was just checked
        self.env["client.offboarding.waiver"].sudo().create(
            [
                {
                    "offboarding_id": self.id,
                    "point": point,
                    "reason": reason.strip(),
                    "user_id": self.env.user.id,
                }
                for point, reason in reasons.items()
                if point in open_points and (reason or "").strip()
            ]
        )


class ClientOffboardingWaiver(models.Model):
    """A manager's reason for waiving an open point of an offboarding.

    Created only by ``_waive`` of the offboarding, when it ends.
    """

    _name = "client.offboarding.waiver"
    _description = "Reason for an Open Point"
    _inherit = ["client.protected.mixin"]
    _order = "id"

    offboarding_id = fields.Many2one(
        "client.offboarding",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        protected=True,
    )
    point = fields.Selection(POINT_SELECTION, required=True, readonly=True, protected=True)
    reason = fields.Text(required=True, readonly=True, protected=True)
    date = fields.Date(
        required=True,
        readonly=True,
        default=lambda self: get_today(self.env.company),
        protected=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Manager",
        required=True,
        readonly=True,
        ondelete="restrict",
        protected=True,
    )

    _point_uniq = models.Constraint(
        "UNIQUE(offboarding_id, point)", "There is already a reason for this point."
    )


class ClientOffboardingReason(models.Model):
    """Why relationships end, in the firm's own words."""

    _name = "client.offboarding.reason"
    _description = "Offboarding Reason"
    _inherit = ["client.protected.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # sudo: only whether any offboarding, of any company, names it
        used = self.env["client.offboarding"].sudo().search([("reason_ids", "in", self.ids)])
        if used:
            raise UserError(
                self.env._(
                    "“%s” is used on an offboarding and cannot be deleted. Please archive it "
                    "instead.",
                    (used.reason_ids & self)[:1].name,
                )
            )
