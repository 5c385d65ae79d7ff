from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_health import HealthCommon


@tagged("post_install", "-at_install")
class TestHealthProposals(HealthCommon):
    """What the nights do to the stages, with real snapshots."""

    def _get_notes(self):
        return self.relationship.message_ids.mapped("body")

    def test_drop_moves_at_once(self):
        self._nights([(5, 85), (1, 71)])
        self.assertEqual(self.relationship.phase, "healthy", "14 points are noise")
        self._nights([(0, 70)])
        self.assertEqual(self.relationship.phase, "at_risk")
        self.assertIn("15 points or more", self.relationship.stage_reason)

    def test_slow_fall_moves_after_two_nights(self):
        self._nights([(20, 55), (19, 52), (9, 51), (1, 49)])
        self.assertEqual(self.relationship.phase, "healthy")
        self._nights([(0, 49)])
        self.assertEqual(self.relationship.phase, "at_risk")
        self.assertEqual(self.relationship.stage_reason, "Health was low on two nights in a row")

    def test_plan_is_scheduled_once(self):
        self._nights([(3, 60), (2, 60), (1, 40), (0, 40)])
        stage = self._get_stage("at_risk")
        planned = self.relationship.activity_ids.filtered(
            lambda activity: activity.client_stage_id == stage
        )
        self.assertEqual(len(planned), len(stage.plan_id.template_ids))
        self._night()
        self.assertEqual(
            len(self.relationship.activity_ids.filtered("client_stage_id")), len(planned)
        )

    def test_note_says_why_without_money(self):
        self._nights([(3, 80)])
        worse = self.measures.filtered(lambda m: m.dimension in ("money", "contact"))
        self._set_points(0, codes=worse.mapped("code"))
        self._night(0)
        notes = " ".join(self._get_notes())
        self.assertEqual(self.relationship.phase, "at_risk")
        self.assertIn("Money: -", notes)
        self.assertIn("Last two-way contact", notes)
        self.assertNotIn("Margin", notes)

    def test_severe_issue_moves_at_once(self):
        self._nights([(2, 90)])
        self.env["client.issue"].create(
            {"relationship_id": self.relationship.id, "name": "Data lost", "severity": "3"}
        )
        self._nights([(1, 90)])
        self.assertEqual(self.relationship.phase, "at_risk")
        self.assertEqual(self.relationship.stage_reason, "A severe issue is open")
        self._move(self.relationship, "healthy", user=self.owner)
        self._night()
        self.assertEqual(self.relationship.phase, "healthy", "The owner knew of it")

    def test_minor_issue_moves_nobody(self):
        self._nights([(1, 90)])
        self.env["client.issue"].create(
            {"relationship_id": self.relationship.id, "name": "Typo", "severity": "2"}
        )
        self._nights([(0, 90)])
        self.assertEqual(self.relationship.phase, "healthy")

    def _add_month(self, months_ago, revenue):
        date = (self.today.replace(day=1) - timedelta(days=30 * months_ago - 14)).replace(day=1)
        self.env.flush_all()
        self.cr.execute(
            "INSERT INTO client_profitability (company_id, partner_id, relationship_id, date,"
            " revenue, labour_cost, other_cost, hours, billable_hours, uncosted_hours)"
            " VALUES (%s, %s, %s, %s, %s, 100, 0, 1, 1, 0)",
            (
                self.company.id,
                self.client_partner.id,
                self.relationship.id,
                date,
                revenue,
            ),
        )

    def test_three_loss_months(self):
        self._add_month(1, 50)
        self._add_month(2, 50)
        self._nights([(0, 90)])
        self.assertEqual(self.relationship.phase, "healthy")
        self._add_month(3, 50)
        self._nights([(0, 90)])
        self.assertEqual(self.relationship.phase, "at_risk")
        self.assertNotRegex(self.relationship.stage_reason, r"\d")

    def test_back_after_14_days(self):
        self._move(self.relationship, "at_risk")
        self._settle(self.relationship, 40)
        self._nights([(20, 60)])
        self._nights([(days, 80) for days in range(14, 0, -1)])
        self.assertEqual(self.relationship.phase, "at_risk")
        self._nights([(0, 80)])
        self.assertEqual(self.relationship.phase, "healthy")

    def test_settings_move_nobody(self):
        """Every weight and floor is edited, one after the other: no client moves."""
        at_risk, steady = self._create_clients(2)
        self._move(at_risk, "at_risk")
        clients = at_risk | steady | self.relationship
        self._settle(clients, 60)
        phases = clients.mapped("phase")
        for number, measure in enumerate(self.measures):
            span = measure.target - measure.floor
            for client, share in ((at_risk, 0.6), (steady, 0.55), (self.relationship, 0.8)):
                value = measure.floor + span * (share + 0.2 * (number % 2) - 0.1)
                self.values.setdefault(measure.code, {})[client.id] = value
        for days in (58, 50, 45):
            self._night(days, clients)
        bands = clients.mapped("health_band")
        seen = set()
        days = 44
        for measure in self.measures:
            span = measure.target - measure.floor
            for vals in (
                {"floor": measure.floor + 0.9 * span},
                {"weight": 50},
                {"floor": measure.target - 20 * span},
                {"weight": 0},
            ):
                measure.write(vals)
                self._night(days, clients)
                self._night(days - 1, clients)
                seen.add(tuple(clients.mapped("health_band")))
                self.assertEqual(clients.mapped("phase"), phases, (measure.code, vals))
            days -= 2
        self.company.write({"client_health_healthy": 20, "client_health_risk": 1})
        for _night in range(2):
            self._night(1, clients)
            self._night(0, clients)
        self.assertEqual(clients.mapped("phase"), phases)
        self.assertGreater(len(seen), 1, f"The edits changed the bands: {bands}, {seen}")

    def test_newly_known_moves_nobody(self):
        known = [measure.code for measure in self.measures if measure.dimension != "contact"]
        self._set_points(60, codes=known)
        self._night(3)
        self._set_points(0, codes=("contact_gap", "unanswered_hours", "reply_hours"))
        self._night(1)
        self._night(0)
        self.assertLess(self.relationship.health_score, 51)
        self.assertEqual(self.relationship.phase, "healthy")

    def test_backfill_moves_nobody(self):
        self._set_points(90)
        date = self.today - timedelta(days=5)
        self.Run._take(self.company, self.relationship.ids, date, backfilled=True)
        self._nights([(0, 40)])
        self.assertEqual(self.relationship.phase, "healthy")

    def test_company_that_wants_proposals(self):
        self.company.client_health_move = "propose"
        self._nights([(3, 60), (2, 60), (1, 40), (0, 40)])
        self.assertEqual(self.relationship.phase, "healthy")
        stage = self._get_stage("at_risk")
        self.assertEqual(self.relationship.health_proposed_stage_id, stage)
        asked = self.relationship.activity_ids.filtered(
            lambda activity: activity.summary == "Move to At risk?"
        )
        self.assertEqual(asked.user_id, self.owner)
        notes = len(self._get_notes())
        self._night()
        self.assertEqual(len(self._get_notes()), notes, "A proposal is made once")
        self.relationship.with_user(self.owner).action_accept_proposal()
        self.assertEqual(self.relationship.phase, "at_risk")
        self.assertFalse(self.relationship.health_proposed_stage_id)
        self.assertFalse(asked.exists())

    def test_declined_proposal_does_not_come_back(self):
        self.company.client_health_move = "propose"
        self._nights([(3, 60), (2, 60), (1, 40), (0, 40)])
        self.relationship.with_user(self.owner).action_dismiss_proposal()
        self._night()
        self.assertFalse(self.relationship.health_proposed_stage_id)
        self.assertEqual(self.relationship.phase, "healthy")

    def test_proposal_is_withdrawn_when_the_client_recovers(self):
        self.company.client_health_move = "propose"
        self._nights([(3, 60), (2, 60), (1, 40)])
        self.assertTrue(self.relationship.health_proposed_stage_id, "A drop of 20 points")
        self._nights([(0, 80)])
        self.assertFalse(self.relationship.health_proposed_stage_id)

    def test_drop_of_a_client_in_reboot_alerts_the_owner_once(self):
        self._move(self.relationship, "at_risk", "reboot")
        self._settle(self.relationship)
        self._nights([(3, 60), (1, 40), (0, 40)])
        alerts = self.relationship.activity_ids.filtered(
            lambda activity: "fell by 15" in (activity.summary or "")
        )
        self.assertEqual(len(alerts), 1)
        self.assertEqual(alerts.user_id, self.owner)
        self.assertEqual(self.relationship.phase, "reboot")

    def test_failing_move_keeps_the_scores(self):
        self._nights([(3, 60), (2, 60), (1, 55)])
        self._set_points(40)
        failing = patch.object(
            self.registry["client.health.proposal"], "_follow_night", side_effect=ValueError
        )
        with failing, mute_logger("odoo.addons.client_health.models.common.client_job_failure"):
            snapshot = self._night(0)
        self.assertEqual(snapshot.score, 40)
        self.assertEqual(self.relationship.health_score, 40)
