# pylint: disable=translation-required
from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.service.model import call_kw
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ...exceptions import MoveQuestion
from ..profitability.common_money import month_ago
from .common_offboarding import OffboardingCommon

POINTS = ("talk", "work", "handover", "money", "thanks")


@tagged("post_install", "-at_install")
class TestOffboarding(OffboardingCommon):
    def _try_end(self, user=None):
        self.relationship.with_user(user or self.manager).write(
            {"stage_id": self._get_stage("ended").id, "stage_reason": "Parted as friends"}
        )

    def _get_open_points(self, offboarding):
        offboarding.invalidate_recordset()
        return list(offboarding._get_open_points())

    def test_moving_opens_one_with_its_list(self):
        login = new_test_user(self.env, "elena_portal", groups="base.group_portal")
        login.partner_id.parent_id = self.client
        self.env["ir.attachment"].create(
            {"name": "plan.txt", "res_model": "project.project", "res_id": self.project.id}
        )
        offboarding = self._offboard()
        self.assertRecordValues(
            offboarding,
            [{"state": "open", "reason": "Test: offboard", "user_id": self.owner.id}],
        )
        lines = offboarding.line_ids
        self.assertEqual(lines.mapped("kind"), ["task", "project", "document", "login", "access"])
        self.assertEqual(lines.project_id, self.project, "and no project of another client")
        self.assertEqual(lines.login_id, login)
        self.assertEqual(lines.filtered("is_done").mapped("kind"), ["task"])
        offboarding.action_look_again()
        self.assertEqual(offboarding.line_ids, lines, "nothing is put on the list twice")
        extra = self._create_project("Newsletter", self.client)
        offboarding.action_look_again()
        self.assertEqual((offboarding.line_ids - lines).mapped("project_id"), extra)

    def test_the_client_shows_its_last_day(self):
        client = self.relationship.with_user(self.owner)
        self.assertFalse(client.offboarding_id)
        offboarding = self._offboard()
        today = fields.Date.today()
        offboarding.write({"notice_date": today, "last_day": today + timedelta(days=30)})
        self.assertRecordValues(
            client,
            [
                {
                    "offboarding_id": offboarding.id,
                    "offboarding_notice_date": today,
                    "offboarding_last_day": today + timedelta(days=30),
                    "offboarding_is_late": False,
                }
            ],
        )
        offboarding.write(dict.fromkeys(("notice_date", "last_day"), today - timedelta(days=3)))
        self.assertTrue(client.offboarding_is_late)

    def test_the_conversation_is_planned_first(self):
        offboarding = self._offboard().with_user(self.owner)
        action = offboarding.action_plan_talk()
        form = Form(
            self.env["calendar.event"].with_user(self.owner).with_context(**action["context"])
        )
        event = form.save()
        self.assertIn(self.client, event.partner_ids)
        self.assertEqual(event.client_relationship_id, self.relationship)
        offboarding.event_id = event

    def test_every_point_follows_its_records(self):
        offboarding = self._offboard()
        self.assertEqual(self._get_open_points(offboarding), ["talk", "handover", "thanks"])
        task = self.env["project.task"].create({"name": "Logo", "project_id": self.project.id})
        order = self._create_order(self.client, 500)
        self.assertEqual(self._get_open_points(offboarding), list(POINTS))
        self.assertEqual(offboarding.progress, 0)
        self.assertEqual(offboarding.unbilled["orders"], order.ids)
        self.assertEqual(offboarding.unbilled_amount, 500)
        planned = self._meet(hours=5)
        offboarding.event_id = planned
        self.assertIn("talk", self._get_open_points(offboarding), "a planned talk was not held")
        planned.write(
            {"start": self.now - timedelta(hours=3), "stop": self.now - timedelta(hours=2)}
        )
        self.assertNotIn("talk", self._get_open_points(offboarding))
        task.state = "1_done"
        self.assertNotIn("work", self._get_open_points(offboarding))
        self.assertEqual(offboarding.line_ids[0].is_done, True)
        invoice = self._create_final_invoice(order)
        self.assertEqual(self._get_open_points(offboarding), ["handover", "money", "thanks"])
        self.assertEqual(offboarding.draft_invoice_count, 1, "A draft is not sent yet")
        invoice.action_post()
        self.assertEqual(self._get_open_points(offboarding), ["handover", "thanks"])
        self.project.active = False
        offboarding.line_ids.filtered(lambda line: line.kind == "access").action_done()
        self.assertEqual(self._get_open_points(offboarding), ["thanks"])
        self._thank(offboarding)
        self.assertEqual(self._get_open_points(offboarding), [])
        self.assertEqual(offboarding.progress, 100)

    def test_hours_that_nobody_invoiced(self):
        offboarding = self._offboard()
        product = self.env["product.product"].create(
            {
                "name": "Hours",
                "type": "service",
                "invoice_policy": "delivery",
                "service_type": "timesheet",
                "uom_id": self.env.ref("uom.product_uom_hour").id,
                "taxes_id": False,
            }
        )
        order = self._create_order(self.client, 100, product_id=product.id, product_uom_qty=10)
        self.assertTrue(offboarding.is_billed, "Nothing was done on it yet")
        self._spend(self.project, 2.5, self.now.date(), so_line=order.order_line.id)
        self.assertIn("money", self._get_open_points(offboarding))
        self.assertEqual(offboarding.unbilled_hours, 2.5)
        self.assertEqual(offboarding.unbilled_amount, 250)
        self._create_final_invoice(order).action_post()
        self.assertNotIn("money", self._get_open_points(offboarding))

    def test_feedback_stands_for_the_talk_as_well(self):
        offboarding = self._offboard()
        offboarding.feedback_id = self.env["client.feedback"].create(
            {"relationship_id": self.relationship.id, "kind": "concern", "text": "Noted."}
        )
        self.assertTrue(offboarding.is_discussed)

    def test_end_is_refused_and_the_place_opens(self):
        offboarding = self._offboard()
        self.env["project.task"].create({"name": "Logo", "project_id": self.project.id})
        with self.assertRaises(MoveQuestion) as caught:
            self._try_end()
        message = str(caught.exception)
        for words in ("1 tasks are not done", "The farewell", "The conversation", "3 of 3 lines"):
            self.assertIn(words, message)
        action = caught.exception.context["action"]
        self.assertEqual(action["res_model"], "client.offboarding.end")
        end = Form(
            self.env["client.offboarding.end"]
            .with_user(self.manager)
            .with_context(**action["context"])
        )
        end.reason = "Parted as friends"
        self.assertEqual(end.notice_date, offboarding.date_start)
        end.reason_ids.add(self.env["client.offboarding.reason"].create({"name": "Price"}))
        end = end.save()
        self.assertEqual(end.line_ids.mapped("point"), ["talk", "work", "handover", "thanks"])
        places = {line.point: line.action_open_point()["res_model"] for line in end.line_ids}
        self.assertEqual(places["work"], "project.task")
        self.assertEqual(places["thanks"], "client.update")
        self.assertEqual(places["talk"], "client.offboarding")
        with self.assertRaisesRegex(UserError, "a reason for each waiver"):
            end.action_end()
        self.assertEqual(self.relationship.phase, "offboard")
        end.line_ids.reason = "They take it over themselves"
        end.action_end()
        self.assertEqual(self.relationship.phase, "ended")
        self.assertRecordValues(
            offboarding,
            [{"state": "ended", "outcome": "Parted as friends", "date_end": self.now.date()}],
        )
        self.assertEqual(set(offboarding.waiver_ids.mapped("point")), set(POINTS) - {"money"})
        self.assertEqual(offboarding.waiver_ids.user_id, self.manager)
        self.assertEqual(
            offboarding.closing["work"],
            [False, "Open work: 1 tasks are not done.", "They take it over themselves"],
        )

    def test_complete_it_ends_with_one_reason(self):
        offboarding = self._offboard()
        self._complete(offboarding)
        self._try_end()
        self.assertEqual(offboarding.state, "ended")
        self.assertFalse(offboarding.waiver_ids)
        self.env["project.task"].create({"name": "Late", "project_id": self.project.id})
        offboarding.invalidate_recordset()
        self.assertEqual(offboarding.progress, 100, "What was true at the end stays as it was")

    def test_one_excuse_is_not_enough_for_two_points(self):
        offboarding = self._offboard()
        offboarding.with_user(self.manager)._waive({"talk": "On the phone", "thanks": " "})
        self.assertEqual(self._get_open_points(offboarding), ["handover", "thanks"])
        with self.assertRaises(MoveQuestion):
            self._try_end()

    def test_only_a_manager_excuses_and_ends(self):
        offboarding = self._offboard()
        with self.assertRaisesRegex(UserError, "Only a manager"):
            offboarding.with_user(self.owner)._waive({"talk": "x"})
        with self.assertRaises(AccessError):
            self.env["client.offboarding.end"].with_user(self.owner).create(
                {"offboarding_id": offboarding.id, "reason": "Too dear"}
            )
        self._complete(offboarding)
        with self.assertRaisesRegex(UserError, "Only a manager"):
            self._try_end(self.owner)

    def test_back_to_a_reboot_withdraws_it(self):
        offboarding = self._offboard()
        self._move(self.relationship, "reboot", user=self.manager)
        self.assertRecordValues(offboarding, [{"state": "withdrawn", "outcome": "Test: reboot"}])
        again = self._offboard()
        self.assertNotEqual(again, offboarding)
        self.assertEqual(
            self.relationship.with_user(self.manager).action_view_offboarding()["res_id"], again.id
        )

    def test_ended_is_left_alone_at_night_and_comes_back(self):
        run = self.env["client.health.run"].with_company(self.company)
        run._run_night({self.company: self.relationship.ids}, self.now.date())
        self.relationship.invalidate_recordset()
        offboarding = self._offboard()
        self._complete(offboarding)
        self._try_end()
        before = self.relationship.read(["health_score", "health_band", "health_coverage"])
        tomorrow = self.now.date() + timedelta(days=1)
        left = run._get_unscored(self.company, tomorrow, None)[self.company]
        self.assertNotIn(self.relationship.id, left)
        self.assertIn(self.other_relationship.id, left)
        run._run_night({self.company: left}, tomorrow)
        self.relationship.invalidate_recordset()
        self.assertEqual(
            self.relationship.read(["health_score", "health_band", "health_coverage"]), before
        )
        self._move(self.relationship, "at_risk", user=self.manager)
        self.assertIn(
            self.relationship.id, run._get_unscored(self.company, tomorrow, None)[self.company]
        )
        self.assertEqual(offboarding.state, "ended", "The history stays")

    def test_a_client_that_returns_makes_an_activity_and_no_move(self):
        self._complete(self._offboard())
        self._try_end()
        self.relationship._remind_returned()
        self.relationship._remind_returned()
        returned = self.env.ref("client_health.mail_activity_type_client_returned")
        activities = self.relationship.activity_ids.filtered(
            lambda activity: activity.activity_type_id == returned
        )
        self.assertEqual(len(activities), 1)
        self.assertEqual(self.relationship.phase, "ended")

    def test_many_at_once(self):
        clients = self._create_clients(3)
        clients.write({"user_id": self.owner.id})
        self._move(clients, "offboard", user=self.manager)
        with self.assertRaises(MoveQuestion) as caught:
            clients.with_user(self.manager).write(
                {"stage_id": self._get_stage("ended").id, "stage_reason": "Too dear"}
            )
        self.assertIn("Client 1: The farewell", str(caught.exception))
        self.assertEqual(len(caught.exception.context["action"]["domain"][0][2]), 3)
        self.assertEqual(set(clients.mapped("phase")), {"offboard"})

    def test_queries_do_not_grow_with_the_clients(self):
        counts = []
        for number in (5, 50):
            clients = self._create_clients(number)
            self.env["project.project"].create(
                [
                    {"name": "Site", "partner_id": rel.partner_id.id, "company_id": self.company.id}
                    for rel in clients
                ]
            )
            self._move(clients, "at_risk")
            self.env.flush_all()
            self.env.invalidate_all()
            clients.mapped("display_name")
            before = self.cr.sql_log_count
            self._move(clients, "offboard")
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
            offboardings = clients.offboarding_ids.browse(clients.offboarding_ids.ids)
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            offboardings.mapped("progress")
            counts.append(self.cr.sql_log_count - before)
        few_move, few_read, many_move, many_read = counts
        self.assertLessEqual(many_read, few_read)
        self.assertLess(many_move - few_move, 45, "less than one query per client more")


@tagged("post_install", "-at_install")
class TestOffboardingBadInput(OffboardingCommon):
    def test_dates(self):
        offboarding = self._offboard()
        today = self.now.date()
        for values in (
            {"notice_date": today, "last_day": today - timedelta(days=1)},
            {"notice_date": month_ago(40)},
            {"last_day": month_ago(40)},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                offboarding.with_user(self.owner).write(values)
        offboarding.write({"notice_date": month_ago(2), "last_day": month_ago(1)})
        self.assertTrue(offboarding.is_late)
        late = self.env["client.offboarding"].search([("is_late", "=", True)])
        self.assertIn(offboarding, late)
        self.assertNotIn(
            offboarding, self.env["client.offboarding"].search([("is_late", "=", False)])
        )

    def test_meeting_of_somebody_else(self):
        offboarding = self._offboard()
        with self.assertRaisesRegex(ValidationError, "none of their contacts"):
            offboarding.event_id = self._meet(guests=self.other_client)

    def test_feedback_and_farewell_of_another_client(self):
        offboarding = self._offboard()
        feedback = self.env["client.feedback"].create(
            {"relationship_id": self.other_relationship.id, "kind": "praise", "text": "Fine"}
        )
        with self.assertRaises(ValidationError):
            offboarding.feedback_id = feedback
        with self.assertRaises(ValidationError):
            self.env["client.update"].create(
                {
                    "relationship_id": self.other_relationship.id,
                    "offboarding_id": offboarding.id,
                    "kind": "farewell",
                    "name": "x",
                }
            )

    def test_referral_to_itself(self):
        with self.assertRaises(ValidationError):
            self._offboard().referral_partner_id = self.elena

    def test_archived_owner(self):
        self.owner.active = False
        self.assertEqual(self._offboard().user_id, self.manager)

    def test_reason_in_use_is_kept(self):
        reason = self.env["client.offboarding.reason"].create({"name": "Too loud"})
        spare = self.env["client.offboarding.reason"].create({"name": "Too quiet"})
        self._offboard().reason_ids = reason
        with self.assertRaisesRegex(UserError, "Too loud"):
            (reason + spare).with_user(self.manager).unlink()
        spare.with_user(self.manager).unlink()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute("DELETE FROM client_offboarding_reason WHERE id = %s", (reason.id,))

    def test_two_managers_end_it_at_once(self):
        offboarding = self._offboard()
        self._give_notice(offboarding)
        ends = [
            self.env["client.offboarding.end"]
            .with_user(self.manager)
            .create({"offboarding_id": offboarding.id, "reason": f"Manager {number}"})
            for number in (1, 2)
        ]
        for end in ends:
            end.line_ids.reason = "Not needed"
        ends[0].action_end()
        with self.assertRaisesRegex(UserError, "already closed"):
            ends[1].action_end()
        self.assertEqual(offboarding.outcome, "Manager 1")
        self.assertEqual(len(offboarding.waiver_ids), 3, "nothing is said twice")

    def test_project_and_login_that_are_deleted(self):
        offboarding = self._offboard()
        lines = offboarding.line_ids.filtered("project_id")
        lines.sudo().project_id = False
        self.assertTrue(all(line.is_done for line in lines), "what is gone needs no handover")

    def test_by_hand_only_what_leaves_no_trace(self):
        offboarding = self._offboard()
        project_line = offboarding.line_ids.filtered(lambda line: line.kind == "project")
        with self.assertRaisesRegex(UserError, "when its record is closed"):
            project_line.with_user(self.owner).action_done()
        for attempt in (lambda line: line.write({"kind": "other"}), lambda line: line.unlink()):
            with self.assertRaisesRegex(UserError, "when its record is closed"):
                attempt(project_line.with_user(self.manager))
        access = offboarding.line_ids.filtered(lambda line: line.kind == "access")
        access.with_user(self.owner).action_done()
        self.assertRecordValues(
            access, [{"done_by_id": self.owner.id, "done_date": self.now.date(), "is_done": True}]
        )
        access.with_user(self.owner).action_undo()
        self.assertFalse(access.is_done)
        access.with_user(self.owner).unlink()
        self.assertFalse(access.exists(), "what we do not have needs no line")

    def test_it_survives_a_merge_of_clients(self):
        offboarding = self._offboard()
        self._move(self.other_relationship, "offboard")
        other = self.other_relationship.offboarding_ids
        self._thank(offboarding)
        lines = offboarding.line_ids
        self.env["base.partner.merge.automatic.wizard"].create({"state": "selection"})._merge(
            (self.client + self.other_client).ids, self.other_client
        )
        self.env.invalidate_all()
        kept = self.env["client.relationship"].search([("partner_id", "=", self.other_client.id)])
        self.assertEqual(kept.offboarding_ids, offboarding + other)
        self.assertEqual(lines.relationship_id, kept)
        self.assertEqual(offboarding.update_ids.relationship_id, kept)
        states = sorted(kept.offboarding_ids.mapped("state"))
        self.assertEqual(states, ["open", "withdrawn"], "one of the two stays open")
        self.assertEqual(len(kept.decision_ids), 2)


@tagged("post_install", "-at_install")
class TestOffboardingAccess(OffboardingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.offboarding = cls._offboard()

    def test_evidence_is_refused_to_everybody(self):
        offboarding = self.offboarding
        for values in (
            {"state": "ended"},
            {"closing": {"talk": [True, "", ""]}},
            {"outcome": "x"},
            {"reason": "Too dear"},
            {"date_end": "2026-01-01"},
            {"waiver_ids": [Command.create({"point": "talk", "reason": "Too dear"})]},
            {"relationship_id": self.other_relationship.id},
            {"decision_id": False},
        ):
            for user in (self.owner, self.manager):
                with self.subTest(values=values, user=user.login), self.assertRaises(AccessError):
                    call_kw(
                        self.env["client.offboarding"].with_user(user),
                        "write",
                        [offboarding.ids, values],
                        {},
                    )
        values = {"relationship_id": self.relationship.id, "reason": "Too dear"}
        with self.assertRaises(AccessError):
            self.env["client.offboarding"].with_user(self.manager).create(values)
        with self.assertRaises(AccessError):
            self.env["client.offboarding.waiver"].with_user(self.manager).create(
                {
                    "offboarding_id": offboarding.id,
                    "point": "talk",
                    "reason": "Too dear",
                    "user_id": self.owner.id,
                }
            )
        line = offboarding.line_ids[:1].with_user(self.manager)
        with self.assertRaises(AccessError):
            line.done_date = "2026-01-01"
        with self.assertRaises(AccessError):
            line.create({"offboarding_id": offboarding.id, "name": "x", "done_date": "2026-01-01"})
        outcome = line.load(["offboarding_id/.id", "name", "done_date"],
                            [[offboarding.id, "x", "2026-01-01"]])  # fmt: skip
        self.assertFalse(outcome["ids"])
        for user in (self.owner, self.manager):
            with self.assertRaisesRegex(UserError, "cannot be deleted"):
                offboarding.with_user(user).unlink()

    def test_roles(self):
        for user, reads, writes in (
            (self.owner, True, True),
            (self.seller, True, True),
            (self.manager, True, True),
            (self.colleague, False, False),
        ):
            own = self.offboarding.with_user(user)
            with self.subTest(user=user.login):
                self.assertEqual(own.has_access("read"), reads)
                self.assertEqual(own.has_access("write"), writes)
                self.assertEqual(bool(own.search([("id", "=", own.id)])), reads)
                self.assertEqual(own.line_ids.has_access("read") if reads else False, reads)
        self.relationship.message_subscribe(self.colleague.partner_id.ids)
        own = self.offboarding.with_user(self.colleague)
        self.assertTrue(own.has_access("read"))
        self.assertFalse(own.has_access("write"))
        portal = new_test_user(self.env, "offboarding_portal", groups="base.group_portal")
        portal.partner_id.parent_id = self.client
        for model in (
            "client.offboarding", "client.handover", "client.offboarding.waiver",
            "client.offboarding.reason", "client.decision",
        ):  # fmt: skip
            with self.assertRaises(AccessError):
                self.env[model].with_user(portal).search([])

    def test_other_companies(self):
        swiss = self._create_company("Northlight Alps", "CHF")
        abroad = self.env["client.relationship"].create(
            {"partner_id": self.client.id, "company_id": swiss.id, "user_id": False}
        )
        self._move(abroad, "offboard")
        offboarding = abroad.offboarding_ids
        self.assertFalse(offboarding.line_ids.project_id, "the project is the other company's")
        with self.assertRaises(AccessError):
            offboarding.with_user(self.manager).read(["state"])
        self.assertNotIn(
            offboarding, self.env["client.offboarding"].with_user(self.manager).search([])
        )

    def test_nobody_from_outside_is_told(self):
        with self.assertRaisesRegex(UserError, "internal"):
            self.offboarding.message_subscribe(self.elena.ids)
        with self.assertRaisesRegex(UserError, "internal"):
            self.offboarding.message_post(body="x", partner_ids=self.elena.ids)

    def test_farewell_is_warm_and_tells_nothing_internal(self):
        offboarding = self.offboarding
        offboarding.write(
            {
                "last_day": fields.Date.today() + timedelta(days=20),
                "referral_partner_id": self.vendor.id,
                "work_again": "open",
                "lessons": "Never again",
            }
        )
        result = self.env["client.accomplishment"].create(
            {
                "relationship_id": self.relationship.id,
                "name": "More bookings",
                "is_shared": True,
            }
        )
        result._answer(self.elena, "portal", "yes", words="Yes")
        self.env["client.accomplishment"].create(
            {"relationship_id": self.relationship.id, "name": "Only our claim", "is_shared": True}
        )
        action = offboarding.with_user(self.owner).action_write_farewell()
        update = self.env["client.update"].browse(action["res_id"])
        self.assertRecordValues(
            update,
            [{"kind": "farewell", "state": "draft", "recipient_ids": self.elena.ids}],
        )
        for words in ("thank", "More bookings", self.vendor.name, "Elena Marsh", "need us again"):
            self.assertIn(words.lower(), update.body.lower())
        for words in ("Only our claim", "Never again", "Test: offboard"):
            self.assertNotIn(words, update.body)
        self.assertEqual(offboarding.action_write_farewell()["res_id"], update.id, "one draft")
        with self.assertRaisesRegex(UserError, "what you will remember"):
            update.with_user(self.owner).action_send()
        update.body = "<p>Thank you, Elena.</p>"
        update.with_user(self.owner).action_send()
        offboarding.invalidate_recordset()
        self.assertTrue(offboarding.is_thanked)
        with self.assertRaises(UserError):
            update.with_user(self.manager).offboarding_id = False

    def test_no_figure_of_money_without_the_group(self):
        self._create_order(self.client, 500)
        for user in (self.owner, self.seller):
            own = self.offboarding.with_user(user)
            self.assertEqual(own.unbilled_order_count, 1)
            for name in ("unbilled_amount", "decision_id"):
                with self.subTest(user=user.login, name=name), self.assertRaises(AccessError):
                    own.read([name])
            with self.assertRaises(AccessError):
                own.search([("decision_id", "!=", False)])
