from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ...engine.health.calibration import Case, judge
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

    def _flag(self, relationship, days_ago, *flags, backfilled=False):
        """A night with these warnings."""
        self.Snapshot.create(
            {
                "relationship_id": relationship.id,
                "date": self.today - timedelta(days=days_ago),
                "flags": [*flags],
                "backfilled": backfilled,
            }
        )

    def test_what_was_known_of_who_left(self):
        warned, early, silent, unknown, stayed, other = self._create_clients(6)
        left = warned | early | silent | unknown
        self._move(left, "offboard")
        self._settle(left, 10)
        for days in range(20, 170, 10):
            self._flag(warned, days, *["silent!"] if days <= 60 else [])
            self._flag(early, days, *["loss"] if days >= 120 else [])
            self._flag(silent, days, "~silent")
            self._flag(stayed, days, *["price"] if days in (30, 40, 150) else [])
            self._flag(other, days)
        page = self._open()
        self.assertRecordValues(
            page,
            [
                {"cases": 4, "flagged": 1, "missed": 2, "unknown": 1, "lead": 50,
                 "verdict": "too_few", "chance": 50}
            ],
        )  # fmt: skip
        # two clients, 141 days each
        self.assertAlmostEqual(page.false_alarms, 2 / (2 * 141 / 365))
        self.assertAlmostEqual(page.hit_rate, 100 / 3)
        line = page.line_ids.filtered(lambda line: line.relationship_id == warned)
        self.assertEqual(line.date_warned, self.today - timedelta(days=60))
        page.days = "30"
        self.assertEqual((page.flagged, page.chance), (1, 50))

    def test_days_filled_in_afterwards(self):
        """What is mild and alone has no nights to count: it has to be there a week later."""
        steady, once = self._create_clients(2)
        self._move(steady | once, "offboard")
        self._settle(steady | once, 10)
        for days in range(20, 70, 7):
            self._flag(steady, days, *["~silent"] if days < 40 else [], backfilled=True)
            self._flag(once, days, *["~silent"] if days == 34 else [], backfilled=True)
        self.assertEqual(self._open().flagged, 1)

    def test_scores_of_who_left(self):
        client = self._create_clients(1)
        self._move(client, "offboard")
        self._settle(client, 10)
        for days in (41, 71, 101):  # 31, 61 and 91 days before it left
            self._score(client, days, 30)
        self.assertRecordValues(
            self._open().line_ids,
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
        hit, miss, unknown = Case(True, True, 40), Case(True, False), Case(False, False)
        for cases, chance, verdict in (
            ([hit] * 9 + [unknown] * 5, 0, "too_few"),
            ([hit] * 8 + [miss] * 2, 0.1, "warns"),
            ([hit] * 8 + [miss] * 2, 0.5, "half"),
            ([hit] * 8 + [miss] * 2, 0.8, "blind"),
            ([miss] * 10, None, "blind"),
            ([], None, "too_few"),
        ):
            self.assertEqual(judge(cases, chance).verdict, verdict, (cases, chance))
        self.assertEqual(judge([hit, Case(True, True, 60), miss], 0).lead, 50)

    def test_only_managers(self):
        for user in (self.owner, self.seller, self.controller, self.portal):
            with self.assertRaises(AccessError):
                self._open(user)
