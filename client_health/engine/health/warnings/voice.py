"""Reads feedback, issues and prices; returns warnings of complaints and of price pressure."""

from datetime import timedelta

from odoo.tools import SQL

from ...clock import get_end, local_date
from ...feedback import repair
from ...query import fetch, get_company, to_array
from ...reading import make
from ..signals import Signal

# A complaint has so long to be answered, and so long to be resolved; until then it counts less:
# three at a time are a pattern.
TO_ANSWER = timedelta(days=3)
TO_RESOLVE = timedelta(days=21)
YOUNGER = 0.7
# Without any answer for so long, a complaint counts twice.
IGNORED = timedelta(days=14)
SEVERE = "3"
VERY_UNHAPPY = "1"
# Price pressure comes before a decision, not a year before. Measured on a firm's own three years.
PRICE = timedelta(days=120)
BEFORE = timedelta(days=365)


def read_complaints(env, relationships, as_of, rule):
    """Complaints and concerns that wait, of a very unhappy client twice; severe issues at once.

    Those that are answered, or came lately, count less until they should be resolved.
    """
    rows = fetch(
        env,
        SQL(
            """
            SELECT relationship_id AS id, SUM(points) AS points, MIN(day) AS day,
                   COUNT(id) AS complaints, COUNT(issue_id) AS issues,
                   ARRAY_AGG(issue_id ORDER BY day) FILTER (WHERE issue_id IS NOT NULL)
                       AS issue_ids,
                   ARRAY_AGG(id ORDER BY points DESC, day) FILTER (WHERE id IS NOT NULL)
                       AS feedback_ids
              FROM (%s) line
             WHERE points > 0
          GROUP BY relationship_id
            """,
            _select_complaints(relationships, as_of, rule),
        ),
    )
    return {
        row["id"]: make(
            row["points"],
            row["day"],
            {"client.issue": row["issue_ids"], "client.feedback": row["feedback_ids"]},
            complaints=row["complaints"],
            issues=row["issues"],
        )
        for row in rows
        if row["issues"] or row["complaints"] >= rule.least
    }


def _select_complaints(relationships, as_of, rule):
    """Select relationship_id, issue_id, id, day and points, of each complaint and severe issue."""
    return SQL(
        """
        WITH issue AS (%(issues)s), feedback AS (%(feedback)s)
        SELECT relationship_id, NULL::int AS issue_id, id, day,
               CASE WHEN resolved THEN 0
                    WHEN answered AND day > %(late)s THEN %(younger)s
                    WHEN NOT answered AND day <= %(ignored)s THEN 2 * weight
                    WHEN answered OR day <= %(unanswered)s THEN weight
                    ELSE %(younger)s END AS points
          FROM feedback
     UNION ALL
        SELECT relationship_id, id, NULL, day, %(severe)s::float8
          FROM issue WHERE is_open AND severity = %(most)s
        """,
        issues=_select_issues(relationships, as_of),
        feedback=_select_feedback(relationships, as_of),
        late=as_of - TO_RESOLVE,
        unanswered=as_of - TO_ANSWER,
        ignored=as_of - IGNORED,
        severe=rule.severe,
        younger=YOUNGER,
        most=SEVERE,
    )


def _select_issues(relationships, as_of):
    return SQL(
        """
        SELECT relationship_id, id, severity, LEAST(date, %(as_of)s) AS day,
               state = 'open' OR closed_date > %(end)s AS is_open
          FROM client_issue
         WHERE relationship_id = ANY (%(ids)s) AND create_date <= %(end)s
        """,
        ids=to_array(relationships._ids),
        end=get_end(relationships, as_of),
        as_of=as_of,
    )


def _select_feedback(relationships, as_of):
    """Select complaints and concerns; what its issue settled is settled. Of the table ``issue``."""
    return SQL(
        """
        SELECT f.relationship_id, f.id, %(day)s AS day,
               CASE WHEN f.rating = %(unhappy)s THEN 2.0 ELSE 1.0 END AS weight,
               COALESCE(f.resolved_date <= %(end)s, false) OR i.is_open IS FALSE AS resolved,
               COALESCE(f.answered_date <= %(end)s, false) AS answered
          FROM client_feedback f
     LEFT JOIN issue i ON i.id = f.issue_id
         WHERE f.relationship_id = ANY (%(ids)s) AND f.kind IN %(to_answer)s
           AND f.date <= %(end)s AND f.create_date <= %(end)s
        """,
        ids=to_array(relationships._ids),
        end=get_end(relationships, as_of),
        day=local_date(relationships, SQL("f.date")),
        unhappy=VERY_UNHAPPY,
        to_answer=repair.TO_ANSWER,
    )


def read_price(env, relationships, as_of, rule):
    """Months of the last four with price pressure or a discount; a discount as always is none."""
    end, company = get_end(relationships, as_of), get_company(relationships)
    rows = fetch(
        env,
        SQL(
            """
            WITH said AS (
                SELECT f.relationship_id AS id, f.id AS feedback_id, NULL::int AS move_id,
                       %(said_on)s AS day
                  FROM client_feedback f
                 WHERE f.relationship_id = ANY (%(ids)s) AND f.kind = 'price_pressure'
                   AND f.date <= %(end)s AND f.create_date <= %(end)s
             UNION ALL
                SELECT DISTINCT r.id, NULL::int, m.id, m.date
                  FROM account_move_line l
                  JOIN account_move m ON m.id = l.move_id
                  JOIN client_relationship r
                    ON r.partner_id = m.commercial_partner_id AND r.company_id = m.company_id
                 WHERE r.id = ANY (%(ids)s) AND l.company_id = %(company)s
                   AND l.date > %(before)s AND l.date <= %(as_of)s
                   AND m.state = 'posted' AND m.move_type = 'out_invoice'
                   AND m.create_date <= %(end)s
                   AND l.display_type = 'product'
                   AND (l.discount > 0 AND l.price_unit * l.quantity > 0
                        OR l.product_id = %(discount)s AND l.balance > 0)
            ), month AS (
                SELECT id, DATE_TRUNC('month', day) AS month, MIN(day) AS day,
                       MIN(day) > %(recent)s AS is_recent,
                       ARRAY_AGG(feedback_id) FILTER (WHERE feedback_id IS NOT NULL) AS said_ids,
                       ARRAY_AGG(move_id) FILTER (WHERE move_id IS NOT NULL) AS move_ids
                  FROM said
                 WHERE day > %(before)s
              GROUP BY id, DATE_TRUNC('month', day)
            )
            SELECT id, COUNT(*) FILTER (WHERE is_recent) AS months,
                   COUNT(*) FILTER (WHERE NOT is_recent) AS earlier,
                   MIN(day) FILTER (WHERE is_recent) AS day,
                   MAX(said_ids) FILTER (WHERE is_recent) AS said_ids,
                   MAX(move_ids) FILTER (WHERE is_recent) AS move_ids
              FROM month
          GROUP BY id
            HAVING COUNT(*) FILTER (WHERE is_recent) >= %(least)s
               AND COUNT(*) FILTER (WHERE is_recent) > COUNT(*) FILTER (WHERE NOT is_recent)
            """,
            said_on=local_date(relationships, SQL("f.date")),
            ids=to_array(relationships._ids),
            end=end,
            as_of=as_of,
            company=company.id,
            discount=company.sale_discount_product_id.id or 0,
            recent=as_of - PRICE,
            before=as_of - BEFORE,
            least=rule.least,
        ),
    )
    return {
        row["id"]: make(
            row["months"],
            row["day"],
            {"client.feedback": row["said_ids"], "account.move": row["move_ids"]},
            months=row["months"],
        )
        for row in rows
    }


WARNINGS = {"complaints": Signal(read_complaints), "price": Signal(read_price)}
