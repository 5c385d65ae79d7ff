"""Reads what a year brought us and the client; returns the readings that ``balance.py`` weighs.

Money is that of the last twelve full months, straight from the ledger (``money.py``). Everything
else, such as answers, confirmations and referrals, is that of the twelve months up to ``as_of``.
Most of it the health score reads as well (``health/signals``). A reading with detail ``amount``
holds money: the whole sheet is for users who may see money.
"""

from datetime import timedelta

from odoo.tools import SQL

from .. import period, stage_rules
from ..clock import get_closed_months, get_end, local_date
from ..correspondence import contacts
from ..correspondence.waiting import read_waiting as read_open_discussions
from ..health import signals
from ..health.signals.agreement import read_hours_over
from ..query import fetch, get_company
from ..reading import make
from .money import read_discount, read_ledger, read_sums

# Measures of the health score that show what a side gets.
SHARED = (
    "margin_rate",
    "overdue_habit",
    "price_pressure",
    "goals_on_track",
    "milestones_on_time",
    "feedback_rating",
    "open_complaints",
    "unrequested_hours",
    "client_input",
)

# After a week, a question counts as not answered. Practice.
PATIENCE = timedelta(days=7)


def read_balance(env, relationships, as_of):
    """Return {relationship id: {code: Reading}} of relationships of one company.

    A fixed number of statements for all of them; an entry for every relationship.
    """
    readings, _errors = signals.read(env, relationships, as_of, SHARED)
    for code, read_one in ONES.items():
        for relationship_id, reading in read_one(env, relationships, as_of).items():
            readings[relationship_id][code] = reading
    for read_some in (read_ledger, read_accomplishments):
        for relationship_id, some in read_some(env, relationships, as_of).items():
            readings[relationship_id].update(some)
    for own in readings.values():
        _add_habit(own)
    return readings


def _add_habit(readings):
    """How late it usually pays, which the other reading of payments knows already."""
    overdue = readings.get("overdue_habit")
    if overdue and overdue.detail and "habit" in overdue.detail:
        readings["payment_habit"] = make(overdue.detail["habit"], overdue.date)


def _read_hours_over(env, relationships, as_of):
    return read_hours_over(env, relationships, as_of, period.MONTHS)


def read_unanswered(env, relationships, as_of):
    """What we asked the client and it left open for more than a week.

    Questions in a message, proposed agreements, values to confirm, "is it repaired?". Unknown when
    we asked nothing in a year.
    """
    end = get_end(relationships, as_of)
    rows = fetch(
        env,
        SQL(
            """
            SELECT id, model,
                   COUNT(*) AS asked,
                   COUNT(*) FILTER (WHERE waiting) AS open,
                   %(day)s AS day,
                   ARRAY_AGG(res_id ORDER BY moment DESC) FILTER (WHERE waiting) AS res_ids
              FROM (%(questions)s UNION ALL %(asked)s) question
          GROUP BY id, model
            """,
            day=local_date(relationships, SQL("MAX(moment)")),
            questions=contacts.select_questions(end, end - period.YEAR, PATIENCE, relationships),
            asked=_select_asked(relationships, end, as_of),
        ),
    )
    by_id = {}
    for row in rows:
        by_id.setdefault(row["id"], []).append(row)
    return {
        relationship_id: make(
            sum(row["open"] for row in found),
            max(row["day"] for row in found),
            {row["model"]: row["res_ids"] for row in found},
            asked=sum(row["asked"] for row in found),
        )
        for relationship_id, found in by_id.items()
    }


def _select_asked(relationships, end, as_of):
    """What waits for a yes or no: id, model, res_id, moment, waiting."""
    return SQL(
        """
        SELECT relationship_id AS id, 'client.agreement' AS model, id AS res_id,
               proposed_on AS moment,
               (accepted_on IS NULL OR accepted_on > %(end)s)
               AND (replaced_on IS NULL OR replaced_on > %(end)s)
               AND proposed_on < %(late)s AS waiting
          FROM client_agreement
         WHERE relationship_id IN %(ids)s AND active AND state <> 'draft'
           AND proposed_on <= %(end)s AND proposed_on > %(since)s
     UNION ALL
        SELECT a.relationship_id, 'client.accomplishment', a.id, a.asked_date::timestamp,
               NOT EXISTS (SELECT 1 FROM client_value v
                            WHERE v.accomplishment_id = a.id AND v.date <= %(as_of)s)
               AND a.asked_date < %(late)s
          FROM client_accomplishment a
         WHERE a.relationship_id IN %(ids)s AND a.active
           AND a.asked_date <= %(as_of)s AND a.asked_date > %(since)s
     UNION ALL
        SELECT u.relationship_id, 'client.update', u.id, u.sent_date,
               u.sent_date < %(late)s
               AND (i.confirmed_date IS NULL OR i.confirmed_date > %(end)s)
               AND (i.closed_date IS NULL OR i.closed_date > %(end)s)
          FROM client_update u
          JOIN client_issue i ON i.id = u.issue_id
         WHERE u.relationship_id IN %(ids)s AND u.kind = 'repair' AND u.state = 'sent'
           AND u.sent_date <= %(end)s AND u.sent_date > %(since)s
        """,
        ids=relationships._ids,
        end=end,
        as_of=as_of,
        since=end - period.YEAR,
        late=end - PATIENCE,
    )


def read_waiting(env, relationships, as_of):
    """Discussions in which the client waits for our answer."""
    end = get_end(relationships, as_of)
    return {
        relationship_id: make(len(found), None, {"mail.message": [row.message_id for row in found]})
        for relationship_id, found in read_open_discussions(env, relationships, end).items()
    }


def read_accomplishments(env, relationships, as_of):
    """How much of what we did the client confirmed, and the value that it gave."""
    start, _end = get_closed_months(get_company(relationships), as_of)
    years, _total = read_sums(env, relationships, as_of)
    rows = fetch(
        env,
        SQL(
            """
            SELECT a.relationship_id AS id,
                   COUNT(*) FILTER (WHERE yes.id IS NOT NULL) AS confirmed,
                   COUNT(*) FILTER (WHERE yes.id IS NULL AND (no.id IS NOT NULL
                                    OR a.asked_date <= %(as_of)s)) AS open,
                   SUM(yes.amount) AS value,
                   MAX(COALESCE(yes.date, no.date, a.asked_date)) AS day,
                   ARRAY_AGG(a.id ORDER BY yes.id IS NULL, a.date DESC) AS ids
              FROM client_accomplishment a
         LEFT JOIN LATERAL (SELECT id, date, amount FROM client_value v
                             WHERE v.accomplishment_id = a.id AND v.verdict = 'yes'
                               AND v.date <= %(as_of)s
                          ORDER BY v.id LIMIT 1) yes ON true
         LEFT JOIN LATERAL (SELECT id, date FROM client_value v
                             WHERE v.accomplishment_id = a.id AND v.verdict = 'no'
                               AND v.date <= %(as_of)s
                          ORDER BY v.id LIMIT 1) no ON true
             WHERE a.relationship_id IN %(ids)s AND a.active
               AND a.date >= %(start)s AND a.date <= %(as_of)s
          GROUP BY a.relationship_id
            """,
            ids=relationships._ids,
            as_of=as_of,
            start=start,
        ),
    )
    return {row["id"]: _make_confirmed(row, years.get(row["id"])) for row in rows}


def _make_confirmed(row, sums):
    readings = {}
    asked = row["confirmed"] + row["open"]
    records = {"client.accomplishment": row["ids"]}
    if asked:
        readings["confirmed"] = make(
            100 * row["confirmed"] / asked,
            row["day"],
            records,
            confirmed=row["confirmed"],
            asked=asked,
        )
    if row["value"] and sums and sums.revenue > 0:
        readings["value_ratio"] = make(
            100 * float(row["value"]) / sums.revenue,
            row["day"],
            records,
            amount=float(row["value"]),
        )
    return readings


def read_referrals(env, relationships, as_of):
    """Clients referred by this one that are still here; none is no reading: none is owed."""
    rows = fetch(
        env,
        SQL(
            """
            SELECT r.id, ARRAY_AGG(o.id ORDER BY o.id) AS ids, MAX(o.date_start) AS day
              FROM client_relationship r
              JOIN res_partner c ON c.commercial_partner_id = r.partner_id
              JOIN client_relationship o
                ON o.referred_by_id = c.id AND o.company_id = r.company_id AND o.id <> r.id
             WHERE r.id IN %s AND o.active AND o.phase <> %s
               AND (o.date_start IS NULL OR o.date_start <= %s)
          GROUP BY r.id
            """,
            relationships._ids,
            stage_rules.ENDED,
            as_of,
        ),
    )
    return {
        row["id"]: make(len(row["ids"]), row["day"], {"client.relationship": row["ids"]})
        for row in rows
    }


ONES = {
    "hours_over": _read_hours_over,
    "discount": read_discount,
    "unanswered": read_unanswered,
    "waiting": read_waiting,
    "referrals": read_referrals,
}
