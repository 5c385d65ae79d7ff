"""The review of clients as a workbook: which sheets, which columns, for whom."""

from collections.abc import Callable
from datetime import timedelta
from tempfile import TemporaryFile
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL, LazyTranslate

from ..const import MONEY_GROUP
from ..engine.clock import get_today
from .review import (
    charts,
    clients,
    decisions,
    definitions,
    meeting,
    money,
    overview,
    records,
)
from .review.book import Book
from .review.data import ReviewData

_lt = LazyTranslate(__name__)

# With what a first review is compared
FIRST_PERIOD = timedelta(days=30)
QUARTER = timedelta(days=90)  # so long the readings of a day are stored
# A number of our own among the locks of the database: one review per user at a time
LOCK = 1_802_026


class Column(NamedTuple):
    """A column of the sheet *Clients*; ``kind`` is one of ``review.book.KINDS``.

    ``money``: for users who may see money; ``shared``: what the others get in its place;
    ``total``: with its sum.
    """

    field: str
    kind: str
    width: int
    money: bool = False
    shared: bool = False
    total: bool = False
    wrap: bool = False


class Sheet(NamedTuple):
    """A sheet: ``write(page, data)`` fills it; ``help`` says on the first sheet what it is for."""

    code: str
    name: object
    help: object
    write: Callable
    money: bool = False


# At most 12 for each user, and together at most 168 characters wide: more is not readable on a page
COLUMNS = (
    Column("partner_id", "text", 31, wrap=True),
    Column("stage_id", "text", 9),
    Column("health_score", "score", 7, money=True),
    Column("health_score_shared", "score", 10, shared=True),
    Column("health_band", "text", 14, money=True, wrap=True),
    Column("health_band_shared", "text", 16, shared=True, wrap=True),
    Column("health_trend", "points", 8, money=True),
    Column("health_trend_shared", "points", 10, shared=True),
    Column("health_reasons", "text", 28, wrap=True),
    Column("user_id", "text", 12, wrap=True),
    Column("activity_summary", "text", 18, wrap=True),
    Column("activity_date_deadline", "date", 11),
    Column("client_revenue", "amount", 10, money=True, total=True),
    Column("client_margin_rate", "percent", 8, money=True),
    Column("client_effective_rate", "number", 12, money=True),
)
SHEETS = (
    Sheet(
        "summary", _lt("Summary"), _lt("Sums by stage and band, and four charts."),
        overview.write_summary,
    ),
    Sheet(
        "movers", _lt("Movers"), _lt("Who rose or fell since the last review, and why."),
        clients.write_movers,
    ),
    Sheet("clients", _lt("Clients"), _lt("All clients on one page width."), clients.write_clients),
    Sheet(
        "money", _lt("Money"), _lt("Revenue, cost and margin; try a price."), money.write_money,
        money=True,
    ),
    Sheet(
        "months", _lt("Margin by month"), _lt("Each client's course over a year."),
        money.write_months, money=True,
    ),
    Sheet(
        "projects", _lt("Projects"), _lt("The same by project."), money.write_projects, money=True
    ),
    Sheet(
        "at_risk", _lt("At risk by quarter"), _lt("Revenue at stake, now and later."),
        money.write_at_risk, money=True,
    ),
    Sheet(
        "moves", _lt("Next three moves"), _lt("What would raise the score most."),
        decisions.write_moves,
    ),
    Sheet(
        "decisions", _lt("Decisions"), _lt("Done or not; new ones to fill in."),
        decisions.write_decisions,
    ),
    Sheet(
        "feedback", _lt("Feedback"), _lt("What clients and colleagues said."),
        records.write_feedback,
    ),
    Sheet(
        "goals", _lt("Goals"), _lt("What is to be reached, and how far it is."),
        records.write_goals,
    ),
    Sheet(
        "promises", _lt("Promises"), _lt("What we are to do, and what is overdue."),
        records.write_promises,
    ),
    Sheet(
        "issues", _lt("Issues"), _lt("What is wrong, and how far it is repaired."),
        records.write_issues,
    ),
    Sheet(
        "definitions", _lt("Definitions"), _lt("What the words mean."),
        definitions.write_definitions,
    ),
    Sheet(
        "figures", _lt("Figures of the charts"), _lt("What the charts draw."),
        charts.write_figures,
    ),
)  # fmt: skip


class ClientReview(models.AbstractModel):
    """Builds the workbook with the rights of the user who downloads it."""

    _name = "client.review"
    _description = "Client Review"

    @api.model
    def _get_columns(self):
        """Return all columns of *Clients*, in order; another addon may add its own."""
        return list(COLUMNS)

    @api.model
    def _get_allowed_columns(self):
        """Return the columns that the user may see, in order."""
        see_money = self.env.user.has_group(MONEY_GROUP)
        return [
            column
            for column in self._get_columns()
            if not (column.shared if see_money else column.money)
        ]

    @api.model
    def _get_sheets(self):
        """Return all sheets after the first, in order; another addon may add its own."""
        return [
            sheet._replace(name=self.env._(sheet.name), help=self.env._(sheet.help))
            for sheet in SHEETS
        ]

    @api.model
    def _get_allowed_sheets(self):
        """Return the sheets that the user may see, in order."""
        see_money = self.env.user.has_group(MONEY_GROUP)
        return [sheet for sheet in self._get_sheets() if see_money or not sheet.money]

    # One client, for a quarterly meeting

    @api.model
    def _get_client_sheets(self, for_client):
        """Return all sheets of the review of one client, in order; another addon may add its own.

        ``for_client``: what is handed to the client. Nothing of ours may be in it.
        """
        shared = [
            Sheet(
                "goals",
                self.env._("Goals"),
                "",
                lambda page, data: meeting.write_goals(page, data, for_client),
            ),
            Sheet(
                "done",
                self.env._("What we did"),
                "",
                lambda page, data: meeting.write_accomplishments(page, data, for_client),
            ),
            Sheet("next", self.env._("Next quarter"), "", meeting.write_next),
        ]
        if for_client:
            return [Sheet("start", self.env._("Review"), "", meeting.write_client_start), *shared]
        internal = {"moves", "decisions", "feedback", "promises", "issues", "months", "projects"}
        return [
            Sheet("start", self.env._("Client"), "", meeting.write_internal_start),
            *shared,
            *(sheet for sheet in self._get_allowed_sheets() if sheet.code in internal),
        ]

    @api.model
    def _get_client_workbook(self, relationship, for_client=False):
        """Return the review of one client, of the last quarter, as the bytes of an XLSX file."""
        relationship.ensure_one()
        relationship.check_access("read")
        review = self
        if for_client:
            lang = relationship.partner_id.lang or self.env.lang
            review, relationship = (one.with_context(lang=lang) for one in (self, relationship))
        data = ReviewData(relationship, get_today(relationship.company_id) - QUARTER)
        with TemporaryFile() as file:
            book = Book(file, review.env, owner=data.owner)
            for sheet in review._get_client_sheets(for_client):
                sheet.write(book.add_page(sheet.code, sheet.name), data)
            book.close()
            file.seek(0)
            return file.read()

    @api.model
    def _get_since(self):
        """Return the day of the last review: the last day on which decisions were made."""
        today = get_today(self.env.company)
        last = self.env["client.review.decision"].search([("date", "<", today)], limit=1)
        return last.date or today - FIRST_PERIOD

    @api.model
    def _take_turn(self):
        """Return whether no other request of this user makes a review; until this one ends."""
        query = SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK, self.env.uid)
        return self.env.execute_query(query)[0][0]

    @api.model
    def _write_workbook(self, file, relationships, since=None, filters=(), progress=None):
        """Write the review into a file.

        :param since: the day to compare with, by default that of the last review
        :param filters: words that say which clients were chosen
        :param progress: a function of the names of all sheets and the one that comes next
        """
        data = ReviewData(relationships, since or self._get_since(), filters)
        sheets = self._get_allowed_sheets()
        names = [self.env._("Start here"), *(sheet.name for sheet in sheets)]
        step = progress and (lambda name: progress(names, name))
        book = Book(file, self.env, step, data.owner)
        overview.write_start(book.add_page("start", names[0]), data, sheets)
        for sheet in sheets:
            sheet.write(book.add_page(sheet.code, sheet.name), data)
        book.close()

    @api.model
    def _get_workbook(self, relationships, **options):
        """Return the review as the bytes of an XLSX file; ``options`` as above."""
        with TemporaryFile() as file:
            self._write_workbook(file, relationships, **options)
            file.seek(0)
            return file.read()
