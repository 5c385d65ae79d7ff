from odoo import api, fields, models
from odoo.exceptions import UserError


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

    def _schedule_plan(self, relationships):
        """Schedule the steps of this stage's plan, batched by responsible and due date.

        Steps that this stage opened before and that are still open are not opened twice.
        """
        self.ensure_one()
        todo = relationships - relationships.browse(
            self._get_open_activities(relationships).mapped("res_id")
        )
        for template in self.plan_id.template_ids:
            responsible = template._get_client_responsibles(todo)
            for company, group in todo.grouped("company_id").items():
                scheduled = group._schedule_activities(
                    responsible,
                    activity_type_id=template.activity_type_id.id,
                    summary=template.summary,
                    note=template.note,
                    date_deadline=template._get_client_deadline(company),
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
