import doctest
import json
from ast import literal_eval
from datetime import date, timedelta

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import BaseCase, HttpCase, tagged
from odoo.tools import mute_logger

from ...engine.health import history, snapshots
from .common_health import HealthCommon

METHOD = "get_health_history"


class HistoryCommon(HealthCommon):
    """Snapshots as the night writes them, with the figures that the test decides."""

    def _write_days(self, relationship, days):
        """``days``: {days ago: (score, margin)}; None is unknown. The shared score is one more."""
        self.Snapshot._upsert(
            [
                snapshots.prepare_row(
                    {
                        "relationship_id": relationship.id,
                        "company_id": relationship.company_id.id,
                        "date": self.today - timedelta(days=days_ago),
                        "score": score,
                        "score_shared": None if score is None else score + 1,
                        "band": None if score is None else "watch",
                        "coverage": 80,
                        "points": {},
                        "margin_rate": margin,
                        "flags": [],
                        "backfilled": days_ago > 60,
                    },
                    "{}",
                    "{}",
                )
                for days_ago, (score, margin) in days.items()
            ]
        )

    def _get_history(self, user, relationship=None):
        return (relationship or self.relationship).with_user(user).get_health_history()


@tagged("post_install", "-at_install")
class TestHealthHistory(HistoryCommon):
    """What the chart of score and margin over time is drawn from."""

    def test_figures_by_date(self):
        self._write_days(self.relationship, {0: (58.4, 2.5), 7: (61.0, -3.0), 63: (70.0, 12.0)})
        told = self._get_history(self.manager)
        self.assertEqual(told["name"], "Blue Harbour Hotels")
        self.assertEqual(told["limits"], {"healthy": 75, "risk": 50})
        days = [day for day in told["days"] if "score" in day]
        self.assertEqual(
            days,
            [
                {
                    "date": str(self.today - timedelta(days=ago)),
                    "score": score,
                    "margin": margin,
                    "backfilled": backfilled,
                }
                for ago, score, margin, backfilled in (
                    (63, 70.0, 12.0, True),
                    (7, 61.0, -3.0, False),
                    (0, 58.4, 2.5, False),
                )
            ],
        )

    def test_unknown_is_no_zero(self):
        self._write_days(self.relationship, {2: (0.0, None), 1: (None, 0.0), 0: (None, None)})
        days = self._get_history(self.manager)["days"]
        self.assertEqual([day["score"] for day in days], [0.0, None, None])
        self.assertEqual([day["margin"] for day in days], [None, 0.0, None])

    def test_nights_that_are_missing_break_the_line(self):
        self._write_days(self.relationship, {90: (50.0, 1.0), 76: (50.0, 1.0), 61: (50.0, 1.0)})
        days = self._get_history(self.manager)["days"]
        self.assertEqual([day.get("score") for day in days], [50.0, 50.0, None, 50.0])
        self.assertNotIn("margin", days[2])

    def test_two_years(self):
        self._write_days(self.relationship, {ago: (50.0, 1.0) for ago in (0, 7, 720, 740, 2000)})
        dates = [day["date"] for day in self._get_history(self.owner)["days"] if "score" in day]
        self.assertEqual(len(dates), 3)

    def test_margin_only_for_the_money_group(self):
        own = self._create_clients(1, self.controller)
        for client in self.relationship | own:
            self._write_days(client, {1: (70.0, 12.0), 0: (58.0, 2.5)})
        for user, client, sees in (
            (self.manager, self.relationship, True),
            (self.controller, own, True),
            (self.owner, self.relationship, False),
            (self.seller, self.relationship, False),
        ):
            told = self._get_history(user, client)
            self.assertEqual(told["sees_margin"], sees, user.login)
            scores = [70.0, 58.0] if sees else [71.0, 59.0]
            self.assertEqual([day["score"] for day in told["days"]], scores)
            self.assertEqual([day.get("margin") for day in told["days"]].count(2.5), int(sees))
            self.assertEqual('"margin"' in json.dumps(told), sees, user.login)

    def test_who_reads_it(self):
        self._write_days(self.relationship, {0: (58.0, 2.5)})
        for user in (self.colleague, self.controller, self.portal):
            with self.assertRaises(AccessError):
                self._get_history(user)
        self.relationship.message_subscribe(self.colleague.partner_id.ids)
        self.assertEqual(len(self._get_history(self.colleague)["days"]), 1)

    def test_no_score_yet(self):
        self.assertEqual(self._get_history(self.owner)["days"], [])

    def test_other_companies(self):
        there = self.env["res.company"].create(
            {"name": "Lisbon", "client_health_healthy": 90, "client_health_risk": 20}
        )
        other = self._create_relationship(
            self.client_partner, self.env["res.users"], company_id=there.id
        )
        self._write_days(self.relationship, {0: (58.0, 2.5)})
        self._write_days(other, {0: (33.0, -7.0)})
        with self.assertRaises(AccessError):
            self._get_history(self.manager, other)
        self.manager.company_ids += there
        here = other.with_context(allowed_company_ids=self.company.ids)
        with self.assertRaises(AccessError):
            self._get_history(self.manager, here)
        both = other.with_context(allowed_company_ids=[self.company.id, there.id])
        told = self._get_history(self.manager, both)
        self.assertEqual([(day["score"], day["margin"]) for day in told["days"]], [(33.0, -7.0)])
        self.assertEqual(told["limits"], {"healthy": 90, "risk": 20})

    def test_in_few_queries(self):
        few, many = self._create_clients(2)
        self._write_days(few, {ago: (50.0, 1.0) for ago in range(5)})
        self._write_days(many, {ago: (50.0, 1.0) for ago in range(170)})
        counts = []
        for client in (few, few, many):
            self.env.invalidate_all()
            client.with_user(self.manager).mapped("partner_id.display_name")
            before = self.cr.sql_log_count
            self._get_history(self.manager, client)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[2], counts[1])
        self.assertLessEqual(counts[2], 4)

    def test_all_figures(self):
        self._write_days(self.relationship, {0: (58.0, 2.5)})
        action = self.relationship.with_user(self.owner).action_view_health_history()
        self.assertEqual(action["views"][0][1], "list")
        found = self.Snapshot.with_user(self.owner).search(action["domain"])
        self.assertEqual(found.relationship_id, self.relationship)
        self.assertFalse(action["context"], "Ended ones as well")

    def test_the_report_opens_on_current_clients(self):
        """Among the lowest, those that left are no one to look at."""
        self._write_days(self.relationship, {0: (58.0, 2.5)})
        action = self.env.ref("client_health.client_health_snapshot_action")
        self.assertEqual(literal_eval(action.context), {"search_default_current": 1})
        view = self.env.ref("client_health.client_health_snapshot_view_search")
        arch = etree.fromstring(self.Snapshot.get_view(view.id, "search")["arch"])
        domain = literal_eval(arch.find(".//filter[@name='current']").get("domain"))
        self.assertIn(self.relationship, self.Snapshot.search(domain).relationship_id)
        self._move(self.relationship, "offboard", "ended")
        self.assertNotIn(self.relationship, self.Snapshot.search(domain).relationship_id)


@tagged("post_install", "-at_install")
class TestHealthHistoryRpc(HistoryCommon, HttpCase):
    """The margin does not leave the server for who may not see it."""

    def _call(self, login, relationship):
        self.authenticate(login, login)
        answer = self.url_open(
            f"/web/dataset/call_kw/client.relationship/{METHOD}",
            json={
                "params": {
                    "model": "client.relationship",
                    "method": METHOD,
                    "args": [relationship.ids],
                    "kwargs": {"context": {"allowed_company_ids": self.company.ids}},
                }
            },
        )
        return answer.text

    def test_by_rpc(self):
        self._write_days(self.relationship, {1: (70.0, 12.25), 0: (58.0, 23.75)})
        for login, sees in (("ch_manager", True), ("ch_owner", False), ("ch_seller", False)):
            text = self._call(login, self.relationship)
            self.assertIn(f'"score": {58.0 if sees else 59.0}', text, login)
            self.assertEqual('"margin"' in text, sees, login)
            self.assertEqual("23.75" in text, sees, login)

    @mute_logger("odoo.http")
    def test_refused_by_rpc(self):
        self._write_days(self.relationship, {0: (58.0, 23.75)})
        for login in ("ch_colleague", "ch_controller", "client_portal"):
            text = self._call(login, self.relationship)
            self.assertIn("AccessError", text, login)
            self.assertNotIn("23.75", text)


@tagged("at_install", "-post_install")
class TestEngineHistory(BaseCase):
    def test_doctests(self):
        outcome = doctest.testmod(history)
        self.assertTrue(outcome.attempted)
        self.assertFalse(outcome.failed)

    def test_gaps(self):
        for step, broken in ((1, False), (7, False), (14, False), (15, True), (60, True)):
            days = [
                {"date": date(2026, 1, 1) + timedelta(days=step * number), "score": 1}
                for number in range(3)
            ]
            drawn = list(history.with_gaps(days))
            self.assertEqual(len(drawn), 5 if broken else 3, step)
            self.assertEqual(sorted(drawn, key=lambda day: day["date"]), drawn)
        self.assertEqual(list(history.with_gaps([])), [])
