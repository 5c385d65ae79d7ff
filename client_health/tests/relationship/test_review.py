import io
from datetime import datetime

from openpyxl import load_workbook

from odoo.tests import HttpCase, new_test_user, tagged

from ...report.client_review import COLUMNS
from ..common import ClientHealthCommon

HOSTILE = '=HYPERLINK("http://example.com","x")'


def read_sheet(content):
    """Return the rows of the first sheet as lists of values, the header first."""
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@tagged("post_install", "-at_install")
class TestReview(ClientHealthCommon):
    def _get_sheet(self, relationships, user):
        review = self.env["client.review"].with_user(user)
        return read_sheet(review._get_workbook(relationships.with_user(user)))

    def test_reads_back_equal_to_the_orm(self):
        clients = self._create_clients(3, self.manager) | self.relationship
        self._move(self.relationship, "at_risk")
        header, *rows = self._get_sheet(clients, self.manager)
        columns = self.env["client.review"].with_user(self.manager)._get_allowed_columns()
        self.assertEqual(len(header), len(columns))
        expected = self.env["client.review"].with_user(self.manager)._get_rows(clients, columns)
        self.assertEqual(len(rows), len(clients))
        for row, values in zip(rows, expected, strict=True):
            for cell, value, column in zip(row, values, columns, strict=True):
                if isinstance(cell, datetime):
                    cell = cell.date()
                with self.subTest(column=column.field):
                    self.assertEqual(cell, value)

    def test_cells_are_typed_and_match_the_record(self):
        self._move(self.relationship, "at_risk")
        header, row = self._get_sheet(self.relationship, self.manager)
        cells = dict(zip(header, row, strict=True))
        self.assertEqual(cells["Client"], "Blue Harbour Hotels")
        self.assertEqual(cells["Stage"], "At risk")
        self.assertEqual(cells["Reason"], "Test: at_risk")
        self.assertEqual(cells["Salesperson"], self.owner.name)
        self.assertIsInstance(cells["Days in Stage"], int)
        self.assertEqual(cells["Client Since"].date(), self.relationship.date_start)
        first = self.relationship.activity_ids.sorted("date_deadline")[0]
        self.assertEqual(cells["Next Activity Deadline"].date(), first.date_deadline)

    def test_formulas_stay_text(self):
        self.client_partner.name = HOSTILE
        content = self.env["client.review"]._get_workbook(self.relationship)
        cell = load_workbook(io.BytesIO(content)).worksheets[0]["A2"]
        self.assertEqual((cell.data_type, cell.value), ("s", HOSTILE))
        self.assertIsNone(cell.hyperlink)

    def test_long_text_is_cut_not_lost(self):
        self._move(self.relationship, "at_risk")
        self.relationship.stage_reason = "x" * 40000
        _header, row = self._get_sheet(self.relationship, self.manager)
        self.assertEqual(len(row[3]), 32767)

    def test_money_only_for_the_money_group(self):
        money = {column.field for column in COLUMNS if column.money}
        self.assertTrue(money)
        for user, seen in ((self.manager, True), (self.seller, False)):
            fields = {
                column.field
                for column in self.env["client.review"].with_user(user)._get_allowed_columns()
            }
            self.assertEqual(bool(money & fields), seen, user.login)

    def test_scope_of_the_menu(self):
        ended = self._create_clients(1, self.manager)
        self._move(ended, "offboard", "ended")
        export = self.env["client.review.export"].with_user(self.manager).create({})
        found = export._get_relationships()
        self.assertIn(self.relationship, found.sudo())
        self.assertNotIn(ended, found.sudo())
        export.user_ids = self.seller
        self.assertNotIn(self.relationship, export._get_relationships().sudo())

    def test_only_what_the_user_may_read(self):
        export = self.env["client.review.export"].with_user(self.colleague).create({})
        self.assertNotIn(self.relationship, export._get_relationships().sudo())


@tagged("post_install", "-at_install")
class TestReviewDownload(HttpCase):
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
        rows = read_sheet(response.content)
        self.assertEqual([row[0] for row in rows[1:]], ["Fernhill Dental"])
        self.authenticate(other.login, other.login)
        self.assertEqual(self.url_open(action["url"]).status_code, 404)
        self.authenticate(None, None)
        anonymous = self.url_open(action["url"], allow_redirects=False)
        self.assertIn(anonymous.status_code, (303, 302))
