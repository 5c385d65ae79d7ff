"""Reads severe issues and months at a loss; returns flags: reasons for At risk at any score."""

from collections import defaultdict
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from .. import period
from ..profitability import margin
from ..query import is_one_of
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
    for relationship_id, issue_id in env.execute_query(_select_issues(relationship_ids)):
        flags[relationship_id].append(f"{FLAG_ISSUE}:{issue_id}")
    losses = defaultdict(set)
    for relationship_id, month in env.execute_query(_select_losses(relationship_ids, as_of)):
        losses[relationship_id].add(month)
    for relationship_id, months in losses.items():
        run = _get_run(months, as_of)
        if len(run) >= LOSS_MONTHS:
            flags[relationship_id].append(f"{FLAG_MONEY}:{run[-1]:%Y-%m}")
    return flags


def _get_run(months, as_of):
    """Return the losing months in a row up to the last full month, the latest first."""
    month = _get_month_before(as_of)
    run = []
    while month in months:
        run.append(month)
        month = _get_month_before(month)
    return run


def _get_month_before(day):
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


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


def _select_losses(relationship_ids, as_of):
    """Select (relationship, first day of the month) of the losing months of the last year.

    Of those that lost in each of the last months: most clients did not.
    """
    end = as_of.replace(day=1)
    return SQL(
        """
        WITH losing AS (%(recent)s),
             suspect AS (
                 SELECT relationship_id AS id FROM losing
               GROUP BY relationship_id HAVING COUNT(*) = %(months)s)
        %(all)s
        """,
        months=LOSS_MONTHS,
        recent=_select_losing(
            is_one_of(SQL("relationship_id"), relationship_ids), end, LOSS_MONTHS
        ),
        all=_select_losing(SQL("relationship_id IN (SELECT id FROM suspect)"), end, period.MONTHS),
    )


def _select_losing(scope, end, months):
    return SQL(
        """
        SELECT relationship_id, DATE_TRUNC('month', date)::date AS month
          FROM client_profitability
         WHERE %s AND date >= %s AND date < %s
      GROUP BY 1, 2
        HAVING SUM(%s) < 0
        """,
        scope,
        end - relativedelta(months=months),
        end,
        margin.get_sql()["margin"],
    )
