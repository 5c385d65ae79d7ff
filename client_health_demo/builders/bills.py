"""What the agency pays for its clients: vendor bills, media that is passed on, expenses."""

from datetime import datetime, time, timedelta

from odoo.fields import Command

from . import when
from .past import set_created


def build_bills(scene):
    """Post the bills, each on the analytic account of its project."""
    scene.company.client_pass_through_account_ids |= scene.account("media")
    rows = [
        (when.workdays(scene.today, month)[8], client, bill)
        for client, bill in scene.each("bills")
        for month in bill.months
    ]
    rows = [row for row in rows if row[0] > scene.locked_until]
    rows.sort(key=lambda row: row[0])
    scene.bills = scene.post(
        [_prepare_bill(scene, place, *row) for place, row in enumerate(rows, start=1)], hour=10
    )
    # on the same clearing account as in ``invoices.py``: neither income nor our cost
    scene.bills += scene.post(
        [
            _prepare_media(scene, when.workdays(scene.today, month)[11], client, media)
            for client, media in scene.each("media")
            for month in media.months
        ],
        hour=11,
    )


def _prepare_bill(scene, place, day, client, bill):
    line = {
        "product_id": scene.ref("product_external").id,
        "name": bill.label,
        "price_unit": bill.amount,
    }
    ref = f"{bill.vendor[:3].upper()}-{day:%y%m}-{place:03}"
    return _prepare(scene, client, bill, day, line, ref=ref, days=21)


def _prepare_media(scene, day, client, media):
    line = {
        "name": f"{media.label}: media",
        "price_unit": media.spend,
        "account_id": scene.account("media").id,
        "tax_ids": [Command.clear()],
    }
    ref = f"{media.vendor[:3].upper()}-{day:%y%m}"
    return _prepare(scene, client, media, day, line, ref=ref, days=30)


def _prepare(scene, client, bill, day, line, ref, days):
    account = scene.projects[client.key, bill.project].account_id
    return scene.prepare_move(
        "in_invoice",
        day,
        scene.ref(f"vendor_{bill.vendor}"),
        [{**line, "quantity": 1, "analytic_distribution": {str(account.id): 100}}],
        invoice_date_due=day + timedelta(days=days),
        ref=ref,
    )


def build_expenses(scene):
    """Expenses that people paid themselves, approved and posted."""
    product = scene.env.ref("hr_expense.product_product_no_cost", raise_if_not_found=False)
    rows = [(*row, scene.day(row[1].days)) for row in scene.each("expenses")]
    rows = [row for row in rows if row[2] > scene.locked_until]
    if not product or not rows:
        return
    expenses = scene.env["hr.expense"].create(
        [_prepare_expense(scene, product, *row) for row in rows]
    )
    expenses.action_submit()
    expenses._do_approve(check=False)
    for expense in expenses:
        wizard = expense.env["hr.expense.post.wizard"].with_context(
            active_model="hr.expense", active_ids=expense.ids, company_paid_move_ids=[]
        )
        wizard.create({"accounting_date": expense.date}).action_post_entry()
    set_created(expenses, [datetime.combine(day, time(18)) for *_rest, day in rows])


def _prepare_expense(scene, product, client, expense, day):
    account = scene.projects[client.key, expense.project].account_id
    return {
        "name": expense.label,
        "employee_id": scene.employee(expense.who).id,
        "manager_id": scene.user("leo").id,
        "product_id": product.id,
        "total_amount_currency": expense.amount,
        "date": day,
        "payment_mode": "own_account",
        "company_id": scene.company.id,
        "analytic_distribution": {str(account.id): 100},
    }
