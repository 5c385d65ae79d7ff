from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

USER_GROUP = "client_health.group_client_user"
CLOSED = ("1_done", "1_canceled")
# A closed task stays on the list of work to clarify if it was worked on so recently.
RECENT = timedelta(days=30)


class ClientRequestMixin(models.AbstractModel):
    """Records which side requested a task: the client, we, or unclear.

    Guessed from how the task was made (``client.request.guess.mixin``), and followed by its
    sub-tasks. What a person enters (``requested_choice``) is never overwritten by a guess or by the
    parent.
    Portal users read none of this: see ``TASK_PORTAL_READABLE_FIELDS`` of project.task.
    """

    _name = "client.request.mixin"
    _inherit = ["client.request.guess.mixin"]
    _description = "Requester of a Task"

    requested_by = fields.Selection(
        [("client", "The client"), ("us", "Our own idea"), ("unclear", "Unclear")],
        compute="_compute_requested_by",
        inverse="_inverse_requested_by",
        store=True,
        readonly=False,
        recursive=True,
        index=True,
        copy=False,
        tracking=True,
        groups=USER_GROUP,
        help="Side that requested this work. By default, tasks from an order, the portal or a "
        "mail of the client were requested by the client; any other is unclear until it is "
        "entered. Sub-tasks follow their parent.",
    )
    requested_by_partner_id = fields.Many2one(
        "res.partner",
        string="Requesting Contact",
        compute="_compute_requested_by",
        inverse="_inverse_requested_by",
        store=True,
        readonly=False,
        recursive=True,
        index="btree_not_null",
        copy=False,
        groups=USER_GROUP,
        help="Contact of the client who requested it, or confirmed it later.",
    )
    requested_choice = fields.Selection(
        [("client", "The client"), ("us", "Our own idea"), ("unclear", "Unclear")],
        string="Requested By (Entered)",
        readonly=True,
        copy=False,
        export_string_translation=False,
        groups=USER_GROUP,
    )
    requested_date = fields.Date(
        string="Clarified On",
        copy=False,
        groups=USER_GROUP,
        help="Date on which this was clarified with the client.",
    )
    request_to_clear = fields.Boolean(
        string="Unrequested",
        compute="_compute_request_to_clear",
        search="_search_request_to_clear",
        groups=USER_GROUP,
        help="Work for a client that is open, or was worked on in the last 30 days, and is not "
        "known to be requested by the client.",
    )

    @api.depends(
        "project_id.is_template",
        "has_template_ancestor",
        "requested_choice",
        "parent_id.requested_by",
        "parent_id.requested_by_partner_id",
    )
    def _compute_requested_by(self):
        guesses = self._guess_requests()
        for task in self:
            asker = task.requested_by_partner_id
            if task._is_request_template():
                value, asker = False, False
            elif task.requested_choice:
                value = task.requested_choice
            elif task.parent_id:
                value = task.parent_id.requested_by
                asker = task.parent_id.requested_by_partner_id
            else:
                value, asker = guesses[task]
            task.requested_by = value
            task.requested_by_partner_id = asker

    def _inverse_requested_by(self):
        """What a person entered stays."""
        for task in self:
            task.requested_choice = task.requested_by

    def _is_request_template(self):
        """Templates have no requester, and private to-dos are the user's own."""
        self.ensure_one()
        return not self.project_id or self.has_template_ancestor or self.project_id.is_template

    def _compute_request_to_clear(self):
        found = self.search([("id", "in", self.ids), ("request_to_clear", "=", True)])
        for task in self:
            task.request_to_clear = task in found

    @api.model
    def _search_request_to_clear(self, operator, value):
        if operator != "in":
            return NotImplemented
        since = fields.Date.context_today(self) - RECENT
        # sudo: whether a task was worked on, not by which user or how long
        recent = (
            self.env["account.analytic.line"]
            .sudo()
            ._search([("task_id", "!=", False), ("date", ">=", since)])
        )
        worked = recent.subselect(SQL.identifier(recent.table, "task_id"))
        domain = (
            Domain("requested_by", "in", ("us", "unclear"))
            & Domain("project_id.partner_id", "!=", False)
            & Domain("project_id.active", "=", True)
            & Domain("project_id.is_template", "=", False)
            & Domain("has_template_ancestor", "=", False)
            & (Domain("state", "not in", CLOSED) | Domain("id", "in", worked))
        )
        return domain if True in value else ~domain

    def action_client_asked(self):
        """The client confirmed that this work is theirs: today, by the contact of the task."""
        for task in self._get_to_clear():
            task.write(
                {
                    "requested_by": "client",
                    "requested_by_partner_id": task._get_request_contact().id,
                    "requested_date": fields.Date.context_today(self),
                }
            )

    def action_our_idea(self):
        """Record that the client did not request this."""
        self._get_to_clear().write({"requested_by": "us", "requested_by_partner_id": False})

    def _get_to_clear(self):
        """Return the tasks, to write "Requested By": for their team and the client's. The client's
        salesperson clarifies the work, and may have no right to plan it.
        """
        self._check_field_access(self._fields["requested_by"], "write")
        for relationship, tasks in (self - self._filtered_access("write"))._get_request_clients():
            if not (relationship and relationship.sudo(False).has_access("write")):
                tasks.sudo(False).check_access("write")
        # sudo: checked above, and only "Requested By" is written
        return self.sudo()

    def _get_request_contact(self):
        self.ensure_one()
        return self.requested_by_partner_id or self.partner_id or self.project_id.partner_id

    def action_ask_request(self):
        """Ask the owners of the clients to clear the selected work with them."""
        self._check_field_access(self._fields["requested_by"], "write")
        owners = self.env["res.users"]
        for relationship, tasks in self._get_request_clients():
            if relationship:
                owners |= relationship._ask_scope(tasks)
        if not owners:
            raise UserError(
                self.env._("This customer is not a client yet. Please add it as a client first.")
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%s has been asked to clarify this with the client.",
                    ", ".join(owners.mapped("name")),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _get_request_clients(self):
        """Return [(relationship, or none; tasks of that client)], as superuser."""
        # sudo: users who work on a task may have its client asked; only a name is shown
        tasks = self.sudo()
        relationships = (
            self.env["client.relationship"]
            .sudo()
            .search([("partner_id", "in", tasks.project_id.partner_id.commercial_partner_id.ids)])
        )
        by_key = {(rel.partner_id, rel.company_id): rel for rel in relationships}
        none = relationships.browse()
        return list(tasks.grouped(lambda task: by_key.get(task._get_request_key(), none)).items())

    def _get_request_key(self):
        self.ensure_one()
        project = self.project_id
        return project.partner_id.commercial_partner_id, project.company_id or self.env.company
