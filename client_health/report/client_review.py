"""The review of clients as a workbook: which columns, from which fields, written safely."""

import io
from typing import NamedTuple

import xlsxwriter

from odoo import api, models

from ..const import MONEY_GROUP
from ..engine.health.scoring import get_shown

# Text typed by a client or a colleague must never become a formula, a link or a number.
WORKBOOK_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
MAX_CELL = 32767  # characters in a cell, a limit of the file format


class Column(NamedTuple):
    """A column of the review; ``kind`` chooses cell type and number format.

    ``money``: for users who may see money; ``shared``: what the others get in its place.
    """

    field: str
    kind: str
    width: int
    money: bool = False
    shared: bool = False


COLUMNS = (
    Column("partner_id", "text", 32),
    Column("stage_id", "text", 12),
    Column("stage_days", "integer", 12),
    Column("stage_reason", "text", 40),
    Column("health_score", "integer", 9, money=True),
    Column("health_score_shared", "integer", 9, shared=True),
    Column("health_band", "text", 12, money=True),
    Column("health_band_shared", "text", 12, shared=True),
    Column("health_coverage", "percent", 10),
    Column("health_trend", "integer", 9, money=True),
    Column("health_trend_shared", "integer", 9, shared=True),
    Column("health_reasons", "text", 48),
    Column("user_id", "text", 18),
    Column("team_id", "text", 16),
    Column("activity_summary", "text", 36),
    Column("activity_date_deadline", "date", 14),
    Column("cadence", "text", 16),
    Column("channel", "text", 14),
    Column("date_start", "date", 12),
    Column("client_revenue", "number", 14, money=True),
    Column("client_labour_cost", "number", 14, money=True),
    Column("client_other_cost", "number", 14, money=True),
    Column("client_margin", "number", 14, money=True),
    Column("client_margin_after_overhead", "number", 14, money=True),
    Column("client_margin_rate", "percent", 10, money=True),
    Column("client_margin_state", "text", 16, money=True),
    Column("client_hours", "number", 10, money=True),
    Column("client_effective_rate", "number", 12, money=True),
    Column("client_revenue_share", "percent", 12, money=True),
    Column("client_loss_months", "integer", 10, money=True),
    Column("client_overdue", "number", 14, money=True),
    Column("client_to_invoice", "number", 14, money=True),
    Column("client_currency_id", "text", 10, money=True),
)

# Figures that mean something only in some states of the margin: elsewhere they are unknown.
NEEDS_STATE = {
    "client_margin": ("known", "no_revenue"),
    "client_margin_after_overhead": ("known", "no_revenue"),
    "client_margin_rate": ("known",),
}

# Shown where a company says what its overhead is.
OVERHEAD_FIELDS = {"client_margin_after_overhead"}

# Figures that are there only when another field is set.
NEEDS_FIELD = {
    "health_score": "health_known",
    "health_score_shared": "health_known",
    "health_trend": "health_direction",
    "health_trend_shared": "health_direction_shared",
    "client_effective_rate": "client_hours",
}

FORMATS = {
    "text": {"valign": "top"},
    "integer": {"num_format": "#,##0"},
    "number": {"num_format": "#,##0.00"},
    "percent": {"num_format": "0.0%"},
    "date": {"num_format": "yyyy-mm-dd"},
}


class ClientReview(models.AbstractModel):
    """Builds the workbook with the rights of the user who downloads it."""

    _name = "client.review"
    _description = "Client Review"

    @api.model
    def _get_columns(self):
        """Return all columns, in order; another addon may add its own."""
        return list(COLUMNS)

    @api.model
    def _get_allowed_columns(self):
        """Return the columns that the user may see, in order."""
        see_money = self.env.user.has_group(MONEY_GROUP)
        hidden = set() if self.env["client.overhead"]._is_used() else OVERHEAD_FIELDS
        return [
            column
            for column in self._get_columns()
            if not (column.shared if see_money else column.money) and column.field not in hidden
        ]

    @api.model
    def _get_rows(self, relationships, columns):
        """Return a list of rows, each a list of str, int, float, date or None (unknown)."""
        return [
            [self._get_value(relationship, column) for column in columns]
            for relationship in relationships
        ]

    @api.model
    def _get_value(self, relationship, column):
        states = NEEDS_STATE.get(column.field)
        if states and relationship.client_margin_state not in states:
            return None
        needed = NEEDS_FIELD.get(column.field)
        if needed and not relationship[needed]:
            return None
        field = relationship._fields[column.field]
        value = relationship[column.field]
        if field.type == "many2one":
            return value.display_name or None
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value)
        if column.kind == "percent":
            return value / 100
        if column.kind == "integer":
            return get_shown(value)
        if column.kind == "number":
            return value
        return value or None

    @api.model
    def _get_workbook(self, relationships):
        """Return the review of the relationships as the bytes of an XLSX file."""
        columns = self._get_allowed_columns()
        output = io.BytesIO()
        with xlsxwriter.Workbook(output, WORKBOOK_OPTIONS) as workbook:
            formats = {kind: workbook.add_format(spec) for kind, spec in FORMATS.items()}
            formats["header"] = workbook.add_format(
                {"bold": True, "bg_color": "#E6F4F1", "bottom": 1, "text_wrap": True}
            )
            sheet = workbook.add_worksheet(self.env._("Clients"))
            self._write_header(sheet, columns, formats["header"])
            for number, row in enumerate(self._get_rows(relationships, columns), start=1):
                for position, (column, value) in enumerate(zip(columns, row, strict=True)):
                    self._write_cell(sheet, number, position, value, formats[column.kind])
            sheet.autofilter(0, 0, len(relationships), len(columns) - 1)
        return output.getvalue()

    @api.model
    def _write_header(self, sheet, columns, cell_format):
        labels = self.env["client.relationship"].fields_get(
            [column.field for column in columns], ["string"]
        )
        for position, column in enumerate(columns):
            sheet.set_column(position, position, column.width)
            sheet.write_string(0, position, labels[column.field]["string"], cell_format)
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    @api.model
    def _write_cell(self, sheet, row, position, value, cell_format):
        if value is None:
            sheet.write_blank(row, position, None, cell_format)
        elif isinstance(value, str):
            sheet.write_string(row, position, value[:MAX_CELL], cell_format)
        elif isinstance(value, int | float):
            sheet.write_number(row, position, value, cell_format)
        else:
            sheet.write_datetime(row, position, value, cell_format)
