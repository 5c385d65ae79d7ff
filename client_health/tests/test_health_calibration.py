from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..engine import calibration
from .common_health import HealthCommon


@tagged("post_install", "-at_install")
class TestHealthCalibration(HealthCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the demo data has clients that left
        cls.cr.execute("UPDATE client_relationship SET phase = 'healthy'")
        cls.env.invalidate_all()

    def _open(self, user=None):
        page = self.env["client.health.calibration"].with_user(user or self.manager)
        return page.browse(page.action_open()["res_id"])

    def _score(self, relationship, days_ago, points):
        self._set_points(points, relationship)
        date = self.today - timedelta(days=days_ago)
        self.Run._take(self.company, relationship.ids, date, backfilled=True)

    def test_what_the_score_said_of_who_left(self):
        warned, green, silent, stayed = self._create_clients(4)
        left = warned | green | silent
        self._move(left, "offboard")
        self._settle(left, 10)
        for days in (41, 71, 101):  # 31, 61 and 91 days before they left
            self._score(warned, days, 30)
            self._score(green, days, 90)
            self._score(stayed, days, 30)
        page = self._open()
        self.assertRecordValues(
            page,
            [
                {
                    "cases": 3,
                    "flagged": 1,
                    "missed": 1,
                    "unknown": 1,
                    "false_flags": 1,
                    "verdict": "too_few",
                }
            ],
        )
        line = page.line_ids.filtered(lambda line: line.relationship_id == warned)
        self.assertRecordValues(
            line,
            [
                {
                    "date_left": self.today - timedelta(days=10),
                    "score_90": 30,
                    "band_30": "risk",
                }
            ],
        )

    def test_day_of_leaving_is_that_of_the_move(self):
        client = self._create_clients(1)
        self.cr.flush()
        tracked = client.with_context(tracking_disable=False)
        self._move(tracked, "offboard")
        self.env.flush_all()
        self.cr.flush()
        self._move(client, "ended")
        self.cr.execute(
            "UPDATE mail_message SET date = %s WHERE model = 'client.relationship' AND res_id = %s",
            (self.today - timedelta(days=50), client.id),
        )
        page = self._open()
        self.assertEqual(page.line_ids.date_left, self.today - timedelta(days=50))

    def test_verdict(self):
        for bands, verdict in (
            (["risk"] * 9 + [None] * 5, "too_few"),
            (["risk"] * 8 + ["healthy"] * 2, "warns"),
            (["risk"] * 5 + ["watch"] * 5, "half"),
            (["healthy"] * 10, "blind"),
            ([], "too_few"),
        ):
            self.assertEqual(calibration.judge(bands).verdict, verdict)

    def test_only_managers(self):
        for user in (self.owner, self.seller, self.controller, self.portal):
            with self.assertRaises(AccessError):
                self._open(user)
