"""Writes sheets from top to bottom: what is typed stays text, what is unknown stays empty.

``constant_memory`` keeps one row of a sheet at a time: rows are written in order, tables and
merged cells don't exist, and memory doesn't grow with the clients. Each formula carries its value,
because readers without a calculator (phones, previews, scripts) would read 0.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

import xlsxwriter

from odoo.exceptions import UserError

from ...engine.health import scoring
from .sheet import ReviewSheet

# Text typed by a client or a colleague must never become a formula, a link or a number.
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    # columns are as wide as digits of this font: one that every program has or has a twin of
    "default_format_properties": {"font_name": "Arial", "font_size": 10},
}
# Limits of the file format
MAX_CELL = 32767  # UTF-16 units in a cell
MAX_ROWS = 1_048_576
MAX_LINKS = 65_530
MAX_SHEET_NAME = 31
CUT = "…"
SHORT = MAX_CELL // 2  # of any characters

LINE_HEIGHT, MAX_LINES = 13, 9
HEADING_HEIGHT = 16

A4 = 9
MAX_OWNER = 100  # of the 255 that a footer holds
# Of one page width, in characters: more, and letters of 10 points get smaller than 8
MAX_WIDTH, SMALLEST_SCALE = 168, 80
GREEN, YELLOW, RED = "#D5EFDD", "#FFF1C9", "#F9D7D5"
BAND_COLORS = {"healthy": GREEN, "watch": YELLOW, "risk": RED}
ACCENT, HEADER = "#0F766E", "#E6F4F1"
# Formats beside that of a column: a cell to fill in, and what is late or a loss
INPUT = {"bg_color": "#FFFBE6", "border": 4, "border_color": "#B8C2C2"}
LATE = {"font_color": "#B42318"}

KINDS = {
    "text": {},
    "integer": {"num_format": "#,##0"},
    "score": {"num_format": "0"},
    "points": {"num_format": "+0;-0;0"},
    "amount": {"num_format": "#,##0"},
    "number": {"num_format": "#,##0.00"},
    "percent": {"num_format": "0.0%"},
    "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "title": {"bold": True, "font_size": 16, "font_color": ACCENT},
    "note": {"font_color": "#5F6B6B", "italic": True},
    "heading": {"bold": True, "font_size": 12, "font_color": ACCENT},
    "header": {"bold": True, "bg_color": HEADER, "bottom": 1, "text_wrap": True},
    "label": {"bold": True},
    "link": {"font_color": "#0B5CAD", "underline": 1},
}
NUMBERS = frozenset(("integer", "score", "points", "amount", "number", "percent"))
ROUNDED = frozenset(("score", "points"))
# Control characters that no file of XML may hold, and halves of characters
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
FIRST_YEAR = 1900  # of the dates of a workbook
DAY_ZERO = date(1899, 12, 31).toordinal()
LAST_OF_FEBRUARY_1900 = 59

# How wide the letters of Arial are, in thousandths of the size; the width of a column is in digits
LETTER_WIDTHS = {
    letter: width
    for width, letters in {
        191: "'",
        222: "ijl",
        278: " !,./:;I[]ft·",
        333: "()-r`",
        355: '"',
        500: "ckJsvxyz",
        611: "FTZ",
        667: "&ABEKPSVXY",
        722: "CDHNRUw",
        778: "GOQ",
        833: "mM",
        889: "%",
        944: "W",
        1000: "…—",
    }.items()
    for letter in letters
}
DIGIT, OTHER, WIDE = 556, 580, 1000
WIDE_FROM = 0x2E80  # scripts of East Asia, emoji
# Programs differ by some percent, and bold letters are wider
ROOM, BOLD_ROOM = 0.96, 0.88


class Formula(NamedTuple):
    """A formula with the value that it has; ``{line}`` in it is the number of its row."""

    text: str
    value: object


class Link(NamedTuple):
    """A text that leads to an address."""

    url: str
    text: str


# Values that differ from their column: a word among numbers, a link
UNLIKE = frozenset((str, Link))


class Head(NamedTuple):
    """A column: its head, ``kind`` (one of KINDS), width in characters, and what stands in it.

    ``total``: its sum stands above it; ``value(row)``: its cell of a row, for ``write_rows``.
    """

    label: str
    kind: str = "text"
    width: int = 12
    total: bool = False
    wrap: bool = False
    value: Callable | None = None


def clean_text(text):
    """Return a text as a cell holds it, over-long ones cut with a mark."""
    if len(text) < SHORT and text.isprintable():
        return text
    text = FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    # characters beyond 16 bits, such as emoji, count twice
    if len(text) * 2 > MAX_CELL and len(text.encode("utf-16-le")) // 2 > MAX_CELL:
        cut = text.encode("utf-16-le")[: 2 * (MAX_CELL - 1)]
        text = cut.decode("utf-16-le", errors="ignore") + CUT
    return text


def get_shown(value, kind):
    """Return a number as the board shows it: scores what is reached, changes of it rounded."""
    if kind not in ROUNDED or not isinstance(value, int | float):
        return value
    return scoring.get_shown(value) if kind == "score" else scoring.round_half_up(value)


@lru_cache(10_000)
def _get_word_width(word):
    """Return how wide a word is, in thousandths of the size of its letters."""
    return sum(LETTER_WIDTHS.get(c, WIDE if ord(c) >= WIDE_FROM else _get_width(c)) for c in word)


def _get_width(letter):
    return DIGIT if letter.isdigit() or letter.islower() else OTHER


def get_lines(text, width, room=ROOM):
    """Return how many lines a text takes in a column of that width, broken at spaces."""
    line_width = width * DIGIT * room
    lines = 0
    for line in text.split("\n"):
        lines += 1
        used = 0
        for word in line.split(" "):
            own = _get_word_width(word)
            if used and used + own > line_width:
                lines += 1
                used = 0
            # what is wider than a line is broken anywhere
            lines += int(own // line_width) if own > line_width else 0
            used += own % line_width if own > line_width else own
            used += LETTER_WIDTHS[" "]
    return lines


def sum_columns(heads, rows):
    """Return {column: sum} of the columns with a total; what is unknown is left out."""
    sums = {}
    for column, head in enumerate(heads):
        if head.total:
            values = (getattr(value, "value", value) for value in map(head.value, rows))
            sums[column] = sum(v for v in values if v and not isinstance(v, str))
    return sums


def get_day_number(day):
    """Return the number that a workbook has for a day; 1900 counts as a leap year there."""
    number = day.toordinal() - DAY_ZERO
    return number + 1 if number > LAST_OF_FEBRUARY_1900 else number


def get_column(number):
    """Return the letters of a column, 0 is A."""
    return xlsxwriter.utility.xl_col_to_name(number)


class Book:
    """A workbook while it is written; ``progress(name)`` is called before each sheet.

    ``owner``: whose it is and of when, in the footer of each page.
    """

    def __init__(self, file, env, progress=None, owner=""):
        self.env = env
        self.owner = owner
        self.file = xlsxwriter.Workbook(file, OPTIONS)
        self.progress = progress
        self.is_rtl = env["res.lang"]._lang_get(env.lang or "en_US").direction == "rtl"
        self.pages = {}
        self._formats = {}

    def get_format(self, kind="text", **more):
        """Return the format of a kind, ``more`` as in xlsxwriter; the same one only once."""
        key = (kind, *sorted(more.items()))
        if key not in self._formats:
            spec = {"valign": "top", **KINDS[kind], **more}
            self._formats[key] = self.file.add_format(spec)
        return self._formats[key]

    def add_page(self, code, name):
        if self.progress:
            self.progress(name)
        page = self.pages[code] = Page(self, re.sub(r"[\[\]:*?/\\]", " ", name)[:MAX_SHEET_NAME])
        return page

    def close(self):
        self.file.close()


class Page:
    """A sheet, written row after row; ``row`` is the next one."""

    def __init__(self, book, name):
        self.book, self.env, self.name = book, book.env, name
        self.sheet = book.file.add_worksheet(name, worksheet_class=ReviewSheet)
        self.row = 0
        self.links = 0
        self.head_row = None
        self.heads, self.kinds, self.specs, self.formats, self.wraps = [], [], [], [], []
        self._own_formats = {}
        self._writers = {
            str: self._write_text,
            int: self._write_number,
            float: self._write_number,
            bool: self._write_bool,
            Formula: self._write_formula,
            Link: self._write_link,
            date: self._write_date,
            datetime: self._write_date,
        }
        self._set_up_print()

    def _set_up_print(self):
        sheet = self.sheet
        sheet.set_default_row(LINE_HEIGHT)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.55)
        sheet.hide_gridlines(2)
        pages = self.env._("%(page)s of %(pages)s", page="&P", pages="&N")
        owner = self.book.owner[:MAX_OWNER].replace("&", "&&")
        sheet.set_footer(f"&L{owner}&C&A&R{pages}")
        if self.book.is_rtl:
            sheet.right_to_left()

    def put(self, row, column, value, kind="text", **more):
        """Write one value by its type; None is unknown."""
        shown = "link" if isinstance(value, Link) else kind
        self._write_value(row, column, value, kind, self.book.get_format(shown, **more))

    def _write_value(self, row, column, value, kind, cell_format):
        if value is None or value == "":
            self.sheet.write_blank(row, column, None, cell_format)
            return
        if kind in ROUNDED:
            value = get_shown(value, kind)
        write = self._writers.get(type(value)) or self._find_writer(value)
        write(row, column, value, cell_format)

    def _find_writer(self, value):
        """Return what writes a value of a type that comes of another, such as Markup."""
        return next(write for kind, write in self._writers.items() if isinstance(value, kind))

    def _write_text(self, row, column, value, cell_format):
        self.sheet.write_string(row, column, clean_text(value), cell_format)

    def _write_number(self, row, column, value, cell_format):
        self.sheet.write_number(row, column, value, cell_format)

    def _write_bool(self, row, column, value, cell_format):
        text = self.env._("Yes") if value else self.env._("No")
        self.sheet.write_string(row, column, text, cell_format)

    def _write_formula(self, row, column, formula, cell_format):
        text = formula.text.replace("{line}", str(row + 1))
        value = "" if formula.value is None else formula.value
        self.sheet.write_formula(row, column, text, cell_format, value)

    def _write_link(self, row, column, link, cell_format):
        self.links += 1
        text = clean_text(link.text)
        if self.links > MAX_LINKS:
            self.sheet.write_string(row, column, text, self.book.get_format())
        else:
            self.sheet.write_url(row, column, link.url, cell_format, text)

    def _write_date(self, row, column, value, cell_format):
        """Write a date as its number; earlier ones than the format knows as text."""
        if value.year < FIRST_YEAR:
            self.sheet.write_string(row, column, value.isoformat()[:10], cell_format)
        else:
            self.sheet.write_number(row, column, get_day_number(value), cell_format)

    def write_line(self, *values, kind="text", **more):
        """Write values side by side in the next row."""
        if kind == "heading":
            self.sheet.set_row(self.row, HEADING_HEIGHT)
        for column, value in enumerate(values):
            self.put(self.row, column, value, kind, **more)
        self.row += 1

    def write_title(self, title, *notes):
        self.sheet.set_row(self.row, 24)
        self.write_line(title, kind="title")
        for note in notes:
            self.write_line(note, kind="note")

    # A table: head, rows, filter

    def begin_table(self, heads, count, freeze=1):
        """Write the head of a table of ``count`` rows; ``freeze``: columns that stay."""
        if self.row + count + 2 > MAX_ROWS:
            raise UserError(
                self.env._(
                    "%(sheet)s has %(count)s rows, and a sheet holds %(limit)s. Please choose "
                    "fewer clients.",
                    sheet=self.name,
                    count=f"{count:,}",
                    limit=f"{MAX_ROWS:,}",
                )
            )
        self.set_heads(heads)
        self.head_row = self.row
        self.write_heads()
        if freeze is not None:
            self.sheet.freeze_panes(self.row, freeze)
        self.sheet.repeat_rows(self.head_row)
        self.sheet.autofilter(self.row - 1, 0, self.row - 1 + max(count, 1), len(heads) - 1)

    def set_heads(self, heads):
        """Set the columns of the table that begins; a text keeps its distance to what is before."""
        self.heads = heads
        self.kinds = [head.kind for head in heads]
        self.specs = []
        self._own_formats = {}
        if sum(head.width for head in heads) > MAX_WIDTH:
            self.sheet.set_print_scale(SMALLEST_SCALE)
            self.sheet.repeat_columns(0)
        for column, head in enumerate(heads):
            self.sheet.set_column(column, column, head.width)
            spec = {"text_wrap": True} if head.wrap else {}
            if head.kind not in NUMBERS and column:
                spec |= {"align": "left", "indent": 1}
            self.specs.append(spec)
        self.formats = [
            self.book.get_format(head.kind, **spec)
            for head, spec in zip(heads, self.specs, strict=True)
        ]
        # the distance takes about a letter and a half
        self.wraps = [
            (column, head.width - 1.5 * bool(column))
            for column, head in enumerate(heads)
            if head.wrap
        ]

    def write_heads(self):
        lines = max(get_lines(head.label, head.width - 1, BOLD_ROOM) for head in self.heads)
        self.sheet.set_row(self.row, LINE_HEIGHT * lines + 2)
        for column, (head, spec) in enumerate(zip(self.heads, self.specs, strict=True)):
            align = {"align": "right"} if head.kind in NUMBERS else spec
            self.put(self.row, column, head.label, "header", **align)
        self.row += 1

    def write_totals(self, heads, sums, count, label, below=0):
        """Write the row of sums in front of the head: those of the rows that are shown.

        ``below``: how many more rows of sums stand between it and the head.
        """
        first, last = self.row + below + 3, self.row + below + 2 + max(count, 1)
        for column, head in enumerate(heads):
            value = label if not column else None
            if head.total:
                letters = get_column(column)
                formula = f"=SUBTOTAL(109,{letters}{first}:{letters}{last})"
                value = Formula(formula, sums.get(column, 0))
            elif column and column in sums:
                value = sums[column]
            self.put(self.row, column, value, head.kind, bold=True)
        self.row += 1

    def write_rows(self, rows, get_more=None):
        """Write rows by the ``value`` of each column; ``get_more(row)``: as in ``write_row``."""
        get_values = [head.value for head in self.heads]
        for row in rows:
            self.write_row([get(row) for get in get_values], get_more and get_more(row))

    def write_row(self, values, more=None):
        """Write a row of the table; ``more``: {column: format}, as in xlsxwriter.

        What is unknown is left out, where it has no format of its own.
        """
        self._fit_height(values)
        row, more = self.row, more or {}
        cells = zip(values, self.formats, self.kinds, strict=True)
        for column, (value, cell_format, kind) in enumerate(cells):
            if column in more:
                cell_format = self._get_own_format(column, value, more[column])
            elif value is None or value == "":
                continue
            elif type(value) in UNLIKE and (kind in NUMBERS or type(value) is Link):
                cell_format = self._get_own_format(column, value, {})
            self._write_value(row, column, value, kind, cell_format)
        self.row += 1

    def _fit_height(self, values):
        """Set the height of a row with long texts: no program does it for what is written."""
        lines = 1
        for column, width in self.wraps:
            text = values[column]
            if text and (len(text := getattr(text, "text", text)) > width or "\n" in text):
                lines = max(lines, get_lines(text, width))
        if lines > 1:
            self.sheet.set_row(self.row, LINE_HEIGHT * min(lines, MAX_LINES) + 1)

    def _get_own_format(self, column, value, own):
        """Return the format of a cell that differs from its column, each of them once."""
        is_text, is_link = isinstance(value, str), isinstance(value, Link)
        key = (column, is_text, is_link, *own.items())
        if key not in self._own_formats:
            kind = self.kinds[column]
            spec = {**self.specs[column], **own}
            if is_text and kind in NUMBERS:
                spec["align"] = "right"
            self._own_formats[key] = self.book.get_format("link" if is_link else kind, **spec)
        return self._own_formats[key]

    def get_range(self, column, count, first=None):
        """Return the absolute address of ``count`` cells of a column, for charts and formulas."""
        first = self.head_row + 1 if first is None else first
        letters = get_column(column)
        name = self.name.replace("'", "''")
        return f"'{name}'!${letters}${first + 1}:${letters}${first + max(count, 1)}"


def to_month(day: date):
    """Return the name of a month, the same for everybody who reads the file."""
    return day.strftime("%Y-%m")
