"""Writes the rows of a messy firm into a database without the addon: in bulk, by SQL.

One record of each kind is made by Odoo, ``data_rows.fill`` multiplies it, and it goes away.
``add_days`` adds what happens between two days, so that a week can go on after the installation.
"""

import json
import sys
from datetime import datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).parent))

from data_dayone_firm import BASE, make_firm
from data_dayone_kinds import FIRST
from data_prototypes import make_documents, make_payment
from data_rows import check, fill, finish

from odoo import Command

TABLES = (
    "account_analytic_account",
    "account_analytic_line",
    "account_move",
    "account_move_line",
    "account_partial_reconcile",
    "crm_lead",
    "mail_message",
    "project_project",
    "project_task",
    "res_partner",
)
EMPLOYEES_PER_PARTNER = 1 / 400
USERS = 6
COLUMNS = {
    "partner": {"id": "int", "name": "text", "company": "bool", "parent": "int",
                "commercial": "int", "user": "int", "active": "bool", "vat": "text",
                "email": "text", "customer": "int", "supplier": "int", "date": "date"},
    "project": {"id": "int", "partner": "int", "name": "text", "manager": "int",
                "billable": "bool", "date": "date"},
    "lead": {"id": "int", "partner": "int", "state": "text", "name": "text", "date": "date"},
    "hours": {"n": "int", "project": "int", "partner": "int", "employee": "int",
              "hours": "float", "amount": "float", "day": "int", "date": "date"},
    "mail": {"moment": "timestamp", "model": "text", "record": "int", "author": "int",
             "email": "text", "incoming": "bool", "day": "int"},
    "invoice": {"n": "int", "partner": "int", "date": "date", "due_on": "date", "paid_on": "date",
                "amount": "numeric", "discount": "int", "branch": "bool", "day": "int"},
    "bill": {"n": "int", "partner": "int", "date": "date", "due_on": "date", "paid_on": "date",
             "amount": "numeric", "branch": "bool", "day": "int"},
}  # fmt: skip


def make(env, partners, seed, today):
    """Fill the database with all that happened before ``today``; return (firm, prototypes)."""
    env = env(context={**env.context, "tracking_disable": True, "no_reset_password": True})
    people = make_people(env, partners)
    firm = make_firm(partners, seed, today, people)
    model = make_prototypes(env)
    model.branch = people["branch"]
    env.flush_all()
    cr = env.cr
    cr.execute("SET LOCAL session_replication_role = replica")
    for name, columns in COLUMNS.items():
        load(cr, name, firm, columns)
    add_partners(cr, model)
    add_projects(cr, model)
    add_leads(cr, model)
    add_days(env, model, FIRST - 10, 0)
    env.invalidate_all()
    return firm, model


def make_people(env, partners):
    """Users, employees (every fifth without cost) and a branch of the company, made by Odoo."""
    company = env.company
    if not env["account.account"].search_count([]):
        env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
    branch = env["res.company"].create({"name": "Branch South", "parent_id": company.id})
    users = env["res.users"].create(
        [
            {
                "name": f"Colleague {number}",
                "login": f"colleague{number}",
                "email": f"colleague{number}@firm.example",
                "company_ids": [Command.set([company.id])],
                "company_id": company.id,
            }
            for number in range(USERS)
        ]
    )
    count = max(10, round(partners * EMPLOYEES_PER_PARTNER))
    employees = env["hr.employee"].create(
        [
            {
                "name": users[number].name if number < USERS else f"Worker Nr {number}",
                "user_id": users[number].id if number < USERS else False,
                "work_email": users[number].email
                if number < USERS
                else f"worker{number}@firm.example",
                "hourly_cost": 0 if number % 5 == 4 else 38 + number % 7 * 3,
            }
            for number in range(count)
        ]
    )
    return {
        "users": users.partner_id.ids,
        "user_ids": users.ids,
        "employees": [
            {
                "id": one.id,
                "name": one.name,
                "cost": one.hourly_cost,
                "contact": one.work_contact_id.id,
            }
            for one in employees
        ],
        "branch": branch.id,
        "branch_partner": branch.partner_id.id,
    }


def make_prototypes(env):
    company = env.company
    Partner = env["res.partner"]
    partner = Partner.create({"name": "Prototype", "is_company": True})
    model = SimpleNamespace(company=company.id, currency=company.currency_id.id)
    model.partner = partner.id
    model.vendor = Partner.create({"name": "Vendor", "is_company": True}).id
    product = env["product.product"].create(
        {
            "name": "Work",
            "type": "service",
            "taxes_id": [Command.clear()],
            "supplier_taxes_id": [Command.clear()],
        }
    )
    model.product = product.id
    make_work(env, model)
    make_documents(env, model)
    make_payment(env, model)
    return model


def make_work(env, model):
    project = env["project.project"].create(
        {
            "name": "Prototype",
            "partner_id": model.partner,
            "company_id": model.company,
            "allow_billable": True,
            "allow_timesheets": True,
        }
    )
    task = env["project.task"].create({"name": "Task", "project_id": project.id})
    employee = env["hr.employee"].search([("user_id", "!=", False)], limit=1)
    timesheet = env["account.analytic.line"].create(
        {
            "name": "Work",
            "project_id": project.id,
            "task_id": task.id,
            "employee_id": employee.id,
            "unit_amount": 1,
        }
    )
    lead = {"name": "Lead", "type": "opportunity", "partner_id": model.partner, "user_id": False}
    leads = env["crm.lead"].create([lead] * 3)
    leads[1].action_set_won()
    leads[2].action_set_lost()
    model.leads = dict(zip(("open", "won", "lost"), leads.ids, strict=True))
    message = {"model": "res.partner", "res_id": model.partner, "body": "<p>Thank you.</p>"}
    model.message = env["mail.message"].create(message).id
    model.project, model.account, model.task = project.id, project.account_id.id, task.id
    model.timesheet = timesheet.id


def load(cr, name, firm, columns):
    """Make a table of the rows of one kind; days become dates."""
    rows = []
    for row in firm.rows[name]:
        row = {**row, "date": firm.date_of(row["day"])}
        for key in ("due", "paid"):
            if row.get(key) is not None:
                row[f"{key}_on"] = firm.date_of(row[key])
        if "hour" in row:
            row["moment"] = datetime.combine(row["date"], time.min) + timedelta(hours=row["hour"])
        rows.append({key: row.get(key) for key in columns})
    if name == "mail":
        rows.sort(key=lambda row: row["moment"])
    kinds = ", ".join(f'"{key}" {kind}' for key, kind in columns.items())
    cr.execute(
        f"CREATE TABLE dayone_{name} AS SELECT {BASE} + ROW_NUMBER() OVER () AS row, r.* "
        f"FROM jsonb_to_recordset(%s::jsonb) r ({kinds}); ANALYZE dayone_{name}",
        [json.dumps(rows, default=str)],
    )


def add_partners(cr, model):
    fill(
        cr, "res_partner", model.partner,
        "SELECT p.*, f.name AS firm FROM dayone_partner p "
        "LEFT JOIN dayone_partner f ON f.id = p.parent ORDER BY p.id",
        id="s.id", name="s.name", is_company="s.company", parent_id="s.parent",
        complete_name="CASE WHEN s.firm IS NOT NULL THEN s.firm || ', ' || s.name ELSE s.name END",
        commercial_partner_id="s.commercial", commercial_company_name="COALESCE(s.firm, s.name)",
        user_id='s."user"', active="s.active", vat="s.vat", email="s.email",
        email_normalized="s.email", create_date="s.date", customer_rank="s.customer",
        supplier_rank="s.supplier", company_id="NULL",
    )  # fmt: skip
    # staff are partners already: only their documents count
    cr.execute("UPDATE res_partner SET customer_rank = 1 WHERE id IN "
               "(SELECT partner FROM dayone_invoice)")  # fmt: skip


def add_projects(cr, model):
    label = "jsonb_build_object('en_US', s.name)"
    source = "SELECT * FROM dayone_project"
    fill(
        cr, "account_analytic_account", model.account, source,
        id="s.id", name=label, partner_id="s.partner", create_date="s.date",
    )  # fmt: skip
    fill(
        cr, "project_project", model.project, source,
        id="s.id", name=label, account_id="s.id", partner_id="s.partner", user_id="s.manager",
        allow_billable="s.billable", create_date="s.date", date_start="s.date", date="NULL",
        sale_line_id="NULL", access_token="NULL", active="true",
    )  # fmt: skip
    fill(
        cr, "project_task", model.task, source,
        id="s.id", name="'Work'", project_id="s.id", partner_id="s.partner",
        create_date="s.date", date_last_stage_update="s.date", sale_line_id="NULL",
        access_token="NULL", date_assign="NULL",
    )  # fmt: skip


def add_leads(cr, model):
    for state, prototype in model.leads.items():
        fill(
            cr, "crm_lead", prototype, f"SELECT * FROM dayone_lead WHERE state = '{state}'",
            id="s.id", name="s.name", partner_id="s.partner", create_date="s.date - 40",
            date_closed="s.date" if state != "open" else "NULL", date_open="NULL",
        )  # fmt: skip


def add_days(env, model, first, last):
    """Add what happens from the day ``first`` up to ``last``, not included."""
    cr = env.cr
    cr.execute("SET LOCAL session_replication_role = replica")
    during = f"day >= {first} AND day < {last}"
    add_hours(cr, model, during)
    add_mails(env, model, during)
    for number, name in enumerate(("invoice", "bill")):
        add_documents(cr, model, name, (1 + 2 * number) * BASE, during)
    if first < FIRST:
        forget_prototypes(cr, model)
    check(cr, TABLES)
    finish(env, TABLES)
    leave_room(cr)
    env.invalidate_all()


def leave_room(cr):
    """Let the product's own records come far after those of the days that are to come."""
    for table in TABLES:
        cr.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "
            f"GREATEST({100 * BASE}, (SELECT max(id) FROM {table})))"
        )


def add_hours(cr, model, during):
    fill(
        cr, "account_analytic_line", model.timesheet,
        f"SELECT h.*, e.user_id FROM dayone_hours h JOIN hr_employee e ON e.id = h.employee "
        f"WHERE {during} ORDER BY h.day",
        id="s.n", project_id="s.project", account_id="s.project", task_id="s.project",
        partner_id="s.partner", employee_id="s.employee", user_id="s.user_id", date="s.date",
        unit_amount="s.hours", amount="s.amount", so_line="NULL", order_id="NULL",
        timesheet_invoice_type="'non_billable'", create_date="s.date + interval '18 hours'",
        write_date="s.date + interval '18 hours'",
    )  # fmt: skip


def add_mails(env, model, during):
    comment = env.ref("mail.mt_comment").id
    fill(
        env.cr, "mail_message", model.message,
        f"SELECT m.*, p.email AS address, p.name FROM dayone_mail m "
        f"LEFT JOIN res_partner p ON p.id = m.author WHERE {during} ORDER BY m.row",
        id="s.row", message_id="'<' || s.row || '@dayone>'", model="s.model", res_id="s.record",
        date="s.moment", create_date="s.moment", write_date="s.moment", parent_id="NULL",
        author_id="s.author", subtype_id=str(comment), is_internal="false",
        email_from="COALESCE(s.email, s.name || ' <' || COALESCE(s.address, '') || '>')",
        message_type="CASE WHEN s.incoming THEN 'email' ELSE 'comment' END",
        mail_activity_type_id="NULL", reply_to="NULL",
    )  # fmt: skip


def add_documents(cr, model, name, base, during):
    """Documents with one line each and what is owed, and the payments that came."""
    source = (
        f"SELECT d.*, {base} + d.n - {BASE} AS id, p.commercial_partner_id AS client, "
        f"CASE WHEN d.branch THEN {model.branch} ELSE {model.company} END AS firm "
        f"FROM dayone_{name} d JOIN res_partner p ON p.id = d.partner WHERE {during}"
    )
    head, lines = getattr(model, name), getattr(model, f"{name}_lines")
    fill(
        cr, "account_move", head, source,
        id="s.id", name=f"'{name.upper()}/' || s.n", partner_id="s.partner", date="s.date",
        commercial_partner_id="s.client", partner_shipping_id="s.partner", company_id="s.firm",
        invoice_date="s.date", invoice_date_due="s.due_on", access_token="NULL",
        create_date="s.date", invoice_partner_display_name="NULL", state="'posted'",
        payment_state="CASE WHEN s.paid_on IS NULL THEN 'not_paid' ELSE 'paid' END",
        amount_total="s.amount", amount_untaxed="s.amount", amount_tax="0",
        amount_residual="CASE WHEN s.paid_on IS NULL THEN s.amount ELSE 0 END",
        amount_untaxed_signed="s.amount", amount_total_signed="s.amount",
        sequence_number="s.n", sequence_prefix=f"'{name.upper()}/'",
    )  # fmt: skip
    sign = -1 if name == "invoice" else 1
    discount = "s.discount" if name == "invoice" else "0"
    add_line(cr, lines[0], source, 0, f"{sign} * s.amount", discount)
    add_line(cr, lines[1], source, 2, f"{-sign} * s.amount", owed=True)
    if name == "invoice":
        add_payments(cr, model, source)


def add_line(cr, prototype, source, place, balance, discount="0", owed=False):
    fill(
        cr, "account_move_line", prototype, source,
        id=f"s.id * 4 + {place}", move_id="s.id", move_name="'D/' || s.n", partner_id="s.client",
        company_id="s.firm", date="s.date", invoice_date="s.date",
        date_maturity="s.due_on" if owed else "NULL", create_date="s.date",
        balance=balance, debit=f"GREATEST({balance}, 0)", credit=f"GREATEST(-({balance}), 0)",
        amount_currency=balance, discount=discount, quantity="1",
        price_unit=f"s.amount / (1 - {discount} / 100.0)", price_subtotal="s.amount",
        price_total="s.amount", analytic_distribution="NULL", full_reconcile_id="NULL",
        matching_number="NULL", parent_state="'posted'",
        amount_residual=f"CASE WHEN s.paid_on IS NULL THEN {balance} ELSE 0 END" if owed else "0",
        amount_residual_currency=f"CASE WHEN s.paid_on IS NULL THEN {balance} ELSE 0 END"
        if owed
        else "0",
        reconciled="s.paid_on IS NOT NULL" if owed else "false",
    )  # fmt: skip


def add_payments(cr, model, source):
    """A payment for each paid invoice, matched with what was owed."""
    source = f"SELECT * FROM ({source}) d WHERE paid_on IS NOT NULL"
    place = f"(s.id + {4 * BASE})"
    fill(
        cr, "account_move", model.payment, source,
        id=place, name="'PAID/' || s.n", partner_id="s.client", commercial_partner_id="s.client",
        date="s.paid_on", company_id="s.firm", access_token="NULL", create_date="s.paid_on",
        state="'posted'",
        sequence_number="s.n", sequence_prefix="'PAID/'",
    )  # fmt: skip
    for index, sign in ((0, 1), (1, -1)):
        balance = f"{sign} * s.amount"
        fill(
            cr, "account_move_line", model.payment_lines[index], source,
            id=f"{place} * 4 + {index}", move_id=place, partner_id="s.client",
            company_id="s.firm", date="s.paid_on", balance=balance,
            debit=f"GREATEST({balance}, 0)", credit=f"GREATEST(-({balance}), 0)",
            amount_currency=balance, amount_residual="0", amount_residual_currency="0",
            full_reconcile_id="NULL", matching_number="NULL", create_date="s.paid_on",
            parent_state="'posted'",
        )  # fmt: skip
    fill(
        cr, "account_partial_reconcile", model.partial, source,
        id="s.id", debit_move_id="s.id * 4 + 2", credit_move_id=f"{place} * 4 + 1",
        max_date="s.paid_on", amount="s.amount", full_reconcile_id="NULL",
        debit_amount_currency="s.amount", credit_amount_currency="s.amount",
        company_id="s.firm", create_date="s.paid_on",
    )  # fmt: skip


def forget_prototypes(cr, model):
    """Keep the prototypes for the days to come, where nobody looks: archived and cancelled."""
    moves = (model.invoice, model.refund, model.bill, model.payment)
    cr.execute("UPDATE account_move SET state = 'cancel' WHERE id IN %s", [moves])
    cr.execute("UPDATE account_move_line SET parent_state = 'cancel' WHERE move_id IN %s", [moves])
    cr.execute("UPDATE project_project SET active = false WHERE id = %s", [model.project])
    cr.execute("UPDATE project_task SET active = false WHERE id = %s", [model.task])
    cr.execute("DELETE FROM crm_lead WHERE id IN %s", [tuple(model.leads.values())])
    cr.execute("UPDATE account_analytic_line SET unit_amount = 0, amount = 0 WHERE id = %s",
               [model.timesheet])  # fmt: skip
    cr.execute("UPDATE res_partner SET active = false WHERE id IN %s",
               [(model.partner, model.vendor)])  # fmt: skip
