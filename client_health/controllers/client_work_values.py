"""The white list of the page "Our work together": plain values, never a record.

All that the page says of a client, read for all of our companies at once: the number of queries
does not depend on how much there is.
"""

from datetime import timedelta
from itertools import chain

from odoo import fields
from odoo.fields import Domain

from ..engine.clock import get_day, get_today
from ..engine.communication import answers
from ..tools import format_day
from .client_results_values import prepare_accomplishment, prepare_goal

# What was finished stays on the page for so long. Rule of thumb.
RECENT = timedelta(days=90)
# So far ahead the next steps are named: longer plans change, as in status updates.
AHEAD = timedelta(days=31)
# Of each list, so many are shown; its own page has the rest.
MOST = 10
CLOSED = ("1_done", "1_canceled")
PLACES = {"invited_users", "portal"}
# What became of a request: {state of the task: its colour}; the words are in ``_get_decision``
COLOURS = {
    "1_done": "text-bg-success",
    "1_canceled": "text-bg-secondary",
    "03_approved": "text-bg-success",
}


def prepare_work(user, clients, agreements, updates):
    """Return a list of dictionaries, one for each of our companies that works for the client.

    All records are superuser's, and of the user's own client: who calls has made sure of it.

    :param user: the portal user
    :param clients: its relationships, in one or more companies
    :param agreements: what it may read, also before there is a relationship
    :param updates: those that were sent to the user
    """
    projects = _find_projects(clients, user)
    companies = (clients.company_id | agreements.company_id).sorted("id")
    parts = (
        _prepare_rhythm(clients),
        _prepare_goals(clients),
        _prepare_results(clients),
        _prepare_duties(clients, user),
        _prepare_questions(clients, user),
        _prepare_updates(clients, updates),
        _prepare_milestones(clients, projects),
        _prepare_steps(clients, projects, user),
        _prepare_requests(clients, projects),
    )
    by_company = clients.grouped("company_id")
    own = {agr: _prepare_agreement(agr) for agr in agreements}
    pages = []
    for company in companies:
        client = by_company.get(company, clients.browse())
        page = {"id": client.id or f"c{company.id}", "company": company.name}
        page |= {"client_id": client.id, "agreements": []}
        page["agreements"] = [own[agr] for agr in agreements if agr.company_id == company]
        for name, of_client in chain.from_iterable(part.items() for part in parts):
            page[name] = of_client.get(client.id, [])
        page["to_sign"] = [agr for agr in page["agreements"] if agr["state"] == "proposed"]
        page["agreements"] = [agr for agr in page["agreements"] if agr["state"] != "proposed"]
        waits = ("to_sign", "open_duties", "to_confirm", "questions")
        page["waiting"] = sum(len(page[name]) for name in waits)
        shown = ("goals", "confirmed", "done_duties", "updates", "agreements", "milestones")
        page["is_empty"] = not page["waiting"] and not any(
            page[name] for name in (*shown, "steps", "requests")
        )
        pages.append(page)
    return pages


def _group(clients, records, prepare, most=MOST):
    """Return {relationship id: values of its first records}."""
    found = {client.id: [] for client in clients}
    for record in records:
        lines = found[record.relationship_id.id]
        if len(lines) < most:
            lines.append(prepare(record))
    return found


def _format(env, day):
    return day and format_day(env, day)


# How it hears from us


def _prepare_rhythm(clients):
    labels = {
        fname: dict(clients._fields[fname]._description_selection(clients.env))
        for fname in ("cadence", "cadence_weekday", "channel")
    }
    found = {}
    for client in clients:
        day = client.next_update_date
        found[client.id] = {
            "next": _format(client.env, day),
            "next_is_over": bool(day) and day < get_today(client.company_id),
            "rhythm": client.cadence,
            "rhythm_name": labels["cadence"].get(client.cadence),
            "weekday": labels["cadence_weekday"].get(client.cadence_weekday),
            "channel": client.channel,
            "channel_name": labels["channel"].get(client.channel),
            "us": client.user_id.name,
            "rhythms": [*labels["cadence"].items()],
            "channels": [*labels["channel"].items()],
        }
    return {"contact": found}


# What we want, and what we reached


def _prepare_goals(clients):
    """Goals that both know: those we work on, and what was closed lately."""
    goals = clients.env["client.goal"].search(
        Domain("relationship_id", "in", clients.ids)
        & (
            Domain("state", "=", "agreed")
            | Domain("state", "in", ("reached", "missed"))
            & Domain("date_closed", ">=", fields.Date.today() - RECENT)
        ),
        order="state, date_end, id",
    )
    return {"goals": _group(clients, goals, prepare_goal)}


def _prepare_results(clients):
    shared = clients.env["client.accomplishment"].search(
        Domain("relationship_id", "in", clients.ids) & Domain("is_shared", "=", True)
    )
    waiting = shared.filtered(lambda one: one.state != "confirmed")

    def prepare(record):
        return prepare_accomplishment(record, f"/my/results/{record.id}/file/")

    return {
        "to_confirm": _group(clients, waiting, prepare),
        "confirmed": _group(clients, shared - waiting, prepare, most=3),
    }


# Its part


def _prepare_duties(clients, user):
    duties = clients.env["client.duty"]
    own = Domain("relationship_id", "in", clients.ids) & duties._get_shared_domain()
    todo = duties.search(own & Domain("state", "=", "open")).sorted(
        lambda one: (not one.date_deadline, one.date_deadline, one.id)
    )
    lately = Domain("done_date", ">=", fields.Datetime.now() - timedelta(days=14))
    done = duties.search(own & Domain("state", "=", "done") & lately, order="done_date desc")
    return {
        "open_duties": _group(clients, todo, lambda one: one._get_portal_values(user)),
        "done_duties": _group(clients, done, lambda one: one._get_portal_values(user), most=3),
    }


def find_questions(clients, user):
    """Return the questions to this contact alone that it can still answer."""
    asked = clients.env["client.feedback.request"].search(
        Domain("relationship_id", "in", clients.ids)
        & Domain("contact_id", "=", user.partner_id.id)
        & Domain("state", "in", (answers.WAITING, answers.SILENT))
    )
    return asked.filtered(lambda one: one.date_end > fields.Datetime.now())


def _prepare_questions(clients, user):
    asked = find_questions(clients, user)

    def prepare(one):
        until = _format(one.env, get_day(one.company_id, one.date_end))
        return {"url": f"/my/work/feedback/{one.id}", "until": until}

    return {"questions": _group(clients, asked, prepare, most=1)}


def _prepare_agreement(agreement):
    states = dict(agreement._fields["state"]._description_selection(agreement.env))
    return {
        "url": agreement.access_url,
        "name": agreement.name,
        "version": agreement.version,
        "state": agreement.state,
        "state_name": states[agreement.state],
        "end": _format(agreement.env, agreement.proposal_end),
        "is_over": agreement._is_proposal_over(),
        "signatory": agreement.signatory_id.name,
    }


# What we told it


def _prepare_updates(clients, updates):
    def prepare(update):
        day = get_day(update.company_id, update.sent_date)
        return {"url": update.access_url, "name": update.name, "date": _format(update.env, day)}

    known = updates.filtered(lambda one: one.relationship_id in clients)
    return {"updates": _group(clients, known, prepare, most=5)}


# The plan: what Odoo's own portal would show of it as well


def _find_projects(clients, user):
    """Return the projects of the client that are shared with it, as in Odoo's own portal."""
    own = user.partner_id.commercial_partner_id.ids if clients else []
    return clients.env["project.project"].search(
        Domain("partner_id", "child_of", own)
        & Domain("privacy_visibility", "in", [*PLACES])
        & Domain("message_partner_ids", "child_of", own)
        & Domain("is_template", "=", False)
    )


def _find_tasks(clients, projects, domain, order, limit=None):
    """Return the tasks of shared projects that are the client's, subtasks left out.

    What we guess is internal, also as a task: those of hypotheses are left out.
    """
    own = clients.partner_id.ids
    guesses = clients.env["client.hypothesis"].search(
        [("relationship_id", "in", clients.ids), ("task_id", "!=", False)]
    )
    return clients.env["project.task"].search(
        Domain("project_id", "in", projects.ids)
        & Domain("parent_id", "=", False)
        & Domain("has_template_ancestor", "=", False)
        & (Domain("partner_id", "=", False) | Domain("partner_id", "child_of", own))
        & Domain("id", "not in", guesses.task_id.ids)
        & domain,
        order=order,
        limit=limit,
    )


def _group_work(clients, records, prepare):
    """Return {relationship id: values}: a project without a company is everybody's."""
    found = {client.id: [] for client in clients}
    for record in records:
        company = record.project_id.company_id
        for client in clients:
            if not company or company == client.company_id:
                lines = found[client.id]
                if len(lines) < MOST:
                    lines.append(prepare(record, client))
    return found


def _prepare_milestones(clients, projects):
    """What is to come, the first due first, and what was reached lately."""
    milestones = clients.env["project.milestone"].search(
        Domain("project_id", "in", projects.ids)
        & (
            Domain("is_reached", "=", False)
            | Domain("reached_date", ">=", fields.Date.today() - AHEAD)
        )
    )
    milestones = milestones.filtered("project_id.allow_milestones").sorted(
        lambda one: (not one.is_reached, not one.deadline, one.deadline, one.id)
    )

    def prepare(one, client):
        late = not one.is_reached and one.deadline and one.deadline < get_today(client.company_id)
        return {
            "name": one.name,
            "project": one.project_id.name,
            "date": _format(one.env, one.reached_date if one.is_reached else one.deadline),
            "is_reached": one.is_reached,
            "is_late": bool(late),
        }

    return {"milestones": _group_work(clients, milestones, prepare)}


def _prepare_steps(clients, projects, user):
    now = fields.Datetime.now()
    tasks = _find_tasks(
        clients,
        projects,
        Domain("state", "not in", CLOSED)
        & Domain("date_deadline", ">=", now - timedelta(days=1))
        & Domain("date_deadline", "<=", now + AHEAD),
        order="date_deadline, id",
        limit=10 * MOST,
    )
    # with the user's own rights: whether Odoo has a page of it for them
    readable = tasks.with_user(user)._filtered_access("read").ids

    def prepare(task, client):
        return {
            "name": task.name,
            "url": f"/my/tasks/{task.id}" if task.id in readable else False,
            "date": _format(task.env, get_day(client.company_id, task.date_deadline)),
        }

    return {"steps": _group_work(clients, tasks, prepare)}


def _prepare_requests(clients, projects):
    """What the client asked for besides its orders, and what became of it."""
    tasks = _find_tasks(
        clients,
        projects,
        Domain("requested_by", "=", "client")
        & (
            Domain("state", "not in", CLOSED)
            | Domain("date_last_stage_update", ">=", fields.Datetime.now() - RECENT)
        ),
        order="create_date desc, id desc",
        limit=10 * MOST,
    )
    ordered = clients.env["sale.order.line"].search([("task_id", "in", tasks.ids)]).task_id

    def prepare(task, client):
        day = task.requested_date or get_day(client.company_id, task.create_date)
        return {
            "name": task.name,
            "who": task.requested_by_partner_id.name,
            "date": _format(task.env, day),
            "decision": _get_decision(task, client),
            "colour": COLOURS.get(task.state, "text-bg-light border"),
        }

    return {"requests": _group_work(clients, tasks - ordered, prepare)}


def _get_decision(task, client):
    env = task.env
    if task.state == "1_done":
        return env._("Done")
    if task.state == "1_canceled":
        return env._("Not taken on")
    if task.state == "03_approved":
        return env._("Approved")
    if task.date_deadline:
        day = get_day(client.company_id, task.date_deadline)
        return env._("Planned for %s", _format(env, day))
    if task.user_ids:
        return env._("Taken on")
    return env._("To be decided")
