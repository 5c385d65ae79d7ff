"""Reads and writes warnings as the database has them: SELECTs and statements for the models."""

from datetime import timedelta

from odoo.tools import SQL

from ...query import to_array
from ..scoring import MONEY
from . import SEVERE
from .life import SAME_DAYS, WORSE, Life

COLUMNS = {
    "relationship_id": "int",
    "company_id": "int",
    "rule_id": "int",
    "date_start": "date",
    "date_since": "date",
    "date_seen": "date",
    "nights": "int",
    "level": "float8",
    "value": "float8",
    "evidence": "jsonb",
    "date_counts": "date",
    "decided_level": "float8",
    "date_end": "date",
}


def select_lives(relationship_ids, today, codes=None):
    """Select the columns of ``to_life``: the latest warning of each client and rule.

    Those that ended too long ago to go on are left out.
    """
    return SQL(
        """
        SELECT DISTINCT ON (w.relationship_id, w.rule_id)
               w.relationship_id, rule.code, w.date_start, w.date_since, w.date_seen, w.nights,
               w.level, w.value, w.evidence, w.date_counts, w.decided_level, w.date_end, w.id
          FROM client_health_warning w
          JOIN client_health_warning_rule rule ON rule.id = w.rule_id
         WHERE w.relationship_id = ANY (%s) AND (w.date_end IS NULL OR w.date_end >= %s)
           AND rule.active AND %s
      ORDER BY w.relationship_id, w.rule_id, w.date_start DESC, w.id DESC
        """,
        to_array(relationship_ids),
        today - timedelta(days=SAME_DAYS),
        SQL("rule.code = ANY (%s)", list(codes)) if codes is not None else SQL("true"),
    )


def select_ranks(relationship_ids, today):
    """Select id, rank and rank_shared of clients with a warning that nobody has decided about.

    3 is severe, 2 counts, 1 is to be seen. Shared: without money. Declarations lift theirs.
    """
    return SQL(
        """
        SELECT relationship_id AS id, MAX(rank) AS rank,
               MAX(rank) FILTER (WHERE dimension <> %(money)s) AS rank_shared
          FROM (SELECT w.relationship_id, rule.dimension,
                       CASE WHEN w.level >= %(severe)s THEN 3
                            WHEN w.date_counts IS NOT NULL THEN 2 ELSE 1 END AS rank
                  FROM client_health_warning w
                  JOIN client_health_warning_rule rule ON rule.id = w.rule_id AND rule.active
                 WHERE w.relationship_id = ANY (%(ids)s) AND w.date_end IS NULL
                   AND (w.decided_level IS NULL OR w.level >= w.decided_level + %(worse)s)
                   AND NOT EXISTS (
                       SELECT FROM client_health_declaration own
                         JOIN client_health_declaration_rule_rel link
                           ON link.declaration_id = own.id
                        WHERE own.relationship_id = w.relationship_id AND link.rule_id = rule.id
                          AND own.date_ended IS NULL
                          AND own.date_start <= %(today)s AND own.date_end >= %(today)s)) one
      GROUP BY relationship_id
        """,
        money=MONEY,
        severe=SEVERE,
        ids=to_array(relationship_ids),
        worse=WORSE,
        today=today,
    )


def to_life(row):
    """Return (relationship id, Life) of a row of ``select_lives``."""
    key, *values = row
    return key, Life(*values)


def prepare_row(life, relationship_id, company_id, rule_id):
    """Return a row for ``write``, as plain JSON."""
    return {
        "id": life.id,
        "relationship_id": relationship_id,
        "company_id": company_id,
        "rule_id": rule_id,
        "date_start": life.start,
        "date_since": life.since,
        "date_seen": life.seen,
        "nights": life.nights,
        "level": life.level,
        "value": life.value,
        "evidence": life.detail,
        "date_counts": life.counts,
        "decided_level": life.decided,
        "date_end": life.end,
    }


def insert(rows):
    """Return the statement that adds rows, one JSON text."""
    names = SQL(", ").join(map(SQL.identifier, COLUMNS))
    return SQL(
        "INSERT INTO client_health_warning (%s) SELECT %s FROM jsonb_to_recordset(%s) AS new (%s)",
        names,
        names,
        rows,
        _get_types(COLUMNS),
    )


def update(rows):
    """Return the statement that changes rows that have an id, one JSON text."""
    changing = {name: kind for name, kind in COLUMNS.items() if name != "date_start"}
    return SQL(
        "UPDATE client_health_warning old SET %s"
        " FROM jsonb_to_recordset(%s) AS new (%s) WHERE old.id = new.id",
        SQL(", ").join(
            SQL("%s = new.%s", SQL.identifier(name), SQL.identifier(name)) for name in changing
        ),
        rows,
        _get_types({"id": "int", **changing}),
    )


def _get_types(columns):
    return SQL(", ").join(
        SQL("%s %s", SQL.identifier(name), SQL(kind)) for name, kind in columns.items()
    )
