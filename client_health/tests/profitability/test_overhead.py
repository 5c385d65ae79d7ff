import io
import zipfile
from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ...engine.profitability import scenario
from .common_money import MoneyCommon, month_ago


@tagged("post_install", "-at_install")
class TestOverhead(MoneyCommon):
    """10 hours at 40 in each of three months, invoiced at 1,000; an overhead from the second on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.relationship = cls._create_relationship(cls.client)
        for months in (7, 5, 1):
            cls._invoice(cls.client, [(1000, {cls.project: 100})], month_ago(months))
            cls._spend(cls.project, 10, month_ago(months))
        cls.Ledger._rebuild(cls.company)
        cls.Overhead = cls.env["client.overhead"].with_user(cls.manager)

    def _set_overheads(self):
        return self.Overhead.create(
            [
                {"date": month_ago(6, 1), "rate": 20, "company_id": self.company.id},
                {"date": month_ago(2, 20), "rate": 35.5, "company_id": self.company.id},
            ]
        )

    def _get_figures(self):
        self.env.invalidate_all()
        return {
            (record.client_margin, record.client_overhead, record.client_margin_after_overhead)
            for record in (self.relationship, self.client, self.project)
        }

    def test_without_one_it_is_the_margin(self):
        self.assertEqual(self._get_figures(), {(1800, 0, 1800)})

    def test_each_month_has_its_own_at_once(self):
        overheads = self._set_overheads()
        self.assertEqual(self._get_figures(), {(1800, 200 + 355, 1245)})
        months = self.Ledger._read_group(
            [("partner_id", "=", self.client.id)],
            ["date:month"],
            ["overhead:sum", "margin_after_overhead:sum"],
            order="date:month",
        )
        self.assertEqual([sums for _month, *sums in months], [[0, 600], [200, 400], [355, 245]])
        overheads[0].rate = 10
        self.assertEqual(self._get_figures(), {(1800, 100 + 355, 1345)})
        overheads[1].unlink()
        self.assertEqual(self._get_figures(), {(1800, 200, 1600)})

    def test_a_rebuild_says_the_same(self):
        self._set_overheads()
        self.assertEqual(self._rebuild(), {"rows": 3, "added": 0, "changed": 0, "removed": 0})
        self._spend(self.project, 1, month_ago(1))
        self._rebuild()
        self.assertEqual(self._get_figures(), {(1760, 200 + 390.5, 1169.5)})

    def test_unknown_margin_is_unknown_after_overhead(self):
        self._set_overheads()
        self._spend(self.project, 100, month_ago(1), self.intern)
        self._rebuild()
        self.env.flush_all()
        query = self.relationship._search([("id", "=", self.relationship.id)])
        [[after]] = self.env.execute_query(
            query.select(f"{query.table}.client_margin_after_overhead")
        )
        self.assertIsNone(after)
        [[after]] = self.Ledger._read_group(
            [("partner_id", "=", self.client.id)], [], ["margin_after_overhead:sum"]
        )
        self.assertFalse(after)

    def test_it_is_another_companys_own(self):
        other = self._create_company("Northlight Alps", "CHF")
        self.manager.company_ids |= other
        overheads = self.env["client.overhead"]
        overheads.create({"date": month_ago(9), "rate": 99, "company_id": other.id})
        self.assertEqual(self._get_figures(), {(1800, 0, 1800)})

    def test_scores_use_the_first_margin(self):
        before = self.relationship.client_margin_band, self.relationship.client_loss_months
        self._set_overheads().rate = 1000
        self.env.invalidate_all()
        self.assertLess(self.relationship.client_margin_after_overhead, -10000)
        after = self.relationship.client_margin_band, self.relationship.client_loss_months
        self.assertEqual(after, before)

    def test_scenario(self):
        today = self.relationship._get_scenario_figures(scenario.KEEP)
        self.assertEqual(scenario.Outcome(*today["today"]).overhead, 0)
        self._set_overheads()
        self.env.invalidate_all()
        with Form(
            self.env["client.scenario.simulation"]
            .with_user(self.manager)
            .with_context(default_relationship_id=self.relationship.id)
        ) as form:
            self.assertIn("Margin after overhead", form.comparison)
            form.hours = 15
            wizard = form.save()
        then = scenario.Outcome(*wizard._get_figures()["then"])
        self.assertEqual(then.margin, 3000 - 600)
        self.assertEqual(then.margin_after_overhead, 3000 - 600 - 555 / 2)

    def test_shown_only_where_there_is_one(self):
        review = self.env["client.review"].with_user(self.manager)
        screens = self.Ledger.with_user(self.manager)
        for used in (False, True):
            if used:
                self._set_overheads()
            book = review._get_workbook(self.relationship.with_user(self.manager))
            with zipfile.ZipFile(io.BytesIO(book)) as sheets:
                words = b"".join(map(sheets.read, sheets.namelist()))
            self.assertEqual(b"Margin after Overhead" in words, used)
            for kind in ("pivot", "list"):
                arch = screens.get_view(view_type=kind)["arch"]
                self.assertEqual("margin_after_overhead" in arch, used, kind)

    def test_who_may(self):
        overhead = self._set_overheads()[0]
        for user in (self.owner, self.seller):
            with self.assertRaises(AccessError):
                overhead.with_user(user).rate  # noqa: B018
        money = self.controller
        self.assertEqual(overhead.with_user(money).rate, 20)
        with self.assertRaises(AccessError):
            overhead.with_user(money).rate = 1

    def test_wrong_ones(self):
        self._set_overheads()
        for date, rate in ((month_ago(6, 1), 5), (month_ago(0) + timedelta(days=60), -1)):
            with (
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.Overhead.create({"date": date, "rate": rate, "company_id": self.company.id})


@tagged("post_install", "-at_install")
class TestMarginLimits(MoneyCommon):
    """The two limits of the company colour every margin."""

    def test_new_limits_count_at_once(self):
        relationship = self._create_relationship(self.client)
        self._invoice(self.client, [(1000, {self.project: 100})], month_ago(2))
        self._spend(self.project, 10, month_ago(2))
        self._rebuild()
        row = self._get_rows()
        for break_even, target, band in (
            (5, 60, "profit"),
            (5, 60.01, "below_target"),
            (60, 70, "break_even"),
        ):
            settings = Form(self.env["res.config.settings"])
            settings.client_target_margin = target
            settings.client_break_even_margin = break_even
            settings.save().execute()
            self.env.invalidate_all()
            self.assertEqual(relationship.client_margin_band, band)
            self.assertEqual(self.client.client_margin_band, band)
            self.assertEqual(self.project.client_margin_band, band)
            self.assertEqual(row.margin_band, band)

    def test_of_that_company_alone(self):
        relationship = self._create_relationship(self.client)
        self._invoice(self.client, [(1000, {self.project: 100})], month_ago(2))
        self._rebuild()
        self._create_company("Northlight Alps", "CHF").client_target_margin = 99.9
        self.env.invalidate_all()
        self.assertEqual(relationship.client_margin_band, "profit")

    def test_break_even_is_below_the_target(self):
        for break_even, target in ((60, 60), (-1, 60), (61, 60)):
            with (
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.company.write(
                    {"client_break_even_margin": break_even, "client_target_margin": target}
                )
                self.env.flush_all()
