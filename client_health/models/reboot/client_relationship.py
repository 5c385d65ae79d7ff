from odoo import api, fields, models
from odoo.fields import Domain

from ...engine import stage_rules
from ...engine.clock import get_today


class ClientRelationship(models.Model):
    """Adds to the client its reboots: the one that is open, and all that were tried before.

    A client in reboot rots when the deadline of its reboot has passed, instead of after the days of
    its stage: a later deadline gives it more time.
    """

    _name = "client.relationship"
    _inherit = ["client.relationship"]

    reboot_ids = fields.One2many(
        "client.reboot",
        "relationship_id",
        string="All Reboots",
        readonly=True,
        protected=True,
    )
    reboot_count = fields.Integer(string="Reboots", compute="_compute_reboot_count")
    reboot_id = fields.Many2one("client.reboot", string="Open Reboot", compute="_compute_reboot")
    reboot_deadline = fields.Date(string="Reboot Until", compute="_compute_reboot")
    reboot_is_overdue = fields.Boolean(string="Reboot Past Its Deadline", compute="_compute_reboot")
    reboot_done_count = fields.Integer(
        string="Reboot Points Done", compute="_compute_reboot_done_count"
    )

    @api.depends("reboot_ids")
    def _compute_reboot_count(self):
        for relationship in self:
            relationship.reboot_count = len(relationship.reboot_ids)

    @api.depends("reboot_ids.state", "reboot_ids.date_deadline")
    def _compute_reboot(self):
        Reboot = self.env["client.reboot"]
        # few of many clients are in one: not the reboots of each are read, but those that are open
        going = Reboot.search(
            [("relationship_id", "in", self._origin.ids), ("state", "in", Reboot._open_states)]
        )
        by_client = going.grouped("relationship_id")
        self.reboot_id = self.reboot_deadline = self.reboot_is_overdue = False
        for relationship in self.filtered(lambda one: one._origin in by_client):
            reboot = by_client[relationship._origin][:1]
            relationship.reboot_id = reboot
            relationship.reboot_deadline = reboot.date_deadline
            relationship.reboot_is_overdue = reboot.is_overdue

    @api.depends("reboot_ids.state")
    def _compute_reboot_done_count(self):
        for relationship in self:
            relationship.reboot_done_count = relationship.reboot_id.done_count

    def _get_rotting_depends_fields(self):
        return [
            *super()._get_rotting_depends_fields(),
            "phase",
            "reboot_ids.state",
            "reboot_ids.date_deadline",
        ]

    @api.depends(lambda self: self._get_rotting_depends_fields())
    def _compute_rotting(self):
        result = super()._compute_rotting()
        days = {company: get_today(company) for company in self.company_id}
        for relationship in self.filtered("reboot_id"):
            today = days[relationship.company_id]
            deadline = relationship.reboot_id.date_deadline
            relationship.is_rotting = deadline < today
            relationship.rotting_days = max((today - deadline).days, 0)
        return result

    def _search_is_rotting(self, operator, value):
        found = Domain(super()._search_is_rotting(operator, value))
        overdue = Domain("reboot_ids", "any", self.env["client.reboot"]._get_overdue_domain())
        wanted = overdue if (True in value) == (operator == "in") else ~overdue
        in_reboot = Domain("phase", "=", stage_rules.REBOOT)
        return (~in_reboot & found) | (in_reboot & wanted)

    def action_view_reboots(self):
        """Open the reboot that is open, or all that were tried."""
        self.ensure_one()
        reboots = self.reboot_id or self.reboot_ids
        return reboots._get_records_action(name=self.env._("Reboots"))
