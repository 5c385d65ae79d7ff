from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine.clock import get_today

# What the records themselves show as done; the rest is marked by a person, with name and date.
SHOWN = ("project", "task", "login")


class ClientHandover(models.Model):
    """One thing to hand over or to close when a client leaves.

    Projects, their tasks and logins to the portal are done when the records show it. Documents and
    accesses leave no trace in Odoo: a user marks them as done, and is recorded.
    """

    _name = "client.handover"
    _description = "Line of a Handover"
    _inherit = ["client.record.mixin", "client.protected.mixin"]
    _order = "offboarding_id, sequence, id"

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
    date_deadline = fields.Date(string="Due Date", copy=False, until=True)
    project_id = fields.Many2one(
        "project.project",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        protected=True,
    )
    login_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        protected=True,
    )
    note = fields.Char(help="Where it is now, or why no handover is needed.")
    done_date = fields.Date(string="Done On", readonly=True, copy=False, protected=True)
    done_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, ondelete="restrict", protected=True
    )
    is_done = fields.Boolean(string="Done", compute="_compute_is_done")

    @api.model
    def _get_client_links(self):
        return {"contact_id": ("commercial_partner_id",)}

    # Done, as the records show

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
            [("project_id", "in", projects.ids), ("is_closed", "=", False)],
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

    # Done, marked by a user

    def action_done(self):
        """Mark it as done; the user is recorded."""
        self.check_access("write")
        self._check_by_hand()
        # sudo: evidence; the user may write the line, and marks it in their own name
        self.filtered(lambda line: not line.done_date).sudo().write(
            {
                "done_date": get_today(self.company_id[:1] or self.env.company),
                "done_by_id": self.env.user.id,
            }
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
                self.env._(
                    "This offboarding is closed: its handover list cannot be changed. Please "
                    "plan an activity instead."
                )
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
            return self.offboarding_id._view_work()
        return record._get_records_action()

    # Lines made from the records

    @api.model
    def _prepare_lines(self, offboardings):
        """Return the values of the lines that are missing, in a fixed number of queries."""
        known = {
            (line.offboarding_id.id, line.kind, line.project_id.id, line.login_id.id)
            for line in offboardings.line_ids
        }
        wanted = [
            *self._prepare_project_lines(offboardings),
            *self._prepare_login_lines(offboardings),
            *self._prepare_access_lines(offboardings),
        ]
        return [
            values
            for values in wanted
            if (
                values["offboarding_id"],
                values["kind"],
                values.get("project_id", False),
                values.get("login_id", False),
            )
            not in known
        ]

    @api.model
    def _prepare_project_lines(self, offboardings):
        projects = self.env["project.project"].search(
            [
                ("partner_id.commercial_partner_id", "in", offboardings.partner_id.ids),
                ("company_id", "in", [*offboardings.company_id.ids, False]),
                ("is_template", "=", False),
            ],
            order="id",
        )
        by_client = projects.grouped(lambda project: project.partner_id.commercial_partner_id)
        files = self._count_files(projects)
        lines = []
        for offboarding in offboardings:
            for project in by_client.get(offboarding.partner_id, projects.browse()):
                if project.company_id in (offboarding.company_id, self.env["res.company"]):
                    lines += self._prepare_lines_of(offboarding, project, files)
        return lines

    @api.model
    def _prepare_lines_of(self, offboarding, project, files):
        user = self.env["client.relationship"]._filter_responsible(
            project.user_id, offboarding.company_id
        )
        common = {
            "offboarding_id": offboarding.id,
            "project_id": project.id,
            "user_id": (user or offboarding.user_id).id,
        }
        lines = [
            {
                **common,
                "sequence": 10,
                "kind": "task",
                "name": self.env._("Finish or cancel what is open in %s", project.name),
            },
            {
                **common,
                "sequence": 20,
                "kind": "project",
                "name": self.env._("Close the project %s", project.name),
            },
        ]
        if files.get(project.id):
            lines.append(
                {
                    **common,
                    "sequence": 30,
                    "kind": "document",
                    "name": self.env._(
                        "Hand over the files of %(project)s (%(count)s)",
                        project=project.name,
                        count=files[project.id],
                    ),
                }
            )
        return lines

    @api.model
    def _count_files(self, projects):
        """Return {project id: files on it and on its tasks}, in two queries."""
        tasks = self.env["project.task"].search_fetch(
            [("project_id", "in", projects.ids)], ["project_id"]
        )
        places = {("project.project", project.id): project.id for project in projects}
        places.update({("project.task", task.id): task.project_id.id for task in tasks})
        counts = {}
        for model, res_id, count in self.env["ir.attachment"]._read_group(
            [
                "|",
                "&", ("res_model", "=", "project.project"), ("res_id", "in", projects.ids),
                "&", ("res_model", "=", "project.task"), ("res_id", "in", tasks.ids),
            ],
            ["res_model", "res_id"],
            ["__count"],
        ):  # fmt: skip
            project_id = places[model, res_id]
            counts[project_id] = counts.get(project_id, 0) + count
        return counts

    @api.model
    def _prepare_login_lines(self, offboardings):
        users = self.env["res.users"].search(
            [
                ("share", "=", True),
                ("partner_id.commercial_partner_id", "in", offboardings.partner_id.ids),
            ],
            order="id",
        )
        by_client = users.grouped(lambda user: user.partner_id.commercial_partner_id)
        return [
            {
                "offboarding_id": offboarding.id,
                "sequence": 40,
                "kind": "login",
                "login_id": user.id,
                "contact_id": user.partner_id.id,
                "user_id": offboarding.user_id.id,
                "name": self.env._("Close the portal login of %s", user.name),
            }
            for offboarding in offboardings
            for user in by_client.get(offboarding.partner_id, users.browse())
        ]

    @api.model
    def _prepare_access_lines(self, offboardings):
        return [
            {
                "offboarding_id": offboarding.id,
                "sequence": 45,
                "kind": "access",
                "user_id": offboarding.user_id.id,
                "name": self.env._("Give back our accesses: hosting, shops, accounts, passwords"),
            }
            for offboarding in offboardings
        ]
