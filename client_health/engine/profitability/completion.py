"""Reads open tasks and orders; returns what a project will have brought in and cost at its end.

So far is all of the ledger, not the last twelve months. Still to come: the hours that are planned
on open tasks, at what an hour of the project has cost so far, and what is ordered and not yet
invoiced; what is billed by the hour only as far as these hours are planned. Nobody plans other
cost, so none is expected.

    >>> so_far = margin.Sums(revenue=600, labour_cost=400, hours=10)
    >>> done = get_expected(so_far, planned_hours=5, ordered=400, cost_per_hour=40)
    >>> (done.revenue, done.cost, done.margin, done.hours)
    (1000, 600.0, 400.0, 15)
    >>> get_expected(so_far, planned_hours=5, ordered=0, cost_per_hour=None) is None
    True
"""

from odoo.tools import SQL

from odoo.addons.project.models.project_task import CLOSED_STATES

from ..query import currency_digits, is_one_of
from . import margin

# Less than this part of the hours that the rest of a price takes: somebody forgot to plan them.
ENOUGH = 0.5
# A few hours more or less are no plan.
LEAST_HOURS = 8


def get_expected(so_far, planned_hours, ordered, cost_per_hour):
    """Return the ``Sums`` at completion, or None: what an hour costs is not known."""
    if margin.get_state(so_far) == margin.UNKNOWN or (planned_hours and cost_per_hour is None):
        return None
    return so_far._replace(
        revenue=so_far.revenue + ordered,
        labour_cost=so_far.labour_cost + planned_hours * (cost_per_hour or 0),
        hours=so_far.hours + planned_hours,
    )


def get_ordered(rest, open_hours, open_value, planned_hours):
    """Return what is still to be invoiced.

    :param rest: of what has a price, and of the hours that are worked
    :param open_hours: ordered by the hour and not yet worked, worth ``open_value``

    >>> get_ordered(500, 100, 8000, planned_hours=25)
    2500.0
    >>> get_ordered(0, 100, 8000, planned_hours=300), get_ordered(500, 0, 0, 25)
    (8000, 500)
    """
    share = min(planned_hours / open_hours, 1) if open_hours > 0 else 0
    return rest + share * open_value


def get_unplanned_hours(so_far, unearned, planned_hours):
    """Return how many hours the rest of a price takes where hardly any are planned, else None.

    :param unearned: what is neither invoiced nor delivered of what is not billed by the hour

    >>> so_far = margin.Sums(revenue=600, labour_cost=400, hours=10)
    >>> get_unplanned_hours(so_far, 1800, planned_hours=0)
    30.0
    >>> get_unplanned_hours(so_far, 1800, 15), get_unplanned_hours(so_far, 120, 0)
    (None, None)
    >>> get_unplanned_hours(margin.Sums(revenue=600), 1800, 0) is None
    True
    """
    rate = margin.get_effective_rate(so_far) or 0
    hours = unearned / rate if rate > 0 else 0
    return hours if hours >= LEAST_HOURS and planned_hours < ENOUGH * hours else None


def get_cost_per_hour(sums):
    """Return what an hour has cost, of the hours that have a cost; None: there are none.

    >>> get_cost_per_hour(margin.Sums(labour_cost=400, hours=11, uncosted_hours=1))
    40.0
    """
    hours = sums.hours - sums.uncosted_hours
    return sums.labour_cost / hours if hours > 0 else None


def select_planned(project_ids):
    """Return a SELECT of project_id and hours: what is left of the plan of open tasks.

    The plan of a task is that of its sub-tasks as well, which is how Odoo counts their hours; so
    these are looked at only below tasks that are closed or have no plan. More hours than planned
    leave nothing, and take nothing from other tasks.
    """
    return SQL(
        """
        WITH RECURSIVE step AS (
            SELECT t.id, t.project_id, %(columns)s
              FROM project_task t
         LEFT JOIN project_task above ON above.id = t.parent_id
             WHERE %(scope)s
               AND t.active AND t.is_template IS NOT TRUE
               AND above.project_id IS DISTINCT FROM t.project_id
         UNION ALL
            SELECT t.id, t.project_id, %(columns)s
              FROM step
              JOIN project_task t ON t.parent_id = step.id AND t.project_id = step.project_id
             WHERE NOT step.is_planned AND t.active
        )
        SELECT project_id, SUM(GREATEST(remaining_hours, 0)) AS hours
          FROM step
         WHERE is_planned
      GROUP BY project_id
        """,
        columns=SQL(
            "t.remaining_hours,"
            " (t.state NOT IN %s AND COALESCE(t.allocated_hours, 0) > 0) AS is_planned",
            tuple(CLOSED_STATES),
        ),
        scope=is_one_of(SQL("t.project_id"), project_ids),
    )


def select_ordered(company_id, project_ids, hours_per_unit):
    """Return a SELECT of project_id, rest, open_hours, open_value, unearned: sold, not invoiced.

    In company currency; see ``get_ordered`` and ``get_unplanned_hours``. The lines of confirmed
    orders that a project, its tasks or the line itself tie to one project alone; where more was
    delivered than ordered, that. Down payments are taken off by the share of the lines of their
    order.
    """
    return SQL(
        """
        WITH line AS (%(lines)s), advance AS (%(advances)s)
        SELECT project_id,
               ROUND(SUM(rest / rate)::numeric, %(digits)s) AS rest,
               SUM(open_hours) AS open_hours,
               ROUND(SUM(open_value / rate)::numeric, %(digits)s) AS open_value,
               ROUND(SUM(unearned / rate)::numeric, %(digits)s) AS unearned
          FROM (SELECT line.project_id,
                       GREATEST(0, SUM(rest) - %(paid)s) AS rest,
                       GREATEST(0, SUM(unearned) - %(paid)s) AS unearned,
                       SUM(open_quantity * hours) AS open_hours,
                       SUM(COALESCE(open_quantity * price, 0)) AS open_value,
                       COALESCE(NULLIF(MAX(o.currency_rate), 0), 1) AS rate
                  FROM line
                  JOIN sale_order o ON o.id = line.order_id
             LEFT JOIN advance a ON a.order_id = line.order_id
                 WHERE line.project_id IN (SELECT id FROM project_project WHERE %(is_project)s)
              GROUP BY line.project_id, line.order_id) by_order
      GROUP BY project_id
        """,
        lines=_select_lines(company_id, project_ids, hours_per_unit),
        advances=_select_advances(project_ids),
        is_project=is_one_of(SQL("id"), project_ids),
        paid=SQL(
            "COALESCE(MAX(a.amount) * SUM(price_subtotal) / NULLIF(MAX(a.total), 0), 0)",
        ),
        digits=currency_digits(company_id),
    )


def _select_lines(company_id, project_ids, hours_per_unit):
    """Select what is sold line by line, of lines that are tied to one project alone."""
    return SQL(
        """
        SELECT MIN(tie.project_id) AS project_id, l.id, l.order_id, l.price_subtotal,
               GREATEST(l.untaxed_amount_to_invoice, 0,
                        CASE WHEN NOT by_hour.is_true
                             THEN l.price_subtotal - l.untaxed_amount_invoiced END) AS rest,
               CASE WHEN by_hour.is_true
                    THEN GREATEST(l.product_uom_qty - l.qty_delivered, 0)
                    ELSE 0 END AS open_quantity,
               CASE WHEN by_hour.is_true THEN 0
                    ELSE l.price_subtotal - l.untaxed_amount_invoiced
                         - CASE WHEN t.invoice_policy = 'delivery'
                                THEN l.untaxed_amount_to_invoice ELSE 0 END END AS unearned,
               %(hours)s AS hours,
               l.price_subtotal / NULLIF(l.product_uom_qty, 0) AS price
          FROM (%(ties)s) tie
          JOIN sale_order_line l ON l.id = tie.line_id
     LEFT JOIN product_product v ON v.id = l.product_id
     LEFT JOIN product_template t ON t.id = v.product_tmpl_id
    CROSS JOIN LATERAL (
               SELECT t.service_type IS NOT DISTINCT FROM 'timesheet'
                  AND t.invoice_policy IS NOT DISTINCT FROM 'delivery' AS is_true) by_hour
         WHERE l.state = 'sale' AND l.company_id = %(company)s
           AND l.display_type IS NULL AND NOT COALESCE(l.is_downpayment, false)
      GROUP BY l.id, t.invoice_policy, by_hour.is_true
        HAVING COUNT(*) = 1
        """,
        ties=_select_ties(project_ids),
        company=company_id,
        hours=_get_hours(SQL("l.product_uom_id"), hours_per_unit),
    )


def _select_ties(project_ids):
    """Select project_id and line_id: the lines of these projects, with all their projects."""
    return SQL(
        """
        WITH sold AS (
            SELECT sale_line_id AS id FROM project_project
             WHERE %(is_project)s AND sale_line_id IS NOT NULL
         UNION
            SELECT sale_line_id FROM project_task WHERE %(scope)s AND sale_line_id IS NOT NULL
         UNION
            SELECT id FROM sale_order_line WHERE %(scope)s
        )
        SELECT id AS project_id, sale_line_id AS line_id FROM project_project
         WHERE sale_line_id IN (SELECT id FROM sold)
     UNION
        SELECT project_id, sale_line_id FROM project_task
         WHERE sale_line_id IN (SELECT id FROM sold) AND project_id IS NOT NULL
     UNION
        SELECT project_id, id FROM sale_order_line
         WHERE id IN (SELECT id FROM sold) AND project_id IS NOT NULL
        """,
        scope=is_one_of(SQL("project_id"), project_ids),
        is_project=is_one_of(SQL("id"), project_ids),
    )


def _select_advances(project_ids):
    """Select what was paid down by order, and what the order is worth; of the table ``line``."""
    return SQL(
        """
        SELECT order_id,
               SUM(untaxed_amount_invoiced) FILTER (WHERE is_downpayment) AS amount,
               SUM(price_subtotal) FILTER (WHERE is_downpayment IS NOT TRUE) AS total
          FROM sale_order_line
         WHERE order_id IN (SELECT order_id FROM line WHERE %s)
           AND display_type IS NULL
      GROUP BY order_id
        """,
        is_one_of(SQL("project_id"), project_ids),
    )


def _get_hours(unit, hours_per_unit):
    """Return the hours of a time unit; ``hours_per_unit``: {uom id: hours}."""
    cases = [SQL("WHEN %s THEN %s::float8", *item) for item in hours_per_unit.items()]
    return SQL("CASE %s %s ELSE 1 END", unit, SQL(" ").join(cases))
