from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...engine.clock import get_today
from ..common import ClientHealthCommon


class IntakeCommon(ClientHealthCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Intake = cls.env["client.intake"]
        cls.today = get_today(cls.company)

    @classmethod
    def _create_partner(cls, name, **vals):
        return cls.env["res.partner"].create({"name": name, "is_company": True, **vals})

    @classmethod
    def _create_move(cls, partner, move_type="out_invoice", months_ago=1, post=True):
        date = cls.today - relativedelta(months=months_ago)
        move = cls.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": partner.id,
                "invoice_date": date,
                "date": date,
                "invoice_line_ids": [
                    Command.create({"name": "Work", "quantity": 1, "price_unit": 100})
                ],
            }
        )
        if post:
            move.action_post()
        return move

    def _find(self, partner, months=12, company=None):
        rows = self.Intake._get_candidates(company or self.company, months)
        return next((row for row in rows if row["partner_id"] == partner.id), None)

    def _get_relationship(self, partner, company=None):
        return (
            self.env["client.relationship"]
            .with_context(active_test=False)
            .search(
                [("partner_id", "=", partner.id), ("company_id", "=", (company or self.company).id)]
            )
        )


@tagged("post_install", "-at_install")
class TestCandidates(IntakeCommon):
    def test_posted_invoice_in_the_period(self):
        partner = self._create_partner("Invoiced")
        self._create_move(partner, months_ago=3)
        self._create_move(partner, months_ago=3, post=False)
        row = self._find(partner)
        self.assertEqual((row["invoices"], row["projects"], row["won"]), (1, 0, 0))
        self.assertIsNone(self._find(partner, months=2), "Before the period")

    def test_draft_invoice_is_nothing(self):
        partner = self._create_partner("Draft")
        self._create_move(partner, post=False)
        self.assertIsNone(self._find(partner))

    def test_invoice_of_a_contact_counts_for_the_client(self):
        partner = self._create_partner("Head Office")
        contact = self.env["res.partner"].create({"name": "Buyer", "parent_id": partner.id})
        self._create_move(contact)
        self.assertEqual(self._find(partner)["invoices"], 1)
        self.assertIsNone(self._find(contact))

    def test_running_project(self):
        partner = self._create_partner("Project")
        project = self.env["project.project"].create(
            {"name": "Site", "partner_id": partner.id, "user_id": self.owner.id}
        )
        row = self._find(partner)
        self.assertEqual((row["projects"], row["user"]), (1, self.owner))
        project.active = False
        self.assertIsNone(self._find(partner), "An archived project does not run")

    def test_template_project_is_no_client(self):
        partner = self._create_partner("Template")
        self.env["project.project"].create(
            {"name": "Template", "partner_id": partner.id, "is_template": True}
        )
        self.assertIsNone(self._find(partner))

    def test_won_opportunity(self):
        partner = self._create_partner("Won")
        lead = self.env["crm.lead"].create(
            {"name": "Deal", "partner_id": partner.id, "type": "opportunity"}
        )
        self.assertIsNone(self._find(partner))
        with patch.object(type(self.env["crm.lead"]), "_open_client_relationships"):
            lead.action_set_won()
        self.assertEqual(self._find(partner)["won"], 1)

    def test_suppliers_and_internal_ones_are_left_out(self):
        supplier = self._create_partner("Supplier")
        self._create_move(supplier)
        for _number in range(3):
            self._create_move(supplier, move_type="in_invoice")
        self._create_move(self.company.partner_id)
        colleague = self.colleague.partner_id
        self._create_move(colleague)
        setup = self.env["client.setup"].create({})
        setup.action_propose()
        lines = {line.partner_id: line for line in setup.line_ids}
        for partner in (supplier, self.company.partner_id, colleague):
            self.assertFalse(lines[partner].is_client)
            self.assertTrue(lines[partner].left_out, "Visible, with the reason")

    def test_owner_is_the_salesperson_before_the_project_manager(self):
        partner = self._create_partner("Both", user_id=self.seller.id)
        self.env["project.project"].create(
            {"name": "Site", "partner_id": partner.id, "user_id": self.owner.id}
        )
        self.assertEqual(self._find(partner)["user"], self.seller)
        self.seller.active = False
        self.assertEqual(self._find(partner)["user"], self.owner)

    def test_other_company_is_not_looked_at(self):
        other = self.env["res.company"].create({"name": "Sister Agency"})
        partner = self._create_partner("Invoiced here")
        self._create_move(partner)
        self.assertIsNone(self._find(partner, company=other))

    def test_queries_do_not_grow(self):
        counts = []
        for size in (5, 50):
            partners = [self._create_partner(f"P{size}-{number}") for number in range(size)]
            self.env["project.project"].create(
                [
                    {"name": "Site", "partner_id": partner.id, "user_id": self.owner.id}
                    for partner in partners
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Intake._get_candidates(self.company, 12)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0], f"queries at 5 and 50: {counts}")


@tagged("post_install", "-at_install")
class TestSetup(IntakeCommon):
    def _set_up(self, **vals):
        setup = self.env["client.setup"].with_user(self.manager).create(vals)
        setup.action_propose()
        return setup

    def _apply(self, setup):
        setup.action_apply()
        self._run_job("ir_cron_client_setup")

    def test_apply_declines_and_repeats_without_doubles(self):
        partner, declined = self._create_partner("Yes"), self._create_partner("No")
        self._create_move(partner)
        self._create_move(declined)
        setup = self._set_up()
        setup.line_ids.filtered(lambda line: line.partner_id == declined).is_client = False
        self._apply(setup)
        self.assertEqual(setup.state, "done")
        self.assertTrue(self._get_relationship(partner).active)
        self.assertFalse(self._get_relationship(partner).activity_ids, "After the first score")
        self._run_job("ir_cron_client_health")
        self._run_job("ir_cron_client_setup")
        self.assertTrue(self._get_relationship(partner).activity_ids)
        self.assertFalse(self._get_relationship(declined).active)
        self.assertEqual(self.company.client_setup_date, get_today(self.company))
        again = self._set_up()
        self.assertFalse(
            again.line_ids
            & again.line_ids.filtered(lambda line: line.partner_id in (partner | declined))
        )
        self.assertEqual(len(self._get_relationship(partner)), 1)

    def test_without_first_activities(self):
        partner = self._create_partner("Quiet")
        self._create_move(partner)
        self._apply(self._set_up(schedule=False))
        self._run_job("ir_cron_client_health")
        self._run_job("ir_cron_client_setup")
        self.assertFalse(self._get_relationship(partner).activity_ids)

    def test_look_again_keeps_what_a_person_changed(self):
        partner = self._create_partner("Kept")
        self._create_move(partner)
        setup = self._set_up()
        line = setup.line_ids.filtered(lambda line: line.partner_id == partner)
        line.is_client = False
        setup.action_propose()
        self.assertTrue(line.exists())
        self.assertFalse(line.is_client)

    def _propose(self, count):
        partners = [self._create_partner(f"Large {number}") for number in range(count)]
        self.env["project.project"].create(
            [
                {"name": "Site", "partner_id": partner.id, "user_id": self.owner.id}
                for partner in partners
            ]
        )
        return self._set_up()

    def test_the_click_only_starts_it(self):
        setup = self._propose(4)
        before = self.cr.sql_log_count
        action = setup.action_apply()
        self.assertLess(self.cr.sql_log_count - before, 25)
        self.assertEqual((setup.state, setup.progress), ("running", 0))
        self.assertEqual(action["res_id"], setup.id)
        cron = self.env.ref("client_health.ir_cron_client_setup")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertTrue(triggers)
        setup.action_apply()
        again = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertEqual(again, triggers, "A second click finds it running")

    def test_it_goes_on_where_it_was_stopped(self):
        setup = self._propose(4)
        total = len(setup.line_ids)
        setup.action_apply()
        path = "odoo.addons.client_health.models.relationship.client_setup.BATCH"
        stop = patch.object(self.registry["ir.cron"], "_commit_progress", return_value=0)
        with patch(path, 1), stop:
            self.env["client.setup"]._cron_apply()
        setup.invalidate_recordset()
        self.assertEqual(setup.state, "running")
        self.assertAlmostEqual(setup.progress, 100 / total)
        self.assertFalse(self.company.client_setup_date)
        self._run_job("ir_cron_client_setup")
        self.assertEqual((setup.state, setup.progress), ("done", 100))
        self.assertTrue(self.company.client_setup_date)

    def test_it_survives_the_vacuum(self):
        setup = self._propose(2)
        setup.action_apply()
        self.env.flush_all()
        self.cr.execute(
            "UPDATE client_setup SET write_date = write_date - interval '5 hours',"
            " create_date = create_date - interval '5 hours'"
        )
        self.env.invalidate_all()
        for model in ("client.setup", "client.setup.line"):
            if self.env[model]._transient:
                self.env[model]._transient_vacuum()
        self.env["client.setup"]._gc_setups()
        self.assertTrue(setup.exists().line_ids)

    def test_old_ones_are_deleted(self):
        setup, running = self._propose(1), self._set_up()
        running.action_apply()
        self.env.flush_all()
        self.cr.execute("UPDATE client_setup SET write_date = write_date - interval '100 days'")
        self.env.invalidate_all()
        self.env["client.setup"]._gc_setups()
        self.assertFalse(setup.exists())
        self.assertTrue(running.exists())

    def test_no_mail(self):
        setup = self._propose(3)
        setup.line_ids.user_id = self.owner
        # as in a firm: with following, tracking and mails
        self.env = self.env(context=dict(self.env.context, tracking_disable=False))
        ready = patch.object(self.registry, "ready", True)
        before = self.env["mail.mail"].search_count([]), self._count_notified()
        with ready:
            self._apply(setup)
            self.cr.precommit.run()
        self.assertEqual((self.env["mail.mail"].search_count([]), self._count_notified()), before)
        relationship = self._get_relationship(setup.line_ids.filtered("is_client")[0].partner_id)
        self.assertIn(self.owner.partner_id, relationship.message_partner_ids)

    def _count_notified(self):
        return self.env["mail.notification"].search_count([])

    def test_queries_per_500_clients(self):
        counts = {}
        for size in (50, 500):
            partners = self.env["res.partner"].create(
                [{"name": f"P{size} {number}", "is_company": True} for number in range(size)]
            )
            users = self.owner, self.colleague, self.seller, self.manager, self.controller
            owners = {partner: users[key % 5] for key, partner in enumerate(partners)}
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            created = self.Intake._add_clients(self.company, owners)
            self.env.flush_all()
            counts[size] = self.cr.sql_log_count - before
            self.assertEqual(len(created.activity_ids), size)
            self.assertEqual(len(created.message_follower_ids), size)
        self.assertLessEqual(counts[500], 45, counts)

    def test_queries_of_a_batch_of_the_set_up(self):
        counts = []
        for size in (50, 500):
            partners = self.env["res.partner"].create(
                [{"name": f"S{size} {number}", "is_company": True} for number in range(size)]
            )
            setup = self.env["client.setup"].create({})
            lines = setup.line_ids.create(
                [
                    {
                        "setup_id": setup.id,
                        "partner_id": partner.id,
                        "is_client": True,
                        "user_id": self.owner.id,
                    }
                    for partner in partners
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            setup._apply(lines)
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], 55, counts)

    def test_a_line_that_fails_is_named_and_stops_nothing(self):
        setup = self._propose(3)
        bad = setup.line_ids.filtered("is_client")[0]
        original = type(self.Intake)._add_clients

        def fail_for_one(intake, company, owners):
            if bad.partner_id in owners:
                raise ValueError("bad data")
            return original(intake, company, owners)

        with (
            patch.object(type(self.Intake), "_add_clients", fail_for_one),
            self.assertLogs("odoo.addons.client_health.models.common.client_job_failure", "ERROR"),
        ):
            self._apply(setup)
        self.assertEqual((setup.state, setup.failed_count), ("done", 1))
        self.assertEqual(bad.state, "failed")
        self.assertEqual(set((setup.line_ids - bad).mapped("state")), {"done"})
        failure = self.env["client.job.failure"].search([("error", "=", "bad data")])
        self.assertEqual(failure.record_ref, bad)

    def test_a_set_up_that_runs_is_not_changed(self):
        setup = self._propose(1)
        setup.action_apply()
        with self.assertRaisesRegex(UserError, "has been started"):
            setup.line_ids.is_client = False
        with self.assertRaisesRegex(UserError, "has been started"):
            setup.action_propose()
        with self.assertRaises(AccessError):
            setup.line_ids.create({"setup_id": setup.id, "partner_id": self.client_partner.id})

    def test_the_menu_opens_what_runs(self):
        setups = self.env["client.setup"].with_user(self.manager)
        first = setups.action_open()["res_id"]
        self.assertEqual(setups.action_open()["res_id"], first, "The proposal goes on")
        setups.browse(first).action_apply()
        self.assertEqual(setups.action_open()["res_id"], first)

    def test_only_managers(self):
        setup = self.env["client.setup"]
        self.assertTrue(setup.with_user(self.manager).has_access("create"))
        self.assertFalse(setup.with_user(self.seller).has_access("create"))


@tagged("post_install", "-at_install")
class TestNewClients(IntakeCommon):
    def _run_cron(self):
        self._run_job("ir_cron_client_intake")

    def test_nightly_adds_only_after_the_set_up(self):
        partner = self._create_partner("Tonight")
        self._create_move(partner)
        self.company.client_setup_date = False
        self._run_cron()
        self.assertFalse(self._get_relationship(partner))
        self.company.client_setup_date = self.today
        self._run_cron()
        self._run_cron()
        self.assertEqual(len(self._get_relationship(partner)), 1)

    def test_declined_stays_declined(self):
        partner = self._create_partner("Declined")
        self._create_move(partner)
        self.Intake._decline(self.company, partner)
        self.company.client_setup_date = self.today
        self._run_cron()
        self.assertFalse(self._get_relationship(partner).active)

    def test_one_bad_company_does_not_stop_the_others(self):
        other = self.env["res.company"].create({"name": "Sister Agency"})
        (self.company | other).client_setup_date = self.today
        partner = self._create_partner("Tonight")
        self._create_move(partner)
        original = type(self.Intake)._add_new_clients

        def fail_for_other(intake, company, run):
            if company == other:
                raise ValueError("bad data")
            return original(intake, company, run)

        with (
            patch.object(type(self.Intake), "_add_new_clients", fail_for_other),
            self.assertLogs("odoo.addons.client_health.models.common.client_job_failure", "ERROR"),
        ):
            self._run_cron()
        self.assertTrue(self._get_relationship(partner))

    def test_no_mail_at_night(self):
        self.env = self.env(context=dict(self.env.context, tracking_disable=False))
        self.company.client_setup_date = self.today
        self.env["project.project"].create(
            [
                {"name": "Site", "partner_id": partner.id, "user_id": self.owner.id}
                for partner in (self._create_partner("One"), self._create_partner("Two"))
            ]
        )
        before = self.env["mail.mail"].search_count([])
        with patch.object(self.registry, "ready", True):
            self._run_cron()
            self.cr.precommit.run()
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_winning_opens_the_relationship(self):
        partner = self._create_partner("Said yes")
        lead = (
            self.env["crm.lead"]
            .with_user(self.seller)
            .sudo()
            .create(
                {
                    "name": "Deal",
                    "partner_id": partner.id,
                    "type": "opportunity",
                    "user_id": self.seller.id,
                }
            )
        )
        lead.action_set_won()
        relationship = self._get_relationship(partner)
        self.assertEqual(relationship.user_id, self.seller)
        lead.action_set_won()
        self.assertEqual(len(self._get_relationship(partner)), 1)

    def test_salesperson_without_all_clients_wins(self):
        salesman = self._create_user("sales", "sales_team.group_sale_salesman")
        partner = self._create_partner("Own deal")
        lead = self.env["crm.lead"].create(
            {
                "name": "Deal",
                "partner_id": partner.id,
                "user_id": salesman.id,
                "fit_waiver": "Known for years",
            }
        )
        lead.with_user(salesman).action_set_won()
        self.assertEqual(self._get_relationship(partner).user_id, salesman)

    def test_ended_client_that_buys_again_makes_one_activity(self):
        self._move(self.relationship, "offboard", "ended")
        self.relationship.date_last_stage_update = fields.Datetime.now() - relativedelta(days=90)
        self.company.client_setup_date = self.today
        self._run_cron()
        self.assertFalse(self.relationship.activity_ids, "Nothing new yet")
        self._create_move(self.client_partner, months_ago=0)
        self._run_cron()
        self._run_cron()
        self.assertEqual(self.relationship.phase, "ended")
        self.assertEqual(
            self.relationship.activity_ids.activity_type_id,
            self.env.ref("client_health.mail_activity_type_client_returned"),
        )
        self.assertEqual(len(self.relationship.activity_ids), 1)

    def test_add_from_the_contact(self):
        partner = self._create_partner("By hand", user_id=self.owner.id)
        partner.action_add_client_relationships()
        relationship = self._get_relationship(partner)
        self.assertEqual(relationship.user_id, self.owner)
        relationship.active = False
        partner.action_add_client_relationships()
        self.assertTrue(relationship.active)
