from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.health import client_health_snapshot
from ..models.results import client_relationship
from .agreement.common_agreement import ClientAgreementCommon
from .feedback.test_issue import IssueCommon

ADDON = "client_health"
FAILURES = "odoo.addons.client_health.models.common.client_job_failure"
# What a second run may add without being a double: notes of its own running.
UNCOUNTED = ("client.job.failure",)


class JobsCommon(ClientAgreementCommon, IssueCommon):
    """Two companies in which every scheduled action finds something to do, for two clients each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sister = cls.env["res.company"].create({"name": "Sister Agency"})
        cls.companies = cls.company | cls.sister
        cls.env["res.company"].search([]).client_setup_date = False
        cls.companies.client_setup_date = cls.today
        cls.manager.company_ids |= cls.sister
        cls.owner.company_ids |= cls.sister
        cls.startClassPatcher(patch.object(client_health_snapshot, "BACKFILL_WEEKS", 3))
        cls.startClassPatcher(patch.object(client_relationship, "MAX_OPEN_REMINDERS", 100))
        cls.due = {company: cls._fill(company) for company in cls.companies}

    @classmethod
    def _fill(cls, company):
        """Give a company two clients and all that is due today; return the clients."""
        partners = cls.env["res.partner"].create(
            [{"name": f"{company.name} {number}", "is_company": True} for number in range(4)]
        )
        long_ago = cls.today - timedelta(days=800)
        clients = cls.env["client.relationship"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "user_id": cls.owner.id,
                    "date_start": long_ago,
                }
                for partner in partners[:2]
            ]
        )
        cls.env["project.project"].create(
            [
                {"name": "Site", "partner_id": partner.id, "company_id": company.id}
                for partner in partners
            ]
        )
        cls._move(clients, "at_risk", "reboot")
        reboots = cls.env["client.reboot"]._get_open(clients)
        reboots.date_start = cls.today - timedelta(days=20)
        reboots.date_deadline = cls.today
        for client in clients:
            contact = cls._create_contact("Contact", client.partner_id)
            cls._create_agreement(client, signatory_id=contact.id, date_review=cls.today)
            message = cls._say(contact, client.partner_id, days=3)
            cls._log(
                "complaint",
                relationship_id=client.id,
                contact_id=contact.id,
                message_id=message.id,
                date=message.date,
            )
            cls._say(cls.seller.partner_id, client.partner_id, days=2, text="Mended")
        cls._get_agreements(clients).sudo().state = "accepted"
        setup = cls.env["client.setup"].create({"company_id": company.id})
        setup.line_ids.create(
            [
                {"setup_id": setup.id, "partner_id": partner.id, "is_client": True}
                for partner in partners[2:]
            ]
        )
        setup.state = "running"
        return clients

    @classmethod
    def _get_agreements(cls, clients):
        return cls.env["client.agreement"].search([("relationship_id", "in", clients.ids)])

    @classmethod
    def _get_jobs(cls):
        data = cls.env["ir.model.data"].search([("module", "=", ADDON), ("model", "=", "ir.cron")])
        return data.sorted("res_id").mapped("name")


@tagged("post_install", "-at_install")
class TestEveryJob(JobsCommon):
    """Every scheduled action in Odoo's own runner, with two companies, to its end and again."""

    def _get_state(self):
        """Return the number of rows of everything of ours, of activities and of messages."""
        self.env.flush_all()
        names = [
            name
            for name, model in self.env.items()
            if name.startswith("client.") and model._auto and not model._abstract
        ]
        counted = [*(name for name in names if name not in UNCOUNTED)]
        return {
            name: self.env[name].with_context(active_test=False).search_count([])
            for name in [*counted, "mail.activity", "mail.message", "mail.mail", "mail.followers"]
        }

    def test_to_its_end_and_once_more(self):
        for name in self._get_jobs():
            with self.subTest(job=name):
                self._run_job(name)
                self.assertFalse(self.env["client.job.failure"].search([]).mapped("error"))
                once = self._get_state()
                self._run_job(name)
                self.assertEqual(self._get_state(), once, "A second run changes nothing")
                self.assertFalse(self.env.ref(f"{ADDON}.{name}").failure_count)
        self._check_results()

    def _check_results(self):
        Snapshot = self.env["client.health.snapshot"]
        for company, clients in self.due.items():
            with self.subTest(company=company.name):
                setup = self.env["client.setup"].search([("company_id", "=", company.id)])
                self.assertEqual(setup.state, "done")
                names = [f"{company.name} {number}" for number in range(4)]
                found = clients.search([("partner_id.name", "in", names)])
                self.assertEqual(found.mapped("company_id"), company)
                self.assertEqual(len(found), 4)
                self.assertEqual(set(clients.feedback_ids.mapped("state")), {"answered"})
                self.assertTrue(all(self._get_agreements(clients).mapped("review_reminded_on")))
                reboots = self.env["client.reboot"]._get_open(clients)
                self.assertTrue(all(reboots.mapped("date_reminded_deadline")))
                self.assertTrue(all(clients.mapped("value_asked_date")))
                days = Snapshot.search([("relationship_id", "in", clients.ids)])
                self.assertTrue(days.filtered(lambda day: not day.backfilled))
                self.assertTrue(company.client_profitability_date)
                self.assertFalse(self.env["client.health.run"]._count_weeks_left(company))


@tagged("post_install", "-at_install")
class TestOneBadRecord(JobsCommon):
    """One record that fails is named to managers; the others are done all the same."""

    def _check(self, job, model, method, bad, is_done, others):
        """Let ``method`` fail on ``bad``, then no more; ``is_done`` tells by record.

        By the database, which leaves a broken transaction behind.
        """
        original = getattr(self.registry[model], method)

        def fail(records, *args, **kwargs):
            if any(_holds(value, bad) for value in (records, *args)):
                records.env.cr.execute("SELECT no_such_column FROM res_users")
            return original(records, *args, **kwargs)

        with (
            patch.object(self.registry[model], method, fail),
            self.assertLogs(FAILURES, "ERROR"),
            self.assertLogs("odoo.sql_db", "ERROR"),
        ):
            self._run_job(job)
        self.assertFalse(is_done(bad))
        for other in others:
            self.assertTrue(is_done(other), other)
        failure = self.env["client.job.failure"].search([])
        self.assertEqual(failure.record_ref, bad)
        self.assertEqual(failure.job, self.env.ref(f"{ADDON}.{job}").cron_name)
        self.assertIn("no_such_column", failure.error)
        self.assertTrue(failure.date_first)
        self._run_job(job)
        self.assertTrue(is_done(bad))
        self.assertFalse(failure.exists(), "It succeeded")

    def _get_clients(self):
        return self.due[self.company] | self.due[self.sister]

    def test_find_answers(self):
        lines = self._get_clients().feedback_ids
        self._check(
            "ir_cron_client_feedback",
            "client.feedback",
            "_find_answers",
            lines[1],
            lambda line: line.state == "answered",
            lines - lines[1],
        )

    def test_review_of_agreements(self):
        agreements = self._get_agreements(self._get_clients())
        self._check(
            "ir_cron_client_agreement_review",
            "client.agreement",
            "_remind_review",
            agreements[1],
            lambda agreement: agreement.review_reminded_on,
            agreements - agreements[1],
        )

    def test_reboots(self):
        reboots = self.env["client.reboot"]._get_open(self._get_clients())
        self._check(
            "ir_cron_client_reboot",
            "client.reboot",
            "_follow",
            reboots[1],
            lambda reboot: reboot.date_reminded_deadline,
            reboots - reboots[1],
        )

    def test_ask_value(self):
        clients = self._get_clients()
        self.env["client.relationship"].search([("id", "not in", clients.ids)]).active = False
        self._check(
            "ir_cron_client_ask_value",
            "client.relationship",
            "_remind_to_ask",
            clients[1],
            lambda client: client.value_asked_date,
            self.due[self.sister],
        )

    def test_nightly_score(self):
        clients = self._get_clients()
        Snapshot = self.env["client.health.snapshot"]
        self._check(
            "ir_cron_client_health",
            "client.relationship",
            "_refresh_health",
            clients[1],
            lambda client: Snapshot.search([("relationship_id", "=", client.id)]),
            clients - clients[1],
        )

    def test_what_follows_from_the_score(self):
        clients = self._get_clients()
        bad, done = clients[1], set()

        def follow(_proposal, company, relationships, today):
            if bad in relationships:
                raise ValueError("bad data")
            done.update(relationships.ids)

        job = "ir_cron_client_health"
        with (
            patch.object(self.registry["client.health.proposal"], "_follow_night", follow),
            self.assertLogs(FAILURES, "ERROR"),
        ):
            self._run_job(job)
        self.assertTrue(set((clients - bad).ids) <= done)
        snapshots = self.env["client.health.snapshot"].search([("relationship_id", "=", bad.id)])
        self.assertTrue(snapshots, "The score is kept")
        failure = self.env["client.job.failure"].search([])
        self.assertEqual((failure.record_ref, failure.error), (bad, "bad data"))

    def test_intake(self):
        self.env["client.setup"].search([]).state = "proposed"
        names = [f"{company.name} {number}" for company in self.companies for number in (2, 3)]
        partners = self.env["res.partner"].search([("name", "in", names)])
        clients = self.env["client.relationship"]
        self._check(
            "ir_cron_client_intake",
            "client.intake",
            "_add_clients",
            partners[0],
            lambda partner: clients.search([("partner_id", "=", partner.id)]),
            partners[1:],
        )

    def test_profitability(self):
        self._check(
            "ir_cron_client_profitability",
            "client.profitability",
            "_rebuild",
            self.company,
            lambda company: company.client_profitability_date,
            self.sister,
        )
        self.assertFalse(self.company.client_profitability_error)

    def test_backfill(self):
        clients = self._get_clients()
        bad = clients[1]
        original = self.registry["client.health.run"]._take

        def take(run, company, ids, *args, **kwargs):
            if bad.id in ids:
                raise ValueError("bad data")
            return original(run, company, ids, *args, **kwargs)

        with (
            patch.object(self.registry["client.health.run"], "_take", take),
            self.assertLogs(FAILURES, "ERROR"),
        ):
            self._run_job("ir_cron_client_health_backfill")
        self.assertFalse(self.env["client.health.run"]._count_weeks_left(self.company))
        self.assertFalse(self.env["client.health.run"]._count_weeks_left(self.sister))
        self.assertEqual(self.env["client.job.failure"].search([]).record_ref, bad)

    def test_delete_old_snapshots(self):
        deleted = []

        def delete(_snapshots, company):
            if company == self.company:
                raise ValueError("bad data")
            deleted.append(company)

        with (
            patch.object(self.registry["client.health.snapshot"], "_delete_old", delete),
            self.assertLogs(FAILURES, "ERROR"),
        ):
            self._run_job("ir_cron_client_health_delete_old")
        self.assertIn(self.sister, deleted)
        self.assertEqual(self.env["client.job.failure"].search([]).record_ref, self.company)


@tagged("post_install", "-at_install")
class TestFailures(JobsCommon):
    def _fail(self, record, text="bad data"):
        cron = self.env.ref("client_health.ir_cron_client_feedback")
        self.env["client.job.failure"]._store(cron, {record: text}, {})
        return self.env["client.job.failure"].search([])

    def test_since_when_stays(self):
        failure = self._fail(self.relationship)
        failure.date_first = failure.date_last = self._ago(3)
        again = self._fail(self.relationship, "still bad")
        self.assertEqual(again, failure)
        self.assertEqual((again.error, again.date_first), ("still bad", self._ago(3)))
        self.assertGreater(again.date_last, self._ago(1))

    def test_what_is_no_longer_due_goes(self):
        self._fail(self.relationship).date_last = self._ago(2)
        self._run_job("ir_cron_client_feedback")
        self.assertFalse(self.env["client.job.failure"].search([]))

    def test_retention(self):
        failure = self._fail(self.relationship)
        self.env["client.job.failure"]._gc_failures()
        self.assertTrue(failure.exists())
        failure.date_last = self._ago(91)
        self.env["client.job.failure"]._gc_failures()
        self.assertFalse(failure.exists())

    def test_managers_of_the_company_read_it(self):
        failure = self._fail(self.due[self.sister][0])
        self.assertEqual(failure.company_id, self.sister)
        here = failure.with_user(self.manager).with_context(allowed_company_ids=self.company.ids)
        self.assertFalse(here.search([]))
        both = here.with_context(allowed_company_ids=self.companies.ids)
        [row] = both.search([]).web_read({"job": {}, "record_ref": {"fields": {}}, "error": {}})
        self.assertEqual(row["error"], "bad data")
        for user in (self.owner, self.seller, self.controller):
            with self.assertRaises(AccessError):
                failure.with_user(user).read(["error"])
        with self.assertRaises(AccessError):
            both.write({"error": ""})

    def test_try_again(self):
        failure = self._fail(self.relationship)
        triggers = self.env["ir.cron.trigger"].search([])
        failure.with_user(self.manager).action_try_again()
        new = self.env["ir.cron.trigger"].search([]) - triggers
        self.assertEqual(new.cron_id, failure.cron_id)
        with self.assertRaises(AccessError):
            failure.with_user(self.seller).action_try_again()

    def test_a_record_that_was_deleted(self):
        partner = self.env["res.partner"].create({"name": "Gone"})
        failure = self._fail(partner)
        partner.unlink()
        self.env.invalidate_all()
        self.assertTrue(failure.web_read({"record_ref": {"fields": {}}}))
        self._run_job("ir_cron_client_feedback")


def _holds(value, record):
    """Return whether an argument is, or holds, a record."""
    if isinstance(value, dict):
        return record in value
    return getattr(value, "_name", None) == record._name and record in value
