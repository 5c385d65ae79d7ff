import base64
from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.review.client_review_run import ClientReviewRun
from ..health.common_health import HealthCommon
from .common_review import open_book, read_table

JOB = "ir_cron_client_review"
MODULE = "odoo.addons.client_health.models.review.client_review_run"


@contextmanager
def open_env(run):
    """Read in the cursor of the test: what it has made is visible in no other."""
    yield run.with_user(run.user_id).with_context(allowed_company_ids=run.company_id.ids).env


@tagged("post_install", "-at_install")
class TestReviewRun(HealthCommon):
    """Reviews that are made in the background: for whom, how far, one at a time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.object(ClientReviewRun, "_open_env", open_env))
        cls.Run = cls.env["client.review.run"]

    def _queue(self, user, clients=None):
        return self.Run.with_user(user)._queue(self.relationship if clients is None else clients)

    def _read(self, run):
        return open_book(base64.b64decode(run.sudo().file))

    def test_it_is_made_and_downloaded(self):
        run = self._queue(self.owner)
        self.assertEqual(run.state, "waiting")
        self._run_job(JOB)
        self.assertEqual((run.state, run.progress), ("done", 100))
        (row,) = read_table(self._read(run)["Clients"])
        self.assertEqual(row["Client"], "Blue Harbour Hotels")
        self.assertIn(f"/{run.id}/file/", run.action_download()["url"])

    def test_with_the_rights_of_its_user(self):
        other = self._create_clients(1, self.seller)
        run = self._queue(self.owner, self.relationship | other)
        self._run_job(JOB)
        rows = read_table(self._read(run)["Clients"])
        self.assertEqual([row["Client"] for row in rows], ["Blue Harbour Hotels"])
        self.assertNotIn("Money", self._read(run).sheetnames)

    def test_nobody_else_reads_it(self):
        run = self._queue(self.owner)
        for user in (self.manager, self.seller, self.colleague):
            with self.assertRaises(AccessError):
                run.with_user(user).read(["file_name"])
            with self.assertRaises(AccessError):
                run.with_user(user).action_cancel()

    def test_nobody_writes_it(self):
        run = self._queue(self.owner)
        with self.assertRaises(AccessError):
            run.write({"user_id": self.manager.id})
        with self.assertRaises(AccessError):
            self.Run.with_user(self.manager).create(
                {"user_id": self.manager.id, "company_id": self.company.id}
            )

    def test_one_at_a_time(self):
        run = self._queue(self.owner)
        with self.assertRaisesRegex(UserError, "being made already"):
            self._queue(self.owner)
        self._queue(self.seller)
        run.action_cancel()
        self._queue(self.owner)

    def test_cancelled_while_it_is_made(self):
        run = self._queue(self.owner)
        steps = []
        origin = ClientReviewRun._set_step

        def set_step(self, names, name):
            steps.append(name)
            if len(steps) == 3:
                self.with_user(self.user_id).action_cancel()
            origin(self, names, name)

        with patch.object(ClientReviewRun, "_set_step", set_step):
            self._run_job(JOB)
        self.assertEqual(len(steps), 3)
        self.assertEqual(run.state, "cancelled")
        self.assertFalse(run.file)

    def test_progress_names_the_sheet(self):
        run = self._queue(self.owner)
        seen = []
        origin = ClientReviewRun._set_step

        def set_step(self, names, name):
            origin(self, names, name)
            seen.append((self.step, self.progress))

        with patch.object(ClientReviewRun, "_set_step", set_step):
            self._run_job(JOB)
        self.assertEqual(seen[0], ("Start here", 0))
        self.assertEqual([progress for _step, progress in seen], sorted(p for _s, p in seen))
        self.assertFalse(run.step)

    def test_one_that_fails_is_named_and_stops_no_other(self):
        bad, good = self._queue(self.owner), self._queue(self.seller)
        Review = self.registry["client.review"]
        origin = Review._get_workbook

        def fail(self, relationships, **options):
            if self.env.user.login == "ch_owner":
                raise ValueError("Broken")
            return origin(self, relationships, **options)

        with (
            patch.object(Review, "_get_workbook", fail),
            mute_logger("odoo.addons.client_health.models.common.client_job_failure"),
        ):
            self._run_job(JOB)
        self.assertEqual((bad.state, good.state), ("failed", "done"))
        failure = self.env["client.job.failure"].search(
            [("record_ref", "=", f"{bad._name},{bad.id}")]
        )
        self.assertEqual(failure.error, "Broken")

    def test_large_ones_go_to_the_background(self):
        export = self.env["client.review.export"].with_user(self.owner).create({})
        self.assertEqual(export.action_export()["type"], "ir.actions.act_url")
        with patch("odoo.addons.client_health.wizards.client_review_export.AT_ONCE", 0):
            action = export.action_export()
        run = self.Run.browse(action["res_id"])
        self.assertEqual((run.user_id, run.relationship_ids), (self.owner, self.relationship))

    # By schedule

    def _schedule(self, recipients, **vals):
        return self.env["client.review.schedule"].create(
            {"name": "Monthly", "recipient_ids": recipients.ids, "date_next": self.today, **vals}
        )

    def test_each_recipient_gets_their_own(self):
        self._create_clients(1, self.seller)
        schedule = self._schedule(self.owner | self.manager)
        self._run_job(JOB)
        runs = self.Run.search([("schedule_id", "=", schedule.id)])
        self.assertEqual(runs.mapped("state"), ["done", "done"])
        own, all_ = (
            self._read(runs.filtered(lambda run, user=user: run.user_id == user))
            for user in (self.owner, self.manager)
        )
        self.assertEqual(len(read_table(own["Clients"])), 1)
        self.assertGreater(len(read_table(all_["Clients"])), 1)
        self.assertNotIn("Money", own.sheetnames)
        self.assertIn("Money", all_.sheetnames)
        for run in runs:
            mail = self.env["mail.message"].search(
                [("model", "=", run._name), ("res_id", "=", run.id)]
            )
            self.assertEqual(mail.notified_partner_ids, run.user_id.partner_id)
            self.assertEqual(mail.attachment_ids.name, run.file_name)
            self.assertEqual(mail.attachment_ids.raw, base64.b64decode(run.file))
            self.assertEqual(
                (mail.attachment_ids.res_model, mail.attachment_ids.res_id), (run._name, run.id)
            )

    def test_once_a_period(self):
        schedule = self._schedule(self.manager, interval="weekly")
        self._run_job(JOB)
        self._run_job(JOB)
        self.assertEqual(self.Run.search_count([("schedule_id", "=", schedule.id)]), 1)
        self.assertGreater(schedule.date_next, self.today)

    def test_not_to_who_left_or_lost_access(self):
        schedule = self._schedule(self.owner | self.seller | self.manager)
        self.owner.active = False
        self.seller.group_ids = self.env.ref("base.group_user")
        self._run_job(JOB)
        runs = self.Run.search([("schedule_id", "=", schedule.id)])
        self.assertEqual({run.user_id: run.state for run in runs}.get(self.manager), "done")
        self.assertEqual(runs.filtered("file").user_id, self.manager)

    def test_only_managers_schedule(self):
        with self.assertRaises(AccessError):
            self.env["client.review.schedule"].with_user(self.seller).create(
                {"recipient_ids": self.seller.ids}
            )

    def test_old_files_go(self):
        run = self._queue(self.owner)
        self.env.cr.execute(
            "UPDATE client_review_run SET create_date = create_date - interval '20 days'"
        )
        self.Run.invalidate_model()
        self.Run._gc_runs()
        self.assertFalse(run.exists())
