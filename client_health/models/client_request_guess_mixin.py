from odoo import api, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

from ..engine.agreement import scope


class ClientRequestGuessMixin(models.AbstractModel):
    """Guesses who asked for a task from how it was made: by an order, on the portal, by mail.

    One by one when a task is made, and all at once for those that were there before the addon.
    """

    _name = "client.request.guess.mixin"
    _description = "Guess of the Requester of a Task"

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
        sender = self.partner_id.filtered("partner_share") if self.email_from else nobody
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
        """Return {task: customer of the order that made it}, in one query."""
        # sudo: the customer's name only; planners of the work may not read the orders
        lines = (
            self.env["sale.order.line"]
            .sudo()
            .search_fetch(
                [("task_id", "in", self.ids)], ["task_id", "order_partner_id", "order_id"]
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
