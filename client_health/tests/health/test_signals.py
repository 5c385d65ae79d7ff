from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo.tests import freeze_time, tagged
from odoo.tools import SQL, mute_logger

from ...engine import clock
from ...engine.correspondence.working_hours import WorkingHours
from ...engine.health import signals
from ...engine.reading import Reading, make
from .common_signals import SignalCommon

FRAME = "odoo.addons.client_health.engine.health.signals"


@tagged("post_install", "-at_install")
class TestSignals(SignalCommon):
    """What all signals have in common: the frame that reads them, days, and working hours."""

    def test_every_measure_has_its_signal(self):
        codes = self.env["client.health.measure"].search([]).mapped("code")
        self.assertEqual(sorted(codes), sorted(self.env["client.health.measure"]._get_signals()))

    def test_nothing_known_of_a_new_client(self):
        readings, errors = signals.read(self.env, self.other, self.today)
        self.assertEqual((readings, errors), ({self.other.id: {}}, {}))

    def test_no_relationships(self):
        nobody = self.env["client.relationship"]
        self.assertEqual(signals.read(self.env, nobody, self.today), ({}, {}))

    def test_a_broken_measure_leaves_the_rest(self):
        """It is unknown for all, its error is told, and the transaction goes on."""

        def fail(env, relationships, as_of):
            env.execute_query(SQL("SELECT no_such_column FROM res_company"))

        def answer(env, relationships, as_of):
            return {self.relationship.id: Reading(7.0)}

        self.relationship.note = "<p>Not written yet</p>"
        added = {"broken": signals.Signal(fail), "sound": signals.Signal(answer)}
        with (
            patch.object(
                self.registry["client.health.measure"], "_get_signals", lambda self: added
            ),
            mute_logger("odoo.sql_db"),
            self.assertLogs(FRAME, "WARNING") as logs,
        ):
            readings, errors = signals.read(
                self.env, self.relationship, self.today, ["broken", "sound", "no_such_signal"]
            )
        self.assertEqual(readings, {self.relationship.id: {"sound": Reading(7.0)}})
        self.assertIn("no_such_column", errors["broken"])
        self.assertEqual(set(errors), {"broken", "no_such_signal"})
        self.assertEqual(len(logs.output), 2)
        self.relationship.invalidate_recordset()
        self.assertIn("Not written yet", self.relationship.note)

    def test_query_count(self):
        """The same few statements, however many clients."""
        sizes = [self._create_clients(count) for count in (5, 50)]
        for code in self.env["client.health.measure"]._get_signals():
            counts = []
            for relationships in sizes:
                signals.read(self.env, relationships, self.today, [code])  # caches warm
                before = self.env.cr.sql_log_count
                signals.read(self.env, relationships, self.today, [code])
                counts.append(self.env.cr.sql_log_count - before)
            with self.subTest(code):
                self.assertEqual(counts[0], counts[1])
                self.assertLessEqual(counts[0], 16)

    def test_the_day_ends_where_the_company_is(self):
        day = date(2026, 1, 15)
        for tz, end in (
            ("UTC", datetime(2026, 1, 15, 23, 59, 59, 999999)),
            ("Europe/Berlin", datetime(2026, 1, 15, 22, 59, 59, 999999)),
            ("America/New_York", datetime(2026, 1, 16, 4, 59, 59, 999999)),
            ("Pacific/Auckland", datetime(2026, 1, 15, 10, 59, 59, 999999)),
        ):
            self.calendar.tz = tz
            with self.subTest(tz):
                self.assertEqual(clock.get_end(self.relationship, day), end)

    def test_a_day_of_23_and_of_25_hours(self):
        """The clocks of Berlin changed on 29 March and 25 October 2026."""
        self.calendar.tz = "Europe/Berlin"
        ends = [
            clock.get_end(self.relationship, date(2026, month, day))
            for month, days in ((3, (28, 29)), (10, (24, 25)))
            for day in days
        ]
        hours = [(ends[i + 1] - ends[i]).total_seconds() / 3600 for i in (0, 2)]
        self.assertEqual(hours, [23, 25])

    def test_a_midnight_that_comes_twice_or_not_at_all(self):
        """In the Azores the clocks change at midnight: on 26 October and on 30 March 2025."""
        self.calendar.tz = "Atlantic/Azores"
        for day, start in (
            (date(2025, 10, 26), datetime(2025, 10, 26)),
            (date(2025, 3, 30), datetime(2025, 3, 30, 1)),
        ):
            with self.subTest(day=day):
                self.assertEqual(clock.get_start(self.relationship, day), start)
                end = clock.get_end(self.relationship, day - timedelta(days=1))
                self.assertEqual(end, start - timedelta(microseconds=1))
        self._log("praise", datetime(2025, 10, 26, 0, 30))
        self.assertIsNone(self._read("voice_silence", as_of=date(2025, 10, 25)), "not -1 days")

    def test_a_slip_of_the_year_breaks_nothing(self):
        """In the year 1 in UTC, and before it in New York: Python knows no such day."""
        self.calendar.tz = "America/New_York"
        feedback = self._log("praise", rating="5")
        self.env.flush_all()
        self.cr.execute(
            "UPDATE client_feedback SET date = '0001-01-01' WHERE id = %s", feedback.ids
        )
        readings, errors = signals.read(self.env, self.relationship, self.today)
        self.assertFalse(errors)
        self.assertEqual(readings[self.relationship.id]["voice_silence"].date, date(1969, 12, 31))

    def test_today_is_where_the_company_is(self):
        with freeze_time("2026-06-15 04:00:00"):
            for tz, day in (("America/Los_Angeles", 14), ("UTC", 15), ("Pacific/Auckland", 15)):
                self.calendar.tz = tz
                with self.subTest(tz):
                    self.assertEqual(clock.get_today(self.company), date(2026, 6, day))

    def test_what_came_in_this_second_is_of_today(self):
        self.cr.execute("SELECT CLOCK_TIMESTAMP() AT TIME ZONE 'UTC'")
        [moment] = self.cr.fetchone()
        self.assertGreaterEqual(clock.get_end(self.relationship, date(2999, 1, 1)), moment)

    def test_today_ends_now(self):
        self.assertLessEqual(clock.get_end(self.relationship, self.today), self._ago(hours=-1))
        self.assertLessEqual(
            clock.get_end(self.relationship, date(2999, 1, 1)), self._ago(hours=-1)
        )

    def test_working_hours(self):
        hours = WorkingHours(self.relationship, datetime(2026, 3, 2), datetime(2026, 3, 31))
        friday, monday = datetime(2026, 3, 6, 16), datetime(2026, 3, 9, 9, 30)
        for start, end, expected in (
            (friday, monday, 2.5),
            (datetime(2026, 3, 4, 11), datetime(2026, 3, 4, 14), 2),  # lunch
            (datetime(2026, 3, 7), datetime(2026, 3, 8, 23), 0),  # a weekend
            (datetime(2026, 3, 2), datetime(2026, 3, 9), 40),
            (monday, friday, 0),
            (datetime(2026, 1, 1), datetime(2026, 3, 3), 8),  # before the span: as of its start
        ):
            with self.subTest(start=start, end=end):
                self.assertAlmostEqual(hours.between(start, end), expected)

    def test_two_hours_are_two_to_the_microsecond(self):
        """Moments come in at any part of a second; whoever compares hours may rely on them."""
        hours = WorkingHours(self.relationship, datetime(2026, 3, 2), datetime(2026, 3, 31))
        for microsecond in range(1, 1_000_000, 35711):
            start = datetime(2026, 3, 4, 13, 0, 7, microsecond)
            for late in (-1, 0, 1):
                end = start + timedelta(hours=2, microseconds=late)
                with self.subTest(microsecond=microsecond, late=late):
                    self.assertEqual(hours.between(start, end), 2)

    def test_working_hours_when_the_clocks_change(self):
        """Friday 16:00 to Monday 9:30 in Berlin: two hours and a half, whatever UTC says."""
        self.calendar.tz = "Europe/Berlin"
        hours = WorkingHours(self.relationship, datetime(2026, 3, 20), datetime(2026, 4, 10))
        friday, monday = datetime(2026, 3, 27, 15), datetime(2026, 3, 30, 7, 30)
        self.assertAlmostEqual(hours.between(friday, monday), 2.5)
        self.assertEqual(hours.day(datetime(2026, 3, 29, 22, 30)), date(2026, 3, 30))

    def test_public_holidays_are_off(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.calendar.id,
                "company_id": self.company.id,
                "date_from": datetime(2026, 3, 9),
                "date_to": datetime(2026, 3, 9, 23, 59, 59),
            }
        )
        hours = WorkingHours(self.relationship, datetime(2026, 3, 2), datetime(2026, 3, 31))
        self.assertAlmostEqual(hours.between(datetime(2026, 3, 6, 16), datetime(2026, 3, 10, 9)), 2)

    def test_without_calendar_nothing_is_known(self):
        self.company.resource_calendar_id = False
        self.assertFalse(WorkingHours(self.relationship, self._ago(9), self.now).known)
        self._say(self.elena, created=self._ago(5))
        self.assertIsNone(self._read("unanswered_hours"))
        self.assertIsNone(self._read("reply_hours"))

    def test_details_are_small_and_fit_into_json(self):
        made = make(1 / 3, self.today, {"a": range(50), "b": None}, day=self.today, none=None)
        self.assertEqual(made.value, 0.33)
        self.assertEqual(
            made.detail, {"records": {"a": list(range(10))}, "day": self.today.isoformat()}
        )
