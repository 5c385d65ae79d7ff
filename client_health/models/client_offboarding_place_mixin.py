from odoo import api, models

from .client_offboarding_points_mixin import CLOSED_STATES, MONEY, THANKS, WORK

# As many results as one reads in a letter
MOST_REACHED = 5


class ClientOffboardingPlaceMixin(models.AbstractModel):
    """Opens the places where an offboarding is worked on: tasks, invoices, the farewell."""

    _name = "client.offboarding.place.mixin"
    _description = "Places of an Offboarding"

    def action_write_farewell(self):
        """Open the farewell that is not sent yet, or a new one made of its template."""
        self.ensure_one()
        update = self.update_ids.filtered(lambda update: update.state == "draft")[:1]
        if not update:
            update = self.env["client.update"].create(self._prepare_farewell())
            update.action_use_template()
        return self._open(update)

    def _prepare_farewell(self):
        """Write to those we worked with: contacts with an address, else the client's own."""
        contacts = self.partner_id.child_ids.filtered(lambda partner: partner.email)
        return {
            "relationship_id": self.relationship_id.id,
            "offboarding_id": self.id,
            "kind": "farewell",
            "name": self.env._("Thank you"),
            "recipient_ids": (contacts or self.partner_id.filtered("email")).ids,
        }

    @api.model
    def _open(self, records, name=False):
        """Return the action that shows records: a form of one, a list of several."""
        action = {
            "type": "ir.actions.act_window",
            "name": name or records._description,
            "res_model": records._name,
        }
        if len(records) == 1:
            return dict(action, res_id=records.id, views=[(False, "form")])
        views = [(False, "list"), (False, "form")]
        return dict(action, domain=[("id", "in", records.ids)], views=views)

    def action_view_decision(self):
        self.ensure_one()
        return self._open(self.decision_id)

    def action_view_relationship(self):
        self.ensure_one()
        return self._open(self.relationship_id)

    def action_view_tasks(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Open tasks of %s", self.partner_id.display_name),
            "res_model": "project.task",
            "views": [(False, "list"), (False, "form")],
            "domain": [
                ("state", "not in", CLOSED_STATES),
                "|",
                ("project_id.partner_id.commercial_partner_id", "=", self.partner_id.id),
                "&",
                ("project_id.partner_id", "=", False),
                ("partner_id.commercial_partner_id", "=", self.partner_id.id),
            ],
        }

    def action_view_unbilled_orders(self):
        return self._view_unbilled("sale.order", "orders", self.env._("Orders to invoice"))

    def action_view_unbilled_hours(self):
        return self._view_unbilled("account.analytic.line", "lines", self.env._("Hours to invoice"))

    def action_view_draft_invoices(self):
        return self._view_unbilled("account.move", "moves", self.env._("Draft invoices"))

    def _view_unbilled(self, model, name, title):
        self.ensure_one()
        records = self.env[model].browse(self.unbilled[name])
        records.check_access("read")
        return self._open(records, title)

    def action_open_point(self):
        """Open the place where the point named in the context is done."""
        self.ensure_one()
        place = {
            WORK: self.action_view_tasks,
            MONEY: self._view_money,
            THANKS: self.action_write_farewell,
        }.get(self.env.context.get("client_point"))
        return place() if place else self._open(self)

    def _view_money(self):
        for count, view in (
            (self.unbilled_order_count, self.action_view_unbilled_orders),
            (self.unbilled_hours, self.action_view_unbilled_hours),
            (self.draft_invoice_count, self.action_view_draft_invoices),
        ):
            if count:
                return view()
        return self._open(self)

    def _get_reached(self):
        """Return what the client confirmed that we reached for it: nothing that it does not know.

        For the farewell, which the client reads.
        """
        # sudo: accomplishments that the client itself said yes to
        reached = (
            self.env["client.accomplishment"]
            .sudo()
            .search(
                [
                    ("relationship_id", "in", self.relationship_id.ids),
                    ("state", "=", "confirmed"),
                    ("is_shared", "=", True),
                ],
                limit=MOST_REACHED,
            )
        )
        return reached.mapped("name")
