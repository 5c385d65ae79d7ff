"""Puts records into the past: Odoo writes these columns itself and always says "now"."""

from psycopg2.extras import execute_values


def set_columns(records, column_values):
    """Write columns by SQL, one statement for all records.

    :param column_values: {column: [one value per record]}; all columns are timestamps or dates
    """
    if not records:
        return
    records.flush_recordset()
    columns = list(column_values)
    rows = list(zip(records.ids, *column_values.values(), strict=True))
    assignments = ", ".join(f'"{column}" = v."{column}"' for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    types = ", ".join(f"%s::{records._fields[column].column_type[0]}" for column in columns)
    execute_values(
        records.env.cr._obj,
        f'UPDATE "{records._table}" t SET {assignments} FROM (VALUES %s) AS v(id, {names}) '
        "WHERE t.id = v.id",
        rows,
        template=f"(%s, {types})",
    )
    records.invalidate_recordset(columns, flush=False)


def set_created(records, moments, **columns):
    """Write when the records were made, and other columns.

    :param moments: one for all records, or a list of one per record; so are the other columns
    """
    columns = {"create_date": moments, "write_date": moments, **columns}
    set_columns(
        records,
        {
            column: value if isinstance(value, list) else [value] * len(records)
            for column, value in columns.items()
        },
    )
