"""What is paid a year ahead is earned month by month: the entries that a bookkeeper makes."""

from datetime import datetime, time

from odoo.fields import Command

from ..stories.kinds import YEARLY
from . import when
from .invoices import get_years
from .past import set_created

MONTHS = 12


def build_deferrals(scene):
    """Take each yearly invoice off the income of its day, and give every month its twelfth."""
    rows = [
        (when.workdays(scene.today, first)[0], client, number, project, project.price)
        for client, number, project in scene.each_project()
        if project.billing == YEARLY
        for first in get_years(project)
    ]
    rows += [
        (when.last_workday(scene.today, month), client, number, project, -project.price / MONTHS)
        for client, number, project in scene.each_project()
        if project.billing == YEARLY
        for first in get_years(project)
        for month in range(first, max(first - MONTHS, 0), -1)
    ]
    rows = sorted(
        (row for row in rows if row[0] > scene.locked_until), key=lambda row: (row[0], -row[-1])
    )
    entries = scene.env["account.move"].create([_prepare_entry(scene, *row) for row in rows])
    entries.action_post()
    set_created(entries, [datetime.combine(day, time(18)) for day, *_rest in rows])


def _prepare_entry(scene, day, client, number, project, amount):
    """``amount`` is taken off the income of the day; a negative one is given back to it."""
    line = scene.sale_lines[client.key, number]
    income = line.product_id.product_tmpl_id.get_product_accounts()["income"]
    return {
        "move_type": "entry",
        "company_id": scene.company.id,
        "date": day,
        "ref": f"{project.label}: paid in advance" if amount > 0 else f"{project.label}: {day:%B}",
        "line_ids": [
            Command.create(
                {
                    "name": project.label,
                    "account_id": account.id,
                    "balance": balance,
                    "partner_id": scene.client(client.key).id,
                    "analytic_distribution": distribution,
                }
            )
            for account, balance, distribution in (
                (income, amount, line.analytic_distribution),
                (scene.account("deferred"), -amount, False),
            )
        ],
    }
