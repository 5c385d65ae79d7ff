"""Moving many clients at once, with the plans of their stages: seconds and queries.

A firm that sets itself up, or loses a market, moves hundreds of cards in one mass edit. The
queries must not grow with the clients per responsible: the same move is measured with a tenth of
the clients, by the same ten owners. Beside it, Odoo's own wizard schedules the same plan on the
same clients; it posts a message per record and looks for each responsible by itself.

``script/bench moves --clients 500`` is the move of 500 cards; Odoo's wizard takes no more.
"""

import time

OWNERS = 10


def run(env, clients):
    env = env(context=dict(env.context, tracking_disable=False, mail_notify_force_send=False))
    owners = _create_owners(env)
    few = _create_clients(env, owners, max(clients // 10, OWNERS), "Few")
    many = _create_clients(env, owners, clients, "Many")
    figures = {"cards": len(many), "cards_few": len(few)}
    for phase in ("at_risk", "reboot", "healthy"):
        figures[f"{phase}_few_queries"] = _measure(env, _move, few, phase)[1]
        seconds, queries = _measure(env, _move, many, phase)
        figures[f"{phase}_seconds"] = seconds
        figures[f"{phase}_queries"] = queries
        if phase == "at_risk":
            figures["activities"] = len(many.activity_ids.filtered("client_stage_id"))
    plan = env["client.relationship.stage"]._get_first_stage("at_risk").plan_id
    figures["odoo_wizard_few_queries"] = _measure(env, _schedule, few, plan)[1]
    seconds, queries = _measure(env, _schedule, many, plan)
    figures["odoo_wizard_seconds"] = seconds
    figures["odoo_wizard_queries"] = queries
    # The plan alone, as a move schedules it: the same steps on the same clients.
    stage = env["client.relationship.stage"]._get_first_stage("at_risk")
    figures["plan_few_queries"] = _measure(env, stage._schedule_plan, few)[1]
    seconds, queries = _measure(env, stage._schedule_plan, many)
    figures["plan_seconds"] = seconds
    figures["plan_queries"] = queries
    return figures


def _create_owners(env):
    group = env.ref("client_health.group_client_user")
    return env["res.users"].create(
        [
            {
                "name": f"Owner {number}",
                "login": f"bench_owner_{number}",
                "group_ids": [(4, group.id)],
            }
            for number in range(OWNERS)
        ]
    )


def _create_clients(env, owners, count, label):
    partners = env["res.partner"].create(
        [{"name": f"{label} {number}", "is_company": True} for number in range(count)]
    )
    env["project.project"].create(
        [
            {
                "name": partner.name,
                "partner_id": partner.id,
                "user_id": owners[(number + 1) % OWNERS].id,
            }
            for number, partner in enumerate(partners[::2])
        ]
    )
    return env["client.relationship"].create(
        [
            {"partner_id": partner.id, "user_id": owners[number % OWNERS].id}
            for number, partner in enumerate(partners)
        ]
    )


def _measure(env, action, *args):
    """Return (seconds, queries) of an action, from a cold cache to the last write."""
    env.flush_all()
    env.invalidate_all()
    queries, start = env.cr.sql_log_count, time.perf_counter()
    action(*args)
    env.flush_all()
    return round(time.perf_counter() - start, 2), env.cr.sql_log_count - queries


def _move(clients, phase):
    stage = clients.env["client.relationship.stage"]._get_first_stage(phase)
    clients.write({"stage_id": stage.id, "stage_reason": "Measured"})


def _schedule(clients, plan):
    wizard = clients.env["mail.activity.schedule"].with_context(
        active_model=clients._name, active_ids=clients.ids
    )
    wizard.create({"plan_id": plan.id}).action_schedule_plan()
