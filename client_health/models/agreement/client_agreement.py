from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ...const import ACTIVITY_AGREEMENT_CONVERSATION, ACTIVITY_AGREEMENT_REVIEW
from ...engine.agreement import capacity
from ...engine.clock import get_today
from ..common.client_job_failure import JobRun

# What the client accepts, in the order in which it is read.
TEXT_FIELDS = ("outcome", "process", "scope_in", "scope_out", "our_duties", "client_duties")
# What is locked once it was proposed.
CONTENT_FIELDS = (
    *TEXT_FIELDS,
    "name",
    "hours_month",
    "date_review",
    "signatory_id",
    "proposal_end",
)
LINK_FIELDS = ("relationship_id", "lead_id")
TIGHT = 0.9
REVIEW_AGAIN = relativedelta(months=6)


def _get_capacity_state(agreed_hours, team_hours):
    if not team_hours:
        return "unknown"
    if agreed_hours > team_hours:
        return "over"
    return "tight" if agreed_hours > team_hours * TIGHT else "ok"


class ClientAgreement(models.Model):
    """One version of what a client and we agreed on: outcome, process, scope, duties and hours.

    It may start on an opportunity (``lead_id``) and is linked to the client when that is won. Once
    proposed, its text is locked: a proposal is withdrawn before it is changed, an accepted version
    is replaced by its successor. ``client_agreement_signature.py`` has the states and how a version
    is accepted, ``client_agreement_portal.py`` the mails and the page of the client.
    """

    _name = "client.agreement"
    _description = "Working Agreement"
    _inherit = ["client.record.mixin", "client.deletion.mixin", "client.internal.thread.mixin"]
    _order = "id desc"

    name = fields.Char(required=True, default=lambda self: self.env._("Working agreement"))
    active = fields.Boolean(default=True)
    # Not required, unlike other parts of a relationship: an agreement comes before the client.
    relationship_id = fields.Many2one(required=False, tracking=True)
    lead_id = fields.Many2one(
        "crm.lead",
        string="Opportunity",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        domain="[('type', '=', 'opportunity')]",
        help="The opportunity for which the agreement was written. It moves to the client when "
        "the opportunity is won.",
    )
    company_id = fields.Many2one(
        "res.company",
        related=None,
        compute="_compute_company_id",
        store=True,
        precompute=True,
        index=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        related=None,
        string="Client Company",
        compute="_compute_partner_id",
        search="_search_partner_id",
        # The client's name only; readers of the agreement may not read every opportunity.
        compute_sudo=True,
    )
    client_phase = fields.Selection(related="relationship_id.phase")
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        compute="_compute_user_id",
        search="_search_user_id",
        compute_sudo=True,
        help="Salesperson of the client, or of the opportunity until it is won.",
    )
    outcome = fields.Html(
        help="What will be different for the client, in terms that both sides can see."
    )
    process = fields.Html(
        string="How We Work",
        help="Contacts and meetings, and how work is ordered, reviewed and accepted.",
    )
    scope_in = fields.Html(string="In Scope", help="What we do for the agreed hours or price.")
    scope_out = fields.Html(
        string="Not in Scope", help="What we don't do, or only when it is ordered separately."
    )
    our_duties = fields.Html(help="What the client can expect from us.")
    client_duties = fields.Html(
        string="Client's Duties", help="What we need from the client to deliver."
    )
    hours_month = fields.Float(
        string="Hours per Month",
        digits=(16, 1),
        help="Hours reserved for this client each month. 0 when no hours were agreed.",
    )
    date_review = fields.Date(
        string="Review On",
        default=lambda self: get_today(self.env.company) + REVIEW_AGAIN,
        copy=False,
        help="Date of the next review by both sides. The salesperson is reminded once on this day.",
        until=True,
    )
    signatory_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        domain="[('id', 'child_of', partner_id), ('is_company', '=', False)]",
        help="The contact who accepts for the client.",
    )
    proposal_end = fields.Date(
        string="Answer Until",
        default=lambda self: get_today(self.env.company) + relativedelta(days=30),
        copy=False,
        help="The last day on which the client can accept the proposal online.",
        until=True,
    )
    version = fields.Integer(default=1, readonly=True, copy=False, aggregator=None, protected=True)
    previous_id = fields.Many2one(
        "client.agreement",
        string="Previous Version",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        protected=True,
    )
    next_ids = fields.One2many("client.agreement", "previous_id", string="Next Version")
    outdated_on = fields.Date(string="Changed On", readonly=True, copy=False, protected=True)
    outdated_by_id = fields.Many2one(
        "res.partner",
        string="Changed Expectation Of",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Person whose expectation changed, at the client or on our side.",
        protected=True,
    )
    outdated_reason = fields.Text(string="What Changed", readonly=True, copy=False, protected=True)
    replaced_on = fields.Datetime(readonly=True, copy=False, protected=True)
    review_reminded_on = fields.Date(
        readonly=True,
        copy=False,
        help="Date on which the salesperson was reminded of the review.",
        protected=True,
    )
    capacity_team_hours = fields.Float(
        string="Team Hours per Month",
        digits=(16, 0),
        compute="_compute_capacity",
        help="Working hours of all active employees of the company, from their working schedules: "
        "hours per week × 52 ÷ 12. Employees without a schedule are not counted. Holidays and "
        "other work are not deducted, so not all of these hours can be promised.",
    )
    capacity_agreed_hours = fields.Float(
        string="Agreed with All Clients",
        digits=(16, 0),
        compute="_compute_capacity",
        help="The hours per month of all agreements in force, this one included. One that is "
        "out of date counts until it is replaced.",
    )
    capacity_state = fields.Selection(
        [
            ("unknown", "Team hours unknown"),
            ("ok", "Enough hours"),
            ("tight", "More than 90 % agreed"),
            ("over", "More agreed than the team has"),
        ],
        string="Capacity",
        compute="_compute_capacity",
    )

    capacity_reason = fields.Text(
        string="All the Same, Because",
        readonly=True,
        copy=False,
        help="Why it was proposed although more hours are agreed than the team has.",
        protected=True,
    )

    _holder_check = models.Constraint(
        "CHECK(relationship_id IS NOT NULL OR lead_id IS NOT NULL)",
        "An agreement belongs to a client or to an opportunity: please choose one of them.",
    )
    _hours_check = models.Constraint(
        "CHECK(hours_month >= 0)", "The agreed hours can't be less than zero."
    )
    _previous_uniq = models.Constraint("UNIQUE(previous_id)", "There is already a newer version.")

    @api.depends("name", "version")
    def _compute_display_name(self):
        for agreement in self:
            agreement.display_name = self.env._(
                "%(name)s (version %(version)s)",
                name=agreement.name or "",
                version=agreement.version,
            )

    # The client, or the opportunity until it is won

    @api.depends("relationship_id.company_id", "lead_id.company_id")
    def _compute_company_id(self):
        for agreement in self:
            holder = agreement.relationship_id or agreement.lead_id
            agreement.company_id = holder.company_id or agreement.company_id or self.env.company

    @api.depends("relationship_id.partner_id", "lead_id.partner_id.commercial_partner_id")
    def _compute_partner_id(self):
        for agreement in self:
            lead_client = agreement.lead_id.partner_id.commercial_partner_id
            agreement.partner_id = agreement.relationship_id.partner_id or lead_client

    @api.model
    def _search_partner_id(self, operator, value):
        return self._search_on_holder(
            "partner_id", "partner_id.commercial_partner_id", operator, value
        )

    @api.depends("relationship_id.user_id", "lead_id.user_id")
    def _compute_user_id(self):
        for agreement in self:
            agreement.user_id = (agreement.relationship_id or agreement.lead_id).user_id

    @api.model
    def _search_user_id(self, operator, value):
        return self._search_on_holder("user_id", "user_id", operator, value)

    @api.model
    def _search_on_holder(self, relationship_path, lead_path, operator, value):
        if operator.startswith("not") or operator == "!=":
            return NotImplemented  # Odoo asks for the opposite then
        linked = Domain(f"relationship_id.{relationship_path}", operator, value)
        # "any!": whose opportunity it is may be read of every agreement, also without CRM
        pending = Domain("lead_id", "any!", Domain(lead_path, operator, value))
        no_client = Domain("relationship_id", "=", False)
        return (~no_client & linked) | (no_client & pending)

    # Lock of what was proposed

    @api.constrains("signatory_id", "relationship_id", "lead_id")
    def _check_signatory_id(self):
        for agreement in self.filtered(lambda agreement: agreement.signatory_id):
            # sudo: the name of the client only; its signatory is what is checked
            client = agreement.sudo().partner_id
            if client and agreement.sudo().signatory_id.commercial_partner_id != client:
                raise ValidationError(
                    self.env._(
                        "%(person)s does not belong to %(client)s. Please choose a contact who "
                        "can accept for the client.",
                        person=agreement.signatory_id.display_name,
                        client=client.display_name,
                    )
                )

    @api.model
    def _get_holder_fields(self):
        return super()._get_holder_fields() | {"lead_id"}

    def write(self, vals):
        self._check_locked(vals)
        return super().write(vals)

    def _check_locked(self, vals):
        """Refuse to change what was proposed or accepted, for every user.

        Only our own methods, as superuser, link an agreement to its client later.
        """
        locked = [*CONTENT_FIELDS, *(() if self.env.su else LINK_FIELDS)]
        if any(name in vals for name in locked):
            closed = self.filtered(lambda agreement: agreement.state != "draft")
            for agreement in closed:
                raise UserError(
                    self.env._(
                        "%s has been proposed or accepted and cannot be changed. Please withdraw "
                        "the proposal, or create a new version.",
                        agreement.display_name,
                    )
                )

    def _is_evidence(self):
        """Return whether a client has ever seen it."""
        self.ensure_one()
        return bool(self.state != "draft" or self.proposed_on)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_proposed(self):
        if any(agreement._is_evidence() for agreement in self):
            raise UserError(
                self.env._(
                    "An agreement that was proposed to a client cannot be deleted. Please "
                    "archive it instead."
                )
            )

    # Activities for the responsible user

    def _get_thread_client(self):
        return self._get_holder()

    def _get_holder(self):
        """Return the relationship, or the opportunity that is to become one."""
        self.ensure_one()
        return self.relationship_id or self.lead_id

    def _get_responsible(self):
        """Return {agreement: user}: the responsible of its client, or of its opportunity."""
        # sudo: only who it is; users who may read the agreement may be unable to read the lead
        agreements = self.sudo()
        holders = {
            **agreements.relationship_id._get_responsible(),
            **agreements.lead_id._get_responsible(),
        }
        return {
            agreement: holders[agreement.sudo()._get_holder()].with_env(self.env)
            for agreement in self
        }

    def _schedule_on_holder(self, type_xmlid, **values):
        """Plan an activity for the responsible on each client, or on its opportunity."""
        # sudo: users who may work on the agreement may remind its salesperson
        clients = self.sudo().relationship_id
        leads = self.sudo().filtered(lambda agreement: not agreement.relationship_id).lead_id
        for holders in (clients, leads):
            holders._schedule_activities(holders._get_responsible(), type_xmlid, **values)

    # Versions: out of date, then replaced

    def action_expectation_changed(self):
        """Ask whose expectation changed, and how; see ``_mark_outdated``."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What changed?"),
            "res_model": "client.agreement.change",
            "view_mode": "form",
            "target": "new",
            "context": {"default_agreement_id": self.id},
        }

    def _mark_outdated(self, partner, reason, day, conversation_day):
        """Mark as out of date: the expectation of ``partner`` changed. Plan a conversation."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "accepted":
            raise UserError(
                self.env._(
                    "Only an accepted agreement can be marked as out of date. Please change the "
                    "draft, or withdraw the proposal first."
                )
            )
        if not (reason or "").strip():
            raise UserError(self.env._("Please enter what changed."))
        if not day or day > get_today(self.company_id):
            raise UserError(
                self.env._(
                    "The date of the change cannot be in the future. Please enter since when it "
                    "is so."
                )
            )
        # sudo: evidence; the user may write the agreement, and the values were checked
        self.sudo().write(
            {
                "state": "outdated",
                "outdated_on": day,
                "outdated_by_id": partner.id,
                "outdated_reason": reason.strip(),
            }
        )
        self._schedule_on_holder(
            ACTIVITY_AGREEMENT_CONVERSATION,
            date_deadline=conversation_day,
            note=plaintext2html(f"{partner.name}: {reason.strip()}"),
        )
        self._get_holder()._on_expectation_changed()

    def action_renew(self):
        """Open the next version: the one that is being written, or a new draft."""
        self.ensure_one()
        successor = self.next_ids or self._create_successor()
        return successor._get_records_action()

    def _create_successor(self):
        """Return a draft that says the same and will replace this version once accepted."""
        self.check_access("write")
        if self.state not in ("accepted", "outdated"):
            raise UserError(
                self.env._(
                    "A new version can be created only from an accepted agreement. Please "
                    "change the draft, or withdraw the proposal first."
                )
            )
        # sudo: version and predecessor are evidence; the texts are those the user may read
        return self.sudo().copy(self._prepare_successor()).sudo(False)

    def _prepare_successor(self):
        return {
            "name": self.name,
            "version": self.version + 1,
            "previous_id": self.id,
            "date_review": self.default_get(["date_review"]).get("date_review"),
        }

    def _replace_previous(self):
        """Mark the version before as replaced, now that this one is accepted."""
        previous = self.previous_id.filtered(lambda agreement: agreement.state != "replaced")
        previous.write({"state": "replaced", "replaced_on": fields.Datetime.now()})
        # sudo: what the system planned about the version before is done with this one
        self.sudo()._get_holder().activity_unlink(
            [ACTIVITY_AGREEMENT_CONVERSATION, ACTIVITY_AGREEMENT_REVIEW]
        )

    def action_compare(self):
        """Show this version beside the one before."""
        self.ensure_one()
        older = self.previous_id or self.next_ids.previous_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare versions"),
            "res_model": "client.agreement.comparison",
            "view_mode": "form",
            "target": "new",
            "context": {
                "dialog_size": "extra-large",
                "default_agreement_id": (self if self.previous_id else self.next_ids or self).id,
                "default_older_id": older.id,
            },
        }

    def action_open(self):
        """Open the agreement from a list inside another form."""
        return self._get_records_action()

    # Reminder of the review

    @api.model
    def _get_review_domain(self):
        """Return the domain of agreements whose salesperson is to be reminded of the review."""
        return [
            ("state", "=", "accepted"),
            *self._get_due_domain("date_review"),
            ("review_reminded_on", "=", False),
            "|",
            "&",
            ("relationship_id.active", "=", True),
            ("relationship_id.phase", "not in", ("offboard", "ended")),
            "&",
            ("relationship_id", "=", False),
            ("lead_id.active", "=", True),
        ]

    @api.model
    def _cron_remind_agreement_review(self, batch_size=100):
        """Remind the salespeople of agreements whose review is due, once per agreement."""
        JobRun(self.env, "ir_cron_client_agreement_review").do_all(
            self.search(self._get_review_domain(), order="id"),
            lambda due: due._remind_review(),
            batch_size,
        )

    def _set_next_review(self, day):
        """Write the day past the lock of what was accepted, and let it be reminded again."""
        agreed = self.date_review_agreed or self.date_review
        return super().write(
            {"date_review": day, "date_review_agreed": agreed, "review_reminded_on": False}
        )

    def _remind_review(self):
        self._schedule_on_holder(ACTIVITY_AGREEMENT_REVIEW)
        for company, agreements in self.grouped("company_id").items():
            # sudo: evidence; only our own cron comes here
            agreements.sudo().review_reminded_on = get_today(company)

    # Hours agreed with all clients beside those of the team

    @api.depends("hours_month", "state", "company_id", "previous_id.hours_month")
    def _compute_capacity(self):
        companies = self.company_id
        # sudo: sums of hours only; the reader need not see every client, nor any employee
        team = capacity.get_team_hours(self.sudo().env, companies)
        agreed = capacity.get_agreed_hours(self.sudo().env, companies)
        for agreement in self:
            team_hours = team.get(agreement.company_id.id, 0)
            hours = agreed.get(agreement.company_id.id, 0) + agreement._get_added_hours()
            agreement.capacity_team_hours = team_hours
            agreement.capacity_agreed_hours = hours
            agreement.capacity_state = _get_capacity_state(hours, team_hours)

    def _overbook(self, reason):
        """Keep why more hours are offered than the team has."""
        self.ensure_one()
        self.check_access("write")
        # sudo: evidence; the user may write the agreement, and is asked by the window alone
        self.sudo().capacity_reason = reason
        self._message_log(
            body=self.env._(
                "Proposed with %(agreed)s hours a month agreed, while the team has %(team)s: "
                "%(reason)s",
                agreed=round(self.capacity_agreed_hours),
                team=round(self.capacity_team_hours),
                reason=reason,
            )
        )

    def _get_added_hours(self):
        """Return what this version adds to the hours in force once it is accepted."""
        if self.state not in ("draft", "proposed"):
            return 0
        replaced = self.previous_id if self.previous_id.state in capacity.IN_FORCE else None
        return self.hours_month - (replaced.hours_month if replaced else 0)
