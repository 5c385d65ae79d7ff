from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..engine.health import stage_proposals
from .agreement.common_agreement import ClientAgreementCommon
from .feedback.test_issue import IssueCommon


class LeaverCommon(ClientAgreementCommon, IssueCommon):
    """A salesperson with everything a client can have, who then leaves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leaver = cls._create_user("leaver", "client_health.group_client_user")
        cls.leaver.email = "leaver@example.com"
        cls.relationship.user_id = cls.leaver
        cls.relationship.message_subscribe(cls.leaver.partner_id.ids)
        cls.agreement = cls._create_accepted()
        cls.issue = cls._open_issue(user_id=cls.leaver.id)
        cls.update = cls.env["client.update"].create(
            {
                "relationship_id": cls.relationship.id,
                "kind": "apology",
                "name": "Sorry",
                "body": "<p>We are sorry.</p>",
                "recipient_ids": cls.signatory.ids,
            }
        )
        # with their following, tracking and mails, as in a firm
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=False))
        for name in ("relationship", "agreement", "issue", "update"):
            setattr(cls, name, getattr(cls, name).with_env(cls.env))

    def _leave(self, way):
        if way == "archived":
            self.leaver.active = False
        else:
            self.leaver.group_ids = [Command.set(self.env.ref("base.group_portal").ids)]
        self.env.invalidate_all()

    def _each_way(self):
        """Yield with the salesperson gone in each of the ways; all is undone after it."""
        for way in ("archived", "portal"):
            with self.subTest(way=way):
                savepoint = self.cr.savepoint()
                self._leave(way)
                yield way
                self.env.flush_all()
                self.cr.precommit.run()
                savepoint.close(rollback=True)
                self.env.invalidate_all()
                self.registry.clear_cache()

    def _as_manager(self, record):
        return record.with_user(self.manager)


@tagged("post_install", "-at_install")
class TestLeftColleague(LeaverCommon):
    """A colleague who left still owns a client: everything works, and goes to somebody else."""

    def _get_assignees(self, record=None):
        return (record or self.relationship).activity_ids.user_id

    def _get_proposal(self):
        """Return what the night proposes, and the case of the client."""
        case = stage_proposals.Case("healthy", fields.Date.today())
        return stage_proposals.Proposal("at_risk", ("red",)), {self.relationship.id: case}

    def test_proposals_of_the_night(self):
        for _way in self._each_way():
            proposal, cases = self._get_proposal()
            self.env["client.health.proposal"]._suggest(self.relationship, proposal, cases)
            self.assertTrue(self.relationship.health_proposed_stage_id)
            self.assertNotIn(self.leaver, self._get_assignees())
            self._as_manager(self.relationship).action_accept_proposal()
            self.assertEqual(self.relationship.phase, "at_risk")

    def test_moves_by_the_night_and_by_hand(self):
        for _way in self._each_way():
            proposal, cases = self._get_proposal()
            self.env["client.health.proposal"]._move(self.relationship, proposal, cases)
            self._move(self.relationship, "reboot", user=self.manager)
            reboot = self.env["client.reboot"]._get_open(self.relationship)
            self.assertNotIn(self.leaver, reboot.user_id | self._get_assignees(reboot))
            self._as_manager(reboot).action_ask_decision()
            self._move(self.relationship, "offboard", "ended", user=self.manager)
            self.assertEqual(self.relationship.phase, "ended")

    def test_processes_that_the_leaver_was_responsible_for(self):
        self._move(self.relationship, "at_risk", "reboot")
        reboot = self.env["client.reboot"]._get_open(self.relationship)
        reboot.user_id = self.leaver
        for _way in self._each_way():
            self._as_manager(reboot).action_ask_decision()
            self.assertNotIn(self.leaver, self._get_assignees(reboot))
            reboot._follow(reboot._get_reminder_domains())
            self._as_manager(reboot).date_deadline = self.today.replace(year=self.today.year + 1)
            self._as_manager(reboot).message_post(body="How is it going?")
            self._move(self.relationship, "offboard", user=self.manager)

    def test_won_and_intake(self):
        for way in self._each_way():
            partner = self.env["res.partner"].create(
                {"name": f"New {way}", "is_company": True, "user_id": self.leaver.id}
            )
            lead = self.env["crm.lead"].create(
                {"name": "Deal", "partner_id": partner.id, "user_id": self.leaver.id}
            )
            lead.with_user(self.seller).sudo().action_set_won()
            won = partner.client_relationship_ids
            self.assertTrue(won)
            self.assertNotEqual(won.user_id, self.leaver)
            late = self.env["res.partner"].create(
                {"name": f"Late {way}", "is_company": True, "user_id": self.leaver.id}
            )
            self.env["project.project"].create(
                {"name": "Site", "partner_id": late.id, "user_id": self.leaver.id}
            )
            self._run_intake()
            self.assertFalse(late.client_relationship_ids.user_id)

    def _run_intake(self):
        self.company.client_setup_date = self.today
        with self.enter_registry_test_mode():
            cron = self.env.ref("client_health.ir_cron_client_intake")
            self.assertIs(cron.method_direct_trigger(), True)
        self.env.invalidate_all()

    def test_updates_and_messages(self):
        for _way in self._each_way():
            self._as_manager(self.update).action_send()
            self.assertEqual(self.update.state, "sent")
            self.assertNotIn(self.leaver.partner_id, self.update.message_ids.notified_partner_ids)
            self._as_manager(self.relationship).message_post(body="Who takes over?")
            self._as_manager(self.relationship).write({"note": "<p>Calls on Monday</p>"})
            self._as_manager(self.relationship).user_id = self.seller

    def test_agreements(self):
        for _way in self._each_way():
            self._mark_outdated(self.agreement, user=self.manager)
            self.assertNotIn(self.leaver, self._get_assignees())
            successor = self._as_manager(self.agreement)._create_successor()
            successor.action_propose()
            successor.sudo()._decline_online("Two languages", successor._get_text_hash())
            self._accept(successor)
            self.assertEqual(successor.state, "accepted")
            successor.sudo()._remind_review()
            self.assertNotIn(self.leaver, self._get_assignees())

    def test_feedback_goals_and_issues(self):
        for _way in self._each_way():
            line = self._log("complaint", user_id=self.leaver.id)
            self._as_manager(line)._set_answered("Called")
            goal = self._as_manager(self.env["client.goal"]).create(
                {"name": "More bookings", "relationship_id": self.relationship.id}
            )
            goal._agree()
            issue = self._as_manager(self.env["client.issue"]).create(
                {"name": "Slow", "relationship_id": self.relationship.id}
            )
            self.assertNotIn(self.leaver, goal.user_id | issue.user_id)
            self._as_manager(self.issue)._give_up("No longer ours")
            self._as_manager(self.relationship)._ask_opinion(self.seller, "What now?", self.today)

    def test_the_words_of_the_leaver_are_not_the_clients(self):
        message = self.relationship.message_post(
            body="Too slow", author_id=self.leaver.partner_id.id, message_type="comment"
        )
        self._leave("archived")
        source = self.env["client.feedback.source"]
        self.assertFalse(source._prepare_from_message(message).get("contact_id"))
        self.assertFalse(
            self.env["project.task"]
            .new({"partner_id": self.leaver.partner_id.id, "email_from": "leaver@example.com"})
            ._guess_request(self.env["res.partner"])[1]
        )

    def test_merge(self):
        for _way in self._each_way():
            other = self._create_clients(1, user=self.seller)
            self.env["client.merge"]._merge(other, self.relationship)
            self.assertFalse(self.relationship.exists())

    def test_archived_colleagues_are_no_outsiders(self):
        partner_ids = self.leaver.partner_id.ids
        self._leave("archived")
        self.relationship.message_post(body="You wrote this", partner_ids=partner_ids)
        self.relationship.message_subscribe(partner_ids)
        self.update.message_post(body="You wrote this", partner_ids=partner_ids)

    def test_portal_users_are_outsiders_whatever_they_were(self):
        self._leave("portal")
        for record in (self.relationship, self.issue, self.agreement, self.update):
            with self.subTest(record=record), self.assertRaisesRegex(UserError, "client"):
                record.message_post(body="Hello", partner_ids=self.leaver.partner_id.ids)


@tagged("post_install", "-at_install")
class TestHandOver(LeaverCommon):
    def _plan(self, record, user=None, **values):
        return record.activity_schedule(
            "mail.mail_activity_data_todo", user_id=(user or self.leaver).id, **values
        )

    def _hand_over(self, relationships, user, by=None):
        wizard = (
            self.env["client.salesperson.change"]
            .with_user(by or self.manager)
            .create({"relationship_ids": relationships.ids, "user_id": user.id})
        )
        return wizard.action_hand_over()

    def test_list_of_clients_without_an_active_salesperson(self):
        far = self._create_user("far", "client_health.group_client_user")
        none, away, fine = self._create_clients(3)
        none.user_id = False
        away.user_id = far
        mine = self.relationship | none | away | fine
        listed = [("id", "in", mine.ids), ("has_salesperson", "=", False)]
        self.assertEqual(mine.search(listed), none)
        self.leaver.active = False
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        far.write({"company_ids": [Command.set(sister.ids)], "company_id": sister.id})
        self.assertEqual(mine.search(listed), self.relationship | none | away)
        self.assertEqual(mine.filtered(lambda rel: not rel.has_salesperson), mine.search(listed))
        rest = [("id", "in", mine.ids), ("has_salesperson", "=", True)]
        self.assertEqual(mine.search(rest), fine)

    def test_the_open_activities_of_the_old_one_go_along(self):
        client = self._create_clients(1, user=self.seller)
        own = self._plan(self.relationship) | self._plan(self.issue)
        others = self._plan(self.relationship, self.seller) | self._plan(client, self.leaver)
        mails = self.env["mail.mail"].search_count([])
        self._hand_over(self.relationship | client, self.owner)
        self.assertEqual((self.relationship | client).user_id, self.owner)
        self.assertEqual(own.user_id, self.owner)
        self.assertEqual(others[0].user_id, self.seller, "Not of the old salesperson")
        self.assertEqual(others[1].user_id, self.leaver, "Helps on a client of another")
        self.cr.precommit.run()
        self.assertEqual(self.env["mail.mail"].search_count([]), mails, "No mail per record")

    def test_only_to_one_who_can_be_in_charge(self):
        for user in (self.portal, self.leaver):
            self.leaver.active = False
            with self.assertRaisesRegex(UserError, "cannot be in charge"):
                self._hand_over(self.relationship, user)

    def test_archiving_opens_the_hand_over_and_keeps_the_activities(self):
        planned = self._plan(self.relationship) | self._plan(self.issue)
        elsewhere = self._plan(self.client_partner)
        action = self.leaver.with_user(self.env.ref("base.user_admin")).action_archive()
        self.assertFalse(self.leaver.active)
        self.assertEqual(action["res_model"], "client.salesperson.change")
        self.assertEqual(action["context"]["default_relationship_ids"], self.relationship.ids)
        self.assertFalse(elsewhere.exists(), "As Odoo does")
        self.assertEqual(len(planned.exists()), 2)
        self.assertNotIn(self.leaver, planned.user_id)
        self.assertTrue(planned.user_id, "Somebody has them until then")
        self._hand_over(self.relationship, self.owner)
        self.assertEqual(planned.user_id, self.owner)

    def test_archiving_by_somebody_without_access_to_clients(self):
        plain = self._create_user("admin", "base.group_erp_manager")
        planned = self._plan(self.relationship)
        action = self.leaver.with_user(plain).action_archive()
        self.assertNotIsInstance(action, dict)
        self.assertFalse(self.leaver.active)
        self.assertTrue(planned.exists())

    def test_archiving_a_user_without_clients(self):
        action = self.colleague.with_user(self.env.ref("base.user_admin")).action_archive()
        self.assertNotIsInstance(action, dict)

    def test_queries_do_not_grow(self):
        counts = []
        for size in (5, 50):
            clients = self._create_clients(size, user=self.leaver)
            for client in clients:
                self._plan(client)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            with self.subTest(size=size):
                clients.with_context(tracking_disable=True)._hand_over(self.owner)
                self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 5, f"queries at 5 and 50: {counts}")
