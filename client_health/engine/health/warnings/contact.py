"""Reads what clients write and when we met; returns warnings of silence, by their own rhythm."""

import math
from datetime import timedelta

from odoo.tools import SQL

from ... import period
from ...clock import get_end, get_start, local_date
from ...correspondence.correspondence import Correspondence
from ...query import fetch, to_array
from ...reading import make
from ..signals import Signal
from .working import select_working

# Three weeks: shorter silence is a holiday, however often a client writes.
HOLIDAY = timedelta(days=21)
# Two months, for what becomes less; the person who writes most has so much of all messages.
WEEKS = 8
MOST = 0.5
ONLY = 0.9
# The rhythm of late, of so many pauses at least.
LATE_DAYS = timedelta(days=150)
FEW = 4
# Before so many messages would have come, nobody can have taken over.
SOON = 5
# What is usual, less so many times its square root: no chance any more, as days come as they like.
CHANCE = 2.5
# Our own work became less by this part of it: both sides are quieter.
OURS = 0.35
# The others write this part of what the silent person would have written: they took over.
TOOK_OVER = 0.6


def _select_days(relationships, as_of, correspondence):
    """Return a SELECT of relationship_id and day: each day on which we heard of a client."""
    return SQL(
        """
        SELECT DISTINCT relationship_id, day
          FROM (SELECT relationship_id, %(received_on)s AS day FROM (%(received)s) received
                 UNION ALL
                SELECT relationship_id, %(met_on)s FROM (%(meetings)s) meeting) heard
         WHERE day > %(since)s
        """,
        received_on=local_date(relationships, SQL("create_date")),
        received=correspondence.select_received(relationships),
        met_on=local_date(relationships, SQL("moment")),
        meetings=correspondence.select_meetings(relationships),
        since=as_of - period.YEAR,
    )


def _get_longest(as_of):
    """Return the SQL of the longest usual pause, over days and the pauses before them.

    Nineteen of twenty within a year were shorter, and nine of ten of the last five months: after
    a lively project the rhythm is another.
    """
    return SQL(
        """
        GREATEST(PERCENTILE_DISC(0.95) WITHIN GROUP (ORDER BY days),
                 CASE WHEN COUNT(days) FILTER (WHERE day > %(since)s) >= %(few)s
                      THEN PERCENTILE_DISC(0.9) WITHIN GROUP (ORDER BY days)
                           FILTER (WHERE day > %(since)s) END)
        """,
        since=as_of - LATE_DAYS,
        few=FEW,
    )


def read_silent(env, relationships, as_of, rule, correspondence):
    """How long a client is silent, in times of its longest usual silence within a year.

    Usual is what 19 of 20 of its own pauses were. Only while we work on.
    """
    rows = fetch(
        env,
        SQL(
            """
            WITH gap AS (
                SELECT relationship_id, day,
                       day - LAG(day) OVER (PARTITION BY relationship_id ORDER BY day) AS days
                  FROM (%(days)s) heard
            ), rhythm AS (
                SELECT relationship_id AS id, MAX(day) AS last, COUNT(days) AS pauses,
                       PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY days) AS usual,
                       %(longest)s AS longest
                  FROM gap
              GROUP BY relationship_id
                HAVING COUNT(days) >= %(least)s AND MAX(day) <= %(holiday)s
            )
            SELECT rhythm.*
              FROM rhythm
              JOIN (%(working)s) work USING (id)
             WHERE work.worked > rhythm.last
            """,
            days=_select_days(relationships, as_of, correspondence),
            least=rule.least,
            holiday=as_of - HOLIDAY,
            longest=_get_longest(as_of),
            working=select_working(relationships, as_of),
        ),
    )
    return {
        row["id"]: make(
            (as_of - row["last"]).days / row["longest"],
            row["last"],
            days=(as_of - row["last"]).days,
            usual=round(row["usual"]),
            longest=row["longest"],
        )
        for row in rows
    }


def read_fading(env, relationships, as_of, rule, correspondence):
    """Percent of days less on which we heard of a client within two months, against its year.

    Measured against our own work: where that became less as well, both sides are quieter.
    """
    since = as_of - timedelta(weeks=WEEKS)
    rows = fetch(
        env,
        SQL(
            """
            WITH heard AS (
                SELECT relationship_id AS id,
                       COUNT(*) FILTER (WHERE day > %(since)s) AS now,
                       COUNT(*) FILTER (WHERE day <= %(since)s) AS before,
                       MIN(day) AS first, MAX(day) AS last
                  FROM (%(days)s) heard
              GROUP BY relationship_id
            ), worked AS (
                SELECT r.id,
                       COALESCE(SUM(l.unit_amount) FILTER (WHERE l.date > %(since)s), 0) AS now,
                       COALESCE(SUM(l.unit_amount) FILTER (WHERE l.date <= %(since)s), 0) AS before
                  FROM account_analytic_line l
                  JOIN project_project j ON j.id = l.project_id
                  JOIN res_partner c ON c.id = j.partner_id
                  JOIN client_relationship r
                    ON r.partner_id = c.commercial_partner_id AND r.company_id = l.company_id
                 WHERE r.id = ANY (%(ids)s)
                   AND l.date > %(start)s AND l.date <= %(as_of)s AND l.create_date <= %(end)s
              GROUP BY r.id
            )
            SELECT h.id, h.now, h.last, h.first,
                   h.before::float8 * %(days_now)s / (%(since)s::date - h.first) AS expected,
                   w.now AS hours,
                   w.before * %(days_now)s / (%(since)s::date - h.first) AS hours_expected
              FROM heard h
              JOIN worked w USING (id)
             WHERE h.first <= %(young)s
               AND h.before::float8 * %(days_now)s / (%(since)s::date - h.first) >= %(least)s
            """,
            ids=to_array(relationships._ids),
            days=_select_days(relationships, as_of, correspondence),
            since=since,
            days_now=7 * WEEKS,
            start=as_of - period.YEAR,
            # a beginning is livelier than what follows
            young=as_of - timedelta(days=240),
            as_of=as_of,
            end=get_end(relationships, as_of),
            least=rule.least,
        ),
    )
    readings = {}
    for row in rows:
        if row["hours_expected"] <= 0:
            continue
        if row["expected"] - row["now"] < CHANCE * math.sqrt(row["expected"]):
            continue
        less = 1 - row["now"] / row["expected"]
        ours = max(0.0, 1 - float(row["hours"]) / float(row["hours_expected"]))
        if ours < OURS * less:
            readings[row["id"]] = make(
                100 * less, row["last"], now=row["now"], usual=round(row["expected"]), weeks=WEEKS
            )
    return readings


def read_supporter(env, relationships, as_of, rule, correspondence):
    """How long the person is silent who wrote most, in times of their longest usual silence.

    A contact that was archived counts as severe. Not where the others write as much instead: they
    took over.
    """
    rows = fetch(
        env,
        SQL(
            """
            WITH line AS (%(lines)s), main AS (%(main)s)
            SELECT m.relationship_id AS id, m.author_id, m.written, m.last, m.longest, m.every,
                   p.active OR p.write_date > %(end)s AS active,
                   COUNT(DISTINCT o.day) FILTER (WHERE o.day > m.last) AS others,
                   (m.written::float8 / GREATEST(m.last - m.first, 1))
                       * (%(as_of)s::date - m.last) AS expected
              FROM main m
              JOIN res_partner p ON p.id = m.author_id
         LEFT JOIN (%(working)s) work ON work.id = m.relationship_id
         LEFT JOIN line o ON o.relationship_id = m.relationship_id AND o.author_id <> m.author_id
             WHERE m.written >= %(least)s AND m.written >= %(most)s * m.every
               AND m.longest IS NOT NULL AND m.last <= %(holiday)s
               AND (work.worked > m.last OR NOT p.active AND p.write_date <= %(end)s)
          GROUP BY m.relationship_id, m.author_id, m.written, m.last, m.first, m.longest, m.every,
                   p.active, p.write_date
            """,
            lines=_select_author_days(relationships, as_of, correspondence),
            main=_select_main(as_of),
            end=get_end(relationships, as_of),
            as_of=as_of,
            working=select_working(relationships, as_of),
            least=rule.least,
            most=MOST,
            holiday=as_of - HOLIDAY,
        ),
    )
    return {
        row["id"]: _make_supporter(row, as_of, rule)
        for row in rows
        if row["expected"] >= SOON and row["others"] < TOOK_OVER * row["expected"]
    }


def _make_supporter(row, as_of, rule):
    days = (as_of - row["last"]).days
    return make(
        max(days / row["longest"], 0 if row["active"] else rule.severe),
        row["last"],
        {"res.partner": [row["author_id"]]},
        days=days,
        gone=not row["active"],
        only=row["written"] >= ONLY * row["every"],
    )


def _select_author_days(relationships, as_of, correspondence):
    """Select relationship_id, author_id and day: each day of a year on which a person wrote."""
    return SQL(
        """
        SELECT DISTINCT m.relationship_id, o.author_id, %(day)s AS day
          FROM (%(received)s) m
          JOIN mail_message o ON o.id = m.id
         WHERE m.create_date > %(year)s AND o.author_id IS NOT NULL
        """,
        day=local_date(relationships, SQL("m.create_date")),
        received=correspondence.select_received(relationships),
        year=get_start(relationships, as_of - period.YEAR),
    )


def _select_main(as_of):
    """Select the person of each client who wrote on most days; of the table ``line``."""
    return SQL(
        """
        SELECT DISTINCT ON (relationship_id) *,
               SUM(written) OVER (PARTITION BY relationship_id) AS every
          FROM (SELECT relationship_id, author_id, COUNT(*) AS written, MAX(day) AS last,
                       MIN(day) AS first, %(longest)s AS longest
                  FROM (SELECT *, day - LAG(day) OVER (PARTITION BY relationship_id, author_id
                                                       ORDER BY day) AS days
                          FROM line) gap
              GROUP BY relationship_id, author_id) person
      ORDER BY relationship_id, written DESC, author_id
        """,
        longest=_get_longest(as_of),
    )


WARNINGS = {
    "silent": Signal(read_silent, Correspondence),
    "fading": Signal(read_fading, Correspondence),
    "supporter": Signal(read_supporter, Correspondence),
}
