from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...engine.clock import get_today
from ...exceptions import MoveQuestion


class ClientRelationshipStage(models.Model):
    """A column of the client board, and the plan of activities that it schedules.

    The name is the firm's; what a stage means is its ``phase``. Code asks for the phase, never for
    a name or an external id, so a firm may rename stages or have two in one phase.
    """

    _name = "client.relationship.stage"
    _description = "Client Stage"
    _inherit = ["client.protected.mixin", "client.readable.links.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    phase = fields.Selection(
        [
            ("healthy", "Healthy"),
            ("at_risk", "At risk"),
            ("reboot", "Reboot"),
            ("offboard", "Offboard"),
            ("ended", "Ended"),
        ],
        required=True,
        default="healthy",
        help="Meaning of this stage. The rules for moving a client depend on it.",
    )
    fold = fields.Boolean(string="Folded in Kanban")
    requirements = fields.Text(
        translate=True, help="Shown as a tooltip over the name of the stage."
    )
    rotting_threshold_days = fields.Integer(
        string="Days to rot",
        help="Highlight clients that stay in this stage longer than this. 0: never.",
    )
    plan_id = fields.Many2one(
        "mail.activity.plan",
        string="Activity Plan",
        domain=[("res_model", "=", "client.relationship")],
        ondelete="restrict",
        help="Scheduled once for every client that enters this stage. Open activities are "
        "cancelled when the client leaves it.",
    )

    def write(self, vals):
        if "phase" in vals:
            self.filtered(lambda stage: stage.phase != vals["phase"])._check_no_clients()
        return super().write(vals)

    def _check_no_clients(self):
        """What a stage means is not changed over the heads of the clients in it."""
        if self._has_clients():
            raise UserError(
                self.env._(
                    "There are clients in this stage, so its phase cannot be changed. Please add "
                    "a stage of the other phase and move the clients, each with a reason."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_clients(self):
        if self._has_clients():
            raise UserError(
                self.env._(
                    "There are clients in this stage, maybe archived ones. Please move them to "
                    "another stage first."
                )
            )

    def _has_clients(self):
        # sudo: only whether there is any client, of any company
        clients = self.env["client.relationship"].sudo().with_context(active_test=False)
        return bool(clients.search_count([("stage_id", "in", self.ids)], limit=1))

    @api.model
    def _get_first_stage(self, phase):
        return self.search([("phase", "=", phase)], limit=1)

    def _schedule_plan(self, relationships, dates=None):
        """Schedule the steps of this stage's plan, batched by responsible and due date.

        Steps that this stage opened before and that are still open are not opened twice.

        :param dates: {client: due date of its first step}; the others follow at their distance
        """
        self.ensure_one()
        todo = relationships - relationships.browse(
            self._get_open_activities(relationships).mapped("res_id")
        )
        templates = self.plan_id.template_ids
        for template in templates:
            responsible = template._get_client_responsibles(todo)
            for company, group in todo.grouped("company_id").items():
                due = template._get_client_deadline(company)
                first = dates and min(one._get_client_deadline(company) for one in templates)
                scheduled = group._schedule_activities(
                    responsible,
                    activity_type_id=template.activity_type_id.id,
                    summary=template.summary,
                    note=template.note,
                    date_deadline=due,
                    dates=dates and {rel: dates[rel] + (due - first) for rel in group},
                )
                # sudo: protected; these were made just above
                scheduled.sudo().client_stage_id = self

    def _cancel_plan(self, relationships):
        """Cancel, never mark done: a call that was not made must not count as a contact."""
        self._get_open_activities(relationships).unlink()

    def _get_open_activities(self, relationships):
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", "client.relationship"),
                ("res_id", "in", relationships.ids),
                ("client_stage_id", "in", self.ids),
            ]
        )


class ClientStageProcessMixin(models.AbstractModel):
    """The process that a phase holds open for a client: a reboot, an offboarding.

    A client in the phase has exactly one open record, a client in any other phase has none.
    ``_move_stage`` alone opens and closes them, so no user has the right to create one, and its
    state fields are protected. A model becomes such a process by

    - its line in ``stage_rules.STAGE_PROCESSES``: ``{phase: model}``
    - ``_open_states``, a ``state`` field, and a unique index on the relationship of open ones::

        _open_uniq = models.UniqueIndex("(relationship_id) WHERE state IN ('…')", "…")

    - ``_prepare_opening`` (values of a new record), ``_prepare_closing`` (values at its end, with
      what is frozen) and ``_prepare_merge_end`` (when its client is merged into another one)
    - ``_get_missing``: what is missing before the client may leave to a phase, in plain words.
      Users who are no managers are refused and led to the record; managers are asked for a reason
      and see the list. Where that is not enough, override ``_check_leave``.
    - ``_check_enter``, when something has to be there before one is opened
    - ``_move_fields``: fields that the user may fill in with the move, given in the context key
      ``client_move_values`` (by the form that asks, or by an API call)

    The order is: checks of all records, closing, the move, opening, the plan. Each of these gets
    all records of a move at once.
    """

    _name = "client.stage.process.mixin"
    _description = "What a Phase Holds Open"
    _inherit = [
        "client.record.mixin",
        "client.protected.mixin",
        "client.internal.thread.mixin",
        "client.activity.mixin",
        "mail.activity.mixin",
    ]
    _open_states = ()
    _move_fields = ()

    relationship_id = fields.Many2one(protected=True)
    reason = fields.Text(
        required=True,
        readonly=True,
        help="Reason given for the move of the client.",
        protected=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        index="btree_not_null",
        tracking=True,
        check_company=True,
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
        help="The person in charge of it.",
    )
    date_start = fields.Date(
        string="Started On",
        required=True,
        readonly=True,
        default=lambda self: get_today(self.env.company),
        protected=True,
    )
    date_end = fields.Date(string="Ended On", readonly=True, copy=False, protected=True)

    @api.constrains("user_id")
    def _check_user_id(self):
        for record in self:
            user = record.user_id
            if user.share or (user and not user.active and not record.date_end):
                raise ValidationError(
                    self.env._(
                        "%s cannot be responsible for this. Please choose an active internal user.",
                        user.display_name,
                    )
                )

    @api.model
    def _get_open(self, relationships):
        """Return what is open for the clients, also where the user may not read it."""
        # sudo: whether a client may leave does not depend on the user; what is missing is named,
        # and only to users who may write the client (``_move_stage`` has checked)
        found = self.sudo().search(
            [("relationship_id", "in", relationships.ids), ("state", "in", self._open_states)]
        )
        return found.sudo(self.env.su)

    @api.model
    def _check_enter(self, relationships, stage, reason):
        """Raise unless one may be opened for each of the clients."""

    def _check_leave(self, stage, reason):
        """Raise unless the clients of these open records may go to ``stage``, for ``reason``.

        Managers pass: they are asked for a reason next, and see what is missing there.
        """
        missing = self._get_missing(stage.phase)
        if any(missing.values()) and not self.env["client.relationship"]._is_client_manager():
            self._refuse_leave(stage, missing)

    def _get_missing(self, phase):
        """Return {record: [what is missing before its client goes to ``phase``, in words]}."""
        return {}

    def _refuse_leave(self, stage, missing):
        open_ones = self.browse().union(*(record for record in missing if missing[record]))
        raise MoveQuestion(
            self.env._(
                "The client cannot move to %(stage)s yet. Missing:\n%(missing)s",
                stage=stage.name,
                missing=self._format_missing(missing),
            ),
            open_ones._get_records_action(name=self.env["ir.model"]._get(self._name).name),
            notify=self.env._(
                "Not yet possible to move to %s: open points are shown here.", stage.name
            ),
        )

    @api.model
    def _format_missing(self, missing):
        """Return the list in plain text; the client is named where there are several."""
        several = len([record for record in missing if missing[record]]) > 1
        return "\n".join(
            f"– {record.relationship_id.display_name}: {line}" if several else f"– {line}"
            for record, lines in missing.items()
            for line in lines
        )

    def _close_for_move(self, phase, reason):
        """End these open records, because their clients go to ``phase``; keep what they were."""
        closings = {record: record._prepare_closing(phase, reason) for record in self}
        for record, values in closings.items():
            record.sudo().write(values)  # sudo: evidence; ``_move_stage`` has checked the move
        self._unlink_open_activities()

    def _close_for_merge(self, kept):
        """End these open records, because their client turned out to be ``kept``."""
        for record in self:
            # sudo: evidence; only the merge of two clients comes here
            record.sudo().write(record._prepare_merge_end(kept))
        self._unlink_open_activities()

    def _unlink_open_activities(self):
        """Cancel, never mark done, what is still planned on a record that ended."""
        # sudo: reminders of others are cancelled as well, with the record that they are about
        self.env["mail.activity"].sudo().search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        ).unlink()

    @api.model
    def _open_for_move(self, relationships, reason, values):
        """Open one record for each of the clients; ``values`` are what the mover said."""
        said = {name: value for name, value in values.items() if name in self._move_fields}
        responsible = relationships._get_responsible()
        # sudo: users create one only by moving a client, which was checked. Without tracking:
        # what it begins with is no change, and following one by one would take 14 queries each.
        records = (
            self.sudo()
            .with_context(tracking_disable=True)
            .create(
                [
                    {
                        "user_id": responsible[rel].id,
                        **self._prepare_opening(rel, reason),
                        **said,
                    }
                    for rel in relationships
                ]
            )
            .with_env(self.env(su=True))
        )
        for user, group in records.grouped("user_id").items():
            group.message_subscribe(user.partner_id.ids)
        return records

    @api.model
    def _prepare_opening(self, relationship, reason):
        return {
            "relationship_id": relationship.id,
            "date_start": get_today(relationship.company_id),
            "reason": reason,
        }

    def _prepare_closing(self, phase, reason):
        """Return the values with which it ends, when its client goes to ``phase``."""
        return {"date_end": get_today(self.company_id)}

    def _prepare_merge_end(self, kept):
        """Return the values with which it ends, when its client becomes part of ``kept``."""
        return {"date_end": get_today(self.company_id)}
