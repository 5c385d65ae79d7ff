# pylint: disable=translation-required
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ...exceptions import MoveQuestion
from .common_offboarding import OffboardingCommon

TYPES = "client_health.mail_activity_type_"


@tagged("post_install", "-at_install")
class TestEnding(OffboardingCommon):
    """Who gives notice says why, when and until when; what was planned ends with the client."""

    def _ask(self, phase="offboard"):
        action = self.env.ref("client_health.client_stage_move_action")
        context = {
            "default_relationship_ids": self.relationship.ids,
            "default_stage_id": self._get_stage(phase).id,
        }
        return Form(
            self.env[action.res_model].with_user(self.manager).with_context(**context),
            view="client_health.client_stage_move_view_form",
        )

    def _try_end(self):
        self.relationship.with_user(self.manager).write(
            {"stage_id": self._get_stage("ended").id, "stage_reason": "Parted as friends"}
        )

    def _plan(self, name, record=None, **values):
        record = record or self.relationship
        values.setdefault("user_id", self.owner.id)
        return record.activity_schedule(f"{TYPES}{name}" if "." not in name else name, **values)

    def test_the_move_asks_why_and_until_when(self):
        reason = self.env["client.offboarding.reason"].create({"name": "Price"})
        form = self._ask()
        today = fields.Date.today()
        self.assertEqual(form.notice_date, today)
        self.assertEqual(form.last_day, today + relativedelta(months=1, day=31))
        form.reason = "They want it for half the price"
        # the web client asks for what a form does not: without a reason it is not saved
        self.assertTrue(form._get_modifier("reason_ids", "required"))
        form.reason_ids.add(reason)
        form.last_day = today - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "“Last Day” is in the past"):
            form.save()
        form.last_day = today + timedelta(days=40)
        form.save().action_move()
        self.assertRecordValues(
            self.relationship.offboarding_ids,
            [
                {
                    "reason_ids": reason.ids,
                    "notice_date": today,
                    "last_day": today + timedelta(days=40),
                    "state": "open",
                }
            ],
        )

    def test_other_moves_ask_nothing_more(self):
        form = self._ask("at_risk")
        self.assertFalse(form.notice_date or form.last_day)
        form.reason = "Two invoices are unpaid"
        form.save().action_move()
        self.assertEqual(self.relationship.phase, "at_risk")

    def test_it_cannot_end_without_reason_and_notice(self):
        offboarding = self._offboard()
        self._complete(offboarding)
        offboarding.write({"reason_ids": False, "notice_date": False})
        with self.assertRaises(MoveQuestion) as caught:
            self._try_end()
        self.assertIn("The notice: Reasons, Notice Given On.", str(caught.exception))
        self.assertEqual(caught.exception.context["action"]["res_model"], "client.offboarding.end")
        self._give_notice(offboarding)
        self._try_end()
        self.assertEqual(self.relationship.phase, "ended")

    def test_notice_ends_what_asks_how_to_go_on(self):
        goes = [self._plan(name) for name in ("fit", "ask_value", "agreement_review", "health")]
        stays = [self._plan(name) for name in ("status_update", "tough_conversation")]
        by_hand = self._plan("mail.mail_activity_data_todo", summary="Send the logo")
        self._offboard()
        self.assertFalse([activity for activity in goes if activity.exists()])
        self.assertTrue(all(activity.exists() for activity in (*stays, by_hand)))
        bodies = " ".join(self.relationship.message_ids.mapped("body"))
        self.assertIn("Cancelled, as the client goes", bodies)
        self.assertIn("Do we still fit?", bodies)

    def test_the_end_ends_all_that_was_planned(self):
        feedback = self.env["client.feedback"].create(
            {"relationship_id": self.relationship.id, "kind": "concern", "text": "Noted."}
        )
        offboarding = self._offboard()
        planned = [
            self._plan("status_update"),
            self._plan("tough_conversation"),
            self._plan("opinion", user_id=self.manager.id),
            self._plan("confirm_answer", feedback),
        ]
        by_hand = self._plan("mail.mail_activity_data_todo", summary="Last invoice")
        other = self._plan("pulse", self.other_relationship)
        draft = self.env["client.update"].create(
            {"relationship_id": self.relationship.id, "kind": "status", "name": "Week 48"}
        )
        self._complete(offboarding)
        self._try_end()
        self.assertFalse([activity for activity in planned if activity.exists()])
        self.assertFalse(draft.active)
        self.assertTrue(by_hand.exists(), "planned by hand: hours and invoices remain")
        self.assertTrue(other.exists(), "of another client")
        self.assertFalse(self.relationship.next_update_date)
        note = self.relationship.message_ids.filtered(lambda one: "Week 48" in str(one.body))
        self.assertEqual(len(note), 1)

    def test_the_plan_of_the_new_stage_stays(self):
        """A firm plans what is to be done with former clients, by whatever type of activity."""
        for phase, name in (("offboard", "fit"), ("ended", "tough_conversation")):
            plan = self.env["mail.activity.plan"].create(
                {"name": "Last steps", "res_model": "client.relationship"}
            )
            self.env["mail.activity.plan.template"].create(
                {
                    "plan_id": plan.id,
                    "activity_type_id": self.env.ref(f"{TYPES}{name}").id,
                    "summary": f"Ours when {phase}",
                    "responsible_type": "client_owner",
                }
            )
            self._get_stage(phase).plan_id = plan
        offboarding = self._offboard()
        self.assertIn("Ours when offboard", self.relationship.activity_ids.mapped("summary"))
        self._complete(offboarding)
        self._try_end()
        self.assertEqual(self.relationship.activity_ids.mapped("summary"), ["Ours when ended"])

    def test_many_end_at_once(self):
        """The number of queries does not depend on how many clients go, or what was planned."""
        counts = []
        for number in (5, 50):
            clients = self._create_clients(number)
            records = self.env["client.feedback"].create(
                [
                    {"relationship_id": client.id, "kind": "concern", "text": "Noted."}
                    for client in clients
                ]
            )
            planned = self.env["mail.activity"].union(
                *(self._plan("confirm_answer", record) for record in records),
                *(self._plan("status_update", client) for client in clients),
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            clients._end_planned("ended")
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertFalse(planned.exists())
        self.assertLessEqual(counts[1], counts[0] + 2, counts)

    def test_nothing_is_planned_anew_at_night(self):
        self.relationship.sudo().write({"value_asked_date": False})
        self._offboard()
        self.assertNotIn(self.relationship, self.env["client.relationship"]._get_to_ask())
        agreement = self.env["client.agreement"].create(
            {"relationship_id": self.relationship.id, "date_review": self.now.date()}
        )
        agreement.sudo().state = "accepted"
        due = agreement.search(agreement._get_review_domain())
        self.assertNotIn(agreement, due)
