"""What bookkeepers enter: years in advance, bad debts, and what the branch invoices."""

from datetime import datetime, time, timedelta

from ..stories.kinds import YEARLY
from . import when
from .invoices import get_years
from .past import set_created

MONTHS = 12
BRANCH = "Portland Studio"
# Who works for the branch as well, and sees its figures.
BRANCH_PEOPLE = ("admin", "leo", "mia")


def build_deferrals(scene):
    """Take each yearly invoice off the income of its day, and give every month its twelfth."""
    years = [
        (client, number, project, first)
        for client, number, project in scene.each_project()
        if project.billing == YEARLY
        for first in get_years(project)
    ]
    rows = [(when.workdays(scene.today, year[-1])[0], *year[:3], year[2].price) for year in years]
    rows += [
        (when.last_workday(scene.today, month), *year[:3], -year[2].price / MONTHS)
        for year in years
        for month in range(year[-1], max(year[-1] - MONTHS, 0), -1)
    ]
    rows.sort(key=lambda row: (row[0], -row[-1]))
    scene.post([_prepare_deferral(scene, *row) for row in rows], hour=18)


def _prepare_deferral(scene, day, client, number, project, amount):
    """``amount`` is taken off the income of the day; a negative one is given back to it."""
    line = scene.sale_lines[client.key, number]
    income = line.product_id.product_tmpl_id.get_product_accounts()["income"]
    sides = (
        {"account_id": income.id, "balance": amount,
         "analytic_distribution": line.analytic_distribution},
        {"account_id": scene.account("deferred").id, "balance": -amount,
         "analytic_distribution": False},
    )  # fmt: skip
    shared = {"name": project.label, "partner_id": scene.client(client.key).id}
    ref = f"{project.label}: paid in advance" if amount > 0 else f"{project.label}: {day:%B}"
    return scene.prepare_move("entry", day, None, [{**side, **shared} for side in sides], ref=ref)


def build_write_offs(scene):
    """Write a part of the client's last invoice off; the payments then pay the rest of it."""
    for client, write_off in scene.each("write_offs"):
        day = when.workdays(scene.today, write_off.month)[9]
        invoices = scene.invoices[client.key].filtered_domain(
            [("state", "=", "posted"), ("move_type", "=", "out_invoice"),
             ("invoice_date", "<", day)]
        )  # fmt: skip
        if invoices and day > scene.locked_until:
            _write_off(scene, invoices.sorted("invoice_date")[-1], write_off, day)


def _write_off(scene, invoice, write_off, day):
    [receivable] = invoice.line_ids.filtered(
        lambda line: line.account_id.account_type == "asset_receivable"
    )
    sides = (
        (scene.account("bad_debts"), write_off.amount),
        (receivable.account_id, -write_off.amount),
    )
    shared = {"name": write_off.reason, "partner_id": invoice.commercial_partner_id.id}
    lines = [{"account_id": account.id, "balance": sum_, **shared} for account, sum_ in sides]
    ref = f"{invoice.name}: {write_off.reason}"
    entry = scene.post([scene.prepare_move("entry", day, None, lines, ref=ref)], hour=17)
    credit = entry.line_ids.filtered(lambda line: line.account_id == receivable.account_id)
    (receivable + credit).reconcile()


def build_branch(scene):
    """Let a branch of the agency invoice work that is written down in the company."""
    rows = [(*row, when.workdays(scene.today, row[1].month)[14]) for row in
            scene.each("branch_invoices")]  # fmt: skip
    if not rows:
        return
    branch = _get_branch(scene)
    env = scene.env(context={**scene.env.context, "allowed_company_ids": branch.ids})
    for client, invoice, day in rows:
        if day <= scene.locked_until:
            continue
        env["client.relationship"].create(
            {
                "partner_id": scene.client(client.key).id,
                "company_id": branch.id,
                "user_id": scene.user(client.owner).id,
                "date_start": day,
            }
        )
        move = env["account.move"].create(_prepare_branch(scene, branch, client, invoice, day))
        move.action_post()
        set_created(move, datetime.combine(day, time(17)))


def _get_branch(scene):
    companies = scene.env["res.company"]
    domain = [("name", "=", BRANCH), ("parent_id", "=", scene.company.id)]
    branch = companies.search(domain, limit=1)
    if not branch:
        branch = companies.create({"name": BRANCH, "parent_id": scene.company.id})
        # by the country of the taxes; that of its address would install modules
        branch.account_fiscal_country_id = scene.company.account_fiscal_country_id
        # Odoo gives it its chart of accounts before the end of the transaction
        scene.env.cr.precommit.run()
    for login in BRANCH_PEOPLE:
        scene.user(login).company_ids |= branch
    return branch


def _prepare_branch(scene, branch, client, invoice, day):
    line = {
        "product_id": scene.ref("product_fixed").id,
        "name": invoice.label,
        "quantity": 1,
        "price_unit": invoice.amount,
        "analytic_distribution": {str(scene.project(client, invoice.project).account_id.id): 100},
    }
    return scene.prepare_move(
        "out_invoice",
        day,
        scene.client(client.key),
        [line],
        company_id=branch.id,
        invoice_date_due=day + timedelta(days=30),
        invoice_user_id=scene.user(client.owner).id,
    )
