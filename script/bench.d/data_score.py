"""Data for the score: that of the ledger, and what clients and we say to each other and promise.

Per 10,000 clients besides: 500,000 messages, 50,000 meetings, 100,000 tasks, 30,000 goals, 15,000
milestones, 60,000 feedbacks, 20,000 pulses, 7,000 agreements, 5,000 tough conversations, 1,000
issues. Of the messages, 4 of 10 come from clients, 4 of 10 are answers and mails of 20 colleagues,
the rest are notes, robots, calls, automatic replies, and mails whose sender nobody knows. Busy
clients have far more than quiet ones. Two nights are over, so that the one that is measured is a
night like any other.
"""

import sys
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import data_ledger
from data_ledger import BASE, DAYS
from data_rows import check, fill, finish

from odoo import Command

COLLEAGUES = 20
NIGHTS = (2, 1)
TABLES = (
    "calendar_attendee",
    "calendar_event",
    "calendar_event_res_partner_rel",
    "client_agreement",
    "client_feedback",
    "client_goal",
    "client_issue",
    "client_pulse",
    "mail_activity",
    "mail_message",
    "mail_message_res_partner_rel",
    "project_milestone",
    "project_task",
)


def prepare(env, clients):
    data_ledger.prepare(env, clients)
    cr = env.cr
    cr.execute("SET LOCAL session_replication_role = replica")
    cr.execute("SET LOCAL work_mem = '64MB'")
    cr.execute("SELECT setseed(0.25)")
    people = make_people(env)
    make_pairs(cr, clients, people)
    make_tasks(env, clients)
    make_messages(env, clients)
    make_meetings(env, clients)
    make_promises(env, clients)
    make_judgements(env, clients)
    check(cr, TABLES)
    finish(env, TABLES)
    env.invalidate_all()
    rebuild(env)
    take_nights(env)


def make_people(env):
    """Return the user and partner ids of colleagues who look after the clients."""
    users = (
        env["res.users"]
        .with_context(no_reset_password=True, tracking_disable=True)
        .create(
            [
                {
                    "name": f"Colleague {number}",
                    "login": f"bench_{number}",
                    "company_ids": [Command.set(env.user.company_ids.ids)],
                }
                for number in range(COLLEAGUES)
            ]
        )
    )
    env.flush_all()
    return [(user.id, user.partner_id.id) for user in users]


def make_pairs(cr, clients, people):
    """Say once who speaks for each client, and which colleague looks after it."""
    cr.execute(
        """
        CREATE TABLE bench_people AS
        SELECT (ROW_NUMBER() OVER () - 1)::int AS place, user_id, partner_id
          FROM unnest(%(users)s, %(partners)s) p (user_id, partner_id);
        CREATE TABLE bench_pair AS
        SELECT c.i, c.id AS client_id, r.company_id, c.company,
               COALESCE(k.id, c.id) AS contact_id, p.user_id, p.partner_id AS colleague_id
          FROM bench_client c
          JOIN client_relationship r ON r.id = c.id
     LEFT JOIN res_partner k ON k.parent_id = c.id AND k.id > %(base)s
          JOIN bench_people p ON p.place = c.i %% %(count)s;
        ALTER TABLE bench_pair ADD PRIMARY KEY (i);
        CREATE UNIQUE INDEX ON bench_pair (client_id);
        UPDATE client_relationship r
           SET user_id = p.user_id,
               cadence = (ARRAY['weekly', 'fortnightly', 'monthly', 'quarterly'])[1 + p.i %% 4],
               date_start = CURRENT_DATE - 700,
               date_last_stage_update = CURRENT_DATE - 400
          FROM bench_pair p WHERE p.client_id = r.id;
        ANALYZE bench_pair;
        """,
        {
            "users": [user_id for user_id, _partner_id in people],
            "partners": [partner_id for _user_id, partner_id in people],
            "base": BASE,
            "count": len(people),
        },
    )


def make_tasks(env, clients):
    """Ten per client, three of four done; of the open ones, many are due soon, some are late."""
    fill(
        env.cr, "project_task", get_prototype(env, "project_task"),
        f"""
        SELECT {BASE} + 7 * {clients} + t AS id, j.*, t, t % 4 > 0 AS done,
               CURRENT_DATE - (random() * {DAYS})::int AS made
          FROM (SELECT t, 1 + floor(power(random(), 1.5) * ({clients} * 3 / 2))::int AS j
                  FROM generate_series(1, {clients} * 10) t) k
          JOIN (SELECT p.j, p.id AS project_id, p.partner_id, p.company, r.company_id
                  FROM bench_project p JOIN bench_pair r ON r.client_id = p.client_id) j USING (j)
        """,
        id="s.id", name="'Task ' || s.t", project_id="s.project_id", partner_id="s.partner_id",
        company_id="s.company_id", sale_line_id="NULL", create_date="s.made", date_assign="NULL",
        state="CASE WHEN s.done THEN '1_done' ELSE '01_in_progress' END",
        date_last_stage_update="CASE WHEN s.done THEN LEAST(s.made + 20, CURRENT_DATE - 1) "
        "ELSE s.made END",
        date_deadline="CASE WHEN s.t % 5 < 3 THEN CASE WHEN s.done THEN s.made + 20 "
        "ELSE CURRENT_DATE - 30 + (s.t % 120) END END",
        requested_by="(ARRAY['client', 'client', 'us', 'unclear'])[1 + s.t % 4]",
    )  # fmt: skip


def make_messages(env, clients):
    """In the order of their dates, as they come in; 24 months of them."""
    cr, last = env.cr, clients * 3 // 2
    cr.execute(
        f"""
        CREATE TABLE bench_message AS
        SELECT n, {BASE} + n AS id, k.r, j.client_id, p.contact_id, p.colleague_id,
               CURRENT_DATE - {DAYS} + (n::float8 / ({clients} * 50) * {DAYS - 1}
                                        + random() * 0.9) * interval '1 day' AS moment,
               CASE WHEN k.d < 0.7 THEN 'project.task'
                    WHEN k.d < 0.85 THEN 'project.project' ELSE 'res.partner' END AS model,
               CASE WHEN k.d < 0.7 THEN {BASE} + k.j + (n % 4) * {last}
                    WHEN k.d < 0.85 THEN j.id ELSE j.client_id END AS res_id
          FROM (SELECT n, random() AS r, random() AS d,
                       1 + floor(power(random(), 1.5) * {last})::int AS j
                  FROM generate_series(1, {clients} * 50) n) k
          JOIN bench_project j USING (j)
          JOIN bench_pair p ON p.client_id = j.client_id
        """
    )
    message = env["mail.message"].create(
        {"model": "res.partner", "res_id": env.user.partner_id.id, "body": "<p>Prototype</p>"}
    )
    env.flush_all()
    comment, note = (env.ref(f"mail.mt_{name}").id for name in ("comment", "note"))
    call, robot = env.ref("mail.mail_activity_data_call").id, env.ref("base.partner_root").id
    from_client, to_client = "s.r < 0.42", "s.r >= 0.42 AND s.r < 0.84"
    fill(
        cr, "mail_message", message.id, "SELECT * FROM bench_message ORDER BY n",
        id="s.id", message_id="'<' || s.id || '@bench>'", model="s.model", res_id="s.res_id",
        date="s.moment", create_date="s.moment", write_date="s.moment", parent_id="NULL",
        author_id=f"CASE WHEN {from_client} OR s.r >= 0.99 THEN s.contact_id "
        f"WHEN s.r >= 0.93 AND s.r < 0.96 THEN {robot} WHEN s.r >= 0.98 THEN NULL "
        "ELSE s.colleague_id END",
        email_from="CASE WHEN s.r >= 0.98 THEN 'somebody' || s.n || '@nowhere.example' "
        "ELSE 'contact@client.example' END",
        message_type=f"CASE WHEN {from_client} THEN 'email' WHEN {to_client} THEN 'comment' "
        "WHEN s.r < 0.92 THEN 'comment' WHEN s.r < 0.98 THEN 'notification' "
        "WHEN s.r < 0.99 THEN 'email' ELSE 'auto_comment' END",
        subtype_id=f"CASE WHEN s.r >= 0.84 AND s.r < 0.98 THEN {note} ELSE {comment} END",
        is_internal="s.r >= 0.84 AND s.r < 0.98",
        mail_activity_type_id=f"CASE WHEN s.r >= 0.92 AND s.r < 0.93 THEN {call} END",
    )  # fmt: skip
    cr.execute(
        f"""
        INSERT INTO mail_message_res_partner_rel (mail_message_id, res_partner_id)
        SELECT s.id, s.contact_id FROM bench_message s WHERE {to_client}
        """
    )


def make_meetings(env, clients):
    """Five per client, from two years ago to next month; some were declined by the client."""
    event = env["calendar.event"].create(
        {"name": "Prototype", "start": "2026-01-01 10:00:00", "stop": "2026-01-01 11:00:00"}
    )
    attendee = event.attendee_ids[:1]
    env.flush_all()
    source = f"""
        SELECT {BASE} + e AS id, e, p.contact_id, p.colleague_id, p.user_id,
               CURRENT_DATE - {DAYS} + (e::bigint * {DAYS + 30} / ({clients} * 5))::int
               + interval '10 hours' AS start
          FROM generate_series(1, {clients} * 5) e
          JOIN bench_pair p ON p.i = 1 + (e::bigint * 7919) % {clients}"""
    fill(
        env.cr, "calendar_event", event.id, source,
        id="s.id", name="'Meeting'", start="s.start", stop="s.start + interval '1 hour'",
        create_date="s.start - interval '9 days'", user_id="s.user_id", access_token="NULL",
    )  # fmt: skip
    for place, column in enumerate(("contact_id", "colleague_id")):
        env.cr.execute(
            f"INSERT INTO calendar_event_res_partner_rel (calendar_event_id, res_partner_id) "
            f"SELECT s.id, s.{column} FROM ({source}) s"
        )
        fill(
            env.cr, "calendar_attendee", attendee.id, source,
            id=f"{BASE} + 2 * s.e + {place}", event_id="s.id", partner_id=f"s.{column}",
            state="CASE WHEN s.e % 20 = 0 THEN 'declined' ELSE 'accepted' END",
            access_token="NULL", email="NULL",
        )  # fmt: skip


def make_promises(env, clients):
    """Goals, milestones and agreements: kept, missed, out of date."""
    cr = env.cr
    client = env["client.relationship"].browse(get_prototype(env, "client_relationship"))
    goal = env["client.goal"].create({"name": "Prototype", "relationship_id": client.id})
    milestone = env["project.milestone"].create(
        {"name": "Prototype", "project_id": get_prototype(env, "project_project")}
    )
    agreement = env["client.agreement"].create({"relationship_id": client.id})
    env.flush_all()
    own = "p.client_id AS relationship_id, p.client_id AS partner_id, p.company_id, p.user_id"
    fill(
        cr, "client_goal", goal.id,
        f"""SELECT {own}, g, k, CURRENT_DATE - 60 - (g % 300) AS agreed
              FROM bench_pair p, generate_series(0, 2) k, LATERAL (SELECT p.i * 3 + k AS g) n""",
        id=f"{BASE} + s.g", relationship_id="s.relationship_id", partner_id="s.partner_id",
        company_id="s.company_id", name="'Goal ' || s.g", create_date="s.agreed",
        date_start="s.agreed", date_agreed="s.agreed", date_end="s.agreed + 90 + s.g % 365",
        state="CASE WHEN s.g % 10 = 0 THEN 'reached' WHEN s.g % 10 = 1 THEN 'missed' "
        "WHEN s.g % 10 = 2 THEN 'draft' ELSE 'agreed' END",
        date_closed="CASE WHEN s.g % 10 < 2 THEN CURRENT_DATE - s.g % 200 END",
        date_measured="CASE WHEN s.g % 3 > 0 THEN CURRENT_DATE - s.g % 50 END",
        progress="(s.g * 7) % 120", date_schedule="CURRENT_DATE - 40 + s.g % 120",
    )  # fmt: skip
    fill(
        cr, "project_milestone", milestone.id,
        "SELECT j, id AS project_id, CURRENT_DATE - 300 + j % 400 AS due FROM bench_project",
        id=f"{BASE} + s.j", project_id="s.project_id", deadline="s.due",
        create_date="s.due - 60", is_reached="s.j % 4 > 0 AND s.due < CURRENT_DATE",
        reached_date="CASE WHEN s.j % 4 > 0 AND s.due < CURRENT_DATE "
        "THEN LEAST(s.due + 3 - s.j % 6, CURRENT_DATE) END",
    )  # fmt: skip
    fill(
        cr, "client_agreement", agreement.id,
        f"""SELECT {own}, i, CURRENT_DATE - 30 - (i % 500) AS accepted
              FROM bench_pair p WHERE i % 10 < 7""",
        id=f"{BASE} + s.i", relationship_id="s.relationship_id", partner_id="s.partner_id",
        company_id="s.company_id", user_id="s.user_id", create_date="s.accepted - 10",
        proposed_on="s.accepted - 5", proposal_end="s.accepted + 25", lead_id="NULL",
        accepted_on="CASE WHEN s.i % 9 > 0 THEN s.accepted END",
        state="CASE WHEN s.i % 9 > 0 THEN 'accepted' ELSE 'proposed' END",
        date_review="s.accepted + 180", hours_month="CASE WHEN s.i % 2 = 0 THEN 20 END",
        access_token="NULL", previous_id="NULL", replaced_on="NULL",
    )  # fmt: skip


def make_judgements(env, clients):
    """What clients say, what we think, talks that nobody had, and issues."""
    cr = env.cr
    client = env["client.relationship"].browse(get_prototype(env, "client_relationship"))
    feedback = env["client.feedback"].create(
        {"relationship_id": client.id, "kind": "praise", "text": "Prototype"}
    )
    pulse = env["client.pulse"].create({"relationship_id": client.id, "value": "5"})
    issue = env["client.issue"].create({"relationship_id": client.id, "name": "Prototype"})
    talk = client.activity_schedule("client_health.mail_activity_type_tough_conversation")
    env.flush_all()
    own = "p.client_id AS relationship_id, p.client_id AS partner_id, p.company_id, p.user_id"
    fill(
        cr, "client_feedback", feedback.id,
        f"""SELECT {own}, f, CURRENT_DATE - (random() * {DAYS})::int + interval '9 hours' AS said
              FROM bench_pair p, generate_series(0, 5) k, LATERAL (SELECT p.i * 6 + k AS f) n""",
        id=f"{BASE} + s.f", relationship_id="s.relationship_id", partner_id="s.partner_id",
        company_id="s.company_id", user_id="s.user_id", date="s.said", create_date="s.said",
        kind="(ARRAY['praise', 'complaint', 'price_pressure', 'value', 'concern', 'team'])"
        "[1 + (s.f + s.f / 6) % 6]",
        rating="CASE WHEN s.f % 3 > 0 THEN (1 + s.f % 5)::text END",
        strain="CASE WHEN (s.f + s.f / 6) % 6 = 5 THEN (1 + s.f % 5)::text END",
        resolved_date="CASE WHEN s.f % 4 > 0 THEN s.said + interval '9 days' END",
    )  # fmt: skip
    fill(
        cr, "client_pulse", pulse.id,
        f"""SELECT {own}, i, k, CURRENT_DATE - 20 * k - i % 15 AS date
              FROM bench_pair p, generate_series(0, 1) k""",
        id=f"{BASE} + 2 * s.i + s.k", relationship_id="s.relationship_id",
        partner_id="s.partner_id", company_id="s.company_id", user_id="s.user_id",
        date="s.date", create_date="s.date", value="(1 + s.i % 5)::text",
        date_end="s.date + CASE WHEN s.i % 5 > 2 THEN 30 ELSE 14 END",
    )  # fmt: skip
    fill(
        cr, "client_issue", issue.id, f"SELECT {own}, i FROM bench_pair p WHERE i % 10 = 0",
        id=f"{BASE} + s.i", relationship_id="s.relationship_id", partner_id="s.partner_id",
        company_id="s.company_id", user_id="s.user_id", name="'Issue ' || s.i",
        date="CURRENT_DATE - s.i % 300", create_date="CURRENT_DATE - s.i % 300",
        state="CASE WHEN s.i % 40 = 0 THEN 'open' ELSE 'repaired' END",
        severity="(s.i % 3)::text", access_token="NULL",
        closed_date="CASE WHEN s.i % 40 > 0 THEN CURRENT_DATE - s.i % 300 + 5 END",
    )  # fmt: skip
    fill(
        cr, "mail_activity", talk.id, f"SELECT {own}, i FROM bench_pair p WHERE i % 2 = 0",
        id=f"{BASE} + s.i", res_id="s.relationship_id", user_id="s.user_id",
        date_deadline="CURRENT_DATE - 60 + s.i % 90", create_date="CURRENT_DATE - 70",
        active="s.i % 4 = 0",
        date_done="CASE WHEN s.i % 4 > 0 "
        "THEN LEAST(CURRENT_DATE - 60 + s.i % 90, CURRENT_DATE - 1) END",
    )  # fmt: skip


def get_prototype(env, table):
    """Return the id of the ledger's last prototype: the last row that is not one of its many."""
    env.cr.execute(f"SELECT max(id) FROM {table} WHERE id <= {BASE}")
    return env.cr.fetchone()[0]


def rebuild(env):
    """Build the ledger, which the score reads."""
    for company in env["res.company"].search([]):
        env["client.profitability"]._rebuild(company)
    env.cr.commit()


def take_nights(env):
    """Score two nights before, of all companies, as the nightly run does."""
    today = date.today()
    batch = {
        company: env["client.relationship"].search([("company_id", "=", company.id)]).ids
        for company in env["res.company"].search([])
    }
    for days in NIGHTS:
        env["client.health.run"]._run_night(batch, today - timedelta(days=days))
        env.cr.commit()
