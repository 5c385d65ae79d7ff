from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import stage_rules
from ..engine.clock import get_today
from ..models.common.client_protected_mixin import once


class ClientStageMove(models.TransientModel):
    """Asks for what a move needs; the rules are in ``client.relationship``."""

    _name = "client.stage.move"
    _description = "Move Clients to a Stage"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "relationship_ids"

    # An archived client is moved as well, instead of being passed over without a word.
    relationship_ids = fields.Many2many(
        "client.relationship", string="Clients", required=True, context={"active_test": False}
    )
    stage_id = fields.Many2one(
        "client.relationship.stage", required=True, domain="[('id', 'in', offered_stage_ids)]"
    )
    offered_stage_ids = fields.Many2many(
        "client.relationship.stage",
        compute="_compute_offered_stage_ids",
        export_string_translation=False,
    )
    phase = fields.Selection(related="stage_id.phase", related_sudo=False)
    reason = fields.Char(
        string="What Happened",
        required=True,
        help="One sentence that colleagues will understand in three months.",
        reason=True,
    )
    left_because = fields.Text(
        string="Why It Left", compute="_compute_left_because", export_string_translation=False
    )
    missing = fields.Text(compute="_compute_missing", export_string_translation=False)
    date_deadline = fields.Date(
        string="Deadline",
        compute="_compute_date_deadline",
        store=True,
        readonly=False,
        help="Date by which both sides decide whether to continue.",
        until=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        domain="[('share', '=', False)]",
        help="Person in charge. Empty: the responsible of each client.",
    )
    reason_ids = fields.Many2many(
        "client.offboarding.reason",
        string="Reasons",
        help="Why it ends, in the words of the firm. They show which clients to avoid in future.",
    )
    notice_date = fields.Date(
        string="Notice Given On",
        compute="_compute_notice",
        store=True,
        readonly=False,
        help="The day on which one side told the other.",
    )
    last_day = fields.Date(
        compute="_compute_notice",
        store=True,
        readonly=False,
        help="The last day on which we work for them, as agreed.",
        until=True,
    )
    date_opened = fields.Datetime(default=fields.Datetime.now, export_string_translation=False)

    @api.depends("relationship_ids", "stage_id")
    def _compute_left_because(self):
        """Before a client comes back, one reads why it left."""
        for wizard in self:
            ended = wizard.relationship_ids._origin.filtered(
                lambda rel, wizard=wizard: rel.phase == stage_rules.ENDED != wizard.phase
            )
            wizard.left_because = "\n".join(
                f"{rel.display_name}: {rel.stage_reason}" for rel in ended if rel.stage_reason
            )

    @api.depends("relationship_ids", "stage_id")
    def _compute_missing(self):
        """List what is missing for the move; a manager may move all the same, with a reason."""
        for wizard in self:
            wizard.missing = "\n".join(
                processes._format_missing(processes._get_missing(wizard.stage_id.phase))
                for processes in wizard.relationship_ids._origin._get_open_processes()
            )

    @api.depends("relationship_ids", "stage_id")
    def _compute_date_deadline(self):
        today = get_today(self.env.company)
        for wizard in self:
            company = wizard.relationship_ids.company_id[:1] or self.env.company
            is_reboot = wizard.phase == stage_rules.REBOOT
            days = relativedelta(days=company.client_reboot_days)
            wizard.date_deadline = (wizard.date_deadline or today + days) if is_reboot else False

    @api.depends("stage_id")
    def _compute_notice(self):
        """Today, and the end of next month, which most agreements have."""
        today = get_today(self.env.company)
        for wizard in self:
            leaves = wizard.phase == stage_rules.OFFBOARD
            wizard.notice_date = (wizard.notice_date or today) if leaves else False
            month_end = today + relativedelta(months=1, day=31)
            wizard.last_day = (wizard.last_day or month_end) if leaves else False

    @api.depends("relationship_ids")
    def _compute_offered_stage_ids(self):
        """Where one of the clients can go, moved by this user; never where all of them are."""
        Stage = self.env["client.relationship.stage"]
        manages = self.env["client.relationship"]._is_client_manager()
        for wizard in self:
            phases = set(wizard.relationship_ids.mapped("phase"))
            offered = phases.union(*(stage_rules.get_open_phases(one, manages) for one in phases))
            stages = wizard.relationship_ids.stage_id
            left = stages if len(stages) == 1 else Stage
            wizard.offered_stage_ids = Stage.search([("phase", "in", list(offered))]) - left

    @api.depends("relationship_ids", "stage_id")
    def _compute_user_id(self):
        for wizard in self:
            responsible = wizard.relationship_ids._origin._get_responsible()
            users = self.env["res.users"].union(*responsible.values())
            wizard.user_id = wizard.user_id or (users if len(users) == 1 else False)

    @api.onchange("stage_id")
    def _onchange_stage_id(self):
        """Say before the reason is written that something has to be looked at first."""
        clients = self.relationship_ids._origin.filtered(
            lambda rel: rel.stage_id.phase == stage_rules.REBOOT != self.phase
        )
        is_none = self.phase != stage_rules.OFFBOARD or not clients._is_client_manager()
        if is_none or not clients:
            return None
        unseen = self.env["client.decision"]._get_unseen(clients)
        if not unseen:
            return None
        return {
            "warning": {
                "title": self.env._("Decision sheet"),
                "message": self.env._(
                    "Please look at what each side gave before you offboard %s: open the decision "
                    "sheet of the client first. You can decide at the end of the page.",
                    ", ".join(unseen.mapped("display_name")),
                ),
            }
        }

    @once
    def action_move(self):
        self.ensure_one()
        self._check_not_moved()
        relationships = self.relationship_ids.with_context(
            client_move_values=self._prepare_move_values()
        )
        relationships.write({"stage_id": self.stage_id.id, "stage_reason": self.reason})
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _prepare_move_values(self):
        values = {
            "date_deadline": self.date_deadline,
            "user_id": self.user_id.id,
            "reason_ids": self.reason_ids and [fields.Command.set(self.reason_ids.ids)],
            "notice_date": self.notice_date,
            "last_day": self.last_day,
        }
        return {name: value for name, value in values.items() if value}

    def _check_not_moved(self):
        """Refuse the move when a colleague has moved the client in the meantime."""
        for relationship in self.relationship_ids:
            if relationship.date_last_stage_update > self.date_opened:
                raise UserError(
                    self.env._(
                        "%(client)s was moved to %(stage)s while you were writing: “%(reason)s”. "
                        "Please look at it again.",
                        client=relationship.display_name,
                        stage=relationship.stage_id.name,
                        reason=relationship.stage_reason or "–",
                    )
                )
