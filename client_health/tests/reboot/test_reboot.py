# pylint: disable=translation-required
from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...exceptions import MoveQuestion
from .common_reboot import POINTS, RebootCommon


@tagged("post_install", "-at_install")
class TestRebootEvidence(RebootCommon):
    """A point is what the records show since the start, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reboot = cls._start()

    def _get_done(self):
        self.env.flush_all()
        self.reboot.invalidate_recordset()
        return {point for point in POINTS if self.reboot[f"{point}_done"]}

    def _assert_done(self, *points):
        self.assertEqual(self._get_done(), set(points))
        self.assertEqual(self.reboot.done_count, len(points))

    def test_nothing_at_first(self):
        self._assert_done()
        for point in POINTS:
            self.assertTrue(self.reboot[f"{point}_text"], point)

    def test_each_point_by_itself(self):
        for point in POINTS:
            with self.subTest(point=point):
                savepoint = self.env.cr.savepoint()
                getattr(self, f"_do_{point}")()
                self._assert_done(point)
                savepoint.rollback()
                savepoint.close(rollback=True)
                self.env.invalidate_all()

    def test_all_points(self):
        self._do_all()
        self._assert_done(*POINTS)

    def test_a_goal_agreed_before_does_not_count(self):
        self._meet(days=0)
        goal = self._do_goals()
        goal.sudo().date_agreed = self.start - timedelta(days=1)
        self._assert_done()
        goal._agree(source="meeting")
        self._assert_done("goals")

    def test_a_goal_by_our_word_only_is_named_but_does_not_do(self):
        own = self._create_goal(name="More guests")
        own._agree(self.signatory, "call")
        self._assert_done()
        self.assertIn("“More guests”: agreed by our own word only", self.reboot.goals_text)
        self._do_goals()
        self._assert_done("goals")
        self.assertIn("1 of 2 by our own word only", self.reboot.goals_text)

    def test_a_goal_that_waits_for_a_yes_is_named(self):
        self._create_goal()
        self._assert_done()
        self.assertIn("Waiting for agreement: 1", self.reboot.goals_text)

    def test_a_dropped_goal_does_not_count(self):
        self._do_goals().action_drop()
        self._assert_done()

    def test_a_date_alone_is_no_talk(self):
        """Somebody may type a date; the calendar or a message says whether they talked."""
        goal = self._create_goal(
            name="Ten hotels", horizon="big", date_discussed=self.today - timedelta(days=2)
        )
        self._assert_done()
        self.assertIn("without a meeting", self.reboot.future_text)
        event = self._meet()
        self._assert_done("future")
        event.write(
            {
                "start": fields.Datetime.now() + timedelta(days=1),
                "stop": fields.Datetime.now() + timedelta(days=1, hours=1),
            }
        )
        self._assert_done()
        self._write_as_client()
        self._assert_done("future")
        goal.date_discussed = self.start - timedelta(days=1)
        self._assert_done()

    def _write_as_client(self):
        self.project.message_post(
            body="In three years we want ten hotels",
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=self.signatory.id,
        )

    def test_a_meeting_before_the_start_is_no_talk(self):
        self._meet(days=12)
        self._create_goal(horizon="big", date_discussed=self.start)
        self._assert_done()

    def test_a_meeting_that_the_client_declined_is_no_talk(self):
        event = self._meet()
        self._create_goal(horizon="big", date_discussed=self.today - timedelta(days=2))
        event.attendee_ids.filtered(
            lambda attendee: attendee.partner_id == self.client_partner
        ).state = "declined"
        self._assert_done()

    def test_a_bottleneck_needs_a_task_with_owner_and_date(self):
        hypothesis = self._do_bottleneck()
        self._assert_done("bottleneck")
        task = hypothesis.task_id
        for values in ({"date_deadline": False}, {"user_ids": False}, {"state": "1_canceled"}):
            with self.subTest(values=values):
                before = {name: task[name] for name in values}
                task.write(values)
                self._assert_done()
                task.write(before)
                self._assert_done("bottleneck")
        hypothesis.issue_id.kind = "issue"
        self._assert_done()

    def test_an_owner_at_the_client_is_an_owner(self):
        hypothesis = self._do_bottleneck()
        hypothesis.task_id.user_ids = False
        hypothesis.contact_id = self.signatory
        self._assert_done("bottleneck")
        self.assertIn("Elena Marsh", self.reboot.bottleneck_text)

    def test_scope_needs_the_client_and_clear_work(self):
        agreement = self._do_scope()
        self._assert_done("scope")
        task = self.env["project.task"].create({"name": "Odd", "project_id": self.project.id})
        self._assert_done()
        self.assertIn("1 task is left", self.reboot.scope_text)
        task._set_requested()
        self._assert_done("scope")
        self._mark_outdated(agreement)
        self._assert_done()

    def test_work_of_another_client_does_not_matter(self):
        self._do_scope()
        other = self._create_clients(1)
        project = self.project.create({"name": "Other", "partner_id": other.partner_id.id})
        self.env["project.task"].create({"name": "Odd", "project_id": project.id})
        self._assert_done("scope")

    def test_an_agreement_accepted_before_does_not_count(self):
        agreement = self._do_scope()
        agreement.sudo().accepted_on = fields.Datetime.now() - timedelta(days=20)
        self._assert_done()

    def test_old_words_do_not_count(self):
        value = self._do_value()
        self.assertIn("We sleep well", self.reboot.value_text)
        value.sudo().date = self.start - timedelta(days=1)
        self._assert_done()

    def test_no_money_and_no_html_in_a_sentence(self):
        self.env["client.value"]._record(
            self.relationship, self.signatory, "mail", words="<b>worth it</b> " * 100
        )
        self._get_done()
        self.assertLess(len(self.reboot.value_text), 250)
        self.assertIn("<b>worth it</b>", self.reboot.value_text, "plain text, escaped by the view")

    def test_queries_do_not_grow_with_clients(self):
        counts = []
        for size in (5, 50):
            reboots = self._start(self._create_clients(size))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            reboots.mapped("done_count")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0], f"queries at 5 and 50: {counts}")

    def test_the_board_does_not_ask_per_client(self):
        counts = []
        for size in (5, 50):
            relationships = self._create_clients(size)
            self._start(relationships)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            relationships.with_user(self.owner).web_read(
                {name: {} for name in ("reboot_done_count", "reboot_deadline", "is_rotting")}
            )
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0], f"queries at 5 and 50: {counts}")


@tagged("post_install", "-at_install")
class TestRebootFlow(RebootCommon):
    def _refuse(self, message, **kwargs):
        return self.assertRaisesRegex(UserError, message, **kwargs)

    def test_opens_with_reason_deadline_and_owner(self):
        self.company.client_reboot_days = 21
        self._move(self.relationship, "at_risk")
        self.relationship.with_user(self.owner).write(
            {"stage_id": self._get_stage("reboot").id, "stage_reason": "Two launches missed"}
        )
        self.assertRecordValues(
            self.relationship.reboot_id,
            [
                {
                    "state": "running",
                    "reason": "Two launches missed",
                    "user_id": self.owner.id,
                    "date_start": self.today,
                    "date_deadline": self.today + timedelta(days=21),
                }
            ],
        )
        self.assertEqual(self.relationship.fit_round_ids.mapped("reason"), ["reboot"])

    def test_owner_is_led_to_what_is_missing(self):
        reboot = self._start()
        with self._refuse("(?s)cannot move to Healthy yet.*Goals agreed again") as caught:
            self._move(self.relationship, "healthy", user=self.owner)
        self.assertIsInstance(caught.exception, MoveQuestion)
        action = caught.exception.context["action"]
        self.assertEqual((action["res_model"], action["res_id"]), ("client.reboot", reboot.id))
        self.assertEqual(self.relationship.phase, "reboot")
        with self._refuse("Not yet renewed"):
            reboot.with_user(self.owner).action_renew()

    def test_owner_renews_when_all_points_are_done(self):
        reboot = self._start()
        self._do_all()
        agreement = self.relationship.agreement_id
        self.env.invalidate_all()
        self._move(self.relationship, "healthy", user=self.owner)
        self.assertRecordValues(
            reboot,
            [
                {
                    "state": "renewed",
                    "is_forced": False,
                    "done_count": 5,
                    "outcome": "Test: healthy",
                    "date_end": self.today,
                    "agreement_id": agreement.id,
                }
            ],
        )

    def test_manager_renews_with_a_reason(self):
        reboot = self._start()
        self._do_goals()
        self.env.invalidate_all()
        with self.assertRaises(MoveQuestion) as caught:
            self.relationship.with_user(self.manager).stage_id = self._get_stage("healthy")
        context = caught.exception.context["action_context"]
        wizard = self.env["client.stage.move"].with_user(self.manager).with_context(**context)
        wizard = wizard.create({"reason": "They called us: all is well"})
        self.assertNotIn("Goals agreed again", wizard.missing)
        self.assertIn("Scope confirmed by the client", wizard.missing)
        wizard.action_move()
        self.assertRecordValues(reboot, [{"state": "renewed", "is_forced": True, "done_count": 1}])

    def test_what_was_agreed_stays_as_it_was(self):
        reboot = self._start()
        self._do_all()
        self.env.invalidate_all()
        self._move(self.relationship, "healthy")
        sentence = reboot.goals_text
        self.relationship.goal_ids.action_drop()
        self.env.invalidate_all()
        self.assertEqual((reboot.goals_done, reboot.goals_text), (True, sentence))
        self._move(self.relationship, "at_risk", "reboot")
        self.assertEqual(self.relationship.reboot_count, 2)
        self.assertEqual(self.relationship.reboot_id.done_count, 3, "Both goals were dropped")

    def test_not_renewed_is_up_to_a_manager(self):
        reboot = self._start()
        with self._refuse("Only a manager"):
            reboot.with_user(self.owner).action_not_renew()
        self._prepare_move(self.relationship, "offboard", self.manager)
        wizard = (
            self.env["client.stage.move"]
            .with_user(self.manager)
            .with_context(**reboot.with_user(self.manager).action_not_renew()["context"])
        )
        wizard.create({"reason": "They want another way of working"}).action_move()
        self.assertEqual(self.relationship.phase, "offboard")
        self.assertRecordValues(
            reboot, [{"state": "not_renewed", "outcome": "They want another way of working"}]
        )

    def test_who_is_late_learns_who_was_faster(self):
        self._move(self.relationship, "at_risk")
        wizard = self.env["client.stage.move"].create(
            {
                "relationship_ids": self.relationship.ids,
                "stage_id": self._get_stage("healthy").id,
                "reason": "All is well again",
                "date_opened": fields.Datetime.now() - timedelta(minutes=5),
            }
        )
        with self._refuse("was moved to At risk while you were writing: “Test: at_risk”"):
            wizard.action_move()

    def test_evidence_is_not_written_by_hand(self):
        reboot = self._start().with_user(self.manager)
        for values in (
            {"state": "renewed"},
            {"evidence": {"goals": [True, "x"]}},
            {"date_start": "2001-01-01"},
            {"outcome": "x"},
            {"is_forced": True},
            {"agreement_id": False},
            {"reason": "x"},
            {"relationship_id": self._create_clients(1).id},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                reboot.write(values)
        with self.assertRaises(AccessError):
            reboot.create({"relationship_id": self.relationship.id, "reason": "x"})
        with self.assertRaises(AccessError):
            reboot.unlink()
        result = reboot.load([".id", "state"], [[str(reboot.id), "Renewed"]])
        self.assertFalse(result["ids"])
        self.assertEqual(reboot.state, "running")

    def test_an_ended_reboot_stays_as_it_was(self):
        reboot = self._start()
        self._move(self.relationship, "healthy")
        with self._refuse("cannot be changed"):
            reboot.with_user(self.manager).date_deadline = self.today
        with self._refuse("cannot be changed"):
            reboot.with_user(self.manager).user_id = self.seller

    def test_roles(self):
        reboot = self._start()
        for user, can_read, can_write in (
            (self.owner, True, True),
            (self.colleague, False, False),
            (self.seller, True, True),
            (self.manager, True, True),
        ):
            with self.subTest(user=user.login):
                mine = reboot.with_user(user)
                self.assertEqual(mine.has_access("read"), can_read)
                self.assertEqual(mine.has_access("write"), can_write)
                self.assertFalse(mine.has_access("unlink"))
                self.assertFalse(mine.has_access("create"))
        self.relationship.message_subscribe(self.colleague.partner_id.ids)
        self.assertTrue(reboot.with_user(self.colleague).has_access("read"))
        self.assertFalse(reboot.with_user(self.colleague).has_access("write"))
        with self.assertRaises(AccessError):
            reboot.with_user(self.portal).read(["reason"])
        with self.assertRaises(AccessError):
            self.env["client.reboot"].with_user(self.portal).search([])

    def test_other_companies_read_nothing(self):
        reboot = self._start()
        abroad = self.env["res.company"].create({"name": "Abroad"})
        user = self._create_user("abroad", "client_health.group_client_manager")
        user.write({"company_ids": [(6, 0, abroad.ids)], "company_id": abroad.id})
        self.assertFalse(self.env["client.reboot"].with_user(user).search([]))
        with self.assertRaises(UserError):
            reboot.user_id = user

    def test_nobody_from_outside_reads_along(self):
        reboot = self._start()
        with self._refuse("internal"):
            reboot.message_subscribe(self.portal.partner_id.ids)
        with self._refuse("internal"):
            reboot.message_post(body="x", partner_ids=self.portal.partner_id.ids)

    def test_who_sees_it_through_follows(self):
        reboot = self._start()
        self.assertEqual(reboot.message_partner_ids, self.owner.partner_id)

    def test_queries_of_opening_and_ending_do_not_grow_with_clients(self):
        """With tracking, as in real life; most tests do without."""
        for phase, before in (("reboot", "at_risk"), ("healthy", "reboot")):
            counts = []
            for size in (5, 50):
                clients = self._create_clients(size)
                self._move(clients, "at_risk")
                if before == "reboot":
                    self._move(clients, "reboot")
                self.env.flush_all()
                self.env.invalidate_all()
                queries = self.env.cr.sql_log_count
                self._move(clients.with_context(tracking_disable=False), phase)
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - queries)
            with self.subTest(phase=phase):
                self.assertLessEqual(counts[1], counts[0] + 5, f"queries at 5 and 50: {counts}")

    def test_never_two_open_ones(self):
        reboot = self._start()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            reboot.copy()
            self.env.flush_all()

    def test_bad_dates_and_people(self):
        reboot = self._start()
        with self.assertRaises(ValidationError):
            reboot.date_deadline = reboot.date_start - timedelta(days=1)
        self.seller.active = False
        with self.assertRaises(ValidationError):
            reboot.user_id = self.seller
        with self.assertRaises(ValidationError):
            reboot.user_id = self.portal

    def test_archived_owner_falls_back_to_the_team_leader(self):
        team = self.env["crm.team"].create({"name": "Harbour", "user_id": self.seller.id})
        self._move(self.relationship, "at_risk")
        self.relationship.team_id = team
        self.owner.active = False
        self._move(self.relationship, "reboot", user=self.manager)
        self.assertEqual(self.relationship.reboot_id.user_id, self.seller)

    def test_long_texts_survive(self):
        self._move(self.relationship, "at_risk")
        reason = "Why? " * 8000
        self.relationship.write({"stage_id": self._get_stage("reboot").id, "stage_reason": reason})
        self.assertEqual(self.relationship.reboot_id.reason, reason)

    def test_opened_for_clients_that_came_before(self):
        reboot = self._start()
        self.env.cr.execute("DELETE FROM client_reboot WHERE id = %s", reboot.ids)
        self.env.invalidate_all()
        self.env["client.reboot"]._open_missing()
        self.assertEqual(self.relationship.reboot_id.reason, "Test: reboot")
        self.env["client.reboot"]._open_missing()
        self.assertEqual(self.relationship.reboot_count, 1)

    def test_each_button_leads_somewhere(self):
        reboot = self._start().with_user(self.owner)
        relationship = self.relationship
        self.assertEqual(reboot.action_goals()["target"], "new")
        self.assertEqual(reboot.action_future()["target"], "new")
        self.assertEqual(reboot.action_bottleneck()["context"]["default_kind"], "bottleneck")
        self.assertEqual(reboot.action_scope()["res_model"], "client.agreement")
        self.assertEqual(reboot.action_value()["res_model"], "client.value.note")
        self.assertEqual(reboot.action_ask_fit()["res_model"], "client.fit.round")
        goal = self._create_goal()
        self.assertIn(goal, self._find(reboot.relationship_id.action_view_client_goals()))
        self.assertEqual(reboot.action_goals()["res_id"], goal.id)
        big = self._create_goal(horizon="big")
        self.assertIn(big, self._find(reboot.action_view_future()))
        self.assertTrue(reboot.action_future()["context"]["default_about_big_goals"])
        issue = self._do_bottleneck().issue_id
        self.assertEqual(reboot.action_bottleneck()["res_id"], issue.id)
        task = self.env["project.task"].create({"name": "Odd", "project_id": self.project.id})
        self.assertEqual(reboot.action_scope()["res_model"], "project.task")
        task._set_requested()
        agreement = self._do_scope()
        self.env.invalidate_all()
        self.assertEqual(reboot.action_scope()["res_id"], agreement.id)
        agreement.sudo().accepted_on = fields.Datetime.now() - timedelta(days=20)
        self.env.invalidate_all()
        self.assertEqual(reboot.action_scope()["res_id"], relationship.agreement_next_id.id)

    def _find(self, action):
        return self.env[action["res_model"]].search(action["domain"])

    def test_the_agenda_is_written_for_the_client(self):
        reboot = self._start().with_user(self.owner)
        self._do_goals()
        self.env.invalidate_all()
        context = reboot.action_plan_meeting()["context"]
        agenda = context["default_description"]
        self.assertNotIn("What do you expect", agenda, "The goals are agreed already")
        self.assertIn("Where do you want to be in three years?", agenda)
        self.assertNotIn(reboot.reason, agenda)
        event = self.env["calendar.event"].with_user(self.owner).with_context(**context)
        event = event.create({})
        self.assertEqual(event.duration, 1.5)
        self.assertGreater(event.start, fields.Datetime.now())
        self.assertEqual(event.partner_ids, self.owner.partner_id | self.signatory)


@tagged("post_install", "-at_install")
class TestRebootReminders(RebootCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reboot = cls._start()

    def _run(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("client_health.ir_cron_client_reboot").method_direct_trigger()
        self.env.invalidate_all()

    def _get_reminders(self, reboots=None):
        return self.env["mail.activity"].search(
            [("res_model", "=", "client.reboot"), ("res_id", "in", (reboots or self.reboot).ids)]
        )

    def test_halfway_once(self):
        self._run()
        self.assertFalse(self._get_reminders(), "Ten days of thirty are no half")
        self.reboot.sudo().date_start = self.today - timedelta(days=15)
        self.reboot.date_deadline = self.today + timedelta(days=15)
        self._run()
        self._run()
        reminder = self._get_reminders()
        self.assertRecordValues(
            reminder,
            [
                {
                    "user_id": self.owner.id,
                    "date_deadline": self.today,
                    "summary": "Half of the time for the reboot is over",
                }
            ],
        )
        self.assertEqual(self.reboot.state, "running")

    def test_deadline_once_and_then_it_waits_for_a_decision(self):
        self.reboot.date_deadline = self.today
        self._run()
        self._run()
        self.assertEqual(len(self._get_reminders()), 1, "Not one for each half")
        self.assertEqual(self.reboot.state, "running", "The last day is not over")
        self.reboot.date_deadline = self.today - timedelta(days=1)
        self._run()
        self.assertEqual(len(self._get_reminders()), 1)
        self.assertEqual(self.reboot.state, "awaiting")

    def test_a_later_deadline_is_reminded_of_again(self):
        self.reboot.date_deadline = self.today - timedelta(days=1)
        self._run()
        self.reboot.with_user(self.owner).date_deadline = self.today + timedelta(days=14)
        self.assertEqual(self.reboot.state, "running")
        self.reboot.date_deadline = self.today
        self._run()
        self.assertEqual(len(self._get_reminders()), 2)

    def test_complete_waits_for_a_decision(self):
        self._do_all()
        self._run()
        self._run()
        self.assertEqual(self.reboot.state, "awaiting")
        self.assertEqual(
            self._get_reminders().mapped("summary"),
            ["All five points of the reboot are done: renewed?"],
        )

    def test_ended_and_archived_are_left_in_peace(self):
        self.reboot.date_deadline = self.today - timedelta(days=1)
        # by now this is refused; it may have been done before
        self.patch(type(self.relationship), "_check_archive", lambda _self: None)
        self.relationship.active = False
        self._run()
        self.assertFalse(self._get_reminders())
        self.relationship.active = True
        self._run()
        self.assertTrue(self._get_reminders())
        self._move(self.relationship, "healthy")
        self.assertFalse(self._get_reminders(), "What nobody did is cancelled with the end")
        self._run()
        self.assertFalse(self._get_reminders())

    def test_archived_owner_is_not_reminded(self):
        team = self.env["crm.team"].create({"name": "Harbour", "user_id": self.seller.id})
        self.relationship.team_id = team
        self.owner.active = False
        self.reboot.date_deadline = self.today
        self._run()
        self.assertEqual(self._get_reminders().user_id, self.seller)

    def test_owner_asks_the_team_leader_to_decide(self):
        team = self.env["crm.team"].create({"name": "Harbour", "user_id": self.seller.id})
        self.relationship.team_id = team
        self.reboot.with_user(self.owner).action_ask_decision()
        self.reboot.with_user(self.owner).action_ask_decision()
        self.assertEqual(self.reboot.state, "awaiting")
        self.assertEqual(self._get_reminders().mapped("user_id"), self.seller)
        self.assertEqual(len(self._get_reminders()), 1)
        with self.assertRaises(AccessError):
            self.reboot.with_user(self.colleague).action_ask_decision()

    def test_past_the_deadline_the_card_rots(self):
        relationship, other = self.relationship, self._create_clients(1)
        other_reboot = self._start(other)
        other_reboot.date_deadline = self.today + timedelta(days=90)
        clients = relationship | other
        clients.date_last_stage_update = fields.Datetime.now() - timedelta(days=45)
        self.reboot.date_deadline = self.today - timedelta(days=3)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(clients.mapped("is_rotting"), [True, False], "Time was given to one")
        self.assertEqual(relationship.rotting_days, 3)
        domain = [("id", "in", clients.ids)]
        search = self.env["client.relationship"].search
        self.assertEqual(search([*domain, ("is_rotting", "=", True)]), relationship)
        self.assertEqual(search([*domain, ("is_rotting", "=", False)]), other)
        self.assertEqual(search([*domain, ("reboot_ids.is_overdue", "=", True)]), relationship)
        self.assertTrue(self.reboot.is_overdue)
        self.assertEqual(self.reboot.search([("is_overdue", "=", True)]) & self.reboot, self.reboot)

    def test_one_bad_record_does_not_stop_the_others(self):
        others = self._start(self._create_clients(3))
        (self.reboot | others).date_deadline = self.today
        reboots = self.env["client.reboot"]
        self.patch(type(reboots), "_remind", self._fail_for(self.reboot, type(reboots)._remind))
        with self.assertLogs("odoo.addons.client_health", "ERROR"):
            self._run()
        self.assertEqual(len(self._get_reminders(others)), 3)
        self.assertFalse(self._get_reminders(self.reboot))
        self.assertFalse(self.reboot.date_reminded_deadline, "It is tried again tomorrow")

    def _fail_for(self, bad, remind):
        def fail(reboots, *args):
            if bad in reboots:
                raise ValueError("broken")
            return remind(reboots, *args)

        return fail

    def test_queries_do_not_grow_with_clients(self):
        counts = []
        for size in (5, 50):
            reboots = self._start(self._create_clients(size))
            reboots.date_deadline = self.today - timedelta(days=1)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            reboots._follow(reboots._get_reminder_domains())
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2, f"queries at 5 and 50: {counts}")


@tagged("post_install", "-at_install")
class TestRebootJoin(RebootCommon):
    def _merge(self, source, target):
        partners = source.partner_id | target.partner_id
        self.env["base.partner.merge.automatic.wizard"]._merge(partners.ids, target.partner_id)
        self.env.invalidate_all()

    def test_both_in_reboot(self):
        other = self._create_clients(1)
        mine, theirs = self._start(), self._start(other)
        self._merge(other, self.relationship)
        self.assertEqual(self.relationship.reboot_ids, mine | theirs)
        self.assertEqual(mine.state, "running")
        self.assertRecordValues(
            theirs, [{"state": "withdrawn", "outcome": "Merged with Blue Harbour Hotels."}]
        )
        self.assertEqual(self.relationship.reboot_id, mine)

    def test_a_reboot_joins_a_healthy_client(self):
        other = self._create_clients(1)
        theirs = self._start(other)
        self._merge(other, self.relationship)
        self.assertEqual(self.relationship.phase, "healthy")
        self.assertFalse(self.relationship.reboot_id)
        self.assertEqual(theirs.relationship_id, self.relationship)
        self.assertEqual(theirs.state, "withdrawn")
