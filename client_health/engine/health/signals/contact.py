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
from ...period import YEAR_OF_DAYS
from ...query import fetch, to_array
from ...reading import AGREED, DEFAULT, MOST_RECORDS, OWN, make
from . import Signal

# How often a client is to hear from us, in days. A month of 31 days: on the first of every month
# is monthly. What was not agreed is monthly.
CADENCE_DAYS = {"weekly": 7, "fortnightly": 14, "monthly": 31, "quarterly": 92}
DEFAULT_CADENCE = "monthly"
# The own rhythm of a client: of so many gaps at least, over half a year of the last two at least,
# or the start of the work would be the measure of all that follows. More often than weekly is no
# rhythm to be held to. Rules of thumb.
RHYTHM_GAPS = 4
RHYTHM_SPAN = 180
RHYTHM_HISTORY = 730
SHORTEST_RHYTHM = 7
# Fewer are an anecdote. Rule of thumb.
LEAST = 3
# A usual answer takes a working day of 8 hours where there is no habit: ten answers in the year
# before. A habit of minutes, or of days, is none to be held to. Rules of thumb.
DEFAULT_REPLY = 8.0
LEAST_REPLIES = 10
REPLY_LIMITS = (2.0, 16.0)


def read_contact_gap(env, relationships, as_of, correspondence):
    """Days since the last contact of both sides, in parts of the client's own rhythm.

    Where there is no own rhythm, in parts of the agreed one, else of the default.
    """
    contacts = correspondence.select_contacts(relationships)
    rows = fetch(
        env,
        SQL(
            """
            WITH contact AS MATERIALIZED (
                SELECT relationship_id, moment, kind, model, res_id, %(day)s AS day
                  FROM (%(contacts)s) t)
            SELECT DISTINCT ON (r.id)
                   r.id, r.cadence, t.kind, t.model, t.res_id, t.day, own.rhythm, own.gaps, own.span
              FROM client_relationship r
              JOIN contact t ON t.relationship_id = r.id
         LEFT JOIN (%(rhythms)s) own ON own.relationship_id = r.id
          ORDER BY r.id, t.moment DESC, t.kind, t.res_id
            """,
            day=local_date(relationships, SQL("t.moment")),
            contacts=contacts,
            rhythms=_select_rhythms(),
        ),
    )
    return {row["id"]: _make_gap(row, as_of) for row in rows}


def _select_rhythms():
    """Select the rhythm of each client, in days, of the days of the CTE contact.

    Half of the time, a contact was not longer ago than such a gap: a median weighted by time, or
    five mails on one day would make a rhythm of hours, and a season one of weeks.
    """
    return SQL(
        """
        SELECT relationship_id, MIN(days) FILTER (WHERE 2 * so_far >= span) AS rhythm,
               COUNT(*) AS gaps, MAX(span) AS span
          FROM (SELECT relationship_id, days,
                       SUM(days) OVER (PARTITION BY relationship_id) AS span,
                       SUM(days) OVER (PARTITION BY relationship_id ORDER BY days
                                       RANGE UNBOUNDED PRECEDING) AS so_far
                  FROM (SELECT relationship_id,
                               day - LAG(day) OVER (PARTITION BY relationship_id
                                                    ORDER BY day) AS days
                          FROM (SELECT DISTINCT relationship_id, day,
                                       MAX(day) OVER (PARTITION BY relationship_id) AS last
                                  FROM contact) each_day
                         WHERE day >= last - %s) step
                 WHERE days IS NOT NULL) gap
      GROUP BY relationship_id
        """,
        RHYTHM_HISTORY,
    )


def _make_gap(row, as_of):
    days = (as_of - row["day"]).days
    if (row["gaps"] or 0) >= RHYTHM_GAPS and row["span"] >= RHYTHM_SPAN:
        yardstick, rhythm = OWN, max(int(row["rhythm"]), SHORTEST_RHYTHM)
    else:
        yardstick = AGREED if row["cadence"] else DEFAULT
        rhythm = CADENCE_DAYS[row["cadence"] or DEFAULT_CADENCE]
    return make(
        days / rhythm,
        row["day"],
        {row["model"]: [row["res_id"]]},
        kind=row["kind"],
        days=days,
        cadence=row["cadence"],
        usual=rhythm,
        yardstick=yardstick,
    )


def read_unanswered_hours(env, relationships, as_of, correspondence):
    """Working hours that the oldest message of the client waits; 0 when none waits.

    Unknown when none waits and the client wrote nothing lately: silence earns nothing.
    """
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
            HAVING MAX(m.create_date) > %(recent)s OR MAX(open.waiting) > 0
            """,
            recent=end - RECENT,
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
    """Median working hours until our answer, in parts of what is usual for this client.

    A message that waits longer than that counts as well: left out, one that is never answered
    would not hurt. What is usual are the answers of the year before, else a working day.
    """
    end = get_end(relationships, as_of)
    start = end - RECENT
    hours = WorkingHours(relationships, start - WINDOW, end)
    if not hours.known:
        return {}
    times, usual = defaultdict(list), defaultdict(list)
    last, answers = {}, defaultdict(list)
    for row in fetch(env, correspondence.select_replies(start - WINDOW, relationships)):
        took = hours.between(row["received"], row["answered"])
        if row["received"] <= start:
            usual[row["id"]].append(took)
            continue
        times[row["id"]].append(took)
        answers[row["id"]].append((row["received"], row["message_id"]))
        last[row["id"]] = max(row["day"], last.get(row["id"], row["day"]))
    waiting = _read_waiting(env, relationships, start, correspondence)
    readings = {}
    for relationship_id in times.keys() | waiting.keys():
        open_since, open_ids = waiting.get(relationship_id, ((), ()))
        answered = times[relationship_id]
        ages = [hours.between(moment, end) for moment in open_since]
        slow = [age for age in ages if not answered or age > median(answered)]
        if len(answered) + len(slow) >= LEAST:
            answered_ids = [message_id for _moment, message_id in sorted(answers[relationship_id])]
            took = median(answered + slow)
            yardstick, normal = _get_usual_reply(usual[relationship_id])
            readings[relationship_id] = make(
                took / normal,
                last.get(relationship_id) or hours.day(max(open_since)),
                {"mail.message": [*open_ids, *answered_ids[::-1]]},
                answered=len(answered),
                waiting=len(open_since),
                hours=took,
                usual=normal,
                yardstick=yardstick,
            )
    return readings


def _get_usual_reply(times):
    """Return (yardstick, hours) of the answers of the year before."""
    if len(times) < LEAST_REPLIES:
        return DEFAULT, DEFAULT_REPLY
    shortest, longest = REPLY_LIMITS
    return OWN, min(max(median(times), shortest), longest)


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
    """Percent of the recent contacts that began with us.

    Unknown when the client neither wrote nor met us: our mails to one who is silent earn nothing.
    """
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
               AND (BOOL_OR(kind <> 'message')
                    OR relationship_id IN (SELECT relationship_id FROM (%(received)s) received
                                            WHERE create_date > %(since)s))
            """,
            received=correspondence.select_received(relationships),
            since=end - RECENT,
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


def read_promises_kept(env, relationships, as_of):
    """Percent of the promised updates of a year that were sent on their day or before.

    One that is not sent counts against us from the day after. Unknown with fewer than three.
    """
    rows = fetch(
        env,
        SQL(
            """
            WITH promise AS (
                SELECT relationship_id, id, promised_date,
                       sent_date <= %(end)s AND sent_day <= promised_date AS kept
                  FROM client_update
                 WHERE relationship_id = ANY (%(ids)s)
                   AND create_date <= %(end)s
                   AND promised_date > %(since)s
                   AND (promised_date < %(as_of)s OR sent_date <= %(end)s))
            SELECT relationship_id AS id,
                   COUNT(*) AS promised,
                   COUNT(*) FILTER (WHERE kept) AS kept,
                   MAX(LEAST(promised_date, %(as_of)s)) AS day,
                   ARRAY_AGG(id ORDER BY kept IS TRUE, promised_date DESC, id) AS ids
              FROM promise
          GROUP BY relationship_id
            HAVING COUNT(*) >= %(least)s
            """,
            ids=to_array(relationships._ids),
            end=get_end(relationships, as_of),
            as_of=as_of,
            since=as_of - YEAR_OF_DAYS,
            least=LEAST,
        ),
    )
    return {
        row["id"]: make(
            100 * row["kept"] / row["promised"],
            row["day"],
            {"client.update": row["ids"]},
            promised=row["promised"],
            kept=row["kept"],
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
    "promises_kept": Signal(read_promises_kept),
}
