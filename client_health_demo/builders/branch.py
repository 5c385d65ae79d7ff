"""A branch of the agency, which invoices work that is written down in the company."""

from datetime import datetime, time, timedelta

from odoo.fields import Command

from . import when
from .past import set_created

NAME = "Portland Studio"
# Who works for the branch as well, and sees its figures.
PEOPLE = ("admin", "leo", "mia")


def build_branch(scene):
    rows = [(client, invoice) for client in scene.stories for invoice in client.branch_invoices]
    if not rows:
        return
    branch = _get_branch(scene)
    env = scene.env(context={**scene.env.context, "allowed_company_ids": branch.ids})
    for client, invoice in rows:
        day = when.workdays(scene.today, invoice.month)[14]
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
        move = env["account.move"].create(_prepare_move(scene, branch, client, invoice, day))
        move.action_post()
        set_created(move, [datetime.combine(day, time(17))])


def _get_branch(scene):
    companies = scene.env["res.company"]
    domain = [("name", "=", NAME), ("parent_id", "=", scene.company.id)]
    branch = companies.search(domain, limit=1)
    if not branch:
        branch = companies.create({"name": NAME, "parent_id": scene.company.id})
        # by the country of the taxes; that of its address would install modules
        branch.account_fiscal_country_id = scene.company.account_fiscal_country_id
        # Odoo gives it its chart of accounts before the end of the transaction
        scene.env.cr.precommit.run()
    for login in PEOPLE:
        scene.user(login).company_ids |= branch
    return branch


def _prepare_move(scene, branch, client, invoice, day):
    project = scene.projects[client.key, invoice.project]
    return {
        "move_type": "out_invoice",
        "partner_id": scene.client(client.key).id,
        "company_id": branch.id,
        "invoice_date": day,
        "date": day,
        "invoice_date_due": day + timedelta(days=30),
        "invoice_user_id": scene.user(client.owner).id,
        "invoice_line_ids": [
            Command.create(
                {
                    "product_id": scene.ref("product_fixed").id,
                    "name": invoice.label,
                    "quantity": 1,
                    "price_unit": invoice.amount,
                    "analytic_distribution": {str(project.account_id.id): 100},
                }
            )
        ],
    }
