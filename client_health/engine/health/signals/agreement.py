"""Reads agreements, price requests and hours; returns readings of agreement and scope."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from ... import period
from ...agreement import scope
from ...clock import get_closed_months, get_end, local_date
from ...query import fetch, get_clients, get_company, to_array
from ...reading import make, unknown
from . import Signal

# Hours of a quarter, because less is an accident; a working day of them, for the same reason; and
# half of them known, because a share of the smaller half means little. Rules of thumb.
RECENT = timedelta(days=90)
MIN_HOURS = 8.0
MAX_UNCLEAR = 0.5
# Price pressure comes and goes with budgets, which are made once a year.
YEAR = period.YEAR
# What the client owed us lately, and so many at least: one is an anecdote. Rules of thumb.
RECENT_DUTIES = timedelta(days=180)
LEAST_DUTIES = 2
# Full months over which agreed and worked hours are compared.
HOURS_MONTHS = 3


def read_agreement_current(env, relationships, as_of):
    """Days that an agreement has been out of date: the worst of those that stand or were offered.

    A first proposal that was not accepted in its time is none, from then on.
    """
    end = get_end(relationships, as_of)
    rows = fetch(
        env,
        SQL(
            """
            WITH agreement AS (
                SELECT *, accepted_on <= %(end)s AS accepted
                  FROM client_agreement
                 WHERE relationship_id = ANY (%(ids)s)
                   AND active
                   AND create_date <= %(end)s
                   AND (replaced_on IS NULL OR replaced_on > %(end)s)
            ), judged AS (
                SELECT relationship_id, id,
                       CASE WHEN accepted THEN %(accepted)s ELSE %(proposed)s END AS day,
                       CASE WHEN accepted
                            THEN LEAST(CASE WHEN outdated_on <= %(as_of)s THEN outdated_on END,
                                       CASE WHEN date_review <= %(as_of)s THEN date_review END)
                            ELSE proposal_end END AS since
                  FROM agreement
                 WHERE accepted
                    OR previous_id IS NULL
                   AND state <> 'draft'
                   AND proposed_on <= %(end)s
                   AND proposal_end < %(as_of)s
            )
            SELECT relationship_id AS id,
                   COALESCE(MAX(%(as_of)s::date - since), 0) AS days,
                   MAX(GREATEST(day, since)) AS day,
                   ARRAY_AGG(id ORDER BY since, id) AS ids
              FROM judged
          GROUP BY relationship_id
            """,
            ids=to_array(relationships._ids),
            as_of=as_of,
            end=end,
            accepted=local_date(relationships, SQL("accepted_on")),
            proposed=local_date(relationships, SQL("proposed_on")),
        ),
    )
    return {
        row["id"]: make(row["days"], row["day"], {"client.agreement": row["ids"]}) for row in rows
    }


def read_unrequested_hours(env, relationships, as_of):
    """Percent of the recent hours that were our own idea, of those whose asker is known."""
    company = get_company(relationships)
    by_partner = get_clients(env, relationships)
    hours = scope.select_hours(
        (company.id,),
        as_of - RECENT + timedelta(days=1),
        as_of,
        env["client.profitability"]._get_hours_per_unit(),
        partner_ids=by_partner,
        created=get_end(relationships, as_of),
    )
    totals = {}
    for row in fetch(
        env, SQL("SELECT * FROM (%s) h ORDER BY us DESC NULLS LAST, project_id", hours)
    ):
        total = totals.setdefault(by_partner[row["partner_id"]], [scope.Hours(), [], []])
        hours = (row[name] or 0.0 for name in scope.Hours._fields)
        total[0] = scope.Hours(*map(sum, zip(total[0], hours, strict=True)))
        total[1].append(row["last"])
        total[2] += row["us_task_ids"] or ()
    return {
        relationship_id: _make_unrequested(hours, max(days), task_ids)
        for relationship_id, (hours, days, task_ids) in totals.items()
        if hours.total >= MIN_HOURS
    }


def _make_unrequested(hours, day, task_ids):
    # the correction of hours of another quarter may leave less than none
    hours = scope.Hours(*(max(part, 0) for part in hours))
    # What is requested by our own word only counts half: the other half is as good as unclear. So
    # clicks alone can neither make the scope clean nor, taken back, unknown.
    half = min(hours.claimed, hours.client) / 2
    hours = hours._replace(client=hours.client - half, unclear=hours.unclear + half)
    if hours.unclear > MAX_UNCLEAR * hours.total or hours.client + hours.us <= 0:
        return unknown("unclear", hours=hours.total, unclear=hours.unclear)
    return make(
        100 * hours.us / (hours.client + hours.us),
        day,
        {"project.task": task_ids},
        ours=hours.us,
        hours=hours.total,
        claimed=hours.claimed,
    )


def read_price_pressure(env, relationships, as_of):
    """Months of the last 12 in which the client asked for cheaper, or got a discount."""
    end = get_end(relationships, as_of)
    rows = fetch(
        env,
        SQL(
            """
            WITH line AS (
                SELECT f.relationship_id, %(said_on)s AS day, f.kind = 'price_pressure' AS pressed,
                       f.id AS feedback_id, NULL::int AS move_id
                  FROM client_feedback f
                 WHERE f.relationship_id = ANY (%(ids)s)
                   AND f.kind <> 'team'
                   AND f.date <= %(end)s
                   AND f.create_date <= %(end)s
             UNION ALL
                SELECT r.id, m.date, m.id IN (%(discounted)s), NULL, m.id
                  FROM client_relationship r
                  JOIN res_partner c ON c.commercial_partner_id = r.partner_id
                  JOIN account_move m ON m.partner_id = c.id AND m.company_id = r.company_id
                 WHERE r.id = ANY (%(ids)s)
                   AND m.move_type = 'out_invoice'
                   AND m.state = 'posted'
                   AND m.create_date <= %(end)s
            )
            SELECT relationship_id AS id,
                   COUNT(DISTINCT DATE_TRUNC('month', day::timestamp))
                       FILTER (WHERE pressed) AS months,
                   MAX(day) AS day,
                   ARRAY_AGG(feedback_id ORDER BY day DESC)
                       FILTER (WHERE pressed AND feedback_id IS NOT NULL) AS feedback_ids,
                   ARRAY_AGG(move_id ORDER BY day DESC)
                       FILTER (WHERE pressed AND move_id IS NOT NULL) AS move_ids
              FROM line
             WHERE day > %(since)s AND day <= %(as_of)s
          GROUP BY relationship_id
            """,
            said_on=local_date(relationships, SQL("f.date")),
            ids=to_array(relationships._ids),
            end=end,
            discounted=_select_discounted(relationships, as_of),
            since=as_of - YEAR,
            as_of=as_of,
        ),
    )
    return {
        row["id"]: make(
            min(row["months"], period.MONTHS),
            row["day"],
            {"client.feedback": row["feedback_ids"], "account.move": row["move_ids"]},
        )
        for row in rows
    }


def _select_discounted(relationships, as_of):
    """The invoices with a discount on a line, or with a line of Odoo's discount product."""
    company = get_company(relationships)
    return SQL(
        """
        SELECT l.move_id
          FROM account_move_line l
         WHERE l.company_id = %s
           AND l.date > %s AND l.date <= %s
           AND l.display_type = 'product'
           AND (l.discount > 0 AND l.price_unit * l.quantity > 0
                OR l.product_id = %s AND l.balance > 0)
        """,
        company.id,
        as_of - YEAR,
        as_of,
        company.sale_discount_product_id.id or 0,
    )


def read_hours_over(env, relationships, as_of, months=HOURS_MONTHS):
    """Hours worked over those agreed, in percent; full months that began with an agreement."""
    start, end = get_closed_months(get_company(relationships), as_of, months)
    rows = fetch(
        env,
        SQL(
            """
            WITH agreed AS (
                SELECT a.relationship_id, month::date AS month, SUM(a.hours_month) AS hours,
                       ARRAY_AGG(a.id) AS ids
                  FROM client_agreement a
                  JOIN GENERATE_SERIES(%(start)s::timestamp, %(last)s::timestamp,
                                       '1 month') month
                    ON %(accepted)s <= month::date
                   AND (a.replaced_on IS NULL OR %(replaced)s > month::date)
                 WHERE a.relationship_id = ANY (%(ids)s)
                   AND a.active
                   AND a.hours_month > 0
                   AND a.create_date <= %(known)s
              GROUP BY a.relationship_id, month
            ), worked AS (
                SELECT relationship_id, date AS month, SUM(hours) AS hours
                  FROM client_profitability
                 WHERE company_id = %(company)s
                   AND relationship_id = ANY (%(ids)s)
                   AND date >= %(start)s AND date < %(end)s
              GROUP BY relationship_id, date
            )
            SELECT a.relationship_id AS id,
                   SUM(a.hours) AS agreed,
                   COALESCE(SUM(w.hours), 0) AS worked,
                   MAX(a.month) AS month,
                   MAX(a.ids) AS ids
              FROM agreed a
         LEFT JOIN worked w ON w.relationship_id = a.relationship_id AND w.month = a.month
          GROUP BY a.relationship_id
            """,
            start=start,
            last=end - relativedelta(months=1),
            end=end,
            known=get_end(relationships, as_of),
            accepted=local_date(relationships, SQL("a.accepted_on")),
            replaced=local_date(relationships, SQL("a.replaced_on")),
            ids=to_array(relationships._ids),
            company=get_company(relationships).id,
        ),
    )
    return {
        row["id"]: make(
            100 * (row["worked"] / row["agreed"] - 1),
            period.end_of_month(row["month"]),
            {"client.agreement": row["ids"]},
            agreed=row["agreed"],
            worked=row["worked"],
        )
        for row in rows
    }


def read_client_input(env, relationships, as_of):
    """Percent of what the client owed us that it did by its day, within half a year.

    What is open past its day counts until it is done. Only what the client can see.
    """
    end = get_end(relationships, as_of)
    rows = fetch(
        env,
        SQL(
            """
            WITH duty AS (
                SELECT relationship_id, id, date_deadline,
                       CASE WHEN done_date <= %(end)s THEN %(day)s END AS done
                  FROM client_duty
                 WHERE relationship_id = ANY (%(ids)s)
                   AND is_shared
                   AND date_deadline IS NOT NULL
                   AND create_date <= %(end)s
                   AND (dropped_date IS NULL OR dropped_date > %(end)s)
            )
            SELECT relationship_id AS id,
                   COUNT(*) AS due,
                   COUNT(*) FILTER (WHERE done <= date_deadline) AS good,
                   MAX(COALESCE(done, date_deadline)) AS day,
                   ARRAY_AGG(id ORDER BY (done <= date_deadline) IS TRUE, date_deadline, id) AS ids
              FROM duty
             WHERE done > %(since)s OR done IS NULL AND date_deadline < %(as_of)s
          GROUP BY relationship_id
            HAVING COUNT(*) >= %(least)s
            """,
            ids=to_array(relationships._ids),
            as_of=as_of,
            end=end,
            day=local_date(relationships, SQL("done_date")),
            since=as_of - RECENT_DUTIES,
            least=LEAST_DUTIES,
        ),
    )
    return {
        row["id"]: make(
            100 * row["good"] / row["due"],
            row["day"],
            {"client.duty": row["ids"]},
            due=row["due"],
            late=row["due"] - row["good"],
        )
        for row in rows
    }


SIGNALS = {
    "agreement_current": Signal(read_agreement_current),
    "unrequested_hours": Signal(read_unrequested_hours),
    "price_pressure": Signal(read_price_pressure),
    "hours_over": Signal(read_hours_over),
    "client_input": Signal(read_client_input),
}
