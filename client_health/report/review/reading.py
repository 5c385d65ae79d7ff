"""Reads rows for the review as the user may see them: one query per model, whatever the rows.

The ORM takes NULL for 0; here what is unknown is None. Record rules and groups of fields hold.
"""

from decimal import Decimal

from odoo.tools import SQL, html2plaintext, split_every

from ...engine.query import to_array

PORTION = 5_000  # ids that are read at once


def read_rows(records, fnames, raw=()):
    """Yield {"id": id, field: value} of the records that the user may read, in their order.

    Values are str, int, float, bool, date or None; a link is the name of what it leads to, a
    selection its word. ``raw``: fields of which the id or the key is wanted instead.
    """
    for ids in split_every(PORTION, records._ids):
        yield from _read_portion(records.browse(ids), fnames, raw)


def _read_portion(records, fnames, raw):
    stored = [name for name in fnames if records._fields[name].store]
    rows = _select(records, stored)
    found = records.browse(id_ for id_ in records._ids if id_ in rows)
    for fname in set(stored) - set(raw):
        _name_values(found, fname, rows)
    for fname in set(fnames) - set(stored):
        get_value = _get_reader(records, fname)
        for record in found:
            rows[record.id][fname] = get_value(record[fname])
    return [rows[id_] for id_ in found._ids]


def _select(records, fnames):
    """Return {id: row} of stored fields, in one query with the user's rules."""
    model = records.with_context(active_test=False)
    model.flush_model(fnames)
    query = model._search([])
    query.add_where(SQL("%s = ANY (%s)", SQL.identifier(query.table, "id"), to_array(records._ids)))
    columns = [SQL("%s AS id", SQL.identifier(query.table, "id"))]
    columns += [
        SQL("%s AS %s", model._field_to_sql(query.table, name, query), SQL.identifier(name))
        for name in fnames
        if name != "id"
    ]
    return {row["id"]: row for row in records.env.execute_query_dict(query.select(*columns))}


def _name_values(records, fname, rows):
    """Turn what the database has in a column into what a reader sees."""
    field = records._fields[fname]
    if field.type == "many2one":
        ids = {row[fname] for row in rows.values() if row[fname]}
        # sudo: the name of a linked record is shown with the field, as in Odoo's lists
        linked = records.env[field.comodel_name].sudo().browse(ids)
        change = {record.id: record.display_name for record in linked}.get
    elif field.type == "selection":
        change = dict(field._description_selection(records.env)).get
    else:
        change = CHANGES.get(field.type)
    if change:
        for row in rows.values():
            row[fname] = None if row[fname] is None else change(row[fname])


def _to_number(value):
    return float(value) if isinstance(value, Decimal) else value


CHANGES = {"float": _to_number, "monetary": _to_number, "html": html2plaintext}


def _get_reader(records, fname):
    """Return what turns a value of a field that is not stored into a cell; empty is unknown."""
    field = records._fields[fname]
    if field.type == "selection":
        return dict(field._description_selection(records.env)).get
    if field.relational:
        return lambda value: ", ".join(value.sudo().mapped("display_name")) or None  # as above
    if field.type == "html":
        return lambda value: html2plaintext(value or "") or None
    is_number = field.type in ("integer", "float", "monetary", "boolean")
    return lambda value: value if is_number else value or None
