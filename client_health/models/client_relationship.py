from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import stage_rules


class ClientRelationship(models.Model):
    """One client of one company: its salesperson, how it is doing, what happens next.

    Each concern has a mixin of its own: the stages, the money, the internal discussion.
    """

    _name = "client.relationship"
    _description = "Client Relationship"
    _inherit = [
        "client.perceived.value.mixin",
        "client.internal.thread.mixin",
        "client.parting.mixin",
        "client.reboot.holder.mixin",
        "client.money.mixin",
        "client.money.scenario.mixin",
        "client.health.mixin",
        "client.health.history.mixin",
        "client.opinion.mixin",
        "client.listening.mixin",
        "client.fit.history.mixin",
        "client.demand.relationship.mixin",
        "client.agreement.mixin",
        "client.goal.flag.mixin",
    ]
    _rec_name = "partner_id"
    _rec_names_search = ["partner_id.name", "partner_id.ref", "partner_id.email"]
    _order = "id desc"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner",
        string="Client",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="['|', ('parent_id', '=', False), ('is_company', '=', True)]",
        help="The client as a whole: the company, not one of its contacts.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    active = fields.Boolean(
        default=True,
        help="Archive a partner that is not a client, so that it is not proposed again.",
    )
    color = fields.Integer(export_string_translation=False)
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        default=lambda self: self.env.user,
        tracking=True,
        index=True,
        check_company=True,
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
        help="The person in charge of this client: calls, checks in, follows up.",
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        check_company=True,
        ondelete="set null",
    )
    date_start = fields.Date(string="Client Since", default=fields.Date.context_today)
    referred_by_id = fields.Many2one(
        "res.partner",
        ondelete="restrict",
        help="Contact or client who referred this client.",
    )
    cadence = fields.Selection(
        [
            ("weekly", "Every week"),
            ("fortnightly", "Every two weeks"),
            ("monthly", "Every month"),
            ("quarterly", "Every quarter"),
        ],
        string="Rhythm",
        default="monthly",
        help="How often the client wants to hear from us, even when nothing changed.",
    )
    cadence_weekday = fields.Selection(
        [
            ("0", "Monday"),
            ("1", "Tuesday"),
            ("2", "Wednesday"),
            ("3", "Thursday"),
            ("4", "Friday"),
        ],
        string="Weekday",
        help="The day on which the client expects to hear from us.",
    )
    channel = fields.Selection(
        [
            ("mail", "E-mail"),
            ("call", "Phone call"),
            ("video", "Video call"),
            ("visit", "Face to face"),
            ("portal", "Portal"),
        ],
        default="mail",
        help="How the client prefers to hear from us.",
    )
    note = fields.Html(string="Internal Notes")
    project_count = fields.Integer(compute="_compute_project_count")
    opportunity_count = fields.Integer(compute="_compute_opportunity_count")

    _partner_company_uniq = models.Constraint(
        "UNIQUE(partner_id, company_id)",
        "This partner already has a relationship in this company; it may be archived.",
    )

    @api.depends("user_id", "company_id")
    def _compute_team_id(self):
        for relationship in self:
            team = relationship.user_id.sale_team_id
            if not team.company_id or team.company_id == relationship.company_id:
                relationship.team_id = team

    @api.depends("partner_id")
    def _compute_project_count(self):
        self._compute_client_count(
            "project_count", "project.project", [("is_template", "=", False)]
        )

    @api.depends("partner_id")
    def _compute_opportunity_count(self):
        self._compute_client_count("opportunity_count", "crm.lead", [("type", "=", "opportunity")])

    def _compute_client_count(self, fname, model, domain):
        """Count what the user may read of each client, in one query."""
        by_key = self.env[model]._read_group(
            [
                *domain,
                ("partner_id.commercial_partner_id", "in", self.partner_id.ids),
                ("company_id", "in", [*self.company_id.ids, False]),
            ],
            ["partner_id.commercial_partner_id", "company_id"],
            ["__count"],
        )
        counts = {(client.id, company.id): count for client, company, count in by_key}
        for rel in self:
            own = counts.get((rel.partner_id.id, rel.company_id.id), 0)
            rel[fname] = own + counts.get((rel.partner_id.id, False), 0)

    @api.constrains("partner_id")
    def _check_partner_id(self):
        for partner in self.partner_id:
            if partner.commercial_partner_id != partner:
                raise ValidationError(
                    self.env._(
                        "%(contact)s belongs to %(client)s. Please choose %(client)s: a "
                        "relationship belongs to the client as a whole.",
                        contact=partner.display_name,
                        client=partner.commercial_partner_id.display_name,
                    )
                )

    def unlink(self):
        # not @api.ondelete: mail.thread deletes the messages before that is asked
        self._check_no_content()
        return super().unlink()

    def _check_no_content(self):
        if self._get_with_content():
            raise UserError(
                self.env._(
                    "A relationship with records cannot be deleted. Please archive it instead."
                )
            )

    def _get_with_content(self):
        """Return the relationships whose deletion would lose anything that a person did."""
        here = [("res_id", "in", self.ids)]
        # sudo: only whether there is anything; no content is read
        messages = (
            self.env["mail.message"]
            .sudo()
            .search(
                [
                    *here,
                    ("model", "=", self._name),
                    "|",
                    ("message_type", "=", "comment"),
                    ("tracking_value_ids", "!=", False),
                ]
            )
        )
        done = (
            self.env["mail.activity"]
            .sudo()
            .with_context(active_test=False)
            .search([*here, ("res_model", "=", self._name), ("date_done", "!=", False)])
        )
        return self.browse({*messages.mapped("res_id"), *done.mapped("res_id")})

    def action_view_partner(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "views": [(False, "form")],
        }

    def action_view_projects(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Projects of %s", self.display_name),
            "res_model": "project.project",
            "views": [(False, "kanban"), (False, "list"), (False, "form")],
            "domain": self._get_client_domain(),
            "context": {"default_partner_id": self.partner_id.id},
        }

    def action_view_opportunities(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Opportunities of %s", self.display_name),
            "res_model": "crm.lead",
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "domain": [("type", "=", "opportunity"), *self._get_client_domain()],
            "context": {"default_partner_id": self.partner_id.id, "default_type": "opportunity"},
        }

    def _get_client_domain(self):
        """Return the domain of what belongs to this client on models with partner and company."""
        return [
            ("partner_id.commercial_partner_id", "=", self.partner_id.id),
            ("company_id", "in", [self.company_id.id, False]),
        ]

    def _get_project_managers(self):
        """Return {relationship id: manager of the client's latest project}."""
        managers = {
            company: self.env["client.intake"]._get_project_managers(group.partner_id, company)
            for company, group in self.grouped("company_id").items()
        }
        nobody = self.env["res.users"]
        return {rel.id: managers[rel.company_id].get(rel.partner_id.id, nobody) for rel in self}

    def _remind_returned(self):
        """Ask the owner to look at ended clients that buy again, once."""
        ended = self.filtered(lambda rel: rel.active and rel.phase == stage_rules.ENDED)
        type_xmlid = "client_health.mail_activity_type_client_returned"
        asked = ended.activity_search([type_xmlid]).mapped("res_id")
        for user, group in (ended - ended.browse(asked)).grouped("user_id").items():
            group.with_context(mail_activity_quick_update=True).activity_schedule(
                type_xmlid, user_id=(user or self.env.user).id
            )
