import io
from datetime import datetime

from openpyxl import load_workbook


def open_book(content):
    """Return the workbook as a reader without a calculator sees it: stored values."""
    return load_workbook(io.BytesIO(content), data_only=True)


def find_head(sheet):
    """Return the row of the head of a sheet's table: the first of its filter."""
    return int("".join(c for c in sheet.auto_filter.ref.split(":")[0] if c.isdigit()))


def read_table(sheet):
    """Return the rows of a sheet's table as {label: value}; dates as dates."""
    lines = sheet.iter_rows(min_row=find_head(sheet), values_only=True)
    labels = next(lines)
    return [
        {
            label: value.date() if isinstance(value, datetime) else value
            for label, value in zip(labels, line, strict=True)
        }
        for line in lines
        if any(value is not None for value in line)
    ]
