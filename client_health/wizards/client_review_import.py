import base64
import io
import zipfile
from datetime import date, datetime

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.clock import get_today
from ..models.common.client_protected_mixin import once
from ..report.review.decisions import COLUMNS, DECISIONS_NAME

MAX_ROWS = 2_000
# What an unpacked workbook may take: one of 10,000 clients takes less
MAX_BYTES = 200 * 1024 * 1024
MAX_NAMED = 20  # rows that a message names


class ClientReviewImport(models.TransientModel):
    """Reads the decisions that were filled in, and makes records of the new ones: all, or none."""

    _name = "client.review.import"
    _description = "Import Review Decisions"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]

    file = fields.Binary(string="Workbook", required=True, attachment=False)
    file_name = fields.Char()
    date = fields.Date(
        string="Date of the Review",
        required=True,
        default=lambda self: get_today(self.env.company),
    )

    @once
    def action_import(self):
        """Create the decisions that the file has and Odoo hasn't, and show them."""
        self.ensure_one()
        rows = self._read_rows()
        values, problems = [], []
        for number, row in rows:
            try:
                values.append(self._prepare_decision(row))
            except UserError as error:  # noqa: PERF203  each row is named
                problems.append(self.env._("Row %(row)s: %(problem)s", row=number, problem=error))
        if problems:
            raise UserError("\n".join([
                self.env._("Nothing was imported. Please mend these rows:"),
                *problems[:MAX_NAMED],
            ]))  # fmt: skip
        decisions = self.env["client.review.decision"].create(self._get_new(values))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_review_decision_action"
        )
        return dict(
            action,
            domain=[("id", "in", decisions.ids)],
            display_name=self.env._("%s decisions imported", len(decisions)),
        )

    # The file

    def _read_rows(self):
        """Return [(row number, {column: value})] of the rows that hold a new decision."""
        content = base64.b64decode(self.with_context(bin_size=False).file)
        try:
            return self._read_workbook(io.BytesIO(content))
        except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
            raise UserError(
                self.env._("This is no workbook of a review. Please choose the .xlsx file.")
            ) from error

    def _read_workbook(self, file):
        with zipfile.ZipFile(file) as archive:
            if sum(item.file_size for item in archive.infolist()) > MAX_BYTES:
                raise UserError(
                    self.env._("This workbook is too large. Please choose the one of your review.")
                )
        book = load_workbook(file, data_only=True)
        name = book.defined_names.get(DECISIONS_NAME)
        if not name:
            raise UserError(
                self.env._(
                    "This workbook has no sheet of decisions. Please choose a client review."
                )
            )
        ((title, cells),) = name.destinations
        found = []
        keys = [column.key for column in COLUMNS]
        _head, *lines = book[title][cells][: MAX_ROWS + 1]
        for line in lines:
            row = dict(zip(keys, (cell.value for cell in line), strict=False))
            # what has a number is in Odoo already
            if row["decision"] and not row["decision_id"]:
                found.append((line[0].row, row))
        return found

    # A row

    def _prepare_decision(self, row):
        client = self._get_client(row)
        return {
            "relationship_id": client.id,
            "name": str(row["decision"]).strip(),
            "user_id": self._get_owner(row["owner"], client).id,
            "date": self.date,
            **({"date_deadline": self._get_day(row["deadline"])} if row["deadline"] else {}),
        }

    def _get_client(self, row):
        """Return the client of a row: by its number, else by its name."""
        Relationship = self.env["client.relationship"]
        if row["client_id"]:
            domain = [("id", "=", self._get_number(row["client_id"]))]
        else:
            domain = [("partner_id.name", "=", str(row["client"] or "").strip())]
        found = Relationship.search(domain, limit=2)
        if not found:
            raise UserError(self.env._("there is no client %s", row["client"] or "–"))
        if len(found) > 1:
            raise UserError(
                self.env._("several clients have the name %s: give the client no.", row["client"])
            )
        return found

    def _get_owner(self, text, client):
        """Return the user of a name or an e-mail; the salesperson where the cell is empty."""
        text = str(text or "").strip()
        if not text:
            owner = client.user_id or self.env.user
            return owner if owner.active else self.env.user
        found = self.env["res.users"].search(
            [
                ("share", "=", False),
                ("company_ids", "in", client.company_id.ids),
                "|",
                ("name", "=ilike", text),
                ("login", "=ilike", text),
            ],
            limit=2,
        )
        if len(found) != 1:
            raise UserError(
                self.env._("no user, or more than one, has the name or e-mail %s", text)
            )
        return found

    @api.model
    def _get_number(self, value):
        try:
            return int(value)
        except (TypeError, ValueError):
            raise UserError(self.env._("%s is no client no.", value)) from None

    @api.model
    def _get_day(self, value):
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        try:
            return fields.Date.to_date(str(value).strip())
        except ValueError:
            raise UserError(self.env._("%s is no date: write 2026-12-31", value)) from None

    @api.model
    def _get_new(self, values):
        """Leave out what an earlier import of the same file has made."""
        if not values:
            raise UserError(
                self.env._(
                    "The yellow cells of the sheet Decisions are empty. Please fill them in first."
                )
            )
        Decision = self.env["client.review.decision"]
        known = {
            (one.relationship_id.id, one.name, one.date)
            for one in Decision.search(
                [("relationship_id", "in", [one["relationship_id"] for one in values])]
            )
        }
        new = [
            one for one in values if (one["relationship_id"], one["name"], one["date"]) not in known
        ]
        if not new:
            raise UserError(
                self.env._(
                    "All of these decisions were imported before. Please add new ones to the "
                    "sheet first."
                )
            )
        return new
