from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...engine import stage_rules
from ...exceptions import MoveQuestion
from ..common import ClientHealthCommon

PHASES = ("healthy", "at_risk", "reboot", "offboard", "ended")

# How to bring a fresh (healthy) client into a phase.
WAY_TO = {
    "healthy": (),
    "at_risk": ("at_risk",),
    "reboot": ("at_risk", "reboot"),
    "offboard": ("offboard",),
    "ended": ("offboard", "ended"),
}

# Written out by hand from the design, not derived from the code under test: who may do what.
OWNER_MOVES = {
    ("healthy", "at_risk"),
    ("at_risk", "healthy"),
    ("at_risk", "reboot"),
}
MANAGER_MOVES = OWNER_MOVES | {
    # For an owner once the reboot has all its points, see test_reboot.
    ("reboot", "healthy"),
    ("healthy", "offboard"),
    ("at_risk", "offboard"),
    ("reboot", "offboard"),
    ("offboard", "reboot"),
    ("offboard", "ended"),
    ("ended", "at_risk"),
}
# Whoever may write the client, but only where nothing happened for nine months.
GONE_MOVES = {("healthy", "ended"), ("at_risk", "ended")}


@tagged("post_install", "-at_install")
class TestStageMoves(ClientHealthCommon):
    def _try_move(self, relationship, phase, user):
        try:
            with self.env.cr.savepoint():
                self._move(relationship, phase, user=user)
        except UserError:
            return False
        return relationship.phase == phase

    def test_every_move_for_every_role(self):
        for user, allowed in ((self.owner, OWNER_MOVES), (self.manager, MANAGER_MOVES)):
            for old in PHASES:
                for new in PHASES:
                    if old == new:
                        continue
                    with self.subTest(user=user.login, old=old, new=new):
                        relationship = self._create_clients(1, self.owner)
                        self._move(relationship, *WAY_TO[old])
                        self.assertEqual(
                            self._try_move(relationship, new, user), (old, new) in allowed
                        )

    def test_gone_clients_end_without_an_offboarding(self):
        for user in (self.owner, self.manager):
            for old in ("healthy", "at_risk"):
                with self.subTest(user=user.login, old=old):
                    gone, present = self._create_clients(2, self.owner)
                    self._move(gone | present, *WAY_TO[old])
                    self._make_gone(gone)
                    self._make_gone(present, days=200)
                    self.assertFalse(self._try_move(present, "ended", user))
                    self.assertFalse(self._try_move(gone | present, "ended", user))
                    self.assertTrue(self._try_move(gone, "ended", user))
                    self.assertIn("Last seen", gone.message_ids.mapped("body")[0] or "")
        self.assertFalse(self._try_move(gone, "healthy", self.manager), "It comes back At risk")

    def test_welcome_back(self):
        """Why it left is shown, and the fit questions are asked again."""
        self._make_gone(self.relationship)
        self._move(self.relationship, "ended", user=self.owner)
        action = self.relationship.with_user(self.manager).with_context(client_phase="at_risk")
        wizard = (
            self.env["client.stage.move"]
            .with_user(self.manager)
            .with_context(**action.action_ask_stage()["context"])
            .create({"reason": "They called"})
        )
        self.assertIn("Test: ended", wizard.left_because)
        wizard.action_move()
        self.assertEqual(self.relationship.phase, "at_risk")
        self.assertEqual(self.relationship.fit_round_ids.mapped("reason"), ["returned"])

    def test_missing_reason_opens_the_question(self):
        with self.assertRaises(MoveQuestion) as caught:
            self.relationship.with_user(self.owner).stage_id = self._get_stage("at_risk")
        action = self.env["ir.actions.act_window"].browse(caught.exception.context["action"])
        context = caught.exception.context["action_context"]
        wizard = (
            self.env[action.res_model]
            .with_user(self.owner)
            .with_context(**context)
            .create({"reason": "No answer for three weeks"})
        )
        wizard.action_move()
        self.assertEqual(self.relationship.phase, "at_risk")
        self.assertEqual(self.relationship.stage_reason, "No answer for three weeks")

    def test_blank_reason_is_no_reason(self):
        with self.assertRaises(MoveQuestion):
            self.relationship.write(
                {"stage_id": self._get_stage("at_risk").id, "stage_reason": "   "}
            )

    def test_refusal_names_the_ways(self):
        self._move(self.relationship, "offboard")
        with self.assertRaisesRegex(UserError, "Offboard.*At risk.*Reboot, Ended"):
            self._move(self.relationship, "at_risk")
        fresh = self._create_clients(1)
        with self.assertRaisesRegex(UserError, "is not gone.*within 9 months.*offboarding"):
            self._move(fresh, "ended")

    def test_only_open_ways_are_offered(self):
        """A manager alone may let a client go; where the client is, is no move."""
        self._move(self.relationship, "at_risk")
        ways = {"healthy", "reboot", "ended"}
        for user, phases in ((self.owner, ways), (self.manager, {*ways, "offboard"})):
            wizard = self.env["client.stage.move"].with_user(user)
            wizard = wizard.new({"relationship_ids": self.relationship.ids})
            offered = wizard.offered_stage_ids
            self.assertEqual(set(offered.mapped("phase")), phases)
            self.assertNotIn(self.relationship.stage_id, offered)

    def test_not_created_beyond_at_risk(self):
        partner = self.env["res.partner"].create({"name": "Imported", "is_company": True})
        for phase in ("reboot", "offboard", "ended"):
            with self.subTest(phase=phase), self.assertRaises(UserError):
                self._create_relationship(partner, stage_id=self._get_stage(phase).id)
        relationship = self._create_relationship(partner, stage_id=self._get_stage("at_risk").id)
        self.assertEqual(relationship.phase, "at_risk")

    def test_import_obeys(self):
        Relationship = self.env["client.relationship"].with_user(self.owner)
        rows = [[str(self.relationship.id), "Ended", "Imported"]]
        result = Relationship.load([".id", "stage_id", "stage_reason"], rows)
        self.assertFalse(result["ids"])
        self.assertEqual(self.relationship.phase, "healthy")
        rows = [[str(self.relationship.id), "At risk", "Imported"]]
        result = Relationship.load([".id", "stage_id", "stage_reason"], rows)
        self.assertEqual(result["ids"], self.relationship.ids)
        self.assertEqual(self.relationship.phase, "at_risk")
        self.assertTrue(self.relationship.activity_ids, "An import schedules the plan as well")

    def test_second_stage_of_a_phase_needs_no_reason(self):
        watch = self.env["client.relationship.stage"].create(
            {"name": "Watch", "phase": "healthy", "sequence": 15}
        )
        self.relationship.with_user(self.owner).stage_id = watch
        self.assertEqual(self.relationship.phase, "healthy")
        self.assertEqual(self.relationship.stage_id, watch)

    def test_deleted_stage(self):
        gone = self.env["client.relationship.stage"].create({"name": "Gone", "phase": "at_risk"})
        gone_id = gone.id
        gone.unlink()
        with self.assertRaisesRegex(UserError, "no longer exists"):
            self.relationship.write({"stage_id": gone_id, "stage_reason": "Too dear"})

    def test_a_stage_with_clients_is_not_deleted(self):
        stage = self.relationship.stage_id
        with self.assertRaisesRegex(UserError, "move them to another stage first"):
            stage.unlink()
        self.relationship.active = False
        with self.assertRaisesRegex(UserError, "maybe archived ones"):
            stage.unlink()

    def test_mixed_write_moves_and_writes(self):
        self.relationship.write(
            {
                "stage_id": self._get_stage("at_risk").id,
                "stage_reason": "Late",
                "channel": "visit",
            }
        )
        self.assertRecordValues(self.relationship, [{"phase": "at_risk", "channel": "visit"}])

    def test_reason_is_in_the_chatter(self):
        self.cr.flush()  # what was created without tracking is not tracked in its transaction
        relationship = self.relationship.with_context(tracking_disable=False)
        self._move(relationship, "at_risk", user=self.owner)
        self.env.flush_all()
        self.cr.flush()
        self.relationship.invalidate_recordset()
        message = self.relationship.message_ids[0]
        self.assertIn("Test: at_risk", message.body)
        self.assertEqual(message.tracking_value_ids.field_id.name, "stage_id")

    def test_table_and_entry_phases_agree(self):
        self.assertEqual(set(stage_rules.MOVES), MANAGER_MOVES | GONE_MOVES)
        self.assertEqual(
            {ways for ways, move in stage_rules.MOVES.items() if not move.manager},
            OWNER_MOVES | GONE_MOVES | {("reboot", "healthy")},
        )
        self.assertEqual(
            {ways for ways, move in stage_rules.MOVES.items() if move.gone}, GONE_MOVES
        )

    def test_phase_holds_what_it_needs_open(self):
        """Reboot has exactly one open reboot, every other phase has none."""
        for phases in (
            ("at_risk", "reboot", "healthy"),
            ("at_risk", "reboot", "offboard", "ended", "at_risk"),
            ("at_risk", "reboot", "offboard", "reboot", "offboard"),
        ):
            relationship = self._create_clients(1)
            for phase in phases:
                with self.subTest(phases=phases, phase=phase):
                    self._move(relationship, phase, user=self.manager)
                    reboots = self.env["client.reboot"].search(
                        [
                            ("relationship_id", "=", relationship.id),
                            ("state", "in", ("running", "awaiting")),
                        ]
                    )
                    self.assertEqual(len(reboots), phase == "reboot")

    def test_meaning_of_a_stage_with_clients_stays(self):
        with self.assertRaisesRegex(UserError, "phase cannot be changed"):
            self._get_stage("healthy").phase = "reboot"
        self._get_stage("healthy").phase = "healthy"
        empty = self.env["client.relationship.stage"].create({"name": "New", "phase": "healthy"})
        empty.phase = "at_risk"

    def test_reboot_takes_what_the_mover_said(self):
        self._move(self.relationship, "at_risk")
        self.relationship.with_user(self.owner).with_context(
            client_move_values={
                "date_deadline": "2044-05-05",
                "user_id": self.seller.id,
                "state": "renewed",
            }
        ).write({"stage_id": self._get_stage("reboot").id, "stage_reason": "Start afresh"})
        reboot = self.env["client.reboot"].search([("relationship_id", "=", self.relationship.id)])
        self.assertRecordValues(
            reboot,
            [
                {
                    "state": "running",
                    "reason": "Start afresh",
                    "date_deadline": fields.Date.to_date("2044-05-05"),
                    "user_id": self.seller.id,
                }
            ],
        )


@tagged("post_install", "-at_install")
class TestStagePlan(ClientHealthCommon):
    def _get_plan_activities(self, relationships):
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", "client.relationship"),
                ("res_id", "in", relationships.ids),
                ("client_stage_id", "!=", False),
            ]
        )

    def test_entry_schedules_once_for_the_right_people(self):
        lead = self._create_user("lead", "client_health.group_client_user")
        pm = self._create_user("pm", "project.group_project_user")
        team = self.env["crm.team"].create({"name": "Harbour", "user_id": lead.id})
        self.relationship.team_id = team
        self.env["project.project"].create(
            {"name": "Site", "partner_id": self.client_partner.id, "user_id": pm.id}
        )
        self._move(self.relationship, "at_risk", "reboot")
        activities = self._get_plan_activities(self.relationship)
        stage = self._get_stage("reboot")
        self.assertEqual(len(activities), len(stage.plan_id.template_ids))
        by_summary = {activity.summary: activity.user_id for activity in activities}
        expected = {
            "client_owner": self.owner,
            "client_project_manager": pm,
            "client_team_leader": lead,
        }
        for template in stage.plan_id.template_ids:
            self.assertEqual(by_summary[template.summary], expected[template.responsible_type])
        stage._schedule_plan(self.relationship)
        self.assertEqual(self._get_plan_activities(self.relationship), activities)

    def test_leaving_cancels_and_never_marks_done(self):
        self._move(self.relationship, "at_risk")
        opened = self._get_plan_activities(self.relationship)
        done, left_open = opened[0], opened[1:]
        done.action_feedback(feedback="Called: they wait for the new site")
        own = self.relationship.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.owner.id
        )
        self._move(self.relationship, "healthy")
        self.assertFalse(left_open.exists())
        self.assertTrue(own.exists(), "What a person planned stays")
        all_activities = self.env["mail.activity"].with_context(active_test=False)
        kept = all_activities.search(
            [("res_id", "=", self.relationship.id), ("date_done", "!=", False)]
        )
        self.assertEqual(kept, done)

    def test_archived_responsible_falls_back(self):
        pm = self._create_user("gone", "project.group_project_user")
        self.env["project.project"].create(
            {"name": "Site", "partner_id": self.client_partner.id, "user_id": pm.id}
        )
        pm.active = False
        self._move(self.relationship, "at_risk")
        self.assertEqual(self._get_plan_activities(self.relationship).user_id, self.owner)

    def test_fixed_person(self):
        template = self._get_stage("at_risk").plan_id.template_ids[0]
        template.write({"responsible_type": "other", "responsible_id": self.seller.id})
        self._move(self.relationship, "at_risk")
        activity = self._get_plan_activities(self.relationship).filtered(
            lambda activity: activity.summary == template.summary
        )
        self.assertEqual(activity.user_id, self.seller)

    def test_due_dates_are_working_days(self):
        self._move(self.relationship, "at_risk")
        calendar = self.company.resource_calendar_id
        working = {int(line.dayofweek) for line in calendar.attendance_ids}
        for activity in self._get_plan_activities(self.relationship):
            self.assertIn(activity.date_deadline.weekday(), working)

    def test_no_mail_to_assignees(self):
        before = self.env["mail.mail"].search_count([])
        self._move(self._create_clients(5, self.seller), "at_risk", user=self.manager)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_who_is_a_client_already_is_said_at_once(self):
        """Not by the database at the end, with an empty form in place of what was typed."""
        self.relationship.active = False
        form = self.relationship.new({"company_id": self.company.id})
        form.partner_id = self.client_partner
        warning = form._onchange_partner_id()["warning"]
        self.assertIn(self.client_partner.name, warning["title"])
        self.assertIn(self.owner.name, warning["message"])
        self.assertFalse(form.partner_id)
        form.partner_id = self.env["res.partner"].create({"name": "Newcomer"})
        self.assertIsNone(form._onchange_partner_id())

    def test_queries_do_not_grow_with_clients(self):
        counts = []
        for size in (5, 50):
            clients = self._create_clients(size)
            stage = self._get_stage("at_risk")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            clients.write({"stage_id": stage.id, "stage_reason": "Measured"})
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2, f"queries at 5 and 50: {counts}")
