"""Seconds and memory of the review: the full workbook, and a large sheet.

``ours_s`` is the workbook of all clients, every sheet, read and written as a manager; ``floor_s``
is bare xlsxwriter that writes the same cells and reads nothing: no program that writes with it can
be faster. ``peak_mib`` is how much a process of its own grew that made the workbook. ``rows_s`` is
one sheet of 100,000 rows (``--rows``) of 25 columns, read with the user's rules and written the
same way; ``odoo_s`` Odoo's own list export of the same records and columns.

The goals: at most 1.25 × the floor, at least twice as fast as Odoo's export, at most 40 MiB.
"""

import io
import os
import re
import tempfile
import time
import types
import zipfile

import openpyxl
import xlsxwriter

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
    ours, floor = [], []
    cells = None
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        for _round in range(ROUNDS):
            ours.append(measure_ours(env, relationships, file.name))
            cells = cells or read_cells(file.name)
            floor.append(measure_floor(cells))
        size = os.path.getsize(file.name)
    rows_s, odoo_s, rows = measure_rows(env)
    return {
        "ours_s": round(min(ours), 2),
        "floor_s": round(min(floor), 2),
        "times_floor": round(min(ours) / min(floor), 2),
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
    with open(path, "rb") as file:
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


def measure_floor(cells):
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
