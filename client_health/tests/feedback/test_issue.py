from base64 import b64encode

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ...engine.feedback import repair
from ..health.common_voice import VoiceCommon

PROOF = b64encode(b"Mail of Elena: it is right again")


class IssueCommon(VoiceCommon):
    @classmethod
    def _open_issue(cls, user=None, **vals):
        return (
            cls.env["client.issue"]
            .with_user(user or cls.env.user)
            .create({"relationship_id": cls.relationship.id, "name": "Stock is wrong", **vals})
        )

    def _apologise(self, issue, **vals):
        update = self.env["client.update"].create(
            {
                "relationship_id": issue.relationship_id.id,
                "issue_id": issue.id,
                "kind": "apology",
                "name": "We are sorry",
                "body": "<p>We are sorry.</p>",
                "recipient_ids": self.elena.ids,
                **vals,
            }
        )
        update.action_send()
        return update

    def _fix(self, issue):
        hypothesis = self.env["client.hypothesis"].create(
            {
                "issue_id": issue.id,
                "name": "we check the files",
                "effect": "the stock is right",
                "project_id": self.project.id,
                "user_id": self.owner.id,
                "date_deadline": fields.Date.today(),
            }
        )
        hypothesis.action_create_task()
        hypothesis.task_id.state = "1_done"
        hypothesis.action_confirm()
        return hypothesis


@tagged("post_install", "-at_install")
class TestRepair(IssueCommon):
    """Every step is what the records show, and nothing else."""

    def _assert_steps(self, issue, *steps):
        issue.invalidate_recordset()
        done = {step for step in repair.STEPS if issue[f"is_{step}"]}
        self.assertEqual(done, set(steps))

    def test_step_by_step(self):
        issue = self._open_issue(user=self.owner)
        self._assert_steps(issue, "answered")
        issue.root_cause = "Nobody checks the files"
        self._assert_steps(issue, "answered")
        issue.side = "ours"
        self._assert_steps(issue, "answered", "recognised")
        self._apologise(issue)
        self._assert_steps(issue, "answered", "recognised", "apologised")
        self._apologise(issue, acknowledgement="We changed it without telling you")
        self._assert_steps(issue, "answered", "recognised", "apologised", "acknowledged")
        self._fix(issue)
        done = ("recognised", "apologised", "acknowledged", "fixed")
        self._assert_steps(issue, "answered", *done)
        self._say(self.elena)
        self._assert_steps(issue, *done)
        self._say(self.owner.partner_id, days=0.5)
        self._assert_steps(issue, "answered", *done)
        issue._confirm_with_proof(self.elena, "It is right", self._ago(0), PROOF, "mail.eml")
        self._assert_steps(issue, *repair.STEPS)
        self.assertEqual(issue.progress, 100)
        issue.action_close()
        self.assertEqual(issue.state, "closed")
        self.assertTrue(issue.closed_date)

    def test_a_draft_is_no_apology(self):
        issue = self._open_issue()
        issue.action_write_apology()
        self.assertEqual(issue.update_ids.kind, "apology")
        self.assertFalse(issue.is_apologised)

    def test_blank_is_no_cause(self):
        issue = self._open_issue(side="ours", root_cause=" \n ")
        self.assertFalse(issue.is_recognised)

    def test_a_task_that_is_opened_again_opens_the_cause(self):
        issue = self._open_issue()
        hypothesis = self._fix(issue)
        self.assertTrue(issue.is_fixed)
        hypothesis.task_id.state = "01_in_progress"
        self._assert_steps(issue, "answered")

    def test_cancelled_task_fixes_nothing(self):
        issue = self._open_issue()
        hypothesis = self._fix(issue)
        hypothesis.task_id.state = "1_canceled"
        self._assert_steps(issue, "answered")

    def test_their_fault_needs_no_acknowledgement(self):
        self.assertNotIn("acknowledged", repair.get_needed("theirs"))
        for side in ("ours", "shared", False):
            self.assertIn("acknowledged", repair.get_needed(side))

    def test_refusal_names_what_is_missing(self):
        issue = self._open_issue(root_cause="Files", side="ours")
        with self.assertRaises(UserError) as refused:
            issue.with_user(self.owner).action_close()
        message = str(refused.exception)
        for word in ("Stock is wrong", "Apologised", "Cause fixed", "Acknowledged", "Confirmed"):
            self.assertIn(word, message)
        self.assertNotIn("Recognised", message)
        self.assertNotIn("Answered", message)
        self.assertEqual(issue.state, "open")

    def test_not_closed_while_its_cause_is_open(self):
        issue = self._open_issue(root_cause="Files", side="theirs")
        self._apologise(issue)
        issue._confirm_with_proof(self.elena, "Fine", self._ago(0), PROOF, "mail.eml")
        with self.assertRaisesRegex(UserError, "Cause fixed"):
            issue.action_close()
        self._fix(issue)
        issue.invalidate_recordset()
        issue.action_close()
        self.assertEqual(issue.state, "closed")

    def test_no_way_around(self):
        issue = self._open_issue()
        manager = issue.with_user(self.manager)
        for vals in (
            {"state": "closed"},
            {"closed_date": self._ago(0)},
            {"confirmed_date": self._ago(0)},
            {"confirmed_by_id": self.elena.id},
            {"confirmed_by_client": True},
            {"confirmed_note": "All well"},
            {"confirmed_proof": PROOF},
        ):
            with self.subTest(vals=vals):
                with self.assertRaises(AccessError):
                    manager.write(vals)
                with self.assertRaises(AccessError):
                    self._open_issue(user=self.manager, **vals)
                (fname, value), *_ = vals.items()
                loaded = manager.load(
                    ["relationship_id/.id", "name", fname],
                    [[str(self.relationship.id), "X", str(value)]],
                )
                self.assertFalse(loaded["ids"])
        with self.assertRaises(AccessError):
            manager.with_context(default_state="closed").create(
                {"relationship_id": self.relationship.id, "name": "Y"}
            )

    def test_time_to_apologise(self):
        issue = self._open_issue(date=fields.Date.subtract(self.now.date(), days=2))
        self._log(issue_id=issue.id, date=self._ago(6))
        issue.invalidate_recordset()
        self.assertFalse(issue.apology_date)
        self.assertEqual(issue.apology_days, 6, "Still counting")
        update = self._apologise(issue)
        update.sent_date = self._ago(2)
        self.assertEqual(issue.apology_days, 4)

    def test_giving_up_takes_a_manager_and_a_reason(self):
        issue = self._open_issue()
        with self.assertRaisesRegex(UserError, "Only a manager"):
            issue.with_user(self.owner)._give_up("No use")
        with self.assertRaisesRegex(UserError, "reason|why"):
            issue.with_user(self.manager)._give_up("  ")
        action = issue.with_user(self.manager).action_give_up()
        wizard = self.env[action["res_model"]].with_user(self.manager)
        wizard.with_context(**action["context"]).create(
            {"reason": "A misunderstanding"}
        ).action_save()
        self.assertEqual((issue.state, issue.closing_note), ("dropped", "A misunderstanding"))
        issue.with_user(self.owner).action_reopen()
        self.assertEqual(
            (issue.state, issue.closing_note, issue.closed_date), ("open", False, False)
        )

    def test_as_many_queries_for_fifty_as_for_five(self):
        groups = []
        for count in (5, 50):
            clients = self._create_clients(count)
            groups.append(
                self.env["client.issue"].create(
                    [{"relationship_id": client.id, "name": "X"} for client in clients]
                )
            )
        names = ["progress", "is_answered", "is_fixed", "apology_days", "state"]
        counts = []
        for issues in (*groups, *groups):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            issues.with_user(self.seller).read(names)
            counts.append(self.cr.sql_log_count - start)
        self.assertEqual(counts[2], counts[3])


@tagged("post_install", "-at_install")
class TestConfirmation(IssueCommon):
    def test_nothing_without_proof(self):
        issue = self._open_issue().with_user(self.owner)
        with self.assertRaisesRegex(UserError, "attach the proof"):
            issue._confirm_with_proof(self.elena, "Fine", self._ago(0), False, False)
        with self.assertRaisesRegex(UserError, "future"):
            issue._confirm_with_proof(self.elena, "Fine", self._ago(-1), PROOF, "m.eml")
        with self.assertRaisesRegex(UserError, "cannot confirm for Blue Harbour"):
            issue._confirm_with_proof(self.stranger, "Fine", self._ago(0), PROOF, "m.eml")
        with self.assertRaisesRegex(UserError, "cannot confirm for Blue Harbour"):
            issue._confirm_with_proof(self.owner.partner_id, "Fine", self._ago(0), PROOF, "m.eml")
        self.assertFalse(issue.confirmed_date)

    def test_not_by_who_only_reads(self):
        issue = self._open_issue()
        self.relationship.message_subscribe(self.colleague.partner_id.ids)
        with self.assertRaises(AccessError):
            issue.with_user(self.colleague)._confirm_with_proof(
                self.elena, "Fine", self._ago(0), PROOF, "m.eml"
            )

    def test_wizard_keeps_the_proof_with_the_issue(self):
        issue = self._open_issue()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_issue_confirm_action"
        )
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.owner)
            .create(
                {
                    "issue_id": issue.id,
                    "partner_id": self.elena.id,
                    "note": "It is right again",
                    "proof": PROOF,
                    "proof_name": "mail.eml",
                }
            )
        )
        wizard.action_save()
        issue.invalidate_recordset()
        self.assertRecordValues(
            issue,
            [
                {
                    "confirmed_by_id": self.elena.id,
                    "confirmed_note": "It is right again",
                    "confirmed_by_client": False,
                    "confirmed_proof_name": "mail.eml",
                    "confirmed_user_id": self.owner.id,
                }
            ],
        )
        self.assertEqual(issue.with_context(bin_size=False).confirmed_proof, PROOF)
        self.assertFalse(
            self.env["ir.attachment"].search_count(
                [("res_model", "=", issue._name), ("res_field", "=", "confirmed_proof")]
            ),
            "In the record itself: an attachment could be replaced",
        )
        with self.assertRaisesRegex(UserError, "already"):
            issue._confirm_with_proof(self.otis, "Me too", self._ago(0), PROOF, "m.eml")


@tagged("post_install", "-at_install")
class TestCircle(IssueCommon):
    """A repair ends where it began: at the complaints, and with those who heard the apology."""

    def _complain(self, issue):
        return (
            self._log(issue_id=issue.id, date=self._ago(9), contact_id=self.otis.id)
            | self._log("concern", issue_id=issue.id, date=self._ago(4))
            | self._log("praise", issue_id=issue.id, date=self._ago(3))
        )

    def test_complaints_count_until_they_are_answered(self):
        issue = self._open_issue()
        self.assertTrue(issue.is_answered)
        lines = self._complain(issue)
        self.assertFalse(issue.is_answered)
        lines[:2]._set_answered("We look into it")
        self.assertTrue(issue.is_answered)

    def test_proof_resolves_the_complaints(self):
        issue = self._open_issue(root_cause="Files", side="theirs")
        lines = self._complain(issue)
        lines[0]._set_answered("We look into it", self._ago(5), self.colleague)
        other = self._log(date=self._ago(4))
        late = self._log(issue_id=issue.id, date=self._ago(1))
        issue.with_user(self.owner)._confirm_with_proof(
            self.elena, "Fine", self._ago(2), PROOF, "m.eml"
        )
        states = ["resolved", "resolved", "noted", "open", "open"]
        self.assertEqual((lines | other | late).mapped("state"), states)
        self.assertEqual(lines[0].answered_by_id, self.colleague, "The first answer stays")
        self.assertEqual(lines[0].answered_date, self._ago(5))
        self.assertEqual(lines[:2].resolved_by_id, self.owner)
        self.assertEqual(lines[1].answered_date, self._ago(2))
        self.assertIn("Elena Marsh confirmed", lines[1].resolution)
        self.assertFalse(issue.is_answered, "One came after the confirmation")
        late._set_answered("That is another matter")
        self.assertTrue(issue.is_answered)

    def test_client_resolves_its_complaints(self):
        issue = self._open_issue()
        lines = self._complain(issue)
        self._apologise(issue)
        question = self.env["client.update"].browse(issue.action_ask_confirmation()["res_id"])
        question.body = "<p>Is it right?</p>"
        question.with_user(self.owner).action_send()
        question.with_user(self.env.ref("base.user_root"))._answer_by_client(
            self.elena, False, "Still wrong"
        )
        self.assertEqual(len(issue.feedback_ids), 4)
        self.assertIn("open", lines.mapped("state"), "A “not yet” resolves nothing")
        question.with_user(self.env.ref("base.user_root"))._answer_by_client(self.elena, True, "")
        self.assertEqual(set(issue.feedback_ids.mapped("state")), {"resolved", "noted"})
        self.assertEqual(lines[:2].answered_by_id, self.owner, "Who asked")
        self.assertEqual(self.relationship.client_feedback_open_count, 0)
        self.assertTrue(issue.is_answered)

    def test_asks_who_got_the_apology(self):
        issue = self._open_issue()
        self._complain(issue)
        self.assertEqual(issue._prepare_update("apology")["recipient_ids"], self.otis.ids)
        self.assertEqual(issue._prepare_update("repair")["recipient_ids"], self.otis.ids)
        issue.action_write_apology()
        self._apologise(issue)
        self.assertEqual(issue._prepare_update("repair")["recipient_ids"], self.elena.ids)
        self.assertEqual(issue._prepare_update("apology")["recipient_ids"], self.otis.ids)
        self.elena.active = False
        self.assertEqual(
            issue._prepare_update("repair")["recipient_ids"], self.otis.ids, "She has left"
        )


@tagged("post_install", "-at_install")
class TestGrouping(IssueCommon):
    def test_several_complaints_one_issue(self):
        lines = (
            self._log(text="No call", date=self._ago(4), project_id=self.project.id)
            | self._log(text="The flyers were wrong", date=self._ago(9))
            | self._log("concern", text="Is anybody there?", date=self._ago(2))
        )
        action = lines.with_user(self.owner).action_group_in_issue()
        issue = self.env["client.issue"].browse(action["res_id"])
        self.assertEqual(issue.feedback_ids, lines.sorted())
        self.assertEqual(issue.name, "The flyers were wrong")
        self.assertEqual(issue.date, self._ago(9).date())
        self.assertEqual(issue.project_id, self.project)
        self.assertEqual(issue.user_id, self.relationship.user_id)
        more = self._log(text="Again")
        (lines | more).action_group_in_issue()
        self.assertEqual(more.issue_id, issue)

    def test_not_of_two_clients_or_two_issues(self):
        other = self._create_relationship(self.stranger)
        mixed = self._log() | self._log(relationship_id=other.id)
        with self.assertRaisesRegex(UserError, "one client only"):
            mixed.action_group_in_issue()
        both = self._log() | self._log()
        for line in both:
            line.action_group_in_issue()
        with self.assertRaisesRegex(UserError, "several issues"):
            both.action_group_in_issue()

    def test_foreign_project(self):
        with self.assertRaisesRegex(ValidationError, "belongs to Other Client"):
            self._open_issue(project_id=self.other_project.id)


@tagged("post_install", "-at_install")
class TestHypothesis(IssueCommon):
    def _guess(self, issue=None, user=None, **vals):
        return (
            self.env["client.hypothesis"]
            .with_user(user or self.env.user)
            .create(
                {
                    "issue_id": (issue or self._open_issue()).id,
                    "name": "we check the files",
                    "effect": "the stock is right",
                    **vals,
                }
            )
        )

    def test_becomes_a_task(self):
        self.owner.group_ids += self.env.ref("project.group_project_user")
        hypothesis = self._guess(
            user=self.owner,
            project_id=self.project.id,
            user_id=self.owner.id,
            contact_id=self.elena.id,
            date_deadline="2030-05-01",
        )
        action = hypothesis.action_create_task()
        task = hypothesis.task_id
        self.assertEqual(action["res_id"], task.id)
        self.assertEqual(task.project_id, self.project)
        self.assertEqual(task.user_ids, self.owner)
        self.assertEqual(fields.Date.to_string(task.date_deadline.date()), "2030-05-01")
        self.assertIn("Elena Marsh", task.description)
        self.assertNotIn("Stock is wrong", f"{task.name} {task.description}", "The client sees it")
        hypothesis.action_create_task()
        self.assertEqual(hypothesis.task_id, task, "Once only")
        self.assertEqual(task.requested_by, "client", "A repair is no idea of ours")
        self.assertFalse(task.request_to_clear)

    def test_a_bottleneck_that_nobody_felt_stays_unclear(self):
        issue = self._open_issue(project_id=self.project.id, kind="bottleneck")
        hypothesis = self._guess(issue, contact_id=self.elena.id, date_deadline="2030-05-01")
        hypothesis.action_create_task()
        self.assertEqual(hypothesis.task_id.requested_by, "unclear")

    def test_not_without_owner_date_and_project(self):
        with self.assertRaisesRegex(
            UserError, "a project of the client, a responsible person, a date"
        ):
            self._guess().action_create_task()
        hypothesis = self._guess(project_id=self.project.id, contact_id=self.elena.id)
        with self.assertRaisesRegex(UserError, "Missing: a date"):
            hypothesis.action_create_task()

    def test_project_comes_from_the_issue(self):
        issue = self._open_issue(project_id=self.project.id)
        self.assertEqual(self._guess(issue).project_id, self.project)

    def test_confirmed_only_when_done(self):
        hypothesis = self._guess()
        with self.assertRaisesRegex(ValidationError, "is not done yet"):
            hypothesis.action_confirm()
        with self.assertRaisesRegex(ValidationError, "is not done yet"):
            self._guess(verdict="confirmed")
        hypothesis.action_refute()
        self.assertEqual(hypothesis.verdict, "refuted")

    def test_of_this_client_only(self):
        for vals in ({"project_id": self.other_project.id}, {"contact_id": self.stranger.id}):
            with self.assertRaisesRegex(ValidationError, "belongs to Other Client"):
                self._guess(**vals)
