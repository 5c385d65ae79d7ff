from datetime import date, timedelta
from unittest.mock import patch

from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ...models.health import client_health_snapshot
from .common_health import HealthCommon

SIGNALS_LOG = "odoo.addons.client_health.engine.health.signals"
COMPARED = (
    "score, band, coverage, points, readings, money_readings, margin_rate, date, relationship_id"
)


@tagged("post_install", "-at_install")
class TestHealthSnapshots(HealthCommon):
    def _get_versions(self):
        """Return {table: physical versions of its rows}: what is rewritten gets a new one."""
        self.env.flush_all()
        versions = {}
        for table in ("client_health_snapshot", "client_relationship"):
            self.cr.execute(f"SELECT id, ctid::text, xmin::text FROM {table} ORDER BY id")
            versions[table] = self.cr.fetchall()
        return versions

    def test_score_of_a_night(self):
        self._set_points(80)
        snapshot = self._night()
        self.assertRecordValues(
            snapshot, [{"score": 80, "band": "healthy", "coverage": 100, "backfilled": False}]
        )
        self.assertEqual(set(snapshot.points.values()), {80})
        self.assertEqual(len(snapshot.readings) + len(snapshot.money_readings), 25)
        self.assertEqual(snapshot.company_id, self.company)
        self.assertRecordValues(
            self.relationship,
            [{"health_score": 80, "health_known": True, "health_band": "healthy"}],
        )

    def test_unknown_is_null(self):
        self._set_points(90, codes=("margin_rate", "contact_gap"))
        snapshot = self._night()
        self.cr.execute("SELECT score, band FROM client_health_snapshot WHERE id=%s", snapshot.ids)
        self.assertEqual(self.cr.fetchone(), (None, None))
        self.assertLess(snapshot.coverage, 40)
        self.assertGreater(snapshot.coverage, 0)
        self.assertRecordValues(self.relationship, [{"health_known": False, "health_band": False}])
        [(average, known)] = self.relationship._read_group(
            [("id", "=", self.relationship.id)], [], ["health_score:avg", "health_score:count"]
        )
        self.assertEqual((average, known), (False, 0), "Unknown is not zero")

    def test_what_nobody_records_is_left_out(self):
        """A firm that fills in no forms still sees who is silent; the first record counts."""
        self.measures.with_company(self.company).date_known = False
        other = self._create_clients(1)
        codes = ("margin_rate", "contact_gap")
        self._set_points(90, codes=codes)
        night = self._night(2)
        self.assertRecordValues(night, [{"score": 90, "coverage": 100, "provisional": False}])
        fed = self.measures.with_company(self.company).filtered("is_fed")
        self.assertEqual(set(fed.mapped("code")), set(codes))
        setup = self.env["client.setup"].create({"company_id": self.company.id})
        self.assertIn("Salesperson's judgement", setup.unfed_measures)
        self.assertNotIn("Margin rate", setup.unfed_measures)
        self.values["owner_pulse"] = {other.id: 5}
        night = self._night(1, self.relationship | other).filtered(
            lambda day: day.relationship_id == self.relationship
        )
        self.assertAlmostEqual(night.coverage, 66, delta=1)
        self.assertEqual(night.score, 90, "The score of those without it is the same")
        del self.values["owner_pulse"]
        night = self._night(0)
        self.assertAlmostEqual(night.coverage, 66, delta=1, msg="It is expected from then on")
        self.assertFalse(
            self.measures.with_company(self.env["res.company"].create({"name": "Other"})).filtered(
                "is_fed"
            )
        )

    def test_provisional(self):
        contact = ("contact_gap", "unanswered_hours", "reply_hours", "initiative")
        self._set_points(40, codes=("margin_rate", "rate_trend", "overdue_habit", *contact))
        night = self._night()
        self.assertTrue(25 < night.coverage < 40, night.coverage)
        self.assertRecordValues(night, [{"score": 40, "band": "risk", "provisional": True}])
        self.assertRecordValues(
            self.relationship, [{"health_known": True, "health_provisional": True}]
        )
        self.assertTrue(self.relationship.get_health_explanation()["provisional"])
        self._set_points(40)
        self._night()
        self.assertFalse(self.relationship.health_provisional)

    def test_ended_clients_have_no_band(self):
        self._set_points(80)
        self._night()
        self._move(self.relationship, "offboard", "ended")
        self.assertRecordValues(
            self.relationship, [{"health_band": False, "health_score": 80, "health_known": True}]
        )

    def test_twice_a_day_is_one_row(self):
        self._set_points(60)
        self._night()
        before = self._get_versions()
        self._night()
        self.assertEqual(self._get_versions(), before, "Nothing changed: nothing is rewritten")
        self._set_points(70)
        snapshot = self._night()
        self.assertEqual(snapshot.mapped("score"), [70])

    def test_quiet_night(self):
        """The next day, with the same readings: one more row, and nothing else."""
        self._set_points(85)
        self._night(1)
        before = self._get_versions()
        messages = self.env["mail.message"].search_count([])
        activities = self.env["mail.activity"].search_count([])
        self._night(0)
        after = self._get_versions()
        self.assertEqual(after["client_relationship"], before["client_relationship"])
        self.assertEqual(after["client_health_snapshot"][:-1], before["client_health_snapshot"])
        self.assertEqual(len(after["client_health_snapshot"]), 2)
        self.assertEqual(self.env["mail.message"].search_count([]), messages)
        self.assertEqual(self.env["mail.activity"].search_count([]), activities)

    def test_broken_measure_keeps_what_was_read_for_a_week(self):
        """Then it is unknown. Neither moves the score: a fault of ours is no news of the client."""
        self._set_points(80)
        self._set_points(20, codes=("contact_gap",))
        before = self._night(9)
        self._set_points(80)
        self.values["contact_gap"] = ValueError("no such column")
        with mute_logger(SIGNALS_LOG):
            for days_ago in (8, 5, 2):
                night = self._night(days_ago)
                self.assertEqual(night.score, before.score)
                stale = night.readings["contact_gap"]["x"]["stale"]
                self.assertEqual(stale, before.date.isoformat(), "Since it was read")
            night = self._night(1)
        self.assertNotIn("contact_gap", night.readings)
        self.assertEqual(night.score, 80)
        self._set_points(80)
        self.assertNotIn("stale", self._night().readings["contact_gap"]["x"])

    def test_broken_measure_of_money_keeps_apart(self):
        self._set_points(80)
        self._night(1)
        self.values["margin_rate"] = ValueError("no such column")
        with mute_logger(SIGNALS_LOG):
            night = self._night()
        self.assertIn("stale", night.money_readings["margin_rate"]["x"])
        self.assertNotIn("margin_rate", night.readings)

    def test_broken_measure_is_named(self):
        self._set_points(80)
        self.values["contact_gap"] = ValueError("no such column")
        with mute_logger(SIGNALS_LOG), self._stop_after(50):
            self.Run._cron_take_snapshots()
        snapshot = self.Snapshot.search([("relationship_id", "=", self.relationship.id)])
        self.assertEqual(snapshot.score, 80)
        self.assertNotIn("contact_gap", snapshot.readings)
        measure = self.measures.filtered(lambda measure: measure.code == "contact_gap")
        self.assertIn("no such column", measure.error)
        self.assertEqual(self.measures.filtered("error"), measure)
        for user, sees in ((self.manager, True), (self.owner, False)):
            explained = self.relationship.with_user(user).get_health_explanation()
            errors = [
                row["error"]
                for dimension in explained["dimensions"]
                for row in dimension["measures"]
                if row["code"] == "contact_gap"
            ]
            self.assertEqual(bool(errors[0]), sees)

    def test_resumable_after_any_batch(self):
        clients = self._create_clients(7) | self.relationship
        self._set_points(80)
        with patch.object(client_health_snapshot, "BATCH", 2):
            for done in (2, 4, 6, 8):
                with self._stop_after(1):
                    self.Run._cron_take_snapshots()
                snapshots = self.Snapshot.search([("relationship_id", "in", clients.ids)])
                self.assertEqual(len(snapshots), done)
            before = self._get_versions()
            with self._stop_after(1):
                self.Run._cron_take_snapshots()
        self.assertEqual(self._get_versions(), before)
        self.assertEqual(len(snapshots.relationship_id), 8)

    def test_who_is_scored(self):
        ended, archived, offboard = self._create_clients(3)
        self._move(ended, "offboard", "ended")
        self._move(offboard, "offboard")
        archived.active = False
        self._set_points(80)
        with self._stop_after(50):
            self.Run._cron_take_snapshots()
        scored = self.Snapshot.search([]).relationship_id
        self.assertIn(offboard, scored)
        self.assertFalse((ended | archived) & scored)

    def test_other_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        other.client_health_risk = 85
        other.client_health_healthy = 90
        partner = self.env["res.partner"].create({"name": "Their client", "is_company": True})
        theirs = self._create_relationship(partner, self.env["res.users"], company_id=other.id)
        self._set_points(80)
        with self._stop_after(50):
            self.Run._cron_take_snapshots()
        self.assertEqual(theirs.health_band, "risk", "With the bands of its own company")
        self.assertEqual(self.relationship.health_band, "healthy")
        snapshot = self.Snapshot.search([("relationship_id", "=", theirs.id)])
        self.assertEqual(snapshot.company_id, other)

    def test_the_night_is_of_the_day_of_each_company(self):
        """At 14:00 in UTC it is morning in Los Angeles, and the day after in Auckland."""
        other = self.env["res.company"].create({"name": "Other"})
        other.resource_calendar_id.tz = "Pacific/Auckland"
        partner = self.env["res.partner"].create({"name": "Their client", "is_company": True})
        theirs = self._create_relationship(partner, self.env["res.users"], company_id=other.id)
        self.company.resource_calendar_id.tz = "America/Los_Angeles"
        self._set_points(80)
        with freeze_time("2026-06-15 14:00:00"), self._stop_after(50):
            self.Run._cron_take_snapshots()
        for relationship, day in ((self.relationship, 15), (theirs, 16)):
            snapshot = self.Snapshot.search([("relationship_id", "=", relationship.id)])
            self.assertEqual(snapshot.date, date(2026, 6, day))
            self.assertEqual(relationship.health_score, 80, "It is refreshed from its own day")
        with freeze_time("2026-06-16 04:00:00"), self._stop_after(50):
            self.Run._cron_take_snapshots()
        snapshots = self.Snapshot.search(
            [("relationship_id", "in", (self.relationship | theirs).ids)]
        )
        self.assertEqual(len(snapshots), 2, "Neither has a new day yet")

    def test_queries_do_not_grow(self):
        few, many = self._create_clients(5), self._create_clients(50)
        self._settle(few | many)
        self._set_points(60)
        self._night(1, few | many)
        self._set_points(61)
        counts = []
        for clients in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.Run._run_night({self.company: clients.ids}, self.today)
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_trend(self):
        self._nights([(30, 60), (0, 72)])
        self.assertRecordValues(self.relationship, [{"health_trend": 12, "health_direction": "up"}])
        self._set_points(60)
        self._night()
        self.assertRecordValues(
            self.relationship, [{"health_trend": 0, "health_direction": "same"}]
        )

    def test_no_trend_without_a_past(self):
        self._nights([(10, 60), (0, 72)])
        self.assertFalse(self.relationship.health_direction)

    def test_lost_coverage_is_shown(self):
        self._nights([(30, 60)])
        self._set_points(None, codes=("margin_rate", "rate_trend", "overdue_habit"))
        self._night()
        self.assertAlmostEqual(self.relationship.health_coverage_lost, 17, delta=1)

    def test_thinning(self):
        for days in (5, 6, 100, 101, 102, 400, 401, 800, 805, 860):
            date = self.today - timedelta(days=days)
            self._set_points(50)
            self.Run._take(self.company, self.relationship.ids, date)
        self.cr.execute("UPDATE client_health_snapshot SET readings = '{}' WHERE readings IS NULL")
        self._run_job("ir_cron_client_health_delete_old")
        snapshots = self.Snapshot.search([])
        dates = [(self.today - snapshot.date).days for snapshot in snapshots]
        self.assertIn(5, dates)
        self.assertIn(6, dates)
        for unit, old in ((7, [d for d in dates if 90 < d <= 730]),):
            self.assertLess(len(old), 5, f"One per {unit} days")
        months = [snapshot.date.strftime("%Y-%m") for snapshot in snapshots]
        very_old = [month for month, days in zip(months, dates, strict=True) if days > 730]
        self.assertEqual(len(very_old), len(set(very_old)))
        for snapshot in snapshots:
            old = (self.today - snapshot.date).days > 90
            self.assertEqual(snapshot.readings is False or snapshot.readings is None, old)
            self.assertEqual(len(snapshot.points), 6, "The points stay")
        before = self._get_versions()
        self._run_job("ir_cron_client_health_delete_old")
        self.assertEqual(self._get_versions(), before)

    def test_backfilled_day_equals_its_night(self):
        self._set_points(64)
        date = self.today - timedelta(days=8)
        self._night(8)
        self.cr.execute(f"SELECT {COMPARED} FROM client_health_snapshot")
        night = self.cr.fetchall()
        self.cr.execute("DELETE FROM client_health_snapshot")
        self.Run._take(self.company, self.relationship.ids, date, backfilled=True)
        self.cr.execute(f"SELECT {COMPARED} FROM client_health_snapshot")
        self.assertEqual(self.cr.fetchall(), night)

    def test_join_keeps_one_per_day(self):
        other = self._create_clients(1)
        self._set_points(80, self.relationship)
        self._set_points(30, other)
        self._night(1, other)
        self._night(0, other | self.relationship)
        self.env["client.pulse"].create({"relationship_id": other.id, "value": "5"})
        self.env["client.merge"]._merge(self.relationship, other)
        snapshots = self.Snapshot.search([("relationship_id", "=", self.relationship.id)])
        self.assertEqual(snapshots.mapped("score"), [80, 30])
        self.assertTrue(self.relationship.pulse_ids)

    def test_setup_starts_the_scores(self):
        setup = self.env["client.setup"].create({})
        crons = self.env.ref("client_health.ir_cron_client_health") | self.env.ref(
            "client_health.ir_cron_client_health_backfill"
        )
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "in", crons.ids)])
        setup._finish()
        new = self.env["ir.cron.trigger"].search([("cron_id", "in", crons.ids)]) - triggers
        self.assertEqual(new.cron_id, crons)
        self.assertTrue(self.company.client_setup_date)


@tagged("post_install", "-at_install")
class TestBackfill(HealthCommon):
    """The scores of the time before the first night."""

    weeks = 16  # more than those whose readings are kept

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.object(client_health_snapshot, "BACKFILL_WEEKS", cls.weeks))

    def test_weekly(self):
        clients = self._create_clients(2) | self.relationship
        self.company.client_setup_date = self.today
        self._set_points(70)
        with patch.object(client_health_snapshot, "BATCH", 2):
            for _start in range(400):
                with self._stop_after(3):
                    self.Run._cron_backfill()
                if not self.Run._count_weeks_left(self.company):
                    break
        snapshots = self.Snapshot.search([("relationship_id", "in", clients.ids)])
        self.assertEqual(len(snapshots), self.weeks * 3)
        dates = sorted(set(snapshots.mapped("date")))
        self.assertEqual(dates[-1], self.today - timedelta(weeks=1))
        self.assertEqual(dates[0], self.today - timedelta(weeks=self.weeks))
        self.assertTrue(all(snapshots.mapped("backfilled")))
        self.assertFalse(any(snapshots.filtered(lambda s: s.date < dates[-14]).mapped("readings")))
        self.assertEqual(self.relationship.phase, "healthy")

    def test_leaves_nights_and_the_unknown(self):
        self._set_points(40)
        night = self._night(7)
        self.company.client_setup_date = self.today
        self.values.clear()
        with self._stop_after(500):
            self.Run._cron_backfill()
        self.assertEqual(self.Snapshot.search([]), night, "Of whom nothing is known gets no row")
        self.assertEqual(night.score, 40)


@tagged("post_install", "-at_install", "slow")
class TestBackfillOfTwoYears(TestBackfill):
    weeks = client_health_snapshot.BACKFILL_WEEKS

    def test_two_years(self):
        self.assertEqual(self.weeks, 104)
