from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import USER_GROUP
from .relationship.client_relationship import CHANNELS, RHYTHMS, WEEKDAYS

# Odoo's tag colours: green, orange, blue, red, grey
PHASE_COLORS = {"healthy": 10, "at_risk": 2, "reboot": 4, "offboard": 1, "ended": 0}


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = [
        "res.partner",
        "client.protected.mixin",
        "client.deletion.mixin",
        "client.agreement.link.mixin",
        "client.relationship.link.mixin",
        "client.profitability.mixin",
        "client.feedback.mixin",
        "client.goal.mixin",
    ]

    client_relationship_ids = fields.One2many(
        "client.relationship",
        "partner_id",
        string="Client Relationships",
        groups=USER_GROUP,
    )

    # Kept at the contact, and no log of its own: what is no client's costs no query.
    client_email_date = fields.Datetime(
        string="E-mail Changed On",
        readonly=True,
        copy=False,
        prefetch=False,
        groups=USER_GROUP,
        protected=True,
    )
    client_email_user_id = fields.Many2one(
        "res.users",
        string="E-mail Changed By",
        readonly=True,
        copy=False,
        prefetch=False,
        groups=USER_GROUP,
        protected=True,
    )
    client_has_link = fields.Boolean(readonly=True, copy=False, groups=USER_GROUP, protected=True)
    client_feedback_opt_out = fields.Boolean(
        string="No Feedback Requests",
        copy=False,
        prefetch=False,
        tracking=True,
        groups=USER_GROUP,
        help="This contact does not want to be asked for feedback. It said so by the link in the "
        "mail, or to a colleague.",
    )
    client_feedback_note = fields.Char(
        string="Can Be Asked",
        compute="_compute_client_feedback_note",
        groups=USER_GROUP,
        help="Why this contact cannot be asked for feedback today. Empty when it can.",
    )
    # other addons' derived fields of contacts are theirs
    _protect_derived = False

    # whose mail domain it is: asked for each client that is shown, see senders.py
    _client_domain_idx = models.Index("(SPLIT_PART(email_normalized, '@', 2))")

    def write(self, vals):
        before = {partner: partner.email for partner in self.sudo() if "email" in vals}
        clients = self.browse()
        if not {"parent_id", "is_company"}.isdisjoint(vals) and not self.env.su:
            clients = self.filtered(lambda partner: partner.commercial_partner_id == partner)
        projects = self._get_projects_of_contacts() if "parent_id" in vals else {}
        result = super().write(vals)
        if projects:
            self.env["project.project"]._date_customers(projects)
        if before:
            self._log_email_changes(before)
        if clients:
            clients._check_client_moves()
        return result

    def _get_projects_of_contacts(self):
        """Return {project: client} of the contacts of firms: who moves to another firm takes the
        projects along, from that day on.

        A firm that becomes part of another is still the same client.
        """
        contacts = self.filtered(lambda partner: partner.commercial_partner_id != partner)
        if not contacts:
            return {}
        # sudo: their projects, whoever may read them
        projects = self.env["project.project"].sudo().with_context(active_test=False)
        return projects.search([("partner_id", "in", contacts.ids)])._get_customers()

    def _log_email_changes(self, before):
        """Keep who changed an address, and when; links that went to the old one end."""
        # sudo: no user writes this, nor the links
        changed = self.sudo().filtered(lambda partner: partner.email != before[partner])
        changed.write(
            {"client_email_date": fields.Datetime.now(), "client_email_user_id": self.env.uid}
        )
        linked = changed.filtered("client_has_link")
        if linked:
            links = self.env["client.personal.link"].sudo()
            links.search([("partner_id", "in", linked.ids)])._end("address")

    def _get_email_change(self):
        """Return (moment, user) of the last change of the address, or of its first entry."""
        self.ensure_one()
        # sudo: evidence about a contact of the user's own client
        partner = self.sudo()
        if partner.client_email_date:
            return partner.client_email_date, partner.client_email_user_id
        return partner.create_date, partner.create_uid

    def _check_client_moves(self):
        """Refuse to make a client part of another one, which merges both the next night."""
        moved = self.filtered(lambda partner: partner.commercial_partner_id != partner)
        # sudo: only whether they are clients, of any company
        all_clients = moved.sudo().with_context(active_test=False)
        moved = all_clients.filtered("client_relationship_ids").sudo(False)
        self.env["client.merge"]._check_may_merge(moved | moved.commercial_partner_id)

    @api.depends_context("company", "uid")
    def _compute_client_feedback_note(self):
        hindrances = self.env["client.feedback.request"]._get_hindrances(
            self._origin, self.env.company
        )
        for partner in self:
            partner.client_feedback_note = hindrances.get(partner._origin)

    @api.depends_context("partner_display_name_hide_company")
    def _compute_display_name(self):
        """Keep short and full names apart in the cache: Odoo makes both, and keeps one of them."""
        return super()._compute_display_name()

    @api.model
    def _get_client_path(self):
        return "commercial_partner_id"

    @api.model
    def _get_ledger_field(self):
        return "partner_id"

    def _get_ledger_record(self):
        return self.commercial_partner_id

    @api.model
    def _get_goal_path(self):
        return "relationship_id.partner_id"

    def _get_goal_record(self):
        return self.commercial_partner_id

    @api.model
    def _get_feedback_path(self):
        return "relationship_id.partner_id"

    def _get_feedback_record(self):
        return self.commercial_partner_id

    def _compute_application_statistics_hook(self):
        """Odoo's badges on the contact's card and list: the stage, for users who may read it."""
        data_list = super()._compute_application_statistics_hook()
        if not self.env.user.has_group(USER_GROUP):
            return data_list
        for partner in self.filtered("client_relationship_id"):
            data_list[partner.id].append(
                {
                    "iconClass": "fa-heartbeat",
                    "value": partner.client_stage_id.name,
                    "label": self.env._("Client"),
                    "tagClass": f"o_tag_color_{PHASE_COLORS[partner.client_phase]}",
                }
            )
        return data_list

    @api.private  # called by a server action
    def action_add_client_relationships(self):
        """Make clients of the selected partners; archived relationships come back."""
        if not self:
            raise UserError(self.env._("Please select the contacts to add as clients."))
        clients = self.commercial_partner_id
        Relationship = self.env["client.relationship"]
        company = self.env.company
        known = Relationship.with_context(active_test=False)._get_by_client(clients, company)
        existing = Relationship.union(*known.values())
        existing.filtered(lambda rel: not rel.active).action_unarchive()
        new = Relationship._create_in_batch(
            [
                {
                    "partner_id": client.id,
                    "user_id": (
                        Relationship._filter_responsible(client.user_id, company) or self.env.user
                    ).id,
                }
                for client in clients - existing.partner_id
            ]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_relationship_action"
        )
        return dict(action, domain=[("id", "in", (existing + new).ids)])


class ResPartnerCategory(models.Model):
    """A tag says how new clients that have it hear from us."""

    _name = "res.partner.category"
    _inherit = ["res.partner.category"]

    client_cadence = fields.Selection(
        RHYTHMS,
        string="Rhythm of Updates",
        groups=USER_GROUP,
        help="How often new clients with this tag hear from us. Empty: as the company says.",
    )
    client_cadence_weekday = fields.Selection(
        WEEKDAYS,
        string="Weekday of Updates",
        groups=USER_GROUP,
        help="Weekday on which new clients with this tag hear from us.",
    )
    client_channel = fields.Selection(
        CHANNELS,
        string="Channel of Updates",
        groups=USER_GROUP,
        help="How new clients with this tag hear from us.",
    )
