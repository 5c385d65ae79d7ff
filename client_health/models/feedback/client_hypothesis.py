from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError


class ClientHypothesis(models.Model):
    """A guess at the cause of an issue, tested by doing it: if we do this, that will improve.

    It becomes a task in the client's project, with a responsible person on either side and a date.
    """

    _name = "client.hypothesis"
    _description = "Hypothesis about a Cause"
    _inherit = ["client.record.mixin"]
    _order = "issue_id, sequence, id"

    issue_id = fields.Many2one("client.issue", required=True, index=True, ondelete="cascade")
    relationship_id = fields.Many2one(
        related="issue_id.relationship_id", store=True, index=True, precompute=True
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(
        string="If We Do", required=True, help="What is done, on our side or the client's."
    )
    effect = fields.Char(string="This Improves", required=True)
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('share', '=', False)]",
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Responsible at the Client",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('id', 'child_of', partner_id)]",
    )
    date_deadline = fields.Date(string="Due Date", copy=False, until=True)
    project_id = fields.Many2one(
        "project.project",
        compute="_compute_project_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        domain="[('partner_id', 'child_of', partner_id)]",
        help="Project of its task.",
    )
    task_id = fields.Many2one(
        "project.task", index="btree_not_null", ondelete="set null", check_company=True, copy=False
    )
    task_state = fields.Selection(related="task_id.state", string="Task Status")
    verdict = fields.Selection(
        [("open", "Open"), ("confirmed", "Confirmed"), ("refuted", "Refuted")],
        required=True,
        default="open",
        copy=False,
        help="Confirmed: it was done, and it helped. Refuted: it was not the cause.",
    )

    @api.depends("issue_id.project_id")
    def _compute_project_id(self):
        for hypothesis in self:
            # proposed to the user, who may link it only if they may read it
            proposed = hypothesis.issue_id.project_id.sudo(self.env.uid == SUPERUSER_ID)
            hypothesis.project_id = hypothesis.project_id or proposed._filtered_access("read")

    @api.constrains("verdict", "task_id")
    def _check_verdict(self):
        for hypothesis in self:
            if hypothesis.verdict == "confirmed" and hypothesis.task_state != "1_done":
                raise ValidationError(
                    self.env._(
                        "“If we do %s” is not done yet: a hypothesis can be confirmed when its "
                        "task is done. Please close the task first.",
                        hypothesis.name,
                    )
                )

    @api.model
    def _get_client_links(self):
        return {
            "contact_id": ("commercial_partner_id",),
            "project_id": ("partner_id.commercial_partner_id",),
            "task_id": ("project_id.partner_id.commercial_partner_id",),
        }

    def action_create_task(self):
        """Put it into the work schedule; returns the task's form when there is one task."""
        self._check_ready()
        for hypothesis in self.filtered(lambda hyp: not hyp.task_id):
            values = hypothesis._prepare_task()
            hypothesis.task_id = self.env["project.task"].create(values)
            hypothesis._note_request()
        return self.action_open_task() if len(self) == 1 else True

    def action_ask_for_task(self):
        """Ask a colleague for its task, for users without access to projects."""
        self.ensure_one()
        self.check_access("write")
        self._check_ready()
        return self.issue_id._ask_for_task(
            self.relationship_id,
            self.project_id,
            self.env._("Create the task: %s", self.name),
        )

    def action_open_task(self):
        return self.task_id._get_records_action()

    def action_confirm(self):
        self.verdict = "confirmed"

    def action_refute(self):
        self.verdict = "refuted"

    def _check_ready(self):
        for hypothesis in self:
            missing = [
                label
                for value, label in (
                    (hypothesis.project_id, self.env._("a project of the client")),
                    (
                        hypothesis.user_id or hypothesis.contact_id,
                        self.env._("a responsible person"),
                    ),
                    (hypothesis.date_deadline, self.env._("a date")),
                )
                if not value
            ]
            if missing:
                raise UserError(
                    self.env._(
                        "“If we do %(name)s” is not ready for a task. Missing: %(missing)s.",
                        name=hypothesis.name,
                        missing=", ".join(missing),
                    )
                )

    def _prepare_task(self):
        """Return the values of the task: the action, the responsible person and the due date.

        The client may see tasks of its project: nothing of the issue or its cause is in it.
        """
        values = {
            "name": self.name,
            "project_id": self.project_id.id,
            "user_ids": self.user_id.ids,
            "date_deadline": self.date_deadline,
        }
        if self.contact_id:
            values["description"] = self.env._(
                "On the client's side: %s", self.contact_id.display_name
            )
        return values | self._prepare_request()

    def _note_request(self):
        """A complaint that the client wrote, or made in a meeting, shows that it asked."""
        written = self.issue_id.feedback_ids.filtered("contact_id").filtered(
            lambda line: line.message_id or line.event_id
        )
        if written and self.task_id.requested_by == "client":
            # sudo: evidence; the user has just created the task from these complaints
            self.task_id.sudo().write(
                {
                    "word_trace": self.env._("The complaint: %s", written[0].display_name),
                    "word_partner_id": self.issue_id.partner_id.id,
                }
            )

    def _prepare_request(self):
        """Return who requested the task: whoever complained; a repair is no idea of ours.

        A bottleneck that no client has felt yet stays unclear, as any other task.
        """
        symptoms = self.issue_id.feedback_ids.filtered("contact_id")
        if not symptoms and self.issue_id.kind != "issue":
            return {}
        contact = symptoms[:1].contact_id or self.issue_id.partner_id
        return {"requested_by": "client", "requested_by_partner_id": contact.id}
