from collections import defaultdict


class Books:
    """What a bookkeeper says about revenue and cost, from journal items and analytic lines.

    Read record by record with the ORM, by the rules of the trade and none of our SQL: the
    oracle for the ledger. ``revenue`` and ``through`` are {(client, "2025-03"): amount}, ``cost``
    the same for other cost; ``income`` is {"2025-03": amount} of the income accounts.
    """

    def __init__(self, company):
        self.company = company
        self.env = company.env
        self.items = self.env["account.move.line"].search(
            [("company_id", "=", company.id), ("parent_state", "=", "posted")]
        )
        self.revenue, self.through = defaultdict(float), defaultdict(float)
        self.cost, self.income = defaultdict(float), defaultdict(float)
        # that is in `income`, but no revenue; and revenue that is not in `income`
        self.not_revenue, self.written_off = defaultdict(float), defaultdict(float)
        less_revenue = {item for item in self.items if self._add_item(item)}
        self._add_costs(less_revenue)

    def _add_item(self, item):
        """Add an item to the revenue it is; return whether it is any."""
        month, amount = f"{item.date:%Y-%m}", -item.balance
        kind = item.account_id.account_type
        if kind in ("income", "income_other"):
            self.income[month] += amount
        client = self._get_client(item)
        through = self._is_through(item)
        if client is None or (through and kind != "income" and not self._is_sale(item)):
            if kind in ("income", "income_other"):
                self.not_revenue[month] += amount
            return False
        if through and kind in ("income", "income_other"):
            self.not_revenue[month] += amount
        if kind != "income" and not through:
            self.written_off[month] += amount
        if kind == "income_other" and not through:
            self.not_revenue[month] += amount
        sums = self.through if through else self.revenue
        rest = amount
        for line in item.analytic_line_ids:
            found = self._get_project_client(line)
            if found:
                sums[found, month] += line.amount
                rest -= line.amount
        sums[client, month] += rest
        return True

    def _is_through(self, item):
        company = self.company
        accounts = company.client_pass_through_account_ids
        while company.parent_id:
            company = company.parent_id
            accounts |= company.client_pass_through_account_ids
        return item.account_id in accounts

    def _is_sale(self, item):
        return item.move_id.move_type in ("out_invoice", "out_refund", "out_receipt")

    def _get_client(self, item):
        """Return whose revenue an item is (perhaps nobody's), or None: it is no revenue."""
        kind, move = item.account_id.account_type, item.move_id
        nobody = self.env["res.partner"]
        if self._is_sale(item):
            through = self._is_through(item)
            extra = item.display_type in ("discount", "rounding") and kind.startswith("expense")
            if kind == "income" or through or extra:
                return move.commercial_partner_id.commercial_partner_id
            return None
        exchange = (
            self.company.income_currency_exchange_account_id
            + self.company.expense_currency_exchange_account_id
        )
        if (
            item.account_id in exchange
            or move.journal_id == self.company.currency_exchange_journal_id
        ):
            return None
        if move.move_type != "entry":
            return nobody if kind == "income" else None
        debtors = move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and line.partner_id
        ).partner_id.commercial_partner_id
        own = item.partner_id.commercial_partner_id
        if kind.startswith(("income", "expense")):
            if len(debtors) == 1:
                return debtors
            if own in debtors:
                return own
        return own if kind == "income" else None

    def _get_accounts(self, line):
        """Return the accounts of a line in plans that hold accounts of projects."""
        projects = (
            self.env["project.project"]
            .with_context(active_test=False)
            .search([("is_template", "=", False)])
        )
        # those of departments alone are cost of the firm
        plans = projects.account_id.root_plan_id
        return self.env["account.analytic.account"].concat(
            *(line[plan._column_name()] for plan in plans)
        )

    def _get_projects(self, line):
        return (
            self.env["project.project"]
            .with_context(active_test=False)
            .search(
                [
                    ("account_id", "in", self._get_accounts(line).ids),
                    ("is_template", "=", False),
                ]
            )
        )

    def _get_project_client(self, line):
        """Return the one client of the projects of an analytic line on its day, or nobody."""
        clients = {self._get_customer(project, line.date) for project in self._get_projects(line)}
        return clients.pop() if len(clients) == 1 else self.env["res.partner"]

    def _get_customer(self, project, day):
        customers = project.client_customer_ids
        if not customers:
            return project.partner_id.commercial_partner_id
        began = customers.filtered(lambda row: not row.date_from or row.date_from <= day)
        last = max(began, key=lambda row: (bool(row.date_from), row.date_from or day))
        return last.partner_id.commercial_partner_id

    def _add_costs(self, less_revenue):
        lines = self.env["account.analytic.line"].search(
            [("company_id", "=", self.company.id), ("project_id", "=", False)]
        )
        for line in lines:
            item = line.move_line_id
            through = self._is_through(item)
            is_cost = not item or item.account_id.account_type.startswith("expense")
            if is_cost and not through and item not in less_revenue and self._get_accounts(line):
                client = self._get_project_client(line)
                self.cost[client, f"{line.date:%Y-%m}"] -= line.amount
