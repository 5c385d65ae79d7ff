"""Reads snapshots; returns SELECTs of clients left to score, and of their nights before."""

from odoo.tools import SQL

from ..query import to_array


def select_unscored(company_ids, date, limit=None):
    """Select (company, client) of the clients in use that have no snapshot of the day yet."""
    return SQL(
        """
        SELECT rel.company_id, rel.id FROM client_relationship rel
         WHERE rel.company_id = ANY (%s) AND rel.active AND rel.phase <> 'ended'
           AND NOT EXISTS (SELECT FROM client_health_snapshot day
                            WHERE day.relationship_id = rel.id AND day.date = %s)
         ORDER BY rel.company_id, rel.id LIMIT %s
        """,
        to_array(company_ids),
        date,
        limit,
    )


def select_unfilled(company_id, date, after_id, limit):
    """Select the ids of the clients whose past is to be filled on a date, after an id.

    Archived ones as well as ended ones until they ended: they show what the score was worth.
    Partners that were declined at set-up never had a history: they have no salesperson.
    """
    return SQL(
        """
        SELECT rel.id FROM client_relationship rel
         WHERE rel.company_id = %(company)s AND rel.id > %(after)s
           AND (rel.active OR rel.phase = 'ended')
           AND (rel.phase <> 'ended' OR rel.date_last_stage_update::date >= %(date)s)
           AND NOT EXISTS (SELECT FROM client_health_snapshot day
                            WHERE day.relationship_id = rel.id AND day.date = %(date)s)
         ORDER BY rel.id LIMIT %(limit)s
        """,
        company=company_id,
        after=after_id,
        date=date,
        limit=limit,
    )


def select_nights(relationship_ids, today):
    """Select what the rules for moving need, one row per client whom tonight may move.

    These have a new flag to look at, are in the band of another stage, or may have dropped within
    a week: where the coverage differs, the score alone is not enough. The run are the nights up to
    tonight that are low as tonight (or not), for a client at risk those that are healthy as tonight
    (or not). What was known before them counts only where tonight is in that band.
    """
    # OFFSET 0: tonight is looked up client by client. As a join, PostgreSQL begins with a day that
    # it expects to be empty, because it was just written, and goes through all ids for each row.
    return SQL(
        """
        WITH night AS NOT MATERIALIZED (
            SELECT * FROM client_health_snapshot WHERE NOT COALESCE(backfilled, false)
        ), asked AS MATERIALIZED (
            SELECT rel.id, rel.phase, rel.health_overridden, stage.band AS stage_band,
                   stage.decided, tonight.band, tonight.flags,
                   COALESCE(tonight.readings, '{}')
                       || COALESCE(tonight.money_readings, '{}') AS known,
                   week.readings || COALESCE(week.money_readings, '{}') AS week_known
              FROM client_relationship rel
              JOIN LATERAL (SELECT * FROM night
                             WHERE night.relationship_id = rel.id AND night.date = %(today)s
                            OFFSET 0) tonight ON true
              JOIN LATERAL (SELECT CASE rel.phase WHEN 'healthy' THEN 'risk'
                                                  ELSE 'healthy' END AS band,
                                   GREATEST(rel.date_last_stage_update,
                                            rel.health_decided_on)::date AS decided) stage ON true
              LEFT JOIN LATERAL (
                    SELECT night.* FROM night
                     WHERE night.relationship_id = rel.id
                       AND night.date BETWEEN %(today)s - 7 AND %(today)s - 1
                       AND night.date >= stage.decided
                     ORDER BY night.date LIMIT 1) week ON true
             WHERE rel.id = ANY (%(ids)s)
               AND rel.phase IN ('healthy', 'at_risk', 'reboot', 'offboard')
               AND (rel.phase = 'healthy' AND jsonb_array_length(COALESCE(tonight.flags, '[]')) > 0
                    OR tonight.band = stage.band
                    OR week.score - tonight.score > 10
                    OR week.coverage <> tonight.coverage)
        )
        SELECT asked.id, asked.phase, asked.decided, asked.flags, asked.known,
               asked.health_overridden, other.date IS NULL AS is_first, run.start, run.nights,
               CASE WHEN asked.band = asked.stage_band
                    THEN other.readings || COALESCE(other.money_readings, '{}') END,
               asked.week_known, seen.flags
          FROM asked
          LEFT JOIN LATERAL (
                SELECT night.* FROM night
                 WHERE night.relationship_id = asked.id AND night.date < %(today)s
                   AND night.band IS DISTINCT FROM asked.stage_band
                 ORDER BY night.date DESC LIMIT 1) other ON true
          LEFT JOIN LATERAL (
                SELECT min(night.date) AS start, count(*) AS nights FROM night
                 WHERE night.relationship_id = asked.id AND night.date <= %(today)s
                   AND (other.date IS NULL OR night.date > other.date)) run ON true
          LEFT JOIN LATERAL (
                SELECT night.flags FROM night
                 WHERE night.relationship_id = asked.id AND night.date <= asked.decided
                   AND night.date < %(today)s
                 ORDER BY night.date DESC LIMIT 1) seen ON true
        """,
        ids=to_array(relationship_ids),
        today=today,
    )
