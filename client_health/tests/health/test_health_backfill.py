from datetime import datetime, timedelta

from odoo.tests import freeze_time, tagged

from ...engine.health import signals
from .common_signals import SignalCommon, set_created

COMPARED = (
    "relationship_id, company_id, date, score, band, coverage, points, readings, money_readings, "
    "margin_rate"
)


@tagged("post_install", "-at_install")
class TestHealthBackfill(SignalCommon):
    """A day that is computed afterwards, from real records by the real signals."""

    def _live(self):
        """Let things happen on both sides of the day that is computed, eight days ago."""
        for days in (60, 40, 30, 20, 9, 3):
            self._say(self.elena, created=self._ago(days))
            self._say(self.us, created=self._ago(days, hours=-5), to=self.elena)
        self._say(self.elena, self.project, self._ago(8, hours=3))
        self._log("complaint", self._ago(30), rating="2")
        self._log("praise", self._ago(12), rating="5")
        self._log("praise", self._ago(2), rating="1")
        for days, value in ((15, "5"), (4, "2")):
            pulse = self.env["client.pulse"].create(
                {
                    "relationship_id": self.relationship.id,
                    "date": self.today - timedelta(days=days),
                    "value": value,
                    "comment": "They said why",
                }
            )
            set_created(pulse, self._ago(days))
        for days, state in ((20, "1_done"), (5, "01_in_progress"), (15, "01_in_progress")):
            task = self.env["project.task"].create(
                {
                    "name": "Work",
                    "project_id": self.project.id,
                    "date_deadline": self._ago(days),
                    "state": state,
                }
            )
            task.date_last_stage_update = self._ago(days - 2)
            set_created(task, self._ago(50))
        milestone = self.env["project.milestone"].create(
            {
                "name": "Live",
                "project_id": self.project.id,
                "deadline": self.today - timedelta(days=12),
                "is_reached": True,
            }
        )
        milestone.reached_date = self.today - timedelta(days=4)
        set_created(milestone, self._ago(90))

    def _take(self, day, **options):
        relationships = self.relationship | self.other
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM client_health_snapshot")
        run = self.env["client.health.run"].with_company(self.company)
        errors = run._take(self.company, relationships.ids, day, **options)
        self.assertFalse(errors)
        self.env.cr.execute(f"SELECT {COMPARED} FROM client_health_snapshot ORDER BY 1")
        return self.env.cr.dictfetchall()

    def test_backfilled_day_equals_its_night(self):
        self._live()
        day = self.today - timedelta(days=8)
        for timezone in ("UTC", "America/Los_Angeles", "Pacific/Auckland"):
            with self.subTest(timezone):
                self.calendar.tz = timezone
                # what an earlier night knew counts for the nights after it, and for no past day
                self.env["client.health.measure"].search([]).sudo().date_known = False
                with freeze_time(datetime.combine(day, datetime.max.time())):
                    # where it is still that day, or over already: the night ran at its end
                    at_night = self._take(day)
                afterwards = self._take(day, backfilled=True)
                if timezone == "America/Los_Angeles":
                    continue  # frozen before the end of that day there: seven hours are missing
                known = [row for row in at_night if row["readings"]]
                self.assertEqual(afterwards, known)
                self.assertGreaterEqual(len(known[0]["readings"]), 8)
                self.assertEqual(known[0]["readings"]["owner_pulse"]["v"], 5)

    def test_what_came_later_is_not_known(self):
        self._live()
        day = self.today - timedelta(days=8)
        [then] = self._take(day, backfilled=True)
        [now] = [row for row in self._take(self.today) if row["readings"]]
        for code in ("owner_pulse", "feedback_rating", "overdue_work"):
            with self.subTest(code):
                self.assertNotEqual(then["readings"][code]["v"], now["readings"][code]["v"])
                self.assertLessEqual(then["readings"][code]["d"], day.isoformat())

    def test_long_before_there_was_anything(self):
        self._live()
        rows = self._take(self.today - timedelta(days=700), backfilled=True)
        self.assertEqual(rows, [], "Not guessed")

    def test_another_company_knows_nothing_of_it(self):
        """The same client in another company, and another client: all of it is unknown there."""
        self._live()
        for relationship in (self.relationship_abroad, self.other):
            readings, errors = signals.read(self.env, relationship, self.today)
            self.assertEqual((readings, errors), ({relationship.id: {}}, {}))
