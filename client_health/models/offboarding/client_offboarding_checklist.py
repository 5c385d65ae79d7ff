from odoo import api, fields, models

from ...const import MONEY_GROUP
from ...engine.profitability import unbilled
from .client_offboarding import HANDOVER, MONEY, POINT_FIELDS, POINTS, TALK, THANKS, WORK

# As many results as one reads in a letter
MOST_REACHED = 5


class ClientOffboardingChecklist(models.Model):
    """The five points of an offboarding, and the places where they are worked on.

    Computed from the records, never ticked. Discussed: a meeting that is over, or feedback, stands
    for the conversation. Worked off: no task of the client is open. Handed over: every line of the
    list is done. Billed: nothing waits for an invoice. Thanked: the farewell was sent. When it
    ends, the points are frozen in ``closing``.
    """

    _name = "client.offboarding"
    _inherit = ["client.offboarding"]

    is_discussed = fields.Boolean(string="Conversation Held", compute="_compute_points")
    is_worked_off = fields.Boolean(string="Work Done", compute="_compute_points")
    is_handed_over = fields.Boolean(string="Handed Over", compute="_compute_points")
    is_billed = fields.Boolean(string="All Invoiced", compute="_compute_points")
    is_thanked = fields.Boolean(string="Farewell Sent", compute="_compute_points")
    progress = fields.Float(
        string="Done", compute="_compute_points", help="Points of the offboarding that are done."
    )
    open_task_count = fields.Integer(string="Open Tasks", compute="_compute_open_task_count")
    unbilled_hours = fields.Float(string="Hours to Invoice", compute="_compute_unbilled")
    unbilled_order_count = fields.Integer(string="Orders to Invoice", compute="_compute_unbilled")
    draft_invoice_count = fields.Integer(string="Draft Invoices", compute="_compute_unbilled")
    unbilled_amount = fields.Monetary(
        string="Still to Invoice", compute="_compute_unbilled", groups=MONEY_GROUP
    )
    unbilled = fields.Json(
        compute="_compute_unbilled",
        help="Ids of the orders, timesheet lines and draft invoices to invoice.",
    )
    # {point: [done, what was missing then, why it went on all the same]}
    closing = fields.Json(readonly=True, copy=False, protected=True)

    # Open work and unbilled work

    @api.depends("relationship_id")
    def _compute_open_task_count(self):
        counts = self._count_open_tasks()
        for record in self:
            record.open_task_count = counts.get(record.relationship_id.id, 0)

    def _count_open_tasks(self):
        """Return {relationship id: open tasks of the client}, in one query.

        A task is its project's client's; without a client there, its own customer's.
        """
        partners, companies = self.relationship_id.partner_id, self.relationship_id.company_id
        # sudo: only how many there are; users who may write the client must know what is still owed
        rows = (
            self.env["project.task"]
            .sudo()
            ._read_group(
                [
                    ("is_closed", "=", False),
                    ("project_id", "!=", False),
                    ("project_id.is_template", "=", False),
                    ("has_template_ancestor", "=", False),
                    ("company_id", "in", [*companies.ids, False]),
                    "|",
                    ("project_id.partner_id.commercial_partner_id", "in", partners.ids),
                    "&",
                    ("project_id.partner_id", "=", False),
                    ("partner_id.commercial_partner_id", "in", partners.ids),
                ],
                [
                    "project_id.partner_id.commercial_partner_id",
                    "partner_id.commercial_partner_id",
                    "company_id",
                ],
                ["__count"],
            )
        )
        counts = {}
        for owner, customer, company, count in rows:
            key = ((owner or customer).id, company.id)
            counts[key] = counts.get(key, 0) + count
        return {
            rel.id: counts.get((rel.partner_id.id, rel.company_id.id), 0)
            + counts.get((rel.partner_id.id, False), 0)
            for rel in self.relationship_id
        }

    @api.depends("relationship_id")
    def _compute_unbilled(self):
        found = {}
        for company, records in self.grouped(
            lambda record: record.relationship_id.company_id
        ).items():
            if company:
                found.update(records._read_unbilled(company))
        for record in self:
            own = found.get(record.relationship_id.id, {})
            record.unbilled_amount = own.get("amount", 0.0)
            record.unbilled_hours = own.get("hours", 0.0)
            record.unbilled_order_count = len(own.get("orders", ()))
            record.draft_invoice_count = len(own.get("moves", ()))
            record.unbilled = {name: own.get(name, []) for name in ("orders", "lines", "moves")}

    def _read_unbilled(self, company):
        """Return {relationship id: amount, hours and ids of what waits}, in three queries."""
        by_partner = {rel.partner_id.id: rel.id for rel in self.relationship_id}
        units = self.env["client.profitability"]._get_hours_per_unit()
        self.env.flush_all()
        found = {rel_id: {"orders": [], "amount": 0.0} for rel_id in by_partner.values()}
        partner_ids = tuple(by_partner)
        for row in self.env.execute_query_dict(unbilled.select_orders(company.id, partner_ids)):
            own = found[by_partner[row["partner_id"]]]
            own["orders"].append(row["order_id"])
            own["amount"] += float(row["to_invoice"])
        for row in self.env.execute_query_dict(
            unbilled.select_hours(company.id, partner_ids, units)
        ):
            own = found[by_partner[row["partner_id"]]]
            own.update(hours=row["hours"], lines=row["line_ids"])
        for row in self.env.execute_query_dict(unbilled.select_drafts(company.id, partner_ids)):
            found[by_partner[row["partner_id"]]]["moves"] = row["move_ids"]
        return found

    # The five points

    @api.depends(
        "state",
        "closing",
        "event_id.stop",
        "feedback_id",
        "line_ids.is_done",
        "update_ids.state",
        "open_task_count",
        "unbilled",
    )
    def _compute_points(self):
        for record in self:
            done = record._get_done_points()
            for point, fname in POINT_FIELDS.items():
                record[fname] = point in done
            record.progress = 100 * len(done) / len(POINTS)

    def _get_done_points(self):
        """Return the set of points that the records show as done, or showed at the end."""
        if self.closing:
            return {point for point, (done, *_why) in self.closing.items() if done}
        shown = {
            TALK: self.feedback_id
            or (self.event_id and self.event_id.stop <= fields.Datetime.now()),
            WORK: not self.open_task_count,
            HANDOVER: all(line.is_done for line in self.line_ids),
            MONEY: not any((self.unbilled or {}).values()),
            THANKS: any(
                update.kind == "farewell" and update.state == "sent" for update in self.update_ids
            ),
        }
        return {point for point, done in shown.items() if done}

    def _get_open_points(self):
        """Return {point: what is missing, in plain words} of what is neither done nor waived."""
        self.ensure_one()
        waived = set(self.waiver_ids.mapped("point"))
        return {
            point: words
            for point, words in self._get_missing_words().items()
            if point not in waived
        }

    def _get_missing_words(self):
        words = {
            TALK: self.env._("The conversation: no meeting was held, and no feedback is recorded."),
            WORK: self.env._("Open work: %s tasks are not done.", self.open_task_count),
            HANDOVER: self.env._(
                "The handover: %(open)s of %(all)s lines are open.",
                open=len(self.line_ids.filtered(lambda line: not line.is_done)),
                all=len(self.line_ids),
            ),
            MONEY: self.env._(
                "The final invoice: %(orders)s orders, %(hours)s hours and %(drafts)s draft "
                "invoices are left.",
                orders=self.unbilled_order_count,
                hours=round(self.unbilled_hours, 2),
                drafts=self.draft_invoice_count,
            ),
            THANKS: self.env._("The farewell: it was not sent."),
        }
        done = self._get_done_points()
        return {point: text for point, text in words.items() if point not in done}

    # Farewell

    def action_write_farewell(self):
        """Open the farewell that is not sent yet, or a new one made of its template."""
        self.ensure_one()
        return self.update_ids._open_draft(self._prepare_farewell())

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

    # Places where a point is done

    def action_view_decision(self):
        return self.decision_id._get_records_action()

    def action_view_relationship(self):
        return self.relationship_id._get_records_action()

    def action_view_tasks(self):
        self.ensure_one()
        self.check_access("read")  # related fields, as the client here, are read without it
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Open tasks of %s", self.partner_id.display_name),
            "res_model": "project.task",
            "views": [(False, "list"), (False, "form")],
            "domain": [
                ("is_closed", "=", False),
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
        return records._get_records_action(name=title)

    def action_plan_talk(self):
        """Open a new meeting with the client, in which it is told."""
        self.ensure_one()
        self.check_access("read")  # related fields, as the client here, are read without it
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Plan the conversation"),
            "res_model": "calendar.event",
            "views": [(False, "form")],
            "context": {
                "default_name": self.env._("End of our cooperation"),
                "default_client_relationship_id": self.relationship_id.id,
                "default_partner_ids": (self.env.user.partner_id | self.partner_id).ids,
            },
        }

    def action_open_point(self):
        """Open the place where the point named in the context is done."""
        self.ensure_one()
        place = {
            WORK: self._view_work,
            MONEY: self._view_money,
            THANKS: self.action_write_farewell,
        }.get(self.env.context.get("client_point"))
        return place() if place else self._get_records_action()

    def _view_work(self):
        if self.env["project.task"].has_access("write"):
            return self.action_view_tasks()
        return self._ask_for_task(
            self.relationship_id,
            self.env["project.project"],
            self.env._(
                "Close the open tasks of %s, or hand them over", self.partner_id.display_name
            ),
        )

    def _view_money(self):
        for model, name, view in (
            ("sale.order", "orders", self.action_view_unbilled_orders),
            ("account.analytic.line", "lines", self.action_view_unbilled_hours),
            ("account.move", "moves", self.action_view_draft_invoices),
        ):
            ids = self.unbilled[name]
            if ids and self.env[model].browse(ids).has_access("read"):
                return view()
        return self._get_records_action()
