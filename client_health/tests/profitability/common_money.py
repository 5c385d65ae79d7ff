from datetime import date
from unittest.mock import patch

from odoo import Command

from ..common import ClientHealthCommon

HOURLY_COST = 40.0


def load_chart(company):
    """Load Odoo's generic chart, without a look at those of all countries, which takes a second."""
    template = company.env["account.chart.template"]
    charts = company.env.ref("base.module_account").account_templates
    with patch.object(type(template), "_get_chart_template_mapping", lambda self, **kw: charts):
        template.try_loading("generic_coa", company, install_demo=False)


class MoneyCommon(ClientHealthCommon):
    """A new agency that keeps its books in euro, so that every amount in it is ours.

    ``client`` and ``other_client`` are its clients, ``project`` is a project of the client,
    ``employee`` costs 40 an hour, ``intern`` has no cost. Amounts are net: no taxes.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls._create_company("Northlight", "EUR")
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids))
        cls.company = cls.company.with_env(cls.env)
        users = cls.owner + cls.colleague + cls.seller + cls.controller + cls.manager
        users.write({"company_ids": [Command.link(cls.company.id)], "company_id": cls.company.id})
        cls.Ledger = cls.env["client.profitability"]
        cls.client = cls._create_client("Blue Harbour")
        cls.other_client = cls._create_client("Green Valley")
        cls.vendor = cls._create_client("Printing House")
        cls.employee = cls._create_employee("Ada", HOURLY_COST)
        cls.intern = cls._create_employee("Ben", 0.0)
        cls.project = cls._create_project("Website", cls.client)

    @classmethod
    def _create_company(cls, name, currency):
        currency = (
            cls.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", currency)])
        )
        currency.active = True
        company = cls.env["res.company"].create({"name": name, "currency_id": currency.id})
        cls.env.user.company_ids |= company
        company.resource_calendar_id.tz = "UTC"
        company.client_closing_lag = 0
        load_chart(company)
        company.currency_id = currency
        return company

    @classmethod
    def _create_client(cls, name, **vals):
        return cls.env["res.partner"].create({"name": name, "is_company": True, **vals})

    @classmethod
    def _create_employee(cls, name, hourly_cost, company=None):
        return cls.env["hr.employee"].create(
            {
                "name": name,
                "hourly_cost": hourly_cost,
                "company_id": (company or cls.company).id,
            }
        )

    @classmethod
    def _create_project(cls, name, partner=None, **vals):
        """A billable project with an analytic account of its own, unless ``account_id`` says."""
        values = {
            "name": name,
            "partner_id": partner.id if partner else False,
            "company_id": cls.company.id,
            "allow_billable": True,
            "allow_timesheets": True,
            **vals,
        }
        project = cls.env["project.project"].create(values)
        if "account_id" not in vals and not project.account_id:
            project._create_analytic_account()
        return project

    @classmethod
    def _spend(cls, project, hours, day, employee=None, **vals):
        """Enter a timesheet."""
        lines = cls.env["account.analytic.line"].with_context(
            allowed_company_ids=(project.company_id or cls.company).ids
        )
        return lines.create(
            {
                "name": "Work",
                "project_id": project.id,
                "employee_id": (employee or cls.employee).id,
                "unit_amount": hours,
                "date": day,
                **vals,
            }
        )

    @classmethod
    def _create_move(cls, move_type, partner, lines, day, post=True, company=None, **vals):
        """Make a document.

        :param lines: amounts, or pairs of amount and analytic distribution, the latter as
            {project, account or "id,id": percent}
        """
        company = company or cls.company
        move = (
            cls.env["account.move"]
            .with_context(allowed_company_ids=company.ids)
            .create(
                {
                    "move_type": move_type,
                    "partner_id": partner.id if partner else False,
                    "date": day,
                    "invoice_date": day,
                    "company_id": company.id,
                    "invoice_line_ids": [
                        Command.create(cls._prepare_line(move_type, line, company))
                        for line in lines
                    ],
                    **vals,
                }
            )
        )
        if post:
            move.action_post()
        return move

    @classmethod
    def _prepare_line(cls, move_type, line, company):
        amount, distribution = line if isinstance(line, tuple) else (line, {})
        kind = "income" if move_type.startswith("out_") else "expense"
        return {
            "name": f"Line of {amount}",
            "quantity": 1,
            "price_unit": amount,
            "tax_ids": [Command.clear()],
            "account_id": cls._get_account(kind, company).id,
            "analytic_distribution": cls._prepare_distribution(distribution),
        }

    @classmethod
    def _prepare_distribution(cls, distribution):
        return {cls._get_key(target): percent for target, percent in distribution.items()}

    @classmethod
    def _get_key(cls, target):
        if isinstance(target, str):
            return target
        return str(target.account_id.id if target._name == "project.project" else target.id)

    @classmethod
    def _get_account(cls, account_type, company=None):
        company = company or cls.company
        return cls.env["account.account"].search(
            [("account_type", "=", account_type), ("company_ids", "in", company.ids)], limit=1
        )

    @classmethod
    def _invoice(cls, partner, lines, day, **vals):
        return cls._create_move("out_invoice", partner, lines, day, **vals)

    @classmethod
    def _bill(cls, lines, day, **vals):
        return cls._create_move("in_invoice", vals.pop("partner", cls.vendor), lines, day, **vals)

    @classmethod
    def _create_entry(cls, items, day, post=True):
        """Make a journal entry of (account, balance, distribution)."""
        entry = cls.env["account.move"].create(
            {
                "move_type": "entry",
                "date": day,
                "journal_id": cls.env["account.journal"]
                .search([("type", "=", "general"), ("company_id", "=", cls.company.id)], limit=1)
                .id,
                "line_ids": [
                    Command.create(
                        {
                            "name": "Item",
                            "account_id": account.id,
                            "balance": balance,
                            "analytic_distribution": cls._prepare_distribution(distribution),
                        }
                    )
                    for account, balance, distribution in items
                ],
            }
        )
        if post:
            entry.action_post()
        return entry

    @classmethod
    def _create_manual_line(cls, account, amount, day, **vals):
        return cls.env["account.analytic.line"].create(
            {
                "name": "By hand",
                "account_id": account.id,
                "amount": amount,
                "date": day,
                "company_id": cls.company.id,
                **vals,
            }
        )

    @classmethod
    def _create_order(cls, partner, price, confirm=True, currency=None, **vals):
        """Make a sales order of one service that is invoiced as ordered."""
        product = cls.env["product.product"].create(
            {"name": "Design", "type": "service", "invoice_policy": "order", "taxes_id": False}
        )
        line = {"product_id": product.id, "price_unit": price, **vals}
        pricelist = cls.env["product.pricelist"].create(
            {
                "name": "Prices",
                "company_id": cls.company.id,
                "currency_id": (currency or cls.company.currency_id).id,
            }
        )
        order = cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "company_id": cls.company.id,
                "pricelist_id": pricelist.id,
                "order_line": [Command.create(line)],
            }
        )
        if confirm:
            order.action_confirm()
        return order

    @classmethod
    def _create_down_payment(cls, order, percent):
        wizard = cls.env["sale.advance.payment.inv"].create(
            {
                "advance_payment_method": "percentage",
                "amount": percent,
                "sale_order_ids": [Command.set(order.ids)],
            }
        )
        return wizard._create_invoices(order)

    @classmethod
    def _create_final_invoice(cls, order):
        wizard = cls.env["sale.advance.payment.inv"].create(
            {"advance_payment_method": "delivered", "sale_order_ids": [Command.set(order.ids)]}
        )
        return wizard._create_invoices(order)

    @classmethod
    def _set_rate(cls, currency, rate, day="2025-01-01", company=None):
        """``rate``: units of the currency for one unit of the company's currency."""
        currency.active = True
        return cls.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "rate": rate,
                "name": day,
                "company_id": (company or cls.company).id,
            }
        )

    def _rebuild(self, company=None, clients=None):
        return self.Ledger._rebuild(company or self.company, clients)

    def _get_rows(self, company=None):
        return self.Ledger.search([("company_id", "=", (company or self.company).id)])

    def _get_ledger(self, company=None):
        """Return {(client, project, "2025-03"): {column: amount}} of all that is not zero."""
        columns = (
            "revenue",
            "labour_cost",
            "other_cost",
            "pass_through",
            "pass_through_cost",
            "hours",
            "billable_hours",
            "uncosted_hours",
            "assumed_hours",
            "assumed_cost",
        )
        ledger = {}
        for row in self._get_rows(company):
            key = (row.partner_id, row.project_id, row.date.strftime("%Y-%m"))
            self.assertNotIn(key, ledger, "one row per client, project and month")
            self.assertEqual(row.date.day, 1)
            self.assertAlmostEqual(
                row.margin, row.revenue - row.labour_cost - row.other_cost, places=2
            )
            ledger[key] = {name: row[name] for name in columns if row[name]}
        return ledger

    def assertLedger(self, expected, company=None):
        """Rebuild, compare all rows with ``expected``, and see that a second run does nothing.

        ``expected``: {(client, project, month): {column: amount}}; None: no client, no project.
        """
        self._rebuild(company)
        nobody, nothing = self.env["res.partner"], self.env["project.project"]
        expected = {
            (partner or nobody, project or nothing, month): values
            for (partner, project, month), values in expected.items()
        }
        self.assertEqual(self._get_ledger(company), expected)
        counts = self._rebuild(company)
        self.assertEqual(counts, {"rows": len(expected), "added": 0, "changed": 0, "removed": 0})


def month_ago(months, day=15):
    """Return a day in the month that is ``months`` before the running one."""
    today = date.today()
    index = today.year * 12 + today.month - 1 - months
    return date(index // 12, index % 12 + 1, day)
