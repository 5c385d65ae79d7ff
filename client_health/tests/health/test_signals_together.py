from contextlib import closing
from datetime import date, datetime
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from psycopg2.errors import ReadOnlySqlTransaction

from odoo.tests import tagged
from odoo.tools import SQL, mute_logger, split_every

from ...engine.correspondence.correspondence import Correspondence
from ...engine.decision import readings as decision_readings
from ...engine.health import signals
from ...engine.health.signals import contact
from .common_signals import SignalCommon

CONTACT = tuple(contact.SIGNALS)
# What is read from the correspondence; promises and people are read by statements of their own.
SHARED = {code for code, signal in contact.SIGNALS.items() if signal.source}
MONEY = ("margin_rate", "rate_trend")


@tagged("post_install", "-at_install")
class TestSignalsTogether(SignalCommon):
    """What signals share is read once, for the clients of all companies."""

    def _read_together(self, as_of, codes=CONTACT):
        """Return {relationship id: {code: Reading}}, as a night reads both companies."""
        both = self.relationship | self.relationship_abroad
        readings = {}
        with signals.Reader(self.env, both, as_of, codes) as reader:
            for relationship in both:
                found, errors = reader.read(relationship)
                self.assertFalse(errors)
                readings |= found
        return readings

    def _read_alone(self, as_of, codes=CONTACT):
        readings = {}
        for relationship in self.relationship | self.relationship_abroad:
            readings |= signals.read(self.env, relationship, as_of, codes)[0]
        return readings

    def test_together_as_alone(self):
        """Discussions of each company, and one of a document that belongs to both."""
        for record in (self.task, self.project_abroad, self.client_partner):
            for days in (60, 40, 20):
                self._say(self.elena, record, self._ago(days, 30))
                self._say(self.us, record, self._ago(days, 4), to=self.elena)
            self._say(self.elena, record, self._ago(9))
        together = self._read_together(self.today)
        self.assertEqual(together, self._read_alone(self.today))
        for relationship in self.relationship | self.relationship_abroad:
            self.assertEqual(set(together[relationship.id]), set(CONTACT) - {"promises_kept"})
            self.assertEqual(together[relationship.id]["unanswered_hours"].detail["waiting"], 2)

    def test_each_day_ends_where_its_company_is(self):
        """At 5 in the evening in UTC the day is over in Auckland, and at noon not in New York."""
        self.calendar.tz = "America/New_York"
        self.abroad.resource_calendar_id.tz = "Pacific/Auckland"
        day = date(2026, 3, 4)
        asked = datetime(2026, 3, 3, 17)
        for record in (self.task, self.project_abroad.task_ids):
            self._say(self.elena, record, asked)
            self._say(self.us, record, datetime(2026, 3, 4, 17), to=self.elena)
        together = self._read_together(day)
        here, abroad = (
            together[relationship.id]["unanswered_hours"]
            for relationship in (self.relationship, self.relationship_abroad)
        )
        self.assertEqual(here.value, 0, "Answered that day")
        self.assertEqual(abroad.detail["waiting"], 1, "It was answered the day after")
        self.assertEqual((here.date, abroad.date), (date(2026, 3, 3), date(2026, 3, 4)))
        self.assertEqual(together, self._read_alone(day))

    def test_a_message_of_the_day_after_hides_nothing(self):
        """What the client wrote later is not its last message yet."""
        self.calendar.tz = "America/New_York"
        self.abroad.resource_calendar_id.tz = "Pacific/Auckland"
        record = self.project_abroad.task_ids
        self._say(self.us, record, datetime(2026, 3, 2, 9), to=self.elena)
        self._say(self.elena, record, datetime(2026, 3, 3, 9))
        self._say(self.elena, record, datetime(2026, 3, 4, 17))
        readings = self._read_together(date(2026, 3, 4))[self.relationship_abroad.id]
        self.assertEqual(readings["contact_gap"].date, date(2026, 3, 3))
        self.assertEqual(readings["unanswered_hours"].detail["waiting"], 1)

    def test_batches_of_a_night(self):
        """A night in batches finds what it finds at once, whatever was read of other clients."""
        clients = self._create_clients(5)
        for hours, client in enumerate(clients, 1):
            self._say(client.partner_id, client.partner_id, self._ago(3, hours))
            self._say(self.us, client.partner_id, self._ago(2, hours), to=client.partner_id)
            self._say(client.partner_id, client.partner_id, self._ago(1, hours))
        nights = []
        for size in (5, 2):
            self.cr.execute("DELETE FROM client_health_snapshot")
            for ids in split_every(size, clients.ids):
                self.env["client.health.run"]._run_night({self.company: ids}, self.today)
            self.cr.execute(
                "SELECT relationship_id, readings, money_readings, points, score, coverage"
                "  FROM client_health_snapshot ORDER BY relationship_id"
            )
            nights.append(self.cr.fetchall())
        self.assertEqual(*nights)
        self.assertEqual([row[0] for row in nights[0]], clients.ids)
        self.assertLessEqual({"contact_gap", "unanswered_hours"}, set(nights[0][2][1]))

    def test_read_of_some_of_the_clients(self):
        both = self.relationship | self.other
        for relationship in both:
            self._say(relationship.partner_id, relationship.partner_id)
        with signals.Reader(self.env, both, self.today, CONTACT) as reader:
            readings, errors = reader.read(self.other)
        self.assertFalse(errors)
        self.assertEqual(list(readings), self.other.ids)
        self.assertEqual(readings[self.other.id]["unanswered_hours"].detail["waiting"], 1)

    def test_money_together_as_alone(self):
        month = self.today.replace(day=1) - relativedelta(months=2)
        self.env["client.profitability"].sudo().create(
            [
                {
                    "relationship_id": relationship.id,
                    "partner_id": self.client_partner.id,
                    "company_id": relationship.company_id.id,
                    "date": month,
                    "revenue": 1000,
                    "labour_cost": cost,
                    "other_cost": 0,
                    "hours": 10,
                    "billable_hours": 10,
                    "uncosted_hours": 0,
                }
                for relationship, cost in (
                    (self.relationship, 400),
                    (self.relationship_abroad, 900),
                )
            ]
        )
        together = self._read_together(self.today, MONEY)
        values = {key: readings["margin_rate"].value for key, readings in together.items()}
        self.assertEqual(values, {self.relationship.id: 60, self.relationship_abroad.id: 10})
        self.assertEqual(together, self._read_alone(self.today, MONEY))

    def test_broken_source_leaves_the_rest(self):
        """Its measures are unknown with their error, for every company; the others are read."""

        def fail(env, relationships, as_of):
            env.execute_query(SQL("SELECT no_such_column FROM res_company"))

        self._log("praise", rating="5")
        Measure = self.env["client.health.measure"]
        broken = {
            code: signal._replace(source=signal.source and fail)
            for code, signal in Measure._get_signals().items()
        }
        codes = [*CONTACT, "feedback_rating"]
        with (
            patch.object(self.registry[Measure._name], "_get_signals", lambda self: broken),
            mute_logger("odoo.sql_db", "odoo.addons.client_health.engine.health.signals"),
        ):
            readings, errors = signals.read(self.env, self.relationship, self.today, codes)
        self.assertEqual(set(readings[self.relationship.id]), {"feedback_rating"})
        self.assertEqual(set(errors), SHARED)
        self.assertTrue(all("no_such_column" in error for error in errors.values()))

    def test_in_a_transaction_that_only_reads(self):
        """Odoo shows a form in one. What can't be read there is not called broken: Odoo retries."""
        self._say(self.elena)
        self.cr.flush()  # and what waits for the end of the transaction
        with closing(self.cr.savepoint(flush=False)) as savepoint:
            self.cr.execute("SET LOCAL transaction_read_only = on")
            sheet = signals.read(self.env, self.relationship, self.today, decision_readings.SHARED)
            self.assertFalse(sheet[1])
            with self.assertRaises(ReadOnlySqlTransaction), mute_logger("odoo.sql_db"):
                signals.read(self.env, self.relationship, self.today, CONTACT)
            savepoint.rollback()
        readings, errors = signals.read(self.env, self.relationship, self.today, CONTACT)
        self.assertFalse(errors)
        self.assertIn("unanswered_hours", readings[self.relationship.id])

    def test_read_once_for_all_companies(self):
        """However many companies: what they share is read in the same number of statements."""
        counts = []
        for relationships in (self.relationship, self.relationship | self.relationship_abroad):
            Correspondence(self.env, relationships, self.today).close()  # caches warm
            before = self.env.cr.sql_log_count
            Correspondence(self.env, relationships, self.today).close()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_two_at_once_and_nothing_left(self):
        """Each has tables of its own, whatever the days, and takes them along."""
        self._say(self.elena)
        with (
            Correspondence(self.env, self.relationship, self.today) as today,
            Correspondence(self.env, self.relationship, date(2020, 1, 1)) as before,
        ):
            found = [
                self.env.execute_query(one.select_received(self.relationship))
                for one in (today, before)
            ]
        self.assertEqual([len(rows) for rows in found], [1, 0])
        self.cr.execute("SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema()")
        self.assertFalse(self.cr.fetchall())
