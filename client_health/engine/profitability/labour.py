"""Reads timesheets, returns hours and labour cost by date, at the cost frozen at their entry.

Client = the project's. Only where the project has none, the task's customer: the mail gateway
makes a customer of any sender. Negative hours and amounts are corrections and count as they are.
"""

from odoo.tools import SQL

from .client_map import month_of


def hours_of(line, hours_per_unit):
    """Return the hours of a timesheet: ``unit_amount`` is in the unit of the line.

    ``hours_per_unit``: {uom id: hours} of the time units. Nearly all timesheets are in hours,
    or have no unit: they are sorted out first and take no arithmetic.
    """
    amount, unit = SQL.identifier(line, "unit_amount"), SQL.identifier(line, "product_uom_id")
    others = [(uom_id, hours) for uom_id, hours in hours_per_unit.items() if hours != 1]
    if not others:
        return amount
    return SQL(
        "CASE WHEN %(is_other)s THEN %(amount)s * CASE %(unit)s %(cases)s END ELSE %(amount)s END",
        is_other=SQL("%s IN %s", unit, tuple(uom_id for uom_id, _hours in others)),
        amount=amount,
        unit=unit,
        cases=SQL(" ").join(SQL("WHEN %s THEN %s::float8", *other) for other in others),
    )


def select_labour(company_id, hours_per_unit):
    """Return a SELECT of labour by client, project and month; reads the CTE client_project.

    Columns: partner_id, project_id, date, labour_cost, hours, billable_hours, uncosted_hours;
    a client, project and month once. Grouped by project before it meets the clients: there are
    many more lines than projects.
    """
    return SQL(
        """
        SELECT p.partner_id, w.project_id, w.date, w.labour_cost, w.hours, w.billable_hours,
               w.uncosted_hours
          FROM (%(work)s) w
          JOIN client_project p ON p.project_id = w.project_id
         WHERE p.partner_id IS NOT NULL
     UNION ALL
        SELECT c.commercial_partner_id, w.project_id, w.date, SUM(w.labour_cost), SUM(w.hours),
               SUM(w.billable_hours), SUM(w.uncosted_hours)
          FROM (%(work_by_task)s) w
     LEFT JOIN project_task k ON k.id = w.task_id
     LEFT JOIN res_partner c ON c.id = k.partner_id
      GROUP BY 1, 2, 3
        """,
        work=_select_work(
            company_id, hours_per_unit, SQL("project_id"), SQL("l.project_id IS NOT NULL")
        ),
        work_by_task=_select_work(
            company_id,
            hours_per_unit,
            SQL("project_id, task_id"),
            SQL("l.project_id IN (SELECT project_id FROM client_project WHERE partner_id IS NULL)"),
        ),
    )


def _select_work(company_id, hours_per_unit, keys, condition):
    """Return the timesheets of a company grouped by some columns and by month."""
    return SQL(
        """
        SELECT %(keys)s,
               %(month)s AS date,
               -SUM(l.amount) AS labour_cost,
               SUM(%(hours)s) AS hours,
               SUM(%(hours)s) FILTER (WHERE l.timesheet_invoice_type LIKE 'billable%%')
                   AS billable_hours,
               SUM(%(hours)s) FILTER (WHERE l.amount = 0) AS uncosted_hours
          FROM account_analytic_line l
         WHERE %(condition)s
           AND l.company_id = %(company)s
      GROUP BY %(keys)s, %(month)s
        """,
        keys=keys,
        month=month_of(SQL("l.date")),
        hours=hours_of("l", hours_per_unit),
        condition=condition,
        company=company_id,
    )
