"""Sheets that write their cells themselves: typed text as text, and in half of the time.

xlsxwriter writes a text between ``<r>`` and ``</r>`` as it is, for it takes it for rich text of its
own: a client of such a name would break the file. It also looks in each formula for thirty
functions that need a prefix, and asks at each cell what it may be. What isn't a plain text, number,
formula or empty cell with a format is written by xlsxwriter.
"""

import re
from xml.sax.saxutils import escape

from xlsxwriter.utility import xl_rowcol_to_cell_fast
from xlsxwriter.worksheet import Worksheet

# What the file format reads as a character by its number
ESCAPED = re.compile(r"(_x[0-9a-fA-F]{4}_)")


def _get_text(text):
    """Return a text as an element of XML."""
    if "_x" in text:
        text = ESCAPED.sub(r"_x005F\1", text)
    if "&" in text or "<" in text or ">" in text:
        text = escape(text)
    if text[:1].isspace() or text[-1:].isspace():
        return f'<t xml:space="preserve">{text}</t>'
    return f"<t>{text}</t>"


def _get_string(cell):
    return f' t="inlineStr"><is>{_get_text(cell.string)}</is></c>'


def _get_number(cell):
    return f"><v>{cell.number:.16G}</v></c>"


def _get_formula(cell):
    kind = ' t="str"' if cell.value and isinstance(cell.value, str) else ""
    value = escape(cell.value) if kind else cell.value
    return f"{kind}><f>{escape(cell.formula)}</f><v>{value}</v></c>"


def _get_blank(_cell):
    return "/>"


# By the names of xlsxwriter's kinds of cells
WRITERS = {
    "String": _get_string,
    "Number": _get_number,
    "Datetime": _get_number,
    "Formula": _get_formula,
    "Blank": _get_blank,
}


class ReviewSheet(Worksheet):
    """A worksheet of a workbook with ``constant_memory``, whose cells all have a format."""

    def _prepare_formula(self, formula, *_args, **_kwargs):
        """Return a formula as it is stored; ours have no function that needs a prefix."""
        return formula.removeprefix("=")

    def _write_cell(self, row, col, cell):
        write = WRITERS.get(cell.__class__.__name__)
        if not write or not cell.format:
            super()._write_cell(row, col, cell)
            return
        name, style = xl_rowcol_to_cell_fast(row, col), cell.format._get_xf_index()
        self.fh.write(f'<c r="{name}" s="{style}"{write(cell)}')
