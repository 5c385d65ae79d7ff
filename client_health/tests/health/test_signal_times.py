from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

from odoo import Command
from odoo.tests import freeze_time, tagged

from ...engine.correspondence.working_hours import WorkingHours
from ...engine.health import signals
from .common_signal_figure import Figure
from .common_signal_times import DAY, SECOND, SignalTimes

# The company's days, and where: both changes of the clocks, and both sides of the date line.
# Places of the same line have midnight at the same moment.
PLACES = (
    (("Pacific/Auckland", date(2025, 4, 6)),),
    (("Pacific/Auckland", date(2025, 9, 28)), ("Pacific/Pago_Pago", date(2025, 9, 27))),
    (("America/New_York", date(2025, 3, 9)),),
    (("America/New_York", date(2025, 11, 2)),),
)
FIRST = date(2025, 4, 1)
LATER = 3


def start_of(day, zone):
    """Return the first moment of a day in a zone: naive, in UTC."""
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return local.astimezone(timezone.utc).replace(tzinfo=None)


@tagged("post_install", "-at_install")
class TestSignalTimes(SignalTimes):
    """Every signal, on days that are long or short, and whoever asks at whatever hour."""

    places = PLACES[1:2]  # both sides of the date line; the slow tests try all

    def _list(self, table):
        """Return [(code, case, a client of its own)] of a table of cases."""
        listed = [(code, case) for code, cases in table.items() for case in cases]
        clients = self._create_clients(len(listed))
        return [(*line, client) for line, client in zip(listed, clients, strict=True)]

    def _build(self, table, when):
        """Return [(code, case, client)], each client with the records of its case only."""
        lines = self._list(table)
        for _code, case, client in lines:
            case.build(self, client, when)
        return lines

    def _check(self, lines, as_of, expect, day=None):
        """Compare all readings of a day: each client has its own, and nothing of the others.

        ``expect``: returns the value that a case has then. ``day``: of the reading.
        """
        clients = self.relationship.union(*(client for _code, _case, client in lines))
        codes = {code for code, _case, _client in lines}
        readings, errors = signals.read(self.env, clients, as_of, codes)
        self.assertFalse(errors)
        self.assertFalse(readings[self.relationship.id])
        wrong = {}
        for code, case, client in lines:
            reading, value = readings[client.id].get(code), expect(case)
            found = reading and (reading.value, case.dated and day and reading.date)
            expected = None if value is None else (Figure.of(value), case.dated and day)
            if expected != found:
                wrong[f"{code}: {case.build.__name__}"] = f"{found}, expected: {expected}"
        self.assertFalse(wrong, f"as of {as_of}, in {self.calendar.tz}")

    def test_the_day_ends_where_the_company_is(self):
        """The last second of a day counts; the next one is of tomorrow."""
        self._try(self.places)

    def _try(self, moments):
        for places in moments:
            (midnight,) = {start_of(day + DAY, zone) for zone, day in places}
            for before_midnight in (True, False):
                with self.cr.savepoint() as savepoint:
                    lines = self._build(self.MOMENTS, midnight - before_midnight * SECOND)
                    for zone, day in places:
                        self.calendar.tz = zone
                        self._check_day(lines, day if before_midnight else day + DAY)
                    savepoint.rollback()

    def _check_day(self, lines, day):
        """Compare the readings of a day on which all of it happened, and of those around it."""
        self._check(lines, day - DAY, lambda case: case.before)
        self._check(lines, day, lambda case: case.after, day)
        growing = [line for line in lines if line[1].grows]
        self._check(growing, day + LATER * DAY, lambda case: case.after + LATER * case.grows, day)

    def test_a_date_is_the_same_everywhere_at_any_hour(self):
        """Neither the hour of the run, nor the zone of company, user or server move a date."""
        lines = self._build(self.DAYS, FIRST)
        for zone, hour, user_zone in (
            ("UTC", "12:00", "UTC"),
            ("Pacific/Auckland", "23:30", "America/Los_Angeles"),
            ("Pacific/Kiritimati", "00:30", "Pacific/Pago_Pago"),
            ("America/New_York", "23:30", "Pacific/Auckland"),
            ("Pacific/Pago_Pago", "23:30", "Asia/Kolkata"),
        ):
            self.calendar.tz = zone
            self.env.user.tz = user_zone
            with self.subTest(zone=zone), freeze_time(f"{FIRST} {hour}:00"):
                self._check(lines, FIRST - DAY, lambda case: case.before)
                self._check(lines, FIRST, lambda case: case.after)
            with self.subTest(zone=zone), freeze_time(f"{FIRST + LATER * DAY} {hour}:00"):
                growing = [line for line in lines if line[1].grows]
                self._check(
                    growing, FIRST + LATER * DAY, lambda case: case.after + LATER * case.grows
                )

    # working hours, from nine to five in New York

    def _work_in_new_york(self, attendances, start, end):
        """``attendances``: {day of the week: (from, to)}; a zone of days around a date."""
        self.calendar.write(
            {
                "tz": "America/New_York",
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "name": "Work",
                                "dayofweek": str(weekday),
                                "hour_from": hours[0],
                                "hour_to": hours[1],
                                "day_period": "morning",
                            }
                        )
                        for weekday, hours in attendances.items()
                    ),
                ],
            }
        )
        return WorkingHours(self.relationship, start, end)

    def test_office_hours_over_the_weekend_of_the_change(self):
        """From Friday at four to Monday at ten are two hours, in spring and in autumn."""
        office = dict.fromkeys(range(5), (9, 17))
        for friday, monday in (
            (datetime(2025, 3, 7, 21), datetime(2025, 3, 10, 14)),
            (datetime(2025, 10, 31, 20), datetime(2025, 11, 3, 15)),
        ):
            hours = self._work_in_new_york(office, friday - 9 * DAY, monday + 9 * DAY)
            with self.subTest(friday=friday):
                self.assertEqual(hours.between(friday, monday), 2)
                self.assertEqual(hours.day(friday), friday.date())
                task = self._start_task(self.relationship)
                self._hear(self.relationship, friday, task)
                with freeze_time(monday):
                    self.assertEqual(self._value("unanswered_hours", as_of=monday.date()), 2)
                self._write(self.relationship, monday, task)

    def test_an_hour_that_is_not_there_and_one_that_is_there_twice(self):
        """Who works on Sundays from midnight to six works five hours in spring, seven in autumn.

        Half past one comes twice in autumn, an hour apart; after half past one comes half past
        three in spring, half an hour and an hour of the clock later.
        """
        night = {6: (0, 6)}
        for first, second, between, whole in (
            (datetime(2025, 3, 9, 6, 30), datetime(2025, 3, 9, 7, 30), 1, 5),
            (datetime(2025, 11, 2, 5, 30), datetime(2025, 11, 2, 6, 30), 1, 7),
        ):
            with self.subTest(first=first):
                hours = self._work_in_new_york(night, first - 9 * DAY, first + 9 * DAY)
                self.assertEqual(hours.between(first, second), between)
                self.assertEqual(hours.between(first - DAY, first + DAY), whole)
                self.assertEqual(hours.day(first), hours.day(second))

    def test_agreed_hours_count_from_the_day_of_the_acceptance_there(self):
        """A month counts when it was agreed on its first day, whatever day it was in London."""
        first = date(2025, 3, 1)
        for zone in ("Pacific/Auckland", "America/New_York"):
            self.calendar.tz = zone
            midnight = start_of(first + DAY, zone)
            for moment, expected in ((midnight - SECOND, 100), (midnight, None)):
                with self.subTest(zone=zone, moment=moment):
                    client = self._create_clients(1)
                    self._book(client, first, hours=20)
                    self._agree(client, moment, hours_month=10)
                    self.assertEqual(self._value("hours_over", client, FIRST), expected)


@tagged("post_install", "-at_install", "slow")
class TestSignalPlaces(TestSignalTimes):
    places = PLACES
