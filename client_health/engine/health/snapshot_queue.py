"""Reads snapshots; returns SELECTs of clients left to score, and of their nights before."""

from odoo.tools import SQL

from ..query import to_array


def select_unscored(company_ids, date, limit=None, failed=()):
    """Select (company, client) of the clients in use that have no snapshot of the day yet.

    Without those that ``failed`` tonight.
    """
    return SQL(
        """
        SELECT rel.company_id, rel.id FROM client_relationship rel
         WHERE rel.company_id = ANY (%s) AND rel.active AND rel.phase <> 'ended'
           AND NOT rel.id = ANY (%s)
           AND NOT EXISTS (SELECT FROM client_health_snapshot day
                            WHERE day.relationship_id = rel.id AND day.date = %s)
         ORDER BY rel.company_id, rel.id LIMIT %s
        """,
        to_array(company_ids),
        to_array(failed),
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

    These are in the band of another stage: red while healthy, green while at risk. The run are the
    nights up to tonight in that band. What was known before them: the client itself has to have
    come there. By the bands that everybody reads: a proposal must not tell more of money.
    """
    # OFFSET 0: tonight is looked up client by client. As a join, PostgreSQL begins with a day that
    # it expects to be empty, because it was just written, and goes through all ids for each row.
    return SQL(
        """
        WITH night AS NOT MATERIALIZED (
            SELECT * FROM client_health_snapshot WHERE NOT COALESCE(backfilled, false)
        ), asked AS MATERIALIZED (
            SELECT rel.id, tonight.band_shared AS band,
                   GREATEST(rel.date_last_stage_update, rel.health_decided_on)::date AS decided,
                   COALESCE(tonight.readings, '{}')
                       || COALESCE(tonight.money_readings, '{}') AS known
              FROM client_relationship rel
              JOIN LATERAL (SELECT * FROM night
                             WHERE night.relationship_id = rel.id AND night.date = %(today)s
                            OFFSET 0) tonight ON true
             WHERE rel.id = ANY (%(ids)s)
               AND tonight.band_shared = CASE rel.phase WHEN 'healthy' THEN 'risk'
                                                 WHEN 'at_risk' THEN 'healthy' END
        )
        SELECT asked.id, asked.decided, asked.known, other.date IS NULL AS is_first,
               run.start, run.nights,
               other.readings || COALESCE(other.money_readings, '{}')
          FROM asked
          LEFT JOIN LATERAL (
                SELECT night.* FROM night
                 WHERE night.relationship_id = asked.id AND night.date < %(today)s
                   AND night.band_shared IS DISTINCT FROM asked.band
                 ORDER BY night.date DESC LIMIT 1) other ON true
          LEFT JOIN LATERAL (
                SELECT min(night.date) AS start, count(*) AS nights FROM night
                 WHERE night.relationship_id = asked.id AND night.date <= %(today)s
                   AND (other.date IS NULL OR night.date > other.date)) run ON true
        """,
        ids=to_array(relationship_ids),
        today=today,
    )


def select_held(relationship_ids, today):
    """Select (client, phase, overridden, proposed phase, codes that declarations lift)."""
    return SQL(
        """
        SELECT rel.id, rel.phase, COALESCE(rel.health_overridden, false), proposed.phase,
               COALESCE(lifted.codes, '{}')
          FROM client_relationship rel
          LEFT JOIN client_relationship_stage proposed
            ON proposed.id = rel.health_proposed_stage_id
          LEFT JOIN LATERAL (
                SELECT ARRAY_AGG(DISTINCT rule.code) AS codes
                  FROM client_health_declaration own
                  JOIN client_health_declaration_rule_rel link ON link.declaration_id = own.id
                  JOIN client_health_warning_rule rule ON rule.id = link.rule_id
                 WHERE own.relationship_id = rel.id AND own.date_ended IS NULL
                   AND own.date_start <= %(today)s AND own.date_end >= %(today)s) lifted ON true
         WHERE rel.id = ANY (%(ids)s)
        """,
        ids=to_array(relationship_ids),
        today=today,
    )
