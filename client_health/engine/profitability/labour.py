"""Reads timesheets, returns hours and labour cost by date, at the cost frozen at their entry.

Hours that Odoo gave no cost take the one that was assumed for that person and day, if any.

Client = the project's. Only where the project has none, the task's customer: the mail gateway
makes a customer of any sender. Negative hours and amounts are corrections and count as they are.
"""

from odoo.tools import SQL

from ..query import currency_digits
from .client_map import is_on, month_of

WORK = (
    "labour_cost",
    "assumed_cost",
    "hours",
    "billable_hours",
    "uncosted_hours",
    "assumed_hours",
)


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


def is_assumed(line, cost):
    """Return the condition that an assumed cost holds for a timesheet: Odoo gave it none.

    Of that person, company and day; there is at most one.
    """
    return SQL(
        """(%(line)s.amount = 0
            AND %(cost)s.employee_id = %(line)s.employee_id
            AND %(cost)s.company_id = %(line)s.company_id
            AND %(line)s.date BETWEEN %(cost)s.date_from AND %(cost)s.date_to)""",
        line=SQL.identifier(line),
        cost=SQL.identifier(cost),
    )


def has_no_cost(line):
    """Return the condition for timesheets without a cost, not even an assumed one."""
    return SQL(
        "(%s.amount = 0 AND NOT EXISTS (SELECT FROM client_assumed_cost a WHERE %s))",
        SQL.identifier(line),
        is_assumed(line, "a"),
    )


def select_labour(sources):
    """Return a SELECT of labour by client, project and month; reads the CTE client_project.

    Columns: partner_id, project_id, date and WORK; a client, project and month once. Amounts are
    in company currency, assumed_cost is part of labour_cost. Grouped by project before it meets
    the clients: there are many more lines than projects. Projects without customer, or with
    several one after the other, take the long way.
    """
    return SQL(
        """
        SELECT p.partner_id, w.project_id, w.date, %(columns)s
          FROM (%(work)s) w
          JOIN client_project p ON p.project_id = w.project_id
         WHERE p.partner_id IS NOT NULL AND NOT p.dated
     UNION ALL
        SELECT COALESCE(p.partner_id, c.commercial_partner_id), w.project_id, %(month)s,
               %(sums)s
          FROM (%(work_by_task)s) w
          JOIN client_project p ON p.project_id = w.project_id AND %(is_on)s
     LEFT JOIN project_task k ON k.id = w.task_id
     LEFT JOIN res_partner c ON c.id = k.partner_id
      GROUP BY 1, 2, 3
        """,
        columns=SQL(", ").join(SQL.identifier("w", name) for name in WORK),
        sums=SQL(", ").join(SQL("SUM(%s)", SQL.identifier("w", name)) for name in WORK),
        work=_select_work(sources, ("project_id",), SQL("l.project_id IS NOT NULL")),
        month=month_of(SQL("w.date")),
        work_by_task=_select_work(
            sources,
            ("project_id", "task_id"),
            SQL(
                "l.project_id IN (SELECT project_id FROM client_project"
                " WHERE partner_id IS NULL OR dated)"
            ),
            SQL("l.date"),
        ),
        is_on=is_on("p", SQL("w.date")),
    )


def _select_work(sources, keys, condition, date=None):
    """Return the timesheets grouped by some columns, ``keys``, and by ``date``, or by month."""
    return SQL(
        """
        SELECT %(keys)s,
               %(date)s AS date,
               COALESCE(SUM(%(assumed)s), 0) - SUM(l.amount) AS labour_cost,
               SUM(%(assumed)s) AS assumed_cost,
               SUM(%(hours)s) AS hours,
               SUM(%(hours)s) FILTER (WHERE l.timesheet_invoice_type LIKE 'billable%%')
                   AS billable_hours,
               SUM(%(hours)s) FILTER (WHERE l.amount = 0 AND assumed.id IS NULL)
                   AS uncosted_hours,
               SUM(%(hours)s) FILTER (WHERE assumed.id IS NOT NULL) AS assumed_hours
          FROM account_analytic_line l
     LEFT JOIN client_assumed_cost assumed ON %(is_assumed)s
         WHERE %(condition)s
           AND %(company)s
           AND %(scope)s
      GROUP BY %(keys)s, %(date)s
        """,
        keys=SQL(", ").join(SQL.identifier("l", key) for key in keys),
        date=date or month_of(SQL("l.date")),
        hours=hours_of("l", sources.hours_per_unit),
        assumed=_assumed_cost(sources),
        is_assumed=is_assumed("l", "assumed"),
        condition=condition,
        company=sources.is_of_company("l"),
        scope=sources.is_of_projects("l"),
    )


def _assumed_cost(sources):
    """Return the assumed cost of a line, rounded as Odoo rounds the cost of one."""
    return SQL(
        "ROUND((%s * assumed.cost)::numeric, %s)",
        hours_of("l", sources.hours_per_unit),
        currency_digits(sources.company_id),
    )
