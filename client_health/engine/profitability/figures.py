"""The last twelve months of every client of a company, in one SELECT.

Reads the ledger, never the documents behind it, save for what a ledger of past months can't
know: what is overdue (``receivables.py``) and what waits for its invoice (``unbilled.py``).
``margin.py`` says the same in Python, for a handful of records; a test compares the two.
"""

from odoo.tools import SQL

from . import margin, receivables, unbilled

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
    "client_effective_rate",
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


def select_figures(company_id, start, end, as_of, partner_ids=()):
    """Return a SELECT of relationship_id and FIGURES, one row per relationship of a company.

    ``start`` <= month < ``end``; money that is owed is that of ``as_of``. What can't be told is
    NULL. Months, hours and amounts of a client without rows are 0. ``partner_ids``: only the
    relationships of these clients.
    """
    return SQL(
        """
        WITH month AS (%(months)s),
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
           AND %(scope)s
        """,
        months=_select_months(company_id, start, end),
        totals=_select_totals(),
        company_totals=_select_company(company_id, start, end),
        overdue=receivables.select_overdue(company_id, as_of, partner_ids),
        habit=receivables.select_habit(company_id, as_of, partner_ids),
        unbilled=unbilled.select_to_invoice(company_id),
        columns=_columns(),
        company=company_id,
        scope=SQL("r.partner_id IN %s", tuple(partner_ids)) if partner_ids else SQL("true"),
    )


def _select_months(company_id, start, end):
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
               SUM(uncosted_hours) AS uncosted_hours
          FROM client_profitability
         WHERE company_id = %s AND date >= %s AND date < %s
           AND relationship_id IS NOT NULL
      GROUP BY relationship_id, date
        """,
        company_id,
        start,
        end,
    )


def _select_totals():
    return SQL(
        """
        SELECT s.*,
               s.revenue - s.labour_cost - s.other_cost AS margin,
               %(state)s AS state
          FROM (SELECT relationship_id,
                       SUM(revenue) AS revenue,
                       SUM(labour_cost) AS labour_cost,
                       SUM(other_cost) AS other_cost,
                       ROUND(SUM(hours)::numeric, 4) AS hours,
                       ROUND(SUM(billable_hours)::numeric, 4) AS billable_hours,
                       ROUND(SUM(uncosted_hours)::numeric, 4) AS uncosted_hours,
                       COUNT(*) AS active_months,
                       COUNT(*) FILTER (WHERE revenue < labour_cost + other_cost) AS loss_months
                  FROM month
              GROUP BY relationship_id) s
        """,
        state=state_of(),
    )


def _select_company(company_id, start, end):
    """All that the company earned and spent on its projects, unassigned cost included."""
    return SQL(
        """
        SELECT SUM(revenue) AS revenue,
               CASE WHEN SUM(uncosted_hours) <= %(share)s * SUM(hours)
                    THEN SUM(margin) END AS margin
          FROM client_profitability
         WHERE company_id = %(company)s AND date >= %(start)s AND date < %(end)s
        """,
        company=company_id,
        start=start,
        end=end,
        share=margin.UNCOSTED_SHARE,
    )


def state_of():
    """Return ``margin.get_state`` in SQL, over columns named as in ``margin.Sums``."""
    return SQL(
        """
        CASE WHEN (revenue, labour_cost, other_cost, hours, billable_hours, uncosted_hours)
                  = (0, 0, 0, 0, 0, 0) THEN %(empty)s
             WHEN uncosted_hours > %(share)s * hours THEN %(unknown)s
             WHEN revenue > 0 THEN %(known)s
             ELSE %(no_revenue)s END
        """,
        share=margin.UNCOSTED_SHARE,
        **{name: getattr(margin, name.upper()) for name in margin.STATES},
    )


def _columns():
    """Return the expressions of FIGURES, in their order.

    ``t.state`` is NULL where nothing happened; a rate is a percentage with two decimals.
    """
    known = SQL("t.state IN (%s, %s)", margin.KNOWN, margin.NO_REVENUE)
    rated = SQL("t.state = %s", margin.KNOWN)
    return SQL(
        """
        COALESCE(t.revenue, 0),
        COALESCE(t.labour_cost, 0),
        COALESCE(t.other_cost, 0),
        COALESCE(t.labour_cost + t.other_cost, 0),
        CASE WHEN %(known)s THEN t.margin END,
        CASE WHEN %(rated)s THEN ROUND(100 * t.margin / t.revenue, 2) END,
        COALESCE(t.state, %(empty)s),
        CASE WHEN (%(known)s) IS NOT TRUE THEN NULL
             WHEN t.margin < 0 THEN %(loss)s
             WHEN 100 * t.margin <= %(break_even_rate)s * t.revenue THEN %(break_even)s
             ELSE %(profit)s END,
        COALESCE(t.hours, 0)::float8,
        COALESCE(t.billable_hours, 0)::float8,
        COALESCE(t.uncosted_hours, 0)::float8,
        CASE WHEN t.hours > 0 THEN ROUND((t.revenue - t.other_cost) / t.hours, 2) END,
        CASE WHEN company.revenue > 0
             THEN ROUND(100 * COALESCE(t.revenue, 0) / company.revenue, 2) END,
        CASE WHEN company.margin > 0 AND %(known)s
             THEN ROUND(100 * t.margin / company.margin, 2) END,
        COALESCE(t.active_months, 0),
        COALESCE(t.loss_months, 0),
        CASE WHEN %(known)s
             THEN ROUND(100.0 * (t.loss_months + 1) / (t.active_months + 2), 2) END,
        COALESCE(o.overdue, 0),
        o.overdue_since,
        h.days_late,
        h.days_late IS NOT NULL,
        o.overdue_since + h.days_late,
        COALESCE(u.to_invoice, 0)
        """,
        known=known,
        rated=rated,
        empty=margin.EMPTY,
        loss=margin.LOSS,
        break_even=margin.BREAK_EVEN,
        break_even_rate=margin.BREAK_EVEN_RATE,
        profit=margin.PROFIT,
    )
