"""Contact: do we meet, do we answer, do we take the first step? Readings from ``Correspondence``.

A message is the client's as in ``correspondence/messages.py``, answered as in ``waiting.py`` there.
What counts is when Odoo received or wrote something, never a date that was typed in.
"""

from collections import defaultdict
from statistics import median

from odoo.tools import SQL

from ...clock import get_end, local_date
from ...correspondence.correspondence import RECENT, Correspondence
from ...correspondence.waiting import WINDOW
from ...correspondence.working_hours import WorkingHours
from ...query import fetch
from ...reading import MOST_RECORDS, make
from . import Signal

# How often a client is to hear from us, in days. A month of 31 days: on the first of every month
# is monthly.
CADENCE_DAYS = {"weekly": 7, "fortnightly": 14, "monthly": 31, "quarterly": 92}
# Fewer are an anecdote. Rule of thumb.
LEAST = 3


def read_contact_gap(env, relationships, as_of, correspondence):
    """Days since the last contact of both sides, in parts of the agreed rhythm."""
    rows = fetch(
        env,
        SQL(
            """
            SELECT DISTINCT ON (r.id)
                   r.id, r.cadence, t.kind, t.model, t.res_id, %(day)s AS day
              FROM client_relationship r
              JOIN (%(contacts)s) t ON t.relationship_id = r.id
             WHERE r.cadence IS NOT NULL
          ORDER BY r.id, t.moment DESC, t.kind, t.res_id
            """,
            day=local_date(relationships, SQL("t.moment")),
            contacts=correspondence.select_contacts(relationships),
        ),
    )
    return {
        row["id"]: make(
            (as_of - row["day"]).days / CADENCE_DAYS[row["cadence"]],
            row["day"],
            {row["model"]: [row["res_id"]]},
            kind=row["kind"],
            days=(as_of - row["day"]).days,
            cadence=row["cadence"],
        )
        for row in rows
    }


def read_unanswered_hours(env, relationships, as_of, correspondence):
    """Working hours that the oldest message of the client waits; 0 when none waits."""
    end = get_end(relationships, as_of)
    hours = WorkingHours(relationships, end - WINDOW, end)
    if not hours.known:
        return {}
    rows = fetch(
        env,
        SQL(
            """
            SELECT m.relationship_id AS id, %(day)s AS day, MAX(m.id) AS message_id,
                   MAX(open.since) AS since, MAX(open.waiting)::int AS waiting,
                   MAX(open.message_ids) AS message_ids
              FROM (%(received)s) m
         LEFT JOIN (SELECT relationship_id, MIN(received) AS since, COUNT(*) AS waiting,
                           (ARRAY_AGG(message_id ORDER BY received, message_id))[1:%(most)s]
                               AS message_ids
                      FROM (%(waiting)s) waiting
                  GROUP BY relationship_id) open ON open.relationship_id = m.relationship_id
             WHERE m.create_date > %(since)s
          GROUP BY m.relationship_id
            """,
            day=local_date(relationships, SQL("MAX(m.create_date)")),
            received=correspondence.select_received(relationships),
            waiting=correspondence.select_waiting(relationships),
            most=MOST_RECORDS,
            since=end - WINDOW,
        ),
    )
    return {
        row["id"]: make(
            hours.between(row["since"], end) if row["waiting"] else 0,
            row["day"],
            {"mail.message": row["message_ids"] or [row["message_id"]]},
            waiting=row["waiting"],
            since=row["since"],
        )
        for row in rows
    }


def read_reply_hours(env, relationships, as_of, correspondence):
    """Median working hours until our answer; a message that waits longer than that counts as well.

    Left out, a message that is never answered would not hurt.
    """
    end = get_end(relationships, as_of)
    hours = WorkingHours(relationships, end - RECENT, end)
    if not hours.known:
        return {}
    times, last, answers = defaultdict(list), {}, defaultdict(list)
    for row in fetch(env, correspondence.select_replies(end - RECENT, relationships)):
        times[row["id"]].append(hours.between(row["received"], row["answered"]))
        answers[row["id"]].append((row["received"], row["message_id"]))
        last[row["id"]] = max(row["day"], last.get(row["id"], row["day"]))
    waiting = _read_waiting(env, relationships, end - RECENT, correspondence)
    readings = {}
    for relationship_id in times.keys() | waiting.keys():
        open_since, open_ids = waiting.get(relationship_id, ((), ()))
        answered = times[relationship_id]
        ages = [hours.between(moment, end) for moment in open_since]
        slow = [age for age in ages if not answered or age > median(answered)]
        if len(answered) + len(slow) >= LEAST:
            answered_ids = [message_id for _moment, message_id in sorted(answers[relationship_id])]
            readings[relationship_id] = make(
                median(answered + slow),
                last.get(relationship_id) or hours.day(max(open_since)),
                {"mail.message": [*open_ids, *answered_ids[::-1]]},
                answered=len(answered),
                waiting=len(open_since),
            )
    return readings


def _read_waiting(env, relationships, since, correspondence):
    """Return {relationship id: (moments, message ids)} of what waits, the oldest first."""
    query = SQL(
        """
        SELECT relationship_id, ARRAY_AGG(received ORDER BY received, message_id),
               ARRAY_AGG(message_id ORDER BY received, message_id)
          FROM (%s) waiting
         WHERE received > %s
      GROUP BY relationship_id
        """,
        correspondence.select_waiting(relationships),
        since,
    )
    return {row[0]: row[1:] for row in env.execute_query(query)}


def read_initiative(env, relationships, as_of, correspondence):
    """Percent of the recent contacts that began with us."""
    end = get_end(relationships, as_of)
    rows = fetch(
        env,
        SQL(
            """
            SELECT relationship_id AS id,
                   COUNT(*) AS contacts,
                   COUNT(*) FILTER (WHERE ours) AS ours,
                   %(day)s AS day,
                   (ARRAY_AGG(model ORDER BY moment DESC))[1:%(most)s] AS models,
                   (ARRAY_AGG(res_id ORDER BY moment DESC))[1:%(most)s] AS res_ids
              FROM (%(starts)s) s
          GROUP BY relationship_id
            HAVING COUNT(*) >= %(least)s
            """,
            day=local_date(relationships, SQL("MAX(moment)")),
            starts=correspondence.select_first_steps(end - RECENT, relationships),
            least=LEAST,
            most=MOST_RECORDS,
        ),
    )
    return {
        row["id"]: make(
            100 * row["ours"] / row["contacts"],
            row["day"],
            _by_model(zip(row["models"], row["res_ids"], strict=True)),
            contacts=row["contacts"],
            ours=row["ours"],
        )
        for row in rows
    }


def _by_model(records):
    """Return {model: its ids, each once} of (model, id)."""
    found = defaultdict(dict)
    for model, res_id in records:
        found[model][res_id] = True
    return found


SIGNALS = {
    "contact_gap": Signal(read_contact_gap, Correspondence),
    "unanswered_hours": Signal(read_unanswered_hours, Correspondence),
    "reply_hours": Signal(read_reply_hours, Correspondence),
    "initiative": Signal(read_initiative, Correspondence),
}
