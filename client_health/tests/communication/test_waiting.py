from markupsafe import Markup

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..health.common_voice import VoiceCommon


@tagged("post_install", "-at_install")
class TestWaiting(VoiceCommon):
    """The list of who waits for us; mails come through the gateway."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner.group_ids |= cls.env.ref("project.group_project_user")

    def _open(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        model = self.env["client.waiting"].with_user(user or self.owner)
        return model.search(model.action_open()["domain"])

    def test_a_mail_waits(self):
        message = self._receive()
        rows = self._open()
        self.assertRecordValues(
            rows,
            [
                {
                    "relationship_id": self.relationship.id,
                    "user_id": self.owner.id,
                    "author": "Elena Marsh",
                    "subject": "Opening hours",
                    "document": "Booking",
                    "message_id": message.id,
                    "messages": 1,
                    "received": message.create_date.replace(microsecond=0),
                    "hours_known": True,
                }
            ],
        )
        action = rows.action_open_document()
        self.assertEqual((action["res_model"], action["res_id"]), ("project.task", self.task.id))

    def test_answered_from_the_list(self):
        """The answer goes to who asked, into the discussion; the row goes, for everybody."""
        message = self._say(self.elena, days=1)
        row, other = self._open(), self._open(self.seller)
        action = row.action_answer()
        composer = (
            self.env[action["res_model"]]
            .with_user(self.owner)
            .with_context(**action["context"])
            .create({"body": "<p>On my way</p>"})
        )
        self.assertEqual(composer.client_question, message.body, "it is seen while writing")
        self.assertFalse(composer.with_context(client_waiting_id=False).client_question)
        composer.action_send_mail()
        answer = self.task.message_ids[0]
        self.assertIn("On my way", answer.body)
        self.assertEqual((answer.author_id, answer.parent_id), (self.owner.partner_id, message))
        self.assertIn(self.elena, answer.partner_ids)
        self.assertFalse((row | other).exists())
        self.assertFalse(self._open())

    def test_oldest_first_and_working_hours(self):
        recent = self._say(self.elena, days=1)
        old = self._say(self.otis, self.project, days=14, text="Is it live?")
        rows = self._open()
        self.assertEqual(rows.mapped("message_id"), old | recent)
        self.assertEqual(rows[:1].mapped("message_id"), old)
        self.assertEqual(rows[0].subject, "Is it live?", "how it begins, without a subject")
        self.assertAlmostEqual(rows[0].hours, 80, delta=1.5)
        self.company.resource_calendar_id = False
        self.assertEqual(self._open().mapped("hours_known"), [False, False])

    def test_a_thank_you_does_not_wait(self):
        self._receive("Thanks a lot!")
        self.assertFalse(self._open())

    def test_an_answer_takes_it_away(self):
        self._receive()
        answer = Markup("<p>Done</p>")
        self.task.with_user(self.owner).message_post(
            body=answer, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertFalse(self._open())

    def test_no_answer_needed(self):
        """Of all that waits there, and the row leaves the lists that are open."""
        first, last = self._receive(), self._receive("Are you there?")
        row = self._open()
        self.assertEqual((row.messages, row.message_id), (2, last))
        theirs = self._open(self.seller)
        action = row.action_no_answer()
        form = self.env[action["res_model"]].with_user(self.owner).with_context(**action["context"])
        with Form(form) as wizard:
            wizard.reason = "Called her"
        wizard.record.action_save()
        self.assertFalse((row | theirs.sudo()).exists())
        self.assertFalse(self._open())
        self.assertEqual((first | last).mapped("client_no_answer"), [False, "said"])

    def test_hand_over(self):
        self._receive()
        action = self._open().action_hand_over()
        form = self.env[action["res_model"]].with_user(self.owner).with_context(**action["context"])
        with Form(form) as wizard:
            wizard.activity_user_id = self.seller
        wizard.record.action_schedule_activities()
        activity = self.relationship.activity_ids.filtered(lambda a: a.user_id == self.seller)
        self.assertEqual(activity.summary, "Answer Elena Marsh: Booking")

    def test_own_clients_only(self):
        other = self._create_relationship(self.stranger, self.colleague)
        self._say(self.stranger, self.other_project)
        self._receive()
        self.assertEqual(self._open().relationship_id, self.relationship)
        self.assertEqual(self._open(self.colleague).relationship_id, other)
        self.assertEqual(self._open(self.seller).relationship_id, self.relationship | other)

    def test_rows_are_the_users_own(self):
        self._receive()
        row = self._open()
        for user in (self.seller, self.manager):
            self.assertFalse(
                self.env["client.waiting"].with_user(user).search([("id", "=", row.id)])
            )
            with self.assertRaises(AccessError):
                row.with_user(user).action_answer()
        with self.assertRaises(AccessError):
            row.author = "Forged"
        with self.assertRaises(AccessError):
            self._open(self.portal)

    def test_a_document_that_the_user_may_not_read(self):
        """A user without the projects, and one who is not invited to this project."""
        self._receive()
        self.project.privacy_visibility = "followers"
        plain = self._create_user("plain", "client_health.group_client_user_all")
        project = self._create_user(
            "project", "client_health.group_client_user_all,project.group_project_user"
        )
        for user in (plain, project):
            row = self._open(user)
            self.assertRecordValues(
                row,
                [
                    {
                        "relationship_id": self.relationship.id,
                        "author": "Elena Marsh",
                        "subject": False,
                        "document": "A document you can't open",
                        "message_id": False,
                    }
                ],
            )
            for action in (row.action_answer, row.action_open_document, row.action_no_answer):
                with self.assertRaisesRegex(UserError, "can't open"):
                    action()
            summary = row.action_hand_over()["context"]["default_summary"]
            self.assertEqual(summary, "Answer Elena Marsh")

    def test_other_company(self):
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        self.manager.company_ids |= sister
        there = self._create_relationship(self.stranger, self.manager, company_id=sister.id)
        project = self.env["project.project"].create(
            {"name": "There", "partner_id": self.stranger.id, "company_id": sister.id}
        )
        self._say(self.stranger, project)
        self._receive()
        model = self.env["client.waiting"].with_user(self.manager)
        model = model.with_context(allowed_company_ids=self.company.ids)
        found = model.search(model.action_open()["domain"])
        self.assertEqual(found.relationship_id, self.relationship)
        abroad = new_test_user(
            self.env,
            "ch_abroad",
            groups="base.group_user,client_health.group_client_manager",
            company_id=sister.id,
            company_ids=[Command.set(sister.ids)],
        )
        self.assertEqual(self._open(abroad).relationship_id, there)
        abroad.company_ids |= self.company
        both = {"allowed_company_ids": (sister | self.company).ids}
        model = self.env["client.waiting"].with_user(abroad).with_context(**both)
        found = model.search(model.action_open()["domain"])
        self.assertEqual(found.relationship_id, self.relationship | there)
        self.assertEqual(found.mapped("hours_known"), [True, True])

    def test_filter_of_clients(self):
        quiet = self._create_relationship(self.stranger)
        self._receive()
        clients = self.env["client.relationship"].with_user(self.owner)
        both = [("id", "in", (self.relationship | quiet).ids)]
        for operator, value, expected in (
            (">", 0, self.relationship),
            ("=", 0, quiet),
            ("!=", 0, self.relationship),
            ("in", [0, 1], self.relationship | quiet),
            ("<=", 0, quiet),
        ):
            with self.subTest(operator=operator, value=value):
                domain = [*both, ("client_waiting_count", operator, value)]
                self.assertEqual(clients.search(domain), expected)
        found = clients.with_user(self.colleague).search([("client_waiting_count", ">", 0)])
        self.assertFalse(found)

    def test_queries(self):
        """Five clients or fifty, on two kinds of documents; Odoo inserts a hundred rows at once."""
        counts = []
        for count in (5, 50):
            clients = self._create_clients(count)
            projects = self.env["project.project"].create(
                [
                    {"name": "P", "partner_id": client.partner_id.id, "company_id": self.company.id}
                    for client in clients
                ]
            )
            tasks = self.env["project.task"].create(
                [{"name": "T", "project_id": project.id} for project in projects]
            )
            for number, client in enumerate(clients):
                record = (projects if number % 2 else tasks)[number]
                self._say(client.partner_id, record, days=2)
            self._open()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows = self._open()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertGreaterEqual(len(rows), count)
        self.assertEqual(*counts)
