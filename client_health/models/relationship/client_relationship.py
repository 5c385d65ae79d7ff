from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError, ValidationError
from odoo.fields import Domain

from ...const import ACTIVITY_CLIENT_RETURNED, MANAGER_GROUP
from ...engine import stage_rules
from ...engine.clock import get_today
from ...exceptions import MoveQuestion

RHYTHMS = [
    ("weekly", "Every week"),
    ("fortnightly", "Every two weeks"),
    ("monthly", "Every month"),
    ("quarterly", "Every quarter"),
]
WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
]
CHANNELS = [
    ("mail", "E-mail"),
    ("call", "Phone call"),
    ("video", "Video call"),
    ("visit", "Face to face"),
    ("portal", "Portal"),
]


class ClientRelationship(models.Model):
    """One client of one company: its salesperson, its stage, and how it wants to hear from us.

    Each feature adds its part in ``models/<feature>/client_relationship.py``.

    A client is moved by a plain write of ``stage_id`` and ``stage_reason``, so that a drag, a
    button, a mass edit, an import and an API call obey the same rules: ``write`` hands every change
    of stage to ``_move_stage``. Which moves exist, and which need a manager, is in
    ``engine/stage_rules.py``.
    """

    _name = "client.relationship"
    _description = "Client Relationship"
    _inherit = [
        "client.readable.links.mixin",
        "client.protected.mixin",
        "client.deletion.mixin",
        "client.internal.thread.mixin",
        "client.responsible.mixin",
        "mail.tracking.duration.mixin",
        "mail.activity.mixin",
    ]
    _rec_name = "partner_id"
    _rec_names_search = ["partner_id.name", "partner_id.ref", "partner_id.email"]
    _order = "id desc"
    _check_company_auto = True
    _track_duration_field = "stage_id"

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
    date_start = fields.Date(
        string="Client Since", default=lambda self: get_today(self.env.company)
    )
    referred_by_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="restrict",
        help="Contact or client who referred this client.",
    )
    cadence = fields.Selection(
        RHYTHMS,
        string="Rhythm",
        help="How often the client wants to hear from us, even when nothing changed.",
    )
    cadence_weekday = fields.Selection(
        WEEKDAYS,
        string="Weekday",
        help="The day on which the client expects to hear from us. Empty: no day is promised.",
    )
    channel = fields.Selection(CHANNELS, help="How the client prefers to hear from us.")
    note = fields.Html(string="Internal Notes")
    project_count = fields.Integer(compute="_compute_project_count")
    opportunity_count = fields.Integer(compute="_compute_opportunity_count")
    stage_id = fields.Many2one(
        "client.relationship.stage",
        required=True,
        index=True,
        copy=False,
        tracking=True,
        ondelete="restrict",
        group_expand="_read_group_expand_full",
        default=lambda self: self._default_stage_id(),
    )
    phase = fields.Selection(related="stage_id.phase", store=True, index=True, precompute=True)
    stage_reason = fields.Char(
        string="Reason", copy=False, help="Reason given for the move to this stage.", reason=True
    )
    date_last_stage_update = fields.Datetime(
        string="In Stage Since",
        default=fields.Datetime.now,
        readonly=True,
        copy=False,
        index=True,
        protected=True,
    )
    stage_days = fields.Integer(string="Days in Stage", compute="_compute_stage_days")

    _partner_company_uniq = models.Constraint(
        "UNIQUE(partner_id, company_id)",
        "This partner already has a relationship in this company; it may be archived.",
    )

    # Team, projects and opportunities

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

    # The partner, and what keeps a client from being deleted

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """Say at once that a client is there: the database would refuse it at the end."""
        client = self.partner_id.commercial_partner_id
        found = self.with_context(active_test=False)._get_by_client(client, self.company_id)
        for relationship in found.values():
            if relationship != self._origin:
                self.partner_id = False
                return {"warning": relationship._prepare_here_already()}
        return None

    def _prepare_here_already(self):
        return {
            "title": self.env._("%s is a client already", self.display_name),
            "message": self.env._(
                "It is in %(stage)s, and %(user)s looks after it. Please search for it, among the "
                "archived ones as well.",
                stage=self.stage_id.name,
                user=self.user_id.name or self.env._("nobody"),
            ),
            "type": "notification",
        }

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

    # Records and colleagues of the client

    def action_view_partner(self):
        return self.partner_id._get_records_action()

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

    @api.model
    def _get_by_client(self, clients, companies=None):
        """Return {(client, company): relationship} of what the user may read, in one query.

        :param clients: commercial partners
        :param companies: only these; by default all
        """
        domain = Domain("partner_id", "in", clients.ids)
        if companies is not None:
            domain &= Domain("company_id", "in", companies.ids)
        return {(rel.partner_id, rel.company_id): rel for rel in self.search(domain)}

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
        """Ask the responsible to look at ended clients that buy again, once."""
        ended = self.filtered(lambda rel: rel.active and rel.stage_id.phase == stage_rules.ENDED)
        ended._schedule_activities(ended._get_responsible(), ACTIVITY_CLIENT_RETURNED, once=True)

    # What a move of the stage needs

    @api.model
    def _default_stage_id(self):
        return self.env["client.relationship.stage"]._get_first_stage(stage_rules.HEALTHY)

    @api.depends("date_last_stage_update")
    def _compute_stage_days(self):
        now = fields.Datetime.now()
        for relationship in self:
            since = relationship.date_last_stage_update or now
            relationship.stage_days = (now - since).days

    def _check_move(self, stage, reason):
        """Raise unless every record of self may go to ``stage`` for ``reason``.

        A missing reason is not an error but a question: it opens the form that asks for it.
        """
        if not stage:
            raise UserError(self.env._("This stage no longer exists. Please reload the page."))
        self._check_not_archived(stage)
        leaving = self.filtered(lambda relationship: relationship.stage_id.phase != stage.phase)
        for old_stage, clients in leaving.grouped("stage_id").items():
            clients._check_way(old_stage, stage)
        for processes in leaving._get_open_processes():
            processes._check_leave(stage, reason)
        if leaving and stage.phase in stage_rules.STAGE_PROCESSES:
            self.env[stage_rules.STAGE_PROCESSES[stage.phase]]._check_enter(leaving, stage, reason)
        # last: a reason that is written before something else is asked for would be lost
        if leaving and not (reason or "").strip():
            leaving._ask_reason(stage)

    def _check_way(self, old_stage, stage):
        move = stage_rules.get_move(old_stage.phase, stage.phase)
        if not move:
            raise UserError(self._get_no_way_message(old_stage, stage))
        if move.manager and not self._is_client_manager():
            raise UserError(
                self.env._(
                    "Only a manager can move a client from %(old)s to %(new)s. Please ask a "
                    "manager, with your reason.",
                    old=old_stage.name,
                    new=stage.name,
                )
            )
        if move.gone:
            self._check_gone(old_stage, stage)

    @api.model
    def _get_no_way_message(self, old_stage, stage):
        next_stages = stage.search([("phase", "in", stage_rules.get_next_phases(old_stage.phase))])
        return self.env._(
            "A client cannot move directly from %(old)s to %(new)s. From %(old)s it can go to: "
            "%(ways)s.",
            old=old_stage.name,
            new=stage.name,
            ways=", ".join(next_stages.mapped("name")),
        )

    def _ask_reason(self, stage):
        raise MoveQuestion(
            self.env._(
                "Why do you move this client to %s? The team will want to know.", stage.name
            ),
            self.env.ref("client_health.client_stage_move_action").id,
            {"default_relationship_ids": self.ids, "default_stage_id": stage.id},
            notify=False,
        )

    def _get_open_processes(self):
        """Return what the phases hold open for these clients: one recordset per model."""
        found = [self.env[model]._get_open(self) for model in stage_rules.STAGE_PROCESSES.values()]
        return [processes for processes in found if processes]

    @api.model
    def _is_client_manager(self):
        return self.env.su or self.env.user.has_group(MANAGER_GROUP)

    # The move of the stage

    @api.model_create_multi
    def create(self, vals_list):
        relationships = super().create(vals_list)
        relationships._check_entry_stage()
        relationships.filtered("active")._schedule_stage_plan()
        return relationships

    @api.model
    def _create_in_batch(self, vals_list):
        """Create clients in few queries, without a mail or a note per client.

        Their salespersons follow them all the same.
        """
        stage = self._default_stage_id()
        created = self.with_context(tracking_disable=True).create(
            [{"stage_id": stage.id, **vals} for vals in vals_list]
        )
        created._add_followers({rel: rel.user_id for rel in created if not rel.user_id.share})
        return created.with_env(self.env)

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        # ``_schedule_activities`` has subscribed the assignees of all activities at once
        if self.env.context.get("client_followers_known"):
            return True
        return super().message_subscribe(partner_ids, subtype_ids)

    def write(self, vals):
        self._check_new_company(vals)
        if not vals.get("active", True):
            self._check_archive()
        if "stage_id" not in vals:
            return super().write(vals)
        other = {
            key: value for key, value in vals.items() if key not in ("stage_id", "stage_reason")
        }
        if other:
            super().write(other)
        stage = self.env["client.relationship.stage"].browse(vals["stage_id"]).exists()
        self._move_stage(stage, vals.get("stage_reason"))
        return True

    def _check_new_company(self, vals):
        """Refuse a move to a company out of reach: Odoo applies its rules before it only."""
        if not self.env.su and vals.get("company_id", self.env.company.id) not in (
            self.env.companies.ids
        ):
            raise AccessError(
                self.env._("A client can be moved only to a company to which you have access.")
            )

    def _check_archive(self):
        """An open process ends by a move with its reason; archiving would only hide it."""
        for processes in self._get_open_processes():
            client = processes[:1].relationship_id
            raise UserError(
                self.env._(
                    "%(client)s is in %(stage)s and cannot be archived. Please move it on first, "
                    "with a reason: a client leaves by an offboarding that has ended.",
                    client=client.display_name,
                    stage=client.stage_id.name,
                )
            )

    def _check_not_archived(self, stage):
        archived = self.filtered(lambda relationship: not relationship.active)
        if archived and stage.phase in stage_rules.STAGE_PROCESSES:
            raise UserError(
                self.env._(
                    "%(client)s is archived. Please restore it before you move it to %(stage)s.",
                    client=archived[:1].display_name,
                    stage=stage.name,
                )
            )

    def action_ask_stage(self):
        """Open the question that a move needs; the context may name the stage."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_stage_move_action"
        )
        context = {"default_relationship_ids": self.ids}
        if self.env.context.get("client_phase"):
            stage = self.stage_id._get_first_stage(self.env.context["client_phase"])
            # Whatever the reason will be: what is not possible is not asked for.
            self._check_move(stage, stage.name)
            context["default_stage_id"] = stage.id
        return dict(action, context=context)

    def _move_stage(self, stage, reason):
        """Move the clients to ``stage``, the one place where that has effects; return who moved.

        What the old phase holds open is closed, what the new one needs is opened; see
        ``client.stage.process.mixin``. Between two stages of one phase nothing is closed or opened.
        """
        moved = self.filtered(lambda relationship: relationship.stage_id != stage)
        moved._lock_for_move()
        moved._check_move(stage, reason)
        leaving = moved.filtered(lambda relationship: relationship.stage_id.phase != stage.phase)
        for processes in leaving._get_open_processes():
            processes._close_for_move(stage.phase, reason)
        leaving.filtered(lambda rel: stage_rules.is_gone(rel.phase, stage.phase))._log_gone()
        moved._write_stage(stage, reason)
        if stage.phase in stage_rules.STAGE_PROCESSES:
            values = self.env.context.get("client_move_values") or {}
            self.env[stage_rules.STAGE_PROCESSES[stage.phase]]._open_for_move(
                leaving, reason, values
            )
        stage._schedule_plan(moved)
        return moved

    def _lock_for_move(self):
        """No other user moves these clients before this move is over. A second request that finds
        them moved already is checked against their new stage: Odoo runs it again.
        """
        self.check_access("write")
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError:
            raise LockError(
                self.env._(
                    "Another user is changing this client at this moment. Please reload the page, "
                    "then move it."
                )
            ) from None

    def _write_stage(self, stage, reason):
        for old_stage, relationships in self.grouped("stage_id").items():
            old_stage._cancel_plan(relationships)
        self._track_set_log_message(reason or "")
        # sudo: the field is protected; the move was checked
        self.sudo().date_last_stage_update = fields.Datetime.now()
        return super().write({"stage_id": stage.id, "stage_reason": reason})

    def _schedule_stage_plan(self):
        for stage, relationships in self.grouped("stage_id").items():
            stage._schedule_plan(relationships)

    def _check_entry_stage(self):
        for stage in self.stage_id.filtered(
            lambda stage: stage.phase not in stage_rules.ENTRY_PHASES
        ):
            raise UserError(
                self.env._(
                    "A new client starts as healthy or at risk, not in %s. Please add it first, "
                    "then move it with a reason.",
                    stage.name,
                )
            )
