"""Reads the ledger and orders; returns revenue spread over the months that it pays for.

Lumpy billing is no loss: a client that pays a year in advance, or a project by milestones, is
judged by these months. Only loss months, their probability and warnings read them; the ledger
stays as booked. Each project of a client is billed on its own, as is what has no project:

1. a month with deferral entries is what they left of it (the ledger has the net of both);
2. a line with deferral dates, without such entries, is for the days between (``deferral.py``);
3. a project with milestones, or with a fixed price that is invoiced in parts or afterwards:
   *backwards* to the previous invoice, by share of cost; what isn't invoiced yet of the price
   counts for the months since the last invoice; then evened out over the year;
4. else *forwards* to the next invoice. A small one, of less than a quarter, is an extra and ends
   nothing, where a later large one or the gaps between them tell for how long the large one pays.
   The last one: for the median gap between invoices, of the project or else of the client, where
   there are two gaps; else for its month; 12 at the most.
   A credit lowers the rest of the months that its invoice pays for.

Only what was known on ``as_of``: later months are not read.
"""

from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from .. import period
from ..query import fetch, is_one_of
from . import deferral

# Three invoices of a yearly row lie within so many months before the first that is asked for.
HISTORY = relativedelta(months=36)
LONGEST = 12
LEAST_GAPS = 2
# A fee for the year goes on when a workshop is invoiced besides.
SMALL = 0.25
EVERY = SQL("true")


def read_spread(env, company_id, start, end, as_of, relationship_ids=()):
    """Return {relationship id: {month: revenue}}, ``start`` <= month < ``end``.

    Months without revenue are left out. No ids: every client of the company.
    """
    scope = is_one_of_clients(relationship_ids) if relationship_ids else EVERY
    query = select_spread(env, company_id, start, end, as_of, scope)
    months = defaultdict(dict)
    for row in fetch(env, query):
        months[row["relationship_id"]][row["date"]] = float(row["revenue"])
    return dict(months)


def select_spread(env, company_id, start, end, as_of, scope=EVERY):
    """Return a SELECT of relationship_id, date (month), revenue; ``start`` <= date < ``end``.

    One row per client and month; months without revenue are left out.

    :param SQL scope: condition on the clients, given the columns of the ledger
    """
    items = deferral.get_items(env, company_id, start - HISTORY, as_of)
    return SQL(
        """
        WITH %(dated)s
             billing AS MATERIALIZED (%(billing)s),
             ordered AS MATERIALIZED (%(ordered)s),
             backward AS MATERIALIZED (%(backward)s),
             invoice AS MATERIALIZED (%(invoices)s)
        SELECT relationship_id,
               MAKE_DATE(month / 12, month %% 12 + 1, 1) AS date,
               ROUND(SUM(revenue), 4) AS revenue
          FROM (%(paid)s) paid (relationship_id, month, revenue)
         WHERE month >= %(first)s AND month < %(last)s
      GROUP BY relationship_id, month
        """,
        dated=SQL("dated AS MATERIALIZED (SELECT * FROM (%s) d WHERE %s),", items, scope)
        if items
        else SQL(),
        billing=_select_billing(company_id, start, as_of, scope, bool(items)),
        ordered=_select_ordered(company_id, as_of),
        backward=_select_backward(),
        invoices=_select_invoices(),
        paid=SQL(" UNION ALL ").join(
            [
                _select_forwards(),
                _select_backwards(_count_months(end)),
                *([deferral.select_months(SQL("dated"))] if items else []),
            ]
        ),
        first=_count_months(start),
        last=_count_months(end),
    )


def select_losses(env, company_id, start, end, as_of, scope=EVERY):
    """Return a SELECT of relationship_id, date of the months that cost more than they brought in.

    By spread revenue. Hours without cost count as free. Parameters as of ``select_spread``.
    """
    return SQL(
        """
        SELECT m.relationship_id, m.date
          FROM (SELECT relationship_id, date, SUM(labour_cost + other_cost) AS cost
                  FROM client_profitability
                 WHERE company_id = %s AND date >= %s AND date < %s
                   AND relationship_id IS NOT NULL AND %s
              GROUP BY relationship_id, date) m
     LEFT JOIN (%s) p ON p.relationship_id = m.relationship_id AND p.date = m.date
         WHERE COALESCE(p.revenue, 0) < m.cost
        """,
        company_id,
        start,
        end,
        scope,
        select_spread(env, company_id, start, end, as_of, scope),
    )


def is_one_of_clients(relationship_ids):
    """Return the ``scope`` of some relationships."""
    return is_one_of(SQL("relationship_id"), relationship_ids)


def _count_months(day):
    return day.year * 12 + day.month - 1


def _select_billing(company_id, start, as_of, scope, has_dates):
    """The rows of the ledger that were known; months are counted from the year 0.

    ``rest`` is their revenue without that of lines with deferral dates, which are invoices as well.

    The running month is read where an invoice is of ``as_of`` or before: it ends the months that
    the one before pays for.
    """
    return SQL(
        """
        SELECT relationship_id,
               project_id,
               (DATE_PART('year', date) * 12 + DATE_PART('month', date) - 1)::int AS month,
               revenue,
               %(rest)s AS rest,
               labour_cost + other_cost AS cost
          FROM client_profitability %(dated)s
         WHERE company_id = %(company)s
           AND relationship_id IS NOT NULL
           AND %(scope)s
           AND date >= %(since)s
           AND (date < %(running)s
                OR date = %(running)s AND partner_id IN (
                   SELECT m.commercial_partner_id
                     FROM account_move m
                    WHERE m.company_id = %(company)s
                      AND m.state = 'posted'
                      AND m.move_type = 'out_invoice'
                      AND m.date >= %(running)s AND m.date <= %(as_of)s))
        """,
        rest=SQL("revenue - COALESCE(dated_revenue, 0)") if has_dates else SQL("revenue"),
        dated=_join_dated() if has_dates else SQL(),
        company=company_id,
        scope=scope,
        since=start - HISTORY,
        running=period.first_of_month(as_of),
        as_of=as_of,
    )


def _join_dated():
    """Join the revenue with deferral dates to the rows of the ledger, as ``dated_revenue``."""
    return SQL(
        """
     LEFT JOIN (SELECT relationship_id AS dated_client,
                       project_id AS dated_project,
                       DATE_TRUNC('month', date::timestamp)::date AS dated_month,
                       SUM(revenue) AS dated_revenue
                  FROM dated
              GROUP BY 1, 2, 3) dated
            ON dated_client = relationship_id
           AND dated_project = COALESCE(project_id, 0)
           AND dated_month = date
        """
    )


def _select_ordered(company_id, as_of):
    """Price (company currency) by project of order lines with milestones or a fixed price.

    ``in_parts``: there are milestones or a down payment.
    """
    return SQL(
        """
        SELECT project_id, SUM(price) AS price, BOOL_OR(in_parts) AS in_parts
          FROM (SELECT COALESCE(l.project_id, k.project_id, j.id, o.project_id) AS project_id,
                       l.price_subtotal / COALESCE(NULLIF(o.currency_rate, 0), 1) AS price,
                       l.qty_delivered_method = 'milestones'
                       OR EXISTS (SELECT 1 FROM sale_order_line d
                                   WHERE d.order_id = o.id
                                     AND d.is_downpayment
                                     AND d.display_type IS NULL) AS in_parts
                  FROM sale_order o
                  JOIN sale_order_line l ON l.order_id = o.id
                  JOIN product_product p ON p.id = l.product_id
                  JOIN product_template t ON t.id = p.product_tmpl_id
             LEFT JOIN (SELECT sale_line_id, MIN(project_id) AS project_id
                          FROM project_milestone GROUP BY 1) k ON k.sale_line_id = l.id
             LEFT JOIN (SELECT sale_line_id, MIN(id) AS id
                          FROM project_project GROUP BY 1) j ON j.sale_line_id = l.id
                 WHERE o.company_id = %s
                   AND o.state = 'sale'
                   AND o.date_order < %s
                   AND l.is_downpayment IS NOT TRUE
                   AND (l.qty_delivered_method = 'milestones'
                        OR t.type = 'service' AND t.invoice_policy = 'order')) line
         WHERE project_id IS NOT NULL
      GROUP BY project_id
        """,
        company_id,
        as_of + relativedelta(days=1),
    )


def _select_backward():
    """The projects with such orders that are invoiced in parts or afterwards, and what is open."""
    return SQL(
        """
        SELECT b.relationship_id,
               b.project_id,
               GREATEST(MAX(o.price) - SUM(b.revenue), 0) AS unbilled
          FROM billing b
          JOIN ordered o ON o.project_id = b.project_id
      GROUP BY b.relationship_id, b.project_id
        HAVING BOOL_OR(o.in_parts)
            OR MIN(b.month) FILTER (WHERE b.revenue > 0) IS NULL
            OR MIN(b.month) FILTER (WHERE b.cost > 0)
               < MIN(b.month) FILTER (WHERE b.revenue > 0)
        """
    )


def _select_forwards():
    """Each invoice in equal parts until the next one that is not small beside it."""
    return SQL(
        """
        SELECT relationship_id, paid_month, revenue / months
          FROM (SELECT f.*,
                       GREATEST(1, LEAST(f.invoiced + %(longest)s,
                                         COALESCE(CASE WHEN NOT f.followed THEN f.next_month END,
                                                  p.next_month,
                                                  f.invoiced + g.gap,
                                                  f.next_month,
                                                  f.invoiced + COALESCE(s.gap, c.gap, 1)))
                                   - f.month) AS months
                  FROM (%(flow)s) f
             LEFT JOIN (%(past_small)s) p
                    ON p.relationship_id = f.relationship_id
                   AND p.project_id = COALESCE(f.project_id, 0)
                   AND p.month = f.invoiced
             LEFT JOIN (%(own_gaps)s) g
                    ON g.relationship_id = f.relationship_id
                   AND g.project_id = COALESCE(f.project_id, 0)
                   AND g.invoiced = f.invoiced
             LEFT JOIN (%(stream_gaps)s) s
                    ON s.relationship_id = f.relationship_id
                   AND s.project_id = COALESCE(f.project_id, 0)
             LEFT JOIN (%(client_gaps)s) c ON c.relationship_id = f.relationship_id) spread
    CROSS JOIN LATERAL GENERATE_SERIES(month, month + months - 1) AS paid_month
        """,
        longest=LONGEST,
        flow=_select_flow(),
        past_small=_select_past_small(),
        own_gaps=_select_gaps(SQL("relationship_id, project_id, invoiced"), _select_peers()),
        stream_gaps=_select_gaps(
            SQL("relationship_id, project_id"),
            SQL("SELECT relationship_id, project_id, month FROM invoice"),
        ),
        client_gaps=_select_gaps(
            SQL("relationship_id"),
            SQL("SELECT DISTINCT relationship_id, month FROM invoice"),
        ),
    )


def _select_invoices():
    """Months with an invoice, by client and project (0: none), and the one that follows.

    ``followed``: by a small one.
    """
    return SQL(
        """
        SELECT *, following < revenue * %(small)s AS followed
          FROM (SELECT relationship_id,
                       COALESCE(project_id, 0) AS project_id,
                       month,
                       revenue,
                       LEAD(month) OVER stream AS next_month,
                       LEAD(revenue) OVER stream AS following
                  FROM billing
                 WHERE revenue > 0
                WINDOW stream AS (PARTITION BY relationship_id, project_id ORDER BY month)) invoice
        """,
        small=SMALL,
    )


def _select_flow():
    """Months with revenue, the invoice that each belongs to, and the next one."""
    return SQL(
        """
        SELECT b.*,
               i.next_month,
               i.followed
          FROM (SELECT b.relationship_id, b.project_id, b.month, b.rest AS revenue,
                       MAX(b.month) FILTER (WHERE b.revenue > 0) OVER before AS invoiced
                  FROM billing b
             LEFT JOIN backward w
                    ON w.relationship_id = b.relationship_id AND w.project_id = b.project_id
                 WHERE b.revenue <> 0 AND w.project_id IS NULL
                WINDOW before AS (PARTITION BY b.relationship_id, b.project_id ORDER BY b.month)
               ) b
     LEFT JOIN invoice i
            ON i.relationship_id = b.relationship_id
           AND i.project_id = COALESCE(b.project_id, 0)
           AND i.month = b.invoiced
         WHERE b.revenue <> 0
        """
    )


def _select_past_small():
    """Of invoices that a small one follows: the first that isn't small beside them."""
    return SQL(
        """
        SELECT i.relationship_id, i.project_id, i.month, MIN(n.month) AS next_month
          FROM invoice i
          JOIN invoice n
            ON n.relationship_id = i.relationship_id AND n.project_id = i.project_id
         WHERE i.followed
           AND n.month > i.month
           AND n.revenue >= i.revenue * %s
      GROUP BY 1, 2, 3
        """,
        SMALL,
    )


def _select_peers():
    """Of invoices that a small one follows, or none: the months of those not small beside them.

    Columns: relationship_id, project_id, invoiced, month.
    """
    return SQL(
        """
        SELECT i.relationship_id, i.project_id, i.month AS invoiced, n.month
          FROM invoice i
          JOIN invoice n
            ON n.relationship_id = i.relationship_id AND n.project_id = i.project_id
         WHERE (i.followed OR i.next_month IS NULL)
           AND n.revenue >= i.revenue * %s
        """,
        SMALL,
    )


def _select_gaps(keys, invoiced):
    """The median gap between months with an invoice, where there are enough of them.

    :param SQL invoiced: a SELECT of these months, with the keys
    """
    return SQL(
        """
        SELECT %(keys)s, ROUND(PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY gap))::int AS gap
          FROM (SELECT *, LEAD(month) OVER (PARTITION BY %(keys)s ORDER BY month) - month AS gap
                  FROM (%(invoiced)s) invoiced
               ) following
         WHERE gap IS NOT NULL
      GROUP BY %(keys)s
        HAVING COUNT(*) >= %(least)s
        """,
        keys=keys,
        invoiced=invoiced,
        least=LEAST_GAPS,
    )


def _select_backwards(last):
    """What was earned by share of cost, evened out over the year before the month ``last``.

    Milestones are priced unevenly: a project that earns well is not at a loss in the months of a
    cheap one. Without cost the revenue stays in its month.
    """
    return SQL(
        """
        SELECT relationship_id, month, %(shared)s
          FROM (%(earned)s) earned
        WINDOW part AS (PARTITION BY relationship_id, project_id,
                                     month >= %(first)s AND month < %(last)s)
        """,
        shared=SQL(
            "CASE WHEN month >= %(first)s AND month < %(last)s THEN %(shared)s ELSE revenue END",
            first=last - LONGEST,
            last=last,
            shared=_share(SQL("SUM(revenue) OVER part")),
        ),
        earned=_select_earned(),
        first=last - LONGEST,
        last=last,
    )


def _select_earned():
    """Of each invoice, and of what is open, the share of cost of the months since the last one."""
    return SQL(
        """
        SELECT relationship_id, project_id, month, cost, %(shared)s AS revenue
          FROM (SELECT b.relationship_id, b.project_id, b.month, b.cost, b.rest AS revenue,
                       w.unbilled,
                       MIN(b.month) FILTER (WHERE b.revenue > 0) OVER ahead AS invoiced
                  FROM billing b
                  JOIN backward w
                    ON w.relationship_id = b.relationship_id AND w.project_id = b.project_id
                WINDOW ahead AS (PARTITION BY b.relationship_id, b.project_id ORDER BY b.month
                                 ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)) month
        WINDOW part AS (PARTITION BY relationship_id, project_id, invoiced)
        """,
        shared=_share(
            SQL("(SUM(revenue) OVER part + CASE WHEN invoiced IS NULL THEN unbilled ELSE 0 END)")
        ),
    )


def _share(amount):
    """Return the part of an amount that a month has by its share of the cost of its part."""
    return SQL(
        "CASE WHEN SUM(cost) OVER part > 0 THEN cost * %s / SUM(cost) OVER part ELSE revenue END",
        amount,
    )
