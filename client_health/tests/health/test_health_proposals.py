from datetime import timedelta
from unittest.mock import patch

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...engine.health.warnings import Signal
from ...engine.reading import Reading
from .common_health import HealthCommon


class WarningsCommon(HealthCommon):
    """Clients whose warnings the test decides: ``warned`` is {code: {client: value}}."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules = cls.env["client.health.warning.rule"].search([])
        cls.warned = {}
        fakes = {code: Signal(cls._get_fake_warning(code)) for code in cls.rules.mapped("code")}
        del fakes["red"]
        Rule = cls.registry["client.health.warning.rule"]
        cls.startClassPatcher(patch.object(Rule, "_get_warnings", lambda self: fakes))

    @classmethod
    def _get_fake_warning(cls, code):
        def read(_env, relationships, as_of, _rule):
            values = cls.warned.get(code, {})
            if isinstance(values, Exception):
                raise values
            return {
                key: Reading(value, as_of - timedelta(days=30), {"days": 40, "usual": 7})
                for key, value in values.items()
                if key in relationships.ids
            }

        return read

    def setUp(self):
        super().setUp()
        self.warned.clear()
        self.company.client_health_move = "propose"

    def _warn(self, code, level=1.2, relationship=None):
        """Let a rule find this level: 1 at its limit, 2 where it is severe."""
        rule = self.rules.filtered(lambda rule: rule.code == code)
        value = rule.limit + (level - 1) * (rule.severe - rule.limit)
        self.warned.setdefault(code, {})[(relationship or self.relationship).id] = value

    def _get_warnings(self, code=None, relationship=None):
        found = (relationship or self.relationship).health_warning_ids
        return found.filtered(lambda one: one.rule_id.code == code) if code else found

    def _get_notes(self):
        return " ".join(self.relationship.message_ids.mapped("body"))


@tagged("post_install", "-at_install")
class TestHealthProposals(WarningsCommon):
    """What the nights do to the stages, with real snapshots."""

    every_edit = False  # of the settings; the slow tests try all

    def test_warnings_propose_not_a_falling_score(self):
        self._nights([(5, 95), (1, 75), (0, 75)])
        self.assertFalse(self.relationship.health_proposed_stage_id, "A fall of 20 points")
        self._warn("silent", 2)
        self._nights([(0, 95)])
        self.assertEqual(self.relationship.health_proposed_stage_id, self._get_stage("at_risk"))
        self.assertEqual(self.relationship.health_proposal_reason, "Silent against its own rhythm")
        self.assertEqual(self.relationship.phase, "healthy", "A person decides")

    def test_one_mild_warning_waits_for_its_grace(self):
        self._warn("silent", 1.2)
        self._nights([(9, 90), (5, 90)])
        self.assertFalse(self.relationship.health_proposed_stage_id)
        self._nights([(4, 90)])
        self.assertTrue(self.relationship.health_proposed_stage_id)
        warning = self._get_warnings("silent")
        self.assertEqual(warning.date_start, self.today - timedelta(days=9))
        self.assertEqual(warning.state, "warning")

    def test_two_measures_wait_for_nothing(self):
        self._warn("silent", 1.1)
        self._warn("payment", 1.1)
        self._nights([(0, 90)])
        self.assertEqual(
            self.relationship.health_proposal_reason,
            "Silent against its own rhythm · Money got worse",
        )

    def test_two_nights_of_red(self):
        self._nights([(20, 55), (19, 52), (9, 51), (1, 49)])
        self.assertFalse(self.relationship.health_proposed_stage_id)
        self._nights([(0, 49)])
        self.assertEqual(self.relationship.health_proposal_reason, "Red for two nights")

    def test_dismissed_red_is_known_and_comes_back_when_it_got_worse(self):
        self._nights([(20, 55), (9, 45), (8, 45)])
        warning = self._get_warnings("red")
        self.assertEqual(warning.text, "Red for 2 nights")
        self.relationship.with_user(self.owner).action_dismiss_proposal()
        self.relationship.health_decided_on = fields.Datetime.now() - timedelta(days=8)
        self._nights([(days, 44) for days in range(7, 2, -1)])
        self.assertEqual(warning.state, "decided", "It is as red as it was, and not gone")
        self.assertFalse(self.relationship.health_proposed_stage_id)
        self._nights([(2, 30)])
        self.assertEqual(warning.state, "warning", "It got worse")
        self.assertTrue(self.relationship.health_proposed_stage_id)
        self._nights([(days, 70) for days in range(1, -4, -1)])
        self.assertEqual(warning.state, "gone")
        self.assertEqual(len(self._get_warnings("red")), 1)

    # Who needs attention

    def test_order_of_attention(self):
        """Severe, what counts, what is to be seen; then who fell most below its own past."""
        steady, fell, seen, counts, severe, unknown = clients = self._create_clients(6, self.owner)
        self._settle(clients)
        for days in (60, 50, 40):
            for client in clients:
                self._set_points(60 if client == steady else 90, client)
            self._set_points(None, unknown)
            self._night(days, clients)
        self._set_points(70, fell)
        self._warn("silent", 1.2, seen)
        self._warn("silent", 2, severe)
        self._warn("silent", 1.2, counts)
        self._warn("complaints", 1.2, counts)
        self._night(0, clients)
        expected = [severe, counts, seen, fell, steady]
        for user, name in ((self.manager, "health_attention"),
                           (self.owner, "health_attention_shared")):  # fmt: skip
            for view in ("list", "kanban"):
                found = clients.with_user(user)
                order = etree.fromstring(found.get_view(view_type=view)["arch"])
                order = order.get("default_order")
                self.assertEqual(order, f"{name} desc, id desc")
                found = found.search([("id", "in", clients.ids)], order=order)
                self.assertEqual(found.ids, [one.id for one in [*expected, unknown]])
        severe.with_user(self.owner).action_dismiss_proposal()
        self.assertLess(severe.health_attention, steady.health_attention + 200, "A person knows")

    def test_order_of_attention_tells_nothing_of_money(self):
        clients = self._create_clients(2, self.owner)
        self._warn("loss", 2.5, clients[0])
        self._set_points(80)
        self._night(0, clients)
        self.assertGreater(*clients.mapped("health_attention"))
        self.assertEqual(*clients.mapped("health_attention_shared"))
        with self.assertRaises(AccessError):
            clients.with_user(self.owner).search([], order="health_attention")

    def test_what_caps_the_band(self):
        self._warn("silent", 1.2)
        self.assertEqual(self._bands(95), ["healthy"], "It does not count yet")
        self._warn("payment", 1.2)
        self.assertEqual(self._bands(95), ["watch"])
        self._warn("payment", 2)
        self.assertEqual(self._bands(95), ["risk"])
        self.warned.clear()
        for days in (-1, -2, -3, -4):
            self._set_points(95)
            self._night(days)
        self._set_points(0, codes=["margin_rate"])
        self.assertEqual(self._night(-5).band, "watch")
        self._set_points(0, codes=["contact_gap"])
        self.assertEqual(self._night(-6).band, "risk")

    def test_why_the_colour_is_not_that_of_the_number(self):
        client = self.relationship
        self._warn("silent", 1.2)
        self.assertEqual(self._bands(95), ["healthy"])
        self._check_reason(self.manager, False)
        self._warn("payment", 2)
        self.assertEqual(self._bands(95), ["risk"])
        payment = self._get_warnings("payment")
        self._check_reason(self.manager, f"Red because of a severe warning: {payment.text}")
        silent = "No word for 40 days, usually every 7"
        self._check_reason(self.owner, f"Yellow because of a warning: {silent}")
        client.with_user(self.manager).action_dismiss_proposal()  # severe: known, and still red
        self._check_reason(self.manager, f"Red because of a severe warning: {payment.text}")
        self._check_reason(self.owner, "Yellow as of .*: what made it so has changed since.")
        self._override()
        self._check_reason(self.manager, False)

    def test_key_measures_colour_the_number(self):
        self._set_points(95)
        self._set_points(0, codes=["margin_rate"])
        self._night(0)
        margin = self.measures.filtered(lambda one: one.code == "margin_rate").name
        self._check_reason(self.manager, f"Yellow because this has no points at all: {margin}")
        self._check_reason(self.owner, False)
        self._set_points(0, codes=["contact_gap"])
        self._night(0)
        self._check_reason(self.manager, f"Red because this has no points at all: {margin}, ")

    def _check_reason(self, user, pattern):
        """Form and popover say the same to this user; False: nothing."""
        self.env.invalidate_all()
        client = self.relationship.with_user(user)
        told = client.health_band_reason
        self.assertEqual(client.get_health_explanation()["band_reason"], told)
        if pattern:
            self.assertRegex(told, f"^{pattern}")
        else:
            self.assertFalse(told)

    def _override(self):
        self.env["client.health.override"].create(
            {
                "relationship_id": self.relationship.id,
                "band": "healthy",
                "reason": "Known",
                "date_end": self.today + timedelta(days=7),
            }
        )

    def _bands(self, points):
        self._set_points(points)
        return self._night(0).mapped("band")

    def test_company_that_moves(self):
        self.company.client_health_move = "move"
        self._warn("complaints", 2.2)
        self._nights([(1, 90)])
        self.assertEqual(self.relationship.phase, "at_risk")
        self.assertEqual(self.relationship.stage_reason, "Complaints without an answer")
        stage = self._get_stage("at_risk")
        planned = self.relationship.activity_ids.filtered(
            lambda activity: activity.client_stage_id == stage
        )
        self.assertEqual(len(planned), len(stage.plan_id.template_ids))
        self._move(self.relationship, "healthy", user=self.owner)
        self._nights([(0, 90)])
        self.assertEqual(self.relationship.phase, "healthy", "The owner knew of it")
        self._warn("complaints", 2.9)
        self._nights([(-1, 90)])
        self.assertEqual(self.relationship.phase, "at_risk", "It got worse")

    def test_proposal_is_made_once_and_accepted(self):
        self._warn("silent", 2)
        self._nights([(1, 90)])
        asked = self.relationship.activity_ids.filtered(
            lambda activity: activity.summary == "Move to At risk?"
        )
        self.assertEqual(asked.user_id, self.owner)
        notes = self._get_notes()
        self.assertIn("No word for 40 days, usually every 7", notes)
        self._nights([(0, 90)])
        self.assertEqual(self._get_notes(), notes)
        self.relationship.with_user(self.owner).action_accept_proposal()
        self.assertEqual(self.relationship.phase, "at_risk")
        self.assertFalse(self.relationship.health_proposed_stage_id)
        self.assertFalse(asked.exists())
        self.assertEqual(self._get_warnings().state, "decided")

    def test_declined_one_comes_back_only_when_it_got_worse(self):
        self._warn("silent", 2)
        self._nights([(60, 90)])
        self.relationship.with_user(self.owner).action_dismiss_proposal()
        self.assertEqual(self._get_warnings().state, "decided")
        self._warn("silent", 2.4)
        self._nights([(days, 90) for days in range(59, 30, -5)])
        self.assertFalse(self.relationship.health_proposed_stage_id)
        self._warn("silent", 2.6)
        self._nights([(20, 90)])
        self.assertTrue(self.relationship.health_proposed_stage_id)
        self.assertEqual(len(self._get_warnings()), 1, "It kept its identity")

    def test_proposal_stays_until_its_cause_is_gone_and_says_so(self):
        self._warn("silent", 2)
        self._nights([(60, 90), (50, 90), (1, 90)])
        self.assertTrue(self.relationship.health_proposed_stage_id, "No window moves it away")
        self.warned.clear()
        self._nights([(0, 95)])
        self.assertTrue(self.relationship.health_proposed_stage_id, "One quiet night is none")
        self._nights([(-4, 95)])
        self.assertFalse(self.relationship.health_proposed_stage_id)
        self.assertIn("What led to it is gone: Silent against its own rhythm", self._get_notes())
        self.assertEqual(self._get_warnings().state, "gone")

    def test_override_stops_it_until_its_end(self):
        self.env["client.health.override"].create(
            {
                "relationship_id": self.relationship.id,
                "band": "healthy",
                "reason": "They moved their office",
                "date_end": self.today + timedelta(days=5),
            }
        )
        self._warn("silent", 3)
        self._nights([(1, 90), (0, 90)])
        self.assertFalse(self.relationship.health_proposed_stage_id)
        self.relationship.health_override_ids.action_end()
        self._nights([(0, 90)])
        self.assertTrue(self.relationship.health_proposed_stage_id)

    def test_declaration_lifts_what_it_names(self):
        declared = self.env["client.health.declaration"].with_user(self.manager).create(
            {
                "relationship_id": self.relationship.id,
                "kind": "seasonal",
                "reason": "Closed in winter",
                "date_end": self.today + timedelta(days=90),
            }
        )  # fmt: skip
        self.assertIn("Seasonal until", self._get_notes())
        self._warn("silent", 3)
        self._nights([(0, 95)])
        self.assertFalse(self.relationship.health_proposed_stage_id)
        self.assertEqual(self.relationship.health_band, "healthy")
        self._warn("complaints", 2)
        self._nights([(0, 95)])
        self.assertEqual(self.relationship.health_proposal_reason, "Complaints without an answer")
        declared.action_end()
        self._nights([(-1, 95)])
        self.assertIn("Silent", self.relationship.health_proposal_reason)

    def test_edited_rule_moves_nobody(self):
        rule = self.rules.filtered(lambda rule: rule.code == "silent")
        self._warn("silent", 0.9)
        self._nights([(1, 90)])
        rule.with_user(self.manager).limit = 1
        self._warn("silent", 2.2)
        self.warned["silent"][self.relationship.id] = 1.9
        self._nights([(0, 90), (-9, 90)])
        self.assertEqual(self._get_warnings().state, "decided")
        self.assertFalse(self.relationship.health_proposed_stage_id)

    def test_back_after_14_days(self):
        self._move(self.relationship, "at_risk")
        self._settle(self.relationship, 40)
        self._nights([(20, 60)])
        self._nights([(days, 80) for days in range(14, 0, -1)])
        self.assertFalse(self.relationship.health_proposed_stage_id)
        self._nights([(0, 80)])
        self.assertEqual(self.relationship.health_proposed_stage_id, self._get_stage("healthy"))

    def test_gone_is_proposed_as_ended_and_never_moved(self):
        self.company.client_health_move = "move"
        self._make_gone(self.relationship)
        self._nights([(0, 40)])
        self.assertEqual(self.relationship.phase, "healthy")
        self.assertEqual(self.relationship.health_proposed_stage_id, self._get_stage("ended"))
        self.relationship.with_user(self.owner).action_accept_proposal()
        self.assertEqual(self.relationship.phase, "ended")

    def test_settings_move_nobody(self):
        """Weights and floors are edited, one after the other: nothing is proposed."""
        at_risk, steady = self._create_clients(2)
        self._move(at_risk, "at_risk")
        clients = at_risk | steady | self.relationship
        self._settle(clients, 60)
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
        for number, measure in enumerate(self.measures):
            span = measure.target - measure.floor
            edits = [{"floor": measure.floor + 0.9 * span}, {"weight": 50}, {"weight": 0}]
            for vals in edits if self.every_edit else [edits[number % 3]]:
                measure.write(vals)
                self._night(days, clients)
                self._night(days - 1, clients)
                seen.add(tuple(clients.mapped("health_band")))
                self.assertFalse(clients.health_proposed_stage_id, (measure.code, vals))
            days -= 2
        self.company.write({"client_health_healthy": 20, "client_health_risk": 1})
        for _night in range(2):
            self._night(1, clients)
            self._night(0, clients)
        self.assertFalse(clients.health_proposed_stage_id)
        self.assertGreater(len(seen), 1, f"The edits changed the bands: {bands}, {seen}")

    def test_newly_known_moves_nobody(self):
        known = [measure.code for measure in self.measures if measure.dimension != "contact"]
        self._set_points(60, codes=known)
        self._night(3)
        self._set_points(0, codes=("contact_gap", "unanswered_hours", "reply_hours"))
        self._night(1)
        self._night(0)
        self.assertFalse(self.relationship.health_proposed_stage_id)

    def test_backfill_moves_nobody(self):
        self._set_points(90)
        self._warn("silent", 3)
        date = self.today - timedelta(days=5)
        self.Run._take(self.company, self.relationship.ids, date, backfilled=True)
        snapshot = self.Snapshot.search([("relationship_id", "=", self.relationship.id)])
        self.assertEqual((snapshot.flags, snapshot.band), (["silent!"], "risk"))
        self.assertFalse(self._get_warnings())
        self.assertFalse(self.relationship.health_proposed_stage_id)

    def test_new_warning_of_a_client_in_reboot_alerts_the_owner_once(self):
        self._move(self.relationship, "at_risk", "reboot")
        self._settle(self.relationship)
        self._warn("silent", 2)
        self._nights([(3, 60), (1, 60), (0, 60)])
        alerts = self.relationship.activity_ids.filtered(
            lambda activity: activity.summary == "A new warning"
        )
        self.assertEqual(len(alerts), 1)
        self.assertEqual(alerts.user_id, self.owner)
        self.assertEqual(self.relationship.phase, "reboot")

    def test_client_without_owner_goes_to_a_manager(self):
        self.relationship.user_id = False
        self.relationship.team_id = False
        self._warn("silent", 2)
        self._nights([(0, 90)])
        asked = self.relationship.activity_ids.filtered(
            lambda activity: activity.summary == "Move to At risk?"
        )
        self.assertTrue(asked.user_id.has_group("client_health.group_client_manager"))
        self.assertFalse(asked.user_id._is_superuser())

    def test_broken_rule_stops_no_other(self):
        self.warned["payment"] = ValueError("No such column")
        self._warn("silent", 2)
        with mute_logger("odoo.addons.client_health.engine.health.signals"):
            self._nights([(0, 90)])
        self.assertTrue(self.relationship.health_proposed_stage_id)
        payment = self.rules.filtered(lambda rule: rule.code == "payment")
        self.assertIn("No such column", payment.error)
        self.warned.clear()
        self._nights([(-1, 90)])
        self.assertFalse(payment.error)

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

    def test_queries_do_not_grow_with_the_clients(self):
        few, many = self._create_clients(5), self._create_clients(50)
        counts = []
        for clients in (few, many):
            for client in clients:
                self._warn("silent", 2, client)
            self._set_points(90)
            self._night(1, clients)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self._night(0, clients)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2, counts)

    def test_merged_clients_have_one_warning_of_each_kind(self):
        other = self._create_clients(1)
        for client in (self.relationship, other):
            self._warn("silent", 2, client)
        self._warn("price", 2, other)
        self._set_points(90)
        self._night(0, self.relationship | other)
        own = self._get_warnings("silent")
        self.env["client.merge"]._merge(self.relationship, other)
        found = self._get_warnings()
        self.assertEqual(sorted(found.rule_id.mapped("code")), ["price", "silent"])
        self.assertEqual(found.filtered(lambda one: one.rule_id.code == "silent"), own)

    def test_users_without_access_to_money_read_no_figure(self):
        self._warn("loss", 2.5)
        self._warn("silent", 1.5)
        self._nights([(0, 90)])
        client = self.relationship
        self.assertRegex(client.with_user(self.manager).health_reasons, "A loss of 45 %")
        own = client.with_user(self.owner)
        own.invalidate_recordset()
        self.assertEqual(
            own.health_reasons, "No word for 40 days, usually every 7 · Money got worse"
        )
        self.assertEqual(own.health_warning_ids.rule_id.mapped("code"), ["silent"])
        for told in (self._get_notes(), client.health_proposal_reason):
            self.assertNotRegex(told, "45|[Ll]oss")
            self.assertIn("Money got worse", told)
        self.assertNotRegex(client.health_proposal_reason, r"\d")
        told = own.get_health_explanation()["warnings"]
        self.assertEqual(
            told[1], {"text": "Money got worse", "since": False, "severe": False, "sources": []}
        )
        told = client.with_user(self.manager).get_health_explanation()["warnings"]
        self.assertEqual([one["severe"] for one in told], [False, True])
        self.assertTrue(all(one["since"] for one in told))

    def test_money_is_said_once(self):
        self._set_points(80)
        self._set_points(0, codes=["margin_rate"])
        self._warn("loss", 2.5)
        self._night(0)
        own = self.relationship.with_user(self.owner)
        self.assertNotIn("Money pulls", own.health_reasons)
        self.assertIn("Money got worse", own.health_reasons)


@tagged("post_install", "-at_install", "slow")
class TestHealthProposalsAtLength(TestHealthProposals):
    every_edit = True
