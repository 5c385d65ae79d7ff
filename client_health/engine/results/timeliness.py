"""Reads how punctual both sides were in a period; returns plain figures of one client.

The same facts as the signals of health, of a period instead of the last weeks, and only such as
the client itself knows.
"""

from statistics import median
from typing import NamedTuple

from odoo.tools import SQL

from ..clock import get_end, get_start, get_today, local_date
from ..correspondence.correspondence import Correspondence
from ..correspondence.waiting import WINDOW
from ..correspondence.working_hours import WorkingHours
from ..profitability import receivables
from ..query import fetch


class Timeliness(NamedTuple):
    """``hours``: median working hours until our answer, None without an answer or a calendar.

    The others count: answers; milestones that were due, and those reached by their day; invoices
    that were due, and those paid by their day; what the client owed us by a day, and what it did
    by then.
    """

    hours: float | None
    answers: int
    milestones: int
    milestones_on_time: int
    invoices: int
    invoices_on_time: int
    duties: int
    duties_on_time: int


class _OfOneClient(Correspondence):
    """The same without tables: of one client, also in a transaction that only reads."""

    def _create_temp_table(self, name, query, analyze=False):
        self._names[name] = SQL("(%s) AS %s", query, SQL.identifier(name))

    def close(self):
        self._names = {}


def read_timeliness(env, relationship, start, end):
    """Return the figures from the day ``start`` to the day ``end``, both included."""
    answers = _read_answers(env, relationship, start, end)
    milestones = _read_milestones(env, relationship, start, end)
    duties = _read_duties(env, relationship, start, end)
    [invoices] = fetch(
        env,
        receivables.select_paid_on_time(
            relationship.company_id.id, start, end, relationship.partner_id.ids
        ),
    )
    return Timeliness(
        hours=median(answers) if answers else None,
        answers=len(answers),
        milestones=milestones["due"],
        milestones_on_time=milestones["good"],
        invoices=invoices["due"],
        invoices_on_time=invoices["good"],
        duties=duties["due"],
        duties_on_time=duties["good"],
    )


def _read_answers(env, relationship, start, end):
    """Return the working hours until each of our answers to what the client wrote."""
    since, until = get_start(relationship, start), get_end(relationship, end)
    hours = WorkingHours(relationship, since - WINDOW, until)
    if not hours.known:
        return []
    with _OfOneClient(env, relationship, end) as correspondence:
        rows = fetch(env, correspondence.select_replies(since, relationship))
    return [hours.between(row["received"], row["answered"]) for row in rows]


def _read_milestones(env, relationship, start, end):
    """Count the milestones with a deadline in the period: as in ``signals/results.py``."""
    [row] = fetch(
        env,
        SQL(
            """
            SELECT COUNT(*) AS due,
                   COUNT(*) FILTER (WHERE m.reached_date <= m.deadline) AS good
              FROM client_relationship r
              JOIN res_partner c ON c.commercial_partner_id = r.partner_id
              JOIN project_project j ON j.partner_id = c.id
              JOIN project_milestone m ON m.project_id = j.id
             WHERE r.id = %s
               AND COALESCE(j.company_id, r.company_id) = r.company_id
               AND j.is_template IS NOT TRUE
               AND (j.active OR m.reached_date IS NOT NULL)
               AND m.deadline BETWEEN %s AND %s
            """,
            relationship.id,
            start,
            end,
        ),
    )
    return row


def _read_duties(env, relationship, start, end):
    """Count what the client owed us by a day of the period: as in ``signals/agreement.py``.

    What is due today or later counts once it is done.
    """
    [row] = fetch(
        env,
        SQL(
            """
            SELECT COUNT(*) AS due,
                   COUNT(*) FILTER (WHERE %(done)s <= date_deadline) AS good
              FROM client_duty
             WHERE relationship_id = %(client)s
               AND is_shared
               AND state IN ('open', 'done')
               AND date_deadline BETWEEN %(start)s AND %(end)s
               AND (state = 'done' OR date_deadline < %(today)s)
            """,
            done=local_date(relationship, SQL("done_date")),
            client=relationship.id,
            start=start,
            end=end,
            today=get_today(relationship.company_id),
        ),
    )
    return row
