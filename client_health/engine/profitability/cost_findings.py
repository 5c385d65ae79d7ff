"""Reads timesheets; returns hours to look at: without cost, at a doubtful one, or left out."""

from odoo.tools import SQL

from .client_map import is_on, month_of
from .finding_columns import select_records
from .labour import has_no_cost, hours_of

# A cost that is lower by less is the rounding of short entries.
LEAST_RISE = 0.01


def get_selects(sources):
    """Return the SELECTs of findings about hours; see ``findings.py``."""
    return [
        _select_without_cost(sources),
        _select_task_customers(sources),
        _select_templates(sources),
        _select_without_rate(sources),
        _select_repriced(sources),
    ]


def _hours(sources):
    return hours_of("l", sources.hours_per_unit)


def _select_without_cost(sources):
    """Hours of employees without an hourly cost at that time, nor an assumed one."""
    return SQL(
        """
        SELECT 'no_cost', l.company_id, %(month)s, 0, SUM(%(hours)s), %(records)s
          FROM account_analytic_line l
          JOIN project_project j ON j.id = l.project_id AND j.is_template IS NOT TRUE
         WHERE %(has_no_cost)s AND l.unit_amount <> 0
      GROUP BY 2, 3, l.employee_id
        """,
        month=month_of(SQL("l.date")),
        hours=_hours(sources),
        has_no_cost=has_no_cost("l"),
        records=select_records(employee_id="l.employee_id"),
    )


def _select_task_customers(sources):
    """Work on tasks whose customer is not the project's client: it counts for the latter."""
    return SQL(
        """
        SELECT 'task_customer', l.company_id, %(month)s,
               SUM(-l.amount), SUM(%(hours)s), %(records)s
          FROM account_analytic_line l
          JOIN client_project p ON p.project_id = l.project_id AND %(is_on)s
          JOIN project_task k ON k.id = l.task_id
          JOIN res_partner c ON c.id = k.partner_id
         WHERE c.commercial_partner_id <> p.partner_id
      GROUP BY 2, 3, l.project_id, l.task_id, p.partner_id, c.commercial_partner_id
        """,
        month=month_of(SQL("l.date")),
        hours=_hours(sources),
        is_on=is_on("p", SQL("l.date")),
        records=select_records(
            project_id="l.project_id",
            task_id="l.task_id",
            partner_id="p.partner_id",
            other_partner_id="c.commercial_partner_id",
        ),
    )


def _select_templates(sources):
    """Hours on project templates: no work for anybody."""
    return SQL(
        """
        SELECT 'template', l.company_id, %(month)s,
               SUM(-l.amount), SUM(%(hours)s), %(records)s
          FROM account_analytic_line l
          JOIN project_project j ON j.id = l.project_id
         WHERE j.is_template
      GROUP BY 2, 3, l.project_id
        """,
        month=month_of(SQL("l.date")),
        hours=_hours(sources),
        records=select_records(project_id="l.project_id"),
    )


def _select_without_rate(sources):
    """Hours of employees whose cost is in a currency that has no rate: it was taken one to one."""
    return SQL(
        """
        SELECT 'no_rate', l.company_id, %(month)s,
               SUM(-l.amount), SUM(%(hours)s), %(records)s
          FROM account_analytic_line l
          JOIN hr_employee e ON e.id = l.employee_id
          JOIN res_company paid ON paid.id = e.company_id
          JOIN res_company here ON here.id = l.company_id
         WHERE l.project_id IS NOT NULL
           AND l.amount <> 0
           AND paid.currency_id <> here.currency_id
           AND NOT EXISTS (
               SELECT 1 FROM res_currency_rate r
                WHERE r.currency_id = paid.currency_id
                  AND (r.company_id IS NULL
                       OR r.company_id = SPLIT_PART(here.parent_path, '/', 1)::int))
      GROUP BY 2, 3, l.employee_id
        """,
        month=month_of(SQL("l.date")),
        hours=_hours(sources),
        records=select_records(employee_id="l.employee_id"),
    )


def _select_repriced(sources):
    """Hours at today's cost although later ones of the employee on the project cost less.

    Odoo prices an old timesheet anew when its hours are corrected, at the cost of that day. From
    the newest to the oldest: a frame that grows is summed once, one that shrinks for each row.
    """
    return SQL(
        """
        SELECT 'repriced', company_id, %(month)s, SUM(cost), SUM(hours), %(records)s
          FROM (SELECT l.company_id, l.date, l.employee_id, l.project_id,
                       -l.amount AS cost,
                       %(hours)s AS hours,
                       -l.amount / NULLIF(l.unit_amount, 0) AS price,
                       MIN(-l.amount / NULLIF(l.unit_amount, 0)) FILTER (WHERE l.amount < 0)
                       OVER (PARTITION BY l.employee_id, l.project_id, l.company_id
                             ORDER BY l.date DESC
                             RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL '1 day' PRECEDING)
                       AS later_price
                  FROM account_analytic_line l
                 WHERE l.project_id IS NOT NULL AND l.employee_id IS NOT NULL) l
         WHERE cost > 0 AND hours > 0 AND later_price < price * (1 - %(rise)s)
      GROUP BY 2, 3, employee_id, project_id
        """,
        month=month_of(SQL("l.date")),
        hours=_hours(sources),
        rise=LEAST_RISE,
        records=select_records(employee_id="employee_id", project_id="project_id"),
    )
