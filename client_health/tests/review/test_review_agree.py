"""Figures of one review that must agree, whichever sheet somebody reads."""

import re
from datetime import timedelta

from odoo.tests import tagged

from ...report.review import charts
from ...report.review.data import ReviewData
from ..health.common_health import HealthCommon
from ..profitability.common_money import MoneyCommon, month_ago
from .common_review import find_head, open_book, read_table


def read_lines(sheet):
    """Return {first cell: the other cells} of a sheet that has no table."""
    return {row[0]: row[1:] for row in sheet.iter_rows(values_only=True) if row[0]}


def read_sums(sheet):
    """Return {name of a row of sums: {label: value}} of those above a table."""
    head = find_head(sheet)
    labels = [cell.value for cell in sheet[head]]
    rows = ([cell.value for cell in sheet[number]] for number in range(max(head - 2, 1), head))
    return {row[0]: dict(zip(labels, row, strict=True)) for row in rows if row[0]}


@tagged("post_install", "-at_install")
class TestReviewScoresAgree(HealthCommon):
    def _get_book(self, relationships=None, **options):
        relationships = self.relationship if relationships is None else relationships
        review = self.env["client.review"].with_user(self.manager)
        return open_book(review._get_workbook(relationships.with_user(self.manager), **options))

    def _add_warning(self, level):
        rule = self.env["client.health.warning.rule"].search([], limit=1)
        self.env["client.health.warning"].sudo().create(
            {
                "relationship_id": self.relationship.id,
                "rule_id": rule.id,
                "date_start": self.today,
                "date_since": self.today,
                "date_seen": self.today,
                "date_counts": self.today,
                "level": level,
                "value": 1,
            }
        )

    def test_movers_and_clients_name_the_same_change(self):
        """Snapshots on both sides of the day: one of them counts, on all sheets and for reasons."""
        self._nights([(33, 90), (27, 70), (0, 60)])
        found = self._get_book()
        (mover,), (client,) = read_table(found["Movers"]), read_table(found["Clients"])
        self.assertEqual((mover["Then"], mover["Now"], mover["Change"]), (70, 60, -10))
        self.assertEqual(client["Change"], mover["Change"])
        self.assertEqual(self.relationship.health_trend, mover["Change"])
        lines = mover["Why"].replace("−", "-").split("\n")
        self.assertEqual(sum(int(line.rsplit(": ", 1)[1]) for line in lines), mover["Change"])

    def test_a_young_client_moves_as_well(self):
        self._nights([(26, 90), (0, 80)])
        found = self._get_book()
        (mover,), (client,) = read_table(found["Movers"]), read_table(found["Clients"])
        self.assertEqual((mover["Change"], client["Change"]), (-10, -10))

    def test_changes_are_those_since_the_last_review(self):
        self._nights([(30, 90), (10, 70), (0, 60)])
        found = self._get_book(since=self.today - timedelta(days=10))
        (mover,), (client,) = read_table(found["Movers"]), read_table(found["Clients"])
        self.assertEqual((mover["Change"], client["Change"]), (-10, -10))

    def test_an_override_is_marked(self):
        self._set_points(90)
        self._night()
        until = self.today + timedelta(days=14)
        self.env["client.health.override"].with_user(self.manager).create(
            {
                "relationship_id": self.relationship.id,
                "band": "risk",
                "reason": "They told us on the phone",
                "date_end": until,
            }
        )
        found = self._get_book()
        mark = f"Red: override until {until.isoformat()}"
        (client,) = read_table(found["Clients"])
        self.assertEqual(client["Health Band"], mark)
        self.assertIn(mark, read_lines(found["Start here"])["Blue Harbour Hotels"][0])

    def test_what_lowered_a_band_is_marked(self):
        self._set_points(90)
        self._night()
        self._add_warning(2.5)
        data = ReviewData(self.relationship.with_user(self.manager), self.today)
        (row,) = data.clients
        self.assertIsNone(data.get_mark(row))
        row["health_band"] = "risk"
        self.assertEqual(data.get_marked_band(row), "Red: severe warning")
        row["health_band"] = "watch"
        self.assertEqual(data.get_marked_band(row), "Yellow: warning")

    def test_no_move_changes_what_a_person_judges(self):
        leaving = self._create_clients(1, self.manager)
        self._settle(leaving)
        self._set_points(30)
        self._night(0, self.relationship | leaving)
        self._move(self.relationship, "at_risk")
        self._move(leaving, "offboard")
        rows = read_table(self._get_book(self.relationship | leaving)["Next three moves"])
        self.assertTrue(rows)
        self.assertEqual({row["Client"] for row in rows}, {"Blue Harbour Hotels"})
        for row in rows:
            self.assertNotIn("judgement", row["Move"])
            self.assertNotIn("Rating", row["Move"])

    def test_the_target_of_a_move_is_the_company_s(self):
        self._set_points(90)
        self._set_points(0, codes=["margin_rate"])
        self._night()
        self._move(self.relationship, "at_risk")
        self.company.client_target_margin = 55
        moves = [row["Move"] for row in read_table(self._get_book()["Next three moves"])]
        (move,) = [move for move in moves if move.startswith("Margin rate")]
        self.assertTrue(move.endswith("to 55 %"), move)

    def test_only_an_activity_that_belongs_is_planned_already(self):
        self._set_points(30, codes=["contact_gap", "overdue_work", "feedback_rating"])
        self._set_points(90, codes=["margin_rate"])
        self._night()
        self._move(self.relationship, "at_risk")
        self.relationship.activity_ids.unlink()
        for name, type_, days in (("Ring them", "call", -2), ("Tidy up", "todo", -9)):
            self.relationship.activity_schedule(
                f"mail.mail_activity_data_{type_}",
                summary=name,
                date_deadline=self.today + timedelta(days=days),
                user_id=self.owner.id,
            )
        rows = read_table(self._get_book()["Next three moves"])
        planned = {row["Planned already"] for row in rows} - {None}
        self.assertEqual(planned, {"Ring them (late)"})

    def test_who_leaves_is_talked_about_last(self):
        clients = self._create_clients(2, self.manager)
        self._settle(clients)
        self._set_points(20)
        self._night(0, clients)
        self._move(clients[0], "offboard")
        data = ReviewData(clients.with_user(self.manager), self.today)
        self.assertEqual([row["id"] for row in data.focus], [clients[1].id, clients[0].id])

    def test_what_is_not_measured_is_empty(self):
        self.env["client.goal"].create(
            {"name": "Two shops", "relationship_id": self.relationship.id}
        )
        (row,) = read_table(self._get_book()["Goals"])
        self.assertIsNone(row["Progress (%)"])

    def test_two_clients_of_one_name_are_told_apart(self):
        other = self._create_clients(1, self.manager)
        other.partner_id.name = "Blue Harbour Hotels"
        self.env["client.goal"].create({"name": "Two shops", "relationship_id": other.id})
        found = self._get_book(self.relationship | other)
        (row,) = read_table(found["Goals"])
        self.assertIn(row["Client"], [line["Client"] for line in read_table(found["Clients"])])
        self.assertIn("(", row["Client"])

    def test_printed_pages(self):
        found = self._get_book()
        for sheet in found:
            day = self.today.isoformat()
            self.assertIn(f"{self.company.name} · {day}", sheet.oddFooter.left.text, sheet.title)
            # one page width of landscape A4 holds some 168 characters of 8 points
            width = sum(dim.width * (dim.max - dim.min + 1)
                        for dim in sheet.column_dimensions.values() if not dim.hidden)  # fmt: skip
            if sheet.sheet_properties.pageSetUpPr.fitToPage:
                self.assertLessEqual(width, 182, sheet.title)
            else:
                self.assertGreaterEqual(sheet.page_setup.scale, 80, sheet.title)
            texts = [str(v) for row in sheet.iter_rows(values_only=True) for v in row if v]
            self.assertFalse([t for t in texts if re.search(r"\d/\d+/\d{4}", t)], sheet.title)
        sheet = found["Decisions"]
        self.assertTrue(sheet.column_dimensions["J"].hidden)
        self.assertGreaterEqual(sheet.row_dimensions[find_head(sheet) + 1].height, 28)


@tagged("post_install", "-at_install")
class TestReviewMoneyAgrees(MoneyCommon):
    """A client of known margin with overhead, and one of which too little is known."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["client.overhead"].create(
            {"company_id": cls.company.id, "date": month_ago(12), "rate": 10}
        )
        cls._invoice(cls.client, [(1000, {cls.project: 100})], month_ago(2))
        cls._spend(cls.project, 10, month_ago(2))
        unknown = cls.env["project.project"].create(
            {"name": "Unknown", "partner_id": cls.other_client.id, "company_id": cls.company.id,
             "allow_timesheets": True}
        )  # fmt: skip
        cls._invoice(cls.other_client, [(500, {unknown: 100})], month_ago(3))
        cls._spend(unknown, 20, month_ago(3), employee=cls.intern)
        cls.Ledger._rebuild(cls.company)
        cls.clients = cls.env["client.relationship"].create(
            [{"partner_id": partner.id, "user_id": cls.manager.id, "company_id": cls.company.id}
             for partner in (cls.client, cls.other_client)]
        )  # fmt: skip
        cls.env.flush_all()
        cls.env.invalidate_all()

    def setUp(self):
        super().setUp()
        review = self.env["client.review"].with_user(self.manager)
        self.book = open_book(review._get_workbook(self.clients.with_user(self.manager)))

    def test_one_client_is_of_unknown_margin(self):
        margins = [row["Margin"] for row in read_table(self.book["Money"])]
        self.assertEqual(sorted(map(str, margins)), ["600.0", "unknown"])

    def test_a_rate_is_of_what_stands_beside_it(self):
        start = read_lines(self.book["Start here"])
        revenue, earned, rate = (
            start[name][0] for name in ("Revenue of known margin", "Margin", "Margin (%)")
        )
        self.assertEqual((start["Revenue"][0], revenue, earned), (1500, 1000, 600))
        self.assertAlmostEqual(rate, earned / revenue)
        self.assertIn("unknown margin: 1 (revenue 500)", start["Margin (%)"][1])
        sums = read_sums(self.book["Money"])
        known = sums["Of known margin"]
        self.assertAlmostEqual(known["Margin (%)"], known["Margin"] / known["Revenue"])
        self.assertEqual(known["Margin"], known["Revenue"] - known["Labour Cost"])
        self.assertIsNone(sums["Sum"]["Margin"])

    def test_the_sheets_agree(self):
        start = read_lines(self.book["Start here"])
        sums = read_sums(self.book["Money"])
        everything = read_lines(self.book["Summary"])["All"]
        self.assertEqual(everything[2:5], (1500, 1000, 600))
        self.assertEqual(sums["Sum"]["Revenue"], start["Revenue"][0])
        self.assertEqual(sums["Of known margin"]["Margin"], start["Margin"][0])
        self.assertEqual(read_sums(self.book["Clients"])["Sum"]["Revenue"], start["Revenue"][0])
        self.assertEqual(read_sums(self.book["Projects"])["Sum"]["Revenue"], start["Revenue"][0])
        at_risk = read_lines(self.book["At risk by quarter"])
        self.assertEqual(at_risk.get("Now", [0] * 5)[4] or 0, start["Revenue at stake now"][0])

    def test_margin_after_overhead_has_one_scope(self):
        known = read_sums(self.book["Money"])["Of known margin"]
        self.assertEqual(known["Overhead"], 100)
        self.assertEqual(known["Margin after Overhead"], known["Margin"] - known["Overhead"])

    def test_the_months_are_those_of_the_sum(self):
        data = ReviewData(self.clients.with_user(self.manager), month_ago(1))
        months = charts.get_monthly_sums(data).values()
        self.assertEqual(sum(one.margin for one in months), 600)
        self.assertEqual(sum(one.revenue for one in months), 1000)

    def test_nothing_healthy_is_at_stake(self):
        data = ReviewData(self.clients.with_user(self.manager), month_ago(1))
        for band, stake in (("healthy", 0), ("risk", 2)):
            data.__dict__.pop("at_stake", None)
            for row in data.clients:
                row["health_band"] = band
            self.assertEqual(len(data.at_stake), stake, band)

    def test_no_rate_without_hours_or_cost(self):
        self._invoice(self.other_client, [700], month_ago(1))
        self.Ledger._rebuild(self.company)
        self.env.invalidate_all()
        self.setUp()
        (row,) = (row for row in read_table(self.book["Projects"]) if not row["Hours"])
        self.assertEqual((row["Revenue"], row["Margin"], row["Margin (%)"]), (700, 700, None))
