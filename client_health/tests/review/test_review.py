import io
from datetime import date, timedelta
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from xlsxwriter import Workbook

from odoo.api import Environment
from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import HttpCase, new_test_user, tagged

from ...report.client_review import COLUMNS, Column, Sheet
from ...report.review import book, charts, overview
from ...report.review.data import ReviewData
from ..health.common_health import HealthCommon
from ..profitability.common_money import MoneyCommon, month_ago
from .common_review import find_head, open_book, read_table

# After OWASP's list on CSV injection, and what breaks files of XML
HOSTILE = (
    '=HYPERLINK("http://example.com","x")', "+1+1", "-2+3", "@SUM(A1)", "=cmd|' /C calc'!A0",
    "http://example.com", "internal:'Money'!A1", "000123", "1e5", "\tTab", "'quoted",
    "<b>&amp;</b>", "_x0041_", "שלום עולם", "👩\u200d🚀 crew", "line\nbreak",
    # what xlsxwriter takes for rich text of its own, and writes as it is
    "<r>no XML & more</r>", "<r><t>half</t></r>",
)  # fmt: skip
MONEY_SHEETS = {"Money", "Margin by month", "Projects", "At risk by quarter"}


@tagged("post_install", "-at_install")
class TestReview(HealthCommon):
    """The workbook without money: sheets, rights, text."""

    def _get_book(self, relationships=None, user=None, **options):
        relationships = self.relationship if relationships is None else relationships
        review = self.env["client.review"].with_user(user or self.manager)
        return open_book(
            review._get_workbook(relationships.with_user(user or self.manager), **options)
        )

    def test_sheets(self):
        sheets = self._get_book().sheetnames
        self.assertEqual(sheets[:4], ["Start here", "Summary", "Movers", "Clients"])
        self.assertLessEqual(MONEY_SHEETS, {*sheets})
        for name in ("Next three moves", "Decisions", "Feedback", "Goals", "Promises", "Issues",
                     "Definitions"):  # fmt: skip
            self.assertIn(name, sheets)

    def test_money_only_for_the_money_group(self):
        self.client_partner.name = "Blue"
        for user, seen in ((self.manager, True), (self.seller, False)):
            found = self._get_book(user=user)
            self.assertEqual(bool(MONEY_SHEETS & {*found.sheetnames}), seen, user.login)
            words = {
                str(cell.value)
                for sheet in found
                for row in sheet.iter_rows()
                for cell in row
                if cell.value is not None
            }
            revenue = self.env["client.relationship"]._fields["client_revenue"].string
            self.assertEqual(any(revenue in word for word in words), seen, user.login)
            self.assertEqual(any("argin" in word for word in words), seen, user.login)

    def test_only_what_the_user_may_read(self):
        other = self._create_clients(1, self.seller)
        other.partner_id.name = "Of Others"
        export = self.env["client.review.export"].with_user(self.owner).create({})
        self.assertNotIn(other, export._get_relationships().sudo())
        # even where the ids are known
        found = self._get_book(self.relationship | other, self.owner)
        for sheet in found:
            for row in sheet.iter_rows(values_only=True):
                self.assertNotIn("Of Others", [str(value) for value in row])

    def test_clients_are_those_of_the_record(self):
        self._set_points(60)
        self._night()
        self._move(self.relationship, "at_risk")
        (row,) = read_table(self._get_book()["Clients"])
        self.assertEqual(row["Client"], "Blue Harbour Hotels")
        self.assertEqual((row["Stage"], row["Health Band"]), ("At risk", "Yellow"))
        self.assertEqual(row["Salesperson"], self.owner.name)
        first = self.relationship.activity_ids.sorted("date_deadline")[0]
        self.assertEqual(row["Next Activity Deadline"], first.date_deadline)

    def test_clients_fit_a_page(self):
        for user in (self.manager, self.seller):
            columns = self.env["client.review"].with_user(user)._get_allowed_columns()
            self.assertLessEqual(len(columns), 12, user.login)
            self.assertLessEqual(sum(column.width for column in columns), 168, user.login)
        sheet = self._get_book()["Clients"]
        self.assertEqual(
            (sheet.page_setup.orientation, sheet.page_setup.paperSize), ("landscape", 9)
        )
        self.assertTrue(sheet.sheet_properties.pageSetUpPr.fitToPage)
        self.assertEqual(sheet.page_setup.fitToHeight, 0)
        self.assertTrue(sheet.print_title_rows)
        for other in self._get_book():
            self.assertFalse(other.merged_cells.ranges, other.title)
            self.assertFalse(other.tables, other.title)

    def test_links_lead_back(self):
        sheet = self._get_book()["Clients"]
        cell = sheet.cell(find_head(sheet) + 1, 1)
        self.assertTrue(cell.hyperlink.target.endswith(f"/odoo/clients/{self.relationship.id}"))

    def test_one_rounding_as_on_the_board(self):
        """A score of 49.6 is red and reads 49 everywhere; 50 would be yellow."""
        self._set_points(49.6)
        self._night()
        found = self._get_book()
        (row,) = read_table(found["Clients"])
        self.assertEqual((row["Health"], row["Health Band"]), (49, "Red"))
        explained = self.relationship.get_health_explanation()
        self.assertEqual(explained["score"], 49)

    def test_unknown_is_empty(self):
        (row,) = read_table(self._get_book()["Clients"])
        self.assertIsNone(row["Health"])
        self.assertIsNone(row["Change"])

    def test_movers_say_why(self):
        self._nights([(30, 80), (0, 40)])
        found = self._get_book(since=self.today - timedelta(days=30))
        (row,) = read_table(found["Movers"])
        self.assertEqual((row["Then"], row["Now"], row["Change"]), (80, 40, -40))
        self.assertEqual((row["Band then"], row["Band now"]), ("Green", "Red"))
        self.assertIn("from", row["Why"])

    def test_steady_clients_do_not_move(self):
        self._nights([(30, 80), (0, 80)])
        found = self._get_book(since=self.today - timedelta(days=30))
        self.assertFalse(read_table(found["Movers"]))

    def test_who_to_talk_about_first(self):
        """A client that is red and fell comes before one that is only at risk."""
        calm, red = self._create_clients(2, self.manager)
        self._settle(calm | red)
        for days_ago, points in ((30, 80), (0, 20)):
            self.values.clear()
            self._set_points(80, calm)
            self._set_points(points, red)
            self._night(days_ago, calm | red)
        self._move(calm, "at_risk")
        data = ReviewData((calm | red).with_user(self.manager), self.today)
        self.assertEqual([row["id"] for row in data.focus], [red.id, calm.id])
        self.assertIn("red", data.get_grounds(data.focus[0]))

    def test_hostile_text_stays_text(self):
        clients = self._create_clients(len(HOSTILE), self.manager)
        for client, text in zip(clients, HOSTILE, strict=True):
            client.partner_id.name = text
        sheet = self._get_book(clients)["Clients"]
        head = find_head(sheet)
        found = [sheet.cell(head + 1 + number, 1) for number in range(len(HOSTILE))]
        # openpyxl leaves this one escape of the format to its caller
        self.assertEqual(
            [unescape(cell.value) for cell in found], [text.strip() for text in HOSTILE]
        )
        self.assertFalse([cell for cell in found if cell.data_type in ("f", "n")])
        for cell in found:
            self.assertIn("/odoo/clients/", cell.hyperlink.target)

    def test_a_column_of_another_addon(self):
        more = [*COLUMNS, Column("referred_by_id", "text", 24)]
        self.relationship.referred_by_id = self.env["res.partner"].create({"name": "Otto"})
        Review = self.registry["client.review"]
        with patch.object(Review, "_get_columns", lambda self: more):
            (row,) = read_table(self._get_book()["Clients"])
        self.assertEqual(row["Referred By"], "Otto")

    def test_a_sheet_of_another_addon(self):
        def write(page, data):
            page.write_title("Weather")

        Review = self.registry["client.review"]
        origin = Review._get_sheets
        more = [Sheet("weather", "Weather", "Rain or not.", write)]
        with patch.object(Review, "_get_sheets", lambda self: origin(self) + more):
            found = self._get_book()
        self.assertEqual(found["Weather"]["A1"].value, "Weather")
        self.assertIn(
            "Weather", [row[0] for row in found["Start here"].iter_rows(values_only=True)]
        )

    def test_too_many_rows_say_so(self):
        with (
            patch.object(book, "MAX_ROWS", 3),
            self.assertRaisesRegex(UserError, "a sheet holds 3"),
        ):
            self._get_book(self._create_clients(5, self.manager))

    def test_no_clients(self):
        found = self._get_book(self.env["client.relationship"])
        self.assertFalse(read_table(found["Clients"]))

    def test_queries_do_not_grow_with_the_clients(self):
        """The number of statements is the same for 5 and for 50 clients."""
        counts = []
        for number in (5, 50):
            clients = self._create_clients(number, self.manager)
            self._set_points(60)
            self._night(0, clients)
            self.env.invalidate_all()
            self._get_book(clients)  # what is cached once is no part of it
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._get_book(clients)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 3, counts)


@tagged("post_install", "-at_install")
class TestReviewMoney(MoneyCommon):
    """The sheets of money, to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice(cls.client, [(1000.1, {cls.project: 100})], month_ago(2))
        cls._spend(cls.project, 10, month_ago(2))
        cls._invoice(cls.other_client, [333.33], month_ago(3))
        cls.Ledger._rebuild(cls.company)
        cls.clients = cls.env["client.relationship"].create(
            [{"partner_id": partner.id, "user_id": cls.manager.id, "company_id": cls.company.id}
             for partner in (cls.client, cls.other_client)]
        )  # fmt: skip
        cls.env.flush_all()
        cls.env.invalidate_all()

    def _get_book(self):
        review = self.env["client.review"].with_user(self.manager)
        return open_book(review._get_workbook(self.clients.with_user(self.manager)))

    def test_equal_to_the_record_to_the_cent(self):
        rows = {row["Client"]: row for row in read_table(self._get_book()["Money"])}
        self.assertEqual(len(rows), 2)
        for client in self.clients.with_user(self.manager):
            row = rows[client.display_name]
            self.assertEqual(row["Revenue"], client.client_revenue)
            self.assertEqual(row["Labour Cost"], client.client_labour_cost)
            self.assertEqual(row["Other Cost"], client.client_other_cost)
            self.assertEqual(row["Margin"], client.client_margin)
            self.assertEqual(row["Hours"], client.client_hours)
            self.assertEqual(row["Margin then"], client.client_margin)
        self.assertEqual(rows["Blue Harbour"]["Margin"], 600.1)

    def test_months_add_up_to_the_year(self):
        found = self._get_book()
        months = {row["Client"]: row["Sum"] for row in read_table(found["Margin by month"])}
        money = {row["Client"]: row["Margin"] for row in read_table(found["Money"])}
        self.assertEqual({k: round(v, 2) for k, v in months.items()}, money)

    def test_sums_above_the_head(self):
        sheet = self._get_book()["Money"]
        sums = [cell.value for cell in sheet[find_head(sheet) - 1]]
        self.assertAlmostEqual(sums[1], 1333.43)
        self.assertAlmostEqual(sums[4], 933.43)

    def test_projects_add_up_to_the_client(self):
        rows = read_table(self._get_book()["Projects"])
        own = [row for row in rows if row["Client"] == "Blue Harbour"]
        self.assertAlmostEqual(sum(row["Revenue"] for row in own), 1000.1)

    def test_totals_of_the_summary(self):
        data = ReviewData(self.clients.with_user(self.manager), month_ago(1))
        total = overview.get_total(data.clients)
        self.assertAlmostEqual(total["revenue"], 1333.43)
        self.assertAlmostEqual(total["rate"], 933.43 / 1333.43)

    def test_an_unknown_margin_is_no_number(self):
        self._spend(self.project, 100, month_ago(2), employee=self.intern)
        self.Ledger._rebuild(self.company)
        self.env.invalidate_all()
        rows = {row["Client"]: row for row in read_table(self._get_book()["Money"])}
        self.assertEqual(rows["Blue Harbour"]["Margin"], "unknown")
        self.assertIsNone(rows["Blue Harbour"]["Margin (%)"])


@tagged("post_install", "-at_install")
class TestReviewCells(HealthCommon):
    """What a cell may hold."""

    @given(st.text(max_size=300))
    def test_clean_text_is_allowed(self, text):
        found = book.clean_text(text)
        self.assertFalse(book.FORBIDDEN.search(found))
        self.assertNotIn("\r", found)
        self.assertEqual(book.clean_text(found), found)

    @given(st.sampled_from("ab👩ש"), st.integers(30_000, 40_000))
    def test_long_text_is_cut_with_a_mark(self, letter, count):
        found = book.clean_text(letter * count)
        units = len(found.encode("utf-16-le")) // 2
        self.assertLessEqual(units, book.MAX_CELL)
        if len((letter * count).encode("utf-16-le")) // 2 > book.MAX_CELL:
            self.assertTrue(found.endswith(book.CUT))
        else:
            self.assertEqual(found, letter * count)

    @given(st.dates(date(1900, 1, 1)))
    def test_days_are_those_of_xlsxwriter(self, day):
        worksheet = Workbook(io.BytesIO(), book.OPTIONS).add_worksheet()
        self.assertEqual(book.get_day_number(day), worksheet._convert_date_time(day))

    def test_lines_that_a_text_takes(self):
        for text, width, lines in (
            ("", 10, 1),
            ("iiiiiiiiiiiiiiiiiiii", 10, 1),
            ("MMMMMMMMMM", 10, 2),
            ("two words", 6, 2),
            ("one\ntwo three", 20, 2),
            ("Checks in every month", 14, 2),
            ("日本語日本語", 6, 2),
        ):
            self.assertEqual(book.get_lines(text, width), lines, text)

    def test_names_under_bars_differ(self):
        names = ["Blue Harbour Hotels (Oslo)", "Blue Harbour Hotels (Rome)", "Opera"]
        short = charts.shorten_names(names)
        self.assertEqual(len(set(short)), 3)
        self.assertLessEqual(max(map(len, short)), charts.SHORT_NAME)

    @given(st.floats(0, 100))
    def test_shown_scores(self, score):
        self.assertLessEqual(book.get_shown(score, "score"), score + 1e-6)


@tagged("post_install", "-at_install")
class TestReviewDownload(HttpCase):
    def test_one_at_a_time(self):
        """A second request of the same user is refused while the first one makes its review."""
        user = new_test_user(self.env, "waiting", "base.group_user,client_health.group_client_user")
        url = self.env["client.review.export"].with_user(user).create({}).action_export()["url"]
        self.authenticate(user.login, user.login)
        with db_connect(self.env.cr.dbname).cursor() as other:
            taken = Environment(other, user.id, {})["client.review"]
            self.assertTrue(taken._take_turn())
            self.assertEqual(self.url_open(url).status_code, 429)
            other.rollback()
        self.assertEqual(self.url_open(url).status_code, 200)

    def test_download(self):
        owner = new_test_user(
            self.env, "reviewer", "base.group_user,client_health.group_client_user"
        )
        other = new_test_user(
            self.env, "stranger", "base.group_user,client_health.group_client_user"
        )
        partner = self.env["res.partner"].create({"name": "Fernhill Dental", "is_company": True})
        relationship = self.env["client.relationship"].create(
            {"partner_id": partner.id, "user_id": owner.id}
        )
        export = self.env["client.review.export"].with_user(owner)
        action = export.action_export_selection(relationship.with_user(owner))
        self.authenticate(owner.login, owner.login)
        response = self.url_open(action["url"])
        self.assertEqual(response.status_code, 200)
        self.assertIn(".xlsx", response.headers["Content-Disposition"])
        rows = read_table(open_book(response.content)["Clients"])
        self.assertEqual([row["Client"] for row in rows], ["Fernhill Dental"])
        self.authenticate(other.login, other.login)
        self.assertEqual(self.url_open(action["url"]).status_code, 404)
        self.authenticate(None, None)
        anonymous = self.url_open(action["url"], allow_redirects=False)
        self.assertIn(anonymous.status_code, (303, 302))
