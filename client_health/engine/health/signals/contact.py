"""Contact: do we talk, do we answer, do we take the first step?

A message is the client's, and answered, as in ``correspondence/waiting.py``; automatic mails are
no messages.
Talks are meetings that were held, and calls, meetings and tough conversations marked as done.
What counts is when Odoo received or wrote something, never a date that somebody typed.
"""

from collections import defaultdict
from datetime import timedelta
from statistics import median

from odoo.tools import SQL

from ...correspondence import contacts
from ...correspondence.tables import gather
from ...correspondence.waiting import WINDOW as YEAR
from ...correspondence.working_hours import WorkingHours
from ...reading import MOST_RECORDS, fetch, get_end, local_date, make, select_kept

# How often a client is to hear from us, in days. A month of 31 days, so that keeping to the first
# of every month is keeping to the rhythm.
CADENCE_DAYS = {"weekly": 7, "fortnightly": 14, "monthly": 31, "quarterly": 92}
# How far habits look back, and how long a discussion rests until the next message is a new
# contact. Fewer than three are an anecdote. Rules of thumb.
RECENT = timedelta(days=90)
QUIET = timedelta(days=14)
LEAST = 3


def prepare(env, relationships, as_of):
    """Gather what was said and met once, for all of these signals: they read nothing else."""
    gather(env, relationships, as_of, RECENT, QUIET)


def read_contact_gap(env, relationships, as_of):
    """Days since both sides last talked, in parts of the agreed rhythm."""
    rows = fetch(
        env,
        SQL(
            """
            SELECT DISTINCT ON (r.id)
                   r.id, r.cadence, t.kind, t.model, t.res_id, %(day)s AS day
              FROM client_relationship r
              JOIN (%(exchanges)s) t ON t.relationship_id = r.id
             WHERE r.cadence IS NOT NULL
          ORDER BY r.id, t.moment DESC, t.kind, t.res_id
            """,
            day=local_date(relationships, SQL("t.moment")),
            exchanges=contacts.select_exchanges(relationships),
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


def read_unanswered_hours(env, relationships, as_of):
    """Working hours that the oldest message of the client waits; 0 when nobody waits."""
    end = get_end(relationships, as_of)
    hours = WorkingHours(relationships, end - YEAR, end)
    if not hours.known:
        return {}
    rows = fetch(
        env,
        SQL(
            """
            SELECT said.relationship_id AS id, %(day)s AS day, MAX(said.id) AS message_id,
                   MAX(open.since) AS since, MAX(open.waiting)::int AS waiting,
                   MAX(open.message_ids) AS message_ids
              FROM (%(said)s) said
         LEFT JOIN (SELECT relationship_id, MIN(received) AS since, COUNT(*) AS waiting,
                           (ARRAY_AGG(message_id ORDER BY received, message_id))[1:%(most)s]
                               AS message_ids
                      FROM (%(waiting)s) waiting
                  GROUP BY relationship_id) open ON open.relationship_id = said.relationship_id
             WHERE said.create_date > %(since)s
          GROUP BY said.relationship_id
            """,
            day=local_date(relationships, SQL("MAX(said.create_date)")),
            said=select_kept("said", relationships),
            waiting=select_kept("waiting", relationships),
            most=MOST_RECORDS,
            since=end - YEAR,
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


def read_reply_hours(env, relationships, as_of):
    """Median working hours until our answer; who waits longer than that counts as well.

    Left out, a message that nobody ever answers would not hurt.
    """
    end = get_end(relationships, as_of)
    hours = WorkingHours(relationships, end - RECENT, end)
    if not hours.known:
        return {}
    times, last, answers = defaultdict(list), {}, defaultdict(list)
    for row in fetch(env, contacts.select_replies(end - RECENT, relationships)):
        times[row["id"]].append(hours.between(row["received"], row["answered"]))
        answers[row["id"]].append((row["received"], row["message_id"]))
        last[row["id"]] = max(row["day"], last.get(row["id"], row["day"]))
    waiting = _read_waiting(env, relationships, end - RECENT)
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


def _read_waiting(env, relationships, since):
    """Return {relationship id: (moments, message ids)} of what waits, the oldest first."""
    query = SQL(
        """
        SELECT relationship_id, ARRAY_AGG(received ORDER BY received, message_id),
               ARRAY_AGG(message_id ORDER BY received, message_id)
          FROM (%s) waiting
         WHERE received > %s
      GROUP BY relationship_id
        """,
        select_kept("waiting", relationships),
        since,
    )
    return {row[0]: row[1:] for row in env.execute_query(query)}


def read_initiative(env, relationships, as_of):
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
            starts=contacts.select_starts(end - RECENT, QUIET, relationships),
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


MEASURES = {
    "contact_gap": read_contact_gap,
    "unanswered_hours": read_unanswered_hours,
    "reply_hours": read_reply_hours,
    "initiative": read_initiative,
}
