"""The ledger of every client's money: a night's rebuild against what else one could do.

- floor_s: bare SQL, one statement per source, that gathers and groups the same facts by client
  (timesheets, product lines, analytic lines, open and paid items, orders); no rule of ours about
  shared accounts, credit, companies or units, nothing put together, compared or written
- own_select_s: the SELECTs of engine/ledger.py and engine/figures.py, nothing written
- first_s: the first full build, from an empty ledger
- ours_s: the nightly job, end to end, after 1 % of timesheets and documents changed
- quiet_s: the same when nothing changed
- one_client_s: the rebuild of one client on demand, the busiest; usual_client_s: of one in the
  middle
- panel_s: Odoo's own panel of a project, 200 of them, times all projects
- naive_s: search and sum by client with the ORM, 200 of them, times all clients

Median of three rounds, but for first_s, one_client_s, panel_s and naive_s. queries: of the
nightly job, all companies. peak_mib: growth of the process over its start by what is ours.
"""

import resource
import statistics
import time

from odoo import fields

from odoo.addons.client_health.engine import period
from odoo.addons.client_health.engine.profitability import figures, ledger

DATA = "ledger"
SAMPLE = 200
ROUNDS = 3

# Each grouped before it meets the clients, which is the fastest way (half the time of the reverse)
FLOOR = (
    """SELECT c.commercial_partner_id, t.*
         FROM (SELECT project_id, company_id, date_trunc('month', date::timestamp)::date,
                      sum(amount), sum(unit_amount),
                      sum(unit_amount) FILTER (WHERE timesheet_invoice_type LIKE 'billable%'),
                      sum(unit_amount) FILTER (WHERE amount = 0)
                 FROM account_analytic_line WHERE project_id IS NOT NULL GROUP BY 1, 2, 3) t
         JOIN project_project j ON j.id = t.project_id
    LEFT JOIN res_partner c ON c.id = j.partner_id""",
    """SELECT c.commercial_partner_id, t.*
         FROM (SELECT m.partner_id, m.company_id, date_trunc('month', l.date::timestamp)::date,
                      sum(l.balance)
                 FROM account_move_line l JOIN account_move m ON m.id = l.move_id
                WHERE m.state = 'posted' AND l.display_type = 'product'
                  AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
             GROUP BY 1, 2, 3) t
         JOIN res_partner c ON c.id = t.partner_id""",
    """SELECT c.commercial_partner_id, j.id, t.*
         FROM (SELECT x.account_id, m.partner_id, m.move_type, x.company_id,
                      date_trunc('month', x.date::timestamp)::date, sum(x.amount)
                 FROM account_analytic_line x
            LEFT JOIN account_move_line l ON l.id = x.move_line_id
            LEFT JOIN account_move m ON m.id = l.move_id
                WHERE x.project_id IS NULL GROUP BY 1, 2, 3, 4, 5) t
    LEFT JOIN project_project j ON j.account_id = t.account_id
    LEFT JOIN res_partner c ON c.id = j.partner_id""",
    """SELECT l.partner_id, l.company_id, sum(l.amount_residual), min(l.date_maturity)
         FROM account_move_line l JOIN account_account a ON a.id = l.account_id
        WHERE l.amount_residual <> 0 AND l.parent_state = 'posted'
          AND a.account_type = 'asset_receivable' GROUP BY 1, 2""",
    """SELECT l.partner_id, l.company_id, max(p.max_date - l.date_maturity), count(*)
         FROM account_partial_reconcile p JOIN account_move_line l ON l.id = p.debit_move_id
     GROUP BY 1, 2""",
    """SELECT o.partner_id, o.company_id, sum(l.untaxed_amount_to_invoice)
         FROM sale_order o JOIN sale_order_line l ON l.order_id = o.id
        WHERE o.state = 'sale' GROUP BY 1, 2""",
)


def run(env, clients):
    start = memory()
    env.cr.execute("TRUNCATE client_profitability")
    env.cr.commit()
    spent = {"floor_s": [], "own_select_s": [], "first_s": [], "quiet_s": [], "ours_s": []}
    spent["first_s"].append(night(env))
    analyze(env)
    queries = set()
    # In turns, so that what else the machine does weighs on all of them alike
    for part in range(ROUNDS):
        spent["floor_s"].append(seconds(lambda: read(env, [(sql, None) for sql in FLOOR])))
        spent["own_select_s"].append(seconds(lambda: read(env, own_selects(env))))
        spent["quiet_s"].append(night(env))
        change(env, part)
        before = env.cr.sql_log_count
        spent["ours_s"].append(night(env))
        queries.add(env.cr.sql_log_count - before)
    spent = {name: statistics.median(values) for name, values in spent.items()}
    one, usual = (rebuild_one(env, part) for part in (0, 0.5))
    peak = memory() - start
    panel, naive = panel_of_projects(env), loop_over_clients(env)
    env.cr.execute("SELECT count(*) FROM client_profitability")
    [rows] = env.cr.fetchone()
    floor, ours = spent["floor_s"], spent["ours_s"]
    return {
        **{name: round(value, 2) for name, value in spent.items()},
        "one_client_s": round(one, 2),
        "usual_client_s": round(usual, 2),
        "panel_s": round(panel, 1),
        "naive_s": round(naive, 1),
        "ours_by_floor": round(ours / floor, 2),
        "first_by_floor": round(spent["first_s"] / floor, 2),
        "panel_by_ours": round(panel / ours),
        "naive_by_ours": round(naive / ours),
        "rows": rows,
        "queries": max(queries),
        "peak_mib": round(peak),
    }


def seconds(job):
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def read(env, statements):
    """Run SELECTs to their last row without sending the rows here."""
    env.cr.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")
    for statement, params in statements:
        env.cr.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {statement}", params)
    env.cr.rollback()


def own_selects(env):
    Ledger = env["client.profitability"]
    today = fields.Date.context_today(Ledger)
    months = period.last_full_months(today)
    for company in env["res.company"].search([]):
        for select in (
            ledger.select_ledger(Ledger._get_sources(company)),
            figures.select_figures(env, company.id, *months, today),
        ):
            yield select.code, list(select.params)


def night(env):
    """Return the seconds of the nightly job, with every company due, as after a day."""
    env["res.company"].search([]).client_profitability_date = False
    env.cr.commit()
    spent = seconds(env["client.profitability"]._cron_rebuild_profitability)
    failed = env["res.company"].search([("client_profitability_error", "!=", False)])
    if failed:
        raise ValueError(failed.mapped("client_profitability_error"))
    return spent


def change(env, part):
    """Enter other amounts in 1 % of the timesheets, and take back 1 % of the documents."""
    env.cr.execute(
        "UPDATE account_analytic_line SET amount = amount - 1 "
        "WHERE project_id IS NOT NULL AND id %% 200 / 2 = %s",
        [part],
    )
    env.cr.execute(
        "WITH m AS (UPDATE account_move SET state = 'draft' WHERE id > 1000000 AND id %% 100 = %s "
        "RETURNING id) UPDATE account_move_line l SET parent_state = 'draft' "
        "FROM m WHERE l.move_id = m.id",
        [part],
    )
    env.cr.commit()


def analyze(env):
    """What autovacuum does of itself a minute after so many new rows."""
    env.cr.execute("ANALYZE client_profitability; ANALYZE client_relationship")
    env.cr.commit()


def rebuild_one(env, part):
    """Return the seconds; ``part``: 0 is the client with the most rows, 0.5 one in the middle."""
    groups = env["client.profitability"]._read_group(
        [("partner_id", "!=", False)], ["partner_id", "company_id"], order="__count desc"
    )
    partner, company = groups[int(part * len(groups))]
    spent = seconds(lambda: env["client.profitability"]._rebuild(company, partner))
    env.cr.commit()
    return spent


def panel_of_projects(env):
    env.cr.execute("SELECT count(*) FROM project_project WHERE id > 1000000")
    [count] = env.cr.fetchone()
    step = max(1, count // SAMPLE)
    projects = env["project.project"].browse(range(1_000_001, 1_000_001 + count, step)[:SAMPLE])
    spent = 0
    for project in projects:
        spent += seconds(lambda project=project: project._get_profitability_items(False))
        env.invalidate_all()
    return spent * count / len(projects)


def loop_over_clients(env):
    env.cr.execute("SELECT count(*) FROM client_relationship WHERE id > 1000000")
    [count] = env.cr.fetchone()
    step = max(1, count // SAMPLE)
    partners = env["res.partner"].browse(range(1_000_001, 1_000_001 + count, step)[:SAMPLE])
    spent = 0
    for partner in partners:
        spent += seconds(lambda partner=partner: naive_figures(env, partner))
        env.invalidate_all()
    return spent * count / len(partners)


def naive_figures(env, partner):
    """What one writes first: read the records of a client and add them up."""
    timesheets = env["account.analytic.line"].search(
        [("project_id.partner_id", "child_of", partner.id)]
    )
    invoices = env["account.move.line"].search(
        [
            ("move_id.partner_id", "child_of", partner.id),
            ("move_id.move_type", "in", ("out_invoice", "out_refund", "out_receipt")),
            ("parent_state", "=", "posted"),
            ("display_type", "=", "product"),
        ]
    )
    accounts = env["project.project"].search([("partner_id", "child_of", partner.id)]).account_id
    costs = env["account.analytic.line"].search(
        [("account_id", "in", accounts.ids), ("category", "=", "vendor_bill")]
    )
    owed = env["account.move"].search(
        [("partner_id", "child_of", partner.id), ("payment_state", "=", "not_paid")]
    )
    return (
        sum(timesheets.mapped("unit_amount")),
        -sum(timesheets.mapped("amount")),
        -sum(invoices.mapped("balance")),
        -sum(costs.mapped("amount")),
        sum(owed.mapped("amount_residual_signed")),
    )
