"""Data for the money: an agency group of any size, two companies, two currencies, two years.

Per 10,000 clients: 5,000 contacts, 15,000 projects, 60,000 tasks, 1,000,000 timesheets, 50,000
customer documents of two lines (every 20th a credit note, every 10th in the other currency, four
of five paid), 20,000 bills, 20,000 orders. Busy clients and projects have far more than quiet
ones, one client in ten belongs to the second company, every 50th project has no client, every
100th shares its analytic account.

One record of each kind is made by Odoo itself, per company; ``data_rows.fill`` multiplies it.
"""

import sys
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from data_prototypes import make_prototypes
from data_rows import check, fill, finish

# Far above the ids of the demo data
BASE = 1_000_000
DAYS = 730


def prepare(env, clients):
    cr = env.cr
    cr.execute("SET LOCAL session_replication_role = replica")
    cr.execute("SET LOCAL work_mem = '64MB'")
    cr.execute("SELECT setseed(0.5)")
    first = date.today() - timedelta(days=DAYS)
    companies = [make_prototypes(env, company) for company in get_companies(env)]
    env.flush_all()
    make_map(cr, clients)
    for number, model in enumerate(companies):
        make_clients(cr, model, number)
        make_projects(cr, model, number)
        make_orders(cr, model, number)
        make_timesheets(cr, model, number, clients, first)
        make_documents(cr, model, number, first)
        make_payments(cr, model, number)
        make_analytic_lines(cr, model, number)
    check(cr)
    finish(env)


def get_companies(env):
    """Return the main company and one of the other currency, with a chart of accounts."""
    main = env.ref("base.main_company")
    euro = env.ref("base.EUR").sudo()
    euro.active = True
    other = env["res.company"].create({"name": "Bench Europe", "currency_id": euro.id})
    env["account.chart.template"].try_loading("generic_coa", other, install_demo=False)
    (env.user + env.ref("base.user_admin")).company_ids += other
    return [main, other]


def make_map(cr, clients):
    """Say who belongs to whom, once: clients, projects, documents and bills, as plain tables.

    ``power(random(), x)``: a few have a lot. company: 0 or 1.
    """
    cr.execute(
        """
        CREATE TABLE bench_client AS
        SELECT i, %(base)s + i AS id, (i %% 10 = 0)::int AS company
          FROM generate_series(1, %(clients)s) i;
        CREATE TABLE bench_project AS
        SELECT j, %(base)s + j AS id, c.id AS client_id, c.company,
               CASE WHEN j %% 5 = 0 AND c.i %% 2 = 0 THEN %(base)s + %(clients)s + c.i / 2
                    WHEN j %% 50 <> 0 THEN c.id END AS partner_id,
               %(base)s + j AS own_account_id,
               CASE WHEN j %% 2 = 0 THEN %(base)s + 2 * j END AS sale_line_id
          FROM (SELECT j, 1 + floor(power(random(), 1.5) * %(clients)s)::int AS i
                  FROM generate_series(1, %(clients)s * 3 / 2) j) k
          JOIN bench_client c USING (i);
        ALTER TABLE bench_project ADD account_id int;
        UPDATE bench_project p
           SET account_id = COALESCE(o.own_account_id, p.own_account_id)
          FROM bench_project q
     LEFT JOIN bench_project o ON q.j %% 100 = 0 AND o.j = q.j - 1 AND o.company = q.company
         WHERE q.j = p.j;
        ALTER TABLE bench_project ADD PRIMARY KEY (j);
        CREATE TABLE bench_move AS
        SELECT m, %(base)s + m AS id, p.j, p.client_id, p.account_id, p.company, p.sale_line_id,
               m %% 20 = 0 AS refund,
               m %% 10 = 3 AS foreign_currency,
               m %% 5 <> 1 AND m %% 20 <> 0 AS paid,
               m %% 3 AS kind,
               CASE WHEN m %% 20 = 0 THEN 1 ELSE -1 END * (200 + m %% 1800) AS amount
          FROM (SELECT m, 1 + floor(power(random(), 1.5) * (%(clients)s * 3 / 2))::int AS j
                  FROM generate_series(1, %(clients)s * 5) m) k
          JOIN bench_project p USING (j);
        CREATE TABLE bench_bill AS
        SELECT b, %(base)s + %(clients)s * 10 + b AS id, p.account_id, p.company,
               100 + b %% 700 AS amount
          FROM (SELECT b, 1 + floor(power(random(), 1.5) * (%(clients)s * 3 / 2))::int AS j
                  FROM generate_series(1, %(clients)s * 2) b) k
          JOIN bench_project p USING (j);
        ANALYZE bench_client; ANALYZE bench_project; ANALYZE bench_move; ANALYZE bench_bill;
        """,
        {"base": BASE, "clients": clients},
    )


def make_clients(cr, model, number):
    mine = f"FROM bench_client WHERE company = {number}"
    fill(
        cr, "res_partner", model.partner, f"SELECT *, 'Client ' || i AS name {mine}",
        id="s.id", name="s.name", complete_name="s.name", commercial_partner_id="s.id",
        commercial_company_name="s.name", email="'office@client' || s.i || '.example'",
        email_normalized="'office@client' || s.i || '.example'",
    )  # fmt: skip
    fill(
        cr, "res_partner", model.contact,
        f"SELECT *, (SELECT max(id) FROM bench_client) + i / 2 AS contact_id {mine} AND i % 2 = 0",
        id="s.contact_id", name="'Contact ' || s.i", complete_name="'Contact ' || s.i",
        parent_id="s.id", commercial_partner_id="s.id",
        email="'contact@client' || s.i || '.example'",
        email_normalized="'contact@client' || s.i || '.example'",
    )  # fmt: skip
    fill(
        cr, "client_relationship", model.relationship, f"SELECT * {mine}",
        id="s.id", partner_id="s.id",
    )  # fmt: skip


def make_projects(cr, model, number):
    mine = f"FROM bench_project WHERE company = {number}"
    label = "jsonb_build_object('en_US', 'Project ' || s.j)"
    fill(
        cr, "account_analytic_account", model.account, f"SELECT * {mine}",
        id="s.own_account_id", name=label, partner_id="s.client_id",
    )  # fmt: skip
    fill(
        cr, "project_project", model.project, f"SELECT * {mine}",
        id="s.id", name=label, account_id="s.account_id", partner_id="s.partner_id",
        sale_line_id="s.sale_line_id",
    )  # fmt: skip
    fill(
        cr, "project_task", model.task,
        f"""SELECT *, {BASE} + j + k * (SELECT max(j) FROM bench_project) AS task_id
            {mine.replace("WHERE", ", generate_series(0, 3) k WHERE")}""",
        id="s.task_id", name="'Task ' || s.task_id", project_id="s.id",
        partner_id="s.partner_id", sale_line_id="s.sale_line_id",
    )  # fmt: skip


def make_orders(cr, model, number):
    mine = f"FROM bench_project p WHERE p.company = {number}"
    fill(
        cr, "sale_order", model.order, f"SELECT * {mine}",
        id="s.id", name="'BO' || s.j", partner_id="s.client_id",
        partner_invoice_id="s.client_id", partner_shipping_id="s.client_id",
    )  # fmt: skip
    fill(
        cr, "sale_order_line", model.order_line,
        f"SELECT p.*, k {mine.replace('WHERE', ', generate_series(0, 1) k WHERE')}",
        id=f"{BASE} + 2 * s.j + s.k", order_id="s.id", order_partner_id="s.client_id",
        project_id="CASE WHEN s.j % 2 = 0 THEN s.id END",
        untaxed_amount_to_invoice="CASE WHEN s.j % 4 = 0 THEN 50 + s.j % 500 ELSE 0 END",
    )  # fmt: skip


def make_timesheets(cr, model, number, clients, first):
    """In the order of their dates, as they are entered; one of 30 without cost."""
    fill(
        cr, "account_analytic_line", model.timesheet,
        f"""
        SELECT t, p.id AS project_id, p.account_id, p.partner_id, p.sale_line_id,
               {BASE} + p.j + (t % 4) * (SELECT max(j) FROM bench_project) AS task_id,
               '{first}'::date + (t::bigint * {DAYS} / ({clients} * 100))::int AS date,
               0.25 * (1 + t % 16) AS hours
          FROM (SELECT t, 1 + floor(power(random(), 2.2) * ({clients} * 3 / 2))::int AS j
                  FROM generate_series(1, {clients} * 100) t) k
          JOIN bench_project p USING (j)
         WHERE p.company = {number}
      ORDER BY t
        """,
        id=f"{BASE} + 2 * s.t + {number}", project_id="s.project_id", account_id="s.account_id",
        task_id="s.task_id", partner_id="s.partner_id", date="s.date", unit_amount="s.hours",
        amount="CASE WHEN s.t % 30 = 0 THEN 0 ELSE -round(s.hours::numeric * 45, 2) END",
        so_line="CASE WHEN s.t % 3 <> 0 THEN s.sale_line_id END", order_id="NULL",
        timesheet_invoice_type="CASE WHEN s.t % 3 = 0 THEN 'non_billable' ELSE 'billable_time' END",
    )  # fmt: skip


def make_documents(cr, model, number, first):
    """Customer documents with two product lines and what is owed; bills with one and what we owe.

    A document's line ids: four times its own id, plus 0, 1 (product) and 2 (owed).
    """
    day = f"'{first}'::date + (m * {DAYS} / (SELECT max(m) FROM bench_move))"
    for refund, head, lines in (
        (False, model.invoice, model.invoice_lines),
        (True, model.refund, model.refund_lines),
    ):
        mine = f"""SELECT *, {day} AS date, CASE WHEN foreign_currency THEN 0.9 ELSE 1 END AS rate
                     FROM bench_move WHERE company = {number} AND refund = {refund}"""
        fill_document(cr, head, mine, "s.client_id", f"CASE WHEN s.foreign_currency "
                      f"THEN {model.other_currency} ELSE {model.currency} END")  # fmt: skip
        fill_line(cr, lines[0], mine, 0, "s.amount", distribution(
            "CASE WHEN s.kind < 2 THEN s.account_id END", "CASE s.kind WHEN 1 THEN 50 ELSE 100 END"
        ))  # fmt: skip
        fill_line(cr, lines[0], mine, 1, "s.amount / 2.0")
        fill_line(cr, lines[1], mine, 2, "-s.amount * 1.5", owed=True)
    day = f"'{first}'::date + (b * {DAYS} / (SELECT max(b) FROM bench_bill))"
    mine = f"""SELECT *, {model.vendor} AS client_id, false AS paid, {day} AS date, 1 AS rate
                 FROM bench_bill WHERE company = {number}"""
    fill_document(cr, model.bill, mine, "s.client_id", str(model.currency))
    fill_line(
        cr, model.bill_lines[0], mine, 0, "s.amount", distribution("s.account_id", "100")
    )  # fmt: skip
    fill_line(cr, model.bill_lines[1], mine, 2, "-s.amount", owed=True)
    cr.execute(
        """
        INSERT INTO sale_order_line_invoice_rel (invoice_line_id, order_line_id)
        SELECT m.id * 4, m.sale_line_id FROM bench_move m
         WHERE m.company = %s AND m.sale_line_id IS NOT NULL AND m.kind < 2
        """,
        [number],
    )


def fill_document(cr, prototype, source, partner, currency):
    fill(
        cr, "account_move", prototype, source,
        id="s.id", name="'BENCH/' || s.id", partner_id=partner, commercial_partner_id=partner,
        partner_shipping_id=partner, currency_id=currency, date="s.date", invoice_date="s.date",
        invoice_date_due="s.date + 30", access_token="NULL",
        payment_state="CASE WHEN s.paid THEN 'paid' ELSE 'not_paid' END",
        amount_total="abs(s.amount) * 1.5", amount_residual="0",
    )  # fmt: skip


def fill_line(cr, prototype, source, place, balance, analytic="NULL", owed=False):
    fill(
        cr, "account_move_line", prototype, source,
        id=f"s.id * 4 + {place}", move_id="s.id", move_name="'BENCH/' || s.id",
        partner_id="s.client_id", date="s.date", invoice_date="s.date",
        date_maturity="s.date + 30" if owed else "NULL",
        balance=balance, debit=f"GREATEST({balance}, 0)", credit=f"GREATEST(-({balance}), 0)",
        amount_currency=f"({balance}) * s.rate", price_unit=f"abs({balance})",
        price_subtotal=f"abs({balance}) * s.rate", price_total=f"abs({balance}) * s.rate",
        amount_residual=f"CASE WHEN s.paid THEN 0 ELSE {balance} END" if owed else "0",
        amount_residual_currency="0", analytic_distribution=analytic,
        reconciled="s.paid" if owed else "false", full_reconcile_id="NULL",
        matching_number="NULL", parent_state="'posted'",
    )  # fmt: skip


def distribution(account, percent):
    return f"""CASE WHEN {account} IS NOT NULL
                    THEN jsonb_build_object(({account})::text, {percent}) END"""


def make_payments(cr, model, number):
    """A payment for each paid document, 20 to 60 days after it, matched with what was owed."""
    mine = f"""SELECT *, 20 + m % 40 AS days FROM bench_move WHERE paid AND company = {number}"""
    with_date = (
        f"SELECT b.*, a.date + b.days AS paid_on FROM ({mine}) b JOIN account_move a USING (id)"
    )
    place = "(SELECT max(id) FROM bench_bill) + s.m"
    fill(
        cr, "account_move", model.payment, with_date,
        id=place, name="'PAID/' || s.m", partner_id="s.client_id",
        commercial_partner_id="s.client_id", date="s.paid_on", access_token="NULL",
    )  # fmt: skip
    for index, sign in ((0, 1), (1, -1)):
        balance = f"{sign} * abs(s.amount) * 1.5"
        fill(
            cr, "account_move_line", model.payment_lines[index], with_date,
            id=f"({place}) * 4 + {index}", move_id=place, partner_id="s.client_id",
            date="s.paid_on", balance=balance, debit=f"GREATEST({balance}, 0)",
            credit=f"GREATEST(-({balance}), 0)", amount_currency=balance, amount_residual="0",
            amount_residual_currency="0", full_reconcile_id="NULL", matching_number="NULL",
        )  # fmt: skip
    fill(
        cr, "account_partial_reconcile", model.partial, with_date,
        id=f"{BASE} + s.m", debit_move_id="s.id * 4 + 2", credit_move_id=f"({place}) * 4 + 1",
        max_date="s.paid_on", amount="abs(s.amount) * 1.5", full_reconcile_id="NULL",
        debit_amount_currency="abs(s.amount) * 1.5", credit_amount_currency="abs(s.amount) * 1.5",
    )  # fmt: skip


def make_analytic_lines(cr, model, number):
    """What Odoo books from the analytic distribution of a product line."""
    fill(
        cr, "account_analytic_line", model.analytic,
        f"""
        SELECT l.*, d.key::int AS analytic_id, d.value::numeric / 100 AS share, m.move_type
          FROM account_move_line l
          JOIN account_move m ON m.id = l.move_id
    CROSS JOIN jsonb_each(l.analytic_distribution) d
         WHERE l.id > {BASE} AND l.company_id = {model.company}
        """,
        id=f"(SELECT 2 * {BASE} + 4 * max(t) FROM (SELECT count(*) AS t "
        f"FROM bench_client, generate_series(1, 100)) c) + s.id",
        account_id="s.analytic_id", date="s.date", amount="round(-s.balance * s.share, 2)",
        move_line_id="s.id", general_account_id="s.account_id", partner_id="s.partner_id",
        unit_amount="1",
        category="CASE WHEN s.move_type LIKE 'out%' THEN 'invoice' ELSE 'vendor_bill' END",
    )  # fmt: skip
