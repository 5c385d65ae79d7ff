"""One record of each kind, made by Odoo as its users would; see ``data_ledger.py``."""

from types import SimpleNamespace

from odoo import Command, fields


def make_prototypes(env, company):
    """Return the ids of the records of a company, by kind."""
    env = env(
        context={**env.context, "allowed_company_ids": [company.id], "tracking_disable": True}
    )
    company = company.with_env(env)
    model = SimpleNamespace(company=company.id, currency=company.currency_id.id)
    model.other_currency = (env.ref("base.EUR") | env.ref("base.USD") - company.currency_id).ids[0]
    make_client(env, company, model)
    make_work(env, company, model)
    make_documents(env, model)
    make_payment(env, model)
    return model


def make_client(env, company, model):
    Partner = env["res.partner"]
    partner = Partner.create({"name": f"Prototype {company.name}", "is_company": True})
    contact = Partner.create({"name": "Contact", "parent_id": partner.id})
    relationship = env["client.relationship"].create(
        {
            "partner_id": partner.id,
            "company_id": company.id,
            "user_id": env.ref("base.user_admin").id,
        }
    )
    model.vendor = Partner.create({"name": "Vendor", "is_company": True}).id
    model.partner, model.contact, model.relationship = partner.id, contact.id, relationship.id


def make_work(env, company, model):
    product = env["product.product"].create(
        {
            "name": "Hour of work",
            "type": "service",
            "invoice_policy": "delivery",
            "service_type": "timesheet",
            "list_price": 100,
            "taxes_id": [Command.clear()],
            "supplier_taxes_id": [Command.clear()],
        }
    )
    order = env["sale.order"].create(
        {
            "partner_id": model.partner,
            "order_line": [Command.create({"product_id": product.id, "product_uom_qty": 10})],
        }
    )
    order.action_confirm()
    project = env["project.project"].create(
        {
            "name": "Prototype",
            "partner_id": model.partner,
            "company_id": company.id,
            "allow_billable": True,
            "allow_timesheets": True,
        }
    )
    task = env["project.task"].create({"name": "Task", "project_id": project.id})
    employee = env["hr.employee"].create(
        {"name": "Worker", "company_id": company.id, "hourly_cost": 45}
    )
    timesheet = env["account.analytic.line"].create(
        {
            "name": "Work",
            "project_id": project.id,
            "task_id": task.id,
            "employee_id": employee.id,
            "unit_amount": 1,
        }
    )
    analytic = env["account.analytic.line"].create(
        {"name": "Document", "account_id": project.account_id.id, "amount": 1}
    )
    model.product = product.id
    model.order, model.order_line = order.id, order.order_line.id
    model.project, model.account, model.task = project.id, project.account_id.id, task.id
    model.timesheet, model.analytic = timesheet.id, analytic.id


def make_documents(env, model):
    kinds = {
        "invoice": ("out_invoice", model.partner),
        "refund": ("out_refund", model.partner),
        "bill": ("in_invoice", model.vendor),
    }
    for name, (move_type, partner_id) in kinds.items():
        move = env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": partner_id,
                "invoice_date": fields.Date.today(),
                "invoice_line_ids": [
                    Command.create({"product_id": model.product, "price_unit": 100, "tax_ids": []})
                ],
            }
        )
        move.action_post()
        owed = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        setattr(model, name, move.id)
        setattr(model, f"{name}_lines", [move.invoice_line_ids.id, owed.id])


def make_payment(env, model):
    """An entry from the bank, matched with the invoice."""
    owed = env["account.move.line"].browse(model.invoice_lines[1])
    bank = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", model.company)], limit=1
    )
    entry = env["account.move"].create(
        {
            "journal_id": bank.id,
            "line_ids": [
                Command.create({"account_id": bank.default_account_id.id, "debit": owed.balance}),
                Command.create(
                    {
                        "account_id": owed.account_id.id,
                        "partner_id": owed.partner_id.id,
                        "credit": owed.balance,
                    }
                ),
            ],
        }
    )
    entry.action_post()
    (owed + entry.line_ids[1]).reconcile()
    model.payment, model.payment_lines = entry.id, entry.line_ids.ids
    model.partial = owed.matched_credit_ids.id
