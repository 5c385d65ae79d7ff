"""Reads severe issues and months at a loss; returns flags: reasons for At risk at any score.

A month is at a loss by its spread revenue (``profitability/spread.py``), once it is closed.
"""

from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from ..clock import get_closed_months
from ..profitability import spread
from ..query import get_company, is_one_of
from .stage_proposals import FLAG_ISSUE, FLAG_MONEY

LOSS_MONTHS = 3
SEVERE = "3"


def read_flags(env, relationship_ids, as_of):
    """Return {relationship id: ["kind:what", …]} in two statements.

    ``what`` distinguishes flags of a kind: the id of the issue, the first month of the losses. So
    a flag that a person has decided about is not new again tomorrow.
    """
    flags = defaultdict(list)
    if not relationship_ids:
        return flags
    env["client.issue"].flush_model(["relationship_id", "severity", "state"])
    env["client.profitability"].flush_model()
    company = get_company(env["client.relationship"].browse(relationship_ids))
    start, end = get_closed_months(company, as_of)
    query = spread.select_losses(
        company.id, start, end, as_of, spread.is_one_of_clients(relationship_ids)
    )
    for relationship_id, issue_id in env.execute_query(_select_issues(relationship_ids)):
        flags[relationship_id].append(f"{FLAG_ISSUE}:{issue_id}")
    losses = defaultdict(set)
    for relationship_id, month in env.execute_query(query):
        losses[relationship_id].add(month)
    for relationship_id, months in losses.items():
        run = _get_run(months, end)
        if len(run) >= LOSS_MONTHS:
            flags[relationship_id].append(f"{FLAG_MONEY}:{run[-1]:%Y-%m}")
    return flags


def _get_run(months, end):
    """Return the losing months in a row before ``end``, the latest first."""
    month = end - relativedelta(months=1)
    run = []
    while month in months:
        run.append(month)
        month -= relativedelta(months=1)
    return run


def _select_issues(relationship_ids):
    return SQL(
        """
        SELECT relationship_id, id FROM client_issue
         WHERE %s AND severity = %s AND state = 'open'
      ORDER BY id
        """,
        is_one_of(SQL("relationship_id"), relationship_ids),
        SEVERE,
    )
