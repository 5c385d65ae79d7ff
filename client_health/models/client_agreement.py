from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from .client_agreement_acceptance_mixin import TEXT_FIELDS

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


class ClientAgreement(models.Model):
    """A version of what we and a client agreed on: outcome, process, scope and duties.

    It may start on an opportunity and is linked to the client when that is won. Once proposed,
    it is locked: a proposal is taken back before it is changed, and an accepted version is
    replaced by its successor. Each concern has a mixin of its own: how it is accepted, how
    versions follow each other, what the client sees of it, and whether the team has the hours.
    """

    _name = "client.agreement"
    _description = "Working Agreement"
    _inherit = [
        "client.agreement.portal.mixin",
        "client.agreement.proposal.mixin",
        "client.agreement.acceptance.mixin",
        "client.agreement.version.mixin",
        "client.agreement.capacity.mixin",
        "client.child.mixin",
        "client.internal.thread.mixin",
    ]
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
        default=lambda self: fields.Date.context_today(self) + relativedelta(months=6),
        help="Date of the next review by both sides. The salesperson is reminded once on this day.",
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
        default=lambda self: fields.Date.context_today(self) + relativedelta(days=30),
        copy=False,
        help="The last day on which the client can accept the proposal online.",
    )

    _holder_check = models.Constraint(
        "CHECK(relationship_id IS NOT NULL OR lead_id IS NOT NULL)",
        "An agreement belongs to a client or to an opportunity: please choose one of them.",
    )
    _hours_check = models.Constraint(
        "CHECK(hours_month >= 0)", "The agreed hours can't be less than zero."
    )

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
        pending = Domain(f"lead_id.{lead_path}", operator, value)
        no_client = Domain("relationship_id", "=", False)
        return (~no_client & linked) | (no_client & pending)

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
                        "%s has been proposed or accepted and cannot be changed. Withdraw the "
                        "proposal, or create a new version.",
                        agreement.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_proposed(self):
        if self.filtered(lambda agreement: agreement.state != "draft" or agreement.proposed_on):
            raise UserError(
                self.env._(
                    "An agreement that was proposed to a client cannot be deleted. Please "
                    "archive it instead."
                )
            )

    def _get_holder(self):
        """Return the relationship, or the opportunity that is to become one."""
        self.ensure_one()
        return self.relationship_id or self.lead_id

    def _get_responsible(self):
        """Return the user in charge: the salesperson, else the team leader, else its author."""
        self.ensure_one()
        # sudo: the name of the person to ask, also for users who may not read the team
        agreement = self.sudo()
        people = agreement.user_id | agreement._get_holder().team_id.user_id | agreement.create_uid
        return people.filtered(lambda user: user.active and not user.share)[:1].sudo(False)

    def _schedule_on_holder(self, type_xmlid, **values):
        """Plan an activity for the responsible on each client, or on its opportunity."""
        groups = defaultdict(list)
        for agreement in self:
            holder = agreement._get_holder()
            user = agreement._get_responsible() or self.env.user
            groups[holder._name, user.id].append(holder.id)
        for (model, user_id), holder_ids in groups.items():
            # sudo: users who may work on the agreement may remind its salesperson
            holders = self.env[model].sudo().browse(holder_ids)
            # all names at once: each activity notes the name of its record, one by one
            holders.mapped("display_name")
            holders.with_context(mail_activity_quick_update=True).activity_schedule(
                type_xmlid, user_id=user_id, **values
            )
