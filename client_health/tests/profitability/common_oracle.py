from odoo.fields import Domain


class PanelGaps:
    """Why Odoo's project panel and the ledger may differ on a project, to the cent.

    Every gap is counted from Odoo's own records, with none of our SQL, as panel less ledger;
    costs are positive. The list is that of the tests of
    ``test_ledger_oracle.py``, where each gap is provoked alone.
    """

    def __init__(self, project):
        self.project = project
        self.env = project.env
        self.account = project.account_id
        lines = self.env["account.analytic.line"]
        self.lines = lines.search([("account_id", "=", self.account.id)]) if self.account else lines
        self.timesheets = self.lines.search([("project_id", "=", project.id)])
        self.order_lines = self._get_order_lines()
        self.shared = bool(self.account) and (
            project.with_context(active_test=False).search_count(
                [("account_id", "=", self.account.id), ("is_template", "=", False)]
            )
            > 1
        )

    def get_revenue_gap(self):
        return sum(self.get_revenue_gaps().values())

    def get_cost_gap(self):
        return sum(self.get_cost_gaps().values())

    def get_revenue_gaps(self):
        posted = self.lines.filtered("move_line_id")
        sales = posted.filtered(lambda line: self._is_sale(line, "out_invoice", "out_refund"))
        receipts = posted.filtered(lambda line: self._is_sale(line, "out_receipt"))
        ordered = sales.filtered(lambda line: line.move_line_id in self.order_lines.invoice_lines)
        return {
            "order lines": self._get_order_invoiced() - sum(ordered.mapped("amount")),
            "receipts": -sum(receipts.mapped("amount")),
            "manual entries": sum(amount for amount in self._get_manual_amounts() if amount > 0),
            "corrections of hours": self._get_timesheet_groups(1),
            "shared accounts": sum((sales + receipts).mapped("amount")) if self.shared else 0,
        }

    def get_cost_gaps(self):
        costs = self.lines.filtered(self._is_cost)
        orders = self._get_purchase_lines()
        ordered = costs.filtered(lambda line: line.move_line_id in orders.invoice_lines)
        expenses = costs.filtered("move_line_id.expense_id")
        rest = costs - ordered - expenses
        bills = rest.filtered(
            lambda line: (
                line.move_line_id.move_type in ("in_invoice", "in_refund")
                and line.move_line_id.price_subtotal
            )
        )
        manual = self._get_manual_amounts()
        gaps = {
            "order lines": self._get_purchase_billed(orders) + sum(ordered.mapped("amount")),
            "expenses": self._get_expensed() + sum(expenses.mapped("amount")),
            "receipts, entries, taxes": sum((rest - bills).mapped("amount")),
            "manual entries": sum(amount for amount in manual if amount > 0),
            "timesheets": -self._get_timesheet_groups(-1) + sum(self.timesheets.mapped("amount")),
        }
        if self.shared:
            gaps["shared accounts"] = -sum(costs.mapped("amount")) - sum(manual)
        return gaps

    def _is_sale(self, line, *move_types):
        item = line.move_line_id
        return item.move_type in move_types and item.display_type == "product"

    def _is_cost(self, line):
        item = line.move_line_id
        if not item or self._is_sale(line, "out_invoice", "out_refund", "out_receipt"):
            return False
        bill = item.move_type in ("in_invoice", "in_refund", "in_receipt")
        return (bill and item.display_type == "product") or (
            item.account_id.account_type.startswith("expense")
        )

    def _get_manual_amounts(self):
        return self.lines.filtered(
            lambda line: not line.move_line_id and not line.project_id
        ).mapped("amount")

    def _convert(self, amount, currency):
        company = self.project.company_id or self.env.company
        return currency._convert(amount, company.currency_id, company, round=False)

    def _get_order_lines(self):
        items = self.project._get_sale_order_items()
        domain = Domain("order_id", "in", items.order_id.ids) & (
            Domain("project_id", "in", [*self.project.ids, False]) | Domain("id", "in", items.ids)
        )
        return self.env["sale.order.line"].search(
            self.project._get_profitability_sale_order_items_domain(domain)
        )

    def _get_order_invoiced(self):
        return sum(
            self._convert(line.untaxed_amount_invoiced, line.currency_id)
            for line in self.order_lines
        )

    def _get_share(self, record):
        return (
            sum(
                percent
                for key, percent in (record.analytic_distribution or {}).items()
                if str(self.account.id) in key.split(",")
            )
            / 100
        )

    def _get_purchase_lines(self):
        return self.env["purchase.order.line"].search(
            [("analytic_distribution", "in", self.account.ids), ("state", "=", "purchase")]
        )

    def _get_purchase_billed(self, orders):
        return sum(
            self._convert(line.price_subtotal, line.currency_id)
            * self._get_share(line)
            * (-1 if line.is_refund else 1)
            for line in orders.invoice_lines.filtered(lambda line: line.parent_state == "posted")
        )

    def _get_expensed(self):
        expenses = self.env["hr.expense"].search(
            [
                ("state", "in", ["posted", "in_payment", "paid"]),
                ("analytic_distribution", "in", self.account.ids),
            ]
        )
        return sum(
            self._convert(expense.untaxed_amount_currency, expense.currency_id)
            for expense in expenses
        )

    def _get_timesheet_groups(self, sign):
        """Return the sum of the panel's groups of timesheets that are positive or negative."""
        if not self.project.allow_timesheets or not self.account:
            return 0
        groups = self.env["account.analytic.line"]._read_group(
            self.project._get_profitability_aal_domain(),
            ["timesheet_invoice_type", "timesheet_invoice_id", "currency_id", "category"],
            ["amount:sum"],
        )
        return sum(
            amount
            for *_group, category, amount in groups
            if category != "vendor_bill" and amount * sign > 0
        )
