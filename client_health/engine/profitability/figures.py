"""Reads the last twelve months of the ledger; returns the figures of every client of a company.

Reads the ledger, never the documents behind it, save for what a ledger of past months can't
know: what is overdue (``receivables.py``) and what waits for its invoice (``unbilled.py``).
``margin.py`` defines margin, rates and bands; a month is at a loss by its spread revenue
(``spread.py``).
"""

from odoo.tools import SQL

from ..query import is_one_of
from . import margin, receivables, spread, unbilled

SUM_COLUMNS = {name: SQL.identifier(name) for name in margin.Sums._fields}
# Columns of the SELECT: fields of client.relationship, in the order of the SELECT
FIGURES = (
    "client_revenue",
    "client_labour_cost",
    "client_other_cost",
    "client_cost",
    "client_margin",
    "client_margin_rate",
    "client_margin_state",
    "client_margin_band",
    "client_hours",
    "client_billable_hours",
    "client_uncosted_hours",
    "client_assumed_hours",
    "client_effective_rate",
    "client_overhead",
    "client_margin_after_overhead",
    "client_revenue_share",
    "client_margin_share",
    "client_active_months",
    "client_loss_months",
    "client_loss_probability",
    "client_overdue",
    "client_overdue_since",
    "client_payment_habit",
    "client_payment_habit_known",
    "client_payment_expected",
    "client_to_invoice",
)


def select_figures(env, company_id, start, end, as_of, partner_ids=()):
    """Return a SELECT of relationship_id and FIGURES, one row per relationship of a company.

    ``start`` <= month < ``end``; money that is owed is that of ``as_of``. What is unknown is
    NULL. Months, hours and amounts of a client without rows are 0. ``partner_ids``: only the
    relationships of these clients.
    """
    scope = is_one_of(SQL("partner_id"), partner_ids) if partner_ids else SQL("true")
    return SQL(
        """
        WITH month AS (%(months)s),
             spread AS MATERIALIZED (%(spread)s),
             total AS (%(totals)s),
             company AS (%(company_totals)s),
             overdue AS (%(overdue)s),
             habit AS (%(habit)s),
             unbilled AS (%(unbilled)s)
        SELECT r.id AS relationship_id, %(columns)s
          FROM client_relationship r
    CROSS JOIN company
     LEFT JOIN total t ON t.relationship_id = r.id
     LEFT JOIN overdue o ON o.partner_id = r.partner_id
     LEFT JOIN habit h ON h.partner_id = r.partner_id
     LEFT JOIN unbilled u ON u.partner_id = r.partner_id
         WHERE r.company_id = %(company)s
           AND %(clients)s
        """,
        months=_select_months(company_id, start, end, scope),
        spread=spread.select_spread(env, company_id, start, end, as_of, scope),
        totals=_select_totals(margin.select_limits(company_id)),
        company_totals=_select_company(company_id, start, end),
        overdue=receivables.select_overdue(company_id, as_of, partner_ids),
        habit=receivables.select_habit(company_id, as_of, partner_ids),
        unbilled=unbilled.select_to_invoice(company_id, partner_ids),
        columns=_columns(),
        company=company_id,
        clients=is_one_of(SQL("r.partner_id"), partner_ids) if partner_ids else SQL("true"),
    )


def _select_months(company_id, start, end, scope):
    """One row per client and month in which anything happened: an active month."""
    return SQL(
        """
        SELECT relationship_id,
               date,
               SUM(revenue) AS revenue,
               SUM(labour_cost) AS labour_cost,
               SUM(other_cost) AS other_cost,
               SUM(hours) AS hours,
               SUM(billable_hours) AS billable_hours,
               SUM(uncosted_hours) AS uncosted_hours,
               SUM(assumed_hours) AS assumed_hours,
               SUM(overhead) AS overhead
          FROM client_profitability
         WHERE company_id = %s AND date >= %s AND date < %s
           AND relationship_id IS NOT NULL
           AND %s
      GROUP BY relationship_id, date
        """,
        company_id,
        start,
        end,
        scope,
    )


def _select_totals(limits):
    sql = margin.get_sql(limits=limits)
    judged = margin.get_sql({**SUM_COLUMNS, "revenue": SQL("COALESCE(p.revenue, 0)")})["margin"]
    return SQL(
        """
        SELECT *, %(figures)s,
               100.0 * (loss_months + 1) / (active_months + 2) AS loss_probability
          FROM (SELECT m.relationship_id,
                       SUM(m.revenue) AS revenue,
                       SUM(labour_cost) AS labour_cost,
                       SUM(other_cost) AS other_cost,
                       ROUND(SUM(hours)::numeric, 4) AS hours,
                       ROUND(SUM(billable_hours)::numeric, 4) AS billable_hours,
                       ROUND(SUM(uncosted_hours)::numeric, 4) AS uncosted_hours,
                       ROUND(SUM(COALESCE(assumed_hours, 0))::numeric, 4) AS assumed_hours,
                       SUM(overhead) AS overhead,
                       COUNT(*) AS active_months,
                       COUNT(*) FILTER (WHERE %(judged)s < 0) AS loss_months
                  FROM month m
             LEFT JOIN spread p
                    ON p.relationship_id = m.relationship_id AND p.date = m.date
              GROUP BY m.relationship_id) s
        """,
        figures=SQL(", ").join(SQL("%s AS %s", sql[name], SQL.identifier(name)) for name in sql),
        judged=judged,
    )


def _select_company(company_id, start, end):
    """All that the company earned and spent on its projects, unassigned cost included."""
    sql = margin.get_sql({name: SQL("SUM(%s)", column) for name, column in SUM_COLUMNS.items()})
    return SQL(
        """
        SELECT SUM(revenue) AS revenue,
               CASE WHEN %(is_costed)s THEN %(margin)s END AS margin
          FROM client_profitability
         WHERE company_id = %(company)s AND date >= %(start)s AND date < %(end)s
        """,
        company=company_id,
        start=start,
        end=end,
        is_costed=sql["is_costed"],
        margin=sql["margin"],
    )


def _columns():
    """Return the expressions of FIGURES, in their order.

    ``t`` has no row where nothing happened; a rate is a percentage with two decimals.
    """
    return SQL(
        """
        COALESCE(t.revenue, 0),
        COALESCE(t.labour_cost, 0),
        COALESCE(t.other_cost, 0),
        COALESCE(t.cost, 0),
        CASE WHEN t.is_known THEN t.margin END,
        ROUND(t.margin_rate, 2),
        COALESCE(t.state, %(empty)s),
        t.band,
        COALESCE(t.hours, 0)::float8,
        COALESCE(t.billable_hours, 0)::float8,
        COALESCE(t.uncosted_hours, 0)::float8,
        COALESCE(t.assumed_hours, 0)::float8,
        ROUND(t.effective_rate, 2),
        COALESCE(t.overhead, 0),
        CASE WHEN t.is_known THEN t.margin_after_overhead END,
        CASE WHEN company.revenue > 0
             THEN ROUND(100 * COALESCE(t.revenue, 0) / company.revenue, 2) END,
        CASE WHEN company.margin > 0 AND t.is_known
             THEN ROUND(100 * t.margin / company.margin, 2) END,
        COALESCE(t.active_months, 0),
        COALESCE(t.loss_months, 0),
        CASE WHEN t.is_known THEN ROUND(t.loss_probability, 2) END,
        COALESCE(o.overdue, 0),
        o.overdue_since,
        h.days_late,
        h.days_late IS NOT NULL,
        o.overdue_since + h.days_late,
        COALESCE(u.to_invoice, 0)
        """,
        empty=margin.EMPTY,
    )
