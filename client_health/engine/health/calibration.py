"""Reads snapshots of clients that left, returns how often their score was low before."""

from collections.abc import Sequence
from typing import NamedTuple

from odoo.tools import SQL

from .scoring import RISK
from .snapshots import WEEK

ENOUGH = 10

TOO_FEW = "too_few"
WARNS = "warns"
HALF = "half"
BLIND = "blind"


class Judgement(NamedTuple):
    """How many left; of them flagged, not flagged, and without a score."""

    cases: int
    flagged: int
    missed: int
    unknown: int
    verdict: str


def judge(bands: Sequence[str | None]) -> Judgement:
    """Judge the score by the bands in which clients were before they left; None: no score.

    Under ten cases with a score it is unknown.
    """
    known = [band for band in bands if band]
    flagged = known.count(RISK)
    if len(known) < ENOUGH:
        verdict = TOO_FEW
    elif flagged >= 2 / 3 * len(known):
        verdict = WARNS
    else:
        verdict = HALF if flagged >= 1 / 3 * len(known) else BLIND
    return Judgement(len(bands), flagged, len(known) - flagged, len(bands) - len(known), verdict)


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
