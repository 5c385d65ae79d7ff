from time import perf_counter

from psycopg2.errors import CheckViolation

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..health.common_voice import VoiceCommon


@tagged("post_install", "-at_install")
class TestFeedback(VoiceCommon):
    def test_two_fields_are_enough(self):
        feedback = self._log("praise", "The team is a joy", user=self.owner)
        self.assertEqual(feedback.state, "noted")
        self.assertEqual(feedback.user_id, self.owner)
        self.assertEqual(feedback.partner_id, self.client_partner)
        self.assertEqual(feedback.company_id, self.company)
        self.assertEqual(feedback.display_name, "Praise: The team is a joy")

    def test_only_complaints_and_concerns_wait(self):
        for kind, _label in self.env["client.feedback"]._fields["kind"].selection:
            state = "open" if kind in ("complaint", "concern") else "noted"
            self.assertEqual(self._log(kind).state, state, kind)

    def test_answered_then_resolved(self):
        feedback = self._log(date=self._ago(5), user=self.owner)
        feedback._set_answered("Called Elena and listened", self._ago(4))
        self.assertEqual(feedback.state, "answered")
        self.assertEqual(feedback.answered_by_id, self.owner)
        feedback._set_answered("Called again", self._ago(3))
        self.assertEqual(feedback.answered_date, self._ago(4), "The first answer stays")
        self.assertEqual(feedback.answer, "Called Elena and listened")
        feedback._set_resolved("The form sends again", self._ago(1))
        self.assertEqual(feedback.state, "resolved")
        self.assertEqual(feedback.resolved_date, self._ago(1))
        self.assertEqual(feedback.answered_date, self._ago(4))

    def test_resolved_at_once_is_answered_too(self):
        feedback = self._log(date=self._ago(2))
        feedback._set_resolved("Mended while on the phone")
        self.assertTrue(feedback.answered_date)
        self.assertEqual(feedback.answered_date, feedback.resolved_date)

    def test_answers_that_can_not_be(self):
        feedback = self._log(date=self._ago(2))
        with self.assertRaisesRegex(UserError, "future"):
            feedback._set_answered("Later", self._ago(-1))
        with self.assertRaisesRegex(UserError, "older than"):
            feedback._set_answered("Before", self._ago(3))
        with self.assertRaisesRegex(UserError, "Only complaints"):
            self._log("praise")._set_answered("Thanks")
        self.assertEqual(feedback.state, "open")

    def test_all_of_it_is_read_before_one_answers(self):
        """A line in *Today* or a list is cut; the window shows every word, and who said it."""
        text = " ".join(f"Word {number}" for number in range(200))
        first = self._log(text=text, date=self._ago(2), contact_id=self.elena.id)
        second = self._log("concern", "And the invoice", date=self._ago(1))
        action = (second | first).with_user(self.owner).action_answer()
        form = Form(
            self.env[action["res_model"]].with_user(self.owner).with_context(**action["context"]),
            view="client_health.client_feedback_answer_view_form",
        )
        self.assertEqual(form.said, f"{self.elena.name}: {text}\n\nAnd the invoice")

    def test_wizard(self):
        both = self._log(date=self._ago(2)) | self._log("concern", date=self._ago(1))
        action = both.with_user(self.owner).action_resolve()
        wizard = Form(
            self.env[action["res_model"]].with_user(self.owner).with_context(**action["context"])
        )
        self.assertTrue(wizard.resolved)
        wizard.answer = "Called both"
        wizard.save().action_save()
        self.assertEqual(both.mapped("state"), ["resolved", "resolved"])
        self.assertEqual(both.answered_by_id, self.owner)

    def test_bad_input(self):
        with self.assertRaisesRegex(ValidationError, "in the future"):
            self._log(date=self._ago(-2))
        with self.assertRaisesRegex(ValidationError, "belongs to Other Client"):
            self._log(contact_id=self.stranger.id)
        with self.assertRaisesRegex(ValidationError, "belongs to Other Client"):
            self._log(project_id=self.other_project.id)
        task = self.env["project.task"].create({"name": "T", "project_id": self.other_project.id})
        with self.assertRaisesRegex(ValidationError, "belongs to Other Client"):
            self._log(task_id=task.id)
        other = self._create_relationship(self.stranger)
        issue = self.env["client.issue"].create({"name": "X", "relationship_id": other.id})
        with self.assertRaisesRegex(ValidationError, "belongs to Other Client"):
            self._log(issue_id=issue.id)

    def test_another_company(self):
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        project = self.env["project.project"].create(
            {"name": "S", "company_id": sister.id, "partner_id": self.client_partner.id}
        )
        with self.assertRaisesRegex(UserError, "another company"):
            self._log(project_id=project.id)

    def test_wear_is_of_colleagues(self):
        self.assertEqual(self._log("team", strain="4").strain, "4")
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
            self._log("praise", strain="4").flush_recordset()

    def test_long_and_wicked_text(self):
        text = "<script>alert(1)</script>" + "ä" * 40000
        feedback = self._log(text=text)
        feedback.invalidate_recordset()
        self.assertEqual(feedback.text, text)
        self.assertLess(len(feedback.display_name), 80)

    def test_archived_contact_is_kept(self):
        self.elena.active = False
        feedback = self._log(contact_id=self.elena.id)
        self.assertEqual(feedback.contact_id, self.elena)

    def test_words_of_others_are_not_changed(self):
        own = self._log(user=self.owner)
        own.text = "Better remembered"
        client = self._log(given_by_client=True, contact_id=self.elena.id)
        opinion = self._log("team", user_id=self.colleague.id, question="What now?")
        for feedback in (client, opinion):
            for vals in ({"text": "All is well"}, {"rating": "5"}, {"contact_id": False}):
                with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "words of"):
                    feedback.with_user(self.manager).write(vals)
        client.with_user(self.owner).kind = "concern"
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            client.with_user(self.manager).unlink()

    def test_evidence_is_not_typed_in(self):
        feedback = self._log()
        manager = feedback.with_user(self.manager)
        for vals in (
            {"given_by_client": True},
            {"answered_date": self._ago(1)},
            {"answered_by_id": self.manager.id},
            {"resolved_date": self._ago(1)},
            {"state": "resolved"},
        ):
            with self.subTest(vals=vals):
                with self.assertRaises(AccessError):
                    manager.write(vals)
                with self.assertRaises(AccessError):
                    self._log(user=self.manager, **vals)
                (fname, value), *_ = vals.items()
                loaded = manager.load(
                    ["relationship_id/.id", "kind", "text", fname],
                    [[str(self.relationship.id), "complaint", "X", str(value)]],
                )
                self.assertFalse(loaded["ids"])
        context = {"default_answered_date": self._ago(1), "default_given_by_client": True}
        vals = {"relationship_id": self.relationship.id, "kind": "complaint", "text": "X"}
        with self.assertRaises(AccessError):
            manager.with_context(**context).create(vals)
        self.assertEqual(feedback.state, "open")


@tagged("post_install", "-at_install")
class TestFeedbackSource(VoiceCommon):
    def _form(self, **context):
        return Form(
            self.env["client.feedback"].with_user(self.seller).with_context(**context),
            "client_health.client_feedback_view_form_log",
        )

    def _save(self, form):
        form.kind = "complaint"
        return form.save()

    def test_from_a_message_of_the_client(self):
        message = self._say(self.elena, days=2, text="The form<br/>does not send")
        feedback = self._save(self._form(default_message_id=message.id))
        self.assertRecordValues(
            feedback,
            [
                {
                    "relationship_id": self.relationship.id,
                    "contact_id": self.elena.id,
                    "message_id": message.id,
                    "task_id": self.task.id,
                    "project_id": self.project.id,
                    "channel": "mail",
                    "date": message.date,
                    "text": "The form\ndoes not send",
                    "state": "open",
                }
            ],
        )
        action = feedback.action_open_source()
        self.assertEqual((action["res_model"], action["res_id"]), ("project.task", self.task.id))

    def test_from_a_message_in_the_future(self):
        message = self._say(self.elena, date=self._ago(-30))
        feedback = self._save(self._form(default_message_id=message.id))
        self.assertLessEqual(feedback.date, fields.Datetime.now())

    def test_from_our_note_about_the_client(self):
        note = self._say(
            self.owner.partner_id,
            self.client_partner,
            text="Otis sounded tired",
            subtype="mail.mt_note",
        )
        feedback = self._save(self._form(default_message_id=note.id))
        self.assertEqual(feedback.relationship_id, self.relationship)
        self.assertFalse(feedback.contact_id)

    def test_from_a_message_on_the_relationship(self):
        note = self._say(self.owner.partner_id, self.relationship, subtype="mail.mt_note")
        feedback = self._save(self._form(default_message_id=note.id))
        self.assertEqual(feedback.relationship_id, self.relationship)

    def test_from_a_meeting(self):
        event = self.env["calendar.event"].create(
            {
                "name": "Review",
                "start": self._ago(2),
                "stop": self._ago(2, -1),
                "partner_ids": [Command.set((self.elena | self.seller.partner_id).ids)],
            }
        )
        feedback = self._save_with_text(self._form(default_event_id=event.id))
        self.assertEqual(feedback.event_id, event)
        self.assertEqual(feedback.relationship_id, self.relationship)
        self.assertEqual(feedback.contact_id, self.elena)
        self.assertEqual(feedback.channel, "visit")
        self.assertEqual(feedback.date, event.stop)

    def test_from_a_meeting_with_several_clients(self):
        event = self.env["calendar.event"].create(
            {
                "name": "Round table",
                "start": self._ago(2),
                "stop": self._ago(2, -1),
                "partner_ids": [Command.set((self.elena | self.stranger).ids)],
            }
        )
        form = self._form(default_event_id=event.id)
        self.assertFalse(form.relationship_id)
        self.assertFalse(form.contact_id)

    def test_from_a_task_and_a_project(self):
        feedback = self._save_with_text(self._form(default_task_id=self.task.id))
        self.assertEqual(feedback.task_id, self.task)
        self.assertEqual(feedback.project_id, self.project)
        self.assertEqual(feedback.relationship_id, self.relationship)
        action = self.project.with_user(self.seller).action_log_feedback()
        feedback = self._save_with_text(self._form(**action["context"]))
        self.assertEqual(feedback.project_id, self.project)

    def _save_with_text(self, form):
        form.text = "Nobody called us"
        return self._save(form)

    def test_who_may_not_read_the_source_learns_nothing(self):
        secret = self.env["project.project"].create(
            {
                "name": "Secret",
                "partner_id": self.client_partner.id,
                "privacy_visibility": "followers",
            }
        )
        task = self.env["project.task"].create({"name": "Secret", "project_id": secret.id})
        message = self._say(self.elena, task, text="Between us")
        for context in ({"default_message_id": message.id}, {"default_task_id": task.id}):
            with self.subTest(context=context), self.assertRaises(AccessError):
                self._form(**context)

    def test_a_message_that_is_gone(self):
        message = self._say(self.elena)
        feedback = self._save(self._form(default_message_id=message.id))
        message_id = message.id
        message.unlink()
        self.assertFalse(feedback.message_id)
        self.assertEqual(feedback.text, "Hello?")
        self.assertFalse(self._form(default_message_id=message_id).text)

    def test_answers_are_found_in_the_discussion(self):
        message = self._say(self.elena, days=3)
        feedback = self._log(message_id=message.id, date=message.date)
        unanswered = self._log(message_id=self._say(self.otis, self.project).id, date=self._ago(1))
        self._say(self.seller.partner_id, days=2, text="Mended, please reload")
        self._run_job("ir_cron_client_feedback")
        self.assertEqual(feedback.state, "answered")
        self.assertEqual(feedback.answered_date, self._ago(2))
        self.assertEqual(feedback.answered_by_id, self.seller)
        self.assertEqual(feedback.answer, "Mended, please reload")
        self.assertEqual(unanswered.state, "open")

    def test_the_wizard_proposes_the_answer_that_stands_there(self):
        message = self._say(self.elena, days=3)
        feedback = self._log(message_id=message.id, date=message.date)
        self._say(self.seller.partner_id, days=2, text="Mended, please reload")
        action = feedback.action_answer()
        wizard = self.env[action["res_model"]].with_context(**action["context"]).create({})
        self.assertEqual(wizard.answer, "Mended, please reload")
        self.assertEqual(wizard.date, self._ago(2))


@tagged("post_install", "-at_install")
class TestFeedbackOnForms(VoiceCommon):
    def _counts(self, record):
        record = record.with_user(self.seller)
        return (
            record.client_feedback_count,
            record.client_feedback_open_count,
            record.client_issue_count,
        )

    def test_counters(self):
        self._log(project_id=self.project.id)
        self._log("praise")
        self.env["client.issue"].create(
            {
                "relationship_id": self.relationship.id,
                "name": "X",
                "project_id": self.project.id,
            }
        )
        self.env.invalidate_all()
        for record, counts in (
            (self.relationship, (2, 1, 1)),
            (self.client_partner, (2, 1, 1)),
            (self.elena, (2, 1, 1)),
            (self.project, (1, 1, 1)),
            (self.stranger, (0, 0, 0)),
        ):
            with self.subTest(record=record):
                self.assertEqual(self._counts(record), counts)
        action = self.elena.with_user(self.seller).action_view_feedback()
        found = self.env["client.feedback"].search(action["domain"])
        self.assertEqual(len(found), 2)
        self.assertEqual(action["context"], {"default_relationship_id": self.relationship.id})

    def test_counts_only_what_one_may_read(self):
        self._log()
        self.assertEqual(self.client_partner.with_user(self.colleague).client_feedback_count, 0)
        self.assertEqual(self.client_partner.with_user(self.owner).client_feedback_count, 1)

    def test_portal_reads_no_counter(self):
        partner = self.client_partner.with_user(self.portal)
        for fname in ("client_feedback_count", "client_feedback_open_count", "client_issue_count"):
            self.assertNotIn(fname, partner.fields_get())
            with self.assertRaises(AccessError):
                partner.read([fname])

    def test_as_many_queries_for_fifty_as_for_five(self):
        few, many = self._create_clients(5), self._create_clients(50)
        for relationship in few | many:
            self._log(relationship_id=relationship.id)
        self.env.flush_all()
        names = [
            "client_feedback_count",
            "client_feedback_open_count",
            "client_issue_count",
            "client_waiting_count",
            "client_price_pressured",
            "client_question",
        ]
        counts = []
        for relationships in (few, many, few, many):
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            rows = relationships.with_user(self.manager).read(names)
            counts.append(self.cr.sql_log_count - start)
            self.assertEqual({row["client_feedback_open_count"] for row in rows}, {1})
        self.assertEqual(counts[2], counts[3])

    def test_breaks_even_and_asks_for_cheaper(self):
        loud, quiet, fine, old = self._create_clients(4)
        figures = {loud: "break_even", quiet: "break_even", fine: "profit", old: "loss"}
        for relationship, band in figures.items():
            relationship.client_margin_band = band
        self._log("price_pressure", relationship_id=loud.id)
        self._log("price_pressure", relationship_id=fine.id)
        self._log("price_pressure", relationship_id=old.id, date=self._ago(400))
        self._log("praise", relationship_id=quiet.id)
        here = [("id", "in", (loud | quiet | fine | old).ids)]
        Relationship = self.env["client.relationship"].with_user(self.manager)
        self.assertEqual(Relationship.search([*here, ("client_price_pressured", "=", True)]), loud)
        self.assertEqual(
            Relationship.search([*here, ("client_price_pressured", "=", False)]), quiet | fine | old
        )
        self.assertEqual(
            (loud | quiet | fine | old).with_user(self.manager).mapped("client_price_pressured"),
            [True, False, False, False],
        )
        lines = (
            self.env["client.feedback"]
            .with_user(self.manager)
            .search(
                [
                    ("relationship_id.client_price_pressured", "=", True),
                    ("relationship_id", "in", (loud | quiet | fine | old).ids),
                ]
            )
        )
        self.assertEqual(lines.relationship_id, loud)

    def test_money_does_not_leak_by_searching(self):
        for model, path in (
            ("client.relationship", "client_price_pressured"),
            ("client.feedback", "relationship_id.client_price_pressured"),
            ("client.feedback", "relationship_id.client_margin_band"),
            ("client.issue", "relationship_id.client_price_pressured"),
            ("res.partner", "client_relationship_id.client_price_pressured"),
        ):
            for user in (self.owner, self.seller):
                records = self.env[model].with_user(user)
                for method in (records.search, records.search_count):
                    with (
                        self.subTest(path=path, user=user.login),
                        self.assertRaises(AccessError),
                    ):
                        method([(path, "=", True)])
        with self.assertRaises(AccessError):
            self.relationship.with_user(self.seller).read(["client_price_pressured"])
        with self.assertRaises(AccessError):
            self.env["client.feedback"].with_user(self.seller)._read_group(
                [], ["relationship_id.client_margin_band"]
            )


@tagged("post_install", "-at_install")
class TestFeedbackImport(VoiceCommon):
    COLUMNS = ("relationship_id", "kind", "text", "rating", "date", "channel", "contact_id/.id")

    def test_a_thousand_lines_in_and_out(self):
        clients = self._create_clients(20)
        self.owner.group_ids += self.env.ref("base.group_allow_export")
        kinds = ["complaint", "Praise", "Price pressure", "concern"]
        rows = [
            [
                f"Client {number % 20}",
                kinds[number % 4],
                f'Line {number}, ünïcode; "quotes"\nand lines',
                str(number % 5 + 1) if number % 3 else "",
                "2025-03-01 10:00:00",
                "call",
                "",
            ]
            for number in range(1000)
        ]
        lines = self.env["client.feedback"].with_user(self.owner)
        lines = lines.with_context(tracking_disable=False)
        start = perf_counter()
        loaded = lines.load(list(self.COLUMNS), rows)
        spent = perf_counter() - start
        self.assertFalse(loaded["messages"])
        self.assertEqual(len(loaded["ids"]), 1000)
        self.assertLess(spent, 60)
        imported = lines.browse(loaded["ids"])
        self.assertEqual(imported.relationship_id, clients)
        self.assertEqual(len(imported.filtered(lambda line: line.state == "open")), 500)
        exported = imported.export_data(["text", "kind", "rating", "state"])["datas"]
        self.assertEqual(len(exported), 1000)
        self.assertEqual(exported[0][0], rows[0][2])

    def test_bad_rows_are_named_and_nothing_is_written(self):
        good = [self.client_partner.name, "praise", "Fine", "5", "2025-03-01 10:00:00", "call", ""]
        bad = {
            1: "nonsense",
            3: "9",
            4: "2999-01-01 10:00:00",
            6: str(self.stranger.id),
        }
        before = self.env["client.feedback"].search_count([])
        for column, value in bad.items():
            row = [*good[:column], value, *good[column + 1 :]]
            with self.subTest(column=self.COLUMNS[column]):
                loaded = (
                    self.env["client.feedback"]
                    .with_user(self.owner)
                    .load(list(self.COLUMNS), [good, row])
                )
                self.assertFalse(loaded["ids"])
                self.assertTrue(loaded["messages"])
        self.assertEqual(self.env["client.feedback"].search_count([]), before)
