"""Multiplies a record that Odoo made, inside the database."""

import psycopg2

TABLES = (
    "res_partner",
    "client_relationship",
    "account_analytic_account",
    "project_project",
    "project_task",
    "sale_order",
    "sale_order_line",
    "account_analytic_line",
    "account_move",
    "account_move_line",
    "account_partial_reconcile",
    "sale_order_line_invoice_rel",
)


def fill(cr, table, prototype, source, **columns):
    """Insert a row per row of ``source``: the prototype's values, but for ``columns``.

    :param prototype: id of the row to repeat
    :param source: SELECT, its alias in the expressions is s
    :param columns: SQL expressions
    """
    cr.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = current_schema AND table_name = %s ORDER BY ordinal_position",
        [table],
    )
    names = [name for [name] in cr.fetchall()]
    columns = {name: value for name, value in columns.items() if name in names}
    values = [columns.get(name) or f'p."{name}"' for name in names]
    quoted = ", ".join(f'"{name}"' for name in names)
    cr.execute(
        f"INSERT INTO {table} ({quoted}) SELECT {', '.join(values)} "
        f"FROM ({source}) s, (SELECT * FROM {table} WHERE id = {int(prototype)}) p"
    )


def check(cr, tables=TABLES):
    """Raise when a row refers to one that isn't there: foreign keys were off while filling."""
    cr.execute(
        """
        SELECT k.conrelid::regclass::text, a.attname, k.confrelid::regclass::text
          FROM pg_constraint k
          JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
         WHERE k.contype = 'f' AND k.conrelid::regclass::text = ANY(%s)
        """,
        [list(tables)],
    )
    for table, column, target in cr.fetchall():
        cr.execute(
            f"SELECT count(*) FROM {table} t WHERE t.{column} IS NOT NULL AND NOT EXISTS "
            f"(SELECT 1 FROM {target} r WHERE r.id = t.{column})"
        )
        [orphans] = cr.fetchone()
        if orphans:
            raise ValueError(f"{orphans} rows of {table}.{column} have no {target}")
    cr.execute("SELECT move_id FROM account_move_line GROUP BY 1 HAVING abs(sum(balance)) > 0.01")
    if cr.rowcount:
        raise ValueError(f"{cr.rowcount} journal entries don't balance")


def finish(env, tables=TABLES):
    """Let new records follow the last ids, and the planner know what there is."""
    for table in tables:
        if not table.endswith("_rel"):
            sequence = f"pg_get_serial_sequence('{table}', 'id')"
            env.cr.execute(f"SELECT setval({sequence}, max(id)) FROM {table}")
    env.cr.commit()
    # VACUUM wants a connection without a transaction
    connection = psycopg2.connect(dbname=env.cr.dbname)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()
