"""Labour: timesheets, by their date, at the cost that Odoo froze when they were entered.

Client = the project's. Only where the project has none, the task's customer: the mail gateway
makes a customer of any sender. Negative hours and amounts are corrections and count as they are.
"""

from odoo.tools import SQL

from .client_map import month_of


def hours_of(line, hours_per_unit):
    """Return the hours of a timesheet: ``unit_amount`` is in the unit of the line.

    ``hours_per_unit``: {uom id: hours} of the time units other than the hour.
    """
    unit = SQL("%s.unit_amount", SQL.identifier(line))
    if not hours_per_unit:
        return unit
    cases = SQL(" ").join(
        SQL("WHEN %s THEN %s::float8", uom_id, hours) for uom_id, hours in hours_per_unit.items()
    )
    return SQL("%s * CASE %s.product_uom_id %s ELSE 1 END", unit, SQL.identifier(line), cases)


def select_labour(company_id, hours_per_unit):
    """Return a SELECT of labour by client, project and month; reads the CTE client_project.

    Columns: partner_id, project_id, date, labour_cost, hours, billable_hours, uncosted_hours.
    Grouped by project before it meets the clients: there are many more lines than projects.
    """
    return SQL(
        """
        SELECT COALESCE(p.partner_id, c.commercial_partner_id) AS partner_id,
               t.project_id,
               t.date,
               t.labour_cost,
               t.hours,
               t.billable_hours,
               t.uncosted_hours
          FROM (SELECT l.project_id,
                       CASE WHEN l.project_id IN (SELECT project_id
                                                    FROM client_project
                                                   WHERE partner_id IS NULL)
                            THEN l.task_id END AS task_id,
                       %(month)s AS date,
                       SUM(-l.amount) AS labour_cost,
                       SUM(%(hours)s) AS hours,
                       SUM(CASE WHEN l.timesheet_invoice_type LIKE 'billable%%'
                                THEN %(hours)s END) AS billable_hours,
                       SUM(CASE WHEN l.amount = 0 THEN %(hours)s END) AS uncosted_hours
                  FROM account_analytic_line l
                 WHERE l.project_id IS NOT NULL
                   AND l.company_id = %(company)s
              GROUP BY 1, 2, 3) t
          JOIN client_project p ON p.project_id = t.project_id
     LEFT JOIN project_task k ON k.id = t.task_id
     LEFT JOIN res_partner c ON c.id = k.partner_id
        """,
        month=month_of(SQL("l.date")),
        hours=hours_of("l", hours_per_unit),
        company=company_id,
    )
