from odoo import api, fields, models
from odoo.exceptions import UserError

from . import client_handover_list_mixin  # noqa: F401  it has to be there before
from .client_offboarding_points_mixin import CLOSED_STATES

# What the records themselves show as done; the rest is marked by a person, with name and date.
SHOWN = ("project", "task", "login")


class ClientHandover(models.Model):
    """One thing to hand over or to close when a client leaves.

    Projects, their tasks and logins to the portal are done when the records show it. Documents and
    accesses leave no trace in Odoo: a user marks them as done, and is recorded.
    """

    _name = "client.handover"
    _description = "Line of a Handover"
    _inherit = [
        "client.belonging.mixin",
        "client.child.mixin",
        "client.evidence.mixin",
        "client.handover.list.mixin",
    ]
    _order = "offboarding_id, sequence, id"
    _evidence_fields = frozenset({"done_date", "done_by_id", "project_id", "login_id"})

    offboarding_id = fields.Many2one(
        "client.offboarding", required=True, index=True, ondelete="cascade"
    )
    relationship_id = fields.Many2one(
        related="offboarding_id.relationship_id", store=True, index=True, precompute=True
    )
    sequence = fields.Integer(default=50)
    kind = fields.Selection(
        [
            ("project", "Project"),
            ("task", "Open tasks"),
            ("document", "Documents"),
            ("login", "Client's portal login"),
            ("access", "Our access"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
        help="Projects, tasks and logins are done when the records show it.",
    )
    name = fields.Char(string="Description", required=True)
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('share', '=', False)]",
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Handed Over To",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('id', 'child_of', partner_id)]",
    )
    date_deadline = fields.Date(string="Due Date")
    project_id = fields.Many2one(
        "project.project", index="btree_not_null", ondelete="set null", readonly=True
    )
    login_id = fields.Many2one(
        "res.users", index="btree_not_null", ondelete="set null", readonly=True
    )
    note = fields.Char(help="Where it is now, or why no handover is needed.")
    done_date = fields.Date(string="Done On", readonly=True, copy=False)
    done_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    is_done = fields.Boolean(string="Done", compute="_compute_is_done")

    @api.model
    def _get_client_links(self):
        return {"contact_id": ("commercial_partner_id",)}

    @api.depends(
        "kind",
        "done_date",
        "project_id.active",
        "project_id.last_update_status",
        "project_id.task_ids.state",
        "login_id.active",
    )
    def _compute_is_done(self):
        shown = self.filtered(lambda line: line.kind in SHOWN)
        # sudo: whether a project or a login is closed; no more of it is shown
        projects = shown.sudo().project_id
        open_tasks = self._count(
            "project.task",
            "project_id",
            [("project_id", "in", projects.ids), ("state", "not in", CLOSED_STATES)],
        )
        for line in self:
            line.is_done = bool(line.done_date)
        for line in shown.sudo():
            project = line.project_id
            line.is_done = {
                "project": not project.active or project.last_update_status == "done",
                "task": not open_tasks.get(project.id),
                "login": not line.login_id.active,
            }[line.kind]

    def write(self, vals):
        if {"kind", "offboarding_id"} & vals.keys():
            self._check_by_hand()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_shown(self):
        self._check_by_hand()

    @api.model
    def _count(self, model, fname, domain):
        rows = self.env[model].sudo()._read_group(domain, [fname], ["__count"])
        return {record.id: count for record, count in rows}

    def action_done(self):
        """Mark it as done; the user is recorded."""
        self.check_access("write")
        self._check_by_hand()
        # sudo: evidence; the user may write the line, and marks it in their own name
        self.filtered(lambda line: not line.done_date).sudo().write(
            {"done_date": fields.Date.context_today(self), "done_by_id": self.env.user.id}
        )

    def action_undo(self):
        self.check_access("write")
        self._check_by_hand()
        # sudo: evidence; the user may write the line
        self.sudo().write({"done_date": False, "done_by_id": False})

    def _check_by_hand(self):
        """Refuse for lines that are done when the records show it: there is no way around it."""
        if any(line.offboarding_id.state != "open" for line in self):
            raise UserError(
                self.env._("This offboarding is closed: its handover list cannot be changed.")
            )
        for line in self:
            if line.kind in SHOWN:
                raise UserError(
                    self.env._(
                        "“%s” is done when its record is closed. Please open the record and "
                        "close it there.",
                        line.name,
                    )
                )

    def action_open_record(self):
        """Open what has to be closed."""
        self.ensure_one()
        record = self.login_id if self.kind == "login" else self.project_id
        if not record:
            return False
        if self.kind == "task":
            return self.offboarding_id.action_view_tasks()
        return self.offboarding_id._open(record)
