"""Seconds of a night: every client read, scored, kept, reminded of, and moved where it must be.

``ours_s`` is the night as the scheduled action runs it, over all companies, with its commits;
``queries`` how many statements, ``peak_mib`` how much the process grew. ``floor_s`` is the sum
of bare statements that read the same facts for all clients at once, and write nothing: no program
can be faster that looks at them. ``naive_s`` is the same readings by search and sum, client by
client, for 200 of them, as if for all. The night should take at most twice the floor.

Of three rounds the best counts: other work on the machine only makes it slower.
"""

import resource
import statistics
import time
from datetime import datetime, timedelta

from odoo import fields

DATA = "score"
ROUNDS = 3
SAMPLE = 200


def run(env, clients):
    # in turns, so that what else the machine does meets both
    start = get_peak()
    rounds = [(measure_floor(env), measure_night(env)) for _round in range(ROUNDS)]
    peak = get_peak() - start
    floor = min(sum(floor.values()) for floor, _night in rounds)
    seconds, queries, scored = min(night for _floor, night in rounds)
    return {
        "floor_s": round(floor, 2),
        "ours_s": round(seconds, 2),
        "times_floor": round(seconds / floor, 2),
        "naive_s": round(measure_naive(env, scored), 1),
        "queries": queries,
        "clients_scored": scored,
        "peak_mib": peak,
    }


def get_peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure_night(env):
    """Return (seconds, statements, clients) of tonight's run, as if it had not been yet."""
    today = fields.Date.context_today(env.user)
    env.cr.execute("DELETE FROM client_health_snapshot WHERE date = %s", [today])
    env.cr.commit()
    env.invalidate_all()
    before, start = env.cr.sql_log_count, time.perf_counter()
    env["client.health.run"]._cron_take_snapshots()
    seconds = time.perf_counter() - start
    queries = env.cr.sql_log_count - before
    env.cr.execute("SELECT count(*) FROM client_health_snapshot WHERE date = %s", [today])
    return seconds, queries, env.cr.fetchone()[0]


def measure_floor(env):
    """Return {fact: seconds} of each bare statement."""
    env.cr.execute("SET LOCAL work_mem = '64MB'")
    now = datetime.now()
    dates = {
        "now": now,
        "today": now.date(),
        "quarter": now - timedelta(days=90),
        "half": now - timedelta(days=180),
        "year": now - timedelta(days=365),
    }
    seconds = {}
    for name, statement in FLOOR.items():
        start = time.perf_counter()
        env.cr.execute(f"SELECT count(*) FROM ({statement}) bare", dates)
        seconds[name] = time.perf_counter() - start
    env.cr.rollback()
    return seconds


# What a message is about: the client of its document.
DOCUMENT = """
    LEFT JOIN project_task t ON m.model = 'project.task' AND t.id = m.res_id
    LEFT JOIN project_project j
           ON j.id = CASE m.model WHEN 'project.project' THEN m.res_id ELSE t.project_id END
    LEFT JOIN res_partner d
           ON d.id = CASE m.model WHEN 'res.partner' THEN m.res_id
                     ELSE COALESCE(j.partner_id, t.partner_id) END"""
FLOOR = {
    "ledger": """
        SELECT relationship_id, date >= %(half)s AS recent, SUM(revenue), SUM(labour_cost),
               SUM(other_cost), SUM(hours), SUM(uncosted_hours), COUNT(DISTINCT date)
          FROM client_profitability WHERE date >= %(year)s GROUP BY 1, 2""",
    "paying habit": """
        SELECT m.commercial_partner_id,
               PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY p.max_date - m.invoice_date_due)
          FROM account_move m
          JOIN account_move_line l ON l.move_id = m.id
          JOIN account_partial_reconcile p ON p.debit_move_id = l.id
         WHERE m.move_type = 'out_invoice' AND m.state = 'posted' GROUP BY 1""",
    "overdue": """
        SELECT l.partner_id, MIN(l.date_maturity), SUM(l.amount_residual)
          FROM account_move_line l JOIN account_account a ON a.id = l.account_id
         WHERE a.account_type = 'asset_receivable' AND l.parent_state = 'posted'
           AND l.amount_residual <> 0 AND l.date_maturity < %(today)s GROUP BY 1""",
    "discounts": """
        SELECT m.commercial_partner_id, COUNT(DISTINCT date_trunc('month', m.date))
                   FILTER (WHERE l.discount > 0)
          FROM account_move m JOIN account_move_line l ON l.move_id = m.id
         WHERE m.move_type = 'out_invoice' AND m.state = 'posted' AND m.date > %(year)s
           AND l.display_type = 'product' GROUP BY 1""",
    "hours by who asked": """
        SELECT c.commercial_partner_id, SUM(l.hours) FILTER (WHERE k.requested_by = 'us'),
               SUM(l.hours)
          FROM (SELECT project_id, task_id, SUM(unit_amount) AS hours FROM account_analytic_line
                 WHERE date > %(quarter)s AND project_id IS NOT NULL GROUP BY 1, 2) l
          JOIN project_project j ON j.id = l.project_id
          JOIN res_partner c ON c.id = j.partner_id
     LEFT JOIN project_task k ON k.id = l.task_id GROUP BY 1""",
    "who wrote last": f"""
        SELECT COALESCE(a.commercial_partner_id, d.commercial_partner_id), m.model, m.res_id,
               MAX(m.create_date) FILTER (WHERE a.partner_share IS NOT FALSE) AS theirs,
               MAX(m.create_date) FILTER (WHERE NOT a.partner_share) AS ours
          FROM mail_message m LEFT JOIN res_partner a ON a.id = m.author_id {DOCUMENT}
         WHERE m.message_type IN ('email', 'comment') AND m.is_internal IS NOT TRUE
      GROUP BY 1, 2, 3""",
    "reply times": """
        SELECT model, res_id, moment - before
          FROM (SELECT m.model, m.res_id, m.create_date AS moment, a.partner_share,
                       LAG(m.create_date) OVER w AS before, LAG(a.partner_share) OVER w AS theirs
                  FROM mail_message m JOIN res_partner a ON a.id = m.author_id
                 WHERE m.message_type IN ('email', 'comment') AND m.is_internal IS NOT TRUE
                   AND m.create_date > %(half)s
                WINDOW w AS (PARTITION BY m.model, m.res_id ORDER BY m.create_date, m.id)) line
         WHERE NOT partner_share AND theirs""",
    "who began": """
        SELECT p.commercial_partner_id, COUNT(*) FROM mail_message m
          JOIN mail_message_res_partner_rel n ON n.mail_message_id = m.id
          JOIN res_partner p ON p.id = n.res_partner_id
         WHERE m.create_date > %(quarter)s AND m.message_type = 'comment' GROUP BY 1""",
    "meetings": """
        SELECT p.commercial_partner_id, MAX(e.stop) FROM calendar_event e
          JOIN calendar_event_res_partner_rel x ON x.calendar_event_id = e.id
          JOIN res_partner p ON p.id = x.res_partner_id
     LEFT JOIN calendar_attendee a ON a.event_id = e.id AND a.partner_id = p.id
         WHERE e.stop < %(now)s AND a.state IS DISTINCT FROM 'declined' GROUP BY 1""",
    "calls": f"""
        SELECT d.commercial_partner_id, MAX(m.create_date) FROM mail_message m {DOCUMENT}
         WHERE m.mail_activity_type_id IS NOT NULL GROUP BY 1""",
    "tasks": """
        SELECT c.commercial_partner_id, COUNT(*),
               COUNT(*) FILTER (WHERE t.date_deadline < %(now)s)
          FROM project_task t JOIN project_project j ON j.id = t.project_id
          JOIN res_partner c ON c.id = j.partner_id
         WHERE t.active AND t.date_deadline IS NOT NULL
           AND t.state NOT IN ('1_done', '1_canceled') GROUP BY 1""",
    "milestones": """
        SELECT c.commercial_partner_id, COUNT(*),
               COUNT(*) FILTER (WHERE m.reached_date <= m.deadline)
          FROM project_milestone m JOIN project_project j ON j.id = m.project_id
          JOIN res_partner c ON c.id = j.partner_id
         WHERE m.deadline < %(today)s GROUP BY 1""",
    "goals": """
        SELECT relationship_id, COUNT(*), COUNT(*) FILTER (WHERE date_schedule >= %(today)s)
          FROM client_goal WHERE state <> 'draft' AND date_agreed <= %(today)s GROUP BY 1""",
    "feedback": """
        SELECT relationship_id, kind, MAX(date), AVG(rating::int), MAX(wear), COUNT(*)
          FROM client_feedback WHERE date <= %(now)s GROUP BY 1, 2""",
    "issues": "SELECT relationship_id, COUNT(*) FROM client_issue WHERE state = 'open' GROUP BY 1",
    "agreements": """
        SELECT relationship_id, MIN(date_review), SUM(hours_month)
          FROM client_agreement WHERE accepted_on <= %(now)s AND active GROUP BY 1""",
    "pulses": """
        SELECT DISTINCT ON (relationship_id) relationship_id, value FROM client_pulse
         WHERE date <= %(today)s ORDER BY relationship_id, date DESC""",
    "talks not had": """
        SELECT res_id, MIN(date_deadline) FROM mail_activity
         WHERE res_model = 'client.relationship' AND active GROUP BY 1""",
    "the nights before": """
        SELECT DISTINCT ON (relationship_id) relationship_id, score, readings, money_readings
          FROM client_health_snapshot ORDER BY relationship_id, date DESC""",
}


def measure_naive(env, clients):
    """Return the seconds for all clients of what a loop over records takes, from a sample."""
    relationships = env["client.relationship"].search([("phase", "!=", "ended")])
    step = max(len(relationships) // SAMPLE, 1)
    seconds = []
    for relationship in relationships[::step][:SAMPLE]:
        env.invalidate_all()
        start = time.perf_counter()
        read_naively(env, relationship, fields.Date.today())
        seconds.append(time.perf_counter() - start)
    return statistics.mean(seconds) * clients


def read_naively(env, relationship, today):
    """Read most of what the score reads, as one would at first."""
    partners = env["res.partner"].search([("id", "child_of", relationship.partner_id.id)])
    projects = env["project.project"].search([("partner_id", "in", partners.ids)])
    tasks = env["project.task"].search([("project_id", "in", projects.ids)])
    year = today - timedelta(days=365)
    ledger = env["client.profitability"].search(
        [("relationship_id", "=", relationship.id), ("date", ">=", year)]
    )
    invoices = env["account.move"].search(
        [
            ("commercial_partner_id", "=", relationship.partner_id.id),
            ("move_type", "=", "out_invoice"),
        ]
    )
    hours = env["account.analytic.line"].search(
        [("project_id", "in", projects.ids), ("date", ">=", today - timedelta(days=90))]
    )
    messages = env["mail.message"].search(
        ["|", "&", ("model", "=", "project.task"), ("res_id", "in", tasks.ids),
         "&", ("model", "=", "project.project"), ("res_id", "in", projects.ids)],
        order="date",
    )  # fmt: skip
    theirs = messages.filtered(lambda message: message.author_id in partners)
    answers = [
        next((later for later in messages if later.res_id == message.res_id
              and later.date > message.date and later.author_id not in partners), None)
        for message in theirs[-20:]
    ]  # fmt: skip
    meetings = env["calendar.event"].search([("partner_ids", "in", partners.ids)])
    own = [("relationship_id", "=", relationship.id)]
    return (
        sum(ledger.mapped("revenue")) - sum(ledger.mapped("labour_cost")),
        [line.amount_residual for line in invoices.line_ids],
        sum(line.unit_amount for line in hours if line.task_id.requested_by == "us"),
        answers,
        max(meetings.mapped("stop"), default=None),
        [task for task in tasks if task.date_deadline and task.date_deadline.date() < today],
        env["project.milestone"].search([("project_id", "in", projects.ids)]).mapped("deadline"),
        env["client.goal"].search(own).mapped("progress"),
        env["client.feedback"].search(own).mapped("rating"),
        env["client.agreement"].search(own).mapped("date_review"),
        env["client.pulse"].search(own, limit=1).value,
    )
