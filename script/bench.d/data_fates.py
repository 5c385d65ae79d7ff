"""Clients of known fates: two years of what happened, as Odoo's own records; see ``fates.py``.

``data_fates_kinds.py`` says what kinds there are, ``data_fates_events.py`` what happens each day.
Here it becomes rows: one record of each kind is made by Odoo, ``data_rows.fill`` multiplies it.
``FATES_REPLICAS`` and ``FATES_KINDS`` (a number: every so many-th) make it smaller, for a look.
"""

import json
import os
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from data_fates_events import COST, LAST, get_size, make_events
from data_fates_kinds import KINDS
from data_prototypes import make_prototypes
from data_rows import check, fill, finish

BASE = 1_000_000
REPLICAS = int(os.environ.get("FATES_REPLICAS", 5))
STEP = int(os.environ.get("FATES_KINDS", 1))
THREADS = 6
PEOPLE = 3
TABLES = (
    "account_analytic_account",
    "account_analytic_line",
    "account_move",
    "account_move_line",
    "account_partial_reconcile",
    "calendar_attendee",
    "calendar_event",
    "calendar_event_res_partner_rel",
    "client_agreement",
    "client_feedback",
    "client_health_declaration",
    "client_issue",
    "client_relationship",
    "mail_message",
    "mail_message_res_partner_rel",
    "project_project",
    "project_task",
    "res_partner",
)


def get_base(cr):
    """Return the date of day 0 of this database."""
    cr.execute("SELECT day FROM fates_base")
    return cr.fetchone()[0]


def get_clients():
    """Return [(id, kind, seed)] of all clients, the same for the data and for the run."""
    return [
        (BASE + number, kind, seed)
        for number, (kind, seed) in enumerate(
            ((kind, seed) for kind in KINDS[::STEP] for seed in range(REPLICAS)), start=1
        )
    ]


def prepare(env, _clients):
    cr, base = env.cr, date.today() - timedelta(days=LAST)
    cr.execute("CREATE TABLE fates_base AS SELECT %s::date AS day", [base])
    # what the story of the database holds is none of this
    # (by SQL: those in a reboot may not be archived)
    cr.execute("UPDATE client_relationship SET active = false")
    env.invalidate_all()
    model = make_prototypes(env, env.ref("base.main_company"))
    env["client.relationship"].browse(model.relationship).active = False
    make_more_prototypes(env, model)
    env.flush_all()
    cr.execute("SET LOCAL session_replication_role = replica")
    clients = get_clients()
    load_clients(cr, clients, base)
    for name in ("mails", "meetings", "hours", "tasks", "invoices", "feedback", "issues"):
        load_events(cr, name, clients, base)
    make_partners(cr, model)
    make_projects(cr, model)
    make_tasks(cr, model)
    make_messages(env, model)
    make_meetings(cr, model)
    make_timesheets(cr, model)
    make_invoices(cr, model)
    make_words(cr, model)
    make_terms(cr, model)
    check(cr, TABLES)
    finish(env, TABLES)
    env.invalidate_all()
    for company in env["res.company"].search([]):
        env["client.profitability"]._rebuild(company)
    env.company.client_health_move = "propose"
    env.cr.commit()


def make_more_prototypes(env, model):
    client = env["client.relationship"].browse(model.relationship)
    client.active = True
    model.message = (
        env["mail.message"]
        .create({"model": "res.partner", "res_id": model.partner, "body": "<p>Prototype</p>"})
        .id
    )
    event = env["calendar.event"].create(
        {"name": "Meeting", "start": "2026-01-01 10:00:00", "stop": "2026-01-01 11:00:00"}
    )
    model.event, model.attendee = event.id, event.attendee_ids[:1].id
    words = {"relationship_id": client.id, "kind": "praise", "text": "Prototype"}
    model.feedback = env["client.feedback"].create(words).id
    model.issue = env["client.issue"].create({"relationship_id": client.id, "name": "Issue"}).id
    model.agreement = env["client.agreement"].create({"relationship_id": client.id}).id
    model.declaration = (
        env["client.health.declaration"]
        .create(
            {
                "relationship_id": client.id,
                "kind": "internal",
                "reason": "Prototype",
                "date_end": date.today(),
            }
        )
        .id
    )
    user = env.ref("base.user_admin")
    model.user, model.colleague = user.id, user.partner_id.id
    client.active = False


def load(cr, name, rows, columns):
    """Make a table of rows, each a dict; ``columns``: {name: SQL type}."""
    cr.execute(
        f"CREATE TABLE fates_{name} AS SELECT ROW_NUMBER() OVER () AS n, r.* "
        f"FROM jsonb_to_recordset(%s::jsonb) r "
        f"({', '.join(f'{key} {kind}' for key, kind in columns.items())}); "
        f"ANALYZE fates_{name}",
        [json.dumps(rows, default=str)],
    )


def load_clients(cr, clients, base):
    rows, people = [], []
    for client_id, kind, seed in clients:
        rows.append(
            {
                "id": client_id,
                "name": f"{kind.name} {seed}",
                "starts": base + timedelta(days=kind.starts),
                "agreed": kind.agreed and kind.agreed * get_size(kind, seed),
                "declared": kind.declared,
            }
        )
        for number, (_share, leaves) in enumerate(kind.people):
            people.append(
                {
                    "id": BASE + PEOPLE * (client_id - BASE) + number + 100_000,
                    "client_id": client_id,
                    "name": f"Person {number} of {kind.name}",
                    "gone": None if leaves is None else base + timedelta(days=leaves),
                }
            )
    load(cr, "client", rows, {"id": "int", "name": "text", "starts": "date", "agreed": "float",
                              "declared": "text"})  # fmt: skip
    load(cr, "person", people, {"id": "int", "client_id": "int", "name": "text", "gone": "date"})


COLUMNS = {
    "mails": {"moment": "timestamp", "thread": "int", "person": "int", "asks": "bool"},
    "meetings": {"day": "date", "person": "int"},
    "hours": {"day": "date", "hours": "float"},
    "tasks": {"day": "date", "due": "date", "done": "date", "hours": "float"},
    "invoices": {"day": "date", "due": "date", "paid": "date", "amount": "float",
                 "discount": "float"},
    "feedback": {"day": "date", "kind": "text", "rating": "text", "answered": "timestamp",
                 "resolved": "timestamp"},
    "issues": {"day": "date"},
}  # fmt: skip
DAYS = ("day", "due", "done", "paid")


def load_events(cr, name, clients, base):
    rows = []
    for client_id, kind, seed in clients:
        for event in make_events(kind, seed, base)[name]:
            row = {**event, "client_id": client_id}
            for key in DAYS:
                if row.get(key) is not None:
                    row[key] = base + timedelta(days=row[key])
            if name == "mails":
                row["moment"] = get_moment(base, event["day"], event["hour"])
            for key in ("answered", "resolved"):
                if row.get(key) is not None:
                    moment = get_moment(base, 0, 24 * row[key])
                    row[key] = moment if moment < datetime.now() else None
            rows.append(row)
    if name == "mails":
        rows.sort(key=lambda row: row["moment"])
    load(cr, name, rows, {"client_id": "int", **COLUMNS[name]})


def get_moment(base, day, hour):
    return datetime.combine(base, time.min) + timedelta(days=day, hours=hour)


def make_partners(cr, model):
    address = "'client' || s.id || '@fates.example'"
    fill(
        cr, "res_partner", model.partner, "SELECT * FROM fates_client",
        id="s.id", name="s.name", complete_name="s.name", commercial_partner_id="s.id",
        commercial_company_name="s.name", email=address, email_normalized=address,
        create_date="s.starts",
    )  # fmt: skip
    address = "'person' || s.id || '@fates.example'"
    fill(
        cr, "res_partner", model.contact, "SELECT * FROM fates_person",
        id="s.id", name="s.name", complete_name="s.name", parent_id="s.client_id",
        commercial_partner_id="s.client_id", email=address, email_normalized=address,
        active="s.gone IS NULL", write_date="COALESCE(s.gone, '2020-01-01')",
    )  # fmt: skip
    fill(
        cr, "client_relationship", model.relationship, "SELECT * FROM fates_client",
        id="s.id", partner_id="s.id", active="true", date_start="s.starts",
        date_last_stage_update="s.starts", cadence="'monthly'", create_date="s.starts",
        health_proposed_stage_id="NULL", health_decided_on="NULL",
        user_id=str(model.user),
    )  # fmt: skip


def make_projects(cr, model):
    label = "jsonb_build_object('en_US', s.name)"
    fill(
        cr, "account_analytic_account", model.account, "SELECT * FROM fates_client",
        id="s.id", name=label, partner_id="s.id",
    )  # fmt: skip
    fill(
        cr, "project_project", model.project, "SELECT * FROM fates_client",
        id="s.id", name=label, account_id="s.id", partner_id="s.id", sale_line_id="NULL",
        create_date="s.starts",
    )  # fmt: skip


def make_tasks(cr, model):
    """Six discussions that stay open, and the work that is planned and done."""
    common = {"partner_id": "s.client_id", "project_id": "s.client_id", "sale_line_id": "NULL",
              "date_assign": "NULL", "create_date": "s.day"}  # fmt: skip
    fill(
        cr, "project_task", model.task,
        f"SELECT c.id AS client_id, c.starts AS day, k FROM fates_client c, "
        f"generate_series(0, {THREADS - 1}) k",
        **common, id=f"{BASE} + {THREADS} * (s.client_id - {BASE}) + s.k",
        name="'Discussion ' || s.k", date_deadline="NULL", allocated_hours="0",
        effective_hours="0", state="'01_in_progress'", date_last_stage_update="s.day",
    )  # fmt: skip
    fill(
        cr, "project_task", model.task, "SELECT * FROM fates_tasks",
        **common, id=f"{BASE} + 100000 + s.n", name="'Task ' || s.n",
        date_deadline="s.due + interval '18 hours'", allocated_hours="s.hours",
        effective_hours="0", remaining_hours="s.hours",
        state="CASE WHEN s.done IS NULL THEN '01_in_progress' ELSE '1_done' END",
        date_last_stage_update="COALESCE(s.done, s.day) + interval '12 hours'",
    )  # fmt: skip


def make_messages(env, model):
    comment = env.ref("mail.mt_comment").id
    who = f"{BASE} + {PEOPLE} * (s.client_id - {BASE}) + 100000 + s.person"
    fill(
        env.cr, "mail_message", model.message, "SELECT * FROM fates_mails ORDER BY n",
        id=f"{BASE} + s.n", message_id="'<' || s.n || '@fates>'", model="'project.task'",
        res_id=f"{BASE} + {THREADS} * (s.client_id - {BASE}) + s.thread", date="s.moment",
        create_date="s.moment", write_date="s.moment", parent_id="NULL",
        author_id=f"CASE WHEN s.person IS NULL THEN {model.colleague} ELSE {who} END",
        email_from="'somebody@fates.example'",
        body="CASE WHEN s.asks THEN '<p>Could you look at this, please?</p>' "
        "ELSE '<p>Thanks a lot!</p>' END",
        message_type="CASE WHEN s.person IS NULL THEN 'comment' ELSE 'email' END",
        subtype_id=str(comment), is_internal="false", mail_activity_type_id="NULL",
    )  # fmt: skip
    env.cr.execute(
        f"INSERT INTO mail_message_res_partner_rel (mail_message_id, res_partner_id) "
        f"SELECT {BASE} + s.n, {BASE} + {PEOPLE} * (s.client_id - {BASE}) + 100000 "
        f"FROM fates_mails s WHERE s.person IS NULL"
    )


def make_meetings(cr, model):
    source = f"SELECT *, {BASE} + n AS id FROM fates_meetings"
    who = f"{BASE} + {PEOPLE} * (s.client_id - {BASE}) + 100000 + s.person"
    fill(
        cr, "calendar_event", model.event, source,
        id="s.id", name="'Meeting'", start="s.day + interval '10 hours'",
        stop="s.day + interval '11 hours'", create_date="s.day - interval '9 days'",
        user_id=str(model.user), access_token="NULL",
    )  # fmt: skip
    for place, partner in enumerate((who, str(model.colleague))):
        cr.execute(
            f"INSERT INTO calendar_event_res_partner_rel (calendar_event_id, res_partner_id) "
            f"SELECT s.id, {partner} FROM ({source}) s"
        )
        fill(
            cr, "calendar_attendee", model.attendee, source,
            id=f"{BASE} + 2 * s.n + {place}", event_id="s.id", partner_id=partner,
            state="'accepted'", access_token="NULL", email="NULL",
        )  # fmt: skip


def make_timesheets(cr, model):
    fill(
        cr, "account_analytic_line", model.timesheet, "SELECT * FROM fates_hours",
        id=f"{BASE} + s.n", project_id="s.client_id", account_id="s.client_id",
        task_id=f"{BASE} + {THREADS} * (s.client_id - {BASE})", partner_id="s.client_id",
        date="s.day", unit_amount="s.hours", amount=f"-s.hours * {COST}",
        so_line="NULL", order_id="NULL", timesheet_invoice_type="'non_billable'",
        create_date="s.day",
    )  # fmt: skip


def make_invoices(cr, model):
    """A document, its income and what is owed; its payment, and that both belong together."""
    cr.execute("SELECT max(n) FROM fates_invoices")
    place = f"({cr.fetchone()[0]} + {BASE} + s.n)"
    source = f"SELECT *, {BASE} + n AS id FROM fates_invoices"
    common = {"create_date": "s.day", "partner_id": "s.client_id"}
    fill(
        cr, "account_move", model.invoice, source, **common,
        id="s.id", name="'FATES/' || s.n", commercial_partner_id="s.client_id",
        partner_shipping_id="s.client_id", date="s.day", invoice_date="s.day",
        invoice_date_due="s.due", access_token="NULL",
        payment_state="CASE WHEN s.paid IS NULL THEN 'not_paid' ELSE 'paid' END",
        amount_total="s.amount", amount_total_signed="s.amount",
        amount_residual="CASE WHEN s.paid IS NULL THEN s.amount ELSE 0 END",
    )  # fmt: skip
    for number, (sign, owed) in enumerate(((-1, False), (1, True))):
        balance = f"{sign} * s.amount"
        fill(
            cr, "account_move_line", model.invoice_lines[number], source, **common,
            id=f"s.id * 4 + {number}", move_id="s.id", move_name="'FATES/' || s.n", date="s.day",
            invoice_date="s.day", date_maturity="s.due" if owed else "NULL",
            balance=balance, debit=f"GREATEST({balance}, 0)", credit=f"GREATEST(-({balance}), 0)",
            amount_currency=balance, price_unit="s.amount", price_subtotal="s.amount",
            price_total="s.amount", discount="0" if owed else "s.discount",
            amount_residual="CASE WHEN s.paid IS NULL THEN s.amount ELSE 0 END" if owed else "0",
            amount_residual_currency="0", reconciled="s.paid IS NOT NULL" if owed else "false",
            analytic_distribution="NULL" if owed
            else "jsonb_build_object(s.client_id::text, 100)",
            full_reconcile_id="NULL", matching_number="NULL", parent_state="'posted'",
        )  # fmt: skip
    paid = f"{source} WHERE paid IS NOT NULL"
    fill(
        cr, "account_move", model.payment, paid,
        id=place, name="'PAID/' || s.n", partner_id="s.client_id", create_date="s.paid",
        commercial_partner_id="s.client_id", date="s.paid", access_token="NULL",
    )  # fmt: skip
    for index, sign in ((0, 1), (1, -1)):
        balance = f"{sign} * s.amount"
        fill(
            cr, "account_move_line", model.payment_lines[index], paid,
            id=f"{place} * 4 + {index}", move_id=place, partner_id="s.client_id",
            date="s.paid", balance=balance, debit=f"GREATEST({balance}, 0)",
            credit=f"GREATEST(-({balance}), 0)", amount_currency=balance, amount_residual="0",
            amount_residual_currency="0", full_reconcile_id="NULL", matching_number="NULL",
            create_date="s.paid",
        )  # fmt: skip
    fill(
        cr, "account_partial_reconcile", model.partial, paid,
        id="s.id", debit_move_id="s.id * 4 + 1", credit_move_id=f"{place} * 4 + 1",
        max_date="s.paid", amount="s.amount", full_reconcile_id="NULL", create_date="s.paid",
        debit_amount_currency="s.amount", credit_amount_currency="s.amount",
    )  # fmt: skip


def make_words(cr, model):
    own = {"relationship_id": "s.client_id", "partner_id": "s.client_id",
           "create_date": "s.day + interval '12 hours'"}  # fmt: skip
    fill(
        cr, "client_feedback", model.feedback, "SELECT * FROM fates_feedback", **own,
        id=f"{BASE} + s.n", date="s.day + interval '12 hours'",
        kind="CASE s.kind WHEN 'complaints' THEN 'complaint' WHEN 'pressure' "
        "THEN 'price_pressure' ELSE 'praise' END",
        rating="s.rating", answered_date="s.answered", resolved_date="s.resolved",
        state="CASE WHEN s.kind <> 'complaints' THEN 'noted' WHEN s.resolved IS NOT NULL "
        "THEN 'resolved' WHEN s.answered IS NOT NULL THEN 'answered' ELSE 'open' END",
    )  # fmt: skip
    fill(
        cr, "client_issue", model.issue, "SELECT * FROM fates_issues", **own,
        id=f"{BASE} + s.n", date="s.day", state="'open'", severity="'3'", access_token="NULL",
        closed_date="NULL",
    )  # fmt: skip


def make_terms(cr, model):
    own = {"relationship_id": "s.id", "partner_id": "s.id"}
    fill(
        cr, "client_agreement", model.agreement,
        "SELECT *, GREATEST(starts, current_date - 700) AS day FROM fates_client "
        "WHERE agreed IS NOT NULL", **own,
        id="s.id", create_date="s.day", proposed_on="s.day", proposal_end="s.day + 30",
        accepted_on="s.day", state="'accepted'", date_review="current_date + 90",
        hours_month="s.agreed", access_token="NULL", previous_id="NULL", replaced_on="NULL",
        lead_id="NULL",
    )  # fmt: skip
    fill(
        cr, "client_health_declaration", model.declaration,
        "SELECT * FROM fates_client WHERE declared IS NOT NULL", **own,
        id="s.id", kind="s.declared", date_start="s.starts", date_end="current_date + 1",
    )  # fmt: skip
    cr.execute(
        """
        INSERT INTO client_health_declaration_rule_rel (declaration_id, rule_id)
        SELECT c.id, r.id FROM fates_client c, client_health_warning_rule r
         WHERE c.declared = 'internal'
            OR c.declared = 'loss'
           AND r.code IN ('loss', 'loss_year', 'margin_falling', 'over_agreed')
        """
    )
