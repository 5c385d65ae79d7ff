from odoo import api, fields, models
from odoo.exceptions import LockError, UserError

from ..engine import stage_rules
from ..exceptions import MoveQuestion


class ClientFlowMixin(models.AbstractModel):
    """How a client moves through its stages.

    ``stage_id`` is moved by a plain write, so that a drag, a button, a mass edit, an import and
    an API call obey the same rule: ``write`` hands every change of stage to ``_move_stage``,
    with the reason in ``stage_reason``. Which moves exist is in ``engine/stage_rules.py``.
    """

    _name = "client.flow.mixin"
    _inherit = ["mail.tracking.duration.mixin", "mail.activity.mixin"]
    _description = "Stages of a Client"
    _track_duration_field = "stage_id"

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
    phase = fields.Selection(related="stage_id.phase", store=True, index=True)
    stage_reason = fields.Char(
        string="Reason",
        copy=False,
        help="Reason given for the move to this stage.",
    )
    date_last_stage_update = fields.Datetime(
        string="In Stage Since", default=fields.Datetime.now, readonly=True, copy=False, index=True
    )
    stage_days = fields.Integer(string="Days in Stage", compute="_compute_stage_days")

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
        leaving = self.filtered(lambda relationship: relationship.phase != stage.phase)
        for old_stage in leaving.stage_id:
            leaving._check_way(old_stage, stage)
        for episodes in leaving._get_open_episodes():
            episodes._check_leave(stage, reason)
        if leaving and not (reason or "").strip():
            leaving._ask_reason(stage)
        if leaving and stage.phase in stage_rules.EPISODES:
            self.env[stage_rules.EPISODES[stage.phase]]._check_enter(leaving, stage, reason)

    @api.model
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
            self.env._("Why does it move to %s? The team will want to know.", stage.name),
            self.env.ref("client_health.client_stage_move_action").id,
            {"default_relationship_ids": self.ids, "default_stage_id": stage.id},
            notify=False,
        )

    def _get_open_episodes(self):
        """Return what the phases hold open for these clients: one recordset per model."""
        found = [self.env[model]._get_open(self) for model in stage_rules.EPISODES.values()]
        return [episodes for episodes in found if episodes]

    @api.model
    def _is_client_manager(self):
        return self.env.su or self.env.user.has_group("client_health.group_client_manager")

    @api.model_create_multi
    def create(self, vals_list):
        relationships = super().create(vals_list)
        relationships._check_entry_stage()
        relationships.filtered("active")._schedule_stage_plan()
        return relationships

    def write(self, vals):
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
        ``client.episode.mixin``. Between two stages of one phase nothing is closed or opened.
        """
        moved = self.filtered(lambda relationship: relationship.stage_id != stage)
        moved._lock_for_move()
        moved._check_move(stage, reason)
        leaving = moved.filtered(lambda relationship: relationship.phase != stage.phase)
        for episodes in leaving._get_open_episodes():
            episodes._close_for_move(stage.phase, reason)
        moved._write_stage(stage, reason)
        if stage.phase in stage_rules.EPISODES:
            values = self.env.context.get("client_move_values") or {}
            self.env[stage_rules.EPISODES[stage.phase]]._open_for_move(leaving, reason, values)
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
        return super().write(
            {
                "stage_id": stage.id,
                "stage_reason": reason,
                "date_last_stage_update": fields.Datetime.now(),
            }
        )

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
