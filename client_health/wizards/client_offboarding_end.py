from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import stage_rules
from ..engine.clock import get_today
from ..models.common.client_protected_mixin import once
from ..models.offboarding.client_offboarding import POINTS


class ClientOffboardingEnd(models.TransientModel):
    """Asks how an offboarding ended, and for a reason for each point that is still open."""

    _name = "client.offboarding.end"
    _description = "End an Offboarding"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "offboarding_id"

    offboarding_id = fields.Many2one("client.offboarding", required=True, ondelete="cascade")
    reason = fields.Char(
        string="How It Ended",
        required=True,
        help="One sentence that colleagues will understand in three years.",
        reason=True,
    )
    reason_ids = fields.Many2many(
        "client.offboarding.reason",
        string="Reasons",
        compute="_compute_notice",
        store=True,
        readonly=False,
        precompute=True,
        help="Why it ends. They show which clients to avoid in the future.",
    )
    notice_date = fields.Date(
        string="Notice Given On",
        compute="_compute_notice",
        store=True,
        readonly=False,
        precompute=True,
    )
    last_day = fields.Date(compute="_compute_notice", store=True, readonly=False, precompute=True)
    line_ids = fields.One2many(
        "client.offboarding.end.line",
        "end_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        precompute=True,
    )

    @api.depends("offboarding_id")
    def _compute_line_ids(self):
        for end in self:
            missing = end.offboarding_id._get_open_points() if end.offboarding_id else {}
            end.line_ids = [fields.Command.clear()] + [
                fields.Command.create({"point": point, "missing": missing[point]})
                for point in POINTS
                if point in missing
            ]

    @api.depends("offboarding_id")
    def _compute_notice(self):
        """What was entered before; else notice was given with the move, and today is the end."""
        for end in self:
            offboarding = end.offboarding_id
            today = get_today(offboarding.company_id or self.env.company)
            end.reason_ids = offboarding.reason_ids
            end.notice_date = offboarding.notice_date or offboarding.date_start
            end.last_day = offboarding.last_day or today

    @once
    def action_end(self):
        """Record the reasons and move the client; name open points without a reason."""
        self.ensure_one()
        offboarding = self.offboarding_id
        if offboarding.state != "open":
            raise UserError(
                self.env._(
                    "A colleague has already closed this offboarding. Please reload the page."
                )
            )
        offboarding.write(
            {
                "reason_ids": [fields.Command.set(self.reason_ids.ids)],
                "notice_date": self.notice_date,
                "last_day": self.last_day,
            }
        )
        reasons = {line.point: line.reason for line in self.line_ids if line.reason}
        if reasons:
            offboarding._waive(reasons)
        points = offboarding._get_open_points().values()
        missing = [*points, *offboarding._get_missing_notice()]
        if missing:
            raise UserError(
                self.env._(
                    "Please complete the open points, or give a reason for each waiver:\n%s",
                    "\n".join(f"– {words}" for words in missing),
                )
            )
        relationship = offboarding.relationship_id
        stage = relationship.stage_id._get_first_stage(stage_rules.ENDED)
        relationship.write({"stage_id": stage.id, "stage_reason": self.reason})
        return {"type": "ir.actions.client", "tag": "soft_reload"}
