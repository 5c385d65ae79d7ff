"""Reads the nights of clients that left and of those that stayed; returns what warnings were worth.

A client was warned of on a night with a warning that counted. Of days that were filled in
afterwards, week by week, one that was mild and alone counts when it was there a week before.
"""

from collections.abc import Sequence
from datetime import timedelta
from statistics import median
from typing import NamedTuple

from odoo.tools import SQL

from .snapshots import WEEK, WEEKLY_DAYS

ENOUGH = 10
# How long before a client left the first warning is looked for.
LEAD_DAYS = 180

TOO_FEW = "too_few"
WARNS = "warns"
HALF = "half"
BLIND = "blind"
# So much better than chance is worth something; so near to it is worth nothing. Rules of thumb.
BETTER, NEAR = 0.4, 0.15


class Case(NamedTuple):
    """A client that left: whether anything was known, it was warned of, and days from the first."""

    known: bool
    warned: bool
    lead: int | None = None


class Judgement(NamedTuple):
    """How many left; of them warned of, not warned of, and without a night; days in the middle."""

    cases: int
    hits: int
    missed: int
    unknown: int
    lead: float | None
    verdict: str


def judge(cases: Sequence[Case], chance: float | None) -> Judgement:
    """Judge the warnings by the clients that left, beside what chance would give.

    ``chance``: the part of clients that stayed that were warned of in windows as long. Under ten
    known cases it is unknown.
    """
    known = [case for case in cases if case.known]
    hits = [case for case in known if case.warned]
    leads = [case.lead for case in hits if case.lead is not None]
    gain = len(hits) / len(known) - (chance or 0) if known else 0
    if len(known) < ENOUGH:
        verdict = TOO_FEW
    elif gain >= BETTER:
        verdict = WARNS
    else:
        verdict = BLIND if gain < NEAR else HALF
    return Judgement(
        len(cases),
        len(hits),
        len(known) - len(hits),
        len(cases) - len(known),
        median(leads) if leads else None,
        verdict,
    )


def _select_nights(company_id, today):
    """Select relationship_id, date, warned, before (warned the night before) of two years."""
    return SQL(
        """
        SELECT relationship_id, date, warned,
               LAG(warned, 1, false) OVER (PARTITION BY relationship_id ORDER BY date) AS before
          FROM (SELECT relationship_id, date,
                       EXISTS (SELECT FROM jsonb_array_elements_text(COALESCE(flags, '[]')) flag
                                WHERE flag NOT LIKE '~%%'
                                   OR backfilled AND COALESCE(earlier, '[]') ? flag) AS warned
                  FROM (SELECT relationship_id, date, flags, backfilled,
                               LAG(flags) OVER (PARTITION BY relationship_id ORDER BY date)
                                   AS earlier
                          FROM client_health_snapshot
                         WHERE company_id = %s AND date > %s) day) night
        """,
        company_id,
        today - timedelta(days=WEEKLY_DAYS),
    )


def select_stayed(company_id, today):
    """Select alarms (warnings that began) and days of the clients that did not leave."""
    return SQL(
        """
        SELECT COALESCE(SUM(alarms), 0)::int AS alarms, COALESCE(SUM(days), 0)::int AS days
          FROM (SELECT COUNT(*) FILTER (WHERE warned AND NOT before) AS alarms,
                       MAX(date) - MIN(date) + 1 AS days
                  FROM (%s) night
                  JOIN client_relationship rel ON rel.id = night.relationship_id
                 WHERE rel.phase NOT IN ('offboard', 'ended')
              GROUP BY night.relationship_id) client
        """,
        _select_nights(company_id, today),
    )


def select_chance(company_id, today, days):
    """Select the part of clients that stayed with a warning in the weeks before others left."""
    return SQL(
        """
        WITH night AS MATERIALIZED (%(nights)s),
             client AS (SELECT left_on.day, night.relationship_id, BOOL_OR(night.warned) AS warned
                          FROM (SELECT DISTINCT day FROM (%(left_on)s) one) left_on
                          JOIN night ON night.date BETWEEN left_on.day - %(days)s
                                                       AND left_on.day - 1
                          JOIN client_relationship rel ON rel.id = night.relationship_id
                         WHERE rel.phase NOT IN ('offboard', 'ended')
                      GROUP BY left_on.day, night.relationship_id)
        SELECT AVG(warned::int)::float8 FROM client
        """,
        nights=_select_nights(company_id, today),
        left_on=_select_left_on(company_id),
        days=days,
    )


def select_warned(company_id, today, all_days):
    """Select id, since (the first warning of the last half year before it left), warned_<days>."""
    return SQL(
        """
        SELECT left_on.id AS relationship_id,
               MIN(night.date) FILTER (WHERE night.warned) AS since, %(columns)s
          FROM (%(left_on)s) left_on
          JOIN (%(nights)s) night ON night.relationship_id = left_on.id
         WHERE night.date BETWEEN left_on.day - %(lead)s AND left_on.day - 1
      GROUP BY left_on.id
        """,
        columns=SQL(", ").join(
            SQL(
                "BOOL_OR(night.warned AND night.date >= left_on.day - %s) AS %s",
                days,
                SQL.identifier(f"warned_{days}"),
            )
            for days in all_days
        ),
        left_on=_select_left_on(company_id),
        nights=_select_nights(company_id, today),
        lead=LEAD_DAYS,
    )


def select_left(company_id, all_days):
    """Select the clients that left, the day, and their score and band that many days before.

    The day is that of the last move to Offboard, else to Ended, by the messages; where
    there are none, since when the client is in its stage. The score is that of the day, or the
    last one within the week before.
    """
    columns = [
        SQL(
            "day_%(days)s.score AS score_%(days)s, day_%(days)s.band AS band_%(days)s,"
            " day_%(days)s.id IS NOT NULL AS seen_%(days)s",
            days=SQL(str(int(days))),
        )
        for days in all_days
    ]
    joins = [
        SQL(
            """
            LEFT JOIN LATERAL (
                  SELECT id, score, band FROM client_health_snapshot day
                   WHERE day.relationship_id = left_on.id
                     AND day.date BETWEEN left_on.day - %(number)s - %(week)s
                                      AND left_on.day - %(number)s
                   ORDER BY day.date DESC LIMIT 1) day_%(days)s ON true
            """,
            number=int(days),
            week=WEEK,
            days=SQL(str(int(days))),
        )
        for days in all_days
    ]
    return SQL(
        """
        SELECT left_on.id AS relationship_id, left_on.day AS date_left, %(columns)s
          FROM (%(left_on)s) left_on %(joins)s
         ORDER BY left_on.day DESC, left_on.id
        """,
        columns=SQL(", ").join(columns),
        joins=SQL(" ").join(joins),
        left_on=_select_left_on(company_id),
    )


def _select_left_on(company_id):
    return SQL(
        """
        SELECT rel.id,
               COALESCE(MAX(message.date) FILTER (WHERE stage.phase = 'offboard'),
                        MAX(message.date) FILTER (WHERE stage.phase = 'ended'),
                        rel.date_last_stage_update)::date AS day
          FROM client_relationship rel
          LEFT JOIN mail_message message
            ON message.model = 'client.relationship' AND message.res_id = rel.id
           AND EXISTS (SELECT FROM mail_tracking_value WHERE mail_message_id = message.id)
          LEFT JOIN mail_tracking_value value
            ON value.mail_message_id = message.id
           AND value.field_id = (SELECT id FROM ir_model_fields
                                  WHERE model = 'client.relationship' AND name = 'stage_id')
          LEFT JOIN client_relationship_stage stage ON stage.id = value.new_value_integer
         WHERE rel.company_id = %s AND rel.phase IN ('offboard', 'ended')
         GROUP BY rel.id
        """,
        company_id,
    )


def select_fit(company_id):
    """Select (fit state before signing, score a year after) of the clients that have both."""
    return SQL(
        """
        SELECT fit.fit_state, day.score
          FROM client_fit_round fit
          JOIN client_relationship rel ON rel.id = fit.relationship_id
          JOIN LATERAL (
               SELECT score FROM client_health_snapshot day
                WHERE day.relationship_id = rel.id AND day.score IS NOT NULL
                  AND day.date BETWEEN fit.date + 365 AND fit.date + 395
                ORDER BY day.date LIMIT 1) day ON true
         WHERE rel.company_id = %s AND fit.reason = 'before_signing'
        """,
        company_id,
    )
