"""Reads invoices, promises, people and referrals; returns what ends when a client leaves.

For users who may see money. One statement per source for all relationships of a company.
"""

from typing import NamedTuple

from odoo.tools import SQL

from .. import stage_rules
from ..clock import get_closed_months
from ..profitability import margin, receivables, scenario, unbilled
from ..profitability.labour import hours_of
from ..query import fetch, get_company

# The people who work for a client today are those of the last full months. Practice.
PEOPLE_MONTHS = 3
# Promises, by the model that stores them.
PROMISES = ("project.milestone", "client.goal", "client.hypothesis", "project.task")


class Consequences(NamedTuple):
    """Plain values that fit into JSON; amounts in company currency.

    ``people``: [name, hours per month]; ``referred``: [relationship id, revenue of twelve months];
    ``promises``: {model: ids}; ``records``: {what: ids of its documents}.
    """

    receivable: float
    to_invoice: float
    hours_to_invoice: float
    drafts: int
    people: list
    referred: list
    promises: dict
    records: dict


def read(env, relationships, as_of, hours_per_unit):
    """Return {relationship id: Consequences} of relationships of one company."""
    company_id = relationships.company_id.id
    partner_ids = tuple(relationships.partner_id.ids)
    owed = _by_partner(env, receivables.select_open(company_id, partner_ids))
    orders = _by_partner(env, unbilled.select_orders(company_id, partner_ids))
    hours = _by_partner(env, unbilled.select_hours(company_id, partner_ids, hours_per_unit))
    drafts = _by_partner(env, unbilled.select_drafts(company_id, partner_ids))
    people = _read_people(env, relationships, as_of, hours_per_unit)
    referred = _read_referred(env, relationships, as_of)
    promises = _read_promises(env, relationships)
    found = {}
    for rel in relationships:
        key = rel.partner_id.id
        draft_ids = _all(drafts.get(key), "move_ids")
        found[rel.id] = Consequences(
            receivable=sum(float(row["receivable"]) for row in owed.get(key, ())),
            to_invoice=sum(float(row["to_invoice"]) for row in orders.get(key, ())),
            hours_to_invoice=sum(row["hours"] for row in hours.get(key, ())),
            drafts=len(draft_ids),
            people=people.get(rel.id, []),
            referred=referred.get(rel.id, []),
            promises=promises.get(rel.id, {}),
            records={
                "receivable": _all(owed.get(key), "move_ids"),
                "to_invoice": [row["order_id"] for row in orders.get(key, ())],
                "hours_to_invoice": _all(hours.get(key), "line_ids"),
                "drafts": draft_ids,
            },
        )
    return found


def _by_partner(env, query):
    rows = {}
    for row in fetch(env, query):
        rows.setdefault(row["partner_id"], []).append(row)
    return rows


def _all(rows, name):
    return [record_id for row in rows or () for record_id in row[name] or ()]


def _read_people(env, relationships, as_of, hours_per_unit):
    """Colleagues who work for the client: [name, hours per month], the busiest first."""
    start, end = get_closed_months(get_company(relationships), as_of, PEOPLE_MONTHS)
    rows = fetch(
        env,
        SQL(
            """
            SELECT r.id, e.name, SUM(%(hours)s) / %(months)s AS hours
              FROM client_relationship r
              JOIN res_partner c ON c.commercial_partner_id = r.partner_id
              JOIN project_project j ON j.partner_id = c.id AND j.is_template IS NOT TRUE
              JOIN account_analytic_line l ON l.project_id = j.id AND l.company_id = r.company_id
              JOIN hr_employee e ON e.id = l.employee_id
             WHERE r.id IN %(ids)s AND l.date >= %(start)s AND l.date < %(end)s
          GROUP BY r.id, e.id
            HAVING SUM(%(hours)s) > 0
          ORDER BY SUM(%(hours)s) DESC, e.id
            """,
            hours=hours_of("l", hours_per_unit),
            months=PEOPLE_MONTHS,
            ids=relationships._ids,
            start=start,
            end=end,
        ),
    )
    people = {}
    for row in rows:
        people.setdefault(row["id"], []).append([row["name"], round(row["hours"], 2)])
    return people


def _read_referred(env, relationships, as_of):
    """Referred clients, and their revenue: what hangs on it."""
    start, end = get_closed_months(get_company(relationships), as_of)
    rows = fetch(
        env,
        SQL(
            """
            SELECT r.id, o.id AS referred_id,
                   COALESCE((SELECT SUM(p.revenue)
                               FROM client_profitability p
                              WHERE p.relationship_id = o.id
                                AND p.date >= %(start)s AND p.date < %(end)s), 0) AS revenue
              FROM client_relationship r
              JOIN res_partner c ON c.commercial_partner_id = r.partner_id
              JOIN client_relationship o
                ON o.referred_by_id = c.id AND o.company_id = r.company_id AND o.id <> r.id
             WHERE r.id IN %(ids)s AND o.active AND o.phase <> %(ended)s
          ORDER BY revenue DESC, o.id
            """,
            ids=relationships._ids,
            start=start,
            end=end,
            ended=stage_rules.ENDED,
        ),
    )
    referred = {}
    for row in rows:
        referred.setdefault(row["id"], []).append([row["referred_id"], float(row["revenue"])])
    return referred


def _read_promises(env, relationships):
    """What we still owe: open milestones and tasks, agreed goals, guesses that we promised to try.

    Tasks that are part of another are left out: the whole is the promise.
    """
    rows = fetch(
        env,
        SQL(
            """
            WITH project AS (
                SELECT j.id, r.id AS relationship_id
                  FROM client_relationship r
                  JOIN res_partner c ON c.commercial_partner_id = r.partner_id
                  JOIN project_project j ON j.partner_id = c.id
                 WHERE r.id IN %(ids)s AND j.active AND j.is_template IS NOT TRUE
                   AND (j.company_id IS NULL OR j.company_id = r.company_id)
            )
            SELECT relationship_id AS id, model, ARRAY_AGG(res_id ORDER BY res_id) AS ids
              FROM (SELECT p.relationship_id, 'project.milestone' AS model, m.id AS res_id
                      FROM project p
                      JOIN project_milestone m ON m.project_id = p.id AND m.is_reached IS NOT TRUE
                 UNION ALL
                    SELECT p.relationship_id, 'project.task', t.id
                      FROM project p
                      JOIN project_task t ON t.project_id = p.id
                     WHERE t.active AND t.parent_id IS NULL
                       AND t.state NOT IN ('1_done', '1_canceled')
                       AND t.has_template_ancestor IS NOT TRUE
                 UNION ALL
                    SELECT relationship_id, 'client.goal', id
                      FROM client_goal
                     WHERE relationship_id IN %(ids)s AND active AND state = 'agreed'
                 UNION ALL
                    SELECT h.relationship_id, 'client.hypothesis', h.id
                      FROM client_hypothesis h
                      JOIN client_issue i ON i.id = h.issue_id
                     WHERE h.relationship_id IN %(ids)s AND h.verdict = 'open'
                       AND h.user_id IS NOT NULL AND h.task_id IS NULL
                       AND i.state = 'open') promise
          GROUP BY relationship_id, model
            """,
            ids=relationships._ids,
        ),
    )
    promises = {}
    for row in rows:
        promises.setdefault(row["id"], {})[row["model"]] = row["ids"]
    return promises


def get_scenarios(sums, target):
    """Return [(kind, Change)] of what can be done, side by side: keep, raise, leave.

    ``raise`` to break even, where the client does not, and to the target margin, where it is
    below; left out where the rate is unknown.

    >>> [kind for kind, _change in get_scenarios(margin.Sums(100, 120, 0, 2), 60)]
    ['keep', 'break_even', 'target', 'leave']
    >>> [kind for kind, _change in get_scenarios(margin.Sums(100, 30, 0, 2), 60)]
    ['keep', 'leave']
    """
    found = [("keep", scenario.KEEP)]
    rate = margin.get_margin_rate(sums)
    for kind, wanted in (("break_even", 0.0), ("target", target)):
        change = scenario.get_change_to(sums, wanted)
        if change and (rate is None or rate < wanted):
            found.append((kind, change))
    return [*found, ("leave", scenario.LEAVE)]
