"""Reads feedback and issues; returns readings of the client's voice, its silence included.

Read from the feedback log, without what colleagues think. Silence is no grade: it is shown, and
never makes a rating.
"""

from datetime import timedelta

from odoo.tools import SQL

from ... import period
from ...clock import get_end, local_date
from ...feedback import repair
from ...query import fetch, get_company, to_array
from ...reading import make
from . import Signal

# A rating counts half after each half-life, and not at all after the window: one answer in 180
# days is the least that a score should rest on. The half-life is a rule of thumb.
WINDOW = timedelta(days=180)
HALF_LIFE = 60.0
# A client without any feedback for a year may have complaints that are not recorded.
YEAR = period.YEAR_OF_DAYS


def read_feedback_rating(env, relationships, as_of):
    """Mean of the ratings, 1 to 5, the recent ones weigh more."""
    end = get_end(relationships, as_of)
    rows = fetch(
        env,
        SQL(
            """
            SELECT relationship_id AS id,
                   SUM(rating * weight) / SUM(weight) AS rating,
                   COUNT(*) AS ratings,
                   MAX(day) AS day,
                   ARRAY_AGG(id ORDER BY date DESC, id DESC) AS ids
              FROM (SELECT f.relationship_id, f.id, f.date, f.rating::int AS rating,
                           %(day)s AS day,
                           POWER(0.5, (%(as_of)s::date - %(day)s) / %(half_life)s) AS weight
                      FROM client_feedback f
                     WHERE %(is_own)s AND f.rating IS NOT NULL AND f.date > %(since)s) f
          GROUP BY relationship_id
            """,
            day=local_date(relationships, SQL("f.date")),
            as_of=as_of,
            half_life=HALF_LIFE,
            is_own=_is_own(relationships, end),
            since=end - WINDOW,
        ),
    )
    return {
        row["id"]: make(
            row["rating"], row["day"], {"client.feedback": row["ids"]}, ratings=row["ratings"]
        )
        for row in rows
    }


def read_open_complaints(env, relationships, as_of):
    """Complaints and concerns that are not resolved, and open issues; of one issue, one."""
    end = get_end(relationships, as_of)
    rows = fetch(
        env,
        SQL(
            """
            WITH issue AS (
                SELECT relationship_id, id, kind, LEAST(date, %(as_of)s) AS day,
                       state = 'open' OR closed_date > %(end)s AS is_open
                  FROM client_issue
                 WHERE relationship_id = ANY (%(ids)s) AND create_date <= %(end)s
            ), feedback AS (
                SELECT f.relationship_id, f.id, i.id AS issue_id, %(day)s AS day,
                       f.kind IN %(to_answer)s
                       AND (f.resolved_date IS NULL OR f.resolved_date > %(end)s)
                       AND (i.id IS NULL OR i.is_open) AS is_open
                  FROM client_feedback f
             LEFT JOIN issue i ON i.id = f.issue_id
                 WHERE %(is_own)s
            ), line AS (
                SELECT relationship_id, issue_id, CASE WHEN issue_id IS NULL THEN id END AS id,
                       day, is_open
                  FROM feedback
                 WHERE is_open OR day > %(since)s
             UNION ALL
                SELECT relationship_id, id, NULL, day, is_open AND kind = 'issue'
                  FROM issue
                 WHERE is_open OR day > %(since)s
            )
            SELECT relationship_id AS id,
                   COUNT(DISTINCT issue_id) FILTER (WHERE is_open)
                   + COUNT(id) FILTER (WHERE is_open) AS open,
                   MAX(day) AS day,
                   ARRAY_AGG(DISTINCT issue_id)
                       FILTER (WHERE is_open AND issue_id IS NOT NULL) AS issue_ids,
                   ARRAY_AGG(id ORDER BY day DESC)
                       FILTER (WHERE is_open AND id IS NOT NULL) AS feedback_ids
              FROM line
          GROUP BY relationship_id
            """,
            ids=to_array(relationships._ids),
            end=end,
            day=local_date(relationships, SQL("f.date")),
            is_own=_is_own(relationships, end),
            as_of=as_of,
            since=as_of - YEAR,
            to_answer=repair.TO_ANSWER,
        ),
    )
    return {
        row["id"]: make(
            row["open"],
            row["day"],
            {"client.issue": row["issue_ids"], "client.feedback": row["feedback_ids"]},
        )
        for row in rows
    }


def read_voice_silence(env, relationships, as_of):
    """Days since the last feedback of the client; unknown when there is none."""
    rows = fetch(
        env,
        SQL(
            """
            SELECT DISTINCT ON (f.relationship_id)
                   f.relationship_id AS id, f.id AS feedback_id, %s AS day
              FROM client_feedback f
             WHERE %s
          ORDER BY f.relationship_id, f.date DESC, f.id DESC
            """,
            local_date(relationships, SQL("f.date")),
            _is_own(relationships, get_end(relationships, as_of)),
        ),
    )
    return {
        row["id"]: make(
            (as_of - row["day"]).days, row["day"], {"client.feedback": [row["feedback_id"]]}
        )
        for row in rows
    }


def read_value_age(env, relationships, as_of):
    """Days since the client last confirmed in writing what something is worth to it.

    Results that became routine are taken for granted. Unknown when it never did: a client that
    was not asked has not said that our work is worth nothing.
    """
    rows = fetch(
        env,
        SQL(
            """
            SELECT DISTINCT ON (v.relationship_id)
                   v.relationship_id AS id, v.id AS value_id, v.date AS day
              FROM client_value v
             WHERE v.relationship_id = ANY (%s)
               AND v.is_own
               AND v.verdict IS DISTINCT FROM 'no'
               AND v.date <= %s
               AND v.create_date <= %s
          ORDER BY v.relationship_id, v.date DESC, v.id DESC
            """,
            to_array(relationships._ids),
            as_of,
            get_end(relationships, as_of),
        ),
    )
    return {
        row["id"]: make((as_of - row["day"]).days, row["day"], {"client.value": [row["value_id"]]})
        for row in rows
    }


def _is_own(relationships, end):
    """Return the condition that feedback is the client's own, and was recorded in time."""
    return SQL(
        """
        f.relationship_id = ANY (%(ids)s)
        AND f.kind <> 'team'
        AND f.date <= %(end)s
        AND f.create_date <= %(end)s
        """,
        ids=to_array(relationships._ids),
        end=end,
    )


def read_feedback_response(env, relationships, as_of):
    """Share of the questions of a year that contacts answered, in %; silence is the rest.

    Unknown until one was answered, or waited for in vain as long as the company waits. Read from
    the moments of each question, so that a later answer makes no past silence good. What never
    arrived is no question.
    """
    end = get_end(relationships, as_of)
    # sudo: a number of days, whoever reads the score
    wait = timedelta(days=get_company(relationships).sudo().client_feedback_wait)
    rows = fetch(
        env,
        SQL(
            """
            SELECT relationship_id AS id,
                   100.0 * COUNT(*) FILTER (WHERE is_answered) / COUNT(*) AS share,
                   COUNT(*) AS asked,
                   MAX(day) AS day,
                   ARRAY_AGG(id ORDER BY is_answered, sent_date DESC, id DESC) AS ids
              FROM (SELECT q.relationship_id, q.id, q.sent_date,
                           COALESCE(q.answered_date <= %(end)s, FALSE) AS is_answered,
                           CASE WHEN q.answered_date <= %(end)s THEN %(answered)s
                                ELSE %(closed)s END AS day
                      FROM client_feedback_request q
                     WHERE q.relationship_id = ANY (%(ids)s) AND q.state <> 'undelivered'
                           AND q.sent_date > %(since)s
                           AND q.create_date <= %(end)s
                           AND (q.answered_date <= %(end)s OR q.sent_date <= %(over)s)) q
          GROUP BY relationship_id
            """,
            ids=to_array(relationships._ids),
            end=end,
            over=end - wait,
            since=end - YEAR,
            answered=local_date(relationships, SQL("q.answered_date")),
            closed=local_date(relationships, SQL("(q.sent_date + %s)", wait)),
        ),
    )
    return {
        row["id"]: make(
            row["share"],
            row["day"],
            {"client.feedback.request": row["ids"]},
            asked=row["asked"],
        )
        for row in rows
    }


SIGNALS = {
    "feedback_rating": Signal(read_feedback_rating),
    "open_complaints": Signal(read_open_complaints),
    "voice_silence": Signal(read_voice_silence),
    "value_age": Signal(read_value_age),
    "feedback_response": Signal(read_feedback_response),
}
