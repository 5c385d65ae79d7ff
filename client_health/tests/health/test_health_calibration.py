from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ...engine.health import calibration
from .common_health import HealthCommon


@tagged("post_install", "-at_install")
class TestHealthCalibration(HealthCommon):
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

    def _sign(self, client, fits, days_ago):
        """Judge a client's fit before signing, that many days ago."""
        # sudo: such a round comes from the opportunity, nobody types it
        fit_round = self.env["client.fit.round"].sudo().create(
            {"relationship_id": client.id, "reason": "before_signing",
             "date": self.today - timedelta(days=days_ago)}
        )  # fmt: skip
        self.env.flush_all()
        self.cr.execute(
            "UPDATE client_fit_round SET fit_state = %s, reason = 'before_signing' WHERE id = %s",
            ("fit" if fits else "no_fit", fit_round.id),
        )
        fit_round.invalidate_recordset()
        return fit_round

    def test_fit_at_the_start_against_health_a_year_after(self):
        """Six fitted and are at 80 a year after, five did not and are at 30."""
        fitting, others = self._create_clients(6), self._create_clients(5)
        early, late, unknown = self._create_clients(3)
        for clients, fits, points in ((fitting, True, 80), (others, False, 30)):
            for client in clients:
                self._sign(client, fits, 400)
                self._score(client, 396, 10)  # a few days after they signed
                self._score(client, 30, points)  # 370 days after
                self._score(client, 2, 50)  # much later
        self._sign(early, True, 200)
        self._score(early, 2, 100)
        self._sign(late, True, 800)
        self._score(late, 2, 100)
        self._sign(unknown, True, 400)
        page = self._open()
        self.assertRecordValues(page, [{"fit_cases": 11, "fit_health": 80, "no_fit_health": 30}])

    def test_fit_too_few_to_judge(self):
        for client in self._create_clients(9):
            self._sign(client, True, 400)
            self._score(client, 30, 80)
        page = self._open()
        self.assertEqual(page.fit_cases, 9)
        with Form(page) as form:
            self.assertTrue(form._get_modifier("fit_health", "invisible"))

    def test_fit_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        partner = self.env["res.partner"].create({"name": "Theirs", "is_company": True})
        theirs = self._create_relationship(partner, self.env["res.users"], company_id=other.id)
        self._sign(theirs, True, 400)
        self._set_points(80, theirs)
        self.Run._take(other, theirs.ids, self.today - timedelta(days=30), backfilled=True)
        self.assertEqual(self._open().fit_cases, 0)

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
