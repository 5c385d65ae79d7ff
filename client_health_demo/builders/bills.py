"""Vendor bills and expenses on the analytic accounts of the projects."""

from datetime import datetime, time, timedelta

from odoo.fields import Command

from . import when
from .past import set_created


def build_bills(scene):
    rows = sorted(
        (
            (when.workdays(scene.today, month)[8], client, bill)
            for client in scene.stories
            for bill in client.bills
            for month in bill.months
        ),
        key=lambda row: row[0],
    )
    rows = [row for row in rows if row[0] > scene.locked_until]
    bills = scene.env["account.move"].create(
        [_prepare_bill(scene, place, *row) for place, row in enumerate(rows, start=1)]
    )
    bills.action_post()
    set_created(bills, [datetime.combine(day, time(10)) for day, *_rest in rows])
    scene.bills = bills


def _prepare_bill(scene, place, day, client, bill):
    account = scene.projects[client.key, bill.project].account_id
    return {
        "move_type": "in_invoice",
        "partner_id": scene.ref(f"vendor_{bill.vendor}").id,
        "company_id": scene.company.id,
        "invoice_date": day,
        "date": day,
        "invoice_date_due": day + timedelta(days=21),
        "ref": f"{bill.vendor[:3].upper()}-{day:%y%m}-{place:03}",
        "invoice_line_ids": [
            Command.create(
                {
                    "product_id": scene.ref("product_external").id,
                    "name": bill.label,
                    "quantity": 1,
                    "price_unit": bill.amount,
                    "analytic_distribution": {str(account.id): 100},
                }
            )
        ],
    }


def build_expenses(scene):
    """Expenses that people paid themselves, approved and posted."""
    product = scene.env.ref("hr_expense.product_product_no_cost", raise_if_not_found=False)
    rows = [
        (client, expense, when.workday_ago(scene.today, expense.days))
        for client in scene.stories
        for expense in client.expenses
    ]
    rows = [row for row in rows if row[2] > scene.locked_until]
    if not product or not rows:
        return
    expenses = scene.env["hr.expense"].create(
        [_prepare_expense(scene, product, *row) for row in rows]
    )
    expenses.action_submit()
    expenses._do_approve(check=False)
    _post_expenses(expenses)
    set_created(expenses, [datetime.combine(day, time(18)) for *_rest, day in rows])


def _prepare_expense(scene, product, client, expense, day):
    account = scene.projects[client.key, expense.project].account_id
    return {
        "name": expense.label,
        "employee_id": scene.employee(expense.who).id,
        "product_id": product.id,
        "total_amount_currency": expense.amount,
        "date": day,
        "payment_mode": "own_account",
        "company_id": scene.company.id,
        "analytic_distribution": {str(account.id): 100},
    }


def _post_expenses(expenses):
    for expense in expenses:
        wizard = expense.env["hr.expense.post.wizard"].with_context(
            active_model="hr.expense", active_ids=expense.ids, company_paid_move_ids=[]
        )
        wizard.create({"accounting_date": expense.date}).action_post_entry()
