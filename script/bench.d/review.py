"""Seconds and memory of the review: the full workbook, and a large sheet.

``ours_s`` is the workbook of all clients, every sheet, read and written as a manager; ``floor_s``
is bare xlsxwriter that writes the same cells (types, formats, links, row heights, sparklines) and
reads nothing: no program that writes with it can be faster. ``plain_floor_s`` is the same with one
format, links as text, and neither the empty cells that have a format, nor heights and sparklines.
``peak_mib`` is how much a process of its own grew that made the workbook. ``rows_s`` is
one sheet of 100,000 rows (``--rows``) of 25 columns, read with the user's rules and written the
same way; ``odoo_s`` Odoo's own list export of the same records and columns.

The goals: at most 1.25 × the floor, at least twice as fast as Odoo's export, at most 40 MiB.
"""

import contextlib
import io
import os
import re
import tempfile
import time
import types
import warnings
import zipfile
from unittest import mock

import openpyxl
import xlsxwriter
from xlsxwriter.format import Format

from odoo import sql_db
from odoo.api import Environment
from odoo.http import _request_stack
from odoo.modules.registry import Registry

from odoo.addons.client_health.report.review.book import OPTIONS, Book, Head
from odoo.addons.client_health.report.review.reading import read_rows
from odoo.addons.web.controllers.export import ExportXlsxWriter

DATA = "score"
ROWS = int(os.environ.get("CLIENT_HEALTH_ROWS") or 100_000)
COLUMNS = 25
ROUNDS = 3
CELL_METHODS = (
    "write_blank",
    "write_string",
    "write_number",
    "write_formula",
    "write_datetime",
    "write_url",
    "set_row",
    "set_column",
    "add_sparkline",
)
MODEL = "account.analytic.line"
KINDS = {"float": "number", "monetary": "number", "integer": "integer", "date": "date"}
TYPES = ("char", "date", "float", "monetary", "many2one", "selection", "integer")


def run(env, clients):
    ensure_scores(env)
    admin = env.ref("base.user_admin")
    admin.group_ids |= env.ref("client_health.group_client_manager")
    env.cr.commit()
    env = env(user=admin.id, context={"allowed_company_ids": env["res.company"].search([]).ids})
    relationships = env["client.relationship"].search([("phase", "!=", "ended")])
    ours, floor, plain = [], [], []
    with tempfile.TemporaryFile() as file, record_calls() as calls:
        env["client.review"]._write_workbook(file, relationships)
    cells = None
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        for _round in range(ROUNDS):
            ours.append(measure_ours(env, relationships, file.name))
            cells = cells or read_cells(file.name)
            floor.append(measure_floor(calls))
            plain.append(measure_plain_floor(cells))
        size = os.path.getsize(file.name)
    rows_s, odoo_s, rows = measure_rows(env)
    return {
        "ours_s": round(min(ours), 2),
        "floor_s": round(min(floor), 2),
        "times_floor": round(min(ours) / min(floor), 2),
        "plain_floor_s": round(min(plain), 2),
        "times_plain_floor": round(min(ours) / min(plain), 2),
        "peak_mib": measure_peak(env, relationships.ids),
        "cells": sum(len(row) for _name, sheet in cells for row in sheet),
        "file_kib": size // 1024,
        "clients_written": len(relationships),
        "rows": rows,
        "rows_s": round(rows_s, 2),
        "odoo_s": round(odoo_s, 2),
        "times_odoo": round(odoo_s / rows_s, 2),
    }


def ensure_scores(env):
    """Have all clients scored once: a review of clients without scores is half empty."""
    if not env["client.health.snapshot"].search_count([], limit=1):
        env["client.health.run"]._cron_take_snapshots()
        env.cr.commit()


# The full workbook


def measure_ours(env, relationships, path):
    env.invalidate_all()
    start = time.perf_counter()
    with open(path, "wb") as file:
        env["client.review"]._write_workbook(file, relationships)
    return time.perf_counter() - start


def read_cells(path):
    """Return [(sheet, [[value]])]: what the workbook holds, without its formats."""
    with open(path, "rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl knows no sparklines
        book = openpyxl.load_workbook(file, read_only=True)
        return [
            (
                sheet.title,
                [
                    [(number, value) for number, value in enumerate(row) if value is not None]
                    for row in sheet.iter_rows(values_only=True)
                ],
            )
            for sheet in book
        ]


@contextlib.contextmanager
def record_calls():
    """Yield [(sheet, method, arguments)]: what is written by xlsxwriter meanwhile, in order."""
    calls = []

    def record(name):
        method = getattr(xlsxwriter.worksheet.Worksheet, name)

        def recorded(sheet, *args):
            calls.append((sheet.name, name, args))
            return method(sheet, *args)

        return mock.patch.object(xlsxwriter.worksheet.Worksheet, name, recorded)

    with contextlib.ExitStack() as stack:
        for name in CELL_METHODS:
            stack.enter_context(record(name))
        yield calls


def measure_floor(calls):
    """Write the calls again; what is asked of the workbook beforehand is not counted."""
    formats = {
        id(arg): arg for _sheet, _name, args in calls for arg in args if isinstance(arg, Format)
    }
    start = time.perf_counter()
    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(file, OPTIONS)
        own = {key: copy_format(book, one) for key, one in formats.items()}
        sheets = {}
        for name, method, args in calls:
            if name not in sheets:
                sheets[name] = book.add_worksheet(name)
            args = [own.get(id(arg), arg) for arg in args]
            getattr(sheets[name], method)(*args)
        book.close()
    return time.perf_counter() - start


def copy_format(book, other):
    """Return a format of a workbook like one of another."""
    own = book.add_format()
    kept = {"xf_format_indices", "dxf_format_indices", "xf_index", "dxf_index"}
    own.__dict__.update((key, value) for key, value in vars(other).items() if key not in kept)
    return own


def measure_plain_floor(cells):
    start = time.perf_counter()
    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(file, OPTIONS)
        cell_format, date_format = book.add_format(), book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in cells:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, value in row:
                    if isinstance(value, str) and value.startswith("="):
                        sheet.write_formula(number, column, value, cell_format, 0)
                    elif isinstance(value, str):
                        sheet.write_string(number, column, value, cell_format)
                    elif isinstance(value, int | float):
                        sheet.write_number(number, column, value, cell_format)
                    else:
                        sheet.write_datetime(number, column, value, date_format)
        book.close()
    return time.perf_counter() - start


def measure_peak(env, ids):
    """Return by how many MiB a process grew that made the workbook, at most."""
    database, uid, context = env.cr.dbname, env.uid, dict(env.context)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            # the parent's connections are not ours
            sql_db._Pool = None
            with Registry(database).cursor() as cr:
                own = Environment(cr, uid, context)
                own["client.review"]._get_workbook(own["client.relationship"].browse(ids[:20]))
                own.invalidate_all()
                with open("/proc/self/clear_refs", "w") as peak:
                    peak.write("5")  # it counts from here
                before = get_memory("VmRSS")
                with tempfile.TemporaryFile() as file:
                    own["client.review"]._write_workbook(
                        file, own["client.relationship"].browse(ids)
                    )
                os.write(writing, str(get_memory("VmHWM") - before).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    return int(os.read(reading, 20) or -1) // 1024


def get_memory(name):
    with open("/proc/self/status") as file:
        return int(re.search(rf"{name}:\s+(\d+)", file.read())[1])


# A large sheet, and Odoo's


def measure_rows(env):
    """Return (our seconds, Odoo's, rows)."""
    model = env[MODEL]
    names = [
        name
        for name, field in sorted(model._fields.items())
        if field.store and field.column_type and field.type in TYPES and not field.groups
    ][:COLUMNS]
    assert len(names) == COLUMNS, len(names)
    records = model.search([], limit=ROWS, order="id")
    env.invalidate_all()
    start = time.perf_counter()
    with tempfile.TemporaryFile() as file:
        write_sheet(env, records, names, file)
    ours = time.perf_counter() - start
    env.invalidate_all()
    start = time.perf_counter()
    write_as_odoo(env, records, names)
    return ours, time.perf_counter() - start, len(records)


def write_sheet(env, records, names, file):
    book = Book(file, env)
    page = book.add_page("rows", "Rows")
    fields = records._fields
    page.begin_table(
        [Head(fields[name].string, KINDS.get(fields[name].type, "text"), 20) for name in names],
        len(records),
    )
    for row in read_rows(records, names):
        page.write_row([row[name] for name in names])
    book.close()


def write_as_odoo(env, records, names):
    """Export as ``/web/export/xlsx`` does, without the network."""
    fields = [{"name": name, "type": records._fields[name].type} for name in names]
    _request_stack.push(types.SimpleNamespace(env=env))
    try:
        rows = records.export_data(names)["datas"]
        with ExportXlsxWriter(fields, names, len(rows)) as writer:
            for number, row in enumerate(rows, start=1):
                for column, value in enumerate(row):
                    writer.write_cell(number, column, value)
    finally:
        _request_stack.pop()
    assert zipfile.is_zipfile(io.BytesIO(writer.value))
