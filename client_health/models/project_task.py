from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

from ..const import USER_GROUP
from ..engine.agreement import scope
from ..engine.clock import get_day, get_today
from .common.client_word_mixin import NO_WORD

# A closed task stays on the list of work to clarify if it was worked on so recently.
RECENT = timedelta(days=30)
# What the client's salesperson may write as well
CLARIFIED = {"requested_by", "requested_by_partner_id", "requested_date"}


class ProjectTask(models.Model):
    """Records which side requested a task: the client, we, or unclear.

    Guessed from how the task was made (by an order, on the portal, by mail), and followed by its
    sub-tasks. What a user enters (``requested_choice``) is never overwritten by a guess or by the
    parent. Portal users read none of this: see ``TASK_PORTAL_READABLE_FIELDS`` of project.task.
    """

    _name = "project.task"
    _inherit = [
        "project.task",
        "client.accomplishment.source.mixin",
        "client.word.mixin",
        "client.protected.mixin",
    ]
    _protect_derived = False

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
        protected=True,
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

    word_is_own = fields.Boolean(recursive=True)
    request_can_clear = fields.Boolean(
        compute="_compute_request_can_clear",
        export_string_translation=False,
        groups=USER_GROUP,
    )

    # On Odoo's portal

    def _hides_client_hours(self):
        """Return whether who looks at the task on the portal sees no hours; one of us always does.

        By the task's client, so that a link without a login shows none either.
        """
        self.ensure_one()
        # with a token, the record is the superuser's
        user = request.env.user if request else self.env.user
        if user._is_internal():
            return False
        task = self.sudo()  # whose task it is
        clients = task.partner_id | task.project_id.partner_id
        hiding = self.env["client.relationship"]._get_hidden_companies(clients)
        company = task.company_id or task.project_id.company_id
        return bool(hiding & company if company else hiding)

    def _get_portal_total_hours_dict(self):
        if self and self[0]._hides_client_hours():
            return {}
        return super()._get_portal_total_hours_dict()

    # Becoming an accomplishment

    @api.model
    def _get_accomplishment_field(self):
        return "task_id"

    def _get_accomplishment_relationship(self):
        return super()._get_accomplishment_relationship() or self.partner_id.client_relationship_id

    def _is_accomplished(self):
        return self.state == "1_done"

    def _prepare_accomplishment(self):
        values = super()._prepare_accomplishment()
        return dict(
            values,
            name=self.name,
            date=get_day(
                self.company_id or self.env.company, self.date_end or fields.Datetime.now()
            ),
            milestone_id=self.milestone_id.id,
        )

    # Requested by

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
            # sudo: protected; the user has just written "Requested By", which it repeats. What
            # showed an earlier answer does not show this one.
            task.sudo().write({**NO_WORD, "requested_choice": task.requested_by})

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
        domain = self._get_request_to_clear_domain()
        return domain if True in value else ~domain

    @api.model
    def _get_request_to_clear_domain(self, projects=None):
        """Return the domain of what is to be cleared.

        :param projects: those it is asked of, where they are few: only their hours are looked at
        """
        since = get_today(self.env.company) - RECENT
        hours = Domain("task_id", "!=", False) & Domain("date", ">=", since)
        own = Domain.TRUE
        if projects is not None:
            own = Domain("project_id", "in", projects.ids)
            # the hours of a task may stand on another project
            hours &= Domain("task_id.project_id", "in", projects.ids)
        # sudo: whether a task was worked on, not by which user or how long
        recent = self.env["account.analytic.line"].sudo()._search(hours)
        worked = recent.subselect(SQL.identifier(recent.table, "task_id"))
        return (
            own
            & Domain("requested_by", "in", ("us", "unclear"))
            & Domain("project_id.partner_id", "!=", False)
            & Domain("project_id.active", "=", True)
            & Domain("project_id.is_template", "=", False)
            & Domain("has_template_ancestor", "=", False)
            & (Domain("is_closed", "=", False) | Domain("id", "in", worked))
        )

    # Clarifying with the client

    def action_client_asked(self):
        """Ask who of the client confirmed that it requested this, when and how."""
        self._get_to_clear()
        return self.env["client.word.note"]._get_action(self)

    def _set_requested(self, contact=None, source=False, day=None):
        """The client confirmed that this work is theirs; by default the contact of the task."""
        day = day or get_today(self.env.company)
        cleared = self._get_to_clear()
        if contact:
            cleared._check_request_contact(contact)
        asked = dict(self._get_request_clients())
        words = self._prepare_words(
            self.env["client.relationship"].sudo().union(*asked), source, day
        )
        for client, tasks in asked.items():
            for who, same in (
                (tasks & cleared)
                .grouped(lambda task: contact or task._get_request_contact())
                .items()
            ):
                same.write(
                    {
                        "requested_by": "client",
                        "requested_by_partner_id": who.id,
                        "requested_date": day,
                    }
                )
                same.write(words[client])
        self._close_scope_reminders()

    def _check_request_contact(self, contact):
        """Raise for a contact of somebody else: it cannot ask for the client of these tasks."""
        # sudo: whose contact it is; who may see the task may see its client
        client = contact.sudo().commercial_partner_id
        if self.project_id.partner_id.commercial_partner_id - client:
            raise UserError(
                self.env._(
                    "%s is no contact of the client of these tasks. Please choose one under “Who”.",
                    contact.display_name,
                )
            )

    def _close_scope_reminders(self):
        clients = (client for client, _tasks in self._get_request_clients())
        self.env["client.relationship"].union(*clients)._close_scope_reminder()

    @api.depends(
        "requested_choice",
        "word_trace",
        "word_partner_id",
        "partner_id.commercial_partner_id",
        "project_id.partner_id.commercial_partner_id",
        "parent_id.word_is_own",
    )
    def _compute_word_is_own(self):
        for task in self.sudo():  # a parent that the user may not read: only whether it is proved
            entered = task
            while entered.parent_id and not entered.requested_choice:
                entered = entered.parent_id
            task.word_is_own = entered.requested_choice == "client" and not entered._is_word_shown(
                task.project_id.partner_id or task.partner_id
            )

    def action_our_idea(self):
        """Record that the client did not request this."""
        self._get_to_clear().write({"requested_by": "us", "requested_by_partner_id": False})
        self._close_scope_reminders()

    def write(self, vals):
        if vals.keys() <= CLARIFIED and not self.env.su:
            return super(ProjectTask, self._get_to_clear()).write(vals)
        return super().write(vals)

    @api.depends_context("uid")
    def _compute_request_can_clear(self):
        able = self._filter_to_clear()
        for task in self:
            task.request_can_clear = task in able

    def _get_to_clear(self):
        """Return the tasks, to write "Requested By": for their team and the client's."""
        self._check_field_access(self._fields["requested_by"], "write")
        refused = self - self._filter_to_clear()
        refused.check_access("read")
        if refused:
            raise UserError(
                self.env._(
                    "Only the client's salesperson and users who may change the task can clarify "
                    "this: %s. Please select “Ask the salesperson” instead.",
                    ", ".join(refused.mapped("name")),
                )
            )
        # sudo: checked above, and only "Requested By" is written
        return self.sudo()

    def _filter_to_clear(self):
        """Return the tasks whose "Requested By" the user may write.

        The client's salesperson clarifies the work, and may have no right to plan it.
        """
        able = self._filtered_access("write")
        for relationship, tasks in (self - able)._get_request_clients():
            if relationship and relationship.sudo(False).has_access("write"):
                able |= tasks.sudo(False)
        return able

    def _get_request_contact(self):
        self.ensure_one()
        return self.requested_by_partner_id or self.partner_id or self.project_id.partner_id

    def action_ask_request(self):
        """Ask the salespeople to clarify the selected work with their clients."""
        self._check_field_access(self._fields["requested_by"], "write")
        self.check_access("read")
        asked = {client: tasks for client, tasks in self._get_request_clients() if client}
        responsible = self.env["client.relationship"].sudo().union(*asked)._get_responsible()
        for client, tasks in asked.items():
            client._ask_scope(tasks, responsible[client])
        if not asked:
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
                    ", ".join(self.env["res.users"].union(*responsible.values()).mapped("name")),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _get_request_clients(self):
        """Return [(relationship, or none; tasks of that client)], as superuser."""
        # sudo: users who work on a task may have its client asked; only a name is shown
        tasks = self.sudo()
        Relationship = tasks.env["client.relationship"]
        known = Relationship._get_by_client(tasks.project_id.partner_id.commercial_partner_id)
        none = Relationship.browse()
        return list(tasks.grouped(lambda task: known.get(task._get_request_key(), none)).items())

    def _get_request_key(self):
        self.ensure_one()
        project = self.project_id
        return project.partner_id.commercial_partner_id, project.company_id or self.env.company

    # Guess from how the task was made

    def _guess_requests(self):
        """Return {task: (requested_by, contact)}, from how each task was made.

        The hook for other ways in which clients ask for work; ``engine.scope.select_guesses``
        says the same for all tasks of a database at once, but for repetitions.
        """
        orders = self._get_request_orders()
        earlier = self._get_earlier_requests()
        return {
            task: earlier.get(task.recurrence_id) or task._guess_request(orders.get(task._origin))
            for task in self
        }

    def _guess_request(self, orderer):
        """Judge by the order of the task, else by its creator, else by the author of the mail."""
        self.ensure_one()
        nobody = self.partner_id.browse()
        # Odoo's public users have an archived partner: the person is unknown.
        creator = (self.create_uid or self.env.user).filtered("share").partner_id.filtered("active")
        sender = self.partner_id if self.email_from else nobody
        sender = self.env["client.internal.thread.mixin"]._get_outsiders(sender.ids)
        client = self.project_id.partner_id.commercial_partner_id
        if client and sender.commercial_partner_id != client:
            sender = nobody
        asker = orderer or creator or sender
        return ("client" if asker else "unclear"), asker

    def _get_earlier_requests(self):
        """Return {recurrence: (requested_by, contact)}: one request covers all tasks."""
        if not self.recurrence_id:
            return {}
        earlier = self.search(
            [("recurrence_id", "in", self.recurrence_id.ids), ("id", "not in", self.ids)],
            order="id",
        )
        return {
            task.recurrence_id: (task.requested_by, task.requested_by_partner_id)
            for task in earlier
        }

    def _get_request_orders(self):
        """Return {task: customer of the order that made it}, in one query, or none for no order."""
        ordered = self.filtered("sale_line_id")
        if not ordered:
            return {}
        # sudo: the customer's name only; planners of the work may not read the orders
        lines = (
            self.env["sale.order.line"]
            .sudo()
            .search_fetch(
                [("task_id", "in", ordered.ids)], ["task_id", "order_partner_id", "order_id"]
            )
        )
        return {line.task_id.sudo(False): line.order_id.partner_id.sudo(False) for line in lines}

    def _auto_init(self):
        """Guess for the tasks that are there already, all at once instead of one by one."""
        is_new = self._auto and not column_exists(self.env.cr, self._table, "requested_by")
        if is_new:
            create_column(self.env.cr, self._table, "requested_by", "varchar")
            create_column(self.env.cr, self._table, "requested_by_partner_id", "int4")
        result = super()._auto_init()
        if is_new:
            self._guess_existing_requests()
        return result

    @api.model
    def _guess_existing_requests(self):
        """Fill in the guess for every task that has none."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE project_task k
                   SET requested_by = g.requested_by, requested_by_partner_id = g.partner_id
                  FROM (%s) g
                 WHERE k.id = g.task_id
                """,
                scope.select_guesses(),
            )
        )
        self.invalidate_model(["requested_by", "requested_by_partner_id"], flush=False)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _timesheet_create_task(self, project):
        """Odoo's own hook for work that an order makes: it was requested by the customer of the
        order."""
        task = super()._timesheet_create_task(project)
        self.env.add_to_compute(task._fields["requested_by"], task)
        self.env.add_to_compute(task._fields["requested_by_partner_id"], task)
        return task
